/* Outcomes told to a real Postgres: a text that is no JSON any more holds up neither the others nor its own state. */
#include "adapters/table/link_inside.h"
#include "adapters/table/table_inside.h"
#include "base/limits.h"
#include "broker/ledger/cluster_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct cluster cluster;
static struct table table;
static struct link *owner;
static atomic_bool stopping;
static struct fault fault;

static int set_up(void **state) {
    char path[128];
    AUTO(buffer_free) struct buffer sql;
    (void)state;
    cluster_start(&cluster);
    snprintf(path, sizeof path, "%s/table.yaml", cluster.folder);
    FILE *file = fopen(path, "we");
    if (!file || fprintf(file, "connection: host=%s dbname=postgres\n", cluster.folder) < 0 || fclose(file) != 0)
        return -1;
    if (table_settings_load(path, &table.settings, &fault) != OK) return -1;
    buffer_init(&sql, 64u * KIB);
    if (ddl_write(table.settings, &sql, &fault) != OK || buffer_add(&sql, bytes_of("", 1), &fault) != OK) return -1;
    table.arena = arena_new(64u << 10, TABLE_ARENA);
    owner = link_new(table.settings, "owner", &stopping);
    table.link = link_new(table.settings, "ecocase_adapter", &stopping);
    if (link_connect(owner, &fault) != OK || link_script(owner, (const char *)sql.at, &fault) != OK) return -1;
    return link_connect(table.link, &fault) == OK ? 0 : -1;
}
static int tear_down(void **state) {
    (void)state;
    link_free(owner);
    link_free(table.link);
    arena_free(table.arena);
    table_settings_free(table.settings);
    cluster_stop(&cluster);
    return 0;
}

static const char *row_id(size_t nth) { return arena_printf(table.arena, "00000000-0000-4000-8000-%012zu", nth); }
static struct submitted accepted(size_t nth, const char *answer) {
    struct link_values v = {0};
    link_text(&v, row_id(nth));
    assert_int_equal(
        link_run(owner, "INSERT INTO {schema}.{outbox} VALUES ($1::uuid, 'a', 'b', 'c', 'x')", &v, NULL, &fault), OK);
    return (struct submitted){
        .stage = STAGE_ACCEPTED, .key = bytes_of_cstr(row_id(nth)), .answer = bytes_of_cstr(answer)};
}
static void assert_told(size_t nth, const char *receipt) {
    AUTO(link_result_free) PGresult *row = NULL;
    struct link_values v = {0};
    link_text(&v, row_id(nth));
    assert_int_equal(
        link_ask(table.link,
                 "SELECT state, receipt ->> 'said', seen::text FROM {schema}.{outbox}_outcome WHERE id = $1::uuid", &v,
                 &row, &fault),
        OK);
    assert_int_equal(PQntuples(row), 1);
    assert_true(bytes_equal_cstr(link_value(row, 0, 0), "accepted"));
    if (receipt) assert_true(bytes_equal_cstr(link_value(row, 0, 1), receipt));
    else assert_null(link_value(row, 0, 1).at);
    assert_int_equal(link_int(row, 0, 2), 1);
}

/* The agency wrote into its sent/, cut a file short, or took it away before it was read. */
static void a_receipt_that_is_no_json_holds_up_nothing(void **state) {
    static const char *const answers[] = {"{\"said\": \"一\"}",        "收到",
                                          "{\"said\": \"cut sho",      "",
                                          "{\"said\": \"a\\u0000b\"}", "{\"said\": \"\\ud800\"}",
                                          "{\"said\": \"last\"}"};
    static const char *const receipts[] = {"一",
                                           NULL,
                                           NULL,
                                           NULL,
                                           "a\xef\xbf\xbd"
                                           "b",
                                           NULL,
                                           "last"};
    enum { COUNT = sizeof answers / sizeof answers[0] };
    struct submitted list[COUNT];
    struct verdict all[COUNT];
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        list[i] = accepted(i, answers[i]);
        all[i] = (struct verdict){&list[i], 1};
    }
    assert_int_equal(verdict_report(&table, all, COUNT, &fault), OK);
    for (size_t i = 0; i < COUNT; i++) assert_told(i, receipts[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_receipt_that_is_no_json_holds_up_nothing)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
