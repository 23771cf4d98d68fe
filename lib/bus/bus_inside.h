/* Inside of the bus: librdkafka's own things behind those of bus.h. Messages, headers, clients and targets are its
 * pointers under another name, so nothing is copied. Not for others. */
#ifndef ECOCASE_BUS_BUS_INSIDE_H
#define ECOCASE_BUS_BUS_INSIDE_H
#include <librdkafka/rdkafka.h>
#include "bus/bus.h"

static inline rd_kafka_t *bus_handle(struct bus_client *client) { return (rd_kafka_t *)client; }
static inline const rd_kafka_message_t *bus_raw_message(const struct bus_message *message) {
    return (const rd_kafka_message_t *)message;
}
static inline rd_kafka_headers_t *bus_raw_headers(struct bus_headers *headers) { return (rd_kafka_headers_t *)headers; }
static inline const rd_kafka_headers_t *bus_raw_headers_const(const struct bus_headers *headers) {
    return (const rd_kafka_headers_t *)headers;
}

struct bus_producer {
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    bus_on_report on_report;
    void *opaque;
};
struct bus_reader {
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue; /* of its messages */
    size_t queue_bytes;      /* what the queue holds at most */
    size_t largest;          /* bytes of a message, since the assignment */
    bool filled;             /* the queue was at least half full, since the assignment */
    bool settled;            /* the last change of the assignment is through */
    int64_t assigned_ms;     /* when it was made; 0: never */
};

/* With so many replicas, what is acknowledged lies on so many of them. */
#define BUS_SAFE_REPLICAS 3
#define BUS_SAFE_IN_SYNC  "2"

/* A configuration with our common properties and the extra file applied. */
MUST_USE enum outcome conf_new(const struct bus_settings *settings, rd_kafka_conf_t **ret, struct fault *fault);
/* Takes conf, sets pairs (name, value, ...) of it. */
MUST_USE enum outcome conf_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *const *pairs, size_t count,
                                rd_kafka_t **ret, struct fault *fault);
/* A consumer of messages by hand. */
MUST_USE enum outcome conf_open_consumer(const struct bus_settings *settings, const char *const *pairs, size_t count,
                                         rd_kafka_t **ret, struct fault *fault);
#define CONF_MANUAL       "enable.auto.commit", "false", "enable.auto.offset.store", "false", "auto.offset.reset", "error"
#define CONF_COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* What a delivery report says, see bus_report. */
int producer_report_error(const rd_kafka_message_t *report);
/* One uint64_t, 1, for the descriptor of an eventfd. */
void queue_wakes(rd_kafka_queue_t *queue, int descriptor);
#endif
