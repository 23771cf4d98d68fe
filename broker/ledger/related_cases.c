/* What a judgement asks of other cases. One query a batch that asks, over partial indexes of few rows. See ledger.h. */
#include "broker/ledger/connection_inside.h"

enum outcome ledger_penalties(struct ledger *ledger, const char *const *keys, size_t count, size_t most,
                              struct arena *arena, struct earlier_penalty **ret, size_t *ret_count,
                              struct fault *fault) {
    *ret_count = 0;
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct form *form = parameter(parameters, OID_TEXT_ARRAY);
    form_array(form, OID_TEXT, count, 1);
    for (size_t i = 0; i < count; i++) form_field_text(form, bytes_of_cstr(keys[i]));
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

enum outcome ledger_grown(struct ledger *ledger, const struct uuid *parents, size_t count, struct arena *arena,
                          struct grown **ret, size_t *ret_count, struct fault *fault) {
    *ret_count = 0;
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct form *form = parameter(parameters, OID_UUID_ARRAY);
    form_array(form, OID_UUID, count, 1);
    for (size_t i = 0; i < count; i++) form_field_uuid(form, &parents[i]);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_GROWN, parameters, &result, fault));
    *ret = arena_array(arena, (size_t)PQntuples(result), sizeof **ret);
    for (int row = 0; row < PQntuples(result); row++) {
        (*ret)[row] = (struct grown){column_uuid(result, row, 0), arena_copy(arena, column_bytes(result, row, 1))};
    }
    *ret_count = (size_t)PQntuples(result);
    return OK;
}
