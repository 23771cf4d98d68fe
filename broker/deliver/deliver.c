/* See deliver.h. */
#include "broker/deliver/deliver.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/point.h"
#include "broker/deliver/answer.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_MARK ((void *)-1)
struct deliverer {
    const struct broker *broker;
    rd_kafka_t *producer;
    struct ring ring;
    bool broken;
    char why[160];
    int32_t inbox_partitions[LIMIT_PARTICIPANTS]; /* 0: not asked yet */
};

static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    struct deliverer *d = opaque;
    (void)producer;
    if (message->_private == TICK_MARK) return;
    if (message->err) {
        d->broken = true;
        snprintf(d->why, sizeof d->why, "%s", rd_kafka_err2str(message->err));
        return;
    }
    if (d->broken) return;
    POINT("deliver.acked");
    ring_acknowledge(&d->ring, (int64_t)(intptr_t)message->_private);
}

enum outcome deliverer_new(const struct broker *broker, int32_t lane, int64_t published, struct deliverer **ret, struct fault *fault) {
    struct deliverer *d = calloc(1, sizeof *d);
    PROMISE(d);
    (void)lane;
    d->broker = broker;
    ring_start(&d->ring, published);
    enum outcome made = bus_producer(&broker->bus, 0, on_report, d, &d->producer, fault);
    if (made == OK) *ret = d;
    else free(d);
    return made;
}

void deliverer_free(struct deliverer *d) {
    if (!d) return;
    d->broken = true;
    rd_kafka_purge(d->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(d->producer, 200);
    rd_kafka_destroy(d->producer);
    free(d);
}
const struct ring *deliver_ring(const struct deliverer *d) { return &d->ring; }

enum outcome deliver_poll(struct deliverer *d, int wait_ms, struct fault *fault) {
    rd_kafka_poll(d->producer, wait_ms);
    char text[160];
    if (rd_kafka_fatal_error(d->producer, text, sizeof text)) {
        d->broken = true;
        snprintf(d->why, sizeof d->why, "%s", text);
    }
    return d->broken ? fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "producer: %s", d->why) : OK;
}

static enum outcome partitions_of(struct deliverer *d, const struct participant *to, const char *topic, int32_t *ret, struct fault *fault) {
    int32_t *known = &d->inbox_partitions[to->number];
    if (!*known) TRY(bus_partitions(d->producer, topic, 5000, known, fault));
    if (!*known) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topic %s does not exist; run ecocase-broker setup", topic);
    *ret = *known;
    return OK;
}

/* Hands the headers over whole; on a failed send they are still ours (produceva with headers frees them twice in 2.0.2). */
static enum outcome publish(struct deliverer *d, const char *topic, int32_t partition, struct bytes key, struct bytes value, rd_kafka_headers_t *headers,
                         void *mark, struct fault *fault) {
    union { const uint8_t *borrowed; void *given; } k = {key.at}, v = {value.at};
    for (;;) {
        rd_kafka_resp_err_t error = rd_kafka_producev(d->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_KEY(k.given, key.count), RD_KAFKA_V_VALUE(v.given, value.count), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(mark), RD_KAFKA_V_END);
        if (!error) return OK;
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            if (headers) rd_kafka_headers_destroy(headers);
            return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", topic, rd_kafka_err2str(error));
        }
        enum outcome polled = deliver_poll(d, 50, fault);
        if (polled != OK) {
            if (headers) rd_kafka_headers_destroy(headers);
            return polled;
        }
    }
}

static void add(rd_kafka_headers_t *headers, const char *name, const char *text) { rd_kafka_header_add(headers, name, -1, text, -1); }
static void add_bytes(rd_kafka_headers_t *headers, const char *name, struct bytes text) {
    rd_kafka_header_add(headers, name, -1, text.at, (ssize_t)text.count);
}
static void add_number(rd_kafka_headers_t *headers, const char *name, int64_t number) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    add(headers, name, text);
}
static void add_id(rd_kafka_headers_t *headers, const char *name, const struct uuid *id) {
    char text[UUID_TEXT + 1];
    uuid_format(id, text);
    add(headers, name, text);
}

struct envelope_of { const struct uuid *message_id; struct bytes event; const char *source; instant time; };
static rd_kafka_headers_t *headers_of(const struct delivery_context *c, const struct ledger_event *event, const struct ledger_delivery *to,
                                      const struct envelope_of *e) {
    rd_kafka_headers_t *h = rd_kafka_headers_new(20);
    char time[32];
    instant_format(e->time, time);
    add(h, "ce_specversion", "1.0");
    add_id(h, "ce_id", e->message_id);
    add_bytes(h, "ce_type", e->event);
    add(h, "ce_source", e->source);
    add_id(h, "ce_subject", &event->referral_id);
    add(h, "ce_time", time);
    add_id(h, "ce_caseid", &event->case_id);
    add(h, "content-type", "application/avro");
    add_number(h, "ecocase_lane", c->lane);
    add_number(h, "ecocase_generation", c->generation);
    add_number(h, "ecocase_epoch", c->epoch);
    add_number(h, "ecocase_sequence", to->sequence);
    add_number(h, "ecocase_serial", event->serial);
    add(h, "ecocase_role", to->role == DELIVER_TO ? "to" : to->role == DELIVER_COPY ? "copy" : "notice");
    add(h, "ecocase_repeat", event->kind == 'P' ? "1" : "0");
    add_number(h, "ecocase_brokertime", event->broker_time);
    return h;
}

/* The headers kept in the ledger (JSON object of texts): tracing for all, everything for a dead letter. */
static void add_kept(rd_kafka_headers_t *h, struct bytes kept) {
    json_t *root = kept.count ? json_loadb((const char *)kept.at, kept.count, 0, NULL) : NULL;
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value) {
        if (json_is_string(value)) add(h, name, json_string_value(value));
    }
    json_decref(root);
}

static enum outcome deliver_one(struct deliverer *d, const struct delivery_context *c, const struct ledger_event *event,
                                const struct ledger_delivery *to, struct bytes notice, const struct uuid *notice_id, struct fault *fault) {
    char topic[TOPIC_NAME], source[64] = "/ecocase/broker", key[UUID_TEXT + 1];
    const struct participant *who = directory_by_number(c->directory, to->to), *sender = directory_by_number(c->directory, event->sender);
    if (!who || !sender) return fault_set(fault, FATAL, "WRONG_WORLD", "participant %d is not in the directory", who ? event->sender : to->to);
    bus_inbox_topic(bytes_of_cstr(who->slug), topic);
    int32_t partitions = 1;
    TRY(partitions_of(d, who, topic, &partitions, fault));
    bool says = to->role == DELIVER_NOTICE;
    if (!says) snprintf(source, sizeof source, "/ecocase/%s", sender->slug);
    /* for a repeat the notice's own kind tells which answer it repeats */
    struct envelope_of e = {says ? notice_id : &event->message_id, event->event, source, says ? event->broker_time : event->business_time};
    struct submission read;
    if (says) {
        TRY(record_read(d->broker->catalogue, notice, &read, fault));
        e.event = read.event;
        e.time = read.business_time;
    }
    rd_kafka_headers_t *headers = headers_of(c, event, to, &e);
    if (event->kind != 'D') add_kept(headers, event->headers);
    uuid_format(&event->case_id, key);
    return publish(d, topic, c->lane % partitions, bytes_of(key, UUID_TEXT), says ? notice : event->value, headers, (void *)(intptr_t)event->serial, fault);
}

static enum outcome deliver_dead_letter(struct deliverer *d, const struct delivery_context *c, const struct ledger_event *event, struct fault *fault) {
    const struct participant *owner = directory_by_number(c->directory, event->sender);
    rd_kafka_headers_t *h = rd_kafka_headers_new(24);
    char topic[TOPIC_NAME] = TOPIC_CLOCK, code[64] = "MALFORMED", text[64] = "";
    if (owner) bus_outbox_topic(bytes_of_cstr(owner->slug), topic);
    json_t *root = event->answer.count ? json_loadb((const char *)event->answer.at, event->answer.count, 0, NULL) : NULL;
    const json_t *first = json_array_get(json_object_get(root, "reasons"), 0);
    if (first) {
        snprintf(code, sizeof code, "%s", json_string_value(json_object_get(first, "code")));
        snprintf(text, sizeof text, "%s", json_string_value(json_object_get(first, "field")));
    }
    add_kept(h, event->headers);
    add(h, "__connect.errors.topic", topic);
    add_number(h, "__connect.errors.partition", c->lane);
    add_number(h, "__connect.errors.offset", event->offset);
    add(h, "__connect.errors.connector.name", "ecocase-broker");
    add_number(h, "__connect.errors.task.id", c->lane);
    add(h, "__connect.errors.stage", "VALUE_CONVERTER");
    add(h, "__connect.errors.class.name", "cn.ecocase.examine");
    add(h, "__connect.errors.exception.class.name", code);
    add(h, "__connect.errors.exception.message", first ? json_string_value(json_object_get(first, "en")) : text);
    add_number(h, "ecocase_serial", event->serial);
    json_decref(root);
    return publish(d, TOPIC_DEAD_LETTER, c->lane, event->key, event->value, h, (void *)(intptr_t)event->serial, fault);
}

enum outcome deliver_event(struct deliverer *d, const struct delivery_context *c, const struct ledger_event *event, struct fault *fault) {
    AUTO(buffer_free) struct buffer notice;
    struct uuid notice_id = {0};
    buffer_init(&notice, 256u * KIB);
    ring_add(&d->ring, event->serial, (uint8_t)(event->delivery_count + (event->kind == 'D')));
    for (size_t i = 0; i < event->delivery_count; i++) {
        if (event->deliveries[i].role != DELIVER_NOTICE || notice.count) continue;
        struct ledger_event original, *as_of = NULL;
        union { const struct ledger_event *borrowed; struct ledger_event *same; } self = {event};
        as_of = self.same;
        if (event->kind == 'P') { /* the answer of the event that is repeated: its place is in the `answer` */
            long long lane = 0, serial = 0;
            char *place = arena_cstr(c->arena, event->answer);
            PROMISE(sscanf(place, "{\"lane\":%lld,\"serial\":%lld}", &lane, &serial) == 2);
            TRY(ledger_event_at(c->ledger, (int32_t)lane, serial, c->arena, &original, fault));
            as_of = &original;
            TRY(answer_notice(d->broker->catalogue, c->directory, (int32_t)lane, as_of, c->arena, &notice, &notice_id, fault));
        } else TRY(answer_notice(d->broker->catalogue, c->directory, c->lane, as_of, c->arena, &notice, &notice_id, fault));
    }
    for (size_t i = 0; i < event->delivery_count; i++) {
        TRY(deliver_one(d, c, event, &event->deliveries[i], buffer_view(&notice), &notice_id, fault));
    }
    if (event->kind == 'D') TRY(deliver_dead_letter(d, c, event, fault));
    POINT("deliver.produced");
    return OK;
}

enum outcome deliver_tick(struct deliverer *d, int32_t lane, instant now, struct fault *fault) {
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, 4096);
    TRY(record_write_tick(d->broker->catalogue, lane, now, &value, fault));
    return publish(d, TOPIC_CLOCK, lane, BYTES_NONE, buffer_view(&value), NULL, TICK_MARK, fault);
}
