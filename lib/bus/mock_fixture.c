/* A mock cluster, and messages without any. */
#include "bus/mock_fixture.h"
#include "bus/bus_inside.h"

void mock_open(struct mock *ret, const char *topic, int partitions) {
    char text[256];
    *ret = (struct mock){0};
    ret->host = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, text, sizeof text);
    INVARIANT(ret->host);
    ret->cluster = rd_kafka_mock_cluster_new(ret->host, 1);
    ret->settings = (struct bus_settings){rd_kafka_mock_cluster_bootstraps(ret->cluster), "test", NULL};
    mock_topic(ret, topic, partitions);
}
void mock_topic(const struct mock *mock, const char *topic, int partitions) {
    INVARIANT(rd_kafka_mock_topic_create(mock->cluster, topic, partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
}
void mock_from(struct mock *mock, const char *topic, int64_t offset) {
    static const struct bus_reading reading = {
        .group = "test", .queue_kib = 1024, .queue_messages = 1000, .wait_ms = 10, .backoff_ms = 50};
    struct fault fault;
    if (!mock->reader) INVARIANT(bus_reader_open(&mock->settings, &reading, &mock->reader, &fault) == OK);
    INVARIANT(bus_assign(mock->reader, &(struct bus_position){topic, 0, offset}, 1, &fault) == OK);
}
struct bus_message *mock_next(struct mock *mock) {
    for (int64_t until = monotonic_ms() + 20000; monotonic_ms() < until;) {
        struct bus_message *message = bus_read(mock->reader, 100);
        if (message && bus_message_event(message) == BUS_RECORD) return message;
        bool end = message && bus_message_event(message) == BUS_END;
        bus_message_free(message);
        if (end) return NULL;
    }
    INVARIANT(!"the mock cluster answers");
    return NULL;
}
void mock_close(struct mock *mock) {
    bus_reader_close(mock->reader);
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->host);
}

static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    void (*look)(const struct bus_message *) = *(void (**)(const struct bus_message *))opaque;
    (void)producer;
    look((const struct bus_message *)message);
}
/* librdkafka puts headers only on messages of its own: one made by a producer that never sends. */
void mock_message(struct bus_headers *headers, void (*look)(const struct bus_message *message)) {
    char text[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", text, sizeof text);
    rd_kafka_conf_set(conf, "log_level", "0", text, sizeof text);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, &look);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    INVARIANT(producer);
    INVARIANT(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_HEADERS(bus_raw_headers(headers)),
                                RD_KAFKA_V_END) == 0);
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer, 1000);
    rd_kafka_destroy(producer);
}
