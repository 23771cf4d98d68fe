#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "wire/directory.h"
#include "identifiers/division.h"

static struct division_list *list;
static int load(void **state) {
    (void)state;
    struct fault f = {0};
    return division_list_load("schemas/rules", &list, &f) == OK ? 0 : -1;
}
static int unload(void **state) {
    (void)state;
    division_list_free(list);
    return 0;
}
static instant in(const char *day) {
    instant at = 0;
    assert_true(instant_parse(bytes_of_cstr(day), &at));
    return at;
}
static void assert_name(const char *code, const char *day, const char *name) {
    const struct division *d = division_in_use(list, bytes_of_cstr(code), in(day));
    if (!name) assert_null(d);
    else {
        assert_non_null(d);
        assert_string_equal(d->name, name);
    }
}
static void assert_place(const char *code, const char *day, const char *want) {
    const char *found = division_check(list, bytes_of_cstr(code), in(day));
    if (!want) assert_null(found);
    else assert_string_equal(found, want);
}

static void a_code_has_the_name_of_its_year(void **state) {
    (void)state;
    assert_name("150823", "2026-06-08", "乌拉特前旗");
    assert_name("150207", "2026-06-08", "九原区");
    assert_name("150207", "1995-06-08", "郊区");
    assert_name("150206", "2008-01-01", "白云鄂博矿区");
    assert_name("152824", "1990-01-01", "乌拉特前旗");
    assert_name("152824", "2026-01-01", NULL);
    assert_name("150603", "2015-12-31", NULL);
    assert_name("150603", "2016-01-01", "康巴什区");
}
static void a_case_lies_in_a_division_of_its_day(void **state) {
    (void)state;
    assert_place("150823", "2026-06-08", NULL);
    assert_place("150800", "2026-06-08", NULL);
    assert_place("460000", "2026-06-08", NULL); /* not ours: the rules say what becomes of it */
    assert_place("152921", "2026-06-08", NULL);
    assert_place("150827", "2026-06-08", "DIVISION_UNKNOWN");
    assert_place("150899", "2026-06-08", "DIVISION_UNKNOWN");
    assert_place("152824", "2026-06-08", "DIVISION_CLOSED");
    assert_place("150824", "1990-06-08", "DIVISION_CLOSED");
    assert_place("152824", "2003-06-08", NULL); /* the year of the change: both */
    assert_place("150823", "2003-06-08", NULL);
    assert_place("15082", "2026-06-08", "DIVISION_FORM");
    assert_place("1508230", "2026-06-08", "DIVISION_FORM");
    assert_place("15082X", "2026-06-08", "DIVISION_FORM");
}
static void an_old_address_code_is_no_fault(void **state) {
    (void)state;
    assert_null(division_remark(list, BYTES_LITERAL("152824")));
    assert_null(division_remark(list, BYTES_LITERAL("152701")));
    assert_null(division_remark(list, BYTES_LITERAL("110101")));
    assert_string_equal(division_remark(list, BYTES_LITERAL("150899")), "ID_DIVISION_UNKNOWN");
    assert_string_equal(division_remark(list, BYTES_LITERAL("152829")), "ID_DIVISION_UNKNOWN");
}
static void a_place_lies_in_its_city(void **state) {
    (void)state;
    struct coordinate lake = {true, true, 108.8, 40.9, BYTES_NONE}, sea = {true, true, 110.3, 20.0, BYTES_NONE},
                      none = {0};
    assert_null(division_place_remark(list, BYTES_LITERAL("150823"), &lake));
    assert_string_equal(division_place_remark(list, BYTES_LITERAL("150823"), &sea), "COORDINATE_REGION");
    /* 海南区 is Wuhai's */
    assert_string_equal(division_place_remark(list, BYTES_LITERAL("150303"), &sea), "COORDINATE_REGION");
    assert_null(division_place_remark(list, BYTES_LITERAL("460000"), &sea));
    assert_null(division_place_remark(list, BYTES_LITERAL("150823"), &none));
}
/* The directory's counties are the codes of today, in both directions. */
static void the_directory_agrees(void **state) {
    (void)state;
    struct directory *directory = NULL;
    struct fault f = {0};
    size_t today = 0;
    assert_int_equal(directory_load("schemas/directory.yaml", &directory, &f), OK);
    for (size_t i = 0; i < division_count(list); i++) {
        const struct division *d = division_entry(list, i);
        char code[16];
        snprintf(code, sizeof code, "%06d", (int)d->code);
        if (d->until) continue;
        const char *name = directory_county(directory, bytes_of_cstr(code));
        if (!name) fail_msg("%s %s is not in the directory", code, d->name);
        assert_string_equal(name, d->name);
        today++;
    }
    assert_int_equal(today, 4 + 9 + 3 + 9 + 7); /* the cities, and their districts, counties and banners */
    directory_free(directory);
}
static void assert_refused(const char *folder, const char *yaml, const char *code, uint32_t line) {
    char path[200];
    struct fault f = {0};
    struct division_list *none = NULL;
    snprintf(path, sizeof path, "%s/divisions.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(yaml, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(division_list_load(folder, &none, &f), REFUSE);
    assert_string_equal(f.code, code);
    assert_int_equal(f.line, line);
    assert_int_equal(unlink(path), 0);
}
static void mistakes_of_the_file_have_a_place(void **state) {
    (void)state;
    char folder[] = "/tmp/division.XXXXXX";
    assert_non_null(mkdtemp(folder));
#define REST "areas: [\"1508\"]\nbounds: {}\ndivisions:\n"
    assert_refused(folder, REST "  - {code: \"15082\", name: 某旗, from: 2003}\n", "SETTINGS_TYPE", 4);
    assert_refused(folder, REST "  - {code: \"150823\", name: 某旗, from: 2003, until: 2003, next: \"150824\"}\n",
                   "SETTINGS_TYPE", 4);
    assert_refused(folder, REST "  - {code: \"150823\", name: 某旗, from: 1990, until: 2003, next: \"150824\"}\n",
                   "SETTINGS_MISSING", 4);
    assert_refused(folder,
                   REST "  - {code: \"150823\", name: 甲, from: 1990}\n  - {code: \"150823\", name: 乙, from: 2000}\n",
                   "SETTINGS_DUPLICATE", 5);
    assert_refused(folder, REST "  - {code: \"150823\", name: 甲, from: 1990, since: 3}\n", "SETTINGS_UNKNOWN", 4);
    assert_refused(folder, "areas: [x]\nbounds: {}\ndivisions: []\n", "SETTINGS_TYPE", 1);
    assert_refused(folder, "areas: []\nbounds:\n  \"1508\": {west: 3, east: 2, south: 1, north: 2}\ndivisions: []\n",
                   "SETTINGS_TYPE", 3);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_code_has_the_name_of_its_year),
                                       cmocka_unit_test(a_case_lies_in_a_division_of_its_day),
                                       cmocka_unit_test(an_old_address_code_is_no_fault),
                                       cmocka_unit_test(a_place_lies_in_its_city),
                                       cmocka_unit_test(the_directory_agrees),
                                       cmocka_unit_test(mistakes_of_the_file_have_a_place)};
    return cmocka_run_group_tests(tests, load, unload);
}
