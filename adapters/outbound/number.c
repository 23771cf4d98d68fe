/* One form for the many ways of writing the same number. */
#include "adapters/outbound/outbound.h"
#include "base/blank.h"
#include "identifiers/document_number.h"
#include <stdio.h>

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

/* Brackets alone: of what is no number of the pattern. */
static struct bytes one_bracket(struct bytes text, struct arena *arena) {
    uint8_t *to = arena_alloc(arena, text.count * 3 + 11);
    size_t count = 0;
    for (size_t i = 0; i < text.count;) {
        int year = 0;
        size_t taken = document_number_year(bytes_of(text.at + i, text.count - i), &year);
        if (taken) count += (size_t)sprintf((char *)to + count, "〔%04d〕", year);
        else to[count++] = text.at[i++];
        i += taken;
    }
    return bytes_of(to, count);
}

/* 巴环移送[2026]第071号 is 巴环移送〔2026〕71号; what is no number of that form keeps all but its brackets. */
struct bytes number_normal(struct bytes printed, struct arena *arena) {
    struct document_number number;
    if (printed.count > NUMBER_MAX) printed.count = NUMBER_MAX;
    struct bytes text = plain(printed, arena);
    if (!document_number_parse(text, &number)) return one_bracket(text, arena);
    return bytes_of_cstr(number.court ? arena_printf(arena, "〔%d〕%.*s%lld号", number.year, BYTES_FMT(number.prefix),
                                                     (long long)number.sequence)
                                      : arena_printf(arena, "%.*s〔%d〕%lld号", BYTES_FMT(number.prefix), number.year,
                                                     (long long)number.sequence));
}
