#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "broker/judge/rules.h"

static void the_twelve_vectors_hold(void **state) {
    (void)state;
    static const struct { enum unit unit; int amount; const char *start, *strict, *lenient; } v[] = {
        {UNIT_CAL_DAY, 3, "2024-09-27 16:30", "2024-09-30", "2024-09-30"}, {UNIT_CAL_DAY, 3, "2024-09-28", "2024-10-01", "2024-10-08"},
        {UNIT_WORK_DAY, 3, "2024-09-27", "2024-10-08", "2024-10-08"},      {UNIT_WORK_DAY, 10, "2025-01-20", "2025-02-08", "2025-02-08"},
        {UNIT_CAL_DAY, 30, "2025-01-03", "2025-02-02", "2025-02-05"},      {UNIT_MONTH, 2, "2024-12-31", "2025-02-28", "2025-02-28"},
        {UNIT_CAL_DAY, 15, "2025-09-20", "2025-10-05", "2025-10-09"},      {UNIT_CAL_DAY, 7, "2025-01-22", "2025-01-29", "2025-02-05"},
        {UNIT_WORK_DAY, 3, "2025-09-26", "2025-09-30", "2025-09-30"},      {UNIT_CAL_DAY, 3, "2024-06-06", "2024-06-09", "2024-06-11"},
        {UNIT_CAL_DAY, 3, "2025-05-28", "2025-05-31", "2025-06-03"}};
    struct calendar *calendar = NULL;
    struct fault f;
    assert_int_equal(calendar_load("schemas/rules/holidays.yaml", &calendar, &f), OK);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        instant start = 0, strict = 0, lenient = 0, want_strict = 0, want_lenient = 0;
        bool known = true;
        assert_true(instant_parse(bytes_of_cstr(v[i].start), &start));
        assert_true(instant_parse(bytes_of_cstr(v[i].strict), &want_strict));
        assert_true(instant_parse(bytes_of_cstr(v[i].lenient), &want_lenient));
        due_compute(calendar, v[i].unit, v[i].amount, start, &strict, &lenient, &known);
        assert_int_equal(strict, want_strict + DAY_MS); /* 24:00 of that day */
        assert_int_equal(lenient, want_lenient + DAY_MS);
        assert_true(known);
    }
    instant start = 0, strict = 0, lenient = 0, want = 0;
    bool known = true;
    assert_true(instant_parse(BYTES_LITERAL("2024-09-30 17:20"), &start));
    due_compute(calendar, UNIT_HOUR, 24, start, &strict, &lenient, &known); /* V3 */
    assert_true(instant_parse(BYTES_LITERAL("2024-10-01 18:00"), &want));
    assert_int_equal(lenient, want);
    assert_int_equal(strict, start + 24 * HOUR_MS);
    assert_true(instant_parse(BYTES_LITERAL("2027-05-01"), &start));
    due_compute(calendar, UNIT_CAL_DAY, 3, start, &strict, &lenient, &known);
    assert_false(known); /* a year the calendar lacks is said, not guessed silently */
    calendar_free(calendar);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_twelve_vectors_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
