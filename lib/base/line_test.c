#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/line.h"

static void becomes(const char *from, const char *to) {
    char text[64];
    size_t count = strlen(from);
    memcpy(text, from, count + 1);
    line_clean(text, count);
    assert_string_equal(text, to);
}
static void good_text_stays(void **state) {
    (void)state;
    becomes("", "");
    becomes("plain ~!", "plain ~!");
    becomes("农牧局 é \xf0\xa0\xae\xb7", "农牧局 é \xf0\xa0\xae\xb7");
    /* the edges */
    becomes("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
}
static void controls_become_spaces(void **state) {
    (void)state;
    becomes("a\r\nb\tc\x1b[0m\x7f", "a  b c [0m ");
    becomes("a\xc2\x85z", "a  z"); /* NEL */
}
static void what_is_not_utf8_becomes_question_marks(void **state) {
    (void)state;
    becomes("\xe5\x86\x9c\xe7\x89", "农??"); /* cut in the middle */
    becomes("\xe5\x86"
            "x\xe7\x89\xa7",
            "??x牧");
    becomes("\xc5\xa9\xc4\xc1", "ũ??");            /* GBK */
    becomes("\xc0\xaf\xe0\x80\xaf", "?????");      /* longer than needed */
    becomes("\xed\xa0\x80", "???");                /* a surrogate */
    becomes("\xf4\x90\x80\x80\xf8\xff", "??????"); /* beyond U+10FFFF */
    becomes("\xf0\x8f\xbf\xbf", "????");
    char cut[] = "农";
    line_clean(cut, 2); /* what stands beyond the count is not looked at */
    assert_memory_equal(cut, "??\x9c", 3);
}
static void lines_and_parts_are_views(void **state) {
    (void)state;
    struct bytes rest = BYTES_LITERAL("a\tb\t\nz\n\nno end"), line;
    assert_true(line_next(&rest, &line));
    assert_true(bytes_equal_cstr(line_part(line, 0), "a") && bytes_equal_cstr(line_part(line, 1), "b"));
    assert_int_equal(line_part(line, 2).count, 0);
    assert_int_equal(line_part(line, 7).count, 0);
    assert_true(line_next(&rest, &line) && bytes_equal_cstr(line_part(line, 0), "z"));
    assert_true(line_next(&rest, &line) && line.count == 0);
    assert_false(line_next(&rest, &line));
    assert_true(bytes_equal_cstr(rest, "no end"));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_text_stays), cmocka_unit_test(controls_become_spaces),
                                       cmocka_unit_test(what_is_not_utf8_becomes_question_marks),
                                       cmocka_unit_test(lines_and_parts_are_views)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
