/* The record as a follower reads it. */
#include "broker/ledger/following.h"
#include <stdio.h>
#include <stdlib.h>
#include "broker/ledger/event_row_inside.h"

#define WINDOW_BYTES (INT64_C(16) << 20) /* values of one window, which are held at once */
struct following {
    struct ledger *ledger;
    struct followed followed;
};

static const char BEGIN[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char SESSION[] = "SET application_name = 'ecocase-register'; SET idle_in_transaction_session_timeout = "
                              "'10min'; SET work_mem = '16MB'; SET default_transaction_read_only = on";

enum outcome following_open(const char *conninfo, struct following **ret, struct fault *fault) {
    struct following *following = calloc(1, sizeof *following);
    INVARIANT(following);
    enum outcome outcome = ledger_connect(conninfo, &following->ledger, fault);
    if (outcome == OK) outcome = ledger_run(following->ledger, SESSION, "session", fault);
    if (outcome == OK) *ret = following;
    else following_close(following);
    return outcome;
}

void following_close(struct following *following) {
    if (!following) return;
    ledger_free(following->ledger);
    free(following);
}

/* Where a transaction is over there is no snapshot left; what comes next must be asked in a new one. */
static enum outcome ask(struct following *following, const char *sql, int count, const char *const *values,
                        PGresult **ret, struct fault *fault) {
    struct ledger *ledger = following->ledger;
    PGresult *result = PQexecParams(ledger->conn, sql, count, NULL, values, NULL, NULL, 1);
    enum outcome outcome = ledger_judge_result(ledger, result, "following", fault);
    if (outcome == OK) *ret = result;
    else PQclear(result);
    return outcome;
}

static enum outcome read_ledger_id(struct following *following, struct fault *fault) {
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ask(following,
            "SELECT cluster_id || '/' || (extract(epoch FROM created) * 1000000)::bigint::text FROM ecocase.world", 0,
            NULL, &result, fault));
    column_cstr(result, 0, 0, following->followed.ledger_id, sizeof following->followed.ledger_id);
    return OK;
}

static enum outcome read_lanes(struct following *following, struct fault *fault) {
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ask(following, "SELECT " LANE_COLUMNS " FROM ecocase.lane AS l ORDER BY lane", 0, NULL, &result, fault));
    size_t count = (size_t)PQntuples(result);
    INVARIANT(count <= LIMIT_LANES); /* a CHECK of the table */
    for (size_t i = 0; i < count; i++) lane_row_read(result, (int)i, &following->followed.lanes[i]);
    following->followed.lane_count = count;
    return OK;
}

enum outcome following_begin(struct following *following, const struct followed **ret, struct fault *fault) {
    struct ledger *ledger = following->ledger;
    TRY(ledger_run(ledger, BEGIN, "snapshot", fault));
    ledger->in_snapshot = true;
    TRY(ledger_world(ledger, &following->followed.world, fault));
    TRY(read_ledger_id(following, fault));
    TRY(read_lanes(following, fault));
    *ret = &following->followed;
    return OK;
}

void following_end(struct following *following) {
    following->ledger->in_snapshot = false;
    ledger_roll_back(following->ledger);
}

static enum outcome bytes_of_window(struct following *following, int32_t lane, int64_t after, int64_t upto,
                                    int64_t *ret, struct fault *fault) {
    char texts[3][24];
    const char *const values[] = {texts[0], texts[1], texts[2]};
    AUTO(result_clear) PGresult *result = NULL;
    snprintf(texts[0], sizeof texts[0], "%d", lane);
    snprintf(texts[1], sizeof texts[1], "%lld", (long long)after);
    snprintf(texts[2], sizeof texts[2], "%lld", (long long)upto);
    TRY(ask(following,
            "SELECT coalesce(sum(octet_length(value) + coalesce(octet_length(elsewhere), 0)), 0)::bigint FROM "
            "ecocase.event WHERE lane = $1::smallint AND serial > $2::bigint AND serial <= $3::bigint",
            3, values, &result, fault));
    *ret = column_int(result, 0, 0);
    return OK;
}

/* How far a window may go: half of it, again and again, while its values are too many at once. */
static enum outcome fit(struct following *following, int32_t lane, int64_t after, int64_t *most, struct fault *fault) {
    for (; *most > 1; *most = *most / 2) {
        int64_t bytes = 0;
        TRY(bytes_of_window(following, lane, after, after + *most, &bytes, fault));
        if (bytes <= WINDOW_BYTES) break;
    }
    return OK;
}

static void read_events(const PGresult *rows, struct arena *arena, struct past_event_list *ret) {
    struct past_event *events = arena_array(arena, (size_t)PQntuples(rows) + 1, sizeof *events);
    ret->count = (size_t)PQntuples(rows);
    for (size_t i = 0; i < ret->count; i++) {
        event_row_read(rows, (int)i, arena, &events[i].event);
        events[i].directory = (int32_t)column_int(rows, (int)i, EVENT_COLUMN_COUNT);
    }
    ret->at = events;
}

enum outcome following_events(struct following *following, int32_t lane, int64_t after, int64_t most,
                              struct arena *arena, struct past_event_list *ret, struct fault *fault) {
    char texts[3][24];
    const char *const values[] = {texts[0], texts[1], texts[2]};
    AUTO(result_clear) PGresult *rows = NULL;
    int64_t left = following->followed.lanes[lane].serial - after;
    if (most > left) most = left;
    *ret = (struct past_event_list){.upto = after};
    if (most <= 0) return OK;
    TRY(fit(following, lane, after, &most, fault));
    snprintf(texts[0], sizeof texts[0], "%d", lane);
    snprintf(texts[1], sizeof texts[1], "%lld", (long long)after);
    snprintf(texts[2], sizeof texts[2], "%lld", (long long)(after + most));
    TRY(ask(following,
            "SELECT " EVENT_COLUMNS ", directory FROM ecocase.event WHERE lane = $1::smallint AND serial > $2::bigint "
            "AND serial <= $3::bigint ORDER BY serial",
            3, values, &rows, fault));
    read_events(rows, arena, ret);
    ret->upto = after + most;
    return OK;
}

enum outcome following_cases(struct following *following, const struct uuid *ids, size_t count, struct arena *arena,
                             struct case_state *ret, struct fault *fault) {
    return ledger_cases(following->ledger, ids, count, arena, ret, fault);
}

enum outcome following_directory(struct following *following, int32_t version, char **ret_yaml, struct fault *fault) {
    char text[16];
    const char *const values[] = {text};
    AUTO(result_clear) PGresult *result = NULL;
    snprintf(text, sizeof text, "%d", version);
    TRY(ask(following, "SELECT text FROM ecocase.directory WHERE version = $1::integer", 1, values, &result, fault));
    if (PQntuples(result) != 1)
        return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has no directory of version %d", version);
    struct bytes yaml = column_bytes(result, 0, 0);
    *ret_yaml = calloc(yaml.count + 1, 1);
    INVARIANT(*ret_yaml);
    if (yaml.count) memcpy(*ret_yaml, yaml.at, yaml.count);
    return OK;
}
