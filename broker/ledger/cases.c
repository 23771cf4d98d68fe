/* The present states of a batch's cases, by one query. */
#include "broker/ledger/event_row_inside.h"
#include <stdlib.h>

/* Where each id of the batch stands, sorted by id; an id asked for twice gets its referrals twice (separate copies). */
struct case_place {
    struct uuid id;
    size_t place;
};

static int by_id(const void *a, const void *b) {
    return memcmp(((const struct case_place *)a)->id.b, ((const struct case_place *)b)->id.b, 16);
}

static enum outcome place_row(const PGresult *result, int row, const struct case_place *wanted, size_t count,
                              struct arena *keep, struct case_state *ret, struct fault *fault) {
    struct case_place key = {.id = column_uuid(result, row, 0)};
    const struct case_place *at = bsearch(&key, wanted, count, sizeof *wanted, by_id);
    INVARIANT(at);
    while (at > wanted && by_id(at - 1, &key) == 0) at--;
    for (; at < wanted + count && by_id(at, &key) == 0; at++) {
        struct case_state *state = &ret[at->place];
        if (state->count >= LIMIT_REFERRALS_PER_CASE) {
            return fault_set(fault, FATAL, "LEDGER_SQL", "a case has more than %u referrals", LIMIT_REFERRALS_PER_CASE);
        }
        state->referrals[state->count++] = referral_row_read(result, row, keep);
    }
    return OK;
}

enum outcome ledger_alarms(struct ledger *ledger, int32_t lane, instant time, uint64_t held, size_t most,
                           struct uuid *ret, size_t *ret_count, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    parameter_instant(parameters, time);
    parameter_int64(parameters, (int64_t)most);
    parameter_int64(parameters, (int64_t)held);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_ALARMS, parameters, &result, fault));
    *ret_count = (size_t)PQntuples(result);
    for (size_t i = 0; i < *ret_count; i++) ret[i] = column_uuid(result, (int)i, 0);
    return OK;
}

static void free_auto(struct case_place **wanted) { free(*wanted); }

enum outcome ledger_cases(struct ledger *ledger, const struct uuid *ids, size_t count, struct arena *keep,
                          struct case_state *ret, struct fault *fault) {
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    AUTO(free_auto) struct case_place *wanted = calloc(count, sizeof *wanted);
    INVARIANT(wanted);
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct pgbinary *binary = parameter(parameters, OID_UUID_ARRAY);
    pgbinary_array(binary, OID_UUID, count, 1);
    for (size_t i = 0; i < count; i++) {
        pgbinary_field_uuid(binary, &ids[i]);
        wanted[i] = (struct case_place){ids[i], i};
    }
    qsort(wanted, count, sizeof *wanted, by_id);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_CASES, parameters, &result, fault));
    for (size_t i = 0; i < count; i++) ret[i] = (struct case_state){.case_id = ids[i]};
    for (int row = 0; row < PQntuples(result); row++) TRY(place_row(result, row, wanted, count, keep, ret, fault));
    return OK;
}
