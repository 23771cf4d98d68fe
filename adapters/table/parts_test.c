/* Parts against a real Postgres: put in bounded turns, gone on with by whoever comes next, begun anew when they are not
 * of this file; those whose message never came are cleared after a week, the others go with it. */
#include "adapters/table/link_inside.h"
#include "adapters/table/table_inside.h"
#include "broker/ledger/cluster_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define ID   "00000000-0000-4000-8000-000000000001"
#define SIZE (3 * (int64_t)TABLE_PART + 5)

static struct cluster cluster;
static struct table table;
static atomic_bool stopping;
static struct fault fault;
static FILE *file;

static struct link *connected(const char *role) {
    struct link *link = link_new(table.settings, role, &stopping);
    assert_int_equal(link_connect(link, &fault), OK);
    return link;
}
static void as_owner(const char *sql) {
    struct link *owner = connected("owner");
    assert_int_equal(link_run(owner, sql, NULL, NULL, &fault), OK);
    link_free(owner);
}
static int64_t number(const char *sql) {
    AUTO(link_result_free) PGresult *row = NULL;
    assert_int_equal(link_ask(table.link, sql, NULL, &row, &fault), OK);
    return link_int(row, 0, 0);
}
static int64_t there(void) { return number("SELECT count(*)::text FROM {schema}.{inbox}_part"); }
static int64_t sum(void) {
    return number("SELECT sum(part * get_byte(content, 0))::text FROM {schema}.{inbox}_part");
} /* 1*1 + 2*2 + … */

static void put(int64_t size, int64_t left, bool whole, int64_t count) {
    struct parts parts = {.table = &table, .id = ID, .nth = 1, .size = size};
    bool done = !whole;
    assert_int_equal(parts_put(&parts, fileno(file), &left, &done, &fault), OK);
    assert_int_equal(done, whole);
    assert_int_equal(there(), count);
}

static void gone_on_with(void **state) {
    (void)state;
    put(SIZE, TABLE_PART, false, 1);
    put(SIZE, 2 * (int64_t)TABLE_PART, false, 3);
    put(SIZE, 1, true, 4);
    put(SIZE, TABLE_PART, true, 4);
    assert_int_equal(sum(), 1 + 4 + 9 + 16);
    assert_int_equal(number("SELECT length(content)::text FROM {schema}.{inbox}_part WHERE part = 4"), 5);
}

static void begun_anew(void **state) {
    (void)state;
    put(SIZE - 1, TABLE_PART, false, 1); /* not the file that the parts are of */
    put(SIZE, INT64_MAX, true, 4);
    as_owner("DELETE FROM {schema}.{inbox}_part WHERE part = 2");
    put(SIZE, INT64_MAX, true, 4);
    assert_int_equal(sum(), 1 + 4 + 9 + 16);
    struct parts longer = {.table = &table, .id = ID, .nth = 1, .size = SIZE + 1};
    int64_t left = INT64_MAX;
    bool whole = false;
    assert_int_equal(parts_put(&longer, fileno(file), &left, &whole, &fault), RETRY);
    assert_string_equal(fault.code, "FILE_READ");
}

static void cleared(void **state) {
    (void)state;
    put(SIZE, INT64_MAX, true, 4);
    assert_int_equal(parts_clear(&table, &fault), OK);
    assert_int_equal(there(), 4);
    as_owner("UPDATE {schema}.{inbox}_part SET written = written - interval '8 days'");
    as_owner("INSERT INTO {schema}.{inbox} VALUES (1, '" ID "', 'a', 'b', 'c', 'd', 'e', 0, 1, 1)");
    assert_int_equal(parts_clear(&table, &fault), OK);
    assert_int_equal(there(), 4);
    as_owner("DELETE FROM {schema}.{inbox}"); /* the trigger */
    assert_int_equal(there(), 0);
    put(SIZE, INT64_MAX, true, 4);
    as_owner("UPDATE {schema}.{inbox}_part SET written = written - interval '8 days'");
    assert_int_equal(parts_clear(&table, &fault), OK);
    assert_int_equal(there(), 0);
}

static int make_tables(void) {
    AUTO(buffer_free) struct buffer sql;
    struct link *owner = connected("owner");
    buffer_init(&sql, 64u * KIB);
    bool made = ddl_write(table.settings, &sql, &fault) == OK && buffer_add(&sql, bytes_of("", 1), &fault) == OK &&
                link_script(owner, (const char *)sql.at, &fault) == OK;
    link_free(owner);
    return made ? 0 : -1;
}

static int set_up(void **state) {
    char path[128];
    (void)state;
    cluster_start(&cluster);
    snprintf(path, sizeof path, "%s/table.yaml", cluster.folder);
    FILE *settings = fopen(path, "we");
    if (!settings || fprintf(settings, "connection: host=%s dbname=postgres\n", cluster.folder) < 0 ||
        fclose(settings) != 0)
        return -1;
    if (table_settings_load(path, &table.settings, &fault) != OK || make_tables() != 0) return -1;
    table.arena = arena_new(64u << 10, TABLE_ARENA);
    table.link = connected("ecocase_adapter");
    file = tmpfile();
    /* each byte the number of its part */
    for (int64_t i = 0; file && i < SIZE; i++) fputc((int)(i / (int64_t)TABLE_PART + 1), file);
    return file && fflush(file) == 0 ? 0 : -1;
}
static int tear_down(void **state) {
    (void)state;
    fclose(file);
    link_free(table.link);
    arena_free(table.arena);
    table_settings_free(table.settings);
    cluster_stop(&cluster);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(gone_on_with), cmocka_unit_test(begun_anew),
                                       cmocka_unit_test(cleared)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
