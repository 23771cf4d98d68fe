/* One form for the many ways of writing the same number. */
#include "adapters/outbound/outbound.h"
#include "base/blank.h"

struct mark {
    const char *text;
    size_t count;
};
#define MARK(literal) {literal, sizeof(literal) - 1}
static const struct mark opening[] = {MARK("〔"), MARK("["), MARK("［"), MARK("("), MARK("（"), MARK("【")};
static const struct mark closing[] = {MARK("〕"), MARK("]"), MARK("］"), MARK(")"), MARK("）"), MARK("】")};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static size_t at_mark(const struct mark *marks, size_t count, struct bytes text, size_t at) {
    for (size_t i = 0; i < count; i++) {
        if (text.count - at >= marks[i].count && memcmp(text.at + at, marks[i].text, marks[i].count) == 0)
            return marks[i].count;
    }
    return 0;
}

/* Spaces out, U+FF10..U+FF19 to ASCII. */
static struct bytes plain(struct bytes printed, struct arena *arena) {
    uint8_t *to = arena_alloc(arena, printed.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < printed.count;) {
        size_t space = blank_at(printed, i) + invisible_at(printed, i); /* one of them is none */
        const uint8_t *c = printed.at + i;
        bool wide = printed.count - i >= 3 && c[0] == 0xef && c[1] == 0xbc && c[2] >= 0x90 && c[2] <= 0x99;
        if (wide) to[count++] = (uint8_t)('0' + c[2] - 0x90);
        else if (!space) to[count++] = *c;
        i += space ? space : wide ? 3 : 1;
    }
    return bytes_of(to, count);
}

static bool year_at(struct bytes text, size_t at) {
    for (size_t i = at; i < at + 4; i++) {
        if (i >= text.count || text.at[i] < '0' || text.at[i] > '9') return false;
    }
    return true;
}

struct bytes number_normal(struct bytes printed, struct arena *arena) {
    if (printed.count > NUMBER_MAX) printed.count = NUMBER_MAX;
    struct bytes text = plain(printed, arena);
    uint8_t *to = arena_alloc(arena, text.count * 3 + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.count;) {
        size_t open = at_mark(opening, COUNT(opening), text, i);
        size_t close = open && year_at(text, i + open) ? at_mark(closing, COUNT(closing), text, i + open + 4) : 0;
        if (!close) {
            to[count++] = text.at[i++];
            continue;
        }
        memcpy(to + count, "〔", 3);
        memcpy(to + count + 3, text.at + i + open, 4);
        memcpy(to + count + 7, "〕", 3);
        count += 10;
        i += open + 4 + close;
    }
    return bytes_of(to, count);
}
