/* A mask (privacy.h) over a decoded record, before anything is written from it, and over single texts. Memory: texts in
 * the caller's arena. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CANONICAL_MASK_H
#define ECOCASE_ADAPTERS_CONVERSION_CANONICAL_MASK_H
#include <avro.h>
#include "adapters/conversion/canonical/privacy.h"

/* In place; `record` is one of IN_*. A mask that is NULL or whole changes nothing. FATAL/"INTERNAL": no memory, and the
 * value is not fit to be shown. */
MUST_USE enum outcome mask_apply(const struct mask *mask, unsigned record, avro_value_t *value, struct fault *fault);
bool mask_hides(const struct mask *mask);

/* ---- mask_text.c: one text, pure --------------------------------------------------------------------------------- */
/* 张三 -> 张*, 欧阳修 -> 欧阳*; empty stays empty. */
struct bytes mask_surname(struct bytes text, const struct texts *compound, const char *tail, struct arena *arena);
/* 13812341234 -> 138****1234; with fewer than four characters to hide, nothing is shown. */
struct bytes mask_middle(struct bytes text, size_t front, size_t back, struct arena *arena);
struct bytes mask_county(struct bytes text, const struct division_list *divisions, struct arena *arena);
double mask_grid(double number, double step);
/* mask_numbers.c: 张三（150821…0014，13812341234）-> 张三（1508**********0014，138****1234）; everything else stays. */
struct bytes mask_numbers(struct bytes text, struct arena *arena);
#endif
