/* See amount.h. */
#include "identifiers/amount.h"
#include "base/limits.h"
#include <stddef.h>

const char *amount_check(int64_t fen) { return fen < 0 || fen > LIMIT_AMOUNT_FEN ? "AMOUNT_RANGE" : NULL; }
