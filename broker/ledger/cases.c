/* The present states of a batch's cases, by one query. See ledger.h. */
#include "broker/ledger/event_row_inside.h"
#include <stdlib.h>

/* Where each id of the batch stands, sorted by id; an id asked for twice gets its referrals twice (separate copies). */
struct wanted {
    struct uuid id;
    size_t place;
};

static int by_id(const void *a, const void *b) {
    return memcmp(((const struct wanted *)a)->id.b, ((const struct wanted *)b)->id.b, 16);
}

struct referral *referral_row_read(const PGresult *result, int row, struct arena *keep) {
    struct referral *r = arena_alloc(keep, sizeof *r);
    r->case_id = column_uuid(result, row, 0);
    r->id = column_uuid(result, row, 1);
    column_cstr(result, row, 2, r->machine, sizeof r->machine);
    column_cstr(result, row, 3, r->state, sizeof r->state);
    r->rules = (int16_t)column_int(result, row, 4);
    r->opener = (int16_t)column_int(result, row, 5);
    r->holder = (int16_t)column_int(result, row, 6);
    r->referrer = (int16_t)column_int(result, row, 7);
    r->parent = column_uuid(result, row, 8);
    r->flags = (uint32_t)column_int(result, row, 9);
    column_cstr(result, row, 10, r->category, sizeof r->category);
    column_cstr(result, row, 11, r->county, sizeof r->county);
    r->title = arena_copy(keep, column_bytes(result, row, 12));
    r->numbers = arena_copy(keep, column_bytes(result, row, 13));
    r->opened_at = column_instant(result, row, 14);
    r->changed_at = column_instant(result, row, 15);
    r->event_count = (int32_t)column_int(result, row, 16);
    clocks_read(result, row, 17, r);
    r->regime = (int16_t)column_int(result, row, 18);
    r->gaps = (uint64_t)column_int(result, row, 19);
    r->parties = (uint64_t)column_int(result, row, 20);
    r->half = arena_copy(keep, column_bytes(result, row, 21));
    r->hand = arena_copy(keep, column_bytes(result, row, 22));
    r->alarm_at = column_instant(result, row, 23);
    r->handling = (int8_t)column_int(result, row, 24);
    r->handling_expires = column_instant(result, row, 25);
    r->roster = arena_copy(keep, column_bytes(result, row, 26));
    r->facts = arena_copy(keep, column_bytes(result, row, 27));
    r->hints = arena_copy(keep, column_bytes(result, row, 28));
    r->hint_marks = (uint64_t)column_int(result, row, 29);
    r->persons = arena_copy(keep, column_bytes(result, row, 30));
    r->penalty = arena_copy(keep, column_bytes(result, row, 31));
    return r;
}

static enum outcome place_row(const PGresult *result, int row, const struct wanted *wanted, size_t count,
                              struct arena *keep, struct case_state *ret, struct fault *fault) {
    struct wanted key = {.id = column_uuid(result, row, 0)};
    const struct wanted *at = bsearch(&key, wanted, count, sizeof *wanted, by_id);
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

enum outcome ledger_alarms(struct ledger *ledger, int32_t lane, instant time, size_t most, struct uuid *ret,
                           size_t *ret_count, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    parameter_instant(parameters, time);
    parameter_int64(parameters, (int64_t)most);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_ALARMS, parameters, &result, fault));
    *ret_count = (size_t)PQntuples(result);
    for (size_t i = 0; i < *ret_count; i++) ret[i] = column_uuid(result, (int)i, 0);
    return OK;
}

static void free_auto(struct wanted **wanted) { free(*wanted); }

enum outcome ledger_cases(struct ledger *ledger, const struct uuid *ids, size_t count, struct arena *keep,
                          struct case_state *ret, struct fault *fault) {
    if (count == 0) return OK;
    TRY(ledger_ready(ledger, fault));
    AUTO(free_auto) struct wanted *wanted = calloc(count, sizeof *wanted);
    INVARIANT(wanted);
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    struct form *form = parameter(parameters, OID_UUID_ARRAY);
    form_array(form, OID_UUID, count, 1);
    for (size_t i = 0; i < count; i++) {
        form_field_uuid(form, &ids[i]);
        wanted[i] = (struct wanted){ids[i], i};
    }
    qsort(wanted, count, sizeof *wanted, by_id);
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_CASES, parameters, &result, fault));
    for (size_t i = 0; i < count; i++) ret[i] = (struct case_state){.case_id = ids[i]};
    for (int row = 0; row < PQntuples(result); row++) TRY(place_row(result, row, wanted, count, keep, ret, fault));
    return OK;
}
