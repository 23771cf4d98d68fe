#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "identifiers/document_number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
static void numbers_of_the_pattern_are_read(void **state) {
    (void)state;
    const struct {
        const char *printed, *prefix;
        int year, sequence;
    } rows[] = {{"巴环移送〔2026〕15号", "巴环移送", 2026, 15},
                {"巴环(4)罚字 [2024]28号", "巴环(4)罚字 ", 2024, 28},
                {"包环罚150222〔2025〕6号", "包环罚150222", 2025, 6},
                {"盘环移送〔2020〕15号", "盘环移送", 2020, 15},
                {"（巴）文罚字〔2026〕第3号", "（巴）文罚字", 2026, 3},
                {"巴公（环）立字（2026）1号", "巴公（环）立字", 2026, 1},
                {"巴农移送［２０２６］７号", "巴农移送", 2026, 7},
                {" 巴水罚【2026】 第 12 号 ", "巴水罚", 2026, 12},
                {"(2026)内08刑初15号", "内08刑初", 2026, 15},
                {"（2026）内08刑初15号", "内08刑初", 2026, 15}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document_number number;
        if (!document_number_parse(bytes_of_cstr(rows[i].printed), &number))
            fail_msg("%s is not read", rows[i].printed);
        if (!bytes_equal_cstr(number.prefix, rows[i].prefix))
            fail_msg("%s: prefix %.*s", rows[i].printed, BYTES_FMT(number.prefix));
        assert_int_equal(number.year, rows[i].year);
        assert_int_equal(number.sequence, rows[i].sequence);
    }
}
static void others_are_named(void **state) {
    (void)state;
    const char *const others[] = {"",
                                  "号",
                                  "15号",
                                  "巴环移送15号",
                                  "巴环移送〔2026〕号",
                                  "巴环移送〔2026〕15",
                                  "巴环移送〔26〕15号",
                                  "〔2026〕15号",
                                  "巴环移送〔2026〕15号附件",
                                  "巴环移送〔20261〕15号",
                                  "巴环移送〔1826〕15号",
                                  "NM-2026-12",
                                  "巴环移送〔2026〕1234567890号",
                                  "巴环移送〔2026",
                                  "\xe3\x80",
                                  "〔2026〕内08刑初号"};
    for (size_t i = 0; i < COUNT(others); i++) {
        if (!document_number_check(bytes_of_cstr(others[i]))) fail_msg("%s passes", others[i]);
    }
}
static void only_what_looks_like_a_police_case_number_must_be_one(void **state) {
    (void)state;
    const char *const fine[] = {"",
                                "A3202050008882016050249",
                                "A1508230000002026060001",
                                "Z150823ABCDEF202612000A",
                                "NM2026-0608",
                                "巴农立〔2026〕12号",
                                "A15082300",
                                "B1508230000002026060001"};
    const char *const bad[] = {"A150823000000202606001", "A15082300000020260600011", "A1508230000002026130001",
                               "A1508230000002026000001", "A150823000000202606000a"};
    for (size_t i = 0; i < COUNT(fine); i++) assert_null(case_number_check(bytes_of_cstr(fine[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_string_equal(case_number_check(bytes_of_cstr(bad[i])), "CASE_NUMBER_FORM");
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_of_the_pattern_are_read),
                                       cmocka_unit_test(others_are_named),
                                       cmocka_unit_test(only_what_looks_like_a_police_case_number_must_be_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
