/* A prepared statement of SQLite being filled and read, in SQLite's words: bind_* number the parameters themselves, in
 * order; column_* count from 0. What is bound must live until the step. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_STATEMENT_H
#define ECOCASE_ADAPTERS_JOURNAL_STATEMENT_H
#include <sqlite3.h>
#include "base/arena.h"
#include "base/uuid.h"

struct statement {
    sqlite3_stmt *handle;
    int bound;
};
void statement_bind_blob(struct statement *statement, struct bytes value);
void statement_bind_text(struct statement *statement, struct bytes value);
void statement_bind_uuid(struct statement *statement, const struct uuid *value);
void statement_bind_int(struct statement *statement, int64_t value);
struct bytes statement_column_bytes(const struct statement *statement, int column, struct arena *arena);
/* a blob of that size, else left alone */
void statement_column_fixed(const struct statement *statement, int column, uint8_t *ret, size_t count);
struct uuid statement_column_uuid(const struct statement *statement, int column);
int64_t statement_column_int(const struct statement *statement, int column);
#endif
