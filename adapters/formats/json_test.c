#include "adapters/formats/format_fixture.h"

static const struct format json = {.kind = FORMAT_JSON};

static void values_become_nodes_with_places(void **state) {
    (void)state;
    fixture_reads(&json, T(" {\"文号\": \"一\", \"n\": -1.50e+3,\n \"o\": {\"t\": true}}\n"),
                  "@1:2(文号@1:9=一 n@1:19=~-1.50e+3 o@2:7(t@2:13=~true))");
    fixture_reads(&json, T("{\"a\":[1,null,{\"b\":\"\"}],\"c\":[],\"d\":null}"), "@1:1(a*@1:7=~1 a*@1:14(b@1:19=))");
    fixture_reads(&json, T("\xef\xbb\xbf{}"), "@1:1()");
}
static void escapes_are_resolved(void **state) {
    (void)state;
    fixture_reads(&json,
                  T("{\"a\":\"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\u4E2d\\ud83d\\ude00\\u007f\\u07ff\\uffff\",\"\\u0061b\":1}"),
                  "@1:1(a@1:6=x\"\\/\b\f\n\r\t中😀\x7f\xdf\xbf\xef\xbf\xbf ab@1:72=~1)");
}
static void what_is_wrong_is_refused_with_its_place(void **state) {
    (void)state;
    const struct refusal all[] = {{T(""), "JSON_SYNTAX", 1, 1},
                                  {T("[{}]"), "JSON_SYNTAX", 1, 1},
                                  {T("\"a\""), "JSON_SYNTAX", 1, 1},
                                  {T("{"), "JSON_SYNTAX", 1, 2},
                                  {T("{} {}"), "JSON_SYNTAX", 1, 4},
                                  {T("{\"中\":1,}"), "JSON_SYNTAX", 1, 8},
                                  {T("{\"a\":[1,]}"), "JSON_SYNTAX", 1, 9},
                                  {T("{a:1}"), "JSON_SYNTAX", 1, 2},
                                  {T("{\"a\" 1}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":1 \"b\":2}"), "JSON_SYNTAX", 1, 8},
                                  {T("{\"a\":01}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":.5}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":1.}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":1e}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":+1}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":NaN}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":TRUE}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":nul}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":truex}"), "JSON_SYNTAX", 1, 10},
                                  {T("{\"a\":'x'}"), "JSON_SYNTAX", 1, 6},
                                  {T("{\"a\":1 // x\n}"), "JSON_SYNTAX", 1, 8},
                                  {T("{\"a\":\"中\n\"}"), "JSON_SYNTAX", 1, 8},
                                  {T("{\"a\":\"中\\n\t\"}"), "JSON_SYNTAX", 1, 10},
                                  {T("{\"a\":\n\"中"), "JSON_SYNTAX", 2, 1},
                                  {T("{\"a\":\n\"\\n"), "JSON_SYNTAX", 2, 1},
                                  {T("{\"a\":\"\\x\"}"), "JSON_SYNTAX", 1, 8},
                                  {T("{\"a\":\"\\u12g4\"}"), "JSON_SYNTAX", 1, 11},
                                  {T("{\"a\":\"\\u0000\"}"), "JSON_SYNTAX", 1, 7},
                                  {T("{\"a\":\"\\ud83d\"}"), "JSON_SYNTAX", 1, 7},
                                  {T("{\"a\":\"\\ud83d\\u0041\"}"), "JSON_SYNTAX", 1, 7},
                                  {T("{\"a\":\"\\ude00\"}"), "JSON_SYNTAX", 1, 7},
                                  {T("{\"中\":1,\n \"b\":2, \"中\":null}"), "JSON_SYNTAX", 2, 9},
                                  {T("{\"a\":[[1]]}"), "JSON_SYNTAX", 1, 7},
                                  {T("{\"a\":[],\"\\u0061\":1}"), "JSON_SYNTAX", 1, 9},
                                  {T("{\"a\":1\xc2\xa0}"), "JSON_SYNTAX", 1, 7}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&json, all[i]);
}
static void written_it_is_indented_and_unescaped(void **state) {
    (void)state;
    fixture_writes(&json,
                   T("{\"文\":\"一\\\"\\u0001\\n/\",\"l\":[1,{\"x\":false}],\"m\":[\"2\"],\"o\":{\"p\":{}},\"q\":1.0}"),
                   T("{\n  \"文\": \"一\\\"\\u0001\\n/\",\n  \"l\": [\n    1,\n    {\n      \"x\": false\n    }\n  "
                     "],\n  \"m\": [\n    \"2\"\n  ],\n"
                     "  \"o\": {\n    \"p\": {}\n  },\n  \"q\": 1.0\n}\n"));
}
static void what_is_made_is_json_whatever_it_holds(void **state) {
    (void)state;
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    const char *const names[] = {"a", "b", "a", "c"}, *const texts[] = {"1", "01", "x\xff", "true"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct node *one = node_add(root, bytes_of_cstr(names[i]), fixture_arena());
        one->text = bytes_of_cstr(texts[i]);
        one->scalar = true;
        one->bare = true;
    }
    fixture_made(&json, root,
                 T("{\n  \"a\": [\n    1,\n    \"x\xef\xbf\xbd\"\n  ],\n  \"b\": \"01\",\n  \"c\": true\n}\n"));
}
static void there_is_a_limit_to_depth_names_and_values(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, FORMAT_MAX_BYTES);
    for (unsigned i = 0; i < FORMAT_MAX_DEPTH; i++) assert_int_equal(buffer_add_cstr(&text, "{\"a\":", NULL), OK);
    size_t deep = text.count;
    assert_int_equal(buffer_add_cstr(&text, "{}", NULL), OK);
    fixture_refused(&json, (struct refusal){buffer_view(&text), "TOO_MANY", 1, (uint32_t)deep + 1});
    buffer_clear(&text);
    assert_int_equal(buffer_add_cstr(&text, "{", NULL), OK);
    for (unsigned i = 0; i <= FORMAT_MAX_COLUMNS; i++)
        assert_int_equal(buffer_printf(&text, NULL, "%s\"%03x\":1", i ? "," : "", i), OK);
    fixture_refused(&json, (struct refusal){buffer_view(&text), "TOO_MANY", 1, FORMAT_MAX_COLUMNS * 8 + 2});
    buffer_clear(&text);
    assert_int_equal(buffer_add_cstr(&text, "{\"a\":[0", NULL), OK);
    for (unsigned i = 0; i < FORMAT_MAX_NODES; i++) assert_int_equal(buffer_add_cstr(&text, ",1", NULL), OK);
    fixture_refused(&json, (struct refusal){buffer_view(&text), "TOO_MANY", 1, 7 + 2 * (FORMAT_MAX_NODES - 1)});
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    fixture_torture(
        &json, T("{\"文号\": \"一\\\"\\u4e2d\\ud83d\\ude00\", \"n\": [-1.5e3, null, {\"t\": true}], \"f\": false}"));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_become_nodes_with_places),
                                       cmocka_unit_test(escapes_are_resolved),
                                       cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
                                       cmocka_unit_test(written_it_is_indented_and_unescaped),
                                       cmocka_unit_test(what_is_made_is_json_whatever_it_holds),
                                       cmocka_unit_test(there_is_a_limit_to_depth_names_and_values),
                                       cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
