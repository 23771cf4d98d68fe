/* 统一社会信用代码 (GB 32100-2015). Job: say what is wrong with one, or nothing. Eighteen characters of the standard's
 * 31 (digits and capitals without I, O, S, V, Z), positions 3 to 8 a division code, the last the check character:
 * weights 3^(i-1) mod 31, 31 less the remainder. Pure; threads: any. */
#ifndef ECOCASE_IDENTIFIERS_CREDIT_CODE_H
#define ECOCASE_IDENTIFIERS_CREDIT_CODE_H
#include "base/bytes.h"

/* NULL: right. Else CREDIT_CODE_FORM or CREDIT_CODE_CHECK. */
const char *credit_code_check(struct bytes code);
#endif
