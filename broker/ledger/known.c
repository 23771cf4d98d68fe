/* Which submissions were answered before. See ledger.h. */
#include "broker/ledger/connection_inside.h"

enum outcome ledger_known(struct ledger *ledger, const struct submission_key *keys, size_t count, struct known *ret,
                          struct fault *fault) {
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct form *form = parameter(parameters, OID_INT2_ARRAY);
    form_array(form, OID_INT2, count, 1);
    for (size_t i = 0; i < count; i++) form_field_int16(form, keys[i].sender);
    form_array(parameter(parameters, OID_UUID_ARRAY), OID_UUID, count, 1);
    for (size_t i = 0; i < count; i++) form_field_uuid(form, &keys[i].message_id);
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
