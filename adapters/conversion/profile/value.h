/* One value of a canonical field, and native text <-> value by the field's kind and options. Pure. Memory: the arena.
 * Threads: any. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_PROFILE_VALUE_H
#define ECOCASE_ADAPTERS_CONVERSION_PROFILE_VALUE_H
#include "adapters/conversion/profile/mapped.h"

struct value {
    const struct canonical_field *field;
    struct bytes text; /* TEXT, SYMBOL, AGENCY (slug) */
    const struct bytes *list;
    size_t count;   /* LIST, AGENCIES (slugs) */
    int64_t number; /* TIME (ms), AMOUNT (fen) */
    double real;    /* NUMBER */
    /* Where it was read, for faults of what is wrong with it; `at` NULL: from no file. */
    const struct native_path *at;
    const struct node *node;
    const char *scope;
};
struct value_texts {
    const struct bytes *at;
    size_t count;
};
/* `texts` are trimmed and not empty. *ret stays unfilled (field NULL) where they say nothing. REFUSE without a place.
 */
MUST_USE enum outcome value_read(const struct profile *profile, const struct mapped_field *field,
                                 struct value_texts texts, struct arena *arena, struct value *ret, struct fault *fault);
/* A canonical text of the profile (value, otherwise). */
MUST_USE enum outcome value_constant(const struct profile *profile, const struct canonical_field *field,
                                     const char *text, struct arena *arena, struct value *ret, struct fault *fault);
/* Several texts only for a list without a separator. */
struct value_texts value_write(const struct profile *profile, const struct mapped_field *field,
                               const struct value *value, struct arena *arena);
#endif
