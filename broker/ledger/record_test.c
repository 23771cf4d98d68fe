/* What a batch writes, against a real Postgres: read back as it was, once however often it is tried, at whatever time.
 */
#include "broker/ledger/ledger_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/digest.h"

static void what_was_recorded_is_read_back(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    AUTO(arena_free_auto) struct arena *arena = arena_new(1 << 16, 1 << 24);
    struct lane_row row, again;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    assert_int_equal(row.time, INSTANT_NONE);
    sample(&s, &row, 1);
    s.events[1] = event(2, 2, 'R');
    s.events[2] = event(3, 3, 'D');
    s.events[2].key = BYTES_LITERAL("\xff\0key");
    s.events[2].document_no = BYTES_LITERAL("a\xff\0b");
    s.events[2].business_time = INSTANT_NONE;
    s.events[3] = event(4, 1, 'P');
    s.events[3].new_submission = false;
    s.events[3].value = BYTES_NONE;
    s.batch.event_count = 4;
    s.after.serial = 4;
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    assert_int_equal(version, 1);

    struct case_state cases[3];
    struct uuid ids[] = {id(2, 9), id(2, 1), id(2, 1)};
    assert_ok(ledger_cases(ledger, ids, 3, arena, cases, &fault));
    assert_int_equal(cases[0].count, 0);
    assert_int_equal(cases[1].count, 1);
    assert_int_equal(cases[2].count, 1);
    struct referral expected = referral_of(1), *found = cases[1].referrals[0];
    assert_memory_equal(found->clocks, expected.clocks, sizeof expected.clocks);
    assert_true(bytes_equal(found->title, expected.title) && bytes_equal(found->numbers, expected.numbers));
    assert_true(bytes_equal(found->countersign, expected.countersign) &&
                bytes_equal(found->manual_service, expected.manual_service) &&
                bytes_equal(found->roster, expected.roster));
    found->title = expected.title, found->numbers = expected.numbers, found->countersign = expected.countersign,
    found->manual_service = expected.manual_service, found->roster = expected.roster;
    assert_true(bytes_equal(found->facts, expected.facts) && bytes_equal(found->hints, expected.hints));
    assert_true(bytes_equal(found->persons, expected.persons) && bytes_equal(found->penalty, expected.penalty));
    found->facts = expected.facts, found->hints = expected.hints, found->persons = expected.persons,
    found->penalty = expected.penalty;
    expected.dirty = expected.fresh = false;
    assert_memory_equal(found, &expected, sizeof expected);

    struct uuid due[4];
    size_t count = 9;
    assert_ok(ledger_alarms(ledger, 0, DAY + 9, 0, 4, due, &count, &fault));
    assert_int_equal(count, 0);
    assert_ok(ledger_alarms(ledger, 0, DAY + 10, 0, 4, due, &count, &fault));
    assert_int_equal(count, 1);
    assert_true(uuid_equal(&due[0], &expected.case_id));
    assert_ok(ledger_alarms(ledger, 1, DAY + 10, 0, 4, due, &count, &fault));
    assert_int_equal(count, 0);

    static const char *const parties[] = {"0000000000000000", "00112233445566bb"};
    struct earlier_penalty *penalties = NULL;
    assert_ok(ledger_penalties(ledger, parties, 2, 4, arena, &penalties, &count, &fault));
    assert_true(count == 1 && penalties[0].party == 1 && uuid_equal(&penalties[0].case_id, &expected.case_id));
    assert_true(bytes_equal_cstr(penalties[0].category, "ENV2") && bytes_equal(penalties[0].penalty, expected.penalty));
    struct child_referral *children = NULL;
    assert_ok(ledger_child_referrals(ledger, &expected.id, 1, arena, &children, &count, &fault));
    assert_int_equal(count, 0);

    struct ledger_event *events = NULL;
    count = 0;
    assert_ok(ledger_unpublished(ledger, 0, 0, 100, arena, &events, &count, &fault));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct ledger_event *want = &s.events[i], *have = &events[i];
        assert_int_equal(have->serial, want->serial);
        assert_int_equal(have->kind, want->kind);
        assert_int_equal(have->broker_time, want->broker_time);
        assert_int_equal(have->business_time, want->business_time);
        assert_int_equal(have->delivery_count, 2);
        assert_int_equal(have->deliveries[1].to, 20);
        assert_int_equal(have->deliveries[1].role, 'c');
        assert_int_equal(have->deliveries[1].sequence, want->serial * 2);
        assert_true(bytes_equal(have->value, want->value) && bytes_equal(have->key, want->key) &&
                    bytes_equal(have->answer, want->answer));
        assert_true(bytes_equal(have->headers, want->headers) && bytes_equal(have->event, want->event));
        if (want->has_ids) assert_true(uuid_equal(&have->message_id, &want->message_id));
        assert_int_equal(have->has_ids, want->has_ids);
    }
    assert_true(bytes_equal_cstr(events[2].document_no, "a??b"));
    struct ledger_event one;
    assert_ok(ledger_event_at(ledger, 0, 2, arena, &one, &fault));
    assert_int_equal(one.kind, 'R');

    struct submission_key keys[] = {{1, id(1, 7)}, {1, id(1, 2)}, {2, id(1, 1)}};
    struct known_submission known[3];
    assert_ok(ledger_known(ledger, keys, 3, known, &fault));
    assert_false(known[0].found || known[2].found);
    struct digest digest = digest_of(BYTES_LITERAL("abc")); /* what stands behind the frame */
    assert_true(known[1].found && known[1].kind == 'R' && known[1].lane == 0 && known[1].serial == 2);
    assert_memory_equal(known[1].hash, digest.b, sizeof digest.b);

    assert_ok(ledger_take(ledger, 0, "one", &again, &fault));
    s.after.epoch = again.epoch;
    assert_memory_equal(&again, &s.after, sizeof again);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.referral WHERE events = '{1}'"), 1);
}

static void referrals_gather_their_events(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 1, "one", &row, &fault));
    sample(&s, &row, 11);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    row = s.after;
    sample(&s, &row, 11);
    s.referral.fresh = false;
    s.events[0].message_id = id(1, 12);
    s.events[1] = event(row.serial + 2, 13, 'A');
    s.events[1].referral_id = id(3, 11);
    s.events[2] = event(row.serial + 3, 14, 'A');
    s.batch.event_count = 3;
    s.after.serial += 2;
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    assert_int_equal(
        scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.referral WHERE lane = 1 AND events = '{1,2,3}'"), 1);
    /* a batch without events or referrals: only a tick or reports were read */
    row = s.after;
    s.before = row;
    s.after.clock_offset++;
    s.batch = (struct ledger_batch){.before = &s.before, .after = &s.after};
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
}

/* Without statistics of a grown table the planner takes a batch's cases for many rows: two processes were started for
 * each question, at twice the CPU of the whole batch. */
static void a_batch_asks_for_its_cases_without_helpers(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    AUTO(arena_free_auto) struct arena *arena = arena_new(1 << 16, 1 << 24);
    struct uuid ids[] = {id(2, 9)};
    struct case_state cases[1];
    assert_ok(ledger_cases(ledger, ids, 1, arena, cases, &fault)); /* prepared now, planned below */
    /* as if the planner saw a gain */
    assert_ok(
        ledger_run(ledger, "SET force_parallel_mode = on; SET plan_cache_mode = force_custom_plan", "test", &fault));
    char sql[64];
    snprintf(sql, sizeof sql, "EXPLAIN EXECUTE %s ('{}')", statement_name(STATEMENT_CASES));
    PGresult *plan = PQexec(ledger->conn, sql);
    assert_int_equal(PQresultStatus(plan), PGRES_TUPLES_OK);
    for (int row = 0; row < PQntuples(plan); row++) assert_null(strstr(PQgetvalue(plan, row, 0), "Gather"));
    PQclear(plan);
}

static void a_submission_of_another_lane_is_a_race(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *one = open_ledger();
    AUTO(ledger_free_auto) struct ledger *two = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(one, 0, "one", &row, &fault));
    sample(&s, &row, 41);
    assert_ok(ledger_record(one, &s.batch, &version, &fault));
    assert_ok(ledger_take(two, 1, "two", &row, &fault));
    sample(&s, &row, 42); /* another case */
    s.events[0].message_id = id(1, 41);
    int64_t before = scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event WHERE lane = 1");
    assert_int_equal(ledger_record(two, &s.batch, &version, &fault), REFUSE);
    assert_string_equal(fault.code, "SUBMISSION_RACE");
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event WHERE lane = 1"), before);
    s.events[0].new_submission = false;
    assert_ok(ledger_record(two, &s.batch, &version, &fault));
}

/* The other lane stands still between its COPY and its COMMIT: this one gives the batch up and comes again, instead of
 * standing still with it. */
static void a_stalled_lane_with_the_same_message_is_waited_for_a_while_only(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 1, "one", &row, &fault));
    sample(&s, &row, 45);
    PGconn *other = PQconnectdb(cluster.conninfo);
    PQclear(PQexec(other, "BEGIN"));
    PGresult *result =
        PQexec(other, "INSERT INTO ecocase.known VALUES ('01000000-0000-0000-0000-00000000002d', 1, 0, 900)");
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    int64_t began = monotonic_ms();
    assert_int_equal(ledger_record(ledger, &s.batch, &version, &fault), RETRY);
    assert_string_equal(fault.code, "LEDGER_BUSY");
    assert_in_range(monotonic_ms() - began, 4000, 9000);
    PQfinish(other);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
}

/* After a COMMIT whose answer was lost the lane is taken again: its row says whether the batch is in, and what the old
 * backend still has under way never will be. */
static void after_a_lost_commit_the_row_says_what_is_in(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    sample(&s, &row, 51);
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    assert_int_equal(row.serial, s.before.serial);
    sample(&s, &row, 51);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    assert_int_equal(row.serial, s.after.serial);
    assert_int_equal(row.clock_offset, s.after.clock_offset);
    assert_memory_equal(row.next_offset, s.after.next_offset, sizeof row.next_offset);
    /* left over: the old backend still holds the fenced, uncommitted row */
    sample(&s, &row, 52);
    assert_ok(ledger_run(ledger, "BEGIN", "test", &fault));
    fence_parameters(&ledger->parameters[2], &s.batch);
    PGresult *result = NULL;
    assert_ok(ledger_call(ledger, STATEMENT_FENCE, &ledger->parameters[2], &result, &fault));
    PQclear(result);
    PGconn *orphan = ledger->conn;
    ledger->conn = NULL;
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    assert_int_equal(row.serial, s.before.serial);
    result = PQexec(orphan, "COMMIT");
    assert_int_not_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    PQfinish(orphan);
    sample(&s, &row, 52);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
}

/* Whatever a clock says: record never fails for want of a place. */
static void any_time_has_a_place(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    int32_t version = 0;
    const instant times[] = {instant_now(), 0, INT64_C(4102444800000), INT64_MAX, INT64_MIN + 1};
    assert_ok(ledger_take(ledger, 2, "one", &row, &fault));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct sample s;
        sample(&s, &row, (uint8_t)(70 + i));
        s.events[0].broker_time = s.events[0].business_time = times[i];
        assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
        row = s.after;
    }
    assert_ok(set_up("K1", true, 4));
}

static int64_t segments_of_lane_3(void) {
    return scalar(cluster.conninfo, "SELECT count(*) FROM pg_partition_tree('ecocase.event_3') WHERE isleaf");
}

/* Nobody calls `setup` for years. The lane's row is moved to the end of a segment, as if it had come there. */
static void a_segment_is_there_before_it_is_needed(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    AUTO(arena_free_auto) struct arena *arena = arena_new(1 << 16, 1 << 24);
    struct lane_row row;
    struct sample s;
    struct ledger_event one;
    int32_t version = 0;
    assert_int_equal(segments_of_lane_3(), 2);
    scalar(cluster.conninfo,
           "WITH x AS (UPDATE ecocase.lane SET serial = 3999997 WHERE lane = 3 RETURNING 1) SELECT 1 FROM x");
    assert_ok(ledger_take(ledger, 3, "one", &row, &fault));
    for (uint8_t n = 0; n < 5; n++) {
        sample(&s, &row, (uint8_t)(90 + n));
        assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
        row = s.after;
        ledger->segments.tended_ms = 0; /* a minute later */
    }
    assert_int_equal(row.serial, 4000002);
    assert_int_equal(segments_of_lane_3(), 3);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event_3_1"), 3);
    for (int64_t serial = 3999998; serial <= 4000002; serial++)
        assert_ok(ledger_event_at(ledger, 3, serial, arena, &one, &fault));
    struct ledger_event *events = NULL;
    size_t count = 0;
    assert_ok(ledger_unpublished(ledger, 3, 3999998, 3, arena, &events, &count, &fault));
    assert_true(count == 3 && events[0].serial == 3999999 && events[2].serial == 4000001);
}

/* A VACUUM by hand holds the lane's tables: the lane goes on, for there is room; it waits only when there is none. */
static void a_lane_that_cannot_be_tended_goes_on_while_there_is_room(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    sample(&s, &row, 101);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    PGconn *other = PQconnectdb(cluster.conninfo);
    PQclear(PQexec(other, "BEGIN; SELECT pg_advisory_xact_lock(7016996, 0)"));
    row = s.after;
    sample(&s, &row, 102);
    ledger->segments.tended_ms = 0;
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    row = s.after;
    sample(&s, &row, 103);
    ledger->segments.end = s.after.serial;
    assert_int_equal(ledger_record(ledger, &s.batch, &version, &fault), RETRY);
    assert_string_equal(fault.code, "LEDGER_BUSY");
    PQfinish(other);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
}

/* Without the index a look-up would read the whole segment. */
static void events_are_found_by_their_index(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    AUTO(arena_free_auto) struct arena *arena = arena_new(1 << 16, 1 << 24);
    struct ledger_event *events = NULL;
    size_t count = 0;
    assert_ok(ledger_unpublished(ledger, 0, 0, 3, arena, &events, &count, &fault));
    PGresult *plan = PQexec(ledger->conn, "EXPLAIN EXECUTE unpublished (0, 0, 3)");
    assert_int_equal(PQresultStatus(plan), PGRES_TUPLES_OK);
    bool found = false;
    for (int row = 0; row < PQntuples(plan); row++) {
        assert_null(strstr(PQgetvalue(plan, row, 0), "Seq Scan"));
        found = found || strstr(PQgetvalue(plan, row, 0), "_serial_idx");
    }
    assert_true(found);
    PQclear(plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_recorded_is_read_back),
        cmocka_unit_test(referrals_gather_their_events),
        cmocka_unit_test(a_batch_asks_for_its_cases_without_helpers),
        cmocka_unit_test(a_submission_of_another_lane_is_a_race),
        cmocka_unit_test(a_stalled_lane_with_the_same_message_is_waited_for_a_while_only),
        cmocka_unit_test(after_a_lost_commit_the_row_says_what_is_in),
        cmocka_unit_test(any_time_has_a_place),
        cmocka_unit_test(a_segment_is_there_before_it_is_needed),
        cmocka_unit_test(a_lane_that_cannot_be_tended_goes_on_while_there_is_room),
        cmocka_unit_test(events_are_found_by_their_index),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
