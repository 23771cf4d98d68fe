/* librdkafka's mock cluster for unit tests: one broker in this process, no persistence; good for what a client does,
 * never for a guarantee. */
#ifndef ECOCASE_BUS_MOCK_FIXTURE_H
#define ECOCASE_BUS_MOCK_FIXTURE_H
#include "bus/bus.h"
#include <librdkafka/rdkafka_mock.h> /* after rdkafka.h, which it needs */

struct mock {
    rd_kafka_t *host;
    rd_kafka_mock_cluster_t *cluster;
    struct bus_settings settings;
    struct bus_reader reader;
};
void mock_open(struct mock *ret, const char *topic, int partitions);
void mock_topic(const struct mock *mock, const char *topic, int partitions);
/* Reads that topic's only partition from there on; mock_next: the next message, NULL at its end. */
void mock_from(struct mock *mock, const char *topic, int64_t offset);
rd_kafka_message_t *mock_next(struct mock *mock);
void mock_close(struct mock *mock);
#endif
