/* A record's headers as the journal keeps them: pairs of texts, each behind its length. */
#include "adapters/journal/journal.h"

#define LENGTH 2u /* bytes, the higher first */

static uint8_t *put(uint8_t *to, struct bytes text) {
    INVARIANT(text.count <= UINT16_MAX);
    to[0] = (uint8_t)(text.count >> 8);
    to[1] = (uint8_t)text.count;
    if (text.count) memcpy(to + LENGTH, text.at, text.count);
    return to + LENGTH + text.count;
}

struct bytes headers_write(const struct header *list, size_t count, struct arena *arena) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += 2 * LENGTH + list[i].name.count + list[i].value.count;
    uint8_t *from = arena_alloc(arena, size + 1), *to = from;
    for (size_t i = 0; i < count; i++) to = put(put(to, list[i].name), list[i].value);
    return bytes_of(from, size);
}

static bool take(struct bytes *left, struct bytes *ret) {
    size_t count = left->count < LENGTH ? SIZE_MAX : (size_t)(left->at[0] << 8 | left->at[1]);
    if (count == SIZE_MAX || left->count - LENGTH < count) return false;
    *ret = bytes_of(left->at + LENGTH, count);
    *left = bytes_of(left->at + LENGTH + count, left->count - LENGTH - count);
    return true;
}

bool headers_next(struct bytes *left, struct header *ret) {
    struct bytes from = *left;
    if (!take(&from, &ret->name) || !take(&from, &ret->value)) return false;
    *left = from;
    return true;
}
