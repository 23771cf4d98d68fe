/* Delivery of what inbound reads, without Kafka: notices of the broker as arrivals. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/inbound/delivery_inside.h"
#include "adapters/engine/engine_fixture.h"
#include "adapters/conversion/canonical/privacy.h"

static struct fixture f;
static struct lanes lanes;
static struct buffer values[8];
static int set_up(void **state) {
    (void)state;
    fixture_open(&f);
    for (size_t i = 0; i < 8; i++) buffer_init(&values[i], 65536);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    for (size_t i = 0; i < 8; i++) buffer_free(&values[i]);
    fixture_close(&f);
    return 0;
}

static const char *said_state = "";
static int64_t said_serial, said_offset, said_at;
/* Record number `id` (refusals: odd, receipts: even) at this sequence of lane 1. */
static struct arrival arrival(uint8_t id, int64_t sequence) {
    struct fault fault;
    static const struct notice_reason reason = {"NOT_IN_STATE", {NULL, 0}, "不允许", "no"};
    static const struct bytes recipient = BYTES_LITERAL("sthj");
    struct notice notice = {.message_id = {{id, 1}},
                            .case_id = {{9}},
                            .referral_id = {{8}},
                            .about_message_id = {{id, 7}},
                            .recipients = &recipient,
                            .recipient_count = 1,
                            .event = id % 2 ? BYTES_LITERAL("SYS.REFUSED") : BYTES_LITERAL("SYS.ACCEPTED"),
                            .about_document_no = BYTES_LITERAL("1号"),
                            .state = bytes_of_cstr(said_state),
                            .source_offset = said_offset,
                            .serial = said_serial,
                            .business_time = said_at,
                            .reasons = &reason,
                            .reason_count = id % 2};
    buffer_clear(&values[id]);
    assert_int_equal(record_write_notice(f.catalogue, &notice, &values[id], &fault), OK);
    return (struct arrival){.partition = 1,
                            .offset = sequence - 1,
                            .value = buffer_view(&values[id]),
                            .placed = true,
                            .place = {1, 1, sequence, 1, 1000},
                            .role = "notice"};
}
static struct delivery delivery(void) {
    return (struct delivery){.agency = "sthj",
                             .catalogue = f.catalogue,
                             .profile = f.profile,
                             .journal = f.journal,
                             .transport = f.transport,
                             .status = &f.status};
}
static enum outcome deliver(const struct arrival *arrivals, size_t count) {
    struct fault fault;
    arena_reset(f.arena);
    const struct delivery with = delivery();
    return delivery_batch(&with, &lanes, arrivals, count, f.arena, &fault);
}
static int64_t alarms(void) {
    struct fault fault;
    int64_t count = -1;
    assert_int_equal(journal_alarms(f.journal, &count, &fault), OK);
    return count;
}

static void what_the_journal_has_is_dropped(void **state) {
    (void)state;
    struct arrival list[] = {arrival(1, 1), arrival(2, 2), arrival(3, 3)};
    assert_int_equal(deliver(list, 3), OK);
    assert_true(fixture_has(&f, "inbox/SYS.REFUSED_1号_1-1.json") &&
                fixture_has(&f, "sent/SYS.ACCEPTED_1号_1-2.receipt.json"));
    assert_int_equal(fixture_count(&f, "inbox"), 2);
    fixture_reopen(&f);
    assert_int_equal(deliver(list, 3), OK);
    struct arrival again = arrival(3, 4); /* an answer given again: a new sequence, no second file */
    again.repeat = true;
    assert_int_equal(deliver(&again, 1), OK);
    assert_int_equal(fixture_count(&f, "inbox"), 2);
    assert_int_equal(lanes.at[1].sequence, 4);
    assert_int_equal(alarms(), 0);
}
static void a_gap_is_alarmed_and_delivered_over(void **state) {
    (void)state;
    struct arrival list[] = {arrival(1, 1), arrival(3, 3)};
    assert_int_equal(deliver(list, 2), OK);
    assert_int_equal(alarms(), 1);
    assert_int_equal(fixture_count(&f, "inbox"), 2);
}
/* After a restore the same sequences, or the same id, may name something else: never dropped for that. */
static void a_sequence_read_before_with_another_message_is_alarmed_and_delivered(void **state) {
    (void)state;
    struct arrival first[] = {arrival(1, 1), arrival(3, 2)};
    assert_int_equal(deliver(first, 2), OK);
    struct arrival other = arrival(5, 2);
    other.offset = 2;
    assert_int_equal(deliver(&other, 1), OK);
    assert_int_equal(fixture_count(&f, "inbox"), 3);
    assert_int_equal(lanes.at[1].sequence, 2);
    assert_int_equal(alarms(), 1);
    assert_int_equal(deliver(&other, 1), OK); /* read again: had by now */
    assert_int_equal(fixture_count(&f, "inbox"), 3);
    assert_int_equal(alarms(), 1);
}
static void an_id_that_comes_with_another_meaning_is_alarmed_and_delivered(void **state) {
    (void)state;
    struct arrival one = arrival(1, 1);
    assert_int_equal(deliver(&one, 1), OK);
    said_state = "A25";
    struct arrival changed = arrival(1, 2);
    said_state = "";
    changed.repeat = true;
    assert_int_equal(deliver(&changed, 1), OK);
    assert_int_equal(fixture_count(&f, "inbox"), 2);
    assert_int_equal(alarms(), 1);
}
static void a_notice_with_another_serial_or_moment_is_the_same(void **state) {
    (void)state;
    struct arrival one = arrival(1, 1);
    assert_int_equal(deliver(&one, 1), OK);
    said_serial = said_offset = 70000;
    said_at = 5000;
    struct arrival again = arrival(1, 2);
    said_serial = said_offset = said_at = 0;
    again.repeat = true;
    assert_int_equal(deliver(&again, 1), OK);
    assert_int_equal(fixture_count(&f, "inbox"), 1);
    assert_int_equal(alarms(), 0);
}
static struct arrival opening(int64_t generation, int64_t behind, int64_t offset) {
    return (struct arrival){
        .partition = 1, .offset = offset, .placed = true, .place = {1, generation, behind, 9, 1000}, .role = "opening"};
}
static struct arrival later(uint8_t id, int64_t sequence, int64_t offset) {
    struct arrival a = arrival(id, sequence);
    a.place.generation = 2;
    a.offset = offset;
    return a;
}
/* What was delivered before the restore is dropped without a word, what was lost in it comes. */
static void a_generation_begins_behind_its_opening(void **state) {
    (void)state;
    struct arrival before[] = {arrival(1, 1), arrival(3, 2)};
    assert_int_equal(deliver(before, 2), OK);
    struct arrival after[] = {opening(2, 1, 2), later(3, 2, 3), later(5, 3, 4)};
    assert_int_equal(deliver(after, 3), OK);
    assert_int_equal(fixture_count(&f, "inbox"), 3);
    assert_int_equal(alarms(), 0);
    assert_true(lanes.at[1].generation == 2 && lanes.at[1].sequence == 3);
    struct arrival gap = later(7, 5, 5);
    assert_int_equal(deliver(&gap, 1), OK);
    assert_int_equal(alarms(), 1);
}
/* A gap at the beginning of a generation is seen too, and one that nobody opened is told. */
static void a_lost_beginning_of_a_generation_is_alarmed(void **state) {
    (void)state;
    struct arrival before = arrival(1, 1);
    assert_int_equal(deliver(&before, 1), OK);
    struct arrival after[] = {opening(2, 1, 1), later(5, 3, 2)};
    assert_int_equal(deliver(after, 2), OK);
    assert_int_equal(alarms(), 1);
    struct arrival unopened = later(7, 4, 3);
    unopened.place.generation = 3;
    assert_int_equal(deliver(&unopened, 1), OK);
    assert_int_equal(alarms(), 2);
    assert_int_equal(fixture_count(&f, "inbox"), 3);
}
/* A producer of before the restore that still writes: told, and nothing of it is lost. */
static void what_an_old_generation_writes_late_is_alarmed_and_delivered(void **state) {
    (void)state;
    struct arrival list[] = {arrival(1, 1), opening(2, 1, 1), later(3, 2, 2), arrival(5, 2)};
    list[3].offset = 3;
    assert_int_equal(deliver(list, 4), OK);
    assert_int_equal(fixture_count(&f, "inbox"), 3);
    assert_int_equal(alarms(), 1);
    assert_true(lanes.at[1].generation == 2 && lanes.at[1].sequence == 2);
}
static void bytes_that_are_no_record_are_delivered_as_they_are(void **state) {
    (void)state;
    struct arrival one = arrival(1, 1);
    one.value = BYTES_LITERAL("\x01garbage");
    assert_int_equal(deliver(&one, 1), OK);
    assert_true(fixture_has(&f, "inbox/UNREADABLE_无文号_1-1.canonical.json"));
}
static const char *in_inbox(const char *name) {
    struct fault fault;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, LIMIT_VALUE);
    if (buffer_read_file(&text, arena_printf(f.arena, "%s/inbox/%s", f.folder, name), &fault) != OK)
        fail_msg("%s", fault.text);
    return arena_cstr(f.arena, buffer_view(&text));
}
/* What cannot be written in the agency's words arrives as JSON: under the same mask, and bytes that nobody can read not
 * at all. */
static void what_arrives_as_json_is_masked_too(void **state) {
    struct fault fault;
    struct privacy *privacy = NULL;
    struct arrival list[] = {arrival(1, 1), arrival(3, 2)};
    AUTO(buffer_free) struct buffer record;
    (void)state;
    buffer_init(&record, LIMIT_VALUE);
    assert_int_equal(privacy_load("schemas", catalogue_divisions(f.catalogue), &privacy, &fault), OK);
    assert_int_equal(buffer_read_file(&record, "tests/golden/7-CaseFile.bin", &fault), OK);
    list[0].value = buffer_view(&record);
    list[1].value = BYTES_LITERAL("\x01 150821197002020014");
    double_ways = (struct double_ways){privacy_mask(privacy, "STAT"), true};
    enum outcome outcome = deliver(list, 2);
    double_ways = (struct double_ways){0};
    privacy_free(privacy);
    assert_int_equal(outcome, OK);
    assert_int_equal(fixture_count(&f, "inbox"), 2);
    const char *text = in_inbox("REF.SEND_巴农移送〔2026〕7号_1-1.canonical.json");
    assert_non_null(strstr(text, "\"category\": \"FISH\""));
    assert_true(!strstr(text, "局长") && !strstr(text, "某某") && !strstr(text, "移送书"));
    text = in_inbox("UNREADABLE_无文号_1-2.canonical.json");
    assert_true(strstr(text, "\"masked\": \"STAT\"") && !strstr(text, "base64"));
}
/* Every transport call fails once, followed by a retry or by a crash: the same files, each once. */
static void torture(bool crash) {
    for (unsigned nth = 1;; nth++) {
        struct fault fault;
        struct arrival list[] = {arrival(1, 1), arrival(2, 2), arrival(3, 3)};
        fixture_fail_at(nth);
        enum outcome first = deliver(list, 3);
        if (first != OK && crash) {
            fixture_reopen(&f);
            const struct delivery with = delivery();
            assert_int_equal(delivery_recover(&with, f.arena, &fault), OK);
        }
        if (first != OK) assert_int_equal(deliver(list, 3), OK);
        assert_int_equal(fixture_count(&f, "inbox"), 2);
        assert_int_equal(fixture_count(&f, "sent"), 1);
        assert_int_equal(fixture_count(&f, ".stage"), 0);
        assert_int_equal(alarms(), 0);
        if (first == OK) { /* fewer calls than nth */
            assert_true(nth > 8);
            break;
        }
        tear_down(NULL);
        set_up(NULL);
    }
}
static void any_failing_call_is_made_good(void **state) {
    (void)state;
    torture(false);
}
static void any_failing_call_and_a_crash_are_made_good(void **state) {
    (void)state;
    torture(true);
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(what_the_journal_has_is_dropped),
                                       EACH(a_gap_is_alarmed_and_delivered_over),
                                       EACH(a_sequence_read_before_with_another_message_is_alarmed_and_delivered),
                                       EACH(an_id_that_comes_with_another_meaning_is_alarmed_and_delivered),
                                       EACH(a_notice_with_another_serial_or_moment_is_the_same),
                                       EACH(a_generation_begins_behind_its_opening),
                                       EACH(a_lost_beginning_of_a_generation_is_alarmed),
                                       EACH(what_an_old_generation_writes_late_is_alarmed_and_delivered),
                                       EACH(bytes_that_are_no_record_are_delivered_as_they_are),
                                       EACH(what_arrives_as_json_is_masked_too),
                                       EACH(any_failing_call_is_made_good),
                                       EACH(any_failing_call_and_a_crash_are_made_good)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
