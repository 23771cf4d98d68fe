#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/fault.h"

static void memory_is_zeroed_and_aligned_again_after_every_reset(void **state) {
    (void)state;
    AUTO(arena_free_auto) struct arena *arena = arena_new(128, 1u << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t count = 1; count < 100; count++) {
            uint8_t *at = arena_alloc(arena, count);
            assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < count; k++) assert_int_equal(at[k], 0);
            memset(at, 0xff, count);
        }
        assert_true(arena_used(arena) >= 99 * 100 / 2);
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
}
static void what_is_copied_stays_when_more_is_asked_for(void **state) {
    (void)state;
    AUTO(arena_free_auto) struct arena *arena = arena_new(16, 1u << 20);
    char source[] = "案件-1";
    struct bytes copy = arena_copy(arena, bytes_of_cstr(source));
    char *text = arena_cstr(arena, bytes_of(source, 6));
    char *printed = arena_printf(arena, "%s/%d", source, 42);
    memset(source, 'x', sizeof source - 1);
    for (int i = 0; i < 50; i++) memset(arena_alloc(arena, 500), 0xee, 500);
    assert_true(bytes_equal_cstr(copy, "案件-1"));
    assert_string_equal(text, "案件");
    assert_string_equal(printed, "案件-1/42");
    assert_int_equal(arena_copy(arena, BYTES_NONE).count, 0);
    assert_string_equal(arena_cstr(arena, BYTES_NONE), "");
    assert_non_null(arena_array(arena, 0, 8));
}
static void all_of_most_can_be_had(void **state) {
    (void)state;
    AUTO(arena_free_auto) struct arena *arena = arena_new(1024, 1600);
    memset(arena_alloc(arena, 1024), 1, 1024);
    memset(arena_alloc(arena, 576), 1, 576); /* the second block is smaller than the first */
    assert_int_equal(arena_used(arena), 1600);
}
static int how_it_ends(void (*work)(struct arena *)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct arena *arena = arena_new(64, 1024);
        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        work(arena);
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}
static void just_enough(struct arena *arena) { arena_alloc(arena, 900); }
static void too_much_at_once(struct arena *arena) { arena_alloc(arena, 1025); }
static void too_much_bit_by_bit(struct arena *arena) {
    for (int i = 0; i < 18; i++) arena_alloc(arena, 64);
}
static void too_many_items(struct arena *arena) {
    arena_array(arena, SIZE_MAX / 4 + 2, 4);
} /* 4 bytes, if it wrapped */
static void beyond_most_the_process_stops(void **state) {
    (void)state;
    assert_int_equal(how_it_ends(just_enough), 0);
    assert_int_equal(how_it_ends(too_much_at_once), SIGABRT);
    assert_int_equal(how_it_ends(too_much_bit_by_bit), SIGABRT);
    assert_int_equal(how_it_ends(too_many_items), SIGABRT);
}
/* In a scope it is an outcome, what was asked for is memory all the same, and everything since is given back. */
static void in_a_scope_beyond_most_is_an_outcome(void **state) {
    (void)state;
    AUTO(arena_free_auto) struct arena *arena = arena_new(64, 1024);
    struct arena_scope outer, inner;
    struct fault fault = {0};
    const char *before = arena_cstr(arena, BYTES_LITERAL("before"));
    size_t used = arena_used(arena);
    assert_int_equal(arena_enter(arena, &outer, &fault), OK);
    const char *kept = arena_cstr(arena, BYTES_LITERAL("kept"));
    assert_int_equal(arena_enter(arena, &inner, &fault), OK);
    memset(arena_alloc(arena, 300u << 10), 0xee, 300u << 10); /* more than the reserve */
    memset(arena_alloc(arena, 2000), 0xee, 2000);
    assert_int_equal(arena_check(arena, &fault), REFUSE);
    assert_int_equal(arena_leave(arena, &inner, OK, &fault), REFUSE);
    assert_string_equal(fault.code, "TOO_LARGE");
    assert_string_equal(kept, "kept");
    arena_alloc(arena, 64);
    assert_int_equal(arena_leave(arena, &outer, OK, &fault), OK);
    assert_true(arena_used(arena) > used);
    assert_int_equal(arena_enter(arena, &outer, &fault), OK);
    assert_int_equal(arena_ready(arena, 500, &fault), OK);
    assert_int_equal(arena_ready(arena, 2000, &fault), REFUSE);
    assert_int_equal(arena_leave(arena, &outer, FATAL, &fault),
                     REFUSE); /* what was found without memory says nothing */
    assert_string_equal(before, "before");
    arena_reset(arena);
    assert_int_equal(arena_enter(arena, &outer, &fault), OK);
    arena_fail(arena);
    assert_int_equal(arena_leave(arena, &outer, OK, &fault), FATAL);
    assert_int_equal(arena_used(arena), 0);
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned_again_after_every_reset),
        cmocka_unit_test(what_is_copied_stays_when_more_is_asked_for), cmocka_unit_test(all_of_most_can_be_had),
        cmocka_unit_test(beyond_most_the_process_stops), cmocka_unit_test(in_a_scope_beyond_most_is_an_outcome)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
