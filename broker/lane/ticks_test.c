#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "broker/lane/ticks_inside.h"

static int64_t seen[LIMIT_PARTICIPANTS], ends[LIMIT_PARTICIPANTS];
static int reset(void **state) {
    static struct ticks ticks;
    ticks = (struct ticks){.count = 0};
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) seen[i] = ends[i] = 0;
    *state = &ticks;
    return 0;
}

static void a_tick_waits_for_every_outbox(void **state) {
    struct ticks *t = *state;
    assert_false(ticks_want_ends(t));
    ticks_add(t, 100, 1);
    assert_true(ticks_want_ends(t));
    assert_int_equal(ticks_ready(t, seen), 0);
    ends[3] = 5;
    ends[63] = 2;
    ticks_set_ends(t, ends);
    assert_false(ticks_want_ends(t));
    seen[3] = 5;
    assert_int_equal(ticks_ready(t, seen), 0);
    seen[63] = 2;
    assert_int_equal(ticks_ready(t, seen), 1);
}

static void a_later_tick_needs_later_ends(void **state) {
    struct ticks *t = *state;
    instant time = INSTANT_NONE;
    int64_t offset = 0;
    ticks_add(t, 100, 1);
    ticks_set_ends(t, ends);
    ticks_add(t, 200, 2);
    assert_int_equal(ticks_ready(t, seen), 1);
    ticks_apply(t, 1, &time, &offset);
    assert_int_equal(time, 100);
    assert_int_equal(offset, 1);
    ticks_drop(t, 1);
    assert_true(ticks_want_ends(t));
    assert_int_equal(ticks_ready(t, seen), 0);
    ends[1] = 9;
    ticks_set_ends(t, ends);
    assert_int_equal(ticks_ready(t, seen), 0);
    seen[1] = 9;
    assert_int_equal(ticks_ready(t, seen), 1);
}

static void time_never_runs_backwards(void **state) {
    struct ticks *t = *state;
    instant time = 150;
    int64_t offset = 0;
    ticks_add(t, 100, 1);
    ticks_add(t, INSTANT_NONE, 2);
    ticks_apply(t, 2, &time, &offset);
    assert_int_equal(time, 150);
    assert_int_equal(offset, 2);
    ticks_add(t, 160, 3);
    ticks_apply(t, 3, &time, &offset);
    assert_int_equal(time, 160);
}

static void too_many_become_one_and_ask_again(void **state) {
    struct ticks *t = *state;
    for (int64_t i = 1; i <= (int64_t)TICKS_WAITING; i++) ticks_add(t, i, i);
    ticks_set_ends(t, ends);
    assert_int_equal(ticks_ready(t, seen), TICKS_WAITING);
    ticks_add(t, 5000, 5000);
    assert_int_equal(ticks_ready(t, seen), TICKS_WAITING - 1);
    ticks_drop(t, TICKS_WAITING - 1);
    assert_true(ticks_want_ends(t));
    assert_int_equal(t->waiting[0].at, 5000);
    assert_int_equal(t->waiting[0].next, 5000);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(a_tick_waits_for_every_outbox, reset),
                                       cmocka_unit_test_setup(a_later_tick_needs_later_ends, reset),
                                       cmocka_unit_test_setup(time_never_runs_backwards, reset),
                                       cmocka_unit_test_setup(too_many_become_one_and_ask_again, reset)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
