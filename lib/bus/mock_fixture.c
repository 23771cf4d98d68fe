/* librdkafka's mock cluster for a test. */
#include "bus/mock_fixture.h"

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
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = offset;
    if (!mock->reader.handle) INVARIANT(bus_reader_open(&mock->settings, &reading, &mock->reader, &fault) == OK);
    INVARIANT(bus_assign(&mock->reader, list, &fault) == OK);
    rd_kafka_topic_partition_list_destroy(list);
}
rd_kafka_message_t *mock_next(struct mock *mock) {
    for (int64_t until = monotonic_ms() + 20000; monotonic_ms() < until;) {
        rd_kafka_message_t *message = bus_read(&mock->reader, 100);
        if (message && !message->err) return message;
        bool end = message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (message) rd_kafka_message_destroy(message);
        if (end) return NULL;
    }
    INVARIANT(!"the mock cluster answers");
    return NULL;
}
void mock_close(struct mock *mock) {
    bus_reader_close(&mock->reader);
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->host);
}
