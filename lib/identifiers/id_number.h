/* 公民身份号码 (GB 11643-1999), and the 15-digit numbers of before 1999 that still stand in old papers. Job: say what
 * is wrong with one, or nothing. Checked: form; the province (the address code's first two digits; a leading 9 is a
 * foreigner's permanent residence card); the date of birth, which must exist and not lie after `at` (INSTANT_NONE:
 * any); the check digit (ISO 7064 MOD 11-2; X for ten). The rest of the address code is the place where the number was
 * first given, often under a code long abolished: never refused. Pure; threads: any. */
#ifndef ECOCASE_IDENTIFIERS_ID_NUMBER_H
#define ECOCASE_IDENTIFIERS_ID_NUMBER_H
#include "base/time.h"

/* NULL: right. Else a reason code: ID_NUMBER_FORM, ID_NUMBER_DIVISION, ID_NUMBER_DATE, ID_NUMBER_CHECK. A small x is
 * taken for X. */
const char *id_number_check(struct bytes number, instant at);
/* Is this of the form at all? For papers that do not say what kind of number they give. */
bool id_number_shaped(struct bytes number);
/* The address code, six digits; only of a number that has the form. */
struct bytes id_number_division(struct bytes number);
/* 1508**********0015; a number shorter than twelve shows nothing. `ret` has room for the masked text and NUL, 19 bytes
 * and more. */
#define ID_NUMBER_MASKED 24
void id_number_mask(struct bytes number, char ret[ID_NUMBER_MASKED]);
#endif
