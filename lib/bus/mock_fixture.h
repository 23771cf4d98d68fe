/* librdkafka's mock cluster for unit tests: one broker in this process, no persistence; good for what a client does,
 * never for a guarantee. */
#ifndef ECOCASE_BUS_MOCK_FIXTURE_H
#define ECOCASE_BUS_MOCK_FIXTURE_H
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h> /* after rdkafka.h, which it needs */
#include "bus/bus.h"

struct mock {
    rd_kafka_t *host;
    rd_kafka_mock_cluster_t *cluster;
    struct bus_settings settings;
    struct bus_reader *reader;
};
void mock_open(struct mock *ret, const char *topic, int partitions);
void mock_topic(const struct mock *mock, const char *topic, int partitions);
/* Reads that topic's only partition from there on; mock_next: the next record, NULL at its end. */
void mock_from(struct mock *mock, const char *topic, int64_t offset);
struct bus_message *mock_next(struct mock *mock);
void mock_close(struct mock *mock);
/* Shows a message with these headers (taken over), which no cluster ever saw. */
void mock_message(struct bus_headers *headers, void (*look)(const struct bus_message *message));
#endif
