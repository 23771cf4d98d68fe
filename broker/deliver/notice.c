/* Notices made of an event row: accepted, refused, hints. */
#include "broker/deliver/notice_inside.h"
#include "broker/entry/answer.h"
#include "broker/judge/judge.h"
#include "bus/bus.h"

enum outcome notice_write(const struct catalogue *catalogue, const struct directory *directory, int32_t lane,
                          const struct ledger_event *event, struct arena *arena, struct buffer *into,
                          struct notice_identity *ret, struct fault *fault) {
    const struct participant *to = directory_by_number(directory, event->sender);
    if (!to) return fault_set(fault, FATAL, "WRONG_WORLD", "participant %d is not in the directory", event->sender);
    char topic[TOPIC_NAME], id[UUID_TEXT + 1];
    bus_outbox_topic(bytes_of_cstr(to->slug), topic);
    uuid_format(&event->message_id, id);
    struct bytes recipient = bytes_of_cstr(to->slug);
    bool accepted = event->kind == 'A';
    const char *says = accepted ? "SYS.ACCEPTED" : "SYS.REFUSED";
    const char *cause =
        accepted ? arena_printf(arena, "%d:%s:%s", event->sender, id, says)
                 : arena_printf(arena, "%d:%s/%d/%lld:%s", event->sender, topic, lane, (long long)event->offset, says);
    *ret = (struct notice_identity){uuid_v5(&UUID_ECOCASE, bytes_of_cstr(cause)), says, event->broker_time};
    struct notice notice = {.message_id = ret->id,
                            .case_id = event->case_id,
                            .referral_id = event->referral_id,
                            .about_message_id = event->message_id,
                            .recipients = &recipient,
                            .recipient_count = 1,
                            .event = bytes_of_cstr(says),
                            .business_time = event->broker_time,
                            .about_event = event->event,
                            .about_document_no = event->document_no,
                            .source_topic = bytes_of_cstr(topic),
                            .source_partition = lane,
                            .source_offset = event->offset,
                            .state = bytes_of_cstr(event->to_state),
                            .serial = event->serial};
    TRY(answer_read(arena, event->answer, &notice, fault));
    return record_write_notice(catalogue, &notice, into, fault);
}

/* 应移未移提示; where there is none, only remarks on the paper itself. Both in one notice where there are both. */
static const char *event_of(const struct notice *notice) {
    for (size_t i = 0; i < notice->reason_count; i++) {
        if (hint_code(notice->reasons[i].code)) return "SYS.HINT";
    }
    return "SYS.REMARK";
}

/* Only the hints and remarks of the answer; no clocks. */
static void keep_hints(struct notice *notice, struct arena *arena) {
    struct notice_reason *kept = arena_array(arena, notice->reason_count + 1, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < notice->reason_count; i++) {
        if (hint_code(notice->reasons[i].code) || remark_told(notice->reasons[i].code))
            kept[count++] = notice->reasons[i];
    }
    notice->reasons = kept;
    notice->reason_count = count;
    notice->clock_count = 0;
}

enum outcome notice_write_hints(const struct catalogue *catalogue, const struct directory *directory, int32_t lane,
                                const struct ledger_event *event, struct arena *arena, struct buffer *into,
                                struct notice_identity *ret, struct fault *fault) {
    struct bytes recipients[LIMIT_HINTED];
    size_t count = 0;
    char topic[TOPIC_NAME] = TOPIC_CLOCK, id[UUID_TEXT + 1];
    const struct participant *sender = directory_by_number(directory, event->sender);
    if (sender) bus_outbox_topic(bytes_of_cstr(sender->slug), topic);
    uuid_format(&event->message_id, id);
    for (size_t i = 0; i < event->delivery_count; i++) {
        const struct participant *to =
            event->deliveries[i].role == DELIVER_HINT ? directory_by_number(directory, event->deliveries[i].to) : NULL;
        if (to && count < LIMIT_HINTED) recipients[count++] = bytes_of_cstr(to->slug);
    }
    struct notice notice = {.case_id = event->case_id,
                            .referral_id = event->referral_id,
                            .about_message_id = event->message_id,
                            .recipients = recipients,
                            .recipient_count = count,
                            .business_time = event->broker_time,
                            .about_event = event->event,
                            .about_document_no = event->document_no,
                            .source_topic = bytes_of_cstr(topic),
                            .source_partition = lane,
                            .source_offset = event->offset,
                            .state = bytes_of_cstr(event->to_state),
                            .serial = event->serial};
    TRY(answer_read(arena, event->answer, &notice, fault));
    const char *says = event_of(&notice);
    *ret = (struct notice_identity){
        uuid_v5(&UUID_ECOCASE, bytes_of_cstr(arena_printf(arena, "%d:%s:%s", event->sender, id, says))), says,
        event->broker_time};
    notice.message_id = ret->id;
    notice.event = bytes_of_cstr(says);
    keep_hints(&notice, arena);
    return record_write_notice(catalogue, &notice, into, fault);
}
