/* One text under one treatment, pure. Characters are UTF-8's; whatever cannot be told apart is hidden,
 * not shown. */
#include "adapters/conversion/canonical/mask.h"
#include "identifiers/division.h"
#include <math.h>

#define HIDDEN_MIN 4u /* of 138****1234; a text in which fewer characters would be hidden has none shown */

static bool begins(uint8_t byte) { return (byte & 0xC0u) != 0x80u; }
static size_t characters(struct bytes text) {
    size_t count = 0;
    for (size_t i = 0; i < text.count; i++) count += begins(text.at[i]);
    return count;
}
/* The bytes of the first so many characters. */
static size_t length_of(struct bytes text, size_t most) {
    size_t at = 0, count = 0;
    while (at < text.count && (count < most || !begins(text.at[at]))) count += begins(text.at[at++]);
    return at;
}

struct bytes mask_surname(struct bytes text, const struct texts *compound, const char *tail, struct arena *arena) {
    struct bytes name = scalar_trim(text);
    if (!name.count) return BYTES_NONE;
    size_t shown = length_of(name, 1);
    for (size_t i = 0; i < compound->count; i++) {
        size_t count = strlen(compound->at[i]);
        if (name.count > count && memcmp(name.at, compound->at[i], count) == 0) shown = count;
    }
    return bytes_of_cstr(arena_printf(arena, "%.*s%s", (int)shown, (const char *)name.at, tail));
}

struct bytes mask_middle(struct bytes text, size_t front, size_t back, struct arena *arena) {
    struct bytes whole = scalar_trim(text);
    size_t count = characters(whole);
    if (count < front + back + HIDDEN_MIN) front = back = 0;
    size_t hidden = count - front - back, from = length_of(whole, front), to = length_of(whole, front + hidden);
    if (arena_ready(arena, whole.count + hidden + 1, NULL) != OK) return BYTES_NONE;
    uint8_t *made = arena_alloc(arena, from + hidden + (whole.count - to) + 1);
    if (from) memcpy(made, whole.at, from);
    memset(made + from, '*', hidden);
    if (whole.count > to) memcpy(made + from + hidden, whole.at + to, whole.count - to);
    return bytes_of(made, from + hidden + whole.count - to);
}

/* The county named first; of two at one place the longer name. Only its name is given back: what stands before it may
 * tell more. */
struct bytes mask_county(struct bytes text, const struct division_list *divisions, struct arena *arena) {
    struct bytes found = BYTES_NONE;
    size_t found_at = text.count;
    for (size_t i = 0; i < division_count(divisions); i++) {
        const struct division *one = division_entry(divisions, i);
        struct bytes name = bytes_of_cstr(one->name);
        if (one->code % 100 == 0) continue; /* a city */
        for (size_t at = 0; at + name.count <= text.count && at <= found_at; at++) {
            if (memcmp(text.at + at, name.at, name.count) != 0) continue;
            if (at < found_at || name.count > found.count) found = name;
            found_at = at;
            break;
        }
    }
    return arena_copy(arena, found);
}

double mask_grid(double number, double step) {
    double cells = round(1 / step); /* a decimal again: n / 100, not n * 0.01 */
    return round(number * cells) / cells;
}
