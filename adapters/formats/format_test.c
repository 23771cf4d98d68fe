#include "adapters/formats/format_fixture.h"

static void children_are_found_by_name_in_their_order(void **state) {
    (void)state;
    struct node *root = node_add(NULL, T("root"), fixture_arena());
    const struct node *a = node_add(root, T("a"), fixture_arena());
    node_add(root, T("b"), fixture_arena());
    const struct node *again = node_add(root, T("a"), fixture_arena());
    assert_ptr_equal(node_child(root, T("a")), a);
    assert_ptr_equal(node_again(a), again);
    assert_null(node_again(again));
    assert_null(node_child(root, T("aa")));
    assert_null(node_child(a, T("a")));
    assert_ptr_equal(a->parent, root);
    assert_int_equal(a->line, 0);
}
/* The largest trees that a file within the limit can make need no more of the arena than is promised. */
static void a_reading_stays_within_its_share_of_the_arena(void **state) {
    (void)state;
    static const struct format_column column[] = {{.name = "a", .width = 4, .pad = ' ', .continues = true}};
    const struct format json = {.kind = FORMAT_JSON}, xml = {.kind = FORMAT_XML}, lines = {.kind = FORMAT_JSONL},
                        fixed = {.kind = FORMAT_FIXED, .columns = column, .column_count = 1},
                        *const formats[] = {&json, &xml, &lines, &fixed};
    const char *const begins[] = {"{\"a\":[{}", "<a>", "{}\n", "abcd\n"},
                      *const pieces[] = {",{\"\\n\":null}", "<b c=\"\"/>", "{\"\\n\":1}\n", "abcd\n"},
                      *const ends[] = {"]}", "</a>", "", ""};
    const unsigned most[] = {FORMAT_MAX_NODES - 2, FORMAT_MAX_NODES / 2 - 1, FORMAT_MAX_NODES / 2 - 1,
                             FORMAT_MAX_NODES / 2 - 2};
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct fault f = {0};
        struct node *root = NULL;
        AUTO(arena_free_auto) struct arena *arena = arena_new(1u << 20, FORMAT_MAX_ARENA);
        AUTO(buffer_free) struct buffer text;
        buffer_init(&text, FORMAT_MAX_BYTES);
        assert_int_equal(buffer_add_cstr(&text, begins[i], &f), OK);
        for (unsigned k = 0; k < most[i]; k++) assert_int_equal(buffer_add_cstr(&text, pieces[i], &f), OK);
        assert_int_equal(buffer_add_cstr(&text, ends[i], &f), OK);
        if (format_read(formats[i], buffer_view(&text), arena, &root, &f) != OK) fail_msg("%s: %s", f.code, f.text);
    }
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(children_are_found_by_name_in_their_order),
                                       cmocka_unit_test(a_reading_stays_within_its_share_of_the_arena)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
