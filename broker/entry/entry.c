/* The event row of a record: accepted, refused, repeated or dead. */
#include "broker/entry/entry.h"
#include "base/line.h"
#include "broker/entry/answer.h"

#define MAX_EVENT       64u /* bytes of an event code in a row; lawful ones are shorter */
#define MAX_DOCUMENT_NO 300u
#define MAX_DEAD_KEY    (256u * KIB)
#define MAX_DEAD_VALUE  (2u * MIB) /* Kafka limits the compressed record only; what is beyond is cut */

/* Text for rows, headers and notices: bounded, without control characters. A view where nothing needs to change. */
static struct bytes text_for_row(const struct entry_context *context, struct bytes text, size_t most) {
    if (text.count > most) {
        while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
        text.count = most;
    }
    bool clean = true;
    for (size_t i = 0; i < text.count; i++) clean = clean && text.at[i] >= 0x20 && text.at[i] != 0x7f;
    if (clean) return text;
    char *copy = arena_cstr(context->arena, text);
    line_clean(copy, text.count);
    return bytes_of(copy, text.count);
}

void entry_add_delivery(const struct entry_context *context, struct ledger_event *event, int to, char role) {
    event->deliveries[event->delivery_count++] =
        (struct ledger_delivery){(int16_t)to, role, ++context->after->sequence[to]};
}

static void begin(const struct entry_context *context, const struct item *item, char kind, struct ledger_event *event) {
    const struct submission *s = &item->examination.submission;
    event->serial = ++context->after->serial;
    event->kind = kind;
    event->broker_time = item->broker_time;
    event->business_time = INSTANT_NONE;
    event->sender = (int16_t)item->owner->number;
    event->offset = item->offset;
    event->rules_version = (int16_t)rules_version(context->rules);
    if (kind != 'P') event->value = item->value;
    event->headers = item->headers;
    if (kind == 'D') return;
    event->has_ids = true;
    if (instant_sane(s->business_time)) event->business_time = s->business_time;
    event->message_id = s->message_id;
    event->case_id = s->case_id;
    event->referral_id = s->referral_id;
    event->event = text_for_row(context, s->event, MAX_EVENT);
    event->document_no = text_for_row(context, s->document_no, MAX_DOCUMENT_NO);
    memcpy(event->hash, item->examination.hash.b, sizeof event->hash);
}

static void refuse(const struct entry_context *context, const struct item *item, const struct notice_reason *reasons,
                   size_t count, struct ledger_event *event) {
    begin(context, item, 'R', event);
    event->answer = answer_write(context->arena, reasons, count, NULL, 0);
    entry_add_delivery(context, event, item->owner->number, DELIVER_NOTICE);
}

/* Refused before judging: the message id stays free, so that the same record may be sent again where it belongs. */
static void refuse_fault(const struct entry_context *context, const struct item *item, struct ledger_event *event) {
    struct notice_reason reason = {item->fault->code, bytes_of_cstr(item->fault->field), NULL, NULL};
    refuse(context, item, &reason, 1, event);
}

static struct bytes cut(struct bytes text, size_t most) {
    return bytes_of(text.at, text.count < most ? text.count : most);
}

static void bury(const struct entry_context *context, const struct item *item, struct ledger_event *event) {
    begin(context, item, 'D', event);
    struct notice_reason reason = {item->fault->code, bytes_of_cstr(item->fault->field), NULL, NULL};
    event->answer = answer_write(context->arena, &reason, 1, NULL, 0);
    event->key = cut(item->key, MAX_DEAD_KEY);
    event->value = cut(event->value, MAX_DEAD_VALUE);
    entry_add_delivery(context, event, item->owner->number, DELIVER_NOTICE);
}

/* The recorded answer once more. An accepted submission whose sender wants no receipts had none. */
static void repeat(const struct entry_context *context, const struct item *item, struct ledger_event *event) {
    begin(context, item, 'P', event);
    event->answer = answer_write_place(context->arena, item->known.lane, item->known.serial);
    if (item->known.kind != 'A' || item->owner->receipts)
        entry_add_delivery(context, event, item->owner->number, DELIVER_NOTICE);
}

static void admit(const struct entry_context *context, const struct item *item, const struct verdict *v,
                  struct ledger_event *event) {
    begin(context, item, 'A', event);
    event->rules_version = v->rules;
    event->answer = answer_write(context->arena, v->reasons, v->reason_count, v->started, v->started_count);
    memcpy(event->from_state, v->from_state, sizeof event->from_state);
    memcpy(event->to_state, v->to_state, sizeof event->to_state);
    for (size_t i = 0; i < v->delivery_count; i++)
        entry_add_delivery(context, event, v->deliveries[i].to, v->deliveries[i].role);
    if (item->owner->receipts) entry_add_delivery(context, event, item->owner->number, DELIVER_NOTICE);
    for (size_t i = 0; i < v->hinted_count; i++) entry_add_delivery(context, event, v->hinted[i], DELIVER_HINT);
}

static void answer_known(const struct entry_context *context, const struct item *item, struct ledger_event *event) {
    if (memcmp(item->known.hash, item->examination.hash.b, DIGEST_SIZE) == 0) {
        repeat(context, item, event);
        return;
    }
    struct notice_reason reason = {"ID_CONFLICT", BYTES_LITERAL("envelope.message_id"), NULL, NULL};
    refuse(context, item, &reason, 1, event);
}

static void judge_item(const struct entry_context *context, const struct item *item, struct case_state *state,
                       struct arena *keep, struct ledger_event *event) {
    struct verdict verdict;
    const struct hearing hearing = {item->owner, item->broker_time, &item->examination.submission,
                                    &item->examination.persons, item->related_cases};
    judge(context->rules, context->directory, &hearing, state, keep, &verdict);
    if (verdict.accepted) admit(context, item, &verdict, event);
    else refuse(context, item, verdict.reasons, verdict.reason_count, event);
    event->new_submission = true;
    event->related_cases = item->related_cases;
}

void entry_of_item(const struct entry_context *context, const struct item *item, struct case_state *state,
                   struct arena *keep, struct ledger_event *ret) {
    switch (item->examination.what) {
    case EXAMINED_SUBMISSION:
        if (item->known.found) answer_known(context, item, ret);
        else judge_item(context, item, state, keep, ret);
        break;
    case EXAMINED_MALFORMED: bury(context, item, ret); break;
    case EXAMINED_REFUSED: refuse_fault(context, item, ret); break;
    case EXAMINED_REPORT:
    case EXAMINED_TICK: INVARIANT(!"a report or a tick is no event");
    }
}
