/* The one connection to the agency's database, every wait bounded. */
#include "adapters/table/link_inside.h"
#include "base/limits.h"
#include "base/time.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_MS 10000
#define ANSWER_MS  40000 /* more than statement_timeout: then the server or the way to it is gone */
#define SLICE_MS   100   /* so long a stop may wait */
#define SQL_MAX    (64u * KIB)

/* A transaction that its client forgot must not hold rows for long; the agency's own transactions are not waited for
 * without end. Commits are not waited for: what a crash of the server takes back of the outcomes is reported again at
 * the next connection (reconcile.c); who needs more says so. */
static const char session[] = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET "
                              "idle_in_transaction_session_timeout = '20s'; SET client_min_messages = warning;"
                              "SET search_path = pg_catalog; SET TimeZone = 'Asia/Shanghai'; SET "
                              "standard_conforming_strings = on; SET synchronous_commit = off";

struct link {
    const struct table_settings *settings;
    const char *owner;
    const atomic_bool *stopping;
    PGconn *conn;
};

struct link *link_new(const struct table_settings *settings, const char *owner, const atomic_bool *stopping) {
    struct link *link = calloc(1, sizeof *link);
    INVARIANT(link);
    *link = (struct link){.settings = settings, .owner = owner, .stopping = stopping};
    return link;
}
void link_drop(struct link *link) {
    PQfinish(link->conn);
    link->conn = NULL;
}
void link_free(struct link *link) {
    if (!link) return;
    link_drop(link);
    free(link);
}
bool link_up(const struct link *link) { return link->conn && PQstatus(link->conn) == CONNECTION_OK; }
int link_descriptor(const struct link *link) { return link->conn ? PQsocket(link->conn) : -1; }
void link_result_free(PGresult **result) { PQclear(*result); }

static enum outcome down(struct link *link, const char *why, struct fault *fault) {
    enum outcome outcome = fault_set(fault, RETRY, "TABLE_DOWN", "%s", why);
    link_drop(link);
    return outcome;
}
static enum outcome lost(struct link *link, struct fault *fault) {
    char why[400];
    snprintf(why, sizeof why, "%s", link->conn ? PQerrorMessage(link->conn) : "no connection");
    return down(link, why, fault);
}

/* False: the time is over, or the gateway stops. */
static bool wait_for(const struct link *link, short events, int64_t until_ms) {
    struct pollfd fd = {PQsocket(link->conn), events, 0};
    while (!atomic_load(link->stopping)) {
        int64_t left = until_ms - monotonic_ms();
        if (left <= 0) return false;
        if (poll(&fd, 1, (int)(left < SLICE_MS ? left : SLICE_MS)) > 0) return true;
    }
    return false;
}

/* What the server remarks on shows in the outcome; libpq would write it to stderr. */
static void ignore_notice(void *of, const char *text) { (void)of, (void)text; }

enum outcome link_connect(struct link *link, struct fault *fault) {
    const char *const keys[] = {"dbname",
                                "client_encoding",
                                "fallback_application_name",
                                "tcp_user_timeout",
                                "keepalives_idle",
                                link->owner ? "user" : NULL,
                                NULL};
    const char *const values[] = {
        link->settings->connection, "UTF8", "ecocase-adapter", "20000", "10", link->owner, NULL};
    int64_t until = monotonic_ms() + CONNECT_MS;
    link_drop(link);
    link->conn = PQconnectStartParams(keys, values, 1);
    INVARIANT(link->conn);
    PQsetNoticeProcessor(link->conn, ignore_notice, NULL);
    for (PostgresPollingStatusType now = PGRES_POLLING_WRITING; now != PGRES_POLLING_OK;
         now = PQconnectPoll(link->conn)) {
        if (now == PGRES_POLLING_FAILED || PQstatus(link->conn) == CONNECTION_BAD) return lost(link, fault);
        if (!wait_for(link, now == PGRES_POLLING_READING ? POLLIN : POLLOUT, until))
            return down(link, "no answer to the connection", fault);
    }
    if (PQsetnonblocking(link->conn, 1) != 0) return lost(link, fault);
    return link_script(link, session, fault);
}

/* Class 22 and what does not fit: this statement's own fault. Connection, resources, administrator, serialisation:
 * passes by itself. */
static enum outcome judge(struct link *link, PGresult *result, struct fault *fault) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return OK;
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE),
               *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!state || !text || PQstatus(link->conn) != CONNECTION_OK) return lost(link, fault);
    bool passes = strncmp(state, "08", 2) == 0 || strncmp(state, "57", 2) == 0 || strncmp(state, "53", 2) == 0 ||
                  strncmp(state, "40", 2) == 0 || strncmp(state, "58", 2) == 0 || strcmp(state, "55P03") == 0;
    if (passes) return fault_set(fault, RETRY, "TABLE_DOWN", "%s (%s)", text, state);
    if (strncmp(state, "22", 2) == 0 || strncmp(state, "54", 2) == 0)
        return fault_set(fault, REFUSE, "TABLE_DATA", "%s (%s)", text, state);
    return fault_set(fault, RETRY, "TABLE_SQL", "%s (%s)", text, state);
}

static bool sent_off(struct link *link, int64_t until) {
    for (int left; (left = PQflush(link->conn)) != 0;) {
        if (left < 0 || !wait_for(link, POLLIN | POLLOUT, until)) return false;
        if (!PQconsumeInput(link->conn)) return false;
    }
    return true;
}

/* The last result of what was sent, or the first that failed. */
static enum outcome answer(struct link *link, PGresult **ret, struct fault *fault) {
    int64_t until = monotonic_ms() + ANSWER_MS;
    AUTO(link_result_free) PGresult *kept = NULL;
    if (!sent_off(link, until)) return down(link, "what was asked could not be sent", fault);
    for (;;) {
        while (PQisBusy(link->conn)) {
            if (!wait_for(link, POLLIN, until)) return down(link, "no answer", fault);
            if (!PQconsumeInput(link->conn)) return lost(link, fault);
        }
        PGresult *next = PQgetResult(link->conn);
        if (!next) break;
        bool wrong = kept && PQresultStatus(kept) == PGRES_FATAL_ERROR;
        PQclear(wrong ? next : kept);
        if (!wrong) kept = next;
    }
    if (!kept) return lost(link, fault);
    TRY(judge(link, kept, fault));
    *ret = kept;
    kept = NULL;
    return OK;
}

enum outcome link_script(struct link *link, const char *sql, struct fault *fault) {
    AUTO(link_result_free) PGresult *result = NULL;
    if (!link_up(link) || !PQsendQuery(link->conn, sql)) return lost(link, fault);
    return answer(link, &result, fault);
}

enum outcome link_ask(struct link *link, const char *sql, const struct link_values *v, PGresult **ret,
                      struct fault *fault) {
    const char *values[LINK_PARAMETERS];
    int lengths[LINK_PARAMETERS], forms[LINK_PARAMETERS];
    AUTO(buffer_free) struct buffer filled;
    size_t count = v ? v->count : 0;
    buffer_init(&filled, SQL_MAX);
    TRY(ddl_fill(link->settings, sql, &filled, fault));
    TRY(buffer_add(&filled, bytes_of("", 1), fault));
    for (size_t i = 0; i < count; i++) {
        values[i] = (const char *)v->at[i].at;
        lengths[i] = (int)v->at[i].count;
        forms[i] = v->binary[i];
    }
    if (!link_up(link)) return lost(link, fault);
    if (!PQsendQueryParams(link->conn, (const char *)filled.at, (int)count, NULL, values, lengths, forms, 1))
        return lost(link, fault);
    return answer(link, ret, fault);
}

enum outcome link_run(struct link *link, const char *sql, const struct link_values *values, int64_t *ret_rows,
                      struct fault *fault) {
    AUTO(link_result_free) PGresult *result = NULL;
    TRY(link_ask(link, sql, values, &result, fault));
    if (ret_rows) *ret_rows = strtoll(PQcmdTuples(result), NULL, 10);
    return OK;
}

enum outcome link_begin(struct link *link, const char *how, struct fault *fault) {
    return link_script(link, how, fault);
}
enum outcome link_end(struct link *link, enum outcome outcome, struct fault *fault) {
    struct fault ignored;
    if (outcome == OK) return link_script(link, "COMMIT", fault);
    if (link_up(link) && link_script(link, "ROLLBACK", &ignored) != OK) link_drop(link);
    return outcome;
}

bool link_notified(struct link *link) {
    bool any = false;
    if (!link->conn) return false;
    if (!PQconsumeInput(link->conn)) {
        link_drop(link);
        return true;
    }
    for (PGnotify *one; (one = PQnotifies(link->conn)); any = true) PQfreemem(one);
    return any;
}

void link_text(struct link_values *values, const char *text) {
    INVARIANT(values->count < LINK_PARAMETERS);
    values->at[values->count++] = text ? bytes_of_cstr(text) : BYTES_NONE;
}
void link_bytes(struct link_values *values, struct bytes what) {
    static const uint8_t nothing[1] = {0};
    INVARIANT(values->count < LINK_PARAMETERS);
    values->binary[values->count] = true;
    values->at[values->count++] = what.at ? what : bytes_of(nothing, 0);
}
void link_number(struct link_values *values, int64_t number, struct arena *arena) {
    link_text(values, arena_printf(arena, "%lld", (long long)number));
}
struct bytes link_value(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column)) return BYTES_NONE;
    return bytes_of(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}
int64_t link_int(const PGresult *result, int row, int column) {
    return PQgetisnull(result, row, column) ? 0 : strtoll(PQgetvalue(result, row, column), NULL, 10);
}
