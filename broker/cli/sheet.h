/* An answer of the ledger as people or programs want it: chosen columns as a table with Chinese heads, or every column
 * as JSON (numbers, booleans, null and JSON as such, times as ISO 8601 with +08:00). */
#ifndef ECOCASE_CLI_SHEET_H
#define ECOCASE_CLI_SHEET_H
#include <jansson.h>
#include <stdio.h>
#include "broker/cli/source.h"

/* most: see table.h; a list ends with name NULL */
struct sheet_column {
    const char *name, *head;
    size_t most;
};
void sheet_table(const PGresult *result, const struct sheet_column *columns, const char *indent_title);
/* The first rows of a result, uncut unless a width is given (screen.h). */
void sheet_rows(FILE *to, const PGresult *result, int rows, const struct sheet_column *columns, size_t width,
                bool colour);
json_t *sheet_json(const PGresult *result); /* array of objects */
json_t *sheet_row_json(const PGresult *result, int row);
void sheet_print_json(json_t *json); /* takes the reference */
/* "共 3 条 / 3 rows", and that the clock is a manual one where it is. */
void sheet_foot(const struct source *source, int rows, long limit);
/* The usual end of a command that prints one answer; takes the result. */
enum exit_code sheet_answer(const struct source *source, const struct request *request, PGresult *result,
                            const struct sheet_column *columns);
#endif
