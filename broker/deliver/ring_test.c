#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "broker/deliver/ring_inside.h"

static void published_moves_over_contiguous_runs_only(void **state) {
    (void)state;
    static struct ring ring;
    ring_start(&ring, 10);
    ring_add(&ring, 11, 2);
    ring_add(&ring, 12, 0);
    ring_add(&ring, 13, 1);
    ring_acknowledge(&ring, 13);
    assert_int_equal(ring.published, 10);
    ring_acknowledge(&ring, 11);
    assert_int_equal(ring.published, 10);
    assert_false(ring_empty(&ring));
    ring_acknowledge(&ring, 11);
    assert_int_equal(ring.published, 13);
    assert_true(ring_empty(&ring));
    ring_add(&ring, 14, 0);
    assert_int_equal(ring.published, 14);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_moves_over_contiguous_runs_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
