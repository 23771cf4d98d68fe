/* Names and their numbers, and finding nodes of a file by them. */
#include "adapters/formats/format_fixture.h"

static void each_name_has_one_number_however_many_there_are(void **state) {
    (void)state;
    struct arena *arena = fixture_arena();
    struct numbering *n = numbering_new(arena);
    for (uint32_t i = 1; i <= 1000; i++)
        assert_int_equal(numbering_add(n, bytes_of_cstr(arena_printf(arena, "名称%u", i))), i);
    for (uint32_t i = 1; i <= 1000; i++) {
        struct bytes name = bytes_of_cstr(arena_printf(arena, "名称%u", i));
        assert_int_equal(numbering_find(n, name), i);
        assert_int_equal(numbering_add(n, name), i);
        assert_true(bytes_equal(numbering_name(n, i), name));
    }
    assert_int_equal(numbering_count(n), 1000);
    assert_int_equal(numbering_find(n, T("名称1001")), 0);
    assert_int_equal(numbering_find(n, BYTES_NONE), 0);
    assert_int_equal(numbering_find(NULL, T("名称1")), 0);
}

/* By number as by name, in each format: the first of the name, those of the name behind it, none where there is none.
 */
static void a_number_finds_what_the_name_finds(void **state) {
    (void)state;
    const struct {
        struct format format;
        struct bytes file;
    } all[] = {{{.kind = FORMAT_CSV, .separator = ','}, T("x,b,a\n1,2,3\n4,5,6\n")},
               {{.kind = FORMAT_JSON}, T("{\"a\":{\"b\":[1,2],\"y\":3},\"b\":4,\"a2\":5}")},
               {{.kind = FORMAT_JSONL}, T("{\"b\":[1,2],\"a\":3}\n{\"y\":1}\n")},
               {{.kind = FORMAT_XML}, T("<r a='1'><b>2</b><y/><b>3</b><a><b/></a></r>")}};
    for (size_t i = 0; i < COUNT(all); i++) {
        struct arena *names = arena_new(4096, 1u << 20);
        struct numbering *numbering = numbering_new(names);
        struct format format = all[i].format;
        const struct bytes looked_for[] = {T("a"), T("b"), T("@a"), T("never")};
        for (size_t k = 0; k < COUNT(looked_for); k++) assert_int_equal(numbering_add(numbering, looked_for[k]), k + 1);
        format.numbering = numbering;
        const struct node *parents[] = {fixture_read(&format, all[i].file), NULL};
        parents[1] = parents[0]->first;
        for (size_t p = 0; p < COUNT(parents); p++) {
            for (uint32_t k = 0; k < COUNT(looked_for); k++) {
                const struct node *by_name = node_child(parents[p], looked_for[k]),
                                  *by_number = node_numbered(parents[p], k + 1);
                for (; by_name; by_name = node_again(by_name), by_number = node_numbered_again(by_number))
                    assert_ptr_equal(by_name, by_number);
                assert_null(by_number);
            }
        }
        arena_free(names);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_name_has_one_number_however_many_there_are),
                                       cmocka_unit_test(a_number_finds_what_the_name_finds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
