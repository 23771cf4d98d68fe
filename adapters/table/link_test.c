/* The connection against a real Postgres: what passes, what is a row's own fault, what the tables lack, a server that
 * is gone or hangs; and the tables of table-setup as the adapter's role sees them. */
#include "adapters/table/link_inside.h"
#include "base/limits.h"
#include "base/time.h"
#include "broker/ledger/cluster_fixture.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

static struct cluster cluster;
static struct table_settings *settings;
static atomic_bool stopping;
static struct fault fault;

static struct link *connected(const char *role) {
    struct link *link = link_new(settings, role, &stopping);
    assert_int_equal(link_connect(link, &fault), OK);
    return link;
}

static void set_up_twice_and_bounded_rights(void **state) {
    AUTO(buffer_free) struct buffer sql;
    struct link *owner = connected("owner");
    (void)state;
    buffer_init(&sql, 64u * KIB);
    assert_int_equal(ddl_write(settings, &sql, &fault), OK);
    assert_int_equal(buffer_add(&sql, bytes_of("", 1), &fault), OK);
    for (int i = 0; i < 2; i++) assert_int_equal(link_script(owner, (const char *)sql.at, &fault), OK);
    struct link *adapter = connected("ecocase_adapter");
    static const char *const may_not[] = {"DELETE FROM {schema}.{outbox}", "UPDATE {schema}.{outbox} SET type = ''",
                                          "DELETE FROM {schema}.{inbox}", "CREATE TABLE {schema}.x ()"};
    for (size_t i = 0; i < sizeof may_not / sizeof may_not[0]; i++) {
        assert_int_equal(link_run(adapter, may_not[i], NULL, NULL, &fault), RETRY);
        assert_string_equal(fault.code, "TABLE_SQL");
    }
    assert_true(link_up(adapter));
    link_free(adapter);
    link_free(owner);
}

/* A transaction that commits late keeps its place, and is seen when it commits. */
static void noted_by_the_trigger(void **state) {
    AUTO(link_result_free) PGresult *open = NULL, *after = NULL;
    struct link *late = connected("owner"), *early = connected("owner"), *adapter = connected("ecocase_adapter");
    static const char list[] = "SELECT id::text FROM {schema}.{outbox}_outcome WHERE writes > seen ORDER BY position";
    static const char insert[] = "INSERT INTO {schema}.{outbox} VALUES ($1::uuid, 'a', 'b', 'c', $2)";
    struct link_values one = {0}, two = {0};
    int64_t rows = 0;
    (void)state;
    link_text(&one, "00000000-0000-4000-8000-000000000001");
    link_text(&one, "一");
    link_text(&two, "00000000-0000-4000-8000-000000000002");
    link_bytes(&two, BYTES_LITERAL("二"));
    assert_int_equal(link_run(adapter, "LISTEN {channel}", NULL, NULL, &fault), OK);
    assert_int_equal(link_begin(late, "BEGIN", &fault), OK);
    assert_int_equal(link_run(late, insert, &one, NULL, &fault), OK);
    assert_int_equal(link_run(early, insert, &two, &rows, &fault), OK);
    assert_int_equal(rows, 1);
    assert_int_equal(link_ask(adapter, list, NULL, &open, &fault), OK);
    assert_int_equal(PQntuples(open), 1);
    assert_string_equal(PQgetvalue(open, 0, 0), "00000000-0000-4000-8000-000000000002");
    assert_int_equal(link_end(late, OK, &fault), OK);
    assert_int_equal(link_ask(adapter, list, NULL, &after, &fault), OK);
    assert_int_equal(PQntuples(after), 2);
    assert_string_equal(PQgetvalue(after, 0, 0), "00000000-0000-4000-8000-000000000001");
    assert_true(link_notified(adapter));
    assert_false(link_notified(adapter));
    link_free(late);
    link_free(early);
    link_free(adapter);
}

static void judged(void **state) {
    struct link *link = connected("owner");
    AUTO(link_result_free) PGresult *row = NULL;
    struct link_values v = {0};
    (void)state;
    link_text(&v, "\"\\u0000\"");
    assert_int_equal(link_begin(link, "BEGIN", &fault), OK);
    enum outcome outcome = link_run(link, "SELECT $1::jsonb", &v, NULL, &fault);
    assert_int_equal(outcome, REFUSE); /* this value's own fault … */
    assert_string_equal(fault.code, "TABLE_DATA");
    assert_int_equal(link_end(link, outcome, &fault), REFUSE);
    /* … and the connection goes on */
    assert_int_equal(link_ask(link, "SELECT NULL::text, ''::text, '7'::text", NULL, &row, &fault), OK);
    assert_true(!link_value(row, 0, 0).at && link_value(row, 0, 1).at && !link_value(row, 0, 1).count &&
                link_int(row, 0, 2) == 7);
    assert_int_equal(link_run(link, "SELECT nothing", NULL, NULL, &fault), RETRY);
    assert_string_equal(fault.code, "TABLE_SQL");
    assert_int_equal(link_run(link, "SELECT pg_terminate_backend(pg_backend_pid())", NULL, NULL, &fault), RETRY);
    assert_string_equal(fault.code, "TABLE_DOWN");
    assert_false(link_up(link));
    assert_int_equal(link_run(link, "SELECT 1", NULL, NULL, &fault), RETRY);
    link_free(link);
}

static void *stop_soon(void *unused) {
    usleep(300000);
    atomic_store(&stopping, true);
    return unused;
}
/* A stop does not wait for the server. */
static void given_up(void **state) {
    struct link *link = connected("owner");
    pthread_t stopper;
    int64_t began = monotonic_ms();
    (void)state;
    assert_int_equal(pthread_create(&stopper, NULL, stop_soon, NULL), 0);
    assert_int_equal(link_run(link, "SELECT pg_sleep(20)", NULL, NULL, &fault), RETRY);
    assert_string_equal(fault.code, "TABLE_DOWN");
    assert_true(monotonic_ms() - began < 3000);
    pthread_join(stopper, NULL);
    atomic_store(&stopping, false);
    link_free(link);
}

static int set_up(void **state) {
    char path[128];
    (void)state;
    cluster_start(&cluster);
    snprintf(path, sizeof path, "%s/table.yaml", cluster.folder);
    FILE *file = fopen(path, "we");
    if (!file || fprintf(file, "connection: host=%s dbname=postgres\n", cluster.folder) < 0 || fclose(file) != 0)
        return -1;
    return table_settings_load(path, &settings, &fault) == OK ? 0 : -1;
}
static int tear_down(void **state) {
    (void)state;
    table_settings_free(settings);
    cluster_stop(&cluster);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(set_up_twice_and_bounded_rights),
                                       cmocka_unit_test(noted_by_the_trigger), cmocka_unit_test(judged),
                                       cmocka_unit_test(given_up)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
