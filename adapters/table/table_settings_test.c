/* The settings file: what is taken, and every mistake at its line and column. */
#include "adapters/table/settings_inside.h"
#include "base/limits.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define PLACE "connection: host=db dbname=oa user=ecocase_adapter\n"
static char folder[] = "/tmp/ecocase-table-settings-XXXXXX";

static enum outcome load(const char *text, struct table_settings **ret, struct fault *fault) {
    char path[128];
    snprintf(path, sizeof path, "%s/table.yaml", folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
    return table_settings_load(path, ret, fault);
}

static void taken(void **state) {
    struct table_settings *s = NULL;
    struct fault fault;
    (void)state;
    assert_int_equal(load(PLACE, &s, &fault), OK);
    assert_string_equal(s->schema, "ecocase");
    assert_string_equal(s->outbox, "outbox");
    assert_string_equal(s->adapter_role, "ecocase_adapter");
    assert_true(!s->agency_role && !s->aggregate_type && !s->file_name);
    assert_int_equal(s->payload, PAYLOAD_TEXT);
    assert_int_equal(s->attachment_most, 64 * MIB);
    assert_int_equal(s->poll_ms, 5000);
    assert_int_equal(s->delete_after_days, 0);
    table_settings_free(s);
    assert_int_equal(load("connection: postgresql://ecocase_adapter@db/oa?sslmode=verify-full\npayload: jsonb\nschema: "
                          "public\noutbox: outboxevent\naggregatetype: 案件\n"
                          "file_name: \"{type}-{id}.json\"\nroles: {agency: oa_app}\npoll_seconds: 2\nbatch: 7\nqueue: "
                          "9\ndelete_after_days: 30\n",
                          &s, &fault),
                     OK);
    assert_string_equal(table_payload_type(s), "jsonb");
    assert_string_equal(s->agency_role, "oa_app");
    assert_string_equal(s->aggregate_type, "案件");
    assert_true(s->poll_ms == 2000 && s->batch == 7 && s->queue_most == 9 && s->delete_after_days == 30);
    table_settings_free(s);
}

static void refused(void **state) {
    static const struct {
        const char *text, *code;
        unsigned line, column;
    } all[] = {{"schema: a\n", "SETTINGS_MISSING", 1, 1},
               {"- a\n", "SETTINGS_TYPE", 1, 1},
               {"connection: nonsense\n", "SETTINGS_TYPE", 1, 13},
               {"connection: host=db dbname=oa password=x\n", "SETTINGS_TYPE", 1, 13},
               {"connection: postgresql://a:x@db/oa\n", "SETTINGS_TYPE", 1, 13},
               {"connection: host=db user=a\n", "SETTINGS_MISSING", 1, 13},
               {PLACE "schema: Oa\n", "SETTINGS_TYPE", 2, 9},
               {PLACE "outbox: \"a;b\"\n", "SETTINGS_TYPE", 2, 9},
               {PLACE "inbox: outbox\n", "SETTINGS_TYPE", 2, 8},
               {PLACE "outbox: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "SETTINGS_TYPE", 2, 9},
               {PLACE "channel: 1a\n", "SETTINGS_TYPE", 2, 10},
               {PLACE "payload: json\n", "SETTINGS_TYPE", 2, 10},
               {PLACE "aggregatetype: \"a'b\"\n", "SETTINGS_TYPE", 2, 16},
               {PLACE "file_name: a.json\n", "SETTINGS_TYPE", 2, 12},
               {PLACE "file_name: \"b/{id}.json\"\n", "SETTINGS_TYPE", 2, 12},
               {PLACE "roles: oa\n", "SETTINGS_TYPE", 2, 8},
               {PLACE "roles: {adapter: A}\n", "SETTINGS_TYPE", 2, 18},
               {PLACE "roles: {admin: a}\n", "SETTINGS_UNKNOWN", 2, 16},
               {PLACE "poll_seconds: 0\n", "SETTINGS_TYPE", 2, 15},
               {PLACE "batch: 1001\n", "SETTINGS_TYPE", 2, 8},
               {PLACE "attachment_mib: 257\n", "SETTINGS_TYPE", 2, 17},
               {PLACE "queue: x\n", "SETTINGS_TYPE", 2, 8},
               {PLACE "delete_after_days: 0\n", "SETTINGS_TYPE", 2, 20},
               {PLACE "tables: a\n", "SETTINGS_UNKNOWN", 2, 9}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct table_settings *s = NULL;
        struct fault fault = {0};
        assert_int_equal(load(all[i].text, &s, &fault), REFUSE);
        assert_null(s);
        if (fault.line != all[i].line || fault.column != all[i].column) print_error("case %zu: %s\n", i, fault.text);
        assert_string_equal(fault.code, all[i].code);
        assert_int_equal(fault.line, all[i].line);
        assert_int_equal(fault.column, all[i].column);
        assert_null(strstr(fault.text, "password=x"));
    }
}

static int set_up(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}
static int tear_down(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(taken), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
