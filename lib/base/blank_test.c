/* What nobody sees is in one list; what is seen, and what is no text, stays. */
#include "base/blank.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void what_nobody_sees_is_trimmed(void **state) {
    (void)state;
    const char *const all[] = {"甲 乙",
                               " 甲 乙 ",
                               "\t\r\n甲 乙\v\f",
                               "\u3000甲 乙\u3000",
                               "\u00a0甲 乙\u00a0",
                               "\ufeff甲 乙",
                               "\u200b甲 乙\u200b",
                               "\u00ad甲 乙 \u2060",
                               "\u202e甲 乙\u2028",
                               "\u2003甲 乙\ufe0f",
                               " \u200b \u3000甲 乙"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct bytes trimmed = blank_trim(bytes_of_cstr(all[i]));
        if (!bytes_equal_cstr(trimmed, "甲 乙")) fail_msg("%zu: \"%.*s\"", i, BYTES_FMT(trimmed));
    }
    assert_int_equal(blank_trim(bytes_of_cstr(" \u3000\u200b ")).count, 0);
    assert_int_equal(blank_trim(BYTES_NONE).count, 0);
}

static void what_is_seen_or_is_no_text_stays(void **state) {
    (void)state;
    const char *const seen[] = {"·甲", "—", "。", "\u2010", "\u2011x", "\u2030", "é", "\U0001F600", "\u3001", "0"};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
        assert_true(bytes_equal_cstr(blank_trim(bytes_of_cstr(seen[i])), seen[i]));
    const uint8_t cut[] = {0xe3, 0x80, 'a', 0x80, 0xe3, 0x80};
    assert_int_equal(blank_trim(bytes_of(cut, sizeof cut)).count, sizeof cut);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_nobody_sees_is_trimmed),
                                       cmocka_unit_test(what_is_seen_or_is_no_text_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
