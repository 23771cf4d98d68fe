/* 行政区划 (GB/T 2260): schemas/rules/divisions.yaml, the codes of the four cities, of today and of before. Part of the
 * catalogue and of each version of the rules; read-only once loaded, any thread. Years are those of +08:00. */
#ifndef ECOCASE_IDENTIFIERS_DIVISION_H
#define ECOCASE_IDENTIFIERS_DIVISION_H
#include "base/fault.h"
#include "base/time.h"
#include "identifiers/identifiers.h"

struct division {
    int32_t code;
    const char *name;
    int16_t from, until; /* years; until 0: in use */
    int32_t next;        /* what stands for it today; 0: itself */
};
struct division_list;
/* divisions.yaml of that folder. REFUSE: SETTINGS_*, at file:line:column. */
MUST_USE enum outcome division_list_load(const char *folder, struct division_list **ret, struct fault *fault);
void division_list_free(struct division_list *list);
size_t division_count(const struct division_list *list);
const struct division *division_entry(const struct division_list *list, size_t index);
/* The entry in use in the year of `at`; NULL: none of ours. */
const struct division *division_in_use(const struct division_list *list, struct bytes code, instant at);
/* A case's place. NULL: right, or not of these cities. DIVISION_FORM: not six digits; DIVISION_UNKNOWN: begins as one
 * of ours and never was one; DIVISION_CLOSED: was one and is none in the year of `at`. */
const char *division_check(const struct division_list *list, struct bytes code, instant at);
/* An identity number's address code: NULL, or the remark ID_DIVISION_UNKNOWN where it begins as one of ours and never
 * was one. */
const char *division_remark(const struct division_list *list, struct bytes code);
/* COORDINATE_REGION: a place of that division that lies outside of its city's bounds; NULL: inside, or nothing is
 * known. */
const char *division_place_remark(const struct division_list *list, struct bytes code, const struct coordinate *at);
#endif
