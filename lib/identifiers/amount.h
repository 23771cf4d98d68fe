/* 金额 in fen. Pure. */
#ifndef ECOCASE_IDENTIFIERS_AMOUNT_H
#define ECOCASE_IDENTIFIERS_AMOUNT_H
#include <stdint.h>

/* NULL: right. AMOUNT_RANGE: negative, or beyond LIMIT_AMOUNT_FEN. */
const char *amount_check(int64_t fen);
#endif
