#include "adapters/formats/format_fixture.h"

static const struct format lines = {.kind = FORMAT_JSONL}, gb = {.kind = FORMAT_JSONL, .encoding = ENCODING_GB18030};

static void each_line_is_a_row(void **state) {
    (void)state;
    fixture_reads(&lines, T("{\"a\":1,\"文\":{\"b\":[\"x\",\"y\"]}}\r\n {\"a\":null}\n\n"),
                  "@1:1(row@1:1(a@1:6=~1 文@1:12(b*@1:18=x b*@1:22=y)) row@2:2())");
    fixture_reads(&gb, T("{\"a\":\"\xba\xc5\"}"), "@1:1(row@1:1(a@1:6=号))");
}
static void what_is_wrong_is_refused_with_its_place(void **state) {
    (void)state;
    const struct refusal all[] = {{T(""), "JSON_SYNTAX", 1, 1},
                                  {T("\n"), "JSON_SYNTAX", 1, 1},
                                  {T("{}\n\n{}\n"), "JSON_SYNTAX", 2, 1},
                                  {T("{}\n[]\n"), "JSON_SYNTAX", 2, 1},
                                  {T("{}\n{\"a\":\n1}\n"), "JSON_SYNTAX", 2, 6},
                                  {T("{} {}\n"), "JSON_SYNTAX", 1, 4},
                                  {T("{}\n{\"号\":\"x\n\"}"), "JSON_SYNTAX", 2, 6},
                                  {T("{},\n{}"), "JSON_SYNTAX", 1, 3},
                                  {T("{}\n{\"a\":1,\"a\":2}"), "JSON_SYNTAX", 2, 8}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&lines, all[i]);
}
static void what_was_read_is_written_again(void **state) {
    (void)state;
    fixture_writes(&lines, T("{ \"a\" : [ 1.50 , \"l\\nl\" ] , \"b\" : { \"c\" : true } }\n{}"),
                   T("{\"a\": [1.50,\"l\\nl\"],\"b\": {\"c\": true}}\n{}\n"));
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    fixture_torture(&lines, T("\xef\xbb\xbf{\"a\":[1,\"\\u4e2d\"]}\r\n{\"b\":{\"c\":null}}\n\n"));
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_a_row), cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(what_was_read_is_written_again), cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
