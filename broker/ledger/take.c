/* Taking and giving up a lane. A former owner may be stopped between its last statement and COMMIT: it then holds the
 * row until its backend is ended here. Ended in any case after the epoch was raised, so that nothing it has under way
 * can still be committed once this call returned. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>
#include "base/log.h"
#include "base/failpoint.h"

static enum outcome take(struct ledger *ledger, int32_t lane, const char *instance, struct lane_row *ret,
                         struct fault *fault) {
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    parameter_text(parameters, instance);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_lane_locked(ledger, lane, STATEMENT_TAKE, parameters, &result, fault));
    if (PQntuples(result) != 1) return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has no lane %d", lane);
    int32_t former = (int32_t)column_int(result, 0, LANE_COLUMN_COUNT),
            mine = (int32_t)column_int(result, 0, LANE_COLUMN_COUNT + 2);
    int64_t former_start = column_int(result, 0, LANE_COLUMN_COUNT + 1);
    bool same = former == mine && former_start == column_int(result, 0, LANE_COLUMN_COUNT + 3);
    if (!same && !mutant("no_fence")) TRY(ledger_end_backend(ledger, lane, former, former_start, fault));
    lane_row_read(result, 0, ret);
    return OK;
}

enum outcome ledger_take(struct ledger *ledger, int32_t lane, const char *instance, struct lane_row *ret,
                         struct fault *fault) {
    ledger->held = false;
    TRY(ledger_ready(ledger, fault));
    TRY(take(ledger, lane, instance, ret, fault));
    ledger->held = true;
    ledger->lane = lane;
    ledger->epoch = ret->epoch;
    ledger->segments = (struct segments){0};
    return OK;
}

void ledger_release(struct ledger *ledger, const struct lane_row *row) {
    ledger->held = false;
    if (PQstatus(ledger->conn) != CONNECTION_OK) return;
    ledger_roll_back(ledger);
    char lane[16], epoch[32];
    snprintf(lane, sizeof lane, "%d", row->lane);
    snprintf(epoch, sizeof epoch, "%lld", (long long)row->epoch);
    const char *const values[] = {lane, epoch};
    AUTO(result_clear)
    PGresult *result = PQexecParams(ledger->conn,
                                    "UPDATE ecocase.lane SET owner = NULL, owner_pid = NULL, owner_start = NULL, "
                                    "changed = clock_timestamp() WHERE lane = $1 AND epoch = $2",
                                    2, NULL, values, NULL, NULL, 0);
    struct fault fault;
    if (ledger_judge_result(ledger, result, "release", &fault) != OK)
        log_fault(LOG_WARN, "lane.release_failed", &fault);
}
