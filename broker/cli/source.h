/* The ledger as this program sees it: one read-only connection, SELECT from views only. Every failure prints one line
 * that says what to do; functions answer NULL then. */
#ifndef ECOCASE_CLI_SOURCE_H
#define ECOCASE_CLI_SOURCE_H
#include <libpq-fe.h>
#include <stdbool.h>
#include "broker/cli/request.h"

struct source {
    PGconn *conn;
    bool manual_clock;
};
bool source_open(const struct request *request, struct source *ret);
/* What names the ledger: option, environment, or file (read into `text`); NULL with a line on stderr when nothing does.
 */
const char *source_conninfo(const struct request *request, char *text, size_t size, const char **ret_from);
void source_close(struct source *source);
/* Text parameters and a text result, or NULL. */
PGresult *source_ask(struct source *source, const char *sql, int count, const char *const *values);
void source_result_free(PGresult **result);
/* Column by name; "" for NULL. */
const char *source_text(const PGresult *result, int row, const char *name);
#endif
