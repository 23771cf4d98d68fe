/* See ledger.h and connection.h. */
#include "broker/ledger/connection_inside.h"
#include <stdlib.h>
#include "base/log.h"

/* Every query of a lane is a look-up by key: no plan made while a table was small may survive its growth, and no helper
 * process or compiler is started for it, whatever the statistics say. A transaction that its client forgot must not
 * keep a lane for long. */
static const char SESSION[] = "SET idle_in_transaction_session_timeout = '15s'; SET lock_timeout = 0; SET "
                              "client_min_messages = warning; SET TimeZone = 'Asia/Shanghai';"
                              "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin "
                              "= off; SET enable_mergejoin = off;"
                              "SET max_parallel_workers_per_gather = 0; SET jit = off";

static enum outcome open_session(struct ledger *ledger, struct fault *fault) {
    static const char *const keys[] = {
        "dbname", "client_encoding", "application_name", "connect_timeout", "keepalives_idle", "tcp_user_timeout",
        NULL};
    const char *const values[] = {ledger->conninfo, "UTF8", "ecocase-broker", "5", "10", "15000", NULL};
    PQfinish(ledger->conn);
    memset(ledger->prepared, 0, sizeof ledger->prepared);
    ledger->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(ledger->conn) != CONNECTION_OK) {
        return fault_set(fault, RETRY, "LEDGER_DOWN", "the ledger's Postgres cannot be reached: %s",
                         PQerrorMessage(ledger->conn));
    }
    return ledger_run(ledger, SESSION, "session", fault);
}

enum outcome ledger_connect(const char *conninfo, struct ledger **ret, struct fault *fault) {
    struct ledger *ledger = calloc(1, sizeof *ledger);
    INVARIANT(ledger);
    ledger->conninfo = strdup(conninfo);
    form_init(&ledger->copy);
    for (size_t i = 0; i < 3; i++) form_init(&ledger->parameters[i].form);
    enum outcome outcome = open_session(ledger, fault);
    if (outcome != OK) {
        ledger_free(ledger);
        return outcome;
    }
    *ret = ledger;
    return OK;
}

void ledger_free(struct ledger *ledger) {
    if (!ledger) return;
    PQfinish(ledger->conn);
    form_free(&ledger->copy);
    for (size_t i = 0; i < 3; i++) form_free(&ledger->parameters[i].form);
    free(ledger->conninfo);
    free(ledger);
}

void result_clear(PGresult **result) { PQclear(*result); }

/* The row must name this backend, so that the next owner can end it; the epoch says whether the lane is still ours. */
static enum outcome own_again(struct ledger *ledger, struct fault *fault) {
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)ledger->lane);
    parameter_int64(parameters, ledger->epoch);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_lane_locked(ledger, ledger->lane, STATEMENT_OWN, parameters, &result, fault));
    if (PQntuples(result) != 1) {
        return fault_set(fault, FATAL, "LANE_LOST", "lane %d is no longer held with epoch %lld", ledger->lane,
                         (long long)ledger->epoch);
    }
    return OK;
}

enum outcome ledger_reconnect(struct ledger *ledger, struct fault *fault) {
    TRY(open_session(ledger, fault));
    log_info("ledger.reconnected", "lane=%d epoch=%lld", ledger->held ? ledger->lane : -1, (long long)ledger->epoch);
    if (!ledger->held) return OK;
    enum outcome outcome = own_again(ledger, fault);
    /* A connection whose backend the row does not name must not be used. */
    if (outcome == RETRY) {
        PQfinish(ledger->conn);
        ledger->conn = NULL;
    }
    return outcome;
}

enum outcome ledger_ready(struct ledger *ledger, struct fault *fault) {
    if (PQstatus(ledger->conn) != CONNECTION_OK) return ledger_reconnect(ledger, fault);
    if (PQtransactionStatus(ledger->conn) != PQTRANS_IDLE) ledger_roll_back(ledger);
    return OK;
}

void ledger_roll_back(struct ledger *ledger) {
    if (PQpipelineStatus(ledger->conn) != PQ_PIPELINE_OFF || PQtransactionStatus(ledger->conn) == PQTRANS_ACTIVE) {
        PQfinish(ledger->conn); /* in the middle of a talk: a new connection is the only sure way out */
        ledger->conn = NULL;
        return;
    }
    if (PQstatus(ledger->conn) == CONNECTION_OK && PQtransactionStatus(ledger->conn) != PQTRANS_IDLE) {
        PQclear(PQexec(ledger->conn, "ROLLBACK"));
    }
}

static bool passing(const char *state) {
    /* connection, resources, administrator's intervention, input/output, serialisation: the same call may succeed later
     */
    static const char *const classes[] = {"08", "53", "57", "58", "40", "25P03", "55P03", NULL};
    for (size_t i = 0; classes[i]; i++) {
        if (strncmp(state, classes[i], strlen(classes[i])) == 0) return true;
    }
    return false;
}

enum outcome ledger_judge_result(struct ledger *ledger, const PGresult *result, const char *doing,
                                 struct fault *fault) {
    ExecStatusType status = PQresultStatus(result);
    if (result && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN ||
                   status == PGRES_PIPELINE_SYNC))
        return OK;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!text) text = ledger->conn ? PQerrorMessage(ledger->conn) : "no connection";
    if (!state || PQstatus(ledger->conn) != CONNECTION_OK)
        return fault_set(fault, RETRY, "LEDGER_DOWN", "%s: the ledger's connection was lost: %s", doing, text);
    const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
    bool known = strcmp(state, "23505") == 0 && table && strcmp(table, "submission") == 0;
    if (known || strcmp(state, "40P01") == 0) return fault_set(fault, REFUSE, "SUBMISSION_RACE", "%s: %s", doing, text);
    if (strcmp(state, "EC002") == 0 || strcmp(state, "23505") == 0)
        return fault_set(fault, FATAL, "LANE_LOST", "%s: %s", doing, text);
    if (passing(state)) return fault_set(fault, RETRY, "LEDGER_BUSY", "%s: %s (%s)", doing, text, state);
    return fault_set(fault, FATAL, "LEDGER_SQL", "%s: %s (%s)", doing, text, state);
}

enum outcome ledger_run(struct ledger *ledger, const char *sql, const char *doing, struct fault *fault) {
    AUTO(result_clear) PGresult *result = PQexec(ledger->conn, sql);
    return ledger_judge_result(ledger, result, doing, fault);
}
