/* The ledger's contract against a real Postgres: set-up, fence, take-over, round trips, races, roles. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/log.h"
#include "broker/ledger/cluster_fixture.h"
#include "broker/ledger/connection.h"

static struct cluster cluster;
static struct directory *directory;
static struct fault fault;
static char broker_conninfo[256];

#define DAY INT64_C(1780934400000) /* 2026-06-09 00:00 +08:00 */
#define assert_ok(call) \
    do { enum outcome o_ = (call); if (o_ != OK) { print_error("%s: %s %s\n", fault.site, fault.code, fault.text); } assert_int_equal(o_, OK); } while (0)

static enum outcome set_up(const char *cluster_id, bool manual, int32_t lanes) {
    struct ledger_setup setup = {"schemas", cluster_id, manual, lanes, directory};
    return ledger_set_up(cluster.conninfo, &setup, &fault);
}

static int start(void **state) {
    (void)state;
    log_setup("ledger_test", LOG_ERROR);
    cluster_start(&cluster);
    snprintf(broker_conninfo, sizeof broker_conninfo, "%s", cluster_as(&cluster, "ecocase_broker"));
    return directory_load("schemas/directory.yaml", &directory, &fault) == OK && set_up("K1", true, 4) == OK ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    directory_free(directory);
    cluster_stop(&cluster);
    return 0;
}

static void ledger_free_auto(struct ledger **ledger) { ledger_free(*ledger); }
static struct ledger *open_ledger(void) {
    struct ledger *ledger = NULL;
    assert_ok(ledger_connect(broker_conninfo, &ledger, &fault));
    return ledger;
}

static int64_t scalar(const char *conninfo, const char *sql) {
    PGconn *conn = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    PGresult *result = PQexec(conn, sql);
    int64_t value = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0 ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : -1;
    if (PQresultStatus(result) != PGRES_TUPLES_OK) print_message("%s\n", PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(conn);
    return value;
}

static bool refused(const char *conninfo, const char *sql) {
    PGconn *conn = PQconnectdb(conninfo);
    PGresult *result = PQexec(conn, sql);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool denied = state && strcmp(state, "42501") == 0;
    PQclear(result);
    PQfinish(conn);
    return denied;
}

static struct uuid id(uint8_t kind, uint8_t n) {
    struct uuid uuid = {{0}};
    uuid.b[0] = kind;
    uuid.b[15] = n;
    return uuid;
}

static struct ledger_event event(int64_t serial, uint8_t n, char kind) {
    struct ledger_event e = {.serial = serial, .kind = kind, .broker_time = DAY + serial, .business_time = DAY, .sender = 1, .offset = serial - 1,
        .has_ids = kind != 'D', .message_id = id(1, n), .case_id = id(2, n), .referral_id = id(3, n), .event = BYTES_LITERAL("REF.SEND"),
        .document_no = BYTES_LITERAL("巴环移送〔2026〕15号"), .to_state = "A20", .rules_version = 1, .delivery_count = 2,
        .deliveries = {{21, 't', serial}, {20, 'c', serial * 2}}, .answer = BYTES_LITERAL("{\"reasons\":[{\"code\":\"X\",\"zh\":\"理由\",\"en\":\"why\"}]}"),
        .value = BYTES_LITERAL("\0\0\0\0\1abc"), .headers = BYTES_LITERAL("{\"traceparent\":\"00\"}"), .new_submission = kind != 'D'};
    e.hash[0] = n;
    return e;
}

static struct referral referral_of(uint8_t n) {
    struct referral r = {.id = id(3, n), .case_id = id(2, n), .machine = "REF", .state = "A20", .rules = 1, .opener = 1, .holder = 21, .flags = 0x80000001u,
        .category = "ENV2", .county = "150823", .title = BYTES_LITERAL("危险废物倾倒"), .numbers = BYTES_LITERAL("巴环移送〔2026〕15号\n第二号"),
        .opened_at = DAY, .changed_at = DAY + 5, .event_count = 1, .clock_count = 2, .alarm_at = DAY + 10, .handling = 3, .handling_expires = DAY + 11, .dirty = true, .fresh = true, .regime = 1,
        .gaps = UINT64_C(0x8000000000000005), .parties = UINT64_C(1) << 63 | 2, .half = BYTES_LITERAL("REF.HANDOVER 1\n电机\t2\t台\n"),
        .hand = BYTES_LITERAL("ext-bttj\tREF.SEND\t巴环移送〔2026〕15号\t1780934400000\t\n"),
        .roster = BYTES_LITERAL("PATROL\t1780934400000\t1780984800000\t\n5\tI\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n"),
        .facts = BYTES_LITERAL("waste_t\t5.2\tt\n"), .hints = BYTES_LITERAL("RED\tENV1-2\tTHRESHOLD_MET\t…\t依据\t1\tADM.PENALTY\t1\t2\t1\n"), .hint_marks = UINT64_C(0x8000000000000001),
        .persons = BYTES_LITERAL("00112233445566aa 00112233445566bb"), .penalty = BYTES_LITERAL("1780934400000\t1\t巴环罚〔2026〕5号")};
    r.clocks[0] = (struct clock){"D04", 'R', false, false, TOLD_OVERDUE, 21, DAY, DAY + DAY_MS, DAY + 2 * DAY_MS, INSTANT_NONE};
    r.clocks[1] = (struct clock){"D02", 'M', true, true, 63, 1, DAY - 7, DAY - 6, DAY - 5, DAY - 4};
    return r;
}

/* One batch of one lane, ready to be changed by a test. */
struct sample { struct lane_row before, after; struct ledger_event events[4]; struct referral referral; struct referral *referrals[1]; struct ledger_batch batch; };
static void sample(struct sample *s, const struct lane_row *row, uint8_t n) {
    memset(s, 0, sizeof *s);
    s->before = s->after = *row;
    s->events[0] = event(row->serial + 1, n, 'A');
    s->referral = referral_of(n);
    s->referrals[0] = &s->referral;
    s->after.serial++;
    s->after.next_offset[1]++;
    s->after.sequence[21]++;
    s->after.time = DAY + DAY_MS + 1;
    s->batch = (struct ledger_batch){s->events, 1, s->referrals, 1, &s->before, &s->after};
}

static void a_second_setup_changes_nothing(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct world world;
    assert_ok(set_up("K1", true, 4));
    assert_ok(ledger_world(ledger, &world, &fault));
    assert_string_equal(world.cluster_id, "K1");
    assert_true(world.manual_clock);
    assert_int_equal(world.lanes, 4);
    assert_int_equal(world.directory_version, 1);
    char *yaml = NULL;
    int32_t version = 0;
    assert_ok(ledger_directory(ledger, &yaml, &version, &fault));
    assert_true(bytes_equal_cstr(directory_text(directory), yaml));
    free(yaml);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.participant"), (int64_t)directory_count(directory));
    assert_true(scalar(cluster.conninfo, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ecocase.event'::regclass") == 6);
}

static void another_world_is_refused(void **state) {
    (void)state;
    assert_int_equal(set_up("K2", true, 4), REFUSE);
    assert_string_equal(fault.code, "WRONG_WORLD");
    assert_int_equal(set_up("K1", false, 4), REFUSE);
    assert_non_null(strstr(fault.text, "clock=manual"));
    assert_int_equal(set_up("K1", true, 6), REFUSE);
    assert_non_null(strstr(fault.text, "4 lanes"));
}

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
    assert_true(bytes_equal(found->half, expected.half) && bytes_equal(found->hand, expected.hand) && bytes_equal(found->roster, expected.roster));
    found->title = expected.title, found->numbers = expected.numbers, found->half = expected.half, found->hand = expected.hand, found->roster = expected.roster;
    assert_true(bytes_equal(found->facts, expected.facts) && bytes_equal(found->hints, expected.hints));
    assert_true(bytes_equal(found->persons, expected.persons) && bytes_equal(found->penalty, expected.penalty));
    found->facts = expected.facts, found->hints = expected.hints, found->persons = expected.persons, found->penalty = expected.penalty;
    expected.dirty = expected.fresh = false;
    assert_memory_equal(found, &expected, sizeof expected);

    struct uuid due[4];
    size_t count = 9;
    assert_ok(ledger_alarms(ledger, 0, DAY + 9, 4, due, &count, &fault));
    assert_int_equal(count, 0);
    assert_ok(ledger_alarms(ledger, 0, DAY + 10, 4, due, &count, &fault));
    assert_int_equal(count, 1);
    assert_true(uuid_equal(&due[0], &expected.case_id));
    assert_ok(ledger_alarms(ledger, 1, DAY + 10, 4, due, &count, &fault));
    assert_int_equal(count, 0);

    static const char *const parties[] = {"0000000000000000", "00112233445566bb"};
    struct earlier_penalty *penalties = NULL;
    assert_ok(ledger_penalties(ledger, parties, 2, 4, arena, &penalties, &count, &fault));
    assert_true(count == 1 && penalties[0].party == 1 && uuid_equal(&penalties[0].case_id, &expected.case_id));
    assert_true(bytes_equal_cstr(penalties[0].category, "ENV2") && bytes_equal(penalties[0].penalty, expected.penalty));
    struct grown *grown = NULL;
    assert_ok(ledger_grown(ledger, &expected.id, 1, arena, &grown, &count, &fault));
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
        assert_true(bytes_equal(have->value, want->value) && bytes_equal(have->key, want->key) && bytes_equal(have->answer, want->answer));
        assert_true(bytes_equal(have->headers, want->headers) && bytes_equal(have->event, want->event));
        if (want->has_ids) assert_true(uuid_equal(&have->message_id, &want->message_id));
        assert_int_equal(have->has_ids, want->has_ids);
    }
    assert_true(bytes_equal_cstr(events[2].document_no, "a??b"));
    struct ledger_event one;
    assert_ok(ledger_event_at(ledger, 0, 2, arena, &one, &fault));
    assert_int_equal(one.kind, 'R');

    struct submission_key keys[] = {{1, id(1, 7)}, {1, id(1, 2)}, {2, id(1, 1)}};
    struct known known[3];
    assert_ok(ledger_known(ledger, keys, 3, known, &fault));
    assert_false(known[0].found || known[2].found);
    assert_true(known[1].found && known[1].kind == 'R' && known[1].serial == 2 && known[1].hash[0] == 2);

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
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.referral WHERE lane = 1 AND events = '{1,2,3}'"), 1);
    /* a batch without events or referrals: only a tick or reports were read */
    row = s.after;
    s.before = row;
    s.after.clock_offset++;
    s.batch = (struct ledger_batch){.before = &s.before, .after = &s.after};
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
}

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
    if (outcome == RETRY) outcome = ledger_record(stale, &s.batch, &version, &fault); /* the ended connection, then the truth */
    assert_int_equal(outcome, FATAL);
    assert_string_equal(fault.code, "LANE_LOST");
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.event WHERE lane = 2"), 0);
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.submission WHERE lane = 2"), 0);
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
    bool recorded = true;
    assert_int_equal(ledger_resolve(still, &s.batch, &recorded, &fault), FATAL);
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

static void an_unsure_commit_is_resolved(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    bool recorded = true;
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    sample(&s, &row, 51);
    assert_ok(ledger_resolve(ledger, &s.batch, &recorded, &fault));
    assert_false(recorded);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    assert_ok(ledger_resolve(ledger, &s.batch, &recorded, &fault));
    assert_true(recorded);
    /* left over: the old backend still holds the fenced, uncommitted row */
    row = s.after;
    sample(&s, &row, 52);
    assert_ok(ledger_run(ledger, "BEGIN", "test", &fault));
    fence_parameters(&ledger->parameters[2], &s.batch);
    PGresult *result = NULL;
    assert_ok(ledger_call(ledger, STATEMENT_FENCE, &ledger->parameters[2], &result, &fault));
    PQclear(result);
    PGconn *orphan = ledger->conn;
    ledger->conn = NULL;
    assert_ok(ledger_resolve(ledger, &s.batch, &recorded, &fault));
    assert_false(recorded);
    PQfinish(orphan);
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
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
    snprintf(sql, sizeof sql, "SELECT count(*) FROM ecocase.lane WHERE lane = 1 AND owner_pid = %d", PQbackendPID(ledger->conn));
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
    struct held held;
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.lanes, 0);
    assert_ok(ledger_take(ledger, 3, "prober", &row, &fault));
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.lanes, 1);
    assert_int_equal(held.worked, 1);
    scalar(cluster.conninfo, "WITH w AS (UPDATE ecocase.world SET manual_clock = false RETURNING 1), l AS (UPDATE ecocase.lane SET changed = now() - interval '1 h'"
                             " WHERE lane = 3 RETURNING 1) SELECT 1 FROM w, l");
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.worked, 0);
    scalar(cluster.conninfo, "UPDATE ecocase.lane SET changed = now() WHERE lane = 3 RETURNING 1");
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.worked, 1);
    scalar(cluster.conninfo, "UPDATE ecocase.world SET manual_clock = true RETURNING 1");
    PQfinish(ledger->conn);
    ledger->conn = NULL;
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM pg_stat_activity a JOIN ecocase.lane l ON l.owner_pid = a.pid AND l.owner = 'prober'");
    for (int round = 0; round < 200 && scalar(cluster.conninfo, sql) != 0; round++) usleep(10000);
    assert_ok(ledger_held(probe, "prober", 1, &held, &fault));
    assert_int_equal(held.lanes, 1);
    assert_int_equal(held.worked, 0);
}

static void roles_may_only_what_they_must(void **state) {
    (void)state;
    static const char *const forbidden[] = {"UPDATE ecocase.event SET kind = 'A'", "DELETE FROM ecocase.event", "TRUNCATE ecocase.event",
        "UPDATE ecocase.submission SET serial = 0", "DELETE FROM ecocase.submission", "UPDATE ecocase.event_other SET kind = 'A'",
        "DELETE FROM ecocase.referral", "DELETE FROM ecocase.lane", "UPDATE ecocase.world SET cluster_id = ''", NULL};
    for (size_t i = 0; forbidden[i]; i++) assert_true(refused(broker_conninfo, forbidden[i]));
    char coordinator[256];
    snprintf(coordinator, sizeof coordinator, "%s", cluster_as(&cluster, "ecocase_coordinator"));
    assert_true(refused(coordinator, "SELECT * FROM ecocase.event"));
    assert_true(refused(coordinator, "SELECT * FROM ecocase.referral"));
    assert_true(refused(coordinator, "SELECT ecocase.end_backend(0::smallint, 1, now())"));
    static const char *const views[] = {"referral_list", "clock_list", "event_list", "delivery_list", "refusal_list", "lane_list", "participant_list",
        "world_list", "dead_letter_list", NULL};
    for (size_t i = 0; views[i]; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT * FROM ecocase.%s OFFSET 0) AS x", views[i]);
        assert_true(scalar(coordinator, sql) > 0);
    }
    assert_int_equal(scalar(coordinator, "SELECT count(*) FROM ecocase.clock_list WHERE overdue AND statutory_zh = '法定'"), 0);
    assert_true(scalar(coordinator, "SELECT count(*) FROM ecocase.clock_list WHERE running AND due_by_letter AND statutory_zh = '非法定'") > 0);
    assert_true(scalar(coordinator, "SELECT count(*) FROM ecocase.refusal_list WHERE reasons_zh = '理由' AND codes = 'X'") > 0);
}

/* Who audits reads what coordinators may not, and writes nothing. */
static void an_auditor_reads_and_writes_nothing(void **state) {
    (void)state;
    static const char *const forbidden[] = {"UPDATE ecocase.event SET kind = 'A'", "DELETE FROM ecocase.event", "INSERT INTO ecocase.event SELECT * FROM ecocase.event LIMIT 1",
        "INSERT INTO ecocase.submission SELECT * FROM ecocase.submission LIMIT 1", "UPDATE ecocase.referral SET state = ''", "UPDATE ecocase.lane SET epoch = 0",
        "SELECT ecocase.end_backend(0::smallint, 1, now())", "SELECT ecocase.let_audit()", NULL};
    char auditor[256];
    assert_true(scalar(cluster.conninfo, "SELECT count(*) FROM pg_roles WHERE rolname = 'ecocase_auditor' AND NOT rolcanlogin") == 1);
    assert_false(refused(cluster.conninfo, "CREATE ROLE who_audits LOGIN IN ROLE ecocase_auditor"));
    snprintf(auditor, sizeof auditor, "%s", cluster_as(&cluster, "who_audits"));
    for (size_t i = 0; forbidden[i]; i++) assert_true(refused(auditor, forbidden[i]));
    assert_true(scalar(auditor, "SELECT count(value) FROM ecocase.event") > 0);
    assert_true(scalar(auditor, "SELECT count(*) FROM ecocase.referral_list") > 0);
    assert_false(refused(cluster.conninfo, "SELECT ecocase.let_audit()")); /* once more does no harm */
}

/* A prepared month, the month before the first and one far away: record never fails for want of a partition. */
static void any_month_has_a_place(void **state) {
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_setup_changes_nothing),
        cmocka_unit_test(another_world_is_refused),
        cmocka_unit_test(what_was_recorded_is_read_back),
        cmocka_unit_test(referrals_gather_their_events),
        cmocka_unit_test(a_stale_owner_writes_nothing),
        cmocka_unit_test(wrong_offsets_write_nothing),
        cmocka_unit_test(an_owner_that_stands_still_in_its_transaction_is_ended),
        cmocka_unit_test(a_submission_of_another_lane_is_a_race),
        cmocka_unit_test(an_unsure_commit_is_resolved),
        cmocka_unit_test(a_lost_connection_comes_back),
        cmocka_unit_test(a_probe_sees_which_lanes_are_worked),
        cmocka_unit_test(roles_may_only_what_they_must), cmocka_unit_test(an_auditor_reads_and_writes_nothing),
        cmocka_unit_test(any_month_has_a_place),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
