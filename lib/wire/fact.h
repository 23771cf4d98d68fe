/* 量化事实: the facts that thresholds compare, by their canonical names (schemas/rules/facts.yaml), and how a record
 * carries them: {name, value, unit}. A number stands in its unit, or for one code of a list (`of`: exceedance by metal,
 * area by class of land) with the code in `unit`; a code fact has value 1 and the code in `unit`; a truth is 1 or 0; a
 * date is yyyymmdd. Names that are not in the list travel as they are. A list is read-only once loaded. Both sides use
 * it: profiles map to the names, the judge compares. */
#ifndef ECOCASE_WIRE_FACT_H
#define ECOCASE_WIRE_FACT_H
#include "base/fault.h"
#include "wire/paper.h"

enum fact_kind { FACT_NUMBER, FACT_CODE, FACT_TRUTH, FACT_DATE };
#define MAX_FACT_CODES 32u /* of one list: a bit each */
struct fact_code {
    const char *code, *zh;
};
struct fact_codes {
    const char *name;
    size_t count;
    struct fact_code one[MAX_FACT_CODES];
};
struct fact_rule {
    /* unit: "" where nothing is measured; with `of` a record has the code in its place */
    const char *name, *zh, *en, *unit;
    enum fact_kind kind;
    const struct fact_codes *of; /* NULL: no list */
};
struct fact_list;
/* REFUSE: SETTINGS_* at file:line:column. */
MUST_USE enum outcome fact_list_load(const char *path, struct fact_list **ret, struct fault *fault);
void fact_list_free(struct fact_list *list);
size_t fact_count(const struct fact_list *list);
const struct fact_rule *fact_at(const struct fact_list *list, size_t index);
int fact_find(const struct fact_list *list, struct bytes name);        /* -1: not canonical */
int fact_find_code(const struct fact_codes *codes, struct bytes code); /* -1: not of the list */
size_t fact_codes_count(const struct fact_list *list);
const struct fact_codes *fact_codes_at(const struct fact_list *list, size_t index);

/* A value as a decimal with six places in a whole number, so that 80 % of a limit is exact; beyond ±9e10 it is that. */
#define MICRO INT64_C(1000000)
int64_t fact_micro(double value);
/* "5.2" */
#define FACT_MICRO_TEXT 32u
void fact_micro_text(int64_t micro, char ret[FACT_MICRO_TEXT]);
bool fact_micro_parse(struct bytes text, int64_t *ret);

struct fact {
    struct bytes name, unit;
    double value;
};
/* The items of an array<Fact> that walk_run let through; false at the end. */
bool fact_next(const struct walk_field *facts, struct paper_cursor *cursor, struct fact *ret);
/* Why a canonical fact cannot be compared: NULL, or FACT_UNIT (another unit), FACT_CODE (a code that is not of the
 * list), FACT_VALUE. */
const char *fact_check(const struct fact_list *list, const struct fact *fact);
#endif
