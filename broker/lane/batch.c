/* One batch: examine ▸ judge ▸ record ▸ deliver (see session_inside.h). Judging can be done anew from the messages
 * (SUBMISSION_RACE), so nothing but the case cache is changed before the transaction is in. */
#include "broker/lane/batch_inside.h"
#include "broker/deliver/kept.h"
#include "broker/judge/judge.h"
#include "base/log.h"
#include "base/failpoint.h"
#include "wire/frame.h"
#include <stdio.h>

#define RACES_MAX       5
#define CLOCK_AHEAD_MS  (10 * 60 * 1000)
#define CLOCK_TOLD_MS   60000
#define CAREFUL_BATCHES 64 /* after a repeat; where one came, more are likely */

/* Far ahead of Postgres' clock: a tick would end every term for good, a paper would begin terms that never end. The one
 * place where another clock is asked, and it only delays. */
static bool ahead(struct session *s, instant at) {
    instant now = s->world.now + (monotonic_ms() - s->world.now_ms);
    if (s->world.manual_clock || at <= now + CLOCK_AHEAD_MS) return false;
    if (monotonic_ms() >= s->next_ahead_ms) {
        log_error("lane.clock.ahead",
                  "lane=%d by_s=%lld text=\"Kafka's clock and Postgres' differ: mend the wrong one\"", s->lane->number,
                  (long long)((at - now) / 1000));
        s->next_ahead_ms = monotonic_ms() + CLOCK_TOLD_MS;
    }
    return true;
}

/* Kafka's time of the record. Without a usable one (an own Kafka with odd settings, a hostile CreateTime, a clock that
 * is far ahead) the lane's time stands in. */
static instant time_of(struct session *s, const struct bus_message *message) {
    instant at = INSTANT_NONE;
    bool chosen = !s->world.manual_clock && !bus_message_time_is_kafkas(message); /* by its sender */
    if (!chosen && bus_message_time(message, &at) && instant_sane(at) && !ahead(s, at)) return at;
    return s->row.time != INSTANT_NONE ? s->row.time : 0;
}

static void examine_clock(struct batch *b, const struct arrival *arrival, instant at, int64_t next) {
    struct examination examination;
    struct fault fault = {0};
    examine(b->s->broker->catalogue, arrival, &examination, &fault);
    bool tick = examination.what == EXAMINED_TICK && examination.submission.lane == arrival->lane;
    if (!tick)
        log_warn("lane.clock.passed_over", "lane=%d offset=%lld code=%s", arrival->lane, (long long)next - 1,
                 fault.code);
    ticks_add(&b->s->ticks, tick && at > 0 ? at : INSTANT_NONE, next); /* 0: it has no time */
}

/* Of a version that is newer than this program: it waits for one that knows it. */
static bool wait_for_schema(struct session *s, const struct participant *owner, const struct arrival *arrival,
                            int64_t offset) {
    uint32_t id = 0;
    struct bytes body;
    struct fault ignored;
    const struct catalogue *catalogue = s->broker->catalogue;
    if (frame_open(arrival->value, &id, &body, &ignored) != OK || catalogue_by_id(catalogue, id) ||
        !catalogue_may_come(catalogue, id))
        return false;
    char text[160];
    snprintf(text, sizeof text, "schema id %u is newer than this program's: start one that knows it", id);
    session_hold(s, owner->number, offset, "SCHEMA_NEWER", text);
    return true;
}

static void examine_all(struct batch *b) {
    struct session *s = b->s;
    b->items = arena_array(s->arena, s->message_count, sizeof *b->items);
    const char *topic = NULL; /* its name is one for all messages of it */
    const struct participant *owner = NULL;
    for (size_t i = 0; i < s->message_count; i++) {
        const struct bus_message *m = s->messages[i];
        int64_t offset = bus_message_offset(m);
        if (bus_message_topic(m) != topic) owner = session_owner(s, m);
        topic = bus_message_topic(m);
        struct arrival arrival = {.key = bus_message_key(m),
                                  .value = bus_message_value(m),
                                  .lane = s->lane->number,
                                  .lanes = s->world.lanes,
                                  .clock = !owner,
                                  .owner = owner,
                                  .secret = bytes_of_cstr(s->world.person_secret)};
        if (!owner) {
            examine_clock(b, &arrival, time_of(s, m), offset + 1);
            continue;
        }
        if (session_holds_at(s, owner->number, offset)) continue; /* it comes again */
        if (wait_for_schema(s, owner, &arrival, offset)) continue;
        struct item *item = &b->items[b->count++];
        struct fault fault = {0};
        *item = (struct item){
            .key = arrival.key, .value = arrival.value, .offset = offset, .owner = owner, .broker_time = time_of(s, m)};
        examine(s->broker->catalogue, &arrival, &item->examination, &fault);
        if (fault.what != OK) {
            struct fault *kept = arena_alloc(s->arena, sizeof *kept);
            *kept = fault;
            item->fault = kept;
        }
        if (item->examination.what == EXAMINED_MALFORMED) item->headers = kept_all(s->arena, m);
        else if (item->examination.what != EXAMINED_REPORT) item->headers = kept_tracing(s->arena, m);
        s->seen[owner->number] = offset + 1;
    }
}

static enum outcome look_up_known(struct batch *b, struct fault *fault) {
    struct arena *arena = b->s->arena;
    struct submission_key *keys = arena_array(arena, b->count, sizeof *keys);
    struct known_submission *known = arena_array(arena, b->count, sizeof *known);
    struct item **items = arena_array(arena, b->count, sizeof *items);
    size_t count = 0;
    if (!b->s->careful) return OK; /* recording finds a repeat too, at no cost for all that are none */
    b->s->careful--;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (item->examination.what != EXAMINED_SUBMISSION) continue;
        keys[count] = (struct submission_key){(int16_t)item->owner->number, item->examination.submission.message_id};
        items[count++] = item;
    }
    if (!count) return OK;
    TRY(ledger_known(b->s->ledger, keys, count, known, fault));
    for (size_t k = 0; k < count; k++) items[k]->known = known[k];
    return OK;
}

static enum outcome look_up_cases(struct batch *b, struct fault *fault) {
    struct uuid *ids = arena_array(b->s->arena, b->count, sizeof *ids);
    size_t count = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (b->items[i].examination.what == EXAMINED_SUBMISSION)
            ids[count++] = b->items[i].examination.submission.case_id;
    }
    return batch_load_cases(b, ids, count, fault);
}

/* Changed referrals, each once: the mark is taken off when it is collected. */
static void collect_dirty(struct batch *b) {
    struct session *s = b->s;
    size_t most = 0;
    for (size_t i = 0; i < b->event_count; i++) {
        const struct case_state *state = b->events[i].kind == 'A' ? cases_find(s->cases, &b->events[i].case_id) : NULL;
        most += state ? state->count : 0;
    }
    b->dirty = arena_array(s->arena, most, sizeof *b->dirty);
    b->dirty_count = 0;
    for (size_t i = 0; i < b->event_count; i++) {
        const struct case_state *state = b->events[i].kind == 'A' ? cases_find(s->cases, &b->events[i].case_id) : NULL;
        for (size_t r = 0; state && r < state->count; r++) {
            if (!state->referrals[r]->dirty) continue;
            state->referrals[r]->dirty = false;
            b->dirty[b->dirty_count++] = state->referrals[r];
        }
    }
}

enum outcome session_batch(struct session *s, struct fault *fault) {
    struct batch b = {.s = s};
    arena_reset(s->arena);
    examine_all(&b);
    if (ticks_want_ends(&s->ticks)) TRY(session_ask_ends(s, fault));
    for (int race = 0;; race++) {
        TRY(look_up_known(&b, fault));
        TRY(look_up_cases(&b, fault));
        TRY(related_cases_look_up(&b, fault));
        batch_judge(&b);
        FAILPOINT("batch.judged");
        TRY(batch_mutate(&b, fault));
        collect_dirty(&b);
        enum outcome recorded = batch_write(&b, fault);
        if (recorded == OK) break;
        cases_drop(s->cases); /* it holds what was not recorded */
        if (recorded != REFUSE || race == RACES_MAX) return recorded;
        s->careful = CAREFUL_BATCHES;
        log_debug("lane.race", "lane=%d attempt=%d", s->lane->number, race);
    }
    s->row = b.after;
    ticks_drop(&s->ticks, b.ticks);
    if (b.ticks) {
        s->alarms_due = true;
        FAILPOINT("tick.judged");
    }
    return batch_deliver(&b, fault);
}
