/* 标量: one native text <-> one canonical text, pure. Job: trim, split and join texts; read and write times, amounts,
 * quantities, codes and agencies. `text` is already trimmed. REFUSE: FIELD_DATE, FIELD_AMOUNT, FIELD_NUMBER,
 * FIELD_CODE, UNKNOWN_RECIPIENT with fault->field left to the caller. Memory: results live in the arena. Threads: any.
 */
#ifndef ECOCASE_ADAPTERS_CONVERSION_SCALAR_SCALAR_H
#define ECOCASE_ADAPTERS_CONVERSION_SCALAR_SCALAR_H
#include "base/arena.h"
#include "base/fault.h"
#include "base/time.h"
#include "wire/directory.h"

struct code_row {
    const char *native, *canonical;
};
/* open: what is not listed stands as it is */
struct code_table {
    const char *name;
    const struct code_row *rows;
    size_t count;
    bool open;
};
struct texts {
    const char *const *at;
    size_t count;
}; /* the first is the one written */
/* canonical = native * multiply / divide */
struct unit_pair {
    const char *native, *canonical;
    int64_t multiply, divide;
};
/* What is written where there is nothing is no text of anybody: NULL, \\N, None and the like, which programs write; of
 * persons also 无, /, — …, which people write (不详 is something said, but of a number). A spreadsheet's errors (#N/A)
 * are a value that was lost. */
enum placeholder { PLACEHOLDER_NONE, PLACEHOLDER_NOTHING, PLACEHOLDER_ERROR };
enum placeholder_in { IN_ANY_TEXT, IN_TEXT_OF_A_PERSON, IN_NUMBER_OF_A_PERSON };
enum placeholder scalar_placeholder(struct bytes text, enum placeholder_in in);
struct bytes scalar_trim(struct bytes text); /* base/blank.h */
/* full-width digits . , : - to ASCII */
struct bytes scalar_half_width(struct bytes text, struct arena *arena);
MUST_USE enum outcome scalar_time(struct bytes text, const struct texts *patterns, struct arena *arena, instant *ret,
                                  struct fault *fault);
struct bytes scalar_time_text(instant at, const struct texts *patterns, struct arena *arena);
MUST_USE enum outcome scalar_amount(struct bytes text, const struct unit_pair *unit, struct arena *arena,
                                    int64_t *ret_fen, struct fault *fault);
struct bytes scalar_amount_text(int64_t fen, const struct unit_pair *unit, struct arena *arena);
MUST_USE enum outcome scalar_number(struct bytes text, const struct unit_pair *unit, struct arena *arena, double *ret,
                                    struct fault *fault);
struct bytes scalar_number_text(double number, const struct unit_pair *unit, struct arena *arena);
/* The table's other side; a native text that is not listed is refused, a canonical one is given back as it is. table
 * NULL: as it is. */
MUST_USE enum outcome scalar_code(struct bytes text, const struct code_table *table, struct arena *arena,
                                  struct bytes *ret, struct fault *fault);
struct bytes scalar_code_text(struct bytes canonical, const struct code_table *table);
MUST_USE enum outcome scalar_agency(struct bytes text, const struct code_table *table,
                                    const struct directory *directory, struct arena *arena,
                                    const struct participant **ret, struct fault *fault);
struct bytes scalar_agency_text(struct bytes slug, const struct code_table *table, const struct directory *directory);
/* Splits at any of the separators, trims, drops empty parts unless `keep_empty` (split groups need the count). */
const struct bytes *scalar_split(struct bytes text, const struct texts *separators, bool keep_empty,
                                 struct arena *arena, size_t *ret_count);
/* NULL: no such pair. ("元","fen"), ("万元","fen"), ("市斤","kg") … */
const struct unit_pair *scalar_unit(const char *native, const char *canonical);
bool scalar_is_time_pattern(const char *pattern);
/* the same text, two times */
bool scalar_time_ambiguous(const char *one, const char *other, struct arena *arena);
/* One text of many. */
struct bytes scalar_join(const struct bytes *parts, size_t count, const char *separator, struct arena *arena);
#endif
