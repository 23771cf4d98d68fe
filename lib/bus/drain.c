/* See bus.h: a reader's queue that ran full. */
#include "bus/bus.h"

bool bus_drained(struct bus_drain *drain, const rd_kafka_message_t *message, rd_kafka_queue_t *queue, size_t most) {
    bool drained = !message && drain->filled;
    if (message && message->len > drain->largest) drain->largest = message->len;
    drain->filled = drain->filled || (message && rd_kafka_queue_length(queue) * drain->largest >= most / 2);
    if (drained) *drain = (struct bus_drain){0};
    return drained;
}
