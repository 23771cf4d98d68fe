/* Two ways of writing one number are one; two numbers stay two. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/outbound/outbound.h"

static void same(const char *printed, const char *normal) {
    struct arena *arena = arena_new(4096, 65536);
    struct bytes is = number_normal(bytes_of_cstr(printed), arena);
    if (!bytes_equal_cstr(is, normal)) fail_msg("%s became %.*s, not %s", printed, BYTES_FMT(is), normal);
    arena_free(arena);
}

static void every_bracket_around_a_year_is_one_bracket(void **state) {
    (void)state;
    const char *const forms[] = {
        "巴环移送〔2026〕15号",       "巴环移送[2026]15号",         "巴环移送［2026］15号",
        "巴环移送（2026）15号",       "巴环移送(2026)15号",         "巴环移送【2026】15号",
        "巴环移送〔２０２６〕１５号", "巴环移送 〔2026〕　15 号",   "巴环移送( 2026 ）15号",
        "巴环移送﹝2026﹞15号",       "巴环移送〖2026〗15号",       "巴环移送<2026>15号",
        "巴环移送{2026}15号",         "巴环移送〔2026〕第15号",     "巴环移送〔2026〕015号",
        "巴环移送〔2026〕15\u200d号", "巴环移送〔2026〕15号\u202c", "巴环移送《2026》第 0015 号"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) same(forms[i], "巴环移送〔2026〕15号");
}
static void other_brackets_stay(void **state) {
    (void)state;
    same("A(12)号", "A(12)号");
    same("(副本)15号", "(副本)15号");
    same("巴环移送〔2026", "巴环移送〔2026");
    same("(2026", "(2026");
    same("(20261)", "(20261)");
}
static void different_numbers_stay_different(void **state) {
    (void)state;
    same("巴环移送〔2026〕16号", "巴环移送〔2026〕16号");
    same("巴环移〔2026〕15号", "巴环移〔2026〕15号");
    same("A1508\xc2\xa0"
         "000001",
         "A1508000001");
    same("", "");
    same("巴环移送[2026]15号之一", "巴环移送〔2026〕15号之一");
    same("(2026)内08刑初015号", "〔2026〕内08刑初15号");
    same("（巴）文罚字[2026]第3号", "（巴）文罚字〔2026〕3号");
    same("巴环移送〔2026〕150号", "巴环移送〔2026〕150号");
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_bracket_around_a_year_is_one_bracket),
                                       cmocka_unit_test(other_brackets_stay),
                                       cmocka_unit_test(different_numbers_stay_different)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
