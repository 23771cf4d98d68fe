/* Headers made for one record. */
#include "broker/deliver/headers_inside.h"
#include "broker/entry/answer.h"
#include "broker/deliver/kept.h"
#include <stdio.h>

static void add(rd_kafka_headers_t *headers, const char *name, struct bytes text) {
    rd_kafka_header_add(headers, name, -1, text.at, (ssize_t)text.count);
}
static void add_cstr(rd_kafka_headers_t *headers, const char *name, const char *text) {
    add(headers, name, bytes_of_cstr(text));
}

static void add_number(rd_kafka_headers_t *headers, const char *name, int64_t number) {
    char text[24];
    size_t at = sizeof text;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do text[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0) text[--at] = '-';
    add(headers, name, bytes_of(text + at, sizeof text - at));
}
static void add_id(rd_kafka_headers_t *headers, const char *name, const struct uuid *id) {
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

rd_kafka_headers_t *headers_inbox(const struct headers_lane *lane, const struct ledger_event *event,
                                  const struct ledger_delivery *to, const struct headers_of *of) {
    rd_kafka_headers_t *h = rd_kafka_headers_new(20);
    char time[32];
    instant_format(of->at, time);
    add_cstr(h, "ce_specversion", "1.0");
    add_id(h, "ce_id", of->message_id);
    add(h, "ce_type", of->event);
    add_cstr(h, "ce_source", of->source);
    add_id(h, "ce_subject", &event->referral_id);
    add_cstr(h, "ce_time", time);
    add_id(h, "ce_caseid", &event->case_id);
    add_cstr(h, "content-type", "application/avro");
    add_number(h, "ecocase_lane", lane->lane);
    add_number(h, "ecocase_generation", lane->generation);
    add_number(h, "ecocase_epoch", lane->epoch);
    add_number(h, "ecocase_sequence", to->sequence);
    add_number(h, "ecocase_serial", event->serial);
    add_cstr(h, "ecocase_role", role_of(to->role));
    add_cstr(h, "ecocase_repeat", event->kind == 'P' ? "1" : "0");
    add_number(h, "ecocase_brokertime", event->broker_time);
    if (event->kind != 'D') kept_add(h, event->headers);
    return h;
}

rd_kafka_headers_t *headers_dead_letter(const struct headers_lane *lane, const struct ledger_event *event,
                                        const char *topic, struct arena *arena) {
    rd_kafka_headers_t *h = rd_kafka_headers_new(24);
    struct notice said = {.reason_count = 0};
    struct fault ignored;
    struct notice_reason reason = {"INTERNAL", BYTES_NONE, "", ""};
    if (answer_read(arena, event->answer, &said, &ignored) == OK && said.reason_count) reason = said.reasons[0];
    kept_add(h, event->headers);
    add_cstr(h, "__connect.errors.topic", topic);
    add_number(h, "__connect.errors.partition", lane->lane);
    add_number(h, "__connect.errors.offset", event->offset);
    add_cstr(h, "__connect.errors.connector.name", "ecocase-broker");
    add_number(h, "__connect.errors.task.id", lane->lane);
    add_cstr(h, "__connect.errors.stage", "VALUE_CONVERTER");
    add_cstr(h, "__connect.errors.class.name", "cn.ecocase.examine");
    add_cstr(h, "__connect.errors.exception.class.name", reason.code);
    add_cstr(h, "__connect.errors.exception.message",
             arena_printf(arena, "%s%s%.*s%s", reason.en, reason.field.count ? " (" : "", BYTES_FMT(reason.field),
                          reason.field.count ? ")" : ""));
    add_number(h, "ecocase_serial", event->serial);
    return h;
}
