#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "identifiers/identifiers.h"

/* Made with python-stdnum's ISO 7064 MOD 11-2, none of them anybody's on purpose. The second and third have addresses
 * of before 2003. */
static const char *const right[] = {"150802198503150015", "152824198503150015", "152802200002290011",
                                    "150223194911032510", "150802193403041986", "150625195412129958",
                                    "440305195508240121", "150223193610179119", "11010519491231002X"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *wrong_with(const char *number) { return id_number_check(bytes_of_cstr(number), INSTANT_NONE); }
static void assert_wrong(const char *number, const char *code) {
    const char *found = wrong_with(number);
    if (!found || strcmp(found, code) != 0) fail_msg("%s: %s, not %s", number, found ? found : "right", code);
}

static void right_numbers_pass(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(right); i++) assert_null(wrong_with(right[i]));
    assert_null(wrong_with("11010519491231002x"));
    assert_null(wrong_with("150802850315001")); /* of before 1999 */
}
static void each_part_has_its_reason(void **state) {
    (void)state;
    const char *const shapes[] = {"",
                                  "15080219850315001",
                                  "1508021985031500155",
                                  "15080219850315001Y",
                                  "X50802198503150015",
                                  "15080285031500X",
                                  "１５０８02198503150",
                                  "150802 98503150015"};
    for (size_t i = 0; i < COUNT(shapes); i++) assert_wrong(shapes[i], "ID_NUMBER_FORM");
    assert_wrong("160802198503150017", "ID_NUMBER_DIVISION");
    assert_wrong("000000198503150015", "ID_NUMBER_DIVISION");
    /* its check digit is right; 2001 was no leap year */
    assert_wrong("150802200102290017", "ID_NUMBER_DATE");
    assert_wrong("150802198513150015", "ID_NUMBER_DATE");
    assert_wrong("150802198500150015", "ID_NUMBER_DATE");
    assert_wrong("150802178503150015", "ID_NUMBER_DATE");
    assert_wrong("150802850230001", "ID_NUMBER_DATE");
    assert_wrong("150802198503150016", "ID_NUMBER_CHECK");
    assert_wrong("15080219850315001X", "ID_NUMBER_CHECK");
}
static void nobody_is_born_after_the_paper(void **state) {
    (void)state;
    instant on = 0;
    assert_true(instant_parse(BYTES_LITERAL("1985-03-15 09:00"), &on));
    assert_null(id_number_check(BYTES_LITERAL("150802198503150015"), on));
    assert_string_equal(id_number_check(BYTES_LITERAL("150802198503150015"), on - DAY_MS), "ID_NUMBER_DATE");
}
/* The standard's promise: MOD 11-2 catches every single wrong character and every exchange of neighbours. */
static void every_slip_of_one_character_is_caught(void **state) {
    (void)state;
    size_t slips = 0;
    for (size_t n = 0; n < COUNT(right); n++) {
        for (size_t i = 0; i < 18; i++) {
            for (const char *c = "0123456789X"; *c; c++) {
                char number[19];
                memcpy(number, right[n], 19);
                if (number[i] == *c) continue;
                number[i] = *c;
                if (!wrong_with(number)) fail_msg("%s passes for %s", number, right[n]);
                slips++;
            }
        }
    }
    assert_int_equal(slips, COUNT(right) * 18 * 10);
}
static void every_exchange_of_neighbours_is_caught(void **state) {
    (void)state;
    for (size_t n = 0; n < COUNT(right); n++) {
        for (size_t i = 0; i < 17; i++) {
            char number[19];
            memcpy(number, right[n], 19);
            number[i] = right[n][i + 1];
            number[i + 1] = right[n][i];
            if (strcmp(number, right[n]) != 0 && !wrong_with(number)) fail_msg("%s passes for %s", number, right[n]);
        }
    }
}
/* Made numbers: the check digit of the definition (weights 2^(18-i) mod 11), computed here another way; one in eleven
 * would pass by chance. */
static void any_made_number_passes_with_its_own_check_digit_only(void **state) {
    (void)state;
    srand(11643);
    for (int n = 0; n < 20000; n++) {
        char number[40];
        int pass = 0;
        snprintf(number, sizeof number, "15%02d%02d%04d%02d%02d%03d0", rand() % 30, rand() % 100, 1930 + rand() % 80,
                 1 + rand() % 12, 1 + rand() % 28, rand() % 1000);
        for (const char *c = "0123456789X"; *c; c++) {
            int rest = 0; /* pure MOD 11-2: (rest + digit) * 2 mod 11, at last (rest + check) mod 11 = 1 */
            for (size_t i = 0; i < 17; i++) rest = (rest + number[i] - '0') * 2 % 11;
            bool want = (rest + (*c == 'X' ? 10 : *c - '0')) % 11 == 1;
            number[17] = *c;
            assert_int_equal(!wrong_with(number), want);
            pass += want;
        }
        assert_int_equal(pass, 1);
    }
}
static void a_mask_shows_the_ends_only(void **state) {
    (void)state;
    char masked[ID_NUMBER_MASKED];
    id_number_mask(BYTES_LITERAL("150802198503150015"), masked);
    assert_string_equal(masked, "1508**********0015");
    id_number_mask(BYTES_LITERAL("1508021985"), masked);
    assert_string_equal(masked, "**********");
    id_number_mask(BYTES_LITERAL("150802198503150015150802198503150015"), masked);
    assert_string_equal(masked, "***********************");
    id_number_mask(BYTES_NONE, masked);
    assert_string_equal(masked, "");
}

static void what_was_meant_for_a_number_is_known(void **state) {
    (void)state;
    const char *const meant[] = {"150802198503150015",
                                 "'150802198503150015",
                                 "15080219850315001",
                                 "1508021985031500155",
                                 "1.50823E+17",
                                 "1.50802198503150E+17",
                                 "1508 0219 8503 150015",
                                 "１５０８０２１９８５０３１５００１５",
                                 "1508021985\u200b03150015",
                                 "15080219850315001x",
                                 "“150802198503150015”",
                                 "150802-19850315-0015",
                                 "150802850315001",
                                 "1.5E17",
                                 "15080219850315００1X"};
    const char *const others[] = {"E12345678", "H0123456701", "81234567",
                                  "12345678",  "无",          "护照123456789012345678",
                                  "",          "150802",      "ABCDEFGHIJKLMNOPQR"};
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++) {
        if (!id_number_meant(bytes_of_cstr(meant[i]))) fail_msg("%s", meant[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (id_number_meant(bytes_of_cstr(others[i]))) fail_msg("%s", others[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(right_numbers_pass),
                                       cmocka_unit_test(each_part_has_its_reason),
                                       cmocka_unit_test(nobody_is_born_after_the_paper),
                                       cmocka_unit_test(every_slip_of_one_character_is_caught),
                                       cmocka_unit_test(every_exchange_of_neighbours_is_caught),
                                       cmocka_unit_test(any_made_number_passes_with_its_own_check_digit_only),
                                       cmocka_unit_test(a_mask_shows_the_ends_only),
                                       cmocka_unit_test(what_was_meant_for_a_number_is_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
