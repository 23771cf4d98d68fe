/* See answer.h. */
#include "broker/deliver/answer.h"
#include "bus/bus.h"
#include "wire/reason.h"
#include <jansson.h>

static const char *field_text(struct arena *arena, struct bytes field) { return arena_cstr(arena, field); }

struct bytes answer_write(struct arena *arena, const struct notice_reason *reasons, size_t reason_count, const struct clock *clocks, size_t clock_count) {
    if (!reason_count && !clock_count) return BYTES_NONE;
    json_t *root = json_object(), *list = json_array(), *times = json_array();
    for (size_t i = 0; i < reason_count; i++) {
        const struct reason *known = reason_find(reasons[i].code);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "code", reasons[i].code, "field", field_text(arena, reasons[i].field),
                                              "zh", known->zh, "en", known->en));
    }
    for (size_t i = 0; i < clock_count; i++) {
        json_array_append_new(times, json_pack("{s:s, s:I, s:I, s:b}", "rule", clocks[i].rule, "due_strict", (json_int_t)clocks[i].due_strict,
                                               "due_lenient", (json_int_t)clocks[i].due_lenient, "statutory", (int)clocks[i].statutory));
    }
    json_object_set_new(root, "reasons", list);
    json_object_set_new(root, "clocks", times);
    char *text = json_dumps(root, JSON_COMPACT);
    PROMISE(text);
    struct bytes kept = arena_copy(arena, bytes_of_cstr(text));
    free(text);
    json_decref(root);
    return kept;
}

static const char *text_of(struct arena *arena, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return arena_printf(arena, "%s", text ? text : "");
}

static void read_answer(struct arena *arena, struct bytes answer, struct notice *notice) {
    json_t *root = answer.count ? json_loadb((const char *)answer.at, answer.count, 0, NULL) : NULL;
    if (!root) return;
    const json_t *list = json_object_get(root, "reasons"), *times = json_object_get(root, "clocks");
    struct notice_reason *reasons = arena_array(arena, json_array_size(list), sizeof *reasons);
    struct notice_clock *clocks = arena_array(arena, json_array_size(times), sizeof *clocks);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        reasons[i] = (struct notice_reason){text_of(arena, one, "code"), bytes_of_cstr(text_of(arena, one, "field")), text_of(arena, one, "zh"),
                                            text_of(arena, one, "en")};
    }
    for (size_t i = 0; i < json_array_size(times); i++) {
        const json_t *one = json_array_get(times, i);
        clocks[i] = (struct notice_clock){text_of(arena, one, "rule"), json_integer_value(json_object_get(one, "due_strict")),
                                          json_integer_value(json_object_get(one, "due_lenient")), json_is_true(json_object_get(one, "statutory"))};
    }
    notice->reasons = reasons;
    notice->reason_count = json_array_size(list);
    notice->clocks = clocks;
    notice->clock_count = json_array_size(times);
    json_decref(root);
}

enum outcome answer_notice(const struct catalogue *catalogue, const struct directory *directory, int32_t lane, const struct ledger_event *as_of,
                           struct arena *arena, struct buffer *into, struct uuid *ret_id, struct fault *fault) {
    const struct participant *to = directory_by_number(directory, as_of->sender);
    PROMISE(to);
    char *topic = arena_alloc(arena, TOPIC_NAME);
    char id[UUID_TEXT + 1];
    bus_outbox_topic(bytes_of_cstr(to->slug), topic);
    const char *event = as_of->kind == 'A' ? "SYS.ACCEPTED" : "SYS.REFUSED";
    uuid_format(&as_of->message_id, id);
    const char *cause = as_of->has_ids ? arena_printf(arena, "%d:%s:%s", as_of->sender, id, event)
                                       : arena_printf(arena, "%d:%s/%d/%lld:%s", as_of->sender, topic, lane, (long long)as_of->offset, event);
    /* a refusal of the same id for other bytes is another answer than the first one */
    if (as_of->kind == 'R') cause = arena_printf(arena, "%s:%d/%lld", cause, lane, (long long)as_of->serial);
    *ret_id = uuid_v5(&UUID_ECOCASE, bytes_of_cstr(cause));
    struct notice notice = {.message_id = *ret_id, .case_id = as_of->case_id, .referral_id = as_of->referral_id,
        .about_message_id = as_of->message_id, .recipient = bytes_of_cstr(to->slug), .event = bytes_of_cstr(event),
        .business_time = as_of->broker_time, .about_event = as_of->event, .about_document_no = as_of->document_no,
        .source_topic = bytes_of_cstr(topic), .source_partition = lane, .source_offset = as_of->offset,
        .state = bytes_of_cstr(as_of->to_state), .serial = as_of->serial};
    read_answer(arena, as_of->answer, &notice);
    return record_write_notice(catalogue, &notice, into, fault);
}
