#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "base/settings.h"

static enum outcome parse(const char *yaml, struct settings **ret, struct fault *fault) {
    return settings_parse("a.yaml", bytes_of_cstr(yaml), ret, fault);
}
static void refused(const char *yaml, const char *code, uint32_t line, uint32_t column) {
    struct settings *s = NULL;
    struct fault f;
    assert_int_equal(parse(yaml, &s, &f), REFUSE);
    assert_string_equal(f.code, code);
    assert_int_equal(f.line, line);
    assert_int_equal(f.column, column);
    assert_null(s);
}
static void what_people_write_is_read(void **state) {
    (void)state;
    AUTO(settings_free_auto) struct settings *s = NULL;
    struct fault f;
    assert_int_equal(parse("名称: 农牧局\nn: 7\nlist: [a, b]\non: true\n", &s, &f), OK);
    struct setting *root = settings_root(s);
    const char *text;
    int64_t n;
    bool on;
    assert_int_equal(setting_text(root, "名称", &text, &f), OK);
    assert_string_equal(text, "农牧局");
    assert_int_equal(setting_int(root, "n", 1, 9, &n, &f), OK);
    assert_int_equal(n, 7);
    assert_int_equal(setting_bool_or(root, "on", false, &on, &f), OK);
    assert_true(on);
    assert_int_equal(settings_check_unknown(root, &f), REFUSE); /* list was not asked for */
    assert_int_equal(f.line, 3);
    assert_int_equal(setting_get(root, "list")->count, 2);
    assert_int_equal(settings_check_unknown(root, &f), OK);
    assert_int_equal(setting_int(root, "n", 1, 5, &n, &f), REFUSE);
    assert_non_null(strstr(f.text, "a.yaml:2:4"));
    assert_int_equal(setting_text(root, "absent", &text, &f), REFUSE);
    assert_string_equal(f.code, "SETTINGS_MISSING");
}
static void mistakes_are_named_by_place(void **state) {
    (void)state;
    refused("a: 1\nb: 2\na: 3\n", "SETTINGS_DUPLICATE", 3, 1);
    refused("a: &x 1\n", "SETTINGS_ANCHOR", 1, 4);
    refused("a: *x\n", "SETTINGS_ALIAS", 1, 4);
    refused("a: !!str 1\n", "SETTINGS_TAG", 1, 4);
    refused("", "SETTINGS_EMPTY", 1, 1);
    refused("a: 1\n---\nb: 1\n", "SETTINGS_SYNTAX", 3, 1);
}
static void deep_nesting_is_refused_at_once(void **state) {
    (void)state;
    static char deep[100001];
    memset(deep, '[', sizeof deep - 1);
    struct settings *s = NULL;
    struct fault f;
    int64_t started = monotonic_ms();
    assert_int_equal(parse(deep, &s, &f), REFUSE);
    assert_string_equal(f.code, "SETTINGS_DEPTH");
    assert_true(monotonic_ms() - started < 200);
    refused("- - - - - - - - - - - - - - - - - - x\n", "SETTINGS_DEPTH", 1, 33);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_people_write_is_read), cmocka_unit_test(mistakes_are_named_by_place),
                                       cmocka_unit_test(deep_nesting_is_refused_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
