/* 连接: the one connection to the agency's database. Every wait has an end and is given up when the gateway stops: a
 * server that hangs, a network that swallows, hold up nothing but their own turn. Threads: one owner, but for
 * *stopping. Failures: RETRY/TABLE_DOWN: the connection is gone, what was under way may or may not be done;
 * RETRY/TABLE_SQL: tables or grants are not what table-setup makes; REFUSE/TABLE_DATA: this very statement's values
 * cannot be held (a transaction is then aborted). */
#ifndef ECOCASE_ADAPTERS_TABLE_LINK_INSIDE_H
#define ECOCASE_ADAPTERS_TABLE_LINK_INSIDE_H
#include <libpq-fe.h>
#include <stdatomic.h>
#include "adapters/table/settings_inside.h"
#include "base/buffer.h"
#include "base/bytes.h"

struct link;
struct link *link_new(const struct table_settings *settings, const char *owner, const atomic_bool *stopping);
void link_free(struct link *link);
bool link_up(const struct link *link);
MUST_USE enum outcome link_connect(struct link *link, struct fault *fault);
void link_drop(struct link *link);
int link_descriptor(const struct link *link); /* -1: none */
/* Reads what has come; were there notifications? A connection that turns out to be lost is dropped. */
bool link_notified(struct link *link);

#define LINK_PARAMETERS 12
/* Texts, or bytes (binary), or NULL where the view is BYTES_NONE. */
struct link_values {
    struct bytes at[LINK_PARAMETERS];
    bool binary[LINK_PARAMETERS];
    size_t count;
};
/* NULL: SQL's NULL; must live until the call */
void link_text(struct link_values *values, const char *text);
/* binary; for text columns too, as UTF-8 */
void link_bytes(struct link_values *values, struct bytes what);
void link_number(struct link_values *values, int64_t number, struct arena *arena);
/* One statement with {names} as in ddl_fill; results come binary, so ask for texts (::text) and bytea only. values
 * NULL: none. */
MUST_USE enum outcome link_ask(struct link *link, const char *sql, const struct link_values *values, PGresult **ret,
                               struct fault *fault);
/* ret_rows may be NULL */
MUST_USE enum outcome link_run(struct link *link, const char *sql, const struct link_values *values, int64_t *ret_rows,
                               struct fault *fault);
/* Several statements at once, without values. */
MUST_USE enum outcome link_script(struct link *link, const char *sql, struct fault *fault);
/* Work inside one transaction: committed when it answers OK, else rolled back. */
MUST_USE enum outcome link_begin(struct link *link, const char *how, struct fault *fault);
MUST_USE enum outcome link_end(struct link *link, enum outcome outcome, struct fault *fault);
void link_result_free(PGresult **result);
struct bytes link_value(const PGresult *result, int row, int column); /* BYTES_NONE: NULL */
int64_t link_int(const PGresult *result, int row, int column);        /* of a ::text */

/* ---- 建表语句: the SQL of table-setup, made from the settings. It may be run again: it adds what is missing and
 * replaces functions and triggers. Pure. REFUSE/TOO_LARGE never happens with names as the settings take them. */
MUST_USE enum outcome ddl_write(const struct table_settings *settings, struct buffer *into, struct fault *fault);
/* `text` with {schema} {outbox} {inbox} {payload} {channel} {adapter} {agency} {type} as the settings have them. */
MUST_USE enum outcome ddl_fill(const struct table_settings *settings, const char *text, struct buffer *into,
                               struct fault *fault);
#endif
