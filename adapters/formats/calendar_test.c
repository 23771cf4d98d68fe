#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "adapters/formats/calendar.h"

static void is(const char *text, const char *expected) {
    struct civil c;
    char shown[40] = "none";
    if (calendar_read(bytes_of_cstr(text), &c))
        snprintf(shown, sizeof shown, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
                 c.second);
    assert_string_equal(shown, expected);
}
static void usual_forms_are_read(void **state) {
    (void)state;
    is("2026-06-08", "2026-06-08 00:00:00");
    is("2026/6/8", "2026-06-08 00:00:00");
    is("2026年6月8日", "2026-06-08 00:00:00");
    is("20260608", "2026-06-08 00:00:00");
    is("2026年6月8日 10时20分", "2026-06-08 10:20:00");
    is("20260608 10:20:30", "2026-06-08 10:20:30");
    is("2026-06-08T10:20", "2026-06-08 10:20:00");
}
static void what_is_no_time_is_none(void **state) {
    (void)state;
    const char *const none[] = {"",
                                "x",
                                "2026-06",
                                "2026-02-30",
                                "26-6-8",
                                "2026-06-08 25:00",
                                "2026-06-08 10:20:30.5",
                                "123456789",
                                "约2026-06-08",
                                "20261308"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) is(none[i], "none");
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(usual_forms_are_read),
                                       cmocka_unit_test(what_is_no_time_is_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
