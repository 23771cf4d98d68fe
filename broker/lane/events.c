/* Judging, and the event rows that come of it (see batch.h). A row holds all that its deliveries are made of. */
#include "broker/deliver/answer.h"
#include "broker/deliver/kept.h"
#include "broker/lane/batch.h"
#include "base/line.h"

#define MOST_EVENT 64u          /* bytes of an event code in a row; lawful ones are shorter */
#define MOST_DOCUMENT_NO 300u
#define MOST_DEAD_KEY (256u * KIB)
#define MOST_DEAD_VALUE (2u * MIB) /* Kafka limits the compressed record only; what is beyond is cut */

/* Text for rows, headers and notices: bounded, without control characters. A view where nothing needs to change. */
static struct bytes text_for_row(struct batch *b, struct bytes text, size_t most) {
    if (text.count > most) {
        while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
        text.count = most;
    }
    bool clean = true;
    for (size_t i = 0; i < text.count; i++) clean = clean && text.at[i] >= 0x20 && text.at[i] != 0x7f;
    if (clean) return text;
    char *copy = arena_cstr(b->s->arena, text);
    line_clean(copy, text.count);
    return bytes_of(copy, text.count);
}

void batch_add_delivery(struct batch *b, struct ledger_event *event, int to, char role) {
    event->deliveries[event->delivery_count++] = (struct ledger_delivery){(int16_t)to, role, ++b->after.sequence[to]};
}

static struct ledger_event *new_event(struct batch *b, const struct item *item, char kind) {
    struct ledger_event *event = &b->events[b->event_count++];
    const struct submission *s = &item->examination.submission;
    event->serial = ++b->after.serial;
    event->kind = kind;
    event->broker_time = item->broker_time;
    event->business_time = INSTANT_NONE;
    event->sender = (int16_t)item->owner->number;
    event->offset = item->message->offset;
    event->rules_version = (int16_t)rules_version(b->s->broker->rules);
    if (kind != 'P') event->value = bytes_of(item->message->payload, item->message->len);
    if (kind == 'D') return event;
    event->has_ids = true;
    if (instant_sane(s->business_time)) event->business_time = s->business_time;
    event->message_id = s->message_id;
    event->case_id = s->case_id;
    event->referral_id = s->referral_id;
    event->event = text_for_row(b, s->event, MOST_EVENT);
    event->document_no = text_for_row(b, s->document_no, MOST_DOCUMENT_NO);
    event->headers = kept_tracing(b->s->arena, item->message);
    memcpy(event->hash, item->examination.hash.b, sizeof event->hash);
    return event;
}

static struct ledger_event *refuse(struct batch *b, const struct item *item, const struct notice_reason *reasons, size_t count) {
    struct ledger_event *event = new_event(b, item, 'R');
    event->answer = answer_write(b->s->arena, reasons, count, NULL, 0);
    batch_add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
    return event;
}

/* Refused before judging: the message id stays free, so that the same record may be sent again where it belongs. */
static void refuse_fault(struct batch *b, const struct item *item) {
    struct notice_reason reason = {item->fault->code, bytes_of_cstr(item->fault->field), NULL, NULL};
    refuse(b, item, &reason, 1);
}

static struct bytes cut(struct bytes text, size_t most) { return bytes_of(text.at, text.count < most ? text.count : most); }

static void bury(struct batch *b, const struct item *item) {
    struct ledger_event *event = new_event(b, item, 'D');
    struct notice_reason reason = {item->fault->code, bytes_of_cstr(item->fault->field), NULL, NULL};
    event->answer = answer_write(b->s->arena, &reason, 1, NULL, 0);
    event->key = cut(bytes_of(item->message->key, item->message->key_len), MOST_DEAD_KEY);
    event->value = cut(event->value, MOST_DEAD_VALUE);
    event->headers = kept_all(b->s->arena, item->message);
    batch_add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
}

/* The recorded answer once more. An accepted submission whose sender wants no receipts had none. */
static void repeat(struct batch *b, const struct item *item, char kind, int32_t lane, int64_t serial) {
    struct ledger_event *event = new_event(b, item, 'P');
    event->answer = answer_write_place(b->s->arena, lane, serial);
    if (kind != 'A' || item->owner->receipts) batch_add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
}

static void admit(struct batch *b, const struct item *item, const struct verdict *v) {
    struct ledger_event *event = new_event(b, item, 'A');
    event->new_submission = true;
    event->rules_version = v->rules;
    event->answer = answer_write(b->s->arena, v->reasons, v->reason_count, v->started, v->started_count);
    memcpy(event->from_state, v->from_state, sizeof event->from_state);
    memcpy(event->to_state, v->to_state, sizeof event->to_state);
    for (size_t i = 0; i < v->delivery_count; i++) batch_add_delivery(b, event, v->deliveries[i].to, v->deliveries[i].role);
    if (item->owner->receipts) batch_add_delivery(b, event, item->owner->number, DELIVER_NOTICE);
}

/* The place of (sender, message id) in `seen`; its value is 0 or the event's index + 1. */
static uint32_t *seen_place(struct batch *b, const struct item *item) {
    const struct uuid *id = &item->examination.submission.message_id;
    uint64_t hash;
    memcpy(&hash, id->b + 8, sizeof hash);
    for (size_t i = (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);; i++) {
        uint32_t *place = &b->seen[i & (b->seen_places - 1)];
        const struct ledger_event *event = *place ? &b->events[*place - 1] : NULL;
        if (!event || (event->sender == item->owner->number && uuid_equal(&event->message_id, id))) return place;
    }
}

/* Known before, by the ledger or within this batch. */
static bool answer_again(struct batch *b, const struct item *item, const uint32_t *seen) {
    struct known known = item->known;
    if (!known.found && *seen) {
        const struct ledger_event *first = &b->events[*seen - 1];
        known = (struct known){.found = true, .kind = first->kind, .lane = b->s->lane->number, .serial = first->serial};
        memcpy(known.hash, first->hash, sizeof known.hash);
    }
    if (!known.found) return false;
    if (memcmp(known.hash, item->examination.hash.b, DIGEST_SIZE) == 0) repeat(b, item, known.kind, known.lane, known.serial);
    else {
        struct notice_reason reason = {"ID_CONFLICT", BYTES_LITERAL("envelope.message_id"), NULL, NULL};
        refuse(b, item, &reason, 1);
    }
    return true;
}

static void judge_one(struct batch *b, const struct item *item) {
    struct session *s = b->s;
    uint32_t *seen = seen_place(b, item);
    if (answer_again(b, item, seen)) return;
    struct verdict verdict;
    struct case_state *state = cases_find(s->cases, &item->examination.submission.case_id);
    judge(s->broker->rules, s->directory, item->owner, item->broker_time, &item->examination.submission, state, cases_keep(s->cases), &verdict);
    if (verdict.accepted) admit(b, item, &verdict);
    else refuse(b, item, verdict.reasons, verdict.reason_count)->new_submission = true;
    *seen = (uint32_t)b->event_count;
}

/* 送达回报: never beyond what was given out, never backwards. */
static void note_report(struct batch *b, const struct item *item) {
    const struct submission *report = &item->examination.submission;
    int who = item->owner->number;
    bool lawful = report->up_to <= b->after.sequence[who] && report->generation == b->after.generation;
    if (lawful && report->up_to > b->after.delivered[who]) b->after.delivered[who] = report->up_to;
}

void batch_judge(struct batch *b) {
    struct session *s = b->s;
    b->events = arena_array(s->arena, b->count, sizeof *b->events);
    b->event_count = 0;
    for (b->seen_places = 64; b->seen_places < b->count * 2;) b->seen_places *= 2;
    b->seen = arena_array(s->arena, b->seen_places, sizeof *b->seen);
    b->after = s->row;
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        switch (item->examination.what) {
        case EXAMINED_SUBMISSION: judge_one(b, item); break;
        case EXAMINED_REPORT: note_report(b, item); break;
        case EXAMINED_MALFORMED: bury(b, item); break;
        case EXAMINED_REFUSED: refuse_fault(b, item); break;
        case EXAMINED_TICK: PROMISE(!"a tick in an outbox is refused when examined"); break;
        }
        b->after.next_offset[item->owner->number] = item->message->offset + 1;
    }
    b->ticks = ticks_ready(&s->ticks, s->seen);
    ticks_apply(&s->ticks, b->ticks, &b->after.time, &b->after.clock_offset);
}
