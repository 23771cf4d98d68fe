#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "identifiers/identifiers.h"

/* Made with python-stdnum; the last two are codes of bodies that the domain notes verified on public pages. */
static const char *const right[] = {"1115080010D0W0L0CU", "92150223KMD6K7RK0T", "92150800UKCXGU7BEH",
                                    "92150800EFUB0YREGD", "12150223C5P1R82TXP", "11150800990000025T",
                                    "111521280116193196", "11610800016082223U"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void right_codes_pass(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(right); i++) assert_null(credit_code_check(bytes_of_cstr(right[i])));
}
static void every_slip_of_one_character_is_caught(void **state) {
    (void)state;
    for (size_t n = 0; n < COUNT(right); n++) {
        for (size_t i = 0; i < 18; i++) {
            for (const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa"; *c; c++) {
                char code[19];
                memcpy(code, right[n], 19);
                if (code[i] == *c) continue;
                code[i] = *c;
                if (!credit_code_check(bytes_of_cstr(code))) fail_msg("%s passes for %s", code, right[n]);
            }
        }
    }
}
static void every_exchange_of_neighbours_is_caught(void **state) {
    (void)state;
    for (size_t n = 0; n < COUNT(right); n++) {
        for (size_t i = 0; i < 17; i++) {
            char code[19];
            memcpy(code, right[n], 19);
            code[i] = right[n][i + 1];
            code[i + 1] = right[n][i];
            if (strcmp(code, right[n]) != 0 && !credit_code_check(bytes_of_cstr(code)))
                fail_msg("%s passes for %s", code, right[n]);
        }
    }
}
static void form_and_check_have_their_reasons(void **state) {
    (void)state;
    const char *const shapes[] = {"",
                                  "1115080099000002",
                                  "11150800990000025TT",
                                  "11150800990000025t",
                                  "1115080099000002ST",
                                  "11150A00990000025T",
                                  "11150800990000025\xe4"};
    for (size_t i = 0; i < COUNT(shapes); i++)
        assert_string_equal(credit_code_check(bytes_of_cstr(shapes[i])), "CREDIT_CODE_FORM");
    assert_string_equal(credit_code_check(BYTES_LITERAL("11150800990000025U")), "CREDIT_CODE_CHECK");
    assert_string_equal(credit_code_check(bytes_of("11150800990000025\0", 18)), "CREDIT_CODE_FORM");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_codes_pass), cmocka_unit_test(every_slip_of_one_character_is_caught),
        cmocka_unit_test(every_exchange_of_neighbours_is_caught), cmocka_unit_test(form_and_check_have_their_reasons)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
