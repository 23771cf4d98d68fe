/* A table for a terminal: columns as wide as their widest cell, counting a CJK character as two, a combining one as
 * none. What could command a terminal or turn its text around (control, bidirectional) is shown as '?'. */
#ifndef ECOCASE_CLI_TABLE_H
#define ECOCASE_CLI_TABLE_H
#include <stdbool.h>
#include <stdio.h>

#define TABLE_COLUMNS 16
struct table {
    size_t columns, cell_count, capacity;
    size_t most[TABLE_COLUMNS]; /* widest a cell may be, 0: as wide as it is; longer ones end in … */
    size_t shown;               /* how many of the columns, from the left; 0: all */
    bool heads_bold;            /* by a terminal's command */
    char **cells;               /* row by row; the first row is the heads */
};
void table_start(struct table *table, size_t columns);
void table_free(struct table *table);
/* Cells are added from left to right, row by row; copied. */
void table_cell(struct table *table, const char *text);
void table_print(const struct table *table, FILE *to);
/* Cuts the widest columns until the table fits that many columns of a terminal, none below a few characters; what does
 * not fit then is left out from the right (`shown`). */
void table_fit(struct table *table, size_t width);
size_t table_width(const char *text);
#endif
