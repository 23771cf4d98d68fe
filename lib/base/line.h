/* One line for a person or a log. Job: make any text safe to print and to put into JSON: control characters become
 * spaces, every byte that is not UTF-8 (a name cut in the middle, a native encoding) becomes '?'. In place, never longer.
 * Threads: any. Never fails. */
#ifndef ECOCASE_BASE_LINE_H
#define ECOCASE_BASE_LINE_H
#include <stddef.h>
#include <stdint.h>

void line_clean(char *text, size_t count);
/* Bytes of the UTF-8 character that starts at `at`, 0 when none does; `left` ≥ 1. */
size_t line_character(const uint8_t *at, size_t left);
#endif
