/* What set-up makes, against a real Postgres: a ledger of one world, and roles that may only what they must. */
#define _GNU_SOURCE /* memmem */
#include "broker/ledger/ledger_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A submission accepted, one refused and one that cannot be read: every view has a row. */
static int start_with_events(void **state) {
    if (start(state)) return -1;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct lane_row row;
    struct sample s;
    int32_t version = 0;
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    sample(&s, &row, 1);
    s.events[1] = event(2, 2, 'R');
    s.events[2] = event(3, 3, 'D');
    s.batch.event_count = 3;
    s.after.serial = 3;
    assert_ok(ledger_record(ledger, &s.batch, &version, &fault));
    return 0;
}

static void a_second_setup_changes_nothing(void **state) {
    (void)state;
    AUTO(ledger_free_auto) struct ledger *ledger = open_ledger();
    struct ledger_world world;
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
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.participant"),
                     (int64_t)directory_count(directory));
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM pg_partition_tree('ecocase.event') WHERE isleaf"),
                     4 * 2);
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

/* The directory with one text in the place of another. */
static enum outcome set_up_with(const char *find, const char *put) {
    AUTO(buffer_free) struct buffer text;
    struct bytes whole = directory_text(directory);
    const uint8_t *at = memmem(whole.at, whole.count, find, strlen(find));
    assert_non_null(at);
    size_t before = (size_t)(at - whole.at), behind = before + strlen(find);
    buffer_init(&text, LIMIT_SETTINGS);
    assert_ok(buffer_add(&text, bytes_of(whole.at, before), &fault));
    assert_ok(buffer_add(&text, bytes_of_cstr(put), &fault));
    assert_ok(buffer_add(&text, bytes_of(whole.at + behind, whole.count - behind), &fault));
    struct directory *own = directory, *other = NULL;
    if (directory_parse("test", buffer_view(&text), &other, &fault) != OK) fail_msg("%s", fault.text);
    directory = other;
    enum outcome outcome = set_up("K1", true, 4);
    directory = own;
    directory_free(other);
    return outcome;
}
/* The last run of events would be nobody's, and brokers would end again and again. */
static void a_participant_that_vanished_or_was_renumbered_is_refused_by_name(void **state) {
    (void)state;
    assert_int_equal(set_up_with("slug: zjfy", "slug: zjfx"), REFUSE);
    assert_string_equal(fault.code, "SLUG_CHANGED");
    assert_true(strstr(fault.text, "zjfy") && strstr(fault.text, "zjfx"));
    assert_int_equal(set_up_with("number: 22", "number: 42"), REFUSE);
    assert_string_equal(fault.code, "PARTICIPANT_GONE");
    assert_non_null(strstr(fault.text, "participant 22"));
    assert_int_equal(scalar(cluster.conninfo, "SELECT count(*) FROM ecocase.directory"), 1);
    assert_ok(set_up("K1", true, 4));
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

static void roles_may_only_what_they_must(void **state) {
    (void)state;
    static const char *const forbidden[] = {"UPDATE ecocase.event SET kind = 'A'",
                                            "DELETE FROM ecocase.event",
                                            "TRUNCATE ecocase.event",
                                            "UPDATE ecocase.known SET serial = 0",
                                            "DELETE FROM ecocase.known",
                                            "UPDATE ecocase.event_0_0 SET kind = 'A'",
                                            "INSERT INTO ecocase.event_0_0 SELECT * FROM ecocase.event LIMIT 1",
                                            "SELECT ecocase.make_segment(0::smallint, 9)",
                                            "SELECT ecocase.make_lane(9::smallint)",
                                            "DELETE FROM ecocase.referral",
                                            "DELETE FROM ecocase.lane",
                                            "UPDATE ecocase.world SET cluster_id = ''",
                                            NULL};
    for (size_t i = 0; forbidden[i]; i++) assert_true(refused(broker_conninfo, forbidden[i]));
    char coordinator[256];
    snprintf(coordinator, sizeof coordinator, "%s", cluster_as(&cluster, "ecocase_coordinator"));
    assert_true(refused(coordinator, "SELECT * FROM ecocase.event"));
    assert_true(refused(coordinator, "SELECT * FROM ecocase.referral"));
    assert_true(refused(coordinator, "SELECT ecocase.end_backend(0::smallint, 1, now())"));
    static const char *const views[] = {"referral_list",    "clock_list", "event_list",       "delivery_list",
                                        "refusal_list",     "lane_list",  "participant_list", "world_list",
                                        "dead_letter_list", NULL};
    for (size_t i = 0; views[i]; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT * FROM ecocase.%s OFFSET 0) AS x", views[i]);
        assert_true(scalar(coordinator, sql) > 0);
    }
    assert_int_equal(
        scalar(coordinator, "SELECT count(*) FROM ecocase.clock_list WHERE overdue AND statutory_zh = '法定'"), 0);
    assert_true(
        scalar(coordinator,
               "SELECT count(*) FROM ecocase.clock_list WHERE running AND due_by_letter AND statutory_zh = '非法定'") >
        0);
    assert_true(
        scalar(coordinator, "SELECT count(*) FROM ecocase.refusal_list WHERE reasons_zh = '理由' AND codes = 'X'") > 0);
}

/* Who audits reads what coordinators may not, and writes nothing. */
static void an_auditor_reads_and_writes_nothing(void **state) {
    (void)state;
    static const char *const forbidden[] = {"UPDATE ecocase.event SET kind = 'A'",
                                            "DELETE FROM ecocase.event",
                                            "INSERT INTO ecocase.event SELECT * FROM ecocase.event LIMIT 1",
                                            "INSERT INTO ecocase.known SELECT * FROM ecocase.known LIMIT 1",
                                            "UPDATE ecocase.referral SET state = ''",
                                            "UPDATE ecocase.lane SET epoch = 0",
                                            "SELECT ecocase.end_backend(0::smallint, 1, now())",
                                            "SELECT ecocase.let_audit()",
                                            "SELECT ecocase.tend_lane(0::smallint)",
                                            NULL};
    char auditor[256];
    assert_true(scalar(cluster.conninfo,
                       "SELECT count(*) FROM pg_roles WHERE rolname = 'ecocase_auditor' AND NOT rolcanlogin") == 1);
    assert_false(refused(cluster.conninfo, "CREATE ROLE who_audits LOGIN IN ROLE ecocase_auditor"));
    snprintf(auditor, sizeof auditor, "%s", cluster_as(&cluster, "who_audits"));
    for (size_t i = 0; forbidden[i]; i++) assert_true(refused(auditor, forbidden[i]));
    assert_true(scalar(auditor, "SELECT count(value) FROM ecocase.event") > 0);
    assert_true(scalar(auditor, "SELECT count(*) FROM ecocase.referral_list") > 0);
    assert_false(refused(cluster.conninfo, "SELECT ecocase.let_audit()")); /* once more does no harm */
}

/* The owner changes it; what is refused is put right again. */
static void refused_while(const char *change, const char *back, const char *code, const char *words) {
    struct ledger *ledger = NULL;
    scalar(cluster.conninfo, change);
    assert_int_equal(set_up("K1", true, 4), REFUSE);
    assert_string_equal(fault.code, code);
    assert_non_null(strstr(fault.text, words));
    assert_int_equal(ledger_connect(broker_conninfo, &ledger, &fault), FATAL);
    assert_string_equal(fault.code, code);
    scalar(cluster.conninfo, back);
    assert_ok(set_up("K1", true, 4));
}

static void a_ledger_of_another_shape_is_refused_with_what_to_do(void **state) {
    (void)state;
    refused_while("UPDATE ecocase.schema_version SET version = 2", "UPDATE ecocase.schema_version SET version = 1",
                  "LEDGER_NEWER", "install the newer programs");
    refused_while("UPDATE ecocase.schema_version SET version = 0", "UPDATE ecocase.schema_version SET version = 1",
                  "LEDGER_OLD", "start an empty one");
    refused_while("UPDATE ecocase.schema_version SET series = 'x'",
                  "UPDATE ecocase.schema_version SET series = 'record'", "LEDGER_OTHER", "another database");
    refused_while("ALTER TABLE ecocase.schema_version RENAME TO no_version",
                  "ALTER TABLE ecocase.no_version RENAME TO schema_version", "LEDGER_OLD", "start an empty one");
}

static void a_database_without_a_ledger_is_named_so(void **state) {
    (void)state;
    struct ledger *ledger = NULL;
    char other[300];
    scalar(cluster.conninfo, "CREATE DATABASE other");
    snprintf(other, sizeof other, "%s", cluster_as(&cluster, "ecocase_broker"));
    memcpy(strstr(other, "dbname="), "dbname=other", sizeof "dbname=other");
    assert_int_equal(ledger_connect(other, &ledger, &fault), FATAL);
    assert_string_equal(fault.code, "LEDGER_EMPTY");
}

/* Comments are what a person with psql reads; partitions are like their table. */
static void every_table_view_and_column_says_what_it_is(void **state) {
    (void)state;
    assert_int_equal(
        scalar(
            cluster.conninfo,
            "SELECT count(*) FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
            "a.attisdropped WHERE c.relnamespace = 'ecocase'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT "
            "c.relispartition AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS "
            "NULL)"),
        0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ledger_of_another_shape_is_refused_with_what_to_do),
        cmocka_unit_test(a_database_without_a_ledger_is_named_so),
        cmocka_unit_test(every_table_view_and_column_says_what_it_is),
        cmocka_unit_test(a_second_setup_changes_nothing),
        cmocka_unit_test(another_world_is_refused),
        cmocka_unit_test(a_participant_that_vanished_or_was_renumbered_is_refused_by_name),
        cmocka_unit_test(roles_may_only_what_they_must),
        cmocka_unit_test(an_auditor_reads_and_writes_nothing),
    };
    return cmocka_run_group_tests(tests, start_with_events, stop);
}
