/* 提醒: what the lane's time brings by itself (see batch.h): warnings, overdue, escalations and corrections of running clocks, each an event
 * of the ledger and a message to who must act and who supervises. One transaction with the fence, like a batch of submissions; what was
 * told is in the referral row, so that it is told once, whoever owns the lane. */
#include "broker/deliver/answer.h"
#include "broker/judge/alert.h"
#include "broker/lane/batch.h"
#include "base/point.h"
#include "bus/bus.h"
#include "wire/reason.h"

#define ALARMS_AT_ONCE 200u /* referrals in one transaction */

static struct bytes first_number(const struct referral *r) {
    const uint8_t *newline = r->numbers.count ? memchr(r->numbers.at, '\n', r->numbers.count) : NULL;
    return newline ? bytes_of(r->numbers.at, (size_t)(newline - r->numbers.at)) : r->numbers;
}

/* The last day of a term that ends at 24:00, the minute of one counted in hours. */
static const char *end_of(struct arena *arena, const struct clock *clock) {
    char text[32];
    bool whole = clock->due_lenient == day_start(day_of(clock->due_lenient));
    instant_format_short(whole ? clock->due_lenient - 1 : clock->due_lenient, text);
    return arena_printf(arena, whole ? "%.10s" : "%s", text);
}

static struct bytes what_of(const struct session *s, const struct clock *clock) {
    const struct participant *actor = directory_by_number(s->directory, clock->actor);
    struct rule_name name = rules_clock_name(s->broker->rules, clock->rule);
    return bytes_of_cstr(arena_printf(s->arena, "%s %s%s · %s · %s", name.zh, clock->rule, clock->statutory ? "" : "（非法定）",
                                      actor ? actor->name : "", end_of(s->arena, clock)));
}

static size_t recipients_of(const struct session *s, const struct alert *alert, struct bytes *ret) {
    size_t count = 0;
    for (size_t i = 0; i < alert->to_count; i++) {
        const struct participant *who = directory_by_number(s->directory, alert->to[i]);
        if (who) ret[count++] = bytes_of_cstr(who->slug);
    }
    return count;
}

static struct uuid id_of(const struct session *s, const struct referral *r, const struct alert *alert) {
    char referral[UUID_TEXT + 1];
    uuid_format(&r->id, referral);
    return uuid_v5(&UUID_ECOCASE, bytes_of_cstr(arena_printf(s->arena, "%s:%s:%lld:%s:%u", referral, alert->clock.rule,
                                                             (long long)alert->clock.started_at, alert_event(alert->kind), alert->clock.told)));
}

static enum outcome write_notice(const struct batch *b, const struct referral *r, const struct alert *alert, struct ledger_event *event,
                                 struct fault *fault) {
    const struct session *s = b->s;
    struct bytes recipients[LIMIT_ALERTED];
    struct notice_reason reason = {alert_code(alert->kind), what_of(s, &alert->clock), NULL, NULL};
    const struct reason *texts = reason_find(reason.code);
    reason.zh = texts->zh;
    reason.en = texts->en;
    struct notice_clock clock = {alert->clock.rule, alert->clock.due_strict, alert->clock.due_lenient, alert->clock.statutory};
    struct notice notice = {.message_id = event->message_id, .case_id = r->case_id, .referral_id = r->id, .recipients = recipients,
        .recipient_count = recipients_of(s, alert, recipients), .event = event->event, .business_time = event->broker_time,
        .about_event = bytes_of_cstr(alert->clock.rule), .about_document_no = event->document_no, .source_topic = BYTES_LITERAL(TOPIC_CLOCK),
        .source_partition = s->lane->number, .source_offset = event->offset, .state = bytes_of_cstr(r->state), .serial = event->serial,
        .reasons = &reason, .reason_count = 1, .clocks = &clock, .clock_count = 1};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, 16u * KIB);
    TRY(record_write_notice(s->broker->catalogue, &notice, &value, fault));
    event->value = arena_copy(s->arena, buffer_view(&value));
    event->answer = answer_write(s->arena, &reason, 1, &alert->clock, 1);
    return OK;
}

static enum outcome tell(struct batch *b, const struct referral *r, const struct alert *alert, struct fault *fault) {
    struct session *s = b->s;
    struct ledger_event *event = &b->events[b->event_count++];
    *event = (struct ledger_event){.serial = ++b->after.serial, .kind = 'T', .broker_time = s->row.time, .business_time = alert->clock.due_lenient,
        .offset = s->row.clock_offset, .has_ids = true, .message_id = id_of(s, r, alert), .case_id = r->case_id, .referral_id = r->id,
        .event = bytes_of_cstr(alert_event(alert->kind)), .document_no = first_number(r), .rules_version = r->rules};
    memcpy(event->from_state, r->state, sizeof event->from_state);
    memcpy(event->to_state, r->state, sizeof event->to_state);
    for (size_t i = 0; i < alert->to_count; i++) batch_add_delivery(b, event, alert->to[i], DELIVER_ALERT);
    return write_notice(b, r, alert, event, fault);
}

static enum outcome tell_all(struct batch *b, struct referral *r, struct fault *fault) {
    struct alert alerts[LIMIT_CLOCKS];
    size_t count = alarm_take(b->s->broker->rules, b->s->directory, b->s->row.time, r, alerts);
    for (size_t i = 0; i < count; i++) TRY(tell(b, r, &alerts[i], fault));
    b->dirty[b->dirty_count++] = r; /* also where nothing is told any more: its next alarm changes */
    r->dirty = false;
    return OK;
}

static enum outcome tell_due(struct batch *b, const struct uuid *ids, size_t count, struct fault *fault) {
    struct session *s = b->s;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) most += cases_find(s->cases, &ids[i])->count;
    b->after = s->row;
    b->events = arena_array(s->arena, most * LIMIT_CLOCKS, sizeof *b->events);
    b->dirty = arena_array(s->arena, most, sizeof *b->dirty);
    for (size_t i = 0; i < count; i++) {
        struct case_state *state = cases_find(s->cases, &ids[i]);
        for (size_t r = 0; r < state->count; r++) {
            if (state->referrals[r]->alarm_at != INSTANT_NONE && state->referrals[r]->alarm_at <= s->row.time) TRY(tell_all(b, state->referrals[r], fault));
        }
    }
    return OK;
}

enum outcome session_alarms(struct session *s, struct fault *fault) {
    struct batch b = {.s = s};
    struct uuid ids[ALARMS_AT_ONCE];
    size_t count = 0;
    arena_reset(s->arena);
    TRY(ledger_alarms(s->ledger, s->lane->number, s->row.time, ALARMS_AT_ONCE, ids, &count, fault));
    s->alarms_due = count > 0; /* until the ledger has none */
    if (!count) return OK;
    TRY(batch_load_cases(&b, ids, count, fault));
    enum outcome outcome = tell_due(&b, ids, count, fault);
    if (outcome == OK) outcome = batch_write(&b, fault);
    if (outcome != OK) {
        cases_drop(s->cases); /* it holds what was not recorded */
        return outcome;
    }
    POINT("alarm.recorded");
    s->row = b.after;
    return batch_deliver(&b, fault);
}
