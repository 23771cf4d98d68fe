/* The table transport: opening and closing. */
#include "adapters/table/table_inside.h"
#include "base/log.h"
#include "base/settings.h"
#include <stdlib.h>

static void release(void *of) {
    struct table *table = of;
    if (table->running) pthread_join(table->runner, NULL);
    link_free(table->link);
    sqlite3_close(table->journal);
    if (table->arena) arena_free(table->arena);
    table_settings_free(table->settings);
    pthread_mutex_destroy(&table->door);
    free(table);
}

/* What only profile and settings together can tell. */
static enum outcome check_payload(const struct table_settings *s, const struct profile *profile, const char *path,
                                  struct fault *fault) {
    enum profile_form form = profile_form(profile);
    bool fits =
        s->payload == PAYLOAD_BYTEA || form == PROFILE_JSON || (s->payload == PAYLOAD_TEXT && form == PROFILE_TEXT);
    if (fits) return OK;
    const char *other = form == PROFILE_BINARY ? "bytea: the files of this profile are no texts"
                                               : "text or bytea: the files of this profile are not JSON";
    if (s->payload_at) return setting_fault(s->payload_at, fault, "SETTINGS_TYPE", "payload must be %s", other);
    return fault_set(fault, REFUSE, "SETTINGS_TYPE", "%s: payload must be %s", path, other);
}

/* A name that the profile never takes would fail every row; with {type} in it only the rows can tell. */
static enum outcome check_name(const struct table *table, const struct table_settings *s, const char *path,
                               struct fault *fault) {
    const char *name = intake_name(table, BYTES_LITERAL("00000000-0000-0000-0000-000000000000"), "", table->arena);
    if ((s->file_name && strstr(s->file_name, "{type}")) || profile_takes(table->gateway->profile, name)) return OK;
    return fault_set(fault, REFUSE, "SETTINGS_TYPE",
                     "%s: file_name must make names that the profile's `files` takes, and \"%s\" is none", path, name);
}

static enum outcome open_all(struct table *table, const struct gateway_place *place, struct transport *base,
                             struct fault *fault) {
    TRY(table_settings_load(place->settings, &table->settings, fault));
    TRY(check_payload(table->settings, place->profile, place->settings, fault));
    TRY(gateway_open(place, TABLE_FOLDER, base, &table->gateway, fault));
    TRY(check_name(table, table->settings, place->settings, fault));
    if (sqlite3_open_v2(place->journal, &table->journal, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        return fault_set(fault, RETRY, "JOURNAL", "%s: %s", place->journal, sqlite3_errmsg(table->journal));
    }
    sqlite3_busy_timeout(table->journal, 2000);
    table->link = link_new(table->settings, NULL, &table->gateway->stopping);
    return OK;
}

enum outcome table_open(const struct gateway_place *place, struct transport **transport, struct fault *fault) {
    struct table *table = calloc(1, sizeof *table);
    INVARIANT(table && pthread_mutex_init(&table->door, NULL) == 0);
    table->arena = arena_new(256u << 10, TABLE_ARENA);
    table->status.since = instant_now();
    enum outcome outcome = open_all(table, place, *transport, fault);
    if (outcome != OK) {
        struct gateway *gateway = table->gateway;
        release(table);
        gateway_free(gateway);
        return outcome;
    }
    *transport = gateway_begin(table->gateway,
                               &(struct gateway_owner){table, release, table_status_json, "table", &table->changes});
    INVARIANT(pthread_create(&table->runner, NULL, runner_run, table) == 0);
    table->running = true;
    log_info("table.begun", "schema=%s outbox=%s inbox=%s payload=%s poll_ms=%lld", table->settings->schema,
             table->settings->outbox, table->settings->inbox, table_payload_type(table->settings),
             (long long)table->settings->poll_ms);
    return OK;
}
