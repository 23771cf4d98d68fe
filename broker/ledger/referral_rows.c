/* The changed referrals of a batch as arrays for one upsert, each with the serials of the accepted events that name it. */
#include "broker/ledger/connection.h"
#include <stdlib.h>

/* Accepted events sorted by referral, then serial: the slice [lo, hi] of a referral is contiguous. */
struct mention { struct uuid referral; int64_t serial; };

static int by_referral(const void *a, const void *b) {
    const struct mention *x = a, *y = b;
    int order = memcmp(x->referral.b, y->referral.b, 16);
    return order ? order : (x->serial > y->serial) - (x->serial < y->serial);
}

static size_t mentions_of(const struct ledger_batch *batch, struct mention *ret) {
    size_t count = 0;
    for (size_t i = 0; i < batch->event_count; i++) {
        const struct ledger_event *event = &batch->events[i];
        if ((event->kind == 'A' || event->kind == 'T') && event->has_ids) ret[count++] = (struct mention){event->referral_id, event->serial};
    }
    qsort(ret, count, sizeof *ret, by_referral);
    return count;
}

/* First mention not before (referral, serial). */
static size_t lower(const struct mention *mentions, size_t count, const struct uuid *referral, int64_t serial) {
    struct mention key = {*referral, serial};
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_referral(&mentions[middle], &key) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void serials(struct parameters *parameters, const struct mention *mentions, size_t count) {
    struct form *form = parameter(parameters, OID_INT8_ARRAY);
    form_array(form, OID_INT8, count, 1);
    for (size_t i = 0; i < count; i++) form_field_int64(form, mentions[i].serial);
}

#define COLUMN(array_oid, oid, call)                                          \
    do {                                                                      \
        struct form *form = parameter(parameters, (array_oid));               \
        form_array(form, (oid), batch->referral_count, 1);                    \
        for (size_t i = 0; i < batch->referral_count; i++) {                  \
            const struct referral *r = batch->referrals[i];                   \
            call;                                                             \
        }                                                                     \
    } while (0)

static void clocks(struct parameters *parameters, const struct ledger_batch *batch) {
    size_t count = 0;
    for (size_t i = 0; i < batch->referral_count; i++) count += batch->referrals[i]->clock_count;
    struct form *form = parameter(parameters, OID_INT8_ARRAY);
    form_array(form, OID_INT8, count * CLOCK_NUMBERS, 1);
    for (size_t i = 0; i < batch->referral_count; i++) clocks_write(form, batch->referrals[i]->clocks, batch->referrals[i]->clock_count);
}

/* From and to, both counted from 1 and inclusive, as Postgres slices; from = to + 1 is an empty one. */
static void slices(struct parameters *parameters, const struct ledger_batch *batch, const struct mention *mentions, size_t count) {
    int32_t from = 1, to = 0;
    COLUMN(OID_INT4_ARRAY, OID_INT4, form_field_int32(form, from); from += r->clock_count * CLOCK_NUMBERS);
    COLUMN(OID_INT4_ARRAY, OID_INT4, to += r->clock_count * CLOCK_NUMBERS; form_field_int32(form, to));
    COLUMN(OID_INT4_ARRAY, OID_INT4, form_field_int32(form, (int32_t)lower(mentions, count, &r->id, INT64_MIN) + 1));
    COLUMN(OID_INT4_ARRAY, OID_INT4, form_field_int32(form, (int32_t)lower(mentions, count, &r->id, INT64_MAX)));
}

void referral_rows(struct parameters *parameters, const struct ledger_batch *batch, int32_t lane) {
    struct mention *mentions = calloc(batch->event_count + 1, sizeof *mentions);
    PROMISE(mentions);
    size_t count = mentions_of(batch, mentions);
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)lane);
    serials(parameters, mentions, count);
    clocks(parameters, batch);
    COLUMN(OID_UUID_ARRAY, OID_UUID, form_field_uuid(form, &r->case_id));
    COLUMN(OID_UUID_ARRAY, OID_UUID, form_field_uuid(form, &r->id));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, bytes_of_cstr(r->machine)));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, bytes_of_cstr(r->state)));
    COLUMN(OID_INT2_ARRAY, OID_INT2, form_field_int16(form, r->rules));
    COLUMN(OID_INT2_ARRAY, OID_INT2, form_field_int16(form, r->opener));
    COLUMN(OID_INT2_ARRAY, OID_INT2, form_field_int16(form, r->holder));
    COLUMN(OID_INT2_ARRAY, OID_INT2, form_field_int16(form, r->referrer));
    COLUMN(OID_UUID_ARRAY, OID_UUID, form_field_uuid(form, &r->parent));
    COLUMN(OID_INT8_ARRAY, OID_INT8, form_field_int64(form, (int64_t)r->flags));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, bytes_of_cstr(r->category)));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, bytes_of_cstr(r->county)));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, r->title));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, r->numbers));
    COLUMN(OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, form_field_instant(form, r->opened_at));
    COLUMN(OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, form_field_instant(form, r->changed_at));
    COLUMN(OID_INT4_ARRAY, OID_INT4, form_field_int32(form, r->event_count));
    COLUMN(OID_INT2_ARRAY, OID_INT2, form_field_int16(form, r->regime));
    COLUMN(OID_INT8_ARRAY, OID_INT8, form_field_int64(form, (int64_t)r->gaps));
    COLUMN(OID_INT8_ARRAY, OID_INT8, form_field_int64(form, (int64_t)r->parties));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, r->half));
    COLUMN(OID_TEXT_ARRAY, OID_TEXT, form_field_text(form, r->hand));
    COLUMN(OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, form_field_instant(form, r->alarm_at));
    slices(parameters, batch, mentions, count);
    free(mentions);
}
