/* Text made fit for one line. UTF-8 as in RFC 3629: shortest form, no surrogates, up to U+10FFFF. */
#include "base/line.h"

size_t line_character(const uint8_t *at, size_t left) {
    uint8_t c = at[0];
    if (c < 0x80) return 1;
    size_t count = c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (!count || count > left) return 0;
    for (size_t i = 1; i < count; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    if ((c == 0xe0 && at[1] < 0xa0) || (c == 0xed && at[1] > 0x9f)) return 0;
    if ((c == 0xf0 && at[1] < 0x90) || (c == 0xf4 && at[1] > 0x8f)) return 0;
    return count;
}

void line_clean(char *text, size_t count) {
    uint8_t *at = (uint8_t *)text;
    for (size_t i = 0; i < count;) {
        size_t step = line_character(at + i, count - i);
        if (step == 0) at[i] = '?';
        else if (step == 1 && (at[i] < 0x20 || at[i] == 0x7f)) at[i] = ' ';
        else if (step == 2 && at[i] == 0xc2 && at[i + 1] < 0xa0) at[i] = at[i + 1] = ' '; /* C1 controls */
        i += step ? step : 1;
    }
}

bool line_next(struct bytes *rest, struct bytes *ret_line) {
    const uint8_t *newline = rest->count ? memchr(rest->at, '\n', rest->count) : NULL;
    if (!newline) return false;
    *ret_line = bytes_of(rest->at, (size_t)(newline - rest->at));
    *rest = bytes_of(newline + 1, rest->count - ret_line->count - 1);
    return true;
}

struct bytes line_part(struct bytes line, int index) {
    for (;; index--) {
        const uint8_t *tab = line.count ? memchr(line.at, '\t', line.count) : NULL;
        size_t count = tab ? (size_t)(tab - line.at) : line.count;
        if (index == 0) return bytes_of(line.at, count);
        if (!tab) return BYTES_NONE;
        line = bytes_of(tab + 1, line.count - count - 1);
    }
}
