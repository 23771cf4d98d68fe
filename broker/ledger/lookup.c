/* What a lane asks of the ledger about other events and cases: submissions answered before, what related cases say
 * (partial indexes of few rows), events to be published again. One query each. */
#include "broker/ledger/event_row_inside.h"

enum outcome ledger_known(struct ledger *ledger, const struct submission_key *keys, size_t count,
                          struct known_submission *ret, struct fault *fault) {
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct pgbinary *binary = parameter(parameters, OID_INT2_ARRAY);
    pgbinary_array(binary, OID_INT2, count, 1);
    for (size_t i = 0; i < count; i++) pgbinary_field_int16(binary, keys[i].sender);
    pgbinary_array(parameter(parameters, OID_UUID_ARRAY), OID_UUID, count, 1);
    for (size_t i = 0; i < count; i++) pgbinary_field_uuid(binary, &keys[i].message_id);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_KNOWN, parameters, &result, fault));
    memset(ret, 0, count * sizeof *ret);
    for (int row = 0; row < PQntuples(result); row++) {
        size_t place = (size_t)column_int(result, row, 0) - 1;
        struct bytes hash = column_bytes(result, row, 1);
        INVARIANT(place < count);
        ret[place].found = true;
        if (hash.count == sizeof ret[place].hash) memcpy(ret[place].hash, hash.at, hash.count);
        ret[place].kind = column_char(result, row, 2);
        ret[place].lane = (int32_t)column_int(result, row, 3);
        ret[place].serial = column_int(result, row, 4);
    }
    return OK;
}

/* ---- related cases */
enum outcome ledger_penalties(struct ledger *ledger, const char *const *keys, size_t count, size_t most,
                              struct arena *arena, struct earlier_penalty **ret, size_t *ret_count,
                              struct fault *fault) {
    *ret_count = 0;
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct pgbinary *binary = parameter(parameters, OID_TEXT_ARRAY);
    pgbinary_array(binary, OID_TEXT, count, 1);
    for (size_t i = 0; i < count; i++) pgbinary_field_text(binary, bytes_of_cstr(keys[i]));
    parameter_int64(parameters, (int64_t)most);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_PENALTIES, parameters, &result, fault));
    *ret = arena_array(arena, (size_t)PQntuples(result), sizeof **ret);
    for (int row = 0; row < PQntuples(result); row++) {
        size_t party = (size_t)column_int(result, row, 0) - 1;
        INVARIANT(party < count);
        (*ret)[row] = (struct earlier_penalty){party, column_uuid(result, row, 1),
                                               arena_copy(arena, column_bytes(result, row, 2)),
                                               arena_copy(arena, column_bytes(result, row, 3))};
    }
    *ret_count = (size_t)PQntuples(result);
    return OK;
}

enum outcome ledger_child_referrals(struct ledger *ledger, const struct uuid *parents, size_t count,
                                    struct arena *arena, struct child_referral **ret, size_t *ret_count,
                                    struct fault *fault) {
    *ret_count = 0;
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct pgbinary *binary = parameter(parameters, OID_UUID_ARRAY);
    pgbinary_array(binary, OID_UUID, count, 1);
    for (size_t i = 0; i < count; i++) pgbinary_field_uuid(binary, &parents[i]);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_CHILD_REFERRALS, parameters, &result, fault));
    *ret = arena_array(arena, (size_t)PQntuples(result), sizeof **ret);
    for (int row = 0; row < PQntuples(result); row++) {
        (*ret)[row] =
            (struct child_referral){column_uuid(result, row, 0), arena_copy(arena, column_bytes(result, row, 1))};
    }
    *ret_count = (size_t)PQntuples(result);
    return OK;
}

/* ---- events */
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
