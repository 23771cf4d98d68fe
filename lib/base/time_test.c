#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>
#include "base/time.h"

static void reads(const char *text, const char *want) {
    instant at;
    char got[32];
    assert_true(instant_parse(bytes_of_cstr(text), &at));
    instant_format(at, got);
    assert_string_equal(got, want);
}
static void every_accepted_form_is_read(void **state) {
    (void)state;
    instant at;
    assert_true(instant_parse(BYTES_LITERAL("2024-09-30T17:20:00.000+08:00"), &at));
    assert_int_equal(at, INT64_C(1727688000000));
    reads("2024-09-30T09:20:00Z", "2024-09-30T17:20:00.000+08:00");
    reads("2024-09-30T09:20Z", "2024-09-30T17:20:00.000+08:00");
    reads("2024-09-30T09:20:00+00:00", "2024-09-30T17:20:00.000+08:00");
    reads("2024-09-29T21:50:00-11:30", "2024-09-30T17:20:00.000+08:00");
    reads("2024-09-30 17:20", "2024-09-30T17:20:00.000+08:00");
    reads("2024-09-30T17:20:07", "2024-09-30T17:20:07.000+08:00");
    reads("2024-09-30 17:20:07.089", "2024-09-30T17:20:07.089+08:00");
    reads("2024-09-30", "2024-09-30T00:00:00.000+08:00");
    reads("1969-12-31T23:59:59.999+08:00", "1969-12-31T23:59:59.999+08:00");
    reads("2024-12-31T16:00:00Z", "2025-01-01T00:00:00.000+08:00");
    reads("9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999+08:00");
}
/* ISO 8601 as .NET, Java and databases write it. */
static void one_instant_has_many_forms(void **state) {
    (void)state;
    const char *const same[] = {"2024-09-30T17:20:00.123+08:00", "2024-09-30T17:20:00.1230000+08:00",
                                "2024-09-30T17:20:00,123+0800",  "2024-09-30 17:20:00.123999+08",
                                "2024-09-30T09:20:00.123Z",      "2024-09-30T09:20:00.123456789Z",
                                "2024-09-30T06:50:00.123-0230",  "2024-09-30T17:20:00.123"};
    instant first = 0, at = 0;
    assert_true(instant_parse(bytes_of_cstr(same[0]), &first));
    for (size_t i = 1; i < sizeof same / sizeof *same; i++) {
        if (!instant_parse(bytes_of_cstr(same[i]), &at) || at != first) fail_msg("%s", same[i]);
    }
}

static void every_other_form_is_refused(void **state) {
    (void)state;
    const char *bad[] = {"2024-09-30T17:20:00+8",
                         "2024-09-30T17:20:00+08:",
                         "2024-09-30T17:20:00+080",
                         "2024-09-30T17:20:00.+08",
                         "2024-09-30T17:20:00.1234567890",
                         "",
                         "2024",
                         "2024-9-30",
                         "20240930",
                         "2024-09-30x",
                         "2024-09-30T",
                         "2024-09-30T17",
                         "2024-09-30T1720",
                         "2024-09-30T17:20:",
                         "2024-09-30T17:20.500",
                         "2024-09-30T17:20:00+15:00",
                         "2024-09-30T17:20:00+08:00x",
                         "2024-09-30T17:20:00+08:60",
                         "2024-09-30T17:20:00Z ",
                         "2024-09-30T17:20:00 +08:00",
                         "2024-09-30t17:20:00",
                         " 2024-09-30",
                         "2024-09-30Z",
                         "2024-09-30T24:00",
                         "2024-09-30T17:60",
                         "2024-09-30T17:20:60",
                         "2024-13-01",
                         "2024-00-01",
                         "2024-01-00",
                         "2024-01-32",
                         "2024-04-31",
                         "2023-02-29",
                         "1900-02-29",
                         "2100-02-29",
                         "1899-12-31",
                         "-024-01-01",
                         "+024-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        instant at = 5;
        if (instant_parse(bytes_of_cstr(bad[i]), &at) || at != 5) fail_msg("\"%s\" was read", bad[i]);
    }
}
static void leap_days_exist_where_they_should(void **state) {
    (void)state;
    reads("2024-02-29", "2024-02-29T00:00:00.000+08:00");
    reads("2000-02-29", "2000-02-29T00:00:00.000+08:00");
    assert_int_equal(day_of_date(2024, 3, 1) - day_of_date(2024, 2, 28), 2);
    assert_int_equal(day_of_date(2023, 3, 1) - day_of_date(2023, 2, 28), 1);
    assert_int_equal(day_of_date(2000, 3, 1) - day_of_date(2000, 2, 28), 2);
    assert_int_equal(day_of_date(2100, 3, 1) - day_of_date(2100, 2, 28), 1);
    assert_int_equal(day_of_date(2025, 1, 1) - day_of_date(2024, 1, 1), 366);
}
static void a_day_begins_at_midnight_in_china(void **state) {
    (void)state;
    assert_int_equal(day_start(0), -8 * HOUR_MS);
    assert_int_equal(day_of(0), 0);
    assert_int_equal(day_of(16 * HOUR_MS - 1), 0);
    assert_int_equal(day_of(16 * HOUR_MS), 1);
    assert_int_equal(day_of(-8 * HOUR_MS - 1), -1);
    char text[32];
    instant_format_short(INT64_C(1727688000000), text);
    assert_string_equal(text, "2024-09-30 17:20");
    struct civil c = civil_of(-8 * HOUR_MS - 1);
    assert_int_equal(c.year * 10000 + c.month * 100 + c.day, 19691231);
    assert_int_equal(c.hour * 10000000 + c.minute * 100000 + c.second * 1000 + c.millisecond, 235959999);
}
static void days_count_both_ways_as_the_c_library_does(void **state) {
    (void)state;
    for (int32_t day = -40000; day < 60000; day++) {
        int y, m, d;
        date_of_day(day, &y, &m, &d);
        assert_int_equal(day_of_date(y, m, d), day);
        assert_int_equal(day_of(day_start(day)), day);
        assert_int_equal(day_of(day_start(day) - 1), day - 1);
        time_t seconds = (time_t)day * 86400;
        struct tm utc;
        assert_non_null(gmtime_r(&seconds, &utc));
        if (utc.tm_year + 1900 != y || utc.tm_mon + 1 != m || utc.tm_mday != d)
            fail_msg("day %d is not %d-%d-%d", day, y, m, d);
        struct civil c = civil_of(day_start(day) + INT64_C(45296789)); /* 12:34:56.789 */
        assert_true(civil_valid(&c) || y < 1900);
        assert_int_equal(instant_of(&c), day_start(day) + INT64_C(45296789));
    }
}
static void instants_from_outside_are_bounded(void **state) {
    (void)state;
    char text[32];
    instant_format(INSTANT_NONE, text);
    assert_string_equal(text, "0001-01-01T00:00:00.000+08:00");
    instant_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999+08:00");
    assert_int_equal(day_of(INT64_MAX), day_of_date(9999, 12, 31));
    assert_int_equal(day_of(INT64_MIN), day_of_date(1, 1, 1));
}
static void clocks_run(void **state) {
    (void)state;
    int64_t before = monotonic_ms();
    assert_true(instant_now() / 1000 - time(NULL) <= 1 && time(NULL) - instant_now() / 1000 <= 1);
    assert_true(monotonic_ms() >= before);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_instant_has_many_forms),
                                       cmocka_unit_test(every_accepted_form_is_read),
                                       cmocka_unit_test(every_other_form_is_refused),
                                       cmocka_unit_test(leap_days_exist_where_they_should),
                                       cmocka_unit_test(a_day_begins_at_midnight_in_china),
                                       cmocka_unit_test(days_count_both_ways_as_the_c_library_does),
                                       cmocka_unit_test(instants_from_outside_are_bounded),
                                       cmocka_unit_test(clocks_run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
