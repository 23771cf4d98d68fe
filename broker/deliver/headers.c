/* Headers made for one record. */
#include "broker/deliver/headers_inside.h"
#include "broker/entry/answer.h"
#include "broker/deliver/kept.h"

static void add(struct bus_headers *headers, const char *name, struct bytes text) {
    bus_headers_add(headers, bytes_of_cstr(name), text);
}
static void add_id(struct bus_headers *headers, const char *name, const struct uuid *id) {
    char text[UUID_TEXT + 1];
    uuid_format(id, text);
    add(headers, name, bytes_of(text, UUID_TEXT));
}

static const char *role_of(char role) {
    switch (role) {
    case DELIVER_TO: return "to";
    case DELIVER_COPY: return "copy";
    case DELIVER_ALERT:
    case DELIVER_HINT: return "alert";
    default: return "notice";
    }
}

struct bus_headers *headers_inbox(const struct headers_lane *lane, const struct ledger_event *event,
                                  const struct ledger_delivery *to, const struct headers_of *of) {
    struct bus_headers *h = bus_headers_new(20);
    char time[32];
    instant_format(of->at, time);
    bus_headers_add_text(h, "ce_specversion", "1.0");
    add_id(h, "ce_id", of->message_id);
    add(h, "ce_type", of->event);
    bus_headers_add_text(h, "ce_source", of->source);
    add_id(h, "ce_subject", &event->referral_id);
    bus_headers_add_text(h, "ce_time", time);
    add_id(h, "ce_caseid", &event->case_id);
    bus_headers_add_text(h, "content-type", "application/avro");
    bus_headers_add_number(h, "ecocase_lane", lane->lane);
    bus_headers_add_number(h, "ecocase_generation", lane->generation);
    bus_headers_add_number(h, "ecocase_epoch", lane->epoch);
    bus_headers_add_number(h, "ecocase_sequence", to->sequence);
    bus_headers_add_number(h, "ecocase_serial", event->serial);
    bus_headers_add_text(h, "ecocase_role", role_of(to->role));
    bus_headers_add_text(h, "ecocase_repeat", event->kind == 'P' ? "1" : "0");
    bus_headers_add_number(h, "ecocase_brokertime", event->broker_time);
    if (event->kind != 'D') kept_add(h, event->headers);
    return h;
}

struct bus_headers *headers_dead_letter(const struct headers_lane *lane, const struct ledger_event *event,
                                        const char *topic, struct arena *arena) {
    struct bus_headers *h = bus_headers_new(24);
    struct notice said = {.reason_count = 0};
    struct fault ignored;
    struct notice_reason reason = {"INTERNAL", BYTES_NONE, "", ""};
    if (answer_read(arena, event->answer, &said, &ignored) == OK && said.reason_count) reason = said.reasons[0];
    kept_add(h, event->headers);
    bus_headers_add_text(h, "__connect.errors.topic", topic);
    bus_headers_add_number(h, "__connect.errors.partition", lane->lane);
    bus_headers_add_number(h, "__connect.errors.offset", event->offset);
    bus_headers_add_text(h, "__connect.errors.connector.name", "ecocase-broker");
    bus_headers_add_number(h, "__connect.errors.task.id", lane->lane);
    bus_headers_add_text(h, "__connect.errors.stage", "VALUE_CONVERTER");
    bus_headers_add_text(h, "__connect.errors.class.name", "cn.ecocase.examine");
    bus_headers_add_text(h, "__connect.errors.exception.class.name", reason.code);
    bus_headers_add_text(h, "__connect.errors.exception.message",
                         arena_printf(arena, "%s%s%.*s%s", reason.en, reason.field.count ? " (" : "",
                                      BYTES_FMT(reason.field), reason.field.count ? ")" : ""));
    bus_headers_add_number(h, "ecocase_serial", event->serial);
    return h;
}
