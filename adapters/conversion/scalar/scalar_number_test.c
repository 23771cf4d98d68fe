/* Amounts exact to the fen, quantities rounded once; what is no number is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include "adapters/conversion/scalar/scalar.h"

static struct arena *arena;
static int set_up(void **state) {
    (void)state;
    arena = arena_new(65536, 16u << 20);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void amount_is(const char *text, const char *unit, int64_t fen) {
    struct fault fault = {0};
    int64_t is = 0;
    if (scalar_amount(bytes_of_cstr(text), scalar_unit(unit, "fen"), arena, &is, &fault) != OK)
        fail_msg("%s %s: %s", text, unit, fault.text);
    if (is != fen) fail_msg("%s %s is %lld fen", text, unit, (long long)is);
}
static void amounts_are_exact(void **state) {
    (void)state;
    const struct {
        const char *text, *unit;
        int64_t fen;
    } all[] = {{"0", "元", 0},
               {"1", "元", 100},
               {"0.01", "元", 1},
               {"12,345.60", "元", 1234560},
               {"１２，３４５．６", "元", 1234560},
               {"1.5", "万元", 1500000},
               {"0.000001", "万元", 1},
               {"-3", "元", -300},
               {"+3", "元", 300},
               {"007", "元", 700},
               {"0.10000000000000000", "元", 10},
               {"9999999999999999.99", "元", 999999999999999999},
               {"0.0000010000000000000", "万元", 1},
               {"1E+5", "元", 10000000},
               {"1e5", "元", 10000000},
               {"1.5E-1", "元", 15},
               {"12E-2", "元", 12},
               {"1E-2", "元", 1},
               {"-2.5E0", "元", -250},
               {"1.2345E3", "元", 123450},
               {"1E1", "万元", 10000000},
               {"100000.10000000001", "元", 10000010},
               {"14599.999999999998", "元", 1460000},
               {"0.30000000000000004", "元", 30}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) amount_is(all[i].text, all[i].unit, all[i].fen);
}
static void an_amount_that_says_its_unit_is_taken_at_its_word(void **state) {
    (void)state;
    const struct {
        const char *text;
        int64_t fen;
    } all[] = {{"1元", 100},           {"1,234.50元", 123450},      {"12万元", 12000000}, {"1.2万", 1200000},
               {"￥1.2万元", 1200000}, {"人民币５００元整", 50000}, {"500 圆整", 50000},  {"RMB 3元", 300},
               {"人民币￥0.01元", 1},  {"-2万元", -2000000}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        amount_is(all[i].text, "元", all[i].fen);
        amount_is(all[i].text, "万元", all[i].fen);
    }
    amount_is("￥1,234.56", "元", 123456);
    amount_is("¥ 7", "元", 700);
    struct fault fault = {0};
    double yuan = 0;
    assert_int_equal(scalar_number(bytes_of_cstr("￥1.2万元"), scalar_unit("元", "元"), arena, &yuan, &fault), OK);
    assert_true(fabs(yuan - 12000) < 1e-9);
    assert_int_equal(scalar_number(bytes_of_cstr("3元"), scalar_unit("株", "株"), arena, &yuan, &fault), REFUSE);
}
static void what_is_no_amount_is_refused(void **state) {
    (void)state;
    const struct {
        const char *text, *unit;
    } all[] = {{"", "元"},
               {"0.001", "元"},
               {"1.23456789", "万元"},
               {"一百", "元"},
               {"￥1.5", "万元"},
               {"元", "元"},
               {"￥", "元"},
               {"￥￥1", "元"},
               {"1万万元", "元"},
               {"1元元", "元"},
               {"1美元", "元"},
               {"$1", "元"},
               {"1元￥", "元"},
               {"1 千元", "元"},
               {"1,23", "元"},
               {"1,2345", "元"},
               {"1,234,5", "元"},
               {",123", "元"},
               {"1.", "元"},
               {".5", "元"},
               {"1.2.3", "元"},
               {"--1", "元"},
               {"1 2", "元"},
               {"92233720368547758.08", "元"},
               {"9999999999999999999999", "元"},
               {"0x10", "元"},
               {"inf", "元"},
               {"nan", "元"},
               {"-", "元"},
               {"1,234.5,6", "元"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct fault fault = {0};
        int64_t fen = 0;
        if (scalar_amount(bytes_of_cstr(all[i].text), scalar_unit(all[i].unit, "fen"), arena, &fen, &fault) != REFUSE)
            fail_msg("%s is taken as %lld", all[i].text, (long long)fen);
        assert_string_equal(fault.code, "FIELD_AMOUNT");
    }
}
static void a_number_ends_where_its_text_ends(void **state) {
    (void)state;
    struct fault fault = {0};
    int64_t fen = 0;
    double number = 0;
    assert_int_equal(scalar_amount(bytes_of("12\00034", 5), NULL, arena, &fen, &fault), REFUSE);
    assert_int_equal(scalar_number(bytes_of("12\000", 3), NULL, arena, &number, &fault), REFUSE);
}
static void an_amount_is_written_as_it_is_read(void **state) {
    (void)state;
    const int64_t all[] = {0, 1, 10, 99, 100, 101, 1000000, 1000001, 123456789, -1, -150, 999999999999999999};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (int k = 0; k < 2; k++) {
            const struct unit_pair *unit = scalar_unit(k ? "万元" : "元", "fen");
            struct fault fault = {0};
            int64_t again = 7;
            struct bytes text = scalar_amount_text(all[i], unit, arena);
            if (scalar_amount(text, unit, arena, &again, &fault) != OK || again != all[i])
                fail_msg("%lld fen was written %.*s", (long long)all[i], BYTES_FMT(text));
        }
    }
    assert_true(bytes_equal_cstr(scalar_amount_text(1500000, scalar_unit("万元", "fen"), arena), "1.5"));
    assert_true(bytes_equal_cstr(scalar_amount_text(150, NULL, arena), "1.50"));
    (void)scalar_amount_text(INT64_MIN, NULL, arena);
}

static void number_is(const char *text, const char *native, const char *canonical, double expected) {
    struct fault fault = {0};
    double is = 0;
    if (scalar_number(bytes_of_cstr(text), native ? scalar_unit(native, canonical) : NULL, arena, &is, &fault) != OK)
        fail_msg("%s: %s", text, fault.text);
    if (is < expected || is > expected) fail_msg("%s %s is %.17g, not %.17g", text, native ? native : "", is, expected);
}
static void quantities_are_rounded_once(void **state) {
    (void)state;
    number_is("46.5", "市斤", "kg", 23.25);
    number_is("１，０００", "克", "kg", 1);
    number_is("1", "亩", "ha", 1.0 / 15);
    number_is("3.3", "吨", "t", 3.3);
    number_is("0.1", "公里", "m", 100);
    number_is("-7.5", NULL, NULL, -7.5);
    number_is("0.00000000000000000012", "克", "kg", 1.2e-22); /* small, with few digits */
    number_is("0.0000000000000000000000000012", NULL, NULL, 1.2e-27);
    number_is("0.1", "市斤", "kg", 0.05);
}
static void what_is_no_quantity_is_refused(void **state) {
    (void)state;
    const char *const all[] = {"",
                               "约3",
                               "3kg",

                               "三",
                               "1234567890123456789",
                               "0.1234567890123456789",
                               "0.0000000000000000000000000000000000000001"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct fault fault = {0};
        double number = 0;
        if (scalar_number(bytes_of_cstr(all[i]), scalar_unit("克", "kg"), arena, &number, &fault) != REFUSE)
            fail_msg("%s is taken as %g", all[i], number);
        assert_string_equal(fault.code, "FIELD_NUMBER");
    }
}
static void a_quantity_is_written_shortly_and_read_back(void **state) {
    (void)state;
    const struct {
        double number;
        const char *native, *canonical, *text;
    } all[] = {{23.25, "市斤", "kg", "46.5"},  {0.1, NULL, NULL, "0.1"},
               {0, NULL, NULL, "0"},           {-0.0, NULL, NULL, "0"},
               {1.0 / 15, "亩", "ha", "1"},    {1e-25, NULL, NULL, "0.0000000000000000000000001"},
               {-2.5, NULL, NULL, "-2.5"},     {123456789, NULL, NULL, "123456789"},
               {1e-300, NULL, NULL, "1e-300"}, {DBL_MAX, NULL, NULL, "1.7976931348623157e+308"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct bytes text = scalar_number_text(
            all[i].number, all[i].native ? scalar_unit(all[i].native, all[i].canonical) : NULL, arena);
        if (!bytes_equal_cstr(text, all[i].text))
            fail_msg("%.17g was written %.*s, not %s", all[i].number, BYTES_FMT(text), all[i].text);
    }
    assert_true(bytes_equal_cstr(scalar_number_text((double)INFINITY, NULL, arena), "inf"));
}
static void units_are_a_closed_list(void **state) {
    (void)state;
    assert_null(scalar_unit("两", "kg"));
    assert_null(scalar_unit("kg", "ha"));
    assert_null(scalar_unit("", ""));
    assert_non_null(scalar_unit("μg/L", "mg/L"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(amounts_are_exact),
                                       cmocka_unit_test(an_amount_that_says_its_unit_is_taken_at_its_word),
                                       cmocka_unit_test(what_is_no_amount_is_refused),
                                       cmocka_unit_test(a_number_ends_where_its_text_ends),
                                       cmocka_unit_test(an_amount_is_written_as_it_is_read),
                                       cmocka_unit_test(quantities_are_rounded_once),
                                       cmocka_unit_test(what_is_no_quantity_is_refused),
                                       cmocka_unit_test(a_quantity_is_written_shortly_and_read_back),
                                       cmocka_unit_test(units_are_a_closed_list)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
