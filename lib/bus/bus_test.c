#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "bus/bus_inside.h"
#include "bus/mock_fixture.h"
#include <time.h>

#define PRODUCE 0 /* the Kafka protocol's API key */

struct reports {
    int error[3];
    int64_t offset[3];
    int count;
};

static void on_report(void *opaque, const struct bus_report *report) {
    struct reports *reports = opaque;
    reports->error[report->mark] = report->error;
    reports->offset[report->mark] = report->offset;
    reports->count++;
}

static void send_one(struct bus_producer *producer, intptr_t nth) {
    struct bus_record record = {.topic = "t", .value = BYTES_LITERAL("x"), .mark = nth};
    assert_int_equal(bus_produce(producer, &record), 0);
    nanosleep(&(struct timespec){0, 50 * 1000000}, NULL); /* a request of its own */
    bus_producer_poll(producer, 0);
}

static struct mock mock;
static struct fault fault;
#define PARTITIONS 6
static int set_up(void **state) {
    (void)state;
    mock_open(&mock, "t", PARTITIONS);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    mock_close(&mock);
    return 0;
}

/* A mock cluster that answers the first produce request with "not the leader" and stores all others, whatever their
 * sequence, as Kafka does for a producer that it does not know yet. What Kafka itself did:
 * docs/decisions/0080-one-produce-request-at-a-time.md. */
static void a_refused_record_is_not_believed_stored_when_the_next_one_is(void **state) {
    (void)state;
    struct bus_producer *producer = NULL;
    struct reports reports = {0};
    assert_int_equal(bus_producer_open(&mock.settings, 0, on_report, &reports, &producer, &fault), OK);
    int32_t partitions = 0;
    assert_int_equal(bus_partitions(bus_producer_client(producer), "t", 5000, &partitions, &fault), OK);
    rd_kafka_mock_push_request_errors(mock.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 400);
    for (intptr_t nth = 0; nth < 3; nth++) send_one(producer, nth);
    for (int i = 0; i < 200 && reports.count < 3; i++) bus_producer_poll(producer, 50);
    assert_int_equal(reports.count, 3);
    for (int nth = 0; nth < 3; nth++) {
        assert_int_equal(reports.error[nth], 0);
        assert_int_equal(reports.offset[nth], nth);
    }
    bus_producer_close(producer);
}

static void ignore(void *opaque, const struct bus_report *report) { (void)opaque, (void)report; }
static void fill(int32_t partition, int messages, size_t count) {
    static char value[1024];
    struct bus_producer *producer = NULL;
    assert_int_equal(bus_producer_open(&mock.settings, 0, ignore, NULL, &producer, &fault), OK);
    for (int i = 0; i < messages; i++) {
        struct bus_record record = {.topic = "t", .partition = partition, .value = bytes_of(value, count)};
        assert_int_equal(bus_produce(producer, &record), 0);
    }
    bus_producer_flush(producer, 10000);
    assert_int_equal(bus_producer_waiting(producer), 0);
    bus_producer_close(producer);
}
static void assign(struct bus_reader *reader, int32_t from, int32_t to) {
    struct bus_position positions[PARTITIONS];
    size_t count = 0;
    for (int32_t i = from; i < to; i++) positions[count++] = (struct bus_position){"t", i, 0};
    assert_int_equal(bus_assign(reader, positions, count, &fault), OK);
}
/* Whether there was a record. */
static bool read_one(struct bus_reader *reader, int wait_ms, bool *ret_drained) {
    struct bus_message *message = bus_read(reader, wait_ms);
    bool real = message && bus_message_event(message) == BUS_RECORD;
    *ret_drained = bus_drained(reader, message);
    bus_message_free(message);
    return real;
}
static const struct bus_reading reading = {
    .group = "test", .queue_kib = 64, .queue_messages = 100000, .wait_ms = 10, .backoff_ms = 50};

/* Two changes of an assignment within a few milliseconds abort librdkafka, and this test with it. */
static void an_assignment_may_be_changed_at_any_time(void **state) {
    struct bus_reader *reader = NULL;
    bool drained = false;
    (void)state;
    for (int32_t i = 0; i < PARTITIONS; i++) fill(i, 1, 10);
    assert_int_equal(bus_reader_open(&mock.settings, &reading, &reader, &fault), OK);
    for (int i = 0; i < 300; i++) {
        assign(reader, i % 2 ? 0 : i % 5, i % 2 ? i % 5 + 1 : PARTITIONS);
        read_one(reader, 0, &drained);
    }
    int read = 0;
    assign(reader, 0, PARTITIONS);
    for (int64_t until = monotonic_ms() + 10000; read < PARTITIONS && monotonic_ms() < until;)
        read += read_one(reader, 100, &drained);
    assert_int_equal(read, PARTITIONS); /* what was dropped meanwhile is read again */
    bus_reader_close(reader);
}

static void a_queue_that_ran_full_is_noticed_when_it_is_empty(void **state) {
    struct bus_reader *reader = NULL;
    char kib[16];
    size_t capacity = sizeof kib;
    bool drained = false;
    int read = 0;
    (void)state;
    fill(0, 3, 1000);
    fill(1, 200, 1000);
    assert_int_equal(bus_reader_open(&mock.settings, &reading, &reader, &fault), OK);
    assert_int_equal(rd_kafka_conf_get(rd_kafka_conf(reader->handle), "queued.max.messages.kbytes", kib, &capacity),
                     RD_KAFKA_CONF_OK);
    assert_string_equal(kib, "64");
    assert_int_equal(reader->queue_bytes, 65536);
    assign(reader, 0, 1);
    for (int64_t until = monotonic_ms() + 10000; read < 3 && monotonic_ms() < until;)
        read += read_one(reader, 100, &drained);
    assert_int_equal(read, 3);
    assert_false(read_one(reader, 0, &drained) || drained); /* little was there */
    assign(reader, 1, 2);
    for (int64_t until = monotonic_ms() + 10000; !drained && monotonic_ms() < until;) read_one(reader, 0, &drained);
    assert_true(drained);
    assign(reader, 0, 1);
    assert_false(reader->filled);
    bus_reader_close(reader);
}

static void only_a_named_offset_is_an_acknowledgement(void **state) {
    (void)state;
    rd_kafka_message_t report = {.offset = 0};
    assert_int_equal(producer_report_error(&report), RD_KAFKA_RESP_ERR_NO_ERROR);
    report.offset = RD_KAFKA_OFFSET_INVALID;
    assert_int_equal(producer_report_error(&report), RD_KAFKA_RESP_ERR__INCONSISTENT);
    report.err = RD_KAFKA_RESP_ERR__PURGE_QUEUE;
    assert_int_equal(producer_report_error(&report), RD_KAFKA_RESP_ERR__PURGE_QUEUE);
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(a_refused_record_is_not_believed_stored_when_the_next_one_is),
                                       cmocka_unit_test(only_a_named_offset_is_an_acknowledgement),
                                       EACH(an_assignment_may_be_changed_at_any_time),
                                       EACH(a_queue_that_ran_full_is_noticed_when_it_is_empty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
