/* One talk with the server: how its answer becomes an outcome, and how a transaction or a COPY is given up. */
#include "broker/ledger/connection_inside.h"

void result_clear(PGresult **result) { PQclear(*result); }

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
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    bool known = strcmp(state, "23505") == 0 && constraint && strcmp(constraint, "known_once") == 0;
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

/* ---- COPY */
#define PIECE (256u * KIB)

enum outcome copy_put(struct ledger *ledger, struct fault *fault) {
    struct buffer *buffer = &ledger->copy.buffer;
    TRY(pgbinary_check(&ledger->copy, fault));
    if (buffer->count > 0 && PQputCopyData(ledger->conn, (const char *)buffer->at, (int)buffer->count) != 1) {
        return fault_set(fault, RETRY, "LEDGER_DOWN", "copy: %s", PQerrorMessage(ledger->conn));
    }
    pgbinary_clear(&ledger->copy);
    return OK;
}

enum outcome copy_flush(struct ledger *ledger, struct fault *fault) {
    return ledger->copy.buffer.count >= PIECE ? copy_put(ledger, fault) : OK;
}
