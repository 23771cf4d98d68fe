/* One lane's producer: records made of event rows, sent in order, and counted as they are acknowledged. */
#include "broker/deliver/deliver.h"
#include "base/limits.h"
#include "base/failpoint.h"
#include "broker/entry/answer.h"
#include "broker/deliver/headers_inside.h"
#include "broker/deliver/notice_inside.h"
#include "broker/deliver/ring_inside.h"
#include <stdio.h>
#include <stdlib.h>

/* When a run is whole is known (deliver_send), so the timer is a last resort only. */
#define LINGER_MS  20
#define SEND_MS    2
#define NOTICE_MAX (256u * KIB)
static const char tick_mark;

struct inbox {
    rd_kafka_topic_t *topic;
    int32_t partitions;
    char source[64];
};
struct deliverer {
    struct delivery_lane lane;
    rd_kafka_t *producer;
    struct ring ring;
    int64_t give_up_ms; /* once it is to stop: until when to wait for Kafka; else 0 */
    bool broken;
    char why[160];
    const struct directory *directory;
    struct inbox inboxes[LIMIT_PARTICIPANTS];
    struct inbox dead_letter, clock;
    struct arena *scratch; /* one event */
    struct buffer notice, hints;
};

static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    struct deliverer *d = opaque;
    (void)producer;
    if (message->_private == &tick_mark || d->broken) return;
    rd_kafka_resp_err_t error = bus_report_error(message);
    if (error) {
        d->broken = true;
        snprintf(d->why, sizeof d->why, "%s", rd_kafka_err2str(error));
        return;
    }
    FAILPOINT("deliver.acked");
    ring_acknowledge(&d->ring, (int64_t)(intptr_t)message->_private);
    FAILPOINT("deliver.counted");
}

enum outcome deliverer_new(const struct delivery_lane *lane, int64_t published, struct deliverer **ret,
                           struct fault *fault) {
    struct deliverer *d = calloc(1, sizeof *d);
    INVARIANT(d);
    d->lane = *lane;
    ring_start(&d->ring, published);
    enum outcome made = bus_producer(&lane->broker->bus, LINGER_MS, on_report, d, &d->producer, fault);
    if (made != OK) {
        free(d);
        return made;
    }
    d->scratch = arena_new(16u * KIB, 512u * MIB);
    buffer_init(&d->notice, NOTICE_MAX);
    buffer_init(&d->hints, NOTICE_MAX);
    *ret = d;
    return OK;
}

static void inbox_free(struct inbox *inbox) {
    if (inbox->topic) rd_kafka_topic_destroy(inbox->topic);
    inbox->topic = NULL;
}

void deliverer_free(struct deliverer *d) {
    if (!d) return;
    d->broken = true;
    rd_kafka_purge(d->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(d->producer, 200);
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) inbox_free(&d->inboxes[i]);
    inbox_free(&d->dead_letter);
    inbox_free(&d->clock);
    rd_kafka_destroy(d->producer);
    arena_free(d->scratch);
    buffer_free(&d->notice);
    buffer_free(&d->hints);
    free(d);
}

static enum outcome open_topic(struct deliverer *d, struct inbox *inbox, const char *name, int32_t partitions,
                               struct fault *fault) {
    if (!partitions)
        return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topic %s does not exist: run `ecocase-broker setup`",
                         name);
    inbox->partitions = partitions;
    if (!inbox->topic) inbox->topic = rd_kafka_topic_new(d->producer, name, NULL);
    INVARIANT(inbox->topic);
    return OK;
}

enum outcome deliver_follow(struct deliverer *d, const struct directory *directory, struct fault *fault) {
    char names[LIMIT_PARTICIPANTS + 2][TOPIC_NAME] = {TOPIC_DEAD_LETTER, TOPIC_CLOCK};
    struct inbox *inboxes[LIMIT_PARTICIPANTS + 2] = {&d->dead_letter, &d->clock};
    int32_t partitions[LIMIT_PARTICIPANTS + 2];
    const char *topics[LIMIT_PARTICIPANTS + 2] = {names[0], names[1]};
    size_t count = 2;
    for (size_t i = 0; i < directory_count(directory); i++, count++) {
        const struct participant *who = directory_at(directory, i);
        bus_inbox_topic(bytes_of_cstr(who->slug), names[count]);
        topics[count] = names[count];
        inboxes[count] = &d->inboxes[who->number];
        snprintf(inboxes[count]->source, sizeof inboxes[count]->source, "/ecocase/%s", who->slug);
    }
    TRY(bus_partitions_of(d->producer, topics, count, 5000, partitions, fault));
    for (size_t i = 0; i < count; i++) TRY(open_topic(d, inboxes[i], topics[i], partitions[i], fault));
    d->directory = directory;
    return OK;
}

enum outcome deliver_poll(struct deliverer *d, int wait_ms, struct fault *fault) {
    rd_kafka_poll(d->producer, wait_ms);
    char text[160];
    if (!d->broken && rd_kafka_fatal_error(d->producer, text, sizeof text)) {
        d->broken = true;
        snprintf(d->why, sizeof d->why, "%s", text);
    }
    return d->broken ? fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "producer: %s", d->why) : OK;
}

bool deliver_idle(const struct deliverer *d) { return ring_empty(&d->ring); }
int64_t deliver_published(const struct deliverer *d) { return d->ring.published; }

/* Waiting for Kafka: the lane's heart beats on; once the lane is to stop, not for long. */
static enum outcome wait_on(struct deliverer *d, struct fault *fault) {
    pulse_beat(d->lane.pulse);
    if (atomic_load(&d->lane.pulse->stop)) {
        if (!d->give_up_ms) d->give_up_ms = monotonic_ms() + DELIVER_LAST_WAIT_MS;
        if (monotonic_ms() >= d->give_up_ms)
            return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "stopped while Kafka takes nothing");
    }
    return deliver_poll(d, 20, fault);
}

enum outcome deliver_settle(struct deliverer *d, struct fault *fault) {
    while (!deliver_idle(d)) TRY(wait_on(d, fault));
    return OK;
}

/* A flush makes librdkafka's sender look at once and forget the linger; whether all is acknowledged by then does not
 * matter. */
enum outcome deliver_send(struct deliverer *d, struct fault *fault) {
    rd_kafka_flush(d->producer, SEND_MS);
    return deliver_poll(d, 0, fault);
}

struct outgoing {
    const struct inbox *to;
    int32_t partition;
    struct bytes key, value;
    rd_kafka_headers_t *headers;
    const void *mark;
};

/* Takes the headers over. rd_kafka_producev: produceva with headers frees them twice on a failed send (2.0.2). */
static enum outcome put_out(struct deliverer *d, const struct outgoing *out, struct fault *fault) {
    union {
        const void *borrowed;
        void *given;
    } key = {out->key.at}, value = {out->value.at}, mark = {out->mark};
    enum outcome outcome = OK;
    for (;;) {
        rd_kafka_resp_err_t error =
            rd_kafka_producev(d->producer, RD_KAFKA_V_RKT(out->to->topic), RD_KAFKA_V_PARTITION(out->partition),
                              RD_KAFKA_V_KEY(key.given, out->key.count),
                              RD_KAFKA_V_VALUE(value.given, out->value.count), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_HEADERS(out->headers), RD_KAFKA_V_OPAQUE(mark.given), RD_KAFKA_V_END);
        if (!error) return OK;
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            outcome = fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", rd_kafka_topic_name(out->to->topic),
                                rd_kafka_err2str(error));
            break;
        }
        outcome = wait_on(d, fault);
        if (outcome != OK) break;
    }
    if (out->headers) rd_kafka_headers_destroy(out->headers);
    return outcome;
}

static struct headers_lane headers_lane(const struct deliverer *d) {
    return (struct headers_lane){d->lane.lane, d->lane.epoch, d->lane.generation};
}

/* What the broker says of an event itself: the answer, and the hints; each is written once and goes to whoever hears of
 * it.
 */
struct spoken {
    bool done;
    struct notice_identity said;
    struct bytes value;
};

static enum outcome deliver_one(struct deliverer *d, const struct ledger_event *event, const struct ledger_delivery *to,
                                const struct spoken *spoken, struct fault *fault) {
    const struct participant *sender = directory_by_number(d->directory, event->sender);
    const struct inbox *inbox = to->to > 0 && to->to < (int)LIMIT_PARTICIPANTS ? &d->inboxes[to->to] : NULL;
    bool ours = event->kind == 'T'; /* an alert has no sender but the broker */
    if (!(sender || ours) || !inbox || !inbox->topic) {
        return fault_set(fault, FATAL, "WRONG_WORLD", "participant %d is not in the directory",
                         sender || ours ? to->to : event->sender);
    }
    char key[UUID_TEXT + 1];
    struct headers_lane lane = headers_lane(d);
    struct headers_of of = {&event->message_id, event->event,
                            ours ? "/ecocase/broker" : d->inboxes[sender->number].source,
                            ours ? event->broker_time : event->business_time};
    if (spoken)
        of = (struct headers_of){&spoken->said.id, bytes_of_cstr(spoken->said.event), "/ecocase/broker",
                                 spoken->said.at};
    uuid_format(&event->case_id, key);
    struct outgoing out = {inbox,
                           d->lane.lane % inbox->partitions,
                           bytes_of(key, UUID_TEXT),
                           spoken ? spoken->value : event->value,
                           headers_inbox(&lane, event, to, &of),
                           (const void *)(intptr_t)event->serial};
    return put_out(d, &out, fault);
}

static enum outcome deliver_dead_letter(struct deliverer *d, const struct ledger_event *event, struct fault *fault) {
    const struct participant *owner = directory_by_number(d->directory, event->sender);
    char topic[TOPIC_NAME] = TOPIC_CLOCK;
    if (owner) bus_outbox_topic(bytes_of_cstr(owner->slug), topic);
    struct headers_lane lane = headers_lane(d);
    struct outgoing out = {&d->dead_letter,
                           d->lane.lane % d->dead_letter.partitions,
                           event->key,
                           event->value,
                           headers_dead_letter(&lane, event, topic, d->scratch),
                           (const void *)(intptr_t)event->serial};
    return put_out(d, &out, fault);
}

/* The event whose answer `event` gives, and its lane: itself, or for a repeat the one repeated. */
static enum outcome answered(struct deliverer *d, const struct delivery_run *run, const struct ledger_event *event,
                             struct ledger_event *recorded, const struct ledger_event **ret, int32_t *ret_lane,
                             struct fault *fault) {
    *ret = event;
    *ret_lane = d->lane.lane;
    if (event->kind != 'P') return OK;
    int64_t serial = 0;
    TRY(answer_read_place(event->answer, ret_lane, &serial, fault));
    int64_t first = run->events[0].serial;
    if (*ret_lane == d->lane.lane && serial >= first && serial < first + (int64_t)run->count) {
        *ret = &run->events[serial - first];
        return OK;
    }
    TRY(ledger_event_at(d->lane.ledger, *ret_lane, serial, d->scratch, recorded, fault));
    *ret = recorded;
    return OK;
}

static enum outcome speak(struct deliverer *d, const struct delivery_run *run, const struct ledger_event *event,
                          struct spoken *ret, struct fault *fault) {
    struct ledger_event recorded;
    const struct ledger_event *as_of;
    int32_t lane = 0;
    if (ret->done) return OK;
    TRY(answered(d, run, event, &recorded, &as_of, &lane, fault));
    buffer_clear(&d->notice);
    TRY(notice_write(d->lane.broker->catalogue, d->directory, lane, as_of, d->scratch, &d->notice, &ret->said, fault));
    ret->value = buffer_view(&d->notice);
    ret->done = true;
    return OK;
}

static enum outcome speak_hints(struct deliverer *d, const struct ledger_event *event, struct spoken *ret,
                                struct fault *fault) {
    if (ret->done) return OK;
    buffer_clear(&d->hints);
    TRY(notice_write_hints(d->lane.broker->catalogue, d->directory, d->lane.lane, event, d->scratch, &d->hints,
                           &ret->said, fault));
    ret->value = buffer_view(&d->hints);
    ret->done = true;
    return OK;
}

enum outcome deliver_event(struct deliverer *d, const struct delivery_run *run, size_t index, struct fault *fault) {
    const struct ledger_event *event = &run->events[index];
    struct spoken answer = {.done = false}, hints = {.done = false};
    FAILPOINT("deliver.before");
    arena_reset(d->scratch);
    ring_add(&d->ring, event->serial, (uint8_t)(event->delivery_count + (event->kind == 'D')));
    for (size_t i = 0; i < event->delivery_count; i++) {
        char role = event->deliveries[i].role;
        if (role == DELIVER_NOTICE) TRY(speak(d, run, event, &answer, fault));
        if (role == DELIVER_HINT) TRY(speak_hints(d, event, &hints, fault));
        TRY(deliver_one(d, event, &event->deliveries[i],
                        role == DELIVER_NOTICE ? &answer
                        : role == DELIVER_HINT ? &hints
                                               : NULL,
                        fault));
    }
    if (event->kind == 'D') TRY(deliver_dead_letter(d, event, fault));
    FAILPOINT("deliver.produced");
    return OK;
}

enum outcome deliver_tick(struct deliverer *d, instant now, struct fault *fault) {
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, 4096);
    TRY(record_write_tick(d->lane.broker->catalogue, d->lane.lane, now, &value, fault));
    struct outgoing out = {&d->clock, d->lane.lane, BYTES_NONE, buffer_view(&value), NULL, &tick_mark};
    return put_out(d, &out, fault);
}
