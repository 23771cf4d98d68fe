/* Facts: the real list, decimals in six places, what of a fact can be compared, facts.yaml with one thing wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buffer.h"
#include "wire/fact.h"

static struct fact_list *list;
static int load(void **state) {
    (void)state;
    struct fault f;
    return fact_list_load("schemas/rules/facts.yaml", &list, &f) == OK ? 0 : -1;
}
static int unload(void **state) {
    (void)state;
    fact_list_free(list);
    return 0;
}

static void decimals_are_exact(void **state) {
    (void)state;
    static const struct {
        double value;
        int64_t micro;
        const char *text;
    } rows[] = {{3, 3000000, "3"},         {2.4, 2400000, "2.4"},
                {0.8 * 3, 2400000, "2.4"}, {0, 0, "0"},
                {-0.5, -500000, "-0.5"},   {300000, INT64_C(300000000000), "300000"},
                {0.000001, 1, "0.000001"}, {1e30, INT64_C(90000000000000000), "90000000000"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[FACT_MICRO_TEXT];
        int64_t again = 0;
        assert_int_equal(fact_micro(rows[i].value), rows[i].micro);
        fact_micro_text(rows[i].micro, text);
        assert_string_equal(text, rows[i].text);
        assert_true(fact_micro_parse(bytes_of_cstr(text), &again) && again == rows[i].micro);
    }
    int64_t micro = 0;
    static const char *const no[] = {"", "-", ".5", "1.2.3", "1e5", "0.1234567", "3 t", "999999999999999999999"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) assert_false(fact_micro_parse(bytes_of_cstr(no[i]), &micro));
}

static const char *check(const char *name, double value, const char *unit) {
    const char *code = fact_check(list, &(struct fact){bytes_of_cstr(name), bytes_of_cstr(unit), value});
    return code ? code : "";
}
static void what_cannot_be_compared_is_named(void **state) {
    (void)state;
    assert_string_equal(check("waste_t", 5.2, "t"), "");
    assert_string_equal(check("waste_t", 5.2, "kg"), "FACT_UNIT");
    assert_string_equal(check("exceedance_ratio", 3.1, "Pb"), "");
    assert_string_equal(check("exceedance_ratio", 3.1, "pH"), "FACT_CODE");
    assert_string_equal(check("method", 1, "ELECTRIC"), "");
    assert_string_equal(check("method", 1, "电鱼"), "FACT_CODE");
    assert_string_equal(check("repeated", 1, ""), "");
    assert_string_equal(check("repeated", 0.5, ""), "FACT_VALUE");
    assert_string_equal(check("act_date", 20260612, ""), "");
    assert_string_equal(check("act_date", 612, ""), "FACT_VALUE");
    assert_string_equal(check("pH", 3, ""), ""); /* not ours to judge */
}

static void facts_of_a_record_are_read_in_blocks(void **state) {
    (void)state;
    /* a block of one with its size, then one of one: name, double, unit */
    uint8_t bytes[64] = {1, 20, 2,   'a', 0, 0, 0, 0, 0, 0,    8,    0x40, 2, 'u',
                         2, 2,  'b', 0,   0, 0, 0, 0, 0, 0xe0, 0xbf, 0,    0};
    struct walk_field field = {.present = true, .at = bytes_of(bytes, 27), .number = 2};
    struct paper_cursor cursor = {0};
    struct fact fact;
    assert_true(fact_next(&field, &cursor, &fact));
    assert_true(bytes_equal_cstr(fact.name, "a") && bytes_equal_cstr(fact.unit, "u") &&
                fact_micro(fact.value) == 3 * MICRO);
    assert_true(fact_next(&field, &cursor, &fact));
    assert_true(bytes_equal_cstr(fact.name, "b") && !fact.unit.count && fact_micro(fact.value) == -MICRO / 2);
    assert_false(fact_next(&field, &cursor, &fact));
}

static void each_mistake_is_named(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *code, *place, *says;
    } rows[] = {{"codes: {a: {X: 甲}}\nfacts:\n  - {name: n, zh: 一, en: one, kind: number}\n", "SETTINGS_MISSING",
                 ":3:5: ", "say unit:"},
                {"codes: {a: {X: 甲}}\nfacts:\n  - {name: n, zh: 一, en: one, kind: code, of: b}\n", "SETTINGS_UNKNOWN",
                 ":3:47: ", "no list \"b\""},
                {"codes: {a: {X: 甲}}\nfacts:\n  - {name: n, zh: 一, en: one, kind: nummer, unit: t}\n",
                 "SETTINGS_UNKNOWN", ":3:37: ", "number, code, truth or date"},
                {"codes: {a: {X: 甲}}\nfacts:\n  - {name: n, zh: 一, en: one, kind: truth}\n  - {name: n, zh: 一, en: "
                 "one, kind: truth}\n",
                 "SETTINGS_DUPLICATE", ":4:12: ", "stands twice"},
                {"codes: {a: {}}\nfacts: []\n", "SETTINGS_TYPE", ":1:12: ", "{CODE: 名称"},
                {"codes: {a: {X: 甲}}\nfacts:\n  - {name: n, zh: 一, en: one, kind: truth, uint: t}\n",
                 "SETTINGS_UNKNOWN", "", "uint"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[] = "/tmp/fact-test-XXXXXX";
        int file = mkstemp(path);
        assert_int_equal(write(file, rows[i].yaml, strlen(rows[i].yaml)), (ssize_t)strlen(rows[i].yaml));
        close(file);
        struct fact_list *made = NULL;
        struct fault f = {0};
        assert_int_equal(fact_list_load(path, &made, &f), REFUSE);
        unlink(path);
        if (strcmp(f.code, rows[i].code) != 0 || !strstr(f.text, rows[i].place) || !strstr(f.text, rows[i].says))
            fail_msg("%zu: %s %s", i, f.code, f.text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_exact), cmocka_unit_test(what_cannot_be_compared_is_named),
        cmocka_unit_test(facts_of_a_record_are_read_in_blocks), cmocka_unit_test(each_mistake_is_named)};
    return cmocka_run_group_tests(tests, load, unload);
}
