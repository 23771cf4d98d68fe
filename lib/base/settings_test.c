#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/settings.h"

static enum outcome parse(const char *yaml, struct settings **ret, struct fault *fault) {
    return settings_parse("a.yaml", bytes_of_cstr(yaml), ret, fault);
}
static void placed(const struct fault *f, const char *code, uint32_t line, uint32_t column) {
    char place[64];
    snprintf(place, sizeof place, "a.yaml:%u:%u: ", line, column);
    assert_string_equal(f->code, code);
    assert_int_equal(f->line, line);
    assert_int_equal(f->column, column);
    if (strstr(f->text, place) != f->text) fail_msg("\"%s\" does not begin with \"%s\"", f->text, place);
}
/* What was well-formed; freed by AUTO(settings_free_auto). */
static struct settings *read_yaml(const char *yaml) {
    struct settings *s = NULL;
    struct fault f;
    if (parse(yaml, &s, &f) != OK) fail_msg("%s", f.text);
    return s;
}
/* A call that must refuse, with the place of the mistake in `f`. */
#define WRONG(call, code, line, column)       \
    do {                                      \
        assert_int_equal((call), REFUSE);     \
        placed(&f, (code), (line), (column)); \
    } while (0)
static void refused(const char *yaml, const char *code, uint32_t line, uint32_t column) {
    struct settings *s = NULL;
    struct fault f;
    WRONG(parse(yaml, &s, &f), code, line, column);
    assert_null(s);
    assert_int_equal(parse(yaml, &s, NULL), REFUSE);
}
/* What to do stands beside libyaml's words; NULL: nothing is known. */
static void remedied(const char *yaml, const char *what) {
    struct settings *s = NULL;
    struct fault f;
    assert_int_equal(parse(yaml, &s, &f), REFUSE);
    if (what) assert_non_null(strstr(f.text, what));
    else assert_null(strstr(f.text, " · "));
}
static void what_people_write_is_read(void **state) {
    (void)state;
    AUTO(settings_free_auto)
    struct settings *s =
        read_yaml("\xef\xbb\xbf"
                  "名称: 农牧局\nn: -7\nlist: [a, {b: 1}]\non: true\nempty: ''\nnone:\nlong: |\n  one\n  two\n");
    struct fault f;
    struct setting *root = settings_root(s), *list;
    const char *text;
    int64_t n;
    bool on;
    assert_string_equal(settings_name(s), "a.yaml");
    assert_int_equal(root->count, 7);
    assert_int_equal(setting_text(root, "名称", &text, &f), OK);
    assert_string_equal(text, "农牧局");
    assert_int_equal(setting_int(root, "n", -9, 9, &n, &f), OK);
    assert_int_equal(n, -7);
    assert_int_equal(setting_bool_or(root, "on", false, &on, &f), OK);
    assert_true(on);
    assert_int_equal(setting_text(root, "empty", &text, &f), OK);
    assert_string_equal(text, "");
    assert_int_equal(setting_text(root, "none", &text, &f), REFUSE);
    assert_int_equal(setting_text(root, "long", &text, &f), OK);
    assert_string_equal(text, "one\ntwo\n");
    assert_int_equal(setting_need(root, "list", SETTING_LIST, &list, &f), OK);
    assert_int_equal(list->count, 2);
    assert_null(list->first->key);
    assert_ptr_equal(list->first->next->parent, list);
    assert_int_equal(list->first->next->column, 11);
}
static void what_is_absent_has_its_default(void **state) {
    (void)state;
    AUTO(settings_free_auto) struct settings *s = read_yaml("a: 1\n");
    struct fault f;
    const char *text;
    int64_t n;
    bool on;
    assert_int_equal(setting_text_or(settings_root(s), "b", "x", &text, &f), OK);
    assert_string_equal(text, "x");
    assert_int_equal(setting_int_or(settings_root(s), "b", 1, 9, 5, &n, &f), OK);
    assert_int_equal(n, 5);
    assert_int_equal(setting_bool_or(settings_root(s), "b", true, &on, &f), OK);
    assert_true(on);
    assert_null(setting_get(settings_root(s)->first, "a"));
}
static void mistakes_are_named_by_place(void **state) {
    (void)state;
    refused("a: 1\nb: 2\na: 3\n", "SETTINGS_DUPLICATE", 3, 1);
    refused("{b: 1, c: 2, \"b\": 3, c: 1}\n", "SETTINGS_DUPLICATE", 1, 14);
    refused("x:\n  - k: 1\n    k: 1\n", "SETTINGS_DUPLICATE", 3, 5);
    refused("a: &x 1\n", "SETTINGS_ANCHOR", 1, 4);
    refused("a: &x [1]\n", "SETTINGS_ANCHOR", 1, 4);
    refused("&x a: 1\n", "SETTINGS_ANCHOR", 1, 1);
    refused("a: *x\n", "SETTINGS_ALIAS", 1, 4);
    refused("a: !!str 1\n", "SETTINGS_TAG", 1, 4);
    refused("a: ! '1'\n", "SETTINGS_TAG", 1, 4);
    refused("a:\n  - !x {b: 1}\n", "SETTINGS_TAG", 2, 5);
    refused("[a]: 1\n", "SETTINGS_KEY", 1, 1);
    refused("*a : 1\n", "SETTINGS_KEY", 1, 1);
    refused("", "SETTINGS_EMPTY", 1, 1);
    refused("# only\n\n", "SETTINGS_EMPTY", 1, 1);
    refused("a: 1\n---\nb: 1\n", "SETTINGS_SYNTAX", 3, 1);
    refused("a: [1\nb: 2\n", "SETTINGS_SYNTAX", 2, 2);
    refused("a: 1\n\tb: 2\n", "SETTINGS_SYNTAX", 2, 1);
    refused("a: \"x\\0y\"\n", "SETTINGS_SYNTAX", 1, 4);
    remedied("a: 1\n\tb: 2\n", "by blanks");
    remedied("a: 1\n牧: x\xff\n", "as UTF-8");
    remedied("\xff\xfe"
             "a\0:\0",
             "as UTF-8");
    remedied("单位：nm\nformat: {}\n", "not full-width");
    remedied("a: 标题：x\nb: [1\nc: 2\n", NULL);
    refused("a: 1\n牧: x\xff\n", "SETTINGS_SYNTAX", 2, 5);
}
static void values_of_the_wrong_type_are_named_by_place(void **state) {
    (void)state;
    AUTO(settings_free_auto)
    struct settings *s =
        read_yaml("n: 7x\ntext: [a]\nlist: b\non: yes\nbig: 99999999999999999999\nsp: ' 5'\nplus: +5\n");
    struct fault f;
    struct setting *root = settings_root(s), *list;
    const char *text;
    int64_t n;
    bool on;
    WRONG(setting_int(root, "n", 1, 9, &n, &f), "SETTINGS_TYPE", 1, 4);
    assert_string_equal(f.field, "n");
    assert_non_null(strstr(f.text, "\"n\" must be a whole number from 1 to 9, not \"7x\""));
    WRONG(setting_text(root, "text", &text, &f), "SETTINGS_TYPE", 2, 7);
    WRONG(setting_need(root, "list", SETTING_LIST, &list, &f), "SETTINGS_TYPE", 3, 7);
    WRONG(setting_bool_or(root, "on", true, &on, &f), "SETTINGS_TYPE", 4, 5);
    WRONG(setting_int(root, "big", INT64_MIN, INT64_MAX, &n, &f), "SETTINGS_TYPE", 5, 6);
    assert_int_equal(setting_int(root, "sp", 1, 9, &n, &f), REFUSE);
    assert_int_equal(setting_int(root, "plus", 1, 9, &n, &f), REFUSE);
    WRONG(setting_text(root, "absent", &text, &f), "SETTINGS_MISSING", 1, 1);
    assert_non_null(strstr(f.text, "\"absent\""));
    WRONG(setting_need(root->first, "x", SETTING_TEXT, &list, &f), "SETTINGS_TYPE", 1, 4);
}
static void numbers_keep_their_range(void **state) {
    (void)state;
    AUTO(settings_free_auto) struct settings *s = read_yaml("n: 9\n");
    struct fault f;
    int64_t n;
    assert_int_equal(setting_int(settings_root(s), "n", 9, 9, &n, &f), OK);
    assert_int_equal(setting_int(settings_root(s), "n", 1, 8, &n, &f), REFUSE);
    WRONG(setting_int(settings_root(s), "n", 10, 11, &n, &f), "SETTINGS_TYPE", 1, 4);
}
static void keys_nobody_asked_for_are_named(void **state) {
    (void)state;
    AUTO(settings_free_auto)
    struct settings *s = read_yaml("format: csv\nencoding: gbk\nlist:\n  - ok: 1\n    encodign: 2\nformatt: x\n");
    struct fault f;
    struct setting *root = settings_root(s);
    WRONG(settings_check_unknown(root, &f), "SETTINGS_UNKNOWN", 1, 9);
    assert_null(strstr(f.text, "nearest"));
    assert_non_null(setting_get(root, "format"));
    assert_non_null(setting_get(root, "encoding"));
    assert_non_null(setting_get(root, "list"));
    assert_null(setting_get(root, "absent"));
    assert_non_null(setting_get(root->first->next->next->first, "ok"));
    WRONG(settings_check_unknown(root, &f), "SETTINGS_UNKNOWN", 5, 15);
    assert_string_equal(f.field, "encodign");
    assert_non_null(setting_get(root->first->next->next->first, "encodign"));
    WRONG(settings_check_unknown(root, &f), "SETTINGS_UNKNOWN", 6, 10);
    assert_non_null(strstr(f.text, "the nearest known one is \"format\""));
    assert_non_null(setting_get(root, "formatt"));
    assert_int_equal(settings_check_unknown(root, &f), OK);
}
/* Each within milliseconds; the allowance is for sanitizers and a busy machine. */
static char big[LIMIT_SETTINGS + 2];
static void repeated(const char *head, const char *unit, size_t count, const char *code, uint32_t line,
                     uint32_t column) {
    size_t at = strlen(head), step = strlen(unit);
    memcpy(big, head, at);
    for (; at + step <= count; at += step) memcpy(big + at, unit, step);
    big[at] = 0;
    int64_t started = monotonic_ms();
    refused(big, code, line, column);
    int64_t took = monotonic_ms() - started;
    if (took >= 400) fail_msg("\"%s\"... took %d ms", unit, (int)took);
}
static void deep_nesting_is_refused_at_once(void **state) {
    (void)state;
    repeated("", "[", 100000, "SETTINGS_DEPTH", 1, 17);
    repeated("[ a', ", "[", 100000, "SETTINGS_DEPTH", 1, 22);
    repeated("- it's\n- ", "[", 100000, "SETTINGS_DEPTH", 2, 18);
    repeated("", "[\n", 100000, "SETTINGS_DEPTH", 17, 1);
    repeated("", "{a: ", 100000, "SETTINGS_DEPTH", 1, 65);
    repeated("", "- ", 100000, "SETTINGS_DEPTH", 1, 33);
    refused("[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]\n", "SETTINGS_DEPTH", 1, 17);
    AUTO(settings_free_auto) struct settings *s = NULL;
    struct fault f;
    /* 15 lists and a text: 16 levels */
    assert_int_equal(parse("[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]\n", &s, &f), OK);
}
static void brackets_that_nest_nothing_are_read(void **state) {
    (void)state;
    AUTO(settings_free_auto) struct settings *s = NULL;
    struct fault f;
    size_t at = 0;
    for (int i = 0; i < 100; i++)
        at += (size_t)snprintf(big + at, sizeof big - at, "# [0, %d)\nk%d: from [ to\n", i, i);
    assert_int_equal(parse(big, &s, &f), OK);
    assert_int_equal(settings_root(s)->count, 100);
}
static void many_keys_cost_milliseconds(void **state) {
    (void)state;
    size_t at = 0;
    for (int i = 0; at < LIMIT_SETTINGS - 20; i++) at += (size_t)snprintf(big + at, sizeof big - at, "%x:\n", i);
    snprintf(big + at, sizeof big - at, "7:\n");
    struct settings *s = NULL;
    struct fault f;
    int64_t started = monotonic_ms();
    assert_int_equal(parse(big, &s, &f), REFUSE);
    assert_string_equal(f.code, "SETTINGS_DUPLICATE");
    assert_non_null(strstr(f.text, "\"7\" stands twice (first at line 8)"));
    assert_true(monotonic_ms() - started < 1500);
}
static void the_size_is_limited(void **state) {
    (void)state;
    memset(big, '#', LIMIT_SETTINGS + 1);
    big[LIMIT_SETTINGS + 1] = 0;
    refused(big, "TOO_LARGE", 1, 1);
    memcpy(big, "a: 1\n", 5);
    big[LIMIT_SETTINGS] = 0;
    AUTO(settings_free_auto) struct settings *s = read_yaml(big);
    struct fault f;
    assert_int_equal(settings_parse("a.yaml", BYTES_NONE, &s, &f), REFUSE);
    assert_string_equal(f.code, "SETTINGS_EMPTY");
}
static void a_file_is_loaded_under_its_name(void **state) {
    (void)state;
    char path[] = "/tmp/ecocase-settings-XXXXXX";
    int number = mkstemp(path);
    assert_true(number >= 0);
    FILE *file = fdopen(number, "w");
    assert_non_null(file);
    fputs("a: 1\na: 2\n", file);
    assert_int_equal(fclose(file), 0);
    struct settings *s = NULL;
    struct fault f;
    assert_int_equal(settings_load(path, &s, &f), REFUSE);
    assert_string_equal(f.code, "SETTINGS_DUPLICATE");
    assert_ptr_equal(strstr(f.text, path), f.text);
    assert_non_null(strstr(f.text, ":2:1: "));
    assert_int_equal(remove(path), 0);
    assert_int_equal(settings_load(path, &s, &f), REFUSE);
    assert_string_equal(f.code, "FILE_READ");
    assert_null(s);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_people_write_is_read),
                                       cmocka_unit_test(what_is_absent_has_its_default),
                                       cmocka_unit_test(mistakes_are_named_by_place),
                                       cmocka_unit_test(values_of_the_wrong_type_are_named_by_place),
                                       cmocka_unit_test(numbers_keep_their_range),
                                       cmocka_unit_test(keys_nobody_asked_for_are_named),
                                       cmocka_unit_test(deep_nesting_is_refused_at_once),
                                       cmocka_unit_test(brackets_that_nest_nothing_are_read),
                                       cmocka_unit_test(many_keys_cost_milliseconds),
                                       cmocka_unit_test(the_size_is_limited),
                                       cmocka_unit_test(a_file_is_loaded_under_its_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
