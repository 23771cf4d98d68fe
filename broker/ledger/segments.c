/* The parts of `event` that a lane writes into (schemas/ledger/record.sql, tend_lane): a segment is made one ahead,
 * four million serials before it is needed, so nothing runs out however long nobody calls `setup`; and the rows written
 * lately are put into the index, a few at a time, so that no batch waits long for it. */
#include "broker/ledger/connection_inside.h"
#include "base/log.h"

#define TEND_EVENTS 20000 /* some 10 to 20 ms of Postgres' work */
#define TEND_MS     60000

static enum outcome tend(struct ledger *ledger, int32_t lane, int64_t *ret_end, struct fault *fault) {
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_TEND, parameters, &result, fault));
    *ret_end = column_int(result, 0, 0);
    return OK;
}

enum outcome segments_tend(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    struct segments *s = &ledger->segments;
    int64_t serial = batch->after->serial, now = monotonic_ms();
    bool needed = serial >= s->end, idle = serial == s->tended_serial;
    bool due = serial >= s->tended_serial + TEND_EVENTS || now >= s->tended_ms + TEND_MS;
    if (!needed && (idle || !due)) return OK;
    struct fault mine = {0};
    s->tended_serial = serial;
    s->tended_ms = now;
    enum outcome outcome = tend(ledger, batch->before->lane, &s->end, &mine);
    if (outcome == RETRY && !needed && PQstatus(ledger->conn) == CONNECTION_OK) {
        /* somebody holds the lane's table (a VACUUM by hand): there is room for long yet */
        log_warn("lane.segments.busy", "lane=%d serial=%lld end=%lld", batch->before->lane, (long long)serial,
                 (long long)s->end);
        return OK;
    }
    if (outcome != OK) *fault = mine;
    return outcome;
}
