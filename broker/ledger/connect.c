/* A lane's connection: opened, lost, and opened again under the lane's name. */
#include "broker/ledger/connection_inside.h"
#include <stdlib.h>
#include "base/log.h"
#include "broker/ledger/schema_version.h"

/* Every query of a lane is a look-up by key: no plan made while a table was small may survive its growth, and no helper
 * process or compiler is started for it, whatever the statistics say. A transaction that its client forgot must not
 * keep a lane for long; nor must another lane that stands still with the same message id in its hands. */
static const char SESSION[] = "SET idle_in_transaction_session_timeout = '15s'; SET lock_timeout = '5s'; SET "
                              "client_min_messages = warning; SET TimeZone = 'Asia/Shanghai';"
                              "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin "
                              "= off; SET enable_mergejoin = off;"
                              "SET max_parallel_workers_per_gather = 0; SET jit = off";

/* What this program does not know it does not touch; waiting does not help. */
static enum outcome check_version(PGconn *conn, struct fault *fault) {
    bool empty = false;
    enum outcome outcome = schema_version_check(conn, &empty, fault);
    if (outcome == OK && empty)
        return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger was never set up: run `ecocase-broker setup` first");
    return outcome == REFUSE ? FATAL : outcome;
}

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
    TRY(check_version(ledger->conn, fault));
    return ledger_run(ledger, SESSION, "session", fault);
}

enum outcome ledger_connect(const char *conninfo, struct ledger **ret, struct fault *fault) {
    struct ledger *ledger = calloc(1, sizeof *ledger);
    INVARIANT(ledger);
    ledger->conninfo = strdup(conninfo);
    pgbinary_init(&ledger->copy);
    for (size_t i = 0; i < 3; i++) pgbinary_init(&ledger->parameters[i].binary);
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
    pgbinary_free(&ledger->copy);
    for (size_t i = 0; i < 3; i++) pgbinary_free(&ledger->parameters[i].binary);
    free(ledger->conninfo);
    free(ledger);
}

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
    if (PQstatus(ledger->conn) == CONNECTION_OK && ledger->in_snapshot) return OK;
    if (PQstatus(ledger->conn) != CONNECTION_OK) return ledger_reconnect(ledger, fault);
    if (PQtransactionStatus(ledger->conn) != PQTRANS_IDLE) ledger_roll_back(ledger);
    return OK;
}
