/* One line for a person or a log. Job: make any text safe to print and to put into JSON: control characters become
 * spaces, every byte that is not UTF-8 (a name cut in the middle, a native encoding) becomes '?'. In place, never
 * longer. Threads: any. Never fails. */
#ifndef ECOCASE_BASE_LINE_H
#define ECOCASE_BASE_LINE_H
#include "base/bytes.h"

void line_clean(char *text, size_t count);
/* Bytes of the UTF-8 character that starts at `at`, 0 when none does; `left` ≥ 1. */
size_t line_character(const uint8_t *at, size_t left);
/* The next line that ends in a newline, without it; *rest then begins behind it. False where none is left. */
bool line_next(struct bytes *rest, struct bytes *ret_line);
/* The n-th part of a line between tabs, counted from 0; empty where there are fewer. */
struct bytes line_part(struct bytes line, int index);
#endif
