/* The mutant "no_fence": what record.c would be if no guard of its kind existed. No epoch, no offsets, no uniqueness
 * of submissions stops it. Only builds with ECOCASE_FAULTS contain it; the checker must see the damage.
 */
#include "broker/ledger/connection_inside.h"
#include "base/failpoint.h"

#ifdef ECOCASE_FAULTS
static size_t submission_parameters(struct parameters *parameters, const struct ledger_batch *batch) {
    size_t count = submission_count(batch);
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)batch->before->lane);
#define EACH(array_oid, oid, call)                                    \
    do {                                                              \
        struct pgbinary *binary = parameter(parameters, (array_oid)); \
        pgbinary_array(binary, (oid), count, 1);                      \
        for (size_t i = 0; i < batch->event_count; i++) {             \
            const struct ledger_event *e = &batch->events[i];         \
            if (e->new_submission) call;                              \
        }                                                             \
    } while (0)
    EACH(OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, e->sender));
    EACH(OID_UUID_ARRAY, OID_UUID, pgbinary_field_uuid(binary, &e->message_id));
    EACH(OID_INT8_ARRAY, OID_INT8, pgbinary_field_int64(binary, e->serial));
#undef EACH
    return count;
}

static enum outcome call(struct ledger *ledger, const char *sql, const struct parameters *parameters,
                         struct fault *fault) {
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX], formats[PARAMETERS_MAX];
    for (size_t i = 0; i < parameters->count; i++) {
        size_t end = i + 1 < parameters->count ? parameters->start[i + 1] : parameters->binary.buffer.count;
        values[i] = parameters->null[i] ? NULL : (const char *)parameters->binary.buffer.at + parameters->start[i];
        lengths[i] = (int)(end - parameters->start[i]);
        formats[i] = 1;
    }
    AUTO(result_clear)
    PGresult *result =
        PQexecParams(ledger->conn, sql, (int)parameters->count, parameters->type, values, lengths, formats, 1);
    return ledger_judge_result(ledger, result, "mutant", fault);
}

enum outcome record_without_fence(struct ledger *ledger, const struct ledger_batch *batch,
                                  int32_t *ret_directory_version, struct fault *fault) {
    struct parameters *parameters = &ledger->parameters[0];
    TRY(ledger_run(ledger, "BEGIN", "mutant", fault));
    if (batch->event_count > 0) TRY(copy_events(ledger, "COPY ecocase.event FROM STDIN (FORMAT binary)", batch, fault));
    FAILPOINT("record.copied");
    if (submission_parameters(parameters, batch) > 0) {
        TRY(call(ledger,
                 "INSERT INTO ecocase.known (sender, message_id, lane, serial) SELECT s, m, $1, n"
                 " FROM unnest($2, $3, $4) AS x(s, m, n) ON CONFLICT DO NOTHING",
                 parameters, fault));
    }
    if (batch->referral_count > 0) {
        referral_rows(parameters, batch, true);
        TRY(call(ledger, statement_text(STATEMENT_REFERRALS), parameters, fault));
    }
    fence_parameters(parameters, batch);
    *ret_directory_version = batch->after->directory_version;
    return call(ledger,
                "UPDATE ecocase.lane SET serial = $5, published = $6, \"time\" = $7, clock_offset = $8, next_offset = "
                "$9, sequence = $10,"
                " delivered = $11, directory_version = $12 WHERE lane = $1 AND ($2::bigint, $3::bigint, $4::bigint[]) "
                "IS NOT NULL",
                parameters, fault);
}
#else
enum outcome record_without_fence(struct ledger *ledger, const struct ledger_batch *batch,
                                  int32_t *ret_directory_version, struct fault *fault) {
    (void)ledger, (void)batch, (void)ret_directory_version;
    return fault_set(fault, FATAL, "INTERNAL", "this build has no mutants");
}
#endif
