/* What a batch shares with the alarms: case states into the cache, then rows into the ledger and events to their
 * recipients. */
#include "broker/judge/judge.h"
#include "broker/lane/batch_inside.h"

enum outcome batch_load_cases(struct batch *b, const struct uuid *all, size_t all_count, struct fault *fault) {
    struct session *s = b->s;
    struct uuid *ids = arena_array(s->arena, all_count, sizeof *ids);
    size_t count = 0;
    if (cases_full(s->cases)) cases_drop(s->cases);
    for (size_t i = 0; i < all_count; i++) {
        if (cases_find(s->cases, &all[i])) continue;
        struct case_state empty = {.case_id = all[i]};
        cases_add(s->cases, &empty); /* stands for the id until the query answers */
        ids[count++] = all[i];
    }
    if (!count) return OK;
    struct case_state *states = arena_array(s->arena, count, sizeof *states);
    enum outcome loaded = ledger_cases(s->ledger, ids, count, cases_keep(s->cases), states, fault);
    if (loaded != OK) {
        cases_drop(s->cases);
        return loaded;
    }
    for (size_t k = 0; k < count; k++) *cases_find(s->cases, &ids[k]) = states[k];
    return OK;
}

enum outcome batch_write(struct batch *b, struct fault *fault) {
    struct session *s = b->s;
    for (size_t i = 0; i < b->dirty_count; i++) {
        struct referral *r = b->dirty[i];
        r->alarm_at = alarm_next(s->broker->rules, r);
        if (r->alarm_at != INSTANT_NONE && r->alarm_at <= b->after.time) s->alarms_due = true;
    }
    b->after.published =
        deliver_published(s->deliverer) < b->after.serial ? deliver_published(s->deliverer) : b->after.serial;
    b->after.directory_version = s->directory_version;
    struct ledger_batch batch = {.events = b->events,
                                 .event_count = b->event_count,
                                 .referrals = b->dirty,
                                 .referral_count = b->dirty_count,
                                 .before = &s->row,
                                 .after = &b->after};
    TRY(ledger_record(s->ledger, &batch, &s->newest_directory, fault));
    for (size_t i = 0; i < b->dirty_count; i++) b->dirty[i]->fresh = false;
    return OK;
}

enum outcome batch_deliver(struct batch *b, struct fault *fault) {
    struct delivery_run run = {b->events, b->event_count};
    if (b->delivered) return OK;
    if (!b->event_count) return deliver_poll(b->s->deliverer, 0, fault);
    TRY(deliver_settle(b->s->deliverer, fault));
    for (size_t i = 0; i < b->event_count; i++) {
        TRY(deliver_event(b->s->deliverer, &run, i, fault));
        if (i % 256 == 255) TRY(deliver_poll(b->s->deliverer, 0, fault));
    }
    return deliver_send(b->s->deliverer, fault);
}
