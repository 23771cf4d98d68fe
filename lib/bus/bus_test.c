#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "bus/bus.h"
#include <librdkafka/rdkafka_mock.h> /* after rdkafka.h, which it needs */
#include <time.h>

#define PRODUCE 0 /* the Kafka protocol's API key */

struct reports { rd_kafka_resp_err_t error[3]; int64_t offset[3]; int count; };

static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    struct reports *reports = opaque;
    intptr_t nth = (intptr_t)message->_private;
    (void)producer;
    reports->error[nth] = bus_report_error(message);
    reports->offset[nth] = message->offset;
    reports->count++;
}

static void send_one(rd_kafka_t *producer, intptr_t nth) {
    assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_VALUE("x", 1), RD_KAFKA_V_OPAQUE((void *)nth), RD_KAFKA_V_END), 0);
    nanosleep(&(struct timespec){0, 50 * 1000000}, NULL); /* a request of its own */
    rd_kafka_poll(producer, 0);
}

/* A mock cluster that answers the first produce request with "not the leader" and stores all others, whatever their sequence, as Kafka does
 * for a producer that it does not know yet. What Kafka itself did: docs/DECISIONS.md. */
static void a_refused_record_is_not_believed_stored_when_the_next_one_is(void **state) {
    (void)state;
    char text[256];
    struct fault fault = {0};
    rd_kafka_t *host = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, text, sizeof text), *producer = NULL;
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(host, 1);
    assert_int_equal(rd_kafka_mock_topic_create(cluster, "t", 1, 1), 0);
    struct bus_settings settings = {rd_kafka_mock_cluster_bootstraps(cluster), "test", NULL};
    struct reports reports = {0};
    assert_int_equal(bus_producer(&settings, 0, on_report, &reports, &producer, &fault), OK);
    int32_t partitions = 0;
    assert_int_equal(bus_partitions(producer, "t", 5000, &partitions, &fault), OK);
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    rd_kafka_mock_broker_set_rtt(cluster, 1, 400);
    for (intptr_t nth = 0; nth < 3; nth++) send_one(producer, nth);
    for (int i = 0; i < 200 && reports.count < 3; i++) rd_kafka_poll(producer, 50);
    assert_int_equal(reports.count, 3);
    for (int nth = 0; nth < 3; nth++) {
        assert_int_equal(reports.error[nth], 0);
        assert_int_equal(reports.offset[nth], nth);
    }
    rd_kafka_destroy(producer);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
}

static void only_a_named_offset_is_an_acknowledgement(void **state) {
    (void)state;
    rd_kafka_message_t report = {.offset = 0};
    assert_int_equal(bus_report_error(&report), RD_KAFKA_RESP_ERR_NO_ERROR);
    report.offset = RD_KAFKA_OFFSET_INVALID;
    assert_int_equal(bus_report_error(&report), RD_KAFKA_RESP_ERR__INCONSISTENT);
    report.err = RD_KAFKA_RESP_ERR__PURGE_QUEUE;
    assert_int_equal(bus_report_error(&report), RD_KAFKA_RESP_ERR__PURGE_QUEUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_refused_record_is_not_believed_stored_when_the_next_one_is),
                                       cmocka_unit_test(only_a_named_offset_is_an_acknowledgement)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
