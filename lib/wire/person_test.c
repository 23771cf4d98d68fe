/* Keys of parties: the same number has the same key in one ledger and another in the next; wrong numbers and other
 * kinds have none. */
#include "wire/list_fixture.h"
#include <string.h>
#include "wire/person.h"

static void a_right_number_has_one_key_a_ledger(void **state) {
    (void)state;
    struct persons here, there;
    struct submission s = file();
    put_long(6);
    put_party(0, "111", "150802198503150015", "违法行为人");
    put_party(0, "111", "150802198503150016", ""); /* the check digit is wrong */
    put_party(1, "USCC", "11150800990000025T", "");
    put_party(0, "414", "E12345678", "");
    put_party(0, "", "150802198503150015", ""); /* again */
    put_party(0, "111", "", "");
    put_long(0);
    s.parties = listed(6);
    person_note(BYTES_LITERAL("one"), &s, &here);
    person_note(BYTES_LITERAL("two"), &s, &there);
    assert_true(here.count == 2 && there.count == 2);
    assert_int_equal(strlen(here.one[0].key), PERSON_KEY);
    assert_string_not_equal(here.one[0].key, here.one[1].key);
    assert_string_not_equal(here.one[0].key, there.one[0].key);
    assert_true(bytes_equal_cstr(here.one[0].role, "违法行为人"));
    assert_null(strstr(here.one[0].key, "1508"));
    person_note(BYTES_NONE, &s, &here);
    assert_int_equal(here.count, 0);
    s.kind = RECORD_CLUE;
    person_note(BYTES_LITERAL("one"), &s, &here);
    assert_int_equal(here.count, 0);
}

static void a_small_x_is_taken_for_a_capital(void **state) {
    (void)state;
    struct persons persons;
    struct submission s = file();
    put_long(2);
    put_party(0, "111", "11010519491231002X", "");
    put_party(0, "111", "11010519491231002x", "");
    put_long(0);
    s.parties = listed(2);
    person_note(BYTES_LITERAL("one"), &s, &persons);
    assert_int_equal(persons.count, 1);
}

/* Each alone: the key is that of the number as the standard writes it. */
static void however_a_number_is_written_it_has_the_same_key(void **state) {
    (void)state;
    static const struct {
        int kind;
        const char *type, *number;
        size_t of; /* the row whose key it has */
        bool exact;
    } v[] = {{1, "USCC", "11150800990000025T", 0, true},
             {1, "USCC", "11150800990000025t", 0, false},
             {1, "USCC", "1115 0800 9900 0002 5T", 0, false},
             {1, "", "１１１５０８００９９０００００２５Ｔ", 0, false},
             {1, "", "　11150800990000025ｔ\xC2\xA0", 0, false},
             {1, "USCC",
              "11150800\xE2\x80\x8B"
              "990000025T",
              0, false},
             {0, "111", "150802198503150015", 6, true},
             {0, "", "150802 19850315 0015", 6, false},
             {0, "111", "'150802-19850315-0015", 6, false},
             {0, "", "１５０８０２１９８５０３１５００１５", 6, false}};
    struct persons persons[sizeof v / sizeof *v];
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct submission s = file();
        put_long(1);
        put_party(v[i].kind, v[i].type, v[i].number, "");
        put_long(0);
        s.parties = listed(1);
        person_note(BYTES_LITERAL("one"), &s, &persons[i]);
        if (persons[i].count != 1) fail_msg("%s has no key", v[i].number);
        assert_string_equal(persons[i].one[0].key, persons[v[i].of].one[0].key);
        assert_int_equal(persons[i].one[0].exact, v[i].exact);
    }
    struct submission s = file();
    put_long(1);
    put_party(0, "111", "150802.198503150015", ""); /* that is no blank */
    put_long(0);
    s.parties = listed(1);
    person_note(BYTES_LITERAL("one"), &s, &persons[0]);
    assert_int_equal(persons[0].count, 0);
}

static void many_parties_stop_at_the_limit(void **state) {
    (void)state;
    struct persons persons;
    char number[32];
    static const char digits[] = "10X98765432";
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    struct submission s = file();
    put_long(40);
    for (int n = 0; n < 40; n++) {
        int sum = 0;
        snprintf(number, sizeof number, "15080219850315%03d", n);
        for (int i = 0; i < 17; i++) sum += (number[i] - '0') * weights[i];
        number[17] = digits[sum % 11];
        number[18] = '\0';
        put_party(0, "111", number, "");
    }
    put_long(0);
    s.parties = listed(40);
    person_note(BYTES_LITERAL("one"), &s, &persons);
    assert_int_equal(persons.count, MAX_PERSONS);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_right_number_has_one_key_a_ledger),
                                       cmocka_unit_test(a_small_x_is_taken_for_a_capital),
                                       cmocka_unit_test(however_a_number_is_written_it_has_the_same_key),
                                       cmocka_unit_test(many_parties_stop_at_the_limit)};
    return cmocka_run_group_tests(tests, load, unload);
}
