/* The lock of a lane's row, against an owner that does not let go of it: its backend is ended. */
#include "broker/ledger/connection_inside.h"
#include "base/failpoint.h"
#include "base/log.h"

#define ROUNDS 5

enum outcome ledger_end_backend(struct ledger *ledger, int32_t lane, int32_t pid, int64_t start_us,
                                struct fault *fault) {
    if (pid == 0) return OK;
    struct parameters *parameters = &ledger->parameters[2];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    parameter_int32(parameters, pid);
    pgbinary_int64(parameter(parameters, OID_TIMESTAMPTZ), start_us);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_END, parameters, &result, fault));
    if (!column_bool(result, 0, 0)) {
        return fault_set(fault, RETRY, "LEDGER_BUSY", "lane %d: the former owner's backend %d did not end within 5 s",
                         lane, pid);
    }
    return OK;
}

/* Not in a transaction: the row as last committed says whose lock it is. */
static enum outcome end_owner(struct ledger *ledger, int32_t lane, struct fault *fault) {
    struct parameters *parameters = &ledger->parameters[2];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_LOOK, parameters, &result, fault));
    if (PQntuples(result) != 1) return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has no lane %d", lane);
    int32_t pid = (int32_t)column_int(result, 0, 0);
    log_warn("lane.locked", "lane=%d owner_pid=%d", lane, pid);
    return ledger_end_backend(ledger, lane, pid, column_int(result, 0, 1), fault);
}

enum outcome ledger_lane_locked(struct ledger *ledger, int32_t lane, enum ledger_statement which,
                                const struct parameters *parameters, PGresult **ret_result, struct fault *fault) {
    TRY(ledger_prepare(ledger, which, parameters, fault));
    for (int round = 0; round < ROUNDS; round++) {
        TRY(ledger_run(ledger, "BEGIN; SET LOCAL lock_timeout = '1500ms'", "lane", fault));
        struct fault mine = {0};
        PGresult *result = NULL;
        enum outcome outcome = ledger_call(ledger, which, parameters, &result, &mine);
        if (outcome == OK) {
            outcome = ledger_run(ledger, "COMMIT", "lane", fault);
            if (outcome == OK) *ret_result = result;
            else PQclear(result);
            return outcome;
        }
        ledger_roll_back(ledger);
        if (outcome != RETRY || PQstatus(ledger->conn) != CONNECTION_OK) {
            if (fault) *fault = mine;
            return outcome;
        }
        if (!mutant("no_fence")) TRY(end_owner(ledger, lane, fault));
    }
    return fault_set(fault, RETRY, "LEDGER_BUSY", "lane %d: its row stays locked", lane);
}
