/* The whole ledger in order. Events are asked for in windows of serials: each costs one look into the lane's BRIN
 * index, is sorted in memory and streamed row by row. Source: libpq, chapter 34.6 (single-row mode). */
#include "broker/ledger/history.h"
#include <stdio.h>
#include <stdlib.h>
#include "broker/ledger/event_row_inside.h"

#define WINDOW 500 /* rows of at most a page each, for values beyond lie aside: 4 MiB to sort */
struct history {
    struct ledger *ledger;
    /* events: which lane, behind which serial the next window begins, the last serial, and whether a window is being
     * read */
    int32_t lane;
    int64_t after, last;
    bool reading;
};

/* No value is copied into a temporary file for a sort, and no other table is read from end to end for a window. */
static const char SNAPSHOT[] =
    "SET idle_in_transaction_session_timeout = 0; SET work_mem = '16MB'; SET default_transaction_read_only = on;"
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

enum outcome history_open(const char *conninfo, struct history **ret, struct ledger_world *ret_world,
                          struct fault *fault) {
    struct history *history = calloc(1, sizeof *history);
    INVARIANT(history);
    enum outcome outcome = ledger_connect(conninfo, &history->ledger, fault);
    if (outcome == OK) outcome = ledger_world(history->ledger, ret_world, fault);
    if (outcome == OK) outcome = ledger_run(history->ledger, SNAPSHOT, "snapshot", fault);
    if (outcome == OK) *ret = history;
    else history_close(history);
    return outcome;
}

void history_close(struct history *history) {
    if (!history) return;
    ledger_free(history->ledger);
    free(history);
}

static enum outcome ask_one(struct history *history, const char *sql, int32_t number, PGresult **ret,
                            struct fault *fault) {
    char text[16];
    const char *const values[] = {text};
    snprintf(text, sizeof text, "%d", number);
    PGresult *result = PQexecParams(history->ledger->conn, sql, 1, NULL, values, NULL, NULL, 1);
    enum outcome outcome = ledger_judge_result(history->ledger, result, "history", fault);
    if (outcome == OK && PQntuples(result) != 1)
        outcome = fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has no row %d for: %s", number, sql);
    if (outcome == OK) *ret = result;
    else PQclear(result);
    return outcome;
}

enum outcome history_lane(struct history *history, int32_t lane, struct lane_row *ret, struct fault *fault) {
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ask_one(history, "SELECT " LANE_COLUMNS " FROM ecocase.lane AS l WHERE lane = $1::smallint", lane, &result,
                fault));
    lane_row_read(result, 0, ret);
    return OK;
}

enum outcome history_directory(struct history *history, int32_t version, char **ret_yaml, struct fault *fault) {
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ask_one(history, "SELECT text FROM ecocase.directory WHERE version = $1::integer", version, &result, fault));
    struct bytes text = column_bytes(result, 0, 0);
    *ret_yaml = calloc(text.count + 1, 1);
    INVARIANT(*ret_yaml);
    if (text.count) memcpy(*ret_yaml, text.at, text.count);
    return OK;
}

static enum outcome ask(struct history *history, const char *sql, const int64_t *numbers, int count,
                        struct fault *fault) {
    char texts[3][24];
    const char *values[3];
    PGconn *conn = history->ledger->conn;
    for (int i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "%lld", (long long)numbers[i]);
        values[i] = texts[i];
    }
    if (PQsendQueryParams(conn, sql, count, NULL, values, NULL, NULL, 1) == 1 && PQsetSingleRowMode(conn) == 1)
        return OK;
    return fault_set(fault, RETRY, "LEDGER_DOWN", "history: %s", PQerrorMessage(conn));
}

/* One row, or NULL behind the last; the caller clears it. */
static enum outcome next(struct history *history, PGresult **ret, struct fault *fault) {
    PGresult *result = PQgetResult(history->ledger->conn);
    *ret = NULL;
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
        *ret = result;
        return OK;
    }
    enum outcome outcome = ledger_judge_result(history->ledger, result, "history", fault);
    PQclear(result);
    while ((result = PQgetResult(history->ledger->conn))) PQclear(result);
    return outcome;
}

enum outcome history_ask_events(struct history *history, int32_t lane, struct fault *fault) {
    AUTO(result_clear) PGresult *result = NULL;
    /* What lies beyond the row's serial should not be there; it is found and shown. */
    TRY(ask_one(
        history,
        "SELECT greatest(l.serial, (SELECT max(e.serial) FROM ecocase.event AS e WHERE e.lane = $1::smallint AND "
        "e.serial > l.serial)) FROM ecocase.lane AS l WHERE l.lane = $1::smallint",
        lane, &result, fault));
    history->lane = lane;
    history->after = 0;
    history->last = column_int(result, 0, 0);
    history->reading = false;
    return OK;
}

static enum outcome ask_window(struct history *history, struct fault *fault) {
    const int64_t numbers[] = {history->lane, history->after, history->after + WINDOW};
    TRY(ask(
        history,
        "SELECT " EVENT_COLUMNS ", directory, k_lane, k_serial, f_kind, f_digest FROM ecocase.event AS o LEFT JOIN"
        " (SELECT sender AS k_sender, message_id AS k_message, lane AS k_lane, serial AS k_serial FROM ecocase.known)"
        " AS k ON k_sender = sender AND k_message = message_id LEFT JOIN LATERAL (SELECT e.kind AS "
        "f_kind, " EVENT_DIGEST
        " AS f_digest FROM ecocase.event AS e WHERE e.lane = k_lane AND e.serial = k_serial AND (k_lane, k_serial) <>"
        " (o.lane, o.serial) OFFSET 0) AS f ON true WHERE lane = $1::smallint AND serial > $2::bigint AND serial <= "
        "$3::bigint ORDER BY serial",
        numbers, 3, fault));
    history->after += WINDOW;
    history->reading = true;
    return OK;
}

/* The next row of this window or of one behind it; NULL behind the last. */
static enum outcome next_of_windows(struct history *history, PGresult **ret, struct fault *fault) {
    *ret = NULL;
    while (!*ret && (history->reading || history->after < history->last)) {
        if (!history->reading) TRY(ask_window(history, fault));
        TRY(next(history, ret, fault));
        history->reading = *ret != NULL;
    }
    return OK;
}

enum outcome history_next_event(struct history *history, struct arena *arena, struct past_event *ret, bool *ret_more,
                                struct fault *fault) {
    enum { DIRECTORY = EVENT_COLUMN_COUNT, LANE, SERIAL, KIND, HASH };
    AUTO(result_clear) PGresult *row = NULL;
    TRY(next_of_windows(history, &row, fault));
    *ret_more = row != NULL;
    if (!row) return OK;
    *ret = (struct past_event){.directory = (int32_t)column_int(row, 0, DIRECTORY)};
    event_row_read(row, 0, arena, &ret->event);
    struct bytes hash = column_bytes(row, 0, HASH);
    ret->submission.found = !PQgetisnull(row, 0, LANE);
    if (hash.count == sizeof ret->submission.hash) memcpy(ret->submission.hash, hash.at, hash.count);
    ret->submission.lane = (int32_t)column_int(row, 0, LANE);
    ret->submission.serial = column_int(row, 0, SERIAL);
    ret->submission.kind = column_char(row, 0, KIND);
    return OK;
}

enum outcome history_ask_referrals(struct history *history, int32_t lane, struct fault *fault) {
    const int64_t number = lane;
    return ask(history, "SELECT " REFERRAL_COLUMNS ", events FROM ecocase.referral WHERE lane = $1::smallint", &number,
               1, fault);
}

enum outcome history_next_referral(struct history *history, struct arena *arena, struct past_referral *ret,
                                   bool *ret_more, struct fault *fault) {
    AUTO(result_clear) PGresult *row = NULL;
    TRY(next(history, &row, fault));
    *ret_more = row != NULL;
    if (!row) return OK;
    size_t count = column_array_count(row, 0, REFERRAL_COLUMN_COUNT);
    int64_t *events = arena_array(arena, count ? count : 1, sizeof *events);
    for (size_t i = 0; i < count; i++) events[i] = column_array_int(row, 0, REFERRAL_COLUMN_COUNT, i);
    *ret = (struct past_referral){referral_row_read(row, 0, arena), count, events};
    return OK;
}
