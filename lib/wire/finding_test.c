#include "wire/list_fixture.h"
#include "wire/finding.h"

static struct findings found;
static void note(const struct submission *s) { finding_note(catalogue_divisions(catalogue), s, &found); }
static void assert_found(size_t index, const char *code, const char *field) {
    assert_true(index < found.count);
    assert_string_equal(found.one[index].code, code);
    assert_string_equal(found.one[index].field, field);
}

static void each_wrong_number_is_named_by_its_path(void **state) {
    (void)state;
    struct submission s = file();
    put_long(2);
    put_party(0, "111", "150802198503150015", "");
    put_party(0, "111", "150802198503150016", "");
    put_long(4);
    put_party(1, "USCC", "11150800990000025T", "");
    put_party(1, "USCC", "11150800990000025U", "");
    put_party(0, "", "150802200102290017", "");
    put_party(0, "111", "152829198503150010", "");
    put_long(0);
    s.parties = listed(6);
    note(&s);
    assert_int_equal(found.count, 4);
    assert_found(0, "ID_NUMBER_CHECK", "parties[2].id_no");
    assert_found(1, "CREDIT_CODE_CHECK", "parties[4].id_no");
    assert_found(2, "ID_NUMBER_DATE", "parties[5].id_no");
    assert_string_equal(found.one[3].field, "parties[6].id_no");
}
static void a_block_with_its_size_is_read_as_well(void **state) {
    (void)state;
    struct submission s = file();
    struct buffer block = list;
    buffer_init(&list, 65536);
    put_party(0, "112", "1508021985031500", "");
    struct buffer inner = list;
    list = block;
    put_long(-1);
    put_long((int64_t)inner.count);
    struct fault f;
    assert_int_equal(buffer_add(&list, buffer_view(&inner), &f), OK);
    put_long(0);
    buffer_free(&inner);
    s.parties = listed(1);
    note(&s);
    assert_int_equal(found.count, 1);
    assert_found(0, "ID_NUMBER_FORM", "parties[1].id_no");
}
static void numbers_of_other_kinds_are_left_alone(void **state) {
    (void)state;
    struct submission s = file();
    put_long(5);
    put_party(0, "414", "E12345678", "");
    put_party(0, "", "E12345678", "");
    put_party(1, "", "150800000012345", ""); /* 注册号 of before the credit codes */
    put_party(0, "111", "", "");
    put_party(1, "", "", "");
    put_long(0);
    s.parties = listed(5);
    note(&s);
    assert_int_equal(found.count, 0);
}
static void beyond_the_limit_it_says_so(void **state) {
    (void)state;
    struct submission s = file();
    put_long(40);
    for (int i = 0; i < 40; i++) put_party(0, "111", "1", "");
    put_long(0);
    s.parties = listed(40);
    note(&s);
    assert_int_equal(found.count, LIMIT_FINDINGS);
    assert_found(LIMIT_FINDINGS - 2, "ID_NUMBER_FORM", "parties[7].id_no");
    assert_found(LIMIT_FINDINGS - 1, "MORE_FINDINGS", "");
}
static void places_and_numbers(void **state) {
    (void)state;
    struct submission s = file();
    s.county_code = BYTES_LITERAL("152824");
    s.longitude = (struct walk_field){.present = true, .real = 40.9};
    s.latitude = (struct walk_field){.present = true, .real = 108.8};
    s.fine_paid_fen = -1;
    s.document_no = BYTES_LITERAL("十五号");
    s.agency_case_no = BYTES_LITERAL("A150823000000202606001");
    note(&s);
    assert_int_equal(found.count, 5);
    assert_found(0, "COORDINATE_RANGE", "latitude");
    assert_found(1, "DIVISION_CLOSED", "county_code");
    assert_found(2, "AMOUNT_RANGE", "fine_paid_fen");
    assert_found(3, "NUMBER_FORM", "envelope.document_no");
    assert_found(4, "CASE_NUMBER_FORM", "agency_case_no");
    s = file();
    s.longitude = (struct walk_field){.present = true, .real = 120.0};
    s.latitude = (struct walk_field){.present = true, .real = 40.9};
    note(&s);
    assert_found(0, "COORDINATE_SYSTEM_MISSING", "coordinates_system");
    s.coordinates_system = BYTES_LITERAL("CGCS2000");
    note(&s);
    assert_int_equal(found.count, 1);
    assert_found(0, "COORDINATE_REGION", "longitude");
    s = file();
    s.longitude = (struct walk_field){.present = true, .real = 108.8};
    note(&s);
    assert_found(0, "COORDINATE_PAIR", "latitude");
    s = file();
    s.coordinates_system = BYTES_LITERAL("火星");
    note(&s);
    assert_found(0, "COORDINATE_SYSTEM", "coordinates_system");
}
static void a_step_is_looked_at_too(void **state) {
    (void)state;
    struct submission s = {.kind = RECORD_CASE_STEP, .schema = catalogue_newest(catalogue, RECORD_CASE_STEP)};
    buffer_clear(&list);
    put_long(2);
    for (int i = 0; i < 2; i++) {
        put_text("某某");
        put_text("罚款");
        put_long(i ? LIMIT_AMOUNT_FEN + 1 : LIMIT_AMOUNT_FEN);
        put_text("");
    }
    put_long(0);
    s.penalties = listed(2);
    note(&s);
    assert_int_equal(found.count, 1);
    assert_found(0, "AMOUNT_RANGE", "penalties[2].amount_fen");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_wrong_number_is_named_by_its_path),
                                       cmocka_unit_test(a_block_with_its_size_is_read_as_well),
                                       cmocka_unit_test(numbers_of_other_kinds_are_left_alone),
                                       cmocka_unit_test(beyond_the_limit_it_says_so),
                                       cmocka_unit_test(places_and_numbers),
                                       cmocka_unit_test(a_step_is_looked_at_too)};
    return cmocka_run_group_tests(tests, load, unload);
}
