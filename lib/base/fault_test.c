#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/fault.h"

static void a_fault_says_what_and_where(void **state) {
    (void)state;
    struct fault f;
    memset(&f, 0xff, sizeof f);
    assert_int_equal(fault_set(&f, REFUSE, "TOO_LARGE", "%d bytes\nof %s", 7, "x"), REFUSE);
    assert_int_equal(f.what, REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
    assert_string_equal(f.text, "7 bytes of x");
    assert_string_equal(f.field, "");
    assert_int_equal(f.line, 0);
    assert_non_null(strstr(f.site, "fault_test.c:"));
    assert_int_equal(fault_place(&f, "case.id", 3, 9), REFUSE);
    assert_string_equal(f.field, "case.id");
    assert_int_equal(f.line * 100 + f.column, 309);
    assert_int_equal(fault_place(&f, NULL, 4, 1), REFUSE);
    assert_string_equal(f.field, "case.id");
    assert_int_equal(fault_set(NULL, UNSURE, "X", "nobody listens"), UNSURE);
}
static void a_fault_may_be_worded_again(void **state) {
    (void)state;
    struct fault f;
    assert_int_equal(fault_set(&f, REFUSE, "INNER", "no such field"), REFUSE);
    assert_int_equal(fault_set(&f, FATAL, f.code, "file.yaml: %s", f.text), FATAL);
    assert_string_equal(f.code, "INNER");
    assert_string_equal(f.text, "file.yaml: no such field");
}
static void a_text_cut_within_a_character_stays_utf8(void **state) {
    (void)state;
    struct fault f;
    char text[3 * sizeof f.text + 1], field[3 * 40 + 1];
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "牧", 4);
    for (size_t i = 0; i + 3 < sizeof field; i += 3) memcpy(field + i, "局", 4);
    assert_int_equal(fault_set(&f, REFUSE, "X", "aa%s", text), REFUSE);
    assert_int_equal(fault_place(&f, field, 1, 1), REFUSE);
    assert_int_equal(strlen(f.text), sizeof f.text - 1);
    /* 2 + 665 * 3 + 2: what is left of one is not UTF-8 */
    assert_string_equal(f.text + sizeof f.text - 6, "牧??");
    assert_int_equal(strlen(f.field), sizeof f.field - 1);
    assert_string_equal(f.field + sizeof f.field - 6, "局??");
}
static enum outcome second_fails(int *calls, struct fault *fault) {
    for (int i = 0; i < 3; i++) {
        ++*calls;
        TRY(i == 1 ? fault_set(fault, RETRY, "X", "later") : OK);
    }
    return OK;
}
static void try_leaves_at_the_first_that_is_not_ok(void **state) {
    (void)state;
    struct fault f;
    int calls = 0;
    assert_int_equal(second_fails(&calls, &f), RETRY);
    assert_int_equal(calls, 2);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_fault_says_what_and_where),
                                       cmocka_unit_test(a_fault_may_be_worded_again),
                                       cmocka_unit_test(a_text_cut_within_a_character_stays_utf8),
                                       cmocka_unit_test(try_leaves_at_the_first_that_is_not_ok)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
