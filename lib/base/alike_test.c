/* What looks alike is alike, and nothing else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/alike.h"

static bool are(const char *one, const char *other) { return alike(bytes_of_cstr(one), bytes_of_cstr(other)); }

static void names_that_look_alike_are_alike(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"举报人姓名", "举报人 姓名"},
        {"举报人姓名", "举报人\n姓名"},
        {"举报人姓名", "*举报人姓名："},
        {"罚款金额（元）", "罚款金额(元)"},
        {"JBR_XM", "jbr-xm"},
        {"ＪＢＲ１", "jbr1"},
        {"举报\xe2\x80\x8b人", "举报\xc2\xad人"},
        {"R\xc3\xa9sum\xc3\xa9.pdf", "Re\xcc\x81sume\xcc\x81.PDF"},
        {"\xc5\xbdivot", "Z\xcc\x8civot"},
        {"\xe3\x81\x8c\xe3\x81\xb1", "\xe3\x81\x8b\xe3\x82\x99\xe3\x81\xaf\xe3\x82\x9a"},
        {"\xe3\x83\xb4", "\xe3\x82\xa6\xe3\x82\x99"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!are(pairs[i][0], pairs[i][1]) || !are(pairs[i][1], pairs[i][0])) fail_msg("pair %zu", i);
    }
}

static void others_are_not(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"举报人姓名", "举报人"}, {"电话1", "电话2"}, {"@手机", "手机"}, {"", ""},     {"（）", "()"},
        {"a\xff", "a\xfe"},       {"一", "一一"},     {"\xc3\x9f", "s"}, {"か", "き"}, {"々", ""},
        {"\xc3\xb7", "\xc3\x97"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (are(pairs[i][0], pairs[i][1]) || are(pairs[i][1], pairs[i][0])) fail_msg("pair %zu", i);
    }
}

static void a_word_is_found_within_but_for_what_bars_it(void **state) {
    (void)state;
    const struct bytes word = BYTES_LITERAL("举报人"), bar = BYTES_LITERAL("被");
    assert_true(alike_holds(BYTES_LITERAL("匿名 举报 人电话"), word, bar));
    assert_false(alike_holds(BYTES_LITERAL("被举报人电话"), word, bar));
    assert_true(alike_holds(BYTES_LITERAL("被举报人与举报人关系"), word, bar));
    assert_true(alike_holds(BYTES_LITERAL("the Reporter's"), BYTES_LITERAL("reporter"), BYTES_NONE));
    assert_false(alike_holds(BYTES_LITERAL("举报"), word, bar));
    assert_true(alike_begins(BYTES_LITERAL("举报人_手机"), word));
    assert_false(alike_begins(BYTES_LITERAL("举报人_手机"), BYTES_LITERAL("_")));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_that_look_alike_are_alike),
                                       cmocka_unit_test(others_are_not),
                                       cmocka_unit_test(a_word_is_found_within_but_for_what_bars_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
