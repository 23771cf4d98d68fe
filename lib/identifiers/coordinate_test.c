#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "identifiers/identifiers.h"

static struct coordinate at(double longitude, double latitude, const char *system) {
    return (struct coordinate){true, true, longitude, latitude, bytes_of_cstr(system)};
}
static void assert_is(struct coordinate c, const char *code) {
    const char *found = coordinate_check(&c);
    if (code) assert_string_equal(found, code);
    else assert_null(found);
}
static void degrees_of_a_known_system_pass(void **state) {
    (void)state;
    assert_is(at(108.8, 40.9, "CGCS2000"), NULL);
    assert_is(at(108.8, 40.9, "gcj-02"), NULL);
    assert_is(at(180, -90, "WGS84"), NULL);
    assert_is(at(108.8, 40.9, "西安80"), NULL);
    assert_is((struct coordinate){0}, NULL);
}
static void what_cannot_be_is_named(void **state) {
    (void)state;
    assert_is(at(40.9, 108.8, "CGCS2000"), "COORDINATE_RANGE");           /* exchanged */
    assert_is(at(36526417.5, 4530123.2, "CGCS2000"), "COORDINATE_RANGE"); /* Gauss-Kruger with its zone */
    assert_is(at(NAN, 40.9, ""), "COORDINATE_RANGE");
    assert_is(at(0, 0, "CGCS2000"), "COORDINATE_RANGE"); /* nobody knew */
    assert_is(at(108.8, 0, "CGCS2000"), "COORDINATE_RANGE");
    assert_is(at(-0.0, 40.9, ""), "COORDINATE_RANGE");
    assert_is(at(108.8, (double)INFINITY, ""), "COORDINATE_RANGE");
    assert_is((struct coordinate){.has_latitude = true, .latitude = 108.8}, "COORDINATE_RANGE");
    assert_is(at(108.8, 40.9, "CGCS200"), "COORDINATE_SYSTEM");
}
static void a_system_that_is_not_said_is_remarked_on(void **state) {
    (void)state;
    struct coordinate c = at(108.8, 40.9, "");
    assert_is(c, NULL);
    assert_string_equal(coordinate_remark(&c), "COORDINATE_SYSTEM_MISSING");
    c = at(108.8, 40.9, "GCJ-02");
    assert_null(coordinate_remark(&c));
    c = (struct coordinate){0};
    assert_null(coordinate_remark(&c));
    c = (struct coordinate){.has_longitude = true, .longitude = 108.8};
    assert_is(c, NULL);
    assert_string_equal(coordinate_remark(&c), "COORDINATE_PAIR");
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(degrees_of_a_known_system_pass),
                                       cmocka_unit_test(what_cannot_be_is_named),
                                       cmocka_unit_test(a_system_that_is_not_said_is_remarked_on)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
