/* Where a table goes: a terminal (its width, a pager when it is longer than that, heads set off), or a pipe or file,
 * where nothing is cut and nothing coloured. */
#ifndef ECOCASE_CLI_SCREEN_H
#define ECOCASE_CLI_SCREEN_H
#include <stdbool.h>
#include <stdio.h>

struct screen {
    FILE *to;
    size_t width; /* 0: no terminal, as wide as it is */
    bool colour, paged;
};
struct screen screen_open(int lines);
void screen_close(struct screen *screen);
#endif
