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
#define TICK_MARK  (-1) /* a tick is not waited for; the others' marks are serials */

struct inbox {
    struct bus_target *target;
    char topic[TOPIC_NAME];
    int32_t partitions;
    char source[64];
};
struct deliverer {
    struct delivery_lane lane;
    struct bus_producer *producer;
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

static void on_report(void *opaque, const struct bus_report *report) {
    struct deliverer *d = opaque;
    if (report->mark == TICK_MARK || d->broken) return;
    if (report->error) {
        d->broken = true;
        snprintf(d->why, sizeof d->why, "%s", bus_error_text(report->error));
        return;
    }
    FAILPOINT("deliver.acked");
    ring_acknowledge(&d->ring, report->mark);
    FAILPOINT("deliver.counted");
}

enum outcome deliverer_new(const struct delivery_lane *lane, int64_t published, struct deliverer **ret,
                           struct fault *fault) {
    struct deliverer *d = calloc(1, sizeof *d);
    INVARIANT(d);
    d->lane = *lane;
    ring_start(&d->ring, published);
    enum outcome made = bus_producer_open(&lane->broker->bus, LINGER_MS, on_report, d, &d->producer, fault);
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
    bus_target_free(inbox->target);
    inbox->target = NULL;
}

/* The targets first: librdkafka wants them gone before their producer is; what is under way keeps its own. */
void deliverer_free(struct deliverer *d) {
    if (!d) return;
    d->broken = true;
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) inbox_free(&d->inboxes[i]);
    inbox_free(&d->dead_letter);
    inbox_free(&d->clock);
    bus_producer_close(d->producer);
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
    if (!inbox->target) inbox->target = bus_target_new(d->producer, name);
    snprintf(inbox->topic, sizeof inbox->topic, "%s", name);
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
    TRY(bus_partitions_of(bus_producer_client(d->producer), topics, count, 5000, partitions, fault));
    for (size_t i = 0; i < count; i++) TRY(open_topic(d, inboxes[i], topics[i], partitions[i], fault));
    d->directory = directory;
    return OK;
}

enum outcome deliver_poll(struct deliverer *d, int wait_ms, struct fault *fault) {
    bus_producer_poll(d->producer, wait_ms);
    char text[160];
    if (!d->broken && bus_producer_is_done(d->producer, text, sizeof text)) {
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
    bus_producer_flush(d->producer, SEND_MS);
    return deliver_poll(d, 0, fault);
}

struct outgoing {
    const struct inbox *to;
    int32_t partition;
    struct bytes key, value;
    struct bus_headers *headers;
    int64_t mark;
};

/* Takes the headers over. */
static enum outcome put_out(struct deliverer *d, const struct outgoing *out, struct fault *fault) {
    const struct bus_record record = {.target = out->to->target,
                                      .partition = out->partition,
                                      .key = out->key,
                                      .value = out->value,
                                      .headers = out->headers,
                                      .mark = out->mark};
    enum outcome outcome = OK;
    for (;;) {
        int error = bus_produce(d->producer, &record);
        if (!error) return OK;
        if (!bus_error_queue_full(error)) {
            outcome = fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", out->to->topic, bus_error_text(error));
            break;
        }
        outcome = wait_on(d, fault);
        if (outcome != OK) break;
    }
    bus_headers_free(out->headers);
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
    if (!(sender || ours) || !inbox || !inbox->target) {
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
                           event->serial};
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
                           event->serial};
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
    struct outgoing out = {&d->clock, d->lane.lane, BYTES_NONE, buffer_view(&value), NULL, TICK_MARK};
    return put_out(d, &out, fault);
}
