/* See notice.h. */
#include "broker/deliver/notice.h"
#include "broker/deliver/answer.h"
#include "bus/bus.h"

enum outcome notice_write(const struct catalogue *catalogue, const struct directory *directory, int32_t lane, const struct ledger_event *event,
                          struct arena *arena, struct buffer *into, struct said *ret, struct fault *fault) {
    const struct participant *to = directory_by_number(directory, event->sender);
    if (!to) return fault_set(fault, FATAL, "WRONG_WORLD", "participant %d is not in the directory", event->sender);
    char topic[TOPIC_NAME], id[UUID_TEXT + 1];
    bus_outbox_topic(bytes_of_cstr(to->slug), topic);
    uuid_format(&event->message_id, id);
    struct bytes recipient = bytes_of_cstr(to->slug);
    bool accepted = event->kind == 'A';
    const char *says = accepted ? "SYS.ACCEPTED" : "SYS.REFUSED";
    const char *cause = accepted ? arena_printf(arena, "%d:%s:%s", event->sender, id, says)
                                 : arena_printf(arena, "%d:%s/%d/%lld:%s", event->sender, topic, lane, (long long)event->offset, says);
    *ret = (struct said){uuid_v5(&UUID_ECOCASE, bytes_of_cstr(cause)), says, event->broker_time};
    struct notice notice = {.message_id = ret->id, .case_id = event->case_id, .referral_id = event->referral_id,
        .about_message_id = event->message_id, .recipients = &recipient, .recipient_count = 1, .event = bytes_of_cstr(says),
        .business_time = event->broker_time, .about_event = event->event, .about_document_no = event->document_no,
        .source_topic = bytes_of_cstr(topic), .source_partition = lane, .source_offset = event->offset,
        .state = bytes_of_cstr(event->to_state), .serial = event->serial};
    TRY(answer_read(arena, event->answer, &notice, fault));
    return record_write_notice(catalogue, &notice, into, fault);
}
