/* The settings file of --table, read and checked. */
#include "adapters/table/settings_inside.h"
#include "base/limits.h"
#include "base/settings.h"
#include <libpq-fe.h>
#include <stdlib.h>

static const char *const payloads[] = {"text", "bytea", "jsonb"};
const char *table_payload_type(const struct table_settings *s) { return payloads[s->payload]; }

/* A password in a file that many read is no secret. */
static enum outcome read_connection(struct table_settings *s, struct setting *root, struct fault *fault) {
    char *why = NULL;
    TRY(setting_text(root, "connection", &s->connection, fault));
    const struct setting *at = setting_get(root, "connection");
    PQconninfoOption *all = PQconninfoParse(s->connection, &why);
    if (!all) {
        setting_fault_at(at, fault, "SETTINGS_TYPE", "connection is a libpq conninfo or URI: %.200s",
                         why ? why : "it cannot be read");
        PQfreemem(why);
        return REFUSE;
    }
    bool secret = false, database = false;
    for (const PQconninfoOption *one = all; one->keyword; one++) {
        bool given = one->val && *one->val;
        secret =
            secret || (given && (strcmp(one->keyword, "password") == 0 || strcmp(one->keyword, "sslpassword") == 0));
        database = database || (given && (strcmp(one->keyword, "dbname") == 0 || strcmp(one->keyword, "service") == 0));
    }
    PQconninfoFree(all);
    if (secret)
        return setting_fault(at, fault, "SETTINGS_TYPE",
                             "connection holds a password: give it as PGPASSWORD or in a passfile instead");
    if (!database)
        return setting_fault(at, fault, "SETTINGS_MISSING", "connection names no database: host=… dbname=… user=…");
    return OK;
}

/* Plain lower-case names: they stand in SQL unquoted. */
static bool plain(const char *name, size_t most) {
    size_t count = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return count && !name[count] && count <= most && (*name < '0' || *name > '9');
}
static enum outcome read_name(struct setting *map, const char *key, const char *otherwise, const char **ret,
                              struct fault *fault) {
    TRY(setting_text_or(map, key, otherwise, ret, fault));
    if (!*ret || plain(*ret, TABLE_NAME_MAX)) return OK;
    return setting_fault(setting_get(map, key), fault, "SETTINGS_TYPE",
                         "%s: lower-case letters, digits and _, at most %u, no digit first", key, TABLE_NAME_MAX);
}

static enum outcome read_payload(struct table_settings *s, struct setting *root, struct fault *fault) {
    const char *text = NULL;
    TRY(setting_text_or(root, "payload", "text", &text, fault));
    s->payload_at = setting_get(root, "payload");
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        s->payload = (enum table_payload)i;
        if (strcmp(text, payloads[i]) == 0) return OK;
    }
    return setting_fault(s->payload_at, fault, "SETTINGS_TYPE", "payload is text, bytea or jsonb, not \"%.40s\"", text);
}

static enum outcome read_file_name(struct table_settings *s, struct setting *root, struct fault *fault) {
    TRY(setting_text_or(root, "file_name", NULL, &s->file_name, fault));
    if (!s->file_name || (strstr(s->file_name, "{id}") && !strchr(s->file_name, '/'))) return OK;
    return setting_fault(setting_get(root, "file_name"), fault, "SETTINGS_TYPE",
                         "file_name is a plain file name with {id} in it, and {type} where wanted");
}

static enum outcome read_roles(struct table_settings *s, struct setting *root, struct fault *fault) {
    struct setting *roles = setting_get(root, "roles");
    s->adapter_role = "ecocase_adapter";
    if (!roles) return OK;
    if (roles->kind != SETTING_MAP)
        return setting_fault(roles, fault, "SETTINGS_TYPE", "roles: {adapter: NAME, agency: NAME}");
    TRY(read_name(roles, "adapter", s->adapter_role, &s->adapter_role, fault));
    return read_name(roles, "agency", NULL, &s->agency_role, fault);
}

static enum outcome read_all(struct table_settings *s, struct setting *root, struct fault *fault) {
    int64_t seconds = 5, mib = 64;
    if (root->kind != SETTING_MAP)
        return setting_fault(root, fault, "SETTINGS_TYPE",
                             "table settings begin with connection: host=… dbname=… user=…");
    TRY(read_connection(s, root, fault));
    TRY(read_name(root, "schema", "ecocase", &s->schema, fault));
    TRY(read_name(root, "outbox", "outbox", &s->outbox, fault));
    TRY(read_name(root, "inbox", "inbox", &s->inbox, fault));
    if (strcmp(s->outbox, s->inbox) == 0)
        return setting_fault(setting_get(root, "inbox"), fault, "SETTINGS_TYPE", "outbox and inbox are two tables");
    TRY(read_name(root, "channel", "ecocase_outbox", &s->channel, fault));
    TRY(read_payload(s, root, fault));
    TRY(setting_text_or(root, "aggregatetype", NULL, &s->aggregate_type, fault));
    if (s->aggregate_type &&
        (!*s->aggregate_type || strlen(s->aggregate_type) > 255 || strpbrk(s->aggregate_type, "'\\"))) {
        return setting_fault(setting_get(root, "aggregatetype"), fault, "SETTINGS_TYPE",
                             "aggregatetype is a text of at most 255 bytes without ' and \\");
    }
    TRY(read_file_name(s, root, fault));
    TRY(read_roles(s, root, fault));
    TRY(setting_int_or(root, "poll_seconds", 1, 3600, seconds, &seconds, fault));
    TRY(setting_int_or(root, "batch", 1, 1000, 200, &s->batch, fault));
    TRY(setting_int_or(root, "attachment_mib", 1, 256, mib, &mib, fault));
    TRY(setting_int_or(root, "queue", 1, 1000000, 10000, &s->queue_most, fault));
    TRY(setting_int_or(root, "delete_after_days", 1, 36500, 0, &s->delete_after_days, fault));
    s->poll_ms = seconds * 1000;
    s->attachment_most = mib * (int64_t)MIB;
    return settings_check_unknown(root, fault);
}

enum outcome table_settings_load(const char *path, struct table_settings **ret, struct fault *fault) {
    struct table_settings *s = calloc(1, sizeof *s);
    INVARIANT(s);
    enum outcome outcome = settings_load(path, &s->tree, fault);
    if (outcome == OK) outcome = read_all(s, settings_root(s->tree), fault);
    if (outcome == OK) *ret = s;
    else table_settings_free(s);
    return outcome;
}

void table_settings_free(struct table_settings *s) {
    if (!s) return;
    settings_free(s->tree);
    free(s);
}
