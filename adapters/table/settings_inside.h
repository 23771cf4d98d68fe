/* 数据库传输设置: the file given by --table: which database, which tables, how often. It holds no password: libpq takes
 * PGPASSWORD or a password file. Grammar: docs/TABLE.md. Every mistake is refused at file:line:column. Read-only once
 * loaded; texts live as long as it. */
#ifndef ECOCASE_ADAPTERS_TABLE_SETTINGS_INSIDE_H
#define ECOCASE_ADAPTERS_TABLE_SETTINGS_INSIDE_H
#include "base/arena.h"
#include "base/fault.h"

#define TABLE_NAME_MAX 40u /* of PostgreSQL's 63 bytes: the rest is for _outcome and the like */
enum table_payload { PAYLOAD_TEXT, PAYLOAD_BYTEA, PAYLOAD_JSONB };
struct table_settings {
    struct settings *tree;
    const char *connection; /* libpq conninfo or URI, without a password */
    const char *schema, *outbox, *inbox, *channel;
    enum table_payload payload;
    const struct setting *payload_at;       /* where that stands, for what only the profile can tell */
    const char *aggregate_type;             /* NULL: every row of the outbox is ours */
    const char *file_name;                  /* with {id} and {type}; NULL: <id>.<extension of the profile> */
    const char *adapter_role, *agency_role; /* agency_role NULL: no grants for it */
    int64_t poll_ms, batch, queue_most, delete_after_days; /* 0 days: nothing is deleted */
    int64_t attachment_most;                               /* bytes of an incoming one in one value; beyond: in parts */
};
MUST_USE enum outcome table_settings_load(const char *path, struct table_settings **ret, struct fault *fault);
void table_settings_free(struct table_settings *settings);
const char *table_payload_type(const struct table_settings *settings);
#endif
