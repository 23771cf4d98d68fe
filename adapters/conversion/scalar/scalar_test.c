/* Times, codes, lists and agencies: every usual form is understood, nothing is guessed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/scalar/scalar.h"

static struct arena *arena;
static struct directory *directory;
static int set_up(void **state) {
    struct fault fault;
    (void)state;
    arena = arena_new(65536, 4u << 20);
    return directory_load("schemas/directory.yaml", &directory, &fault) != OK;
}
static int tear_down(void **state) {
    (void)state;
    directory_free(directory);
    arena_free(arena);
    return 0;
}

/* `expected` NULL: refused. */
static void time_is(const char *text, const char *pattern, const char *expected) {
    struct fault fault = {0};
    instant at = 0;
    char iso[32] = "refused";
    const struct texts patterns = {&pattern, pattern ? 1 : 0};
    enum outcome outcome = scalar_time(bytes_of_cstr(text), &patterns, arena, &at, &fault);
    if (outcome == OK) instant_format(at, iso);
    else assert_string_equal(fault.code, "FIELD_DATE");
    if (strncmp(iso, expected ? expected : "refused", strlen(expected ? expected : "refused")) != 0)
        fail_msg("%s by %s is %s, not %s", text, pattern ? pattern : "-", iso, expected);
}

static void the_usual_forms_are_read_without_a_pattern(void **state) {
    (void)state;
    const char *const days[] = {"2024-3-5",           "2024-03-05",           "2024/3/5",
                                "2024.03.05",         "2024年3月5日",         "20240305",
                                "２０２４年３月５日", "２０２４－０３－０５", "2024-03-05 00:00"};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) time_is(days[i], NULL, "2024-03-05T00:00:00.000+08:00");
    const char *const times[] = {
        "2024-3-5 9:07",         "2024/03/05 09:07:00",       "2024.3.5 09:07",       "2024年3月5日 9时7分",
        "2024年3月5日9时7分0秒", "2024年3月5日 09:07",        "202403050907",         "20240305090700",
        "2024-03-05T09:07",      "2024-03-05T09:07:00+08:00", "2024-03-05T01:07:00Z", "2024-03-05 09：07",
        "2024年3月5日9:07",      "2024年3月5日09：07：00",    "20240305 09:07",       "20240305 09:07:00",
        "2024-03-05 09:07:00.0"};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        time_is(times[i], NULL, "2024-03-05T09:07:00.000+08:00");
    const char *const hours[] = {"2024年3月5日9时", "2024年3月5日 09时", "2024-3-5 9时"};
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++)
        time_is(hours[i], NULL, "2024-03-05T09:00:00.000+08:00");
}
static void what_is_no_time_is_refused(void **state) {
    (void)state;
    const char *const wrong[] = {"",
                                 "2024-02-30",
                                 "2024-13-01",
                                 "2023-02-29",
                                 "2024-03-05 24:00",
                                 "2024-03-05 09:60",
                                 "5.3.2024",
                                 "24-3-5",
                                 "2024-3",
                                 "2024年3月",
                                 "202403",
                                 "2024-03-05x",
                                 "2024-03-05 ",
                                 "2024-03-05T09:07:00+",
                                 "-2024-3-5",
                                 "2024--3-5",
                                 "今天",
                                 "20240305 0907",
                                 "2024-3-112时",
                                 "2024-3-112时5分",
                                 "2024-3-513:05",
                                 "45356",
                                 "45356.5",
                                 "2024035"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) time_is(wrong[i], NULL, NULL);
    time_is("2024-2-29", NULL, "2024-02-29");
    struct fault fault = {0};
    instant at = 0;
    assert_int_equal(scalar_time(bytes_of("2024-03-05\0", 11), &(struct texts){NULL, 0}, arena, &at, &fault), REFUSE);
}
static void only_the_patterns_given_are_read(void **state) {
    (void)state;
    time_is("2024年3月5日", "yyyy-M-d", NULL);
    time_is("2024-3-5", "yyyy-MM-dd", NULL);
    time_is("2024-03-05", "yyyy-M-d", "2024-03-05");
    time_is("05/03/2024", "dd/MM/yyyy", "2024-03-05");
    time_is("收于2024年03月05日09时07分", "收于yyyy年MM月dd日HH时mm分", "2024-03-05T09:07");
    /* full-width signs in the pattern itself */
    time_is("2024年3月5日　9：07", "yyyy年M月d日　H：mm", "2024-03-05T09:07");
    time_is("2024年3月5日 9:07", "yyyy年M月d日　H：mm", "2024-03-05T09:07");
    time_is("2024-03-05T01:07:00Z", "yyyy-MM-ddTHH:mm:ssZ", "2024-03-05T09:07:00"); /* a Z is UTC's */
    time_is("2024-03-05T01:07:00", "yyyy-MM-ddTHH:mm:ssZ", NULL);
}
static void patterns_that_could_be_read_in_two_ways_are_none(void **state) {
    (void)state;
    const char *const right[] = {
        "yyyy-M-d",   "yyyyMMdd", "yyyyMMddHHmmss", "yyyy年M月d日H时m分s秒", "yyyy-MM-ddTHH:mm",
        "dd.MM.yyyy", "yyyyMMd",  "M/d/yyyy",       "yyyy-MM-ddTHH:mm:ssZ"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) assert_true(scalar_is_time_pattern(right[i]));
    const char *const wrong[] = {"",
                                 "yyyy",
                                 "yyyy-MM",
                                 "MM-dd",
                                 "yyyy-MM-dd mm",
                                 "yyyy-MM-dd HH:ss",
                                 "yyyy-MM-dd dd",
                                 "yyyyMd",
                                 "yyyyMdd",
                                 "yyyy-MdHH",
                                 "yyyy-MM-d1",
                                 "yyyy-MM-dd a",
                                 "YYYY-MM-DD",
                                 "yy-MM-dd",
                                 "yyyy-MM-ddZ",
                                 "yyyy-MM-ddZHH:mm",
                                 "yyyyMMMdd",
                                 "yyyy-MM-dd------------------------------------------------------------"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (scalar_is_time_pattern(wrong[i])) fail_msg("%s counts as a pattern", wrong[i]);
    }
    assert_true(scalar_time_ambiguous("yyyy/M/d", "yyyy/d/M", arena) &&
                scalar_time_ambiguous("yyyyMMddHHmm", "yyyyMMddmmHH", arena));
    assert_true(scalar_time_ambiguous("yyyy-M-d H:mm", "yyyy-M-d H：m", arena) == false);
    assert_false(scalar_time_ambiguous("yyyy-M-d H:mm", "yyyy-M-d", arena) ||
                 scalar_time_ambiguous("yyyyMMdd", "yyyyMMddHHmm", arena));
}
static void a_time_is_written_as_it_is_read(void **state) {
    (void)state;
    static const char *const patterns[] = {"yyyy-M-d H:mm",        "yyyyMMddHHmm",     "yyyy年M月d日H时m分",
                                           "yyyy-MM-ddTHH:mm:ssZ", "HH:mm dd.MM.yyyy", "yyyy年MM月dd日　HH：mm"};
    struct civil civil = {2024, 3, 5, 0, 7, 0, 0};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct fault fault = {0};
        instant again = 0, at = instant_of(&civil);
        const struct texts one = {&patterns[i], 1};
        struct bytes text = scalar_time_text(at, &one, arena);
        if (scalar_time(text, &one, arena, &again, &fault) != OK || again != at)
            fail_msg("%s wrote %.*s", patterns[i], BYTES_FMT(text));
    }
    assert_true(
        bytes_equal_cstr(scalar_time_text(instant_of(&civil), &(struct texts){NULL, 0}, arena), "2024-03-05 00:07:00"));
    assert_true(bytes_equal_cstr(scalar_time_text(instant_of(&civil), &(struct texts){&patterns[3], 1}, arena),
                                 "2024-03-04T16:07:00Z"));
}
static void blanks_of_every_kind_are_trimmed(void **state) {
    (void)state;
    const char *const all[] = {"甲 乙",      " 甲 乙 ", "\t\r\n甲 乙\v\f", "\u3000甲 乙\u3000", "\u00a0甲 乙\u00a0",
                               "\ufeff甲 乙"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        assert_true(bytes_equal_cstr(scalar_trim(bytes_of_cstr(all[i])), "甲 乙"));
    assert_int_equal(scalar_trim(bytes_of_cstr(" \u3000 ")).count, 0);
    assert_int_equal(scalar_trim(BYTES_NONE).count, 0);
    /* no text at all: stays as it is, nothing is read beyond */
    const uint8_t cut[] = {0xe3, 0x80, 'a', 0x80, 0xe3, 0x80};
    assert_int_equal(scalar_trim(bytes_of(cut, sizeof cut)).count, sizeof cut);
}
static void a_code_is_listed_or_refused(void **state) {
    (void)state;
    static const struct code_row rows[] = {{"非法捕捞", "FISH"}, {"捕捞", "FISH"}, {"其他", ""}};
    static const struct code_table table = {"category", rows, 3, false};
    struct fault fault = {0};
    struct bytes code = BYTES_NONE;
    assert_int_equal(scalar_code(BYTES_LITERAL("捕捞"), &table, arena, &code, &fault), OK);
    assert_true(bytes_equal_cstr(code, "FISH"));
    assert_int_equal(scalar_code(BYTES_LITERAL("其他"), &table, arena, &code, &fault), OK);
    assert_int_equal(code.count, 0);
    assert_int_equal(scalar_code(BYTES_LITERAL("捕"), &table, arena, &code, &fault), REFUSE);
    assert_string_equal(fault.code, "FIELD_CODE");
    /* never guessed */
    assert_int_equal(scalar_code(BYTES_LITERAL("FISH"), &table, arena, &code, &fault), REFUSE);
    assert_true(bytes_equal_cstr(scalar_code_text(BYTES_LITERAL("FISH"), &table), "非法捕捞"));
    assert_true(bytes_equal_cstr(scalar_code_text(BYTES_LITERAL("NEW"), &table), "NEW"));
}
static void lists_are_split_at_any_separator(void **state) {
    (void)state;
    static const char *const marks[] = {"、", "，", "--"};
    const struct texts separators = {marks, 3}, none = {NULL, 0};
    size_t count = 0;
    const struct bytes *parts = scalar_split(BYTES_LITERAL(" 甲、 乙，丙--丁、、"), &separators, false, arena, &count);
    assert_int_equal(count, 4);
    assert_true(bytes_equal_cstr(parts[1], "乙") && bytes_equal_cstr(parts[3], "丁"));
    (void)scalar_split(BYTES_LITERAL("甲、、乙、"), &separators, true, arena, &count);
    assert_int_equal(count, 4);
    parts = scalar_split(BYTES_LITERAL("甲、乙"), &none, false, arena, &count);
    assert_true(count == 1 && bytes_equal_cstr(parts[0], "甲、乙"));
    (void)scalar_split(BYTES_LITERAL(""), &separators, false, arena, &count);
    assert_int_equal(count, 0);
}
static void an_agency_is_found_by_all_its_names(void **state) {
    (void)state;
    static const struct code_row rows[] = {{"市局", "psb-bynr"}};
    static const struct code_table table = {"organ", rows, 1, false};
    const char *const names[] = {"巴彦淖尔市公安局", "psb-bynr", "市局"};
    const struct participant *who = NULL;
    struct fault fault = {0};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(scalar_agency(bytes_of_cstr(names[i]), &table, directory, arena, &who, &fault), OK);
        assert_string_equal(who->slug, "psb-bynr");
    }
    assert_int_equal(scalar_agency(BYTES_LITERAL("公安"), &table, directory, arena, &who, &fault), REFUSE);
    assert_string_equal(fault.code, "UNKNOWN_RECIPIENT");
    assert_true(bytes_equal_cstr(scalar_agency_text(BYTES_LITERAL("psb-bynr"), &table, directory), "市局"));
    assert_true(bytes_equal_cstr(scalar_agency_text(BYTES_LITERAL("psb-bynr"), NULL, directory), "巴彦淖尔市公安局"));
    assert_true(bytes_equal_cstr(scalar_agency_text(BYTES_LITERAL("gone"), NULL, directory), "gone"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_usual_forms_are_read_without_a_pattern),
                                       cmocka_unit_test(what_is_no_time_is_refused),
                                       cmocka_unit_test(only_the_patterns_given_are_read),
                                       cmocka_unit_test(patterns_that_could_be_read_in_two_ways_are_none),
                                       cmocka_unit_test(a_time_is_written_as_it_is_read),
                                       cmocka_unit_test(blanks_of_every_kind_are_trimmed),
                                       cmocka_unit_test(a_code_is_listed_or_refused),
                                       cmocka_unit_test(lists_are_split_at_any_separator),
                                       cmocka_unit_test(an_agency_is_found_by_all_its_names)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
