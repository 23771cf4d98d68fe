/* The changed referrals of a batch, each with the serials of the accepted events that name it: new ones as COPY rows,
 * the others as arrays for one upsert (its text is in statement.c). */
#include "broker/ledger/connection_inside.h"
#include <stdlib.h>

/* Accepted events sorted by referral, then serial: the slice [lo, hi] of a referral is contiguous. */
struct mention {
    struct uuid referral;
    int64_t serial;
};

static int by_referral(const void *a, const void *b) {
    const struct mention *x = a, *y = b;
    int order = memcmp(x->referral.b, y->referral.b, 16);
    return order ? order : (x->serial > y->serial) - (x->serial < y->serial);
}

static size_t mentions_of(const struct ledger_batch *batch, struct mention *ret) {
    size_t count = 0;
    for (size_t i = 0; i < batch->event_count; i++) {
        const struct ledger_event *event = &batch->events[i];
        if ((event->kind == 'A' || event->kind == 'T') && event->has_ids)
            ret[count++] = (struct mention){event->referral_id, event->serial};
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

/* One list for both ways: column, array type, type, how its value is written. The upsert takes them in this order. */
#define COLUMNS(X)                                                                                                   \
    X(case_id, OID_UUID_ARRAY, OID_UUID, pgbinary_field_uuid(binary, &r->case_id))                                   \
    X(id, OID_UUID_ARRAY, OID_UUID, pgbinary_field_uuid(binary, &r->id))                                             \
    X(machine, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, bytes_of_cstr(r->machine)))                     \
    X(state, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, bytes_of_cstr(r->state)))                         \
    X(rules, OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, r->rules))                                       \
    X(opener, OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, r->opener))                                     \
    X(holder, OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, r->holder))                                     \
    X(referrer, OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, r->referrer))                                 \
    X(parent, OID_UUID_ARRAY, OID_UUID, pgbinary_field_uuid(binary, &r->parent))                                     \
    X(flags, OID_INT8_ARRAY, OID_INT8, pgbinary_field_int64(binary, (int64_t)r->flags))                              \
    X(category, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, bytes_of_cstr(r->category)))                   \
    X(county, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, bytes_of_cstr(r->county)))                       \
    X(title, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->title))                                        \
    X(numbers, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->numbers))                                    \
    X(opened_at, OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, pgbinary_field_instant(binary, r->opened_at))               \
    X(changed_at, OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, pgbinary_field_instant(binary, r->changed_at))             \
    X(event_count, OID_INT4_ARRAY, OID_INT4, pgbinary_field_int32(binary, r->event_count))                           \
    X(regime, OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, r->regime))                                     \
    X(gaps, OID_INT8_ARRAY, OID_INT8, pgbinary_field_int64(binary, (int64_t)r->gaps))                                \
    X(parties, OID_INT8_ARRAY, OID_INT8, pgbinary_field_int64(binary, (int64_t)r->parties))                          \
    X(half, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->countersign))                                   \
    X(hand, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->manual_service))                                \
    X(alarm_at, OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, pgbinary_field_instant(binary, r->alarm_at))                 \
    X(handling, OID_INT2_ARRAY, OID_INT2, pgbinary_field_int16(binary, r->handling))                                 \
    X(handling_expires, OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, pgbinary_field_instant(binary, r->handling_expires)) \
    X(roster, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->roster))                                      \
    X(facts, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->facts))                                        \
    X(hints, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->hints))                                        \
    X(hint_marks, OID_INT8_ARRAY, OID_INT8, pgbinary_field_int64(binary, (int64_t)r->hint_marks))                    \
    X(persons, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->persons))                                    \
    X(penalty, OID_TEXT_ARRAY, OID_TEXT, pgbinary_field_text(binary, r->penalty))

struct event_mentions {
    struct mention *at;
    size_t count;
};
static struct event_mentions mentions_new(const struct ledger_batch *batch) {
    struct event_mentions mentions = {calloc(batch->event_count + 1, sizeof *mentions.at), 0};
    INVARIANT(mentions.at);
    mentions.count = mentions_of(batch, mentions.at);
    return mentions;
}

/* ---- new referrals
 * ------------------------------------------------------------------------------------------------------------- */
#define NAME(column, array_oid, oid, call) #column ", "
#define ONE(column, array_oid, oid, call)  +1
const char REFERRAL_COPY[] = "COPY ecocase.referral (" COLUMNS(NAME) "lane, clocks, events) FROM STDIN (FORMAT binary)";

static void new_row(struct pgbinary *binary, const struct referral *r, int32_t lane,
                    const struct event_mentions *mentions) {
#define WRITE(column, array_oid, oid, call) call;
    pgbinary_int16(binary, 3 COLUMNS(ONE));
    COLUMNS(WRITE)
    pgbinary_field_int16(binary, (int16_t)lane);
    size_t from = pgbinary_field_begin(binary);
    pgbinary_array(binary, OID_INT8, (size_t)r->clock_count * CLOCK_NUMBERS, 1);
    clocks_write(binary, r->clocks, r->clock_count);
    pgbinary_field_end(binary, from);
    size_t first = lower(mentions->at, mentions->count, &r->id, INT64_MIN),
           behind = lower(mentions->at, mentions->count, &r->id, INT64_MAX);
    from = pgbinary_field_begin(binary);
    pgbinary_array(binary, OID_INT8, behind - first, 1);
    for (size_t i = first; i < behind; i++) pgbinary_field_int64(binary, mentions->at[i].serial);
    pgbinary_field_end(binary, from);
}

enum outcome referral_copy(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    struct event_mentions mentions = mentions_new(batch);
    enum outcome outcome = OK;
    for (size_t i = 0; outcome == OK && i < batch->referral_count; i++) {
        if (!batch->referrals[i]->fresh) continue;
        new_row(&ledger->copy, batch->referrals[i], batch->before->lane, &mentions);
        outcome = copy_flush(ledger, fault);
    }
    free(mentions.at);
    return outcome;
}

size_t referral_count(const struct ledger_batch *batch, bool fresh) {
    size_t count = 0;
    for (size_t i = 0; i < batch->referral_count; i++) count += batch->referrals[i]->fresh == fresh;
    return count;
}

/* ---- known ones
 * ---------------------------------------------------------------------------------------------------------------- */
struct chosen {
    const struct referral *const *at;
    size_t count;
};
#define COLUMN(array_oid, oid, call)                                  \
    do {                                                              \
        struct pgbinary *binary = parameter(parameters, (array_oid)); \
        pgbinary_array(binary, (oid), chosen->count, 1);              \
        for (size_t i = 0; i < chosen->count; i++) {                  \
            const struct referral *r = chosen->at[i];                 \
            call;                                                     \
        }                                                             \
    } while (0)

static void serials(struct parameters *parameters, const struct event_mentions *mentions) {
    struct pgbinary *binary = parameter(parameters, OID_INT8_ARRAY);
    pgbinary_array(binary, OID_INT8, mentions->count, 1);
    for (size_t i = 0; i < mentions->count; i++) pgbinary_field_int64(binary, mentions->at[i].serial);
}

static void clocks(struct parameters *parameters, const struct chosen *chosen) {
    size_t count = 0;
    for (size_t i = 0; i < chosen->count; i++) count += chosen->at[i]->clock_count;
    struct pgbinary *binary = parameter(parameters, OID_INT8_ARRAY);
    pgbinary_array(binary, OID_INT8, count * CLOCK_NUMBERS, 1);
    for (size_t i = 0; i < chosen->count; i++) clocks_write(binary, chosen->at[i]->clocks, chosen->at[i]->clock_count);
}

/* From and to, both counted from 1 and inclusive, as Postgres slices; from = to + 1 is an empty one. */
static void slices(struct parameters *parameters, const struct chosen *chosen, const struct event_mentions *mentions) {
    int32_t from = 1, to = 0;
    COLUMN(OID_INT4_ARRAY, OID_INT4, pgbinary_field_int32(binary, from); from += r->clock_count * CLOCK_NUMBERS);
    COLUMN(OID_INT4_ARRAY, OID_INT4, to += r->clock_count * CLOCK_NUMBERS; pgbinary_field_int32(binary, to));
    COLUMN(OID_INT4_ARRAY, OID_INT4,
           pgbinary_field_int32(binary, (int32_t)lower(mentions->at, mentions->count, &r->id, INT64_MIN) + 1));
    COLUMN(OID_INT4_ARRAY, OID_INT4,
           pgbinary_field_int32(binary, (int32_t)lower(mentions->at, mentions->count, &r->id, INT64_MAX)));
}

size_t referral_rows(struct parameters *parameters, const struct ledger_batch *batch, bool fresh_too) {
    struct event_mentions mentions = mentions_new(batch);
    const struct referral **some = calloc(batch->referral_count + 1, sizeof *some);
    INVARIANT(some);
    struct chosen choice = {some, 0}, *chosen = &choice;
    for (size_t i = 0; i < batch->referral_count; i++) {
        if (fresh_too || !batch->referrals[i]->fresh) some[chosen->count++] = batch->referrals[i];
    }
    parameters_clear(parameters);
    parameter_int16(parameters, (int16_t)batch->before->lane);
    serials(parameters, &mentions);
    clocks(parameters, chosen);
#define ARRAY(column, array_oid, oid, call) COLUMN(array_oid, oid, call);
    COLUMNS(ARRAY)
    slices(parameters, chosen, &mentions);
    free(some);
    free(mentions.at);
    return choice.count;
}
