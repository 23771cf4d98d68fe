/* Readers by assignment, and the changes of an assignment. */
#include "bus/bus_inside.h"
#include <stdio.h>
#include <stdlib.h>

/* the steps of a change pass between librdkafka's own threads; a partition without records shows nothing for half a
 * second */
#define SETTLE_MS 100

enum outcome bus_reader_open(const struct bus_settings *settings, const struct bus_reading *how,
                             struct bus_reader **ret, struct fault *fault) {
    char kib[16], messages[16], wait[16], backoff[16];
    // clang-format off
    const char *const pairs[] = {CONF_MANUAL,
                                 "group.id", how->group,
                                 "queued.max.messages.kbytes", kib,
                                 "queued.min.messages", messages,
                                 "fetch.wait.max.ms", wait,
                                 "fetch.error.backoff.ms", backoff,
                                 "fetch.message.max.bytes", "1048576",
                                 "fetch.max.bytes", "2097152",
                                 "check.crcs", "true",
                                 "enable.partition.eof", "true"};
    // clang-format on
    rd_kafka_t *handle = NULL;
    snprintf(kib, sizeof kib, "%d", how->queue_kib);
    snprintf(messages, sizeof messages, "%d", how->queue_messages);
    snprintf(wait, sizeof wait, "%d", how->wait_ms);
    snprintf(backoff, sizeof backoff, "%d", how->backoff_ms);
    TRY(conf_open_consumer(settings, pairs, CONF_COUNT(pairs), &handle, fault));
    struct bus_reader *reader = malloc(sizeof *reader);
    INVARIANT(reader);
    *reader = (struct bus_reader){
        .handle = handle, .queue = rd_kafka_queue_get_consumer(handle), .queue_bytes = (size_t)how->queue_kib << 10};
    *ret = reader;
    return OK;
}

void bus_reader_close(struct bus_reader *reader) {
    if (!reader) return;
    rd_kafka_queue_destroy(reader->queue);
    rd_kafka_destroy_flags(reader->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); /* never joined a group */
    free(reader);
}

struct bus_message *bus_read(struct bus_reader *reader, int wait_ms) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle, wait_ms);
    bool shows_reading = message && (!message->err || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF);
    reader->settled = reader->settled || shows_reading;
    return (struct bus_message *)message;
}

/* What is read here is read again, because the assignment that follows says from where. */
static void settle(struct bus_reader *reader) {
    while (!reader->settled && monotonic_ms() < reader->assigned_ms + SETTLE_MS) bus_message_free(bus_read(reader, 5));
}

enum outcome bus_assign(struct bus_reader *reader, const struct bus_position *positions, size_t count,
                        struct fault *fault) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)->offset =
            positions[i].offset;
    if (reader->assigned_ms) settle(reader);
    rd_kafka_resp_err_t error = rd_kafka_assign(reader->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    reader->settled = false;
    reader->assigned_ms = monotonic_ms();
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "assign: %s", rd_kafka_err2str(error));
    reader->filled = false;
    reader->largest = 0;
    return OK;
}

bool bus_drained(struct bus_reader *reader, const struct bus_message *message) {
    if (!message) return reader->filled;
    size_t bytes = bus_raw_message(message)->len;
    if (bytes > reader->largest) reader->largest = bytes;
    reader->filled =
        reader->filled || rd_kafka_queue_length(reader->queue) * reader->largest >= reader->queue_bytes / 2;
    return false;
}

bool bus_known_range(struct bus_reader *reader, const char *topic, int32_t partition, int64_t *ret_low,
                     int64_t *ret_high) {
    return rd_kafka_get_watermark_offsets(reader->handle, topic, partition, ret_low, ret_high) ==
               RD_KAFKA_RESP_ERR_NO_ERROR &&
           *ret_high >= 0;
}
void bus_reader_wake(struct bus_reader *reader, int descriptor) { queue_wakes(reader->queue, descriptor); }
struct bus_client *bus_reader_client(struct bus_reader *reader) { return (struct bus_client *)reader->handle; }
