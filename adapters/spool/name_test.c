/* Whatever stands in a record, the name made of it is one plain file name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/spool/name.h"

static struct arena *arena;
static int set_up(void **state) {
    (void)state;
    arena = arena_new(4096, 1u << 20);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}
static const struct name_place place = {3, 1, 17};

static void a_stem_names_event_number_and_place(void **state) {
    (void)state;
    assert_string_equal(name_stem(BYTES_LITERAL("REF.SEND"), BYTES_LITERAL("巴环移送〔2026〕15号"), &place, arena),
                        "REF.SEND_巴环移送〔2026〕15号_3-17");
    assert_string_equal(name_stem(BYTES_LITERAL("SYS.REFUSED"), BYTES_NONE, &place, arena), "SYS.REFUSED_无文号_3-17");
    struct name_place later = {3, 2, 17};
    assert_string_equal(name_stem(BYTES_LITERAL("REF.SEND"), BYTES_LITERAL("A"), &later, arena), "REF.SEND_A_3-17g2");
}
static void hostile_characters_do_not_get_through(void **state) {
    (void)state;
    assert_string_equal(name_stem(BYTES_LITERAL("REF.SEND"), BYTES_LITERAL("../../etc/passwd\n\x01"), &place, arena),
                        "REF.SEND__._.._etc_passwd___3-17");
    assert_string_equal(name_stem(BYTES_LITERAL("a"), BYTES_LITERAL("\xff\xe4\xb8x\xe2\x80\xae"), &place, arena),
                        "a____x__3-17");
    assert_string_equal(name_attachment("s", 1, BYTES_LITERAL("C:\\a b.pdf"), arena), "s_1_C__a_b.pdf");
    assert_string_equal(name_attachment("s", 2, BYTES_LITERAL(""), arena), "s_2_附件");
    assert_string_equal(name_attachment("s", 2, BYTES_LITERAL(".."), arena), "s_2_附件");
}
static void a_name_is_never_too_long(void **state) {
    (void)state;
    char number[4000];
    memset(number, 'x', sizeof number);
    for (size_t i = 0; i + 2 < sizeof number; i += 3) memcpy(number + i, "号", 3);
    const char *stem = name_stem(BYTES_LITERAL("REF.SEND"), bytes_of(number, sizeof number), &place, arena);
    assert_true(strlen(stem) < 200);
    memcpy(number + sizeof number - 4, ".pdf", 4);
    const char *name = name_attachment(stem, 64, bytes_of(number, sizeof number), arena);
    assert_true(strlen(name) <= FILE_NAME_MAX);
    assert_string_equal(name + strlen(name) - 4, ".pdf");
    const char *again = name_again(bytes_of(number, 255), 4000000000u, arena);
    assert_true(strlen(again) <= 255);
}
static void again_counts_before_the_extension(void **state) {
    (void)state;
    assert_string_equal(name_again(BYTES_LITERAL("a.csv"), 2, arena), "a~2.csv");
    assert_string_equal(name_again(BYTES_LITERAL("a"), 3, arena), "a~3");
    assert_true(name_plain(BYTES_LITERAL("a.csv")));
    assert_false(name_plain(BYTES_LITERAL(".a")));
    assert_false(name_plain(BYTES_LITERAL("a/b")));
    assert_false(name_plain(BYTES_NONE));
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stem_names_event_number_and_place), cmocka_unit_test(hostile_characters_do_not_get_through),
        cmocka_unit_test(a_name_is_never_too_long), cmocka_unit_test(again_counts_before_the_extension)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
