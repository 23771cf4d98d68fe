/* What the inboxes of a mock cluster show of a lane; only two of the directory are there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "broker/lane/given_out.h"
#include "bus/mock_fixture.h"

static struct mock mock;
static struct directory *directory;
static struct bus_reader *reader;
static struct bus_producer *producer;
static struct fault fault;
static const struct bus_reading reading = {
    .group = "test", .queue_kib = 1024, .queue_messages = 1000, .wait_ms = 10, .backoff_ms = 50};

static void ignore(void *opaque, const struct bus_report *report) { (void)opaque, (void)report; }
static int set_up(void **state) {
    (void)state;
    mock_open(&mock, "ecocase.inbox.sthj", 2);
    mock_topic(&mock, "ecocase.inbox.psb-bynr", 2);
    AUTO(buffer_free) struct buffer yaml;
    buffer_init(&yaml, LIMIT_SETTINGS);
    if (buffer_read_file(&yaml, "schemas/directory.yaml", &fault) != OK ||
        directory_parse("test", buffer_view(&yaml), &directory, &fault) != OK)
        fail_msg("%s", fault.text);
    assert_int_equal(bus_reader_open(&mock.settings, &reading, &reader, &fault), OK);
    assert_int_equal(bus_producer_open(&mock.settings, 0, ignore, NULL, &producer, &fault), OK);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    bus_producer_close(producer);
    bus_reader_close(reader);
    directory_free(directory);
    mock_close(&mock);
    return 0;
}

static void give(const char *topic, int32_t lane, int64_t generation, int64_t epoch, int64_t serial) {
    struct bus_headers *h = bus_headers_new(4);
    bus_headers_add_number(h, "ecocase_lane", lane);
    bus_headers_add_number(h, "ecocase_generation", generation);
    bus_headers_add_number(h, "ecocase_epoch", epoch);
    bus_headers_add_number(h, "ecocase_serial", serial);
    const struct bus_record record = {.topic = topic, .partition = lane % 2, .value = BYTES_LITERAL("x"), .headers = h};
    assert_int_equal(bus_produce(producer, &record), 0);
    bus_producer_flush(producer, 10000);
    assert_int_equal(bus_producer_waiting(producer), 0);
}
static struct given_out look(int32_t lane) {
    struct given_out seen;
    if (given_out_look(reader, directory, lane, &seen, &fault) != OK) fail_msg("%s", fault.text);
    return seen;
}

static void empty_inboxes_show_nothing(void **state) {
    (void)state;
    struct given_out seen = look(0);
    assert_true(!seen.generation && !seen.epoch && !seen.serial);
    assert_false(given_out_beyond(&seen, &(struct lane_row){.generation = 1}));
}
static void the_newest_of_all_inboxes_counts(void **state) {
    (void)state;
    give("ecocase.inbox.sthj", 1, 1, 3, 40);
    give("ecocase.inbox.psb-bynr", 1, 1, 4, 41);
    give("ecocase.inbox.psb-bynr", 0, 1, 9, 900); /* another lane's */
    struct given_out seen = look(1);
    assert_true(seen.generation == 1 && seen.epoch == 4 && seen.serial == 41);
    assert_false(given_out_beyond(&seen, &(struct lane_row){.generation = 1, .serial = 41}));
    assert_true(given_out_beyond(&seen, &(struct lane_row){.generation = 1, .serial = 40}));
    assert_false(given_out_beyond(&seen, &(struct lane_row){.generation = 2, .serial = 7}));
}
/* Serials begin behind the restored ledger's again: only those of the newest generation say how far it was. */
static void a_newer_generation_hides_the_serials_of_the_older(void **state) {
    (void)state;
    give("ecocase.inbox.sthj", 0, 1, 5, 700);
    give("ecocase.inbox.psb-bynr", 0, 2, 6, 30);
    struct given_out seen = look(0);
    assert_true(seen.generation == 2 && seen.epoch == 6 && seen.serial == 30);
    assert_true(given_out_beyond(&seen, &(struct lane_row){.generation = 1, .serial = 900}));
}
/* Fewer partitions than lanes; and what another wrote there. */
static void a_shared_partition_and_strange_records_hide_nothing(void **state) {
    (void)state;
    const struct bus_record strange = {
        .topic = "ecocase.inbox.sthj", .partition = 1, .value = BYTES_LITERAL("garbage")};
    give("ecocase.inbox.sthj", 1, 1, 2, 11);
    for (int i = 0; i < 5; i++) give("ecocase.inbox.sthj", 3, 1, 2, 500 + i);
    assert_int_equal(bus_produce(producer, &strange), 0);
    bus_producer_flush(producer, 10000);
    assert_int_equal(look(1).serial, 11);
    assert_int_equal(look(3).serial, 504);
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(empty_inboxes_show_nothing), EACH(the_newest_of_all_inboxes_counts),
                                       EACH(a_newer_generation_hides_the_serials_of_the_older),
                                       EACH(a_shared_partition_and_strange_records_hide_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
