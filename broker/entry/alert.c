/* The event row and the message of an alert (提醒). */
#include "wire/topic.h"
#include "broker/entry/answer.h"
#include "broker/entry/entry.h"
#include "broker/judge/judge.h"
#include "wire/reason.h"

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

static const char *actors_of(const struct entry_context *context, const struct alert *alert) {
    const char *all = "";
    for (size_t i = 0; i < alert->actor_count; i++) {
        const struct participant *actor = directory_by_number(context->directory, alert->actors[i]);
        all = arena_printf(context->arena, "%s%s%s", all, *all ? "、" : "", actor ? actor->name : "");
    }
    return all;
}

static struct bytes what_of(const struct entry_context *context, const struct alert *alert) {
    const struct clock *clock = &alert->clock;
    struct rule_name name = rules_clock_name(context->rules, clock->rule);
    return bytes_of_cstr(arena_printf(context->arena, "%s %s%s · %s · %s", name.zh, clock->rule,
                                      clock->statutory ? "" : "（非法定）", actors_of(context, alert),
                                      end_of(context->arena, clock)));
}

/* One reason, or one for each hint. */
static size_t reasons_of(const struct entry_context *context, const struct alert *alert, struct notice_reason *ret) {
    const struct reason *texts = reason_find(alert_code(alert->kind));
    for (size_t i = 0; i < alert->hint_count; i++) {
        struct hint_words said = hint_words(alert->hints[i]);
        char *text = arena_printf(context->arena, "%.*s · %.*s%s", BYTES_FMT(said.text), BYTES_FMT(said.basis),
                                  said.statutory ? "" : "（非法定）");
        ret[i] = (struct notice_reason){texts->code, bytes_of_cstr(text), texts->zh, texts->en};
    }
    if (!alert->hint_count) ret[0] = (struct notice_reason){texts->code, what_of(context, alert), texts->zh, texts->en};
    return alert->hint_count ? alert->hint_count : 1;
}

static size_t recipients_of(const struct entry_context *context, const struct alert *alert, struct bytes *ret) {
    size_t count = 0;
    for (size_t i = 0; i < alert->to_count; i++) {
        const struct participant *who = directory_by_number(context->directory, alert->to[i]);
        if (who) ret[count++] = bytes_of_cstr(who->slug);
    }
    return count;
}

static struct uuid id_of(const struct entry_context *context, const struct referral *r, const struct alert *alert) {
    char referral[UUID_TEXT + 1];
    uuid_format(&r->id, referral);
    return uuid_v5(&UUID_ECOCASE, bytes_of_cstr(arena_printf(context->arena, "%s:%s:%lld:%s:%u", referral,
                                                             alert->clock.rule, (long long)alert->clock.started_at,
                                                             alert_event(alert->kind), alert->clock.alerted)));
}

static enum outcome write_notice(const struct entry_context *context, const struct referral *r,
                                 const struct alert *alert, struct ledger_event *event, struct fault *fault) {
    struct bytes recipients[LIMIT_ALERTED];
    struct notice_reason reasons[LIMIT_HINTS];
    size_t reason_count = reasons_of(context, alert, reasons);
    struct notice_clock clock = {alert->clock.rule, alert->clock.due_strict, alert->clock.due_lenient,
                                 alert->clock.statutory};
    struct notice notice = {.message_id = event->message_id,
                            .case_id = r->case_id,
                            .referral_id = r->id,
                            .recipients = recipients,
                            .recipient_count = recipients_of(context, alert, recipients),
                            .event = event->event,
                            .business_time = event->broker_time,
                            .about_event = bytes_of_cstr(alert->clock.rule),
                            .about_document_no = event->document_no,
                            .source_topic = BYTES_LITERAL(TOPIC_CLOCK),
                            .source_partition = context->after->lane,
                            .source_offset = event->offset,
                            .state = bytes_of_cstr(r->state),
                            .serial = event->serial,
                            .reasons = reasons,
                            .reason_count = reason_count,
                            .clocks = &clock,
                            .clock_count = 1};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, 16u * KIB);
    TRY(record_write_notice(context->catalogue, &notice, &value, fault));
    event->value = arena_copy(context->arena, buffer_view(&value));
    event->answer = answer_write(context->arena, reasons, reason_count, &alert->clock, 1);
    return OK;
}

enum outcome entry_of_alert(const struct entry_context *context, const struct referral *r, const struct alert *alert,
                            struct ledger_event *event, struct fault *fault) {
    *event = (struct ledger_event){.serial = ++context->after->serial,
                                   .kind = 'T',
                                   .broker_time = context->after->time,
                                   .business_time = alert->clock.due_lenient,
                                   .offset = context->after->clock_offset,
                                   .has_ids = true,
                                   .message_id = id_of(context, r, alert),
                                   .case_id = r->case_id,
                                   .referral_id = r->id,
                                   .event = bytes_of_cstr(alert_event(alert->kind)),
                                   .document_no = first_number(r),
                                   .rules_version = r->rules};
    memcpy(event->from_state, r->state, sizeof event->from_state);
    memcpy(event->to_state, r->state, sizeof event->to_state);
    for (size_t i = 0; i < alert->to_count; i++) entry_add_delivery(context, event, alert->to[i], DELIVER_ALERT);
    return write_notice(context, r, alert, event, fault);
}
