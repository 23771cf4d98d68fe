#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/buffer.h"

static void a_buffer_keeps_its_limit(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer b;
    struct fault f;
    buffer_init(&b, 10);
    assert_int_equal(buffer_add_cstr(&b, "0123456789", &f), OK);
    assert_int_equal(buffer_add_cstr(&b, "x", &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
    assert_int_equal(b.count, 10);
    buffer_clear(&b);
    assert_int_equal(buffer_printf(&b, &f, "%d", 42), OK);
    assert_true(bytes_equal_cstr(buffer_view(&b), "42"));
    assert_int_equal(buffer_read_file(&b, "/nonexistent", &f), REFUSE);
    assert_string_equal(f.code, "FILE_READ");
}
static void an_arena_gives_zeroed_memory_again_after_reset(void **state) {
    (void)state;
    AUTO(arena_free_auto) struct arena *arena = arena_new(128, 1u << 20);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            uint8_t *at = arena_alloc(arena, 100);
            assert_int_equal((uintptr_t)at % 16, 0);
            for (int k = 0; k < 100; k++) assert_int_equal(at[k], 0);
            memset(at, 0xff, 100);
        }
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    assert_string_equal(arena_printf(arena, "%s-%d", "a", 1), "a-1");
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_buffer_keeps_its_limit),
                                       cmocka_unit_test(an_arena_gives_zeroed_memory_again_after_reset)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
