/* Who owns a lane, against a real Postgres: the fence, take-over from one who stands still, connections that are lost,
 * and what a probe sees. */
#include "broker/ledger/ledger_fixture.h"
#include <stdio.h>
#include <unistd.h>

static void a_stale_owner_writes_nothing(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *stale = open_ledger();
    AUTO(ledger_free_auto) struct ledger *fresh = open_ledger();
    struct lane_row old, row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(stale, 2, "stale", &old, &fault));
    pid_t backend = PQbackendPID(stale->conn);
    assert_ok(ledger_take(fresh, 2, "fresh", &row, &fault));
    assert_int_equal(row.epoch, old.epoch + 1);
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM pg_stat_activity WHERE pid = %d", backend);
    assert_int_equal(scalar(cluster.conninfo, sql), 0);
    sample(&s, &old, 21);
    enum outcome outcome = ledger_record(stale, &s.batch, &version, &fault);
    /* the ended connection, then the truth */
    if (outcome == RETRY) outcome = ledger_record(stale, &s.batch, &version, &fault);
    assert_int_equal(outcome, FATAL);
    assert_string_equal(fault.code, "LANE_LOST");
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event WHERE lane = 2"), 0);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.known WHERE lane = 2"), 0);
}

static void wrong_offsets_write_nothing(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 2, "one", &row, &fault));
    sample(&s, &row, 22);
    s.before.next_offset[5]++;
    assert_int_equal(ledger_record(ledger, &s.batch, &version, &fault), FATAL);
    assert_string_equal(fault.code, "LANE_LOST");
    sample(&s, &row, 22);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault)); /* the connection is still good */
}

/* The former owner stands still between its last statement and COMMIT, holding the row. */
static void an_owner_that_stands_still_in_its_transaction_is_ended(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *still = open_ledger();
    AUTO(ledger_free_auto) struct ledger *fresh = open_ledger();
    struct lane_row old, row;
    struct sample s;
    assert_ok(ledger_take(still, 3, "still", &old, &fault));
    sample(&s, &old, 31);
    assert_ok(copy_events(still, "BEGIN; COPY ecocase.event FROM STDIN (FORMAT binary)", &s.batch, &fault));
    fence_parameters(&still->parameters[2], &s.batch);
    PGresult *result = NULL;
    assert_ok(ledger_call(still, STATEMENT_FENCE, &still->parameters[2], &result, &fault));
    PQclear(result);
    assert_ok(ledger_take(fresh, 3, "fresh", &row, &fault));
    assert_int_equal(row.serial, old.serial);
    result = PQexec(still->conn, "COMMIT");
    assert_int_not_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event WHERE lane = 3"), 0);
    assert_int_equal(ledger_reconnect(still, &fault), FATAL);
    assert_string_equal(fault.code, "LANE_LOST");

    /* the same after the copy alone, when it holds no lock on the row */
    AUTO(ledger_free_auto) struct ledger *third = open_ledger();
    sample(&s, &row, 32);
    assert_ok(copy_events(fresh, "BEGIN; COPY ecocase.event FROM STDIN (FORMAT binary)", &s.batch, &fault));
    assert_ok(ledger_take(third, 3, "third", &row, &fault));
    result = PQexec(fresh->conn, "COMMIT");
    assert_int_not_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event WHERE lane = 3"), 0);
}

static void a_lost_connection_comes_back(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    char sql[128];
    assert_ok(ledger_take(ledger, 1, "one", &row, &fault));
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 3000)::int", PQbackendPID(ledger->conn));
    assert_int_equal(scalar(cluster.conninfo, sql), 1);
    sample(&s, &row, 61);
    assert_int_equal(ledger_record(ledger, &s.batch, &version, &fault), RETRY);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    snprintf(sql, sizeof sql, "SELECT count(*) FROM ecocase.lane WHERE lane = 1 AND owner_pid = %d",
             PQbackendPID(ledger->conn));
    assert_int_equal(scalar(cluster.conninfo, sql), 1);
    ledger_release(ledger, &row);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.lane WHERE lane = 1 AND owner IS NULL"), 1);
}

/* Held by name is not enough: the backend must be there and, in a ledger on a real clock, the row must have moved. */
static void a_probe_sees_which_lanes_are_worked(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    AUTO(ledger_free_auto) struct ledger *probe = open_ledger();
    struct lane_row row;
    struct lanes_held held;
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.lanes, 0);
    assert_ok(ledger_take(ledger, 3, "prober", &row, &fault));
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.lanes, 1);
    assert_int_equal(held.worked, 1);
    scalar(cluster.conninfo, "WITH w AS (UPDATE ecocase.world SET manual_clock = false RETURNING 1), l AS (UPDATE "
                             "ecocase.lane SET changed = now() - interval '1 h'"
                             " WHERE lane = 3 RETURNING 1) SELECT 1 FROM w, l");
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.worked, 0);
    scalar(cluster.conninfo, "UPDATE ecocase.lane SET changed = now() WHERE lane = 3 RETURNING 1");
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.worked, 1);
    assert_string_equal(held.said, "");
    assert_ok(ledger_say(ledger, "held: sthj zrzy", &fault));
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_string_equal(held.said, "lane 3 held: sthj zrzy");
    assert_ok(ledger_say(ledger, "", &fault));
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_string_equal(held.said, "");
    scalar(cluster.conninfo, "UPDATE ecocase.world SET manual_clock = true RETURNING 1");
    PQfinish(ledger->conn);
    ledger->conn = NULL;
    char sql[160];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM pg_stat_activity a JOIN ecocase.lane l ON l.owner_pid = a.pid AND l.owner = 'prober'");
    for (int round = 0; round < 200 && scalar(cluster.conninfo, sql) != 0; round++) usleep(10000);
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.lanes, 1);
    assert_int_equal(held.worked, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stale_owner_writes_nothing),
        cmocka_unit_test(wrong_offsets_write_nothing),
        cmocka_unit_test(an_owner_that_stands_still_in_its_transaction_is_ended),
        cmocka_unit_test(a_lost_connection_comes_back),
        cmocka_unit_test(a_probe_sees_which_lanes_are_worked),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
