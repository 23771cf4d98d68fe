/* The lane's transaction: everything new by COPY, then changed referrals and, last, the fence in one round trip, then
 * COMMIT. Nothing is locked before the fence except rows that only this lane writes, so a stalled owner hinders nobody
 * but the next owner, who ends its backend. Threads: the lane's own. */
#include "broker/ledger/connection_inside.h"
#include "base/failpoint.h"

void fence_parameters(struct parameters *parameters, const struct ledger_batch *batch) {
    const struct lane_row *before = batch->before, *after = batch->after;
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)before->lane);
    parameter_int64(parameters, before->epoch);
    parameter_int64(parameters, before->clock_offset);
    parameter_lane_array(parameters, before->next_offset);
    parameter_int64(parameters, after->serial);
    parameter_int64(parameters, after->published);
    parameter_instant(parameters, after->time);
    parameter_int64(parameters, after->clock_offset);
    parameter_lane_array(parameters, after->next_offset);
    parameter_lane_array(parameters, after->sequence);
    parameter_lane_array(parameters, after->delivered);
    parameter_int32(parameters, after->directory_version);
}

/* Takes what the pipeline answers; the first thing that went wrong counts, the rest was skipped by the server. */
static enum outcome collect(struct ledger *ledger, const char *const *names, size_t count,
                            int32_t *ret_directory_version, struct fault *fault) {
    enum outcome outcome = OK;
    for (size_t i = 0; i < count; i++) {
        AUTO(result_clear) PGresult *result = PQgetResult(ledger->conn);
        if (!result) return fault_set(fault, RETRY, "LEDGER_DOWN", "%s: %s", names[i], PQerrorMessage(ledger->conn));
        if (outcome == OK) outcome = ledger_judge_result(ledger, result, names[i], fault);
        if (outcome == OK && i + 1 == count) *ret_directory_version = (int32_t)column_int(result, 0, 0);
        for (PGresult *more = PQgetResult(ledger->conn); more; more = PQgetResult(ledger->conn)) PQclear(more);
    }
    AUTO(result_clear) PGresult *sync = PQgetResult(ledger->conn);
    if (outcome == OK && PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
        return ledger_judge_result(ledger, NULL, "fence", fault);
    if (PQexitPipelineMode(ledger->conn) != 1 && outcome == OK)
        return ledger_judge_result(ledger, NULL, "fence", fault);
    return outcome;
}

static enum outcome change(struct ledger *ledger, const struct ledger_batch *batch, int32_t *ret_directory_version,
                           struct fault *fault) {
    enum ledger_statement order[2];
    size_t count = 0;
    struct parameters *parameters = ledger->parameters;
    if (referral_count(batch, false) > 0 && referral_rows(&parameters[STATEMENT_REFERRALS], batch, false))
        order[count++] = STATEMENT_REFERRALS;
    fence_parameters(&parameters[STATEMENT_FENCE], batch);
    order[count++] = STATEMENT_FENCE;
    for (size_t i = 0; i < count; i++) TRY(ledger_prepare(ledger, order[i], &parameters[order[i]], fault));
    const char *names[2];
    if (PQenterPipelineMode(ledger->conn) != 1) return ledger_judge_result(ledger, NULL, "record", fault);
    for (size_t i = 0; i < count; i++) {
        names[i] = statement_name(order[i]);
        TRY(ledger_send(ledger, order[i], &parameters[order[i]], fault));
    }
    if (PQpipelineSync(ledger->conn) != 1) return ledger_judge_result(ledger, NULL, "record", fault);
    return collect(ledger, names, count, ret_directory_version, fault);
}

static enum outcome write_all(struct ledger *ledger, const struct ledger_batch *batch, int32_t *ret_directory_version,
                              struct fault *fault) {
    TRY(copy_batch(ledger, batch, fault));
    FAILPOINT("record.copied");
    return change(ledger, batch, ret_directory_version, fault);
}

static enum outcome commit(struct ledger *ledger, struct fault *fault) {
    AUTO(result_clear) PGresult *result = PQexec(ledger->conn, "COMMIT");
    if (PQresultStatus(result) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(result), "COMMIT") == 0) return OK;
    if (PQstatus(ledger->conn) != CONNECTION_OK) {
        return fault_set(fault, UNSURE, "LEDGER_DOWN", "the answer to COMMIT was lost: %s",
                         PQerrorMessage(ledger->conn));
    }
    TRY(ledger_judge_result(ledger, result, "commit", fault));
    return fault_set(fault, FATAL, "LEDGER_SQL", "COMMIT was answered with %s", PQcmdStatus(result));
}

enum outcome ledger_record(struct ledger *ledger, const struct ledger_batch *batch, int32_t *ret_directory_version,
                           struct fault *fault) {
    _Static_assert(STATEMENT_REFERRALS == 0 && STATEMENT_FENCE == 1, "they index ledger->parameters");
    TRY(ledger_ready(ledger, fault));
    TRY(segments_tend(ledger, batch, fault));
    FAILPOINT("record.before");
    int32_t version = 0;
    enum outcome outcome = mutant("no_fence") ? record_without_fence(ledger, batch, &version, fault)
                                              : write_all(ledger, batch, &version, fault);
    if (outcome != OK) {
        ledger_roll_back(ledger);
        return outcome;
    }
    FAILPOINT("record.fenced");
    TRY(commit(ledger, fault));
    FAILPOINT("record.committed");
    *ret_directory_version = version;
    return OK;
}
