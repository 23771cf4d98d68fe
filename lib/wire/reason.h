/* 理由代码: every code with which ecocase refuses or fails something, with its reason in Chinese and English. One table
 * (reason.c); adapters (.error files), broker (refusal notices, dead letters) and the command line all use it.
 */
#ifndef ECOCASE_WIRE_REASON_H
#define ECOCASE_WIRE_REASON_H
#include "base/bytes.h"

struct reason {
    const char *code; /* SCREAMING_SNAKE */
    const char *zh;   /* what is wrong and the remedy, one sentence */
    const char *en;
};
/* Never NULL: an unknown code answers the entry INTERNAL. */
const struct reason *reason_find(const char *code);
#endif
