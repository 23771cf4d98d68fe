#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/time.h"

static void texts_and_instants_agree(void **state) {
    (void)state;
    instant at;
    char text[32];
    assert_true(instant_parse(BYTES_LITERAL("2024-09-30T17:20:00.000+08:00"), &at));
    assert_int_equal(at, INT64_C(1727688000000));
    instant_format(at, text);
    assert_string_equal(text, "2024-09-30T17:20:00.000+08:00");
    instant again;
    assert_true(instant_parse(BYTES_LITERAL("2024-09-30T09:20:00Z"), &again));
    assert_int_equal(at, again);
    assert_true(instant_parse(BYTES_LITERAL("2024-09-30 17:20"), &again));
    assert_int_equal(at, again);
    assert_true(instant_parse(BYTES_LITERAL("2024-02-29"), &again));
    assert_false(instant_parse(BYTES_LITERAL("2023-02-29"), &again));
    assert_false(instant_parse(BYTES_LITERAL("2024-13-01"), &again));
    assert_false(instant_parse(BYTES_LITERAL("2024-12-01T25:00"), &again));
    assert_false(instant_parse(BYTES_LITERAL("2024-12-01x"), &again));
}
static void days_count_both_ways(void **state) {
    (void)state;
    assert_int_equal(day_of_date(1970, 1, 1), 0);
    for (int32_t day = -40000; day < 60000; day += 7) {
        int y, m, d;
        date_of_day(day, &y, &m, &d);
        assert_int_equal(day_of_date(y, m, d), day);
        assert_int_equal(day_of(day_start(day)), day);
        assert_int_equal(day_of(day_start(day) - 1), day - 1);
    }
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_and_instants_agree), cmocka_unit_test(days_count_both_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
