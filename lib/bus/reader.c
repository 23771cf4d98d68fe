/* Readers that are assigned their partitions. */
#include "bus/bus.h"

/* the steps of a change pass between librdkafka's own threads; a partition without records shows nothing for half a
 * second */
#define SETTLE_MS 100

void bus_reader_close(struct bus_reader *reader) {
    if (reader->queue) rd_kafka_queue_destroy(reader->queue);
    /* never joined a group */
    if (reader->handle) rd_kafka_destroy_flags(reader->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    *reader = (struct bus_reader){0};
}

rd_kafka_message_t *bus_read(struct bus_reader *reader, int wait_ms) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle, wait_ms);
    bool shows_reading = message && (!message->err || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF);
    reader->settled = reader->settled || shows_reading;
    return message;
}

/* What is read here is read again, because the assignment that follows says from where. */
static void settle(struct bus_reader *reader) {
    while (!reader->settled && monotonic_ms() < reader->assigned_ms + SETTLE_MS) {
        rd_kafka_message_t *message = bus_read(reader, 5);
        if (message) rd_kafka_message_destroy(message);
    }
}

enum outcome bus_assign(struct bus_reader *reader, const rd_kafka_topic_partition_list_t *list, struct fault *fault) {
    if (reader->assigned_ms) settle(reader);
    rd_kafka_resp_err_t error = rd_kafka_assign(reader->handle, list);
    reader->settled = false;
    reader->assigned_ms = monotonic_ms();
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "assign: %s", rd_kafka_err2str(error));
    reader->filled = false;
    reader->largest = 0;
    return OK;
}

bool bus_drained(struct bus_reader *reader, const rd_kafka_message_t *message) {
    if (!message) return reader->filled;
    if (message->len > reader->largest) reader->largest = message->len;
    reader->filled =
        reader->filled || rd_kafka_queue_length(reader->queue) * reader->largest >= reader->queue_bytes / 2;
    return false;
}
