/* 他案情况 · What was known of other cases when an event was judged: fetched before judging, kept with the event, and
 * the judge's input when it is judged again. Lines, tab-separated: "P", case, category, decision in ms, agency's
 * number, document number: a penalty of the same party; "N", document number: of a referral that grew out of this one
 * (an operation). */
#ifndef ECOCASE_MODEL_RELATED_CASES_H
#define ECOCASE_MODEL_RELATED_CASES_H
#include "base/bytes.h"

enum related_part { RELATED_KIND, RELATED_CASE, RELATED_CATEGORY, RELATED_DECIDED, RELATED_AGENCY, RELATED_NUMBER };
#define RELATED_PENALTY      'P'
#define RELATED_CHILD        'N'
#define RELATED_CHILD_NUMBER 1      /* part */
#define MAX_RELATED_CASES    12000u /* bytes; the newest come first, what is beyond is left out */
#endif
