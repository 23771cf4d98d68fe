/* Which of the two worlds is this? After a COMMIT whose answer was lost. The row's lock is free only when the old
 * backend has finished with it, one way or the other. See ledger.h. */
#include "broker/ledger/connection_inside.h"

static bool same_offsets(const struct lane_row *a, const struct lane_row *b) {
    return a->clock_offset == b->clock_offset && memcmp(a->next_offset, b->next_offset, sizeof a->next_offset) == 0;
}

enum outcome ledger_resolve(struct ledger *ledger, const struct ledger_batch *batch, bool *ret_recorded,
                            struct fault *fault) {
    const struct lane_row *before = batch->before, *after = batch->after;
    TRY(ledger_reconnect(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)before->lane);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_lane_locked(ledger, before->lane, STATEMENT_LOCK, parameters, &result, fault));
    if (PQntuples(result) != 1)
        return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has no lane %d", before->lane);
    struct lane_row now;
    lane_row_read(result, 0, &now);
    if (now.epoch != before->epoch)
        return fault_set(fault, FATAL, "LANE_LOST", "lane %d was taken with epoch %lld", now.lane,
                         (long long)now.epoch);
    if (now.serial == after->serial && same_offsets(&now, after) && now.published == after->published &&
        now.time == after->time) {
        *ret_recorded = true;
        return OK;
    }
    if (now.serial == before->serial && same_offsets(&now, before)) {
        *ret_recorded = false;
        return OK;
    }
    return fault_set(fault, FATAL, "LANE_LOST", "lane %d stands at offsets that this instance never wrote", now.lane);
}
