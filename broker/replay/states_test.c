/* States of many cases over growing and copying together: each is found again with all that it points to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "broker/replay/states_inside.h"

#define CASES 20000u

static struct uuid id_of(uint32_t n) {
    struct uuid id = {{0}};
    memcpy(id.b + 12, &n, 4);
    return id;
}

static void cases_survive_growth_and_copying(void **context) {
    (void)context;
    struct states *states = states_new();
    size_t most = 0;
    for (uint32_t n = 0; n < CASES; n++) {
        struct uuid id = id_of(n);
        struct past_case *past = states_find_or_add(states, &id);
        struct referral *r = arena_alloc(states_keep(states), sizeof *r);
        r->id = r->case_id = id;
        r->title = bytes_of_cstr(arena_printf(states_keep(states), "案件 %u", n));
        r->numbers = bytes_of_cstr(arena_printf(states_keep(states), "%u号", n));
        past->state.referrals[past->state.count++] = r;
        mentions_add(&past->mentions[0], n);
        arena_alloc(states_keep(states), 16u * KIB); /* superseded at once */
        if (arena_used(states_keep(states)) > most) most = arena_used(states_keep(states));
    }
    assert_true(most < (size_t)CASES * 16u * KIB / 2); /* the superseded does not pile up */
    for (uint32_t n = 0; n < CASES; n++) {
        struct uuid id = id_of(n);
        struct mentions once = {0};
        char title[40];
        size_t place = 9;
        struct past_case *past = states_find(states, &id);
        struct referral *r = past_case_referral(past, &id, &place);
        assert_non_null(r);
        snprintf(title, sizeof title, "案件 %u", n);
        mentions_add(&once, n);
        assert_true(place == 0 && bytes_equal_cstr(r->title, title) && past->mentions[0].count == 1 &&
                    past->mentions[0].digest == once.digest);
    }
    struct uuid unknown = id_of(CASES);
    size_t at = 0, count = 0;
    assert_null(states_find(states, &unknown));
    while (states_next(states, &at)) count++;
    assert_int_equal(count, CASES);
    states_free(states);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cases_survive_growth_and_copying)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
