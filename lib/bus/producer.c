/* Producers: their properties, what is produced, what is reported. */
#include "bus/bus_inside.h"
#include <stdio.h>
#include <stdlib.h>

/* One request at a time: with more, one that Kafka refused (a leader not there yet, after a restart) counts as stored
 * as soon as the next one is, which Kafka stores without it when it knows nothing of this producer yet (seen with
 * librdkafka 2.0.2 and Kafka 4.3.1: one record of 20,000 lost, docs/decisions/0080-one-produce-request-at-a-time.md).
 */
#define GAPLESS                                                                                                     \
    "enable.idempotence", "true", "enable.gapless.guarantee", "true", "max.in.flight.requests.per.connection", "1", \
        "message.timeout.ms", "0"
#define CLOSE_MS 200 /* for the reports of what is dropped */

int producer_report_error(const rd_kafka_message_t *report) {
    return report->err || report->offset >= 0 ? report->err : RD_KAFKA_RESP_ERR__INCONSISTENT;
}

static void on_report(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque) {
    struct bus_producer *producer = opaque;
    const struct bus_report report = {(intptr_t)message->_private, producer_report_error(message), message->offset};
    (void)handle;
    producer->on_report(producer->opaque, &report);
}

static enum outcome open_producer(const struct bus_settings *settings, const char *const *pairs, size_t count,
                                  struct bus_producer *producer, struct fault *fault) {
    rd_kafka_conf_t *conf = NULL;
    TRY(conf_new(settings, &conf, fault));
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, producer);
    TRY(conf_open(RD_KAFKA_PRODUCER, conf, pairs, count, &producer->handle, fault));
    producer->queue = rd_kafka_queue_get_main(producer->handle);
    return OK;
}

static enum outcome new_producer(const struct bus_settings *settings, const char *const *pairs, size_t count,
                                 struct bus_producer what, struct bus_producer **ret, struct fault *fault) {
    struct bus_producer *producer = malloc(sizeof *producer);
    INVARIANT(producer);
    *producer = what;
    enum outcome outcome = open_producer(settings, pairs, count, producer, fault);
    if (outcome == OK) *ret = producer;
    else free(producer);
    return outcome;
}

enum outcome bus_producer_open(const struct bus_settings *settings, int linger_ms, bus_on_report report, void *opaque,
                               struct bus_producer **ret, struct fault *fault) {
    char linger[16];
    snprintf(linger, sizeof linger, "%d", linger_ms);
    // clang-format off
    const char *const pairs[] = {GAPLESS,
                                 "partitioner", "murmur2_random",
                                 "compression.type", "lz4",
                                 "linger.ms", linger,
                                 "message.max.bytes", "4194304",
                                 "queue.buffering.max.messages", "50000",
                                 "queue.buffering.max.kbytes", "16384"};
    // clang-format on
    return new_producer(settings, pairs, CONF_COUNT(pairs), (struct bus_producer){NULL, NULL, report, opaque}, ret,
                        fault);
}

enum outcome bus_files_producer_open(const struct bus_settings *settings, bus_on_report report, void *opaque,
                                     struct bus_producer **ret, struct fault *fault) {
    // clang-format off
    static const char *const pairs[] = {GAPLESS,
                                        "compression.type", "none",
                                        "linger.ms", "0",
                                        "message.max.bytes", "4194304",
                                        "queue.buffering.max.messages", "1000",
                                        "queue.buffering.max.kbytes", "16384"};
    // clang-format on
    return new_producer(settings, pairs, CONF_COUNT(pairs), (struct bus_producer){NULL, NULL, report, opaque}, ret,
                        fault);
}

void bus_producer_close(struct bus_producer *producer) {
    if (!producer) return;
    rd_kafka_purge(producer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer->handle, CLOSE_MS);
    rd_kafka_queue_destroy(producer->queue);
    rd_kafka_destroy(producer->handle);
    free(producer);
}

struct bus_target *bus_target_new(struct bus_producer *producer, const char *topic) {
    rd_kafka_topic_t *target = rd_kafka_topic_new(producer->handle, topic, NULL);
    INVARIANT(target);
    return (struct bus_target *)target;
}
void bus_target_free(struct bus_target *target) {
    if (target) rd_kafka_topic_destroy((rd_kafka_topic_t *)target);
}

/* rd_kafka_producev: produceva with headers frees them twice on a failed send (librdkafka 2.0.2, its issue 4627). */
int bus_produce(struct bus_producer *producer, const struct bus_record *r) {
    union {
        const void *borrowed;
        void *given;
    } key = {r->key.at}, value = {r->value.at}, target = {r->target};
    int flags = r->give ? RD_KAFKA_MSG_F_FREE : RD_KAFKA_MSG_F_COPY;
    rd_kafka_headers_t *headers = bus_raw_headers(r->headers);
#define RECORD                                                                                                    \
    RD_KAFKA_V_PARTITION(r->partition), RD_KAFKA_V_KEY(key.given, r->key.count),                                  \
        RD_KAFKA_V_VALUE(value.given, r->value.count), RD_KAFKA_V_MSGFLAGS(flags), RD_KAFKA_V_TIMESTAMP(r->time), \
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)r->mark), RD_KAFKA_V_END
    if (r->target) return rd_kafka_producev(producer->handle, RD_KAFKA_V_RKT((rd_kafka_topic_t *)target.given), RECORD);
    return rd_kafka_producev(producer->handle, RD_KAFKA_V_TOPIC(r->topic), RECORD);
#undef RECORD
}

void bus_producer_poll(struct bus_producer *producer, int wait_ms) { rd_kafka_poll(producer->handle, wait_ms); }
void bus_producer_flush(struct bus_producer *producer, int wait_ms) { rd_kafka_flush(producer->handle, wait_ms); }
size_t bus_producer_waiting(const struct bus_producer *producer) {
    int waiting = rd_kafka_outq_len(producer->handle);
    return waiting > 0 ? (size_t)waiting : 0;
}
bool bus_producer_is_done(const struct bus_producer *producer, char *ret_text, size_t capacity) {
    return rd_kafka_fatal_error(producer->handle, ret_text, capacity) != RD_KAFKA_RESP_ERR_NO_ERROR;
}
void bus_producer_wake(struct bus_producer *producer, int descriptor) { queue_wakes(producer->queue, descriptor); }
struct bus_client *bus_producer_client(struct bus_producer *producer) { return (struct bus_client *)producer->handle; }
