#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "base/fault.h"
#include "base/mask.h"

static void assert_masked(const char *from, const char *want) {
    char text[200];
    snprintf(text, sizeof text, "%s", from);
    mask_line(text);
    assert_string_equal(text, want);
}

static void an_identity_number_keeps_its_ends(void **state) {
    (void)state;
    assert_masked("150802198503150015", "1508**********0015");
    assert_masked("\"15082419850315001X\" is not a date", "\"1508**********001X\" is not a date");
    assert_masked("15082419850315001x", "1508**********001x");
    assert_masked("150802850315001", "1508*******5001");
    assert_masked("证件号码：150802198503150015；住址", "证件号码：1508**********0015；住址");
    assert_masked("张三-150802198503150015.pdf,150823197904110011", "张三-1508**********0015.pdf,1508**********0011");
}
static void other_numbers_stay_readable(void **state) {
    (void)state;
    const char *const kept[] = {"A1508230000002026060001",
                                "巴环移送〔2026〕15号",
                                "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0002",
                                "1780848000000",
                                "91150823990000101T",
                                "message=150802198599150015",
                                "150802198503150015A",
                                "A150802198503150015",
                                "1508021985031500151",
                                "",
                                "X",
                                "offset=12345678901234567"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) assert_masked(kept[i], kept[i]);
}
static void a_fault_repeats_no_identity_number(void **state) {
    (void)state;
    struct fault fault;
    assert_int_equal(fault_set(&fault, REFUSE, "FIELD_DATE", "\"%s\" is not a time", "150802198503150015"), REFUSE);
    assert_string_equal(fault.text, "\"1508**********0015\" is not a time");
    fault_place(&fault, "张三150802198503150015.jpg", 1, 1);
    assert_string_equal(fault.field, "张三1508**********0015.jpg");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_identity_number_keeps_its_ends),
                                       cmocka_unit_test(other_numbers_stay_readable),
                                       cmocka_unit_test(a_fault_repeats_no_identity_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
