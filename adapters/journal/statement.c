/* Values into and out of a prepared statement. */
#include "adapters/journal/statement.h"

static const char none[1] = "";
void statement_bind_blob(struct statement *s, struct bytes value) {
    sqlite3_bind_blob64(s->handle, ++s->bound, value.count ? (const void *)value.at : none, value.count, SQLITE_STATIC);
}
void statement_bind_text(struct statement *s, struct bytes value) {
    sqlite3_bind_text64(s->handle, ++s->bound, value.count ? (const char *)value.at : none, value.count, SQLITE_STATIC,
                        SQLITE_UTF8);
}
void statement_bind_uuid(struct statement *s, const struct uuid *value) {
    statement_bind_blob(s, bytes_of(value->b, sizeof value->b));
}
void statement_bind_int(struct statement *s, int64_t value) { sqlite3_bind_int64(s->handle, ++s->bound, value); }

struct bytes statement_column_bytes(const struct statement *statement, int column, struct arena *arena) {
    const void *at = sqlite3_column_blob(statement->handle, column);
    int count = sqlite3_column_bytes(statement->handle, column);
    return at && count > 0 ? arena_copy(arena, bytes_of(at, (size_t)count)) : BYTES_NONE;
}
void statement_column_fixed(const struct statement *statement, int column, uint8_t *ret, size_t count) {
    const void *at = sqlite3_column_blob(statement->handle, column);
    if (at && (size_t)sqlite3_column_bytes(statement->handle, column) == count) memcpy(ret, at, count);
}
struct uuid statement_column_uuid(const struct statement *statement, int column) {
    struct uuid id = {0};
    statement_column_fixed(statement, column, id.b, sizeof id.b);
    return id;
}
int64_t statement_column_int(const struct statement *statement, int column) {
    return sqlite3_column_int64(statement->handle, column);
}
