/* Judging a batch (batch_inside.h): every item in order becomes an event row (entry/entry.h); a message id is answered
 * once, within the batch too. */
#include "broker/lane/batch_inside.h"

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

struct entry_context batch_entry_context(struct batch *b) {
    const struct session *s = b->s;
    return (struct entry_context){s->broker->rules, s->directory, s->broker->catalogue, s->arena, &b->after};
}

/* Known before, by the ledger or within this batch. */
static void note_known(const struct batch *b, struct item *item, const uint32_t *seen) {
    if (item->known.found || !*seen) return;
    const struct ledger_event *first = &b->events[*seen - 1];
    item->known = (struct known_submission){
        .found = true, .kind = first->kind, .lane = b->s->lane->number, .serial = first->serial};
    memcpy(item->known.hash, first->hash, sizeof item->known.hash);
}

static void enter(struct batch *b, const struct entry_context *context, struct item *item) {
    struct session *s = b->s;
    bool submission = item->examination.what == EXAMINED_SUBMISSION;
    uint32_t *seen = submission ? seen_place(b, item) : NULL;
    struct known_submission by_ledger = item->known;
    if (seen) note_known(b, item, seen);
    struct case_state *state =
        submission && !item->known.found ? cases_find(s->cases, &item->examination.submission.case_id) : NULL;
    struct ledger_event *event = &b->events[b->event_count++];
    if (state) item->related_cases = related_cases_of(b, item, state);
    entry_of_item(context, item, state, cases_keep(s->cases), event);
    item->known = by_ledger; /* the batch may be judged anew */
    if (state && event->kind == 'A') related_cases_note(b, item, state);
    if (seen && event->new_submission) *seen = (uint32_t)b->event_count;
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
    struct entry_context context = batch_entry_context(b);
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (item->examination.what == EXAMINED_REPORT) note_report(b, item);
        else enter(b, &context, item);
        b->after.next_offset[item->owner->number] = item->offset + 1;
    }
    b->ticks = ticks_ready(&s->ticks, s->seen);
    ticks_apply(&s->ticks, b->ticks, &b->after.time, &b->after.clock_offset);
}
