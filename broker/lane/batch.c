/* One batch: examine ▸ judge ▸ record ▸ deliver (see lane.h). Judging can be done anew from the messages (SUBMISSION_RACE), so nothing
 * but the case cache is changed before the transaction is in. */
#include "base/log.h"
#include "base/point.h"
#include "broker/deliver/answer.h"
#include "broker/lane/lane.h"
#include "wire/reason.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct item {
    const rd_kafka_message_t *message;
    const struct participant *owner; /* NULL: the clock */
    instant broker_time;
    struct examination examination;
    struct known known;
};
struct batch {
    struct session *s;
    struct item *items;
    size_t count;
    struct ledger_event *events;
    size_t event_count;
    struct lane_row after;
    struct referral **dirty;
    size_t dirty_count;
    /* (sender, message id) of this batch already answered: index into events + 1 */
    uint32_t *seen;
    size_t seen_places;
};

static const struct participant *owner_of(const struct session *s, const char *topic) {
    static const char prefix[] = "ecocase.outbox.";
    if (strncmp(topic, prefix, sizeof prefix - 1) != 0) return NULL;
    return directory_by_slug(s->directory, bytes_of_cstr(topic + sizeof prefix - 1));
}

static void examine_all(struct batch *b) {
    struct session *s = b->s;
    b->items = arena_array(s->arena, s->message_count, sizeof *b->items);
    for (size_t i = 0; i < s->message_count; i++) {
        struct item *item = &b->items[b->count++];
        const rd_kafka_message_t *m = item->message = s->messages[i];
        rd_kafka_timestamp_type_t type;
        item->owner = owner_of(s, rd_kafka_topic_name(m->rkt));
        item->broker_time = rd_kafka_message_timestamp(m, &type);
        struct arrival arrival = {.key = bytes_of(m->key, m->key_len), .value = bytes_of(m->payload, m->len), .lane = s->lane->number,
                                  .lanes = s->world.lanes, .clock = !item->owner, .owner = item->owner};
        examine(s->broker->catalogue, &arrival, &item->examination);
    }
}

/* ---- what the ledger knows already ---------------------------------------------------------------------------------- */
static enum outcome look_up_known(struct batch *b, struct fault *fault) {
    struct submission_key *keys = arena_array(b->s->arena, b->count, sizeof *keys);
    struct known *known = arena_array(b->s->arena, b->count, sizeof *known);
    size_t *at = arena_array(b->s->arena, b->count, sizeof *at), count = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (item->examination.what != EXAMINED_SUBMISSION || !item->owner) continue;
        keys[count] = (struct submission_key){(int16_t)item->owner->number, item->examination.submission.message_id};
        at[count++] = i;
    }
    if (!count) return OK;
    TRY(ledger_known(b->s->ledger, keys, count, known, fault));
    for (size_t k = 0; k < count; k++) b->items[at[k]].known = known[k];
    return OK;
}

static enum outcome look_up_cases(struct batch *b, struct fault *fault) {
    struct session *s = b->s;
    struct uuid *ids = arena_array(s->arena, b->count, sizeof *ids);
    size_t count = 0;
    if (cases_full(s->cases)) cases_drop(s->cases);
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        if (item->examination.what != EXAMINED_SUBMISSION || !item->owner) continue;
        const struct uuid *id = &item->examination.submission.case_id;
        if (cases_find(s->cases, id)) continue;
        struct case_state empty = {.case_id = *id};
        cases_add(s->cases, &empty); /* stands for the id until the query answers */
        ids[count++] = *id;
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

/* ---- events -------------------------------------------------------------------------------------------------------------- */
static struct bytes kept_headers(struct batch *b, const rd_kafka_message_t *message, bool all) {
    static const char *const tracing[] = {"traceparent", "tracestate"};
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(message, &headers)) return BYTES_NONE;
    json_t *root = json_object();
    const char *name;
    const void *value;
    size_t count;
    for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &count); i++) {
        bool wanted = all && strncmp(name, "ecocase_", 8) != 0 && i < 64 && count < 4096;
        for (size_t k = 0; k < 2; k++) wanted = wanted || (strcmp(name, tracing[k]) == 0 && count < 512);
        json_t *text = wanted && value ? json_stringn(value, count) : NULL; /* NULL where not UTF-8 */
        if (text) json_object_set_new(root, name, text);
    }
    struct bytes kept = BYTES_NONE;
    if (json_object_size(root)) {
        char *text = json_dumps(root, JSON_COMPACT);
        kept = arena_copy(b->s->arena, bytes_of_cstr(text));
        free(text);
    }
    json_decref(root);
    return kept;
}

static void add_delivery(struct batch *b, struct ledger_event *event, int to, char role) {
    event->deliveries[event->delivery_count++] = (struct ledger_delivery){(int16_t)to, role, ++b->after.sequence[to]};
}

static struct ledger_event *new_event(struct batch *b, const struct item *item, char kind) {
    struct ledger_event *event = &b->events[b->event_count++];
    const struct examination *x = &item->examination;
    *event = (struct ledger_event){.serial = ++b->after.serial, .kind = kind, .broker_time = item->broker_time, .business_time = INSTANT_NONE,
        .sender = (int16_t)(item->owner ? item->owner->number : 0), .offset = item->message->offset,
        .rules_version = (int16_t)rules_version(b->s->broker->rules)};
    if (kind != 'D') {
        event->has_ids = true;
        event->business_time = x->submission.business_time;
        event->message_id = x->submission.message_id;
        event->case_id = x->submission.case_id;
        event->referral_id = x->submission.referral_id;
        event->event = x->submission.event;
        event->document_no = x->submission.document_no;
        memcpy(event->hash, x->hash.b, sizeof event->hash);
    }
    if (kind != 'P') event->value = bytes_of(item->message->payload, item->message->len);
    event->headers = kept_headers(b, item->message, kind == 'D');
    return event;
}

static void refuse(struct batch *b, const struct item *item, char kind, const struct notice_reason *reasons, size_t count, bool known) {
    struct ledger_event *event = new_event(b, item, kind);
    event->answer = answer_write(b->s->arena, reasons, count, NULL, 0);
    if (kind == 'D') event->key = bytes_of(item->message->key, item->message->key_len);
    event->new_submission = kind == 'R' && !known;
    if (item->owner) add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
}

static void refuse_fault(struct batch *b, const struct item *item, char kind, bool known) {
    const struct fault *f = &item->examination.fault;
    struct notice_reason reason = {reason_find(f->code)->code, bytes_of_cstr(f->field), NULL, NULL};
    refuse(b, item, kind, &reason, 1, known);
}

static void repeat(struct batch *b, const struct item *item, int64_t lane, int64_t serial) {
    struct ledger_event *event = new_event(b, item, 'P');
    event->answer = bytes_of_cstr(arena_printf(b->s->arena, "{\"lane\":%lld,\"serial\":%lld}", (long long)lane, (long long)serial));
    add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
}

/* The place of (sender, message id) in `seen`; its value is 0 or the event's index + 1. */
static uint32_t *seen_place(struct batch *b, const struct item *item) {
    const struct uuid *id = &item->examination.submission.message_id;
    uint64_t a;
    memcpy(&a, id->b + 8, 8);
    for (size_t i = (size_t)(a * UINT64_C(0x9e3779b97f4a7c15) >> 32);; i++) {
        uint32_t *place = &b->seen[i % b->seen_places];
        const struct ledger_event *event = *place ? &b->events[*place - 1] : NULL;
        if (!event || (event->sender == item->owner->number && uuid_equal(&event->message_id, id))) return place;
    }
}

static void answer_known(struct batch *b, const struct item *item, const uint8_t *hash, int64_t lane, int64_t serial) {
    if (memcmp(hash, item->examination.hash.b, DIGEST_SIZE) == 0) repeat(b, item, lane, serial);
    else {
        struct notice_reason reason = {"ID_CONFLICT", BYTES_LITERAL("envelope.message_id"), NULL, NULL};
        refuse(b, item, 'R', &reason, 1, true);
    }
}

static void accept_one(struct batch *b, const struct item *item, const struct verdict *v) {
    struct ledger_event *event = new_event(b, item, 'A');
    event->new_submission = true;
    event->answer = answer_write(b->s->arena, v->reasons, v->reason_count, v->started, v->started_count);
    memcpy(event->from_state, v->from_state, sizeof event->from_state);
    memcpy(event->to_state, v->to_state, sizeof event->to_state);
    for (size_t i = 0; i < v->delivery_count; i++) add_delivery(b, event, v->deliveries[i].to, v->deliveries[i].role);
    if (item->owner->receipts) add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
}

static void judge_one(struct batch *b, struct item *item) {
    struct session *s = b->s;
    uint32_t *seen = seen_place(b, item);
    if (item->known.found) {
        answer_known(b, item, item->known.hash, item->known.lane, item->known.serial);
        return;
    }
    if (*seen) {
        const struct ledger_event *first = &b->events[*seen - 1];
        answer_known(b, item, first->hash, s->lane->number, first->serial);
        return;
    }
    struct verdict verdict;
    struct case_state *state = cases_find(s->cases, &item->examination.submission.case_id);
    judge(s->broker->rules, s->directory, item->owner, item->broker_time, &item->examination.submission, state, cases_keep(s->cases), &verdict);
    if (verdict.accepted) accept_one(b, item, &verdict);
    else refuse(b, item, 'R', verdict.reasons, verdict.reason_count, false);
    *seen = (uint32_t)b->event_count;
}

static void note_report(struct batch *b, const struct item *item) {
    int who = item->owner->number;
    int64_t up_to = item->examination.submission.up_to;
    bool sane = up_to <= b->after.sequence[who] && item->examination.submission.generation == b->after.generation;
    if (sane && up_to > b->after.delivered[who]) b->after.delivered[who] = up_to;
}

static enum outcome judge_all(struct batch *b, struct fault *fault) {
    struct session *s = b->s;
    b->events = arena_array(s->arena, b->count, sizeof *b->events);
    b->event_count = 0;
    for (b->seen_places = 64; b->seen_places < b->count * 2;) b->seen_places *= 2;
    b->seen = arena_array(s->arena, b->seen_places, sizeof *b->seen);
    b->after = s->row;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        const rd_kafka_message_t *m = item->message;
        if (!item->owner) {
            if (item->examination.what == EXAMINED_TICK) TRY(session_see_tick(s, item->broker_time, m->offset + 1, fault));
            else if (!s->tick_pending) b->after.clock_offset = m->offset + 1; /* nothing of ours: passed over */
            continue;
        }
        switch (item->examination.what) {
        case EXAMINED_SUBMISSION: judge_one(b, item); break;
        case EXAMINED_REPORT: note_report(b, item); break;
        case EXAMINED_MALFORMED: refuse_fault(b, item, 'D', true); break;
        case EXAMINED_REFUSED:
        case EXAMINED_TICK: refuse_fault(b, item, 'R', true); break;
        }
        if (m->offset + 1 > b->after.next_offset[item->owner->number]) b->after.next_offset[item->owner->number] = m->offset + 1;
    }
    return OK;
}

static void judge_tick(struct batch *b) {
    struct session *s = b->s;
    if (!s->tick_pending) return;
    for (int n = 0; n < (int)LIMIT_PARTICIPANTS; n++) {
        if (b->after.next_offset[n] < s->tick_ends[n]) return;
    }
    if (b->after.time == INSTANT_NONE || s->tick_time > b->after.time) b->after.time = s->tick_time;
    b->after.clock_offset = s->tick_next;
    s->tick_pending = false;
    POINT("tick.judged");
}

static void collect_dirty(struct batch *b) {
    b->dirty = arena_array(b->s->arena, b->count * 2 + 1, sizeof *b->dirty);
    b->dirty_count = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (b->items[i].examination.what != EXAMINED_SUBMISSION || !b->items[i].owner) continue;
        struct case_state *state = cases_find(b->s->cases, &b->items[i].examination.submission.case_id);
        for (size_t r = 0; state && r < state->count; r++) {
            if (!state->referrals[r]->dirty) continue;
            state->referrals[r]->dirty = false; /* each once */
            PROMISE(b->dirty_count < b->count * 2 + 1);
            b->dirty[b->dirty_count++] = state->referrals[r];
        }
    }
}

static enum outcome record(struct batch *b, int32_t *ret_directory, struct fault *fault) {
    collect_dirty(b);
    b->after.published = deliver_ring(b->s->deliverer)->published;
    b->after.directory_version = b->s->directory_version;
    if (b->after.published > b->after.serial) b->after.published = b->after.serial;
    struct ledger_batch batch = {.events = b->events, .event_count = b->event_count, .referrals = b->dirty, .referral_count = b->dirty_count,
                                 .before = &b->s->row, .after = &b->after};
    TRY(ledger_record(b->s->ledger, &batch, ret_directory, fault));
    for (size_t i = 0; i < b->dirty_count; i++) b->dirty[i]->fresh = false;
    return OK;
}

static enum outcome deliver_all(struct batch *b, const struct lane_row *row, struct fault *fault) {
    struct session *s = b->s;
    struct delivery_context context = {s->directory, s->lane->number, row->epoch, row->generation, s->ledger, s->arena};
    for (size_t i = 0; i < b->event_count; i++) {
        TRY(deliver_event(s->deliverer, &context, &b->events[i], fault));
        if ((i & 255) == 255) TRY(deliver_poll(s->deliverer, 0, fault));
    }
    return deliver_poll(s->deliverer, 0, fault);
}

static enum outcome follow_directory(struct session *s, int32_t version, struct fault *fault) {
    if (version == s->directory_version) return OK;
    return fault_set(fault, RETRY, "DIRECTORY_CHANGED", "directory version %d is in force", version);
}

enum outcome session_batch(struct session *s, struct fault *fault) {
    struct batch b = {.s = s};
    int32_t directory = s->directory_version;
    arena_reset(s->arena);
    examine_all(&b);
    for (int attempt = 0;; attempt++) {
        TRY(look_up_known(&b, fault));
        TRY(look_up_cases(&b, fault));
        TRY(judge_all(&b, fault));
        judge_tick(&b);
        POINT("batch.judged");
        if (mutant("publish_before_commit")) TRY(deliver_all(&b, &b.after, fault));
        enum outcome recorded = record(&b, &directory, fault);
        if (recorded == OK) break;
        cases_drop(s->cases); /* it holds what was not recorded */
        if (recorded != REFUSE || attempt == 5) return recorded;
        log_info("lane.race", "lane=%d attempt=%d", s->lane->number, attempt);
    }
    s->row = b.after;
    if (!mutant("publish_before_commit")) TRY(deliver_all(&b, &s->row, fault));
    return follow_directory(s, directory, fault);
}
