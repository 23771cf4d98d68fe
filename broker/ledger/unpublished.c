/* Recorded events, read back for delivering or answering again. See ledger.h. */
#include "broker/ledger/event_row_inside.h"

enum outcome ledger_unpublished(struct ledger *ledger, int32_t lane, int64_t after, size_t most, struct arena *arena,
                                struct ledger_event **ret_events, size_t *ret_count, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    parameter_int64(parameters, after);
    parameter_int64(parameters, (int64_t)most);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_UNPUBLISHED, parameters, &result, fault));
    size_t count = (size_t)PQntuples(result);
    struct ledger_event *events = arena_array(arena, count > 0 ? count : 1, sizeof *events);
    for (size_t i = 0; i < count; i++) event_row_read(result, (int)i, arena, &events[i]);
    *ret_events = events;
    *ret_count = count;
    return OK;
}

enum outcome ledger_event_at(struct ledger *ledger, int32_t lane, int64_t serial, struct arena *arena,
                             struct ledger_event *ret, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    parameter_int64(parameters, serial);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_EVENT_AT, parameters, &result, fault));
    if (PQntuples(result) < 1) {
        return fault_set(fault, FATAL, "LEDGER_SQL", "lane %d has no event %lld although a submission names it", lane,
                         (long long)serial);
    }
    event_row_read(result, 0, arena, ret);
    return OK;
}
