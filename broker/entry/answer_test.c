#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "broker/entry/answer.h"
#include "wire/reason_inside.h"

static struct arena *arena;
static int start(void **state) {
    (void)state;
    arena = arena_new(4096, 4u * MIB);
    return 0;
}
static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    struct notice_reason reasons[] = {{"NOT_IN_STATE", BYTES_LITERAL("envelope.referral_id"), NULL, NULL},
                                      {"CLOCK_SKEW", BYTES_LITERAL("a\"b\\c\n{}"), NULL, NULL}};
    struct clock clocks[] = {{.rule = "D09", .due_strict = 1780000000000, .due_lenient = -5, .statutory = true},
                             {.rule = "D09a", .due_strict = INT64_MAX, .due_lenient = INT64_MIN}};
    struct bytes text = answer_write(arena, reasons, 2, clocks, 2);
    struct notice notice = {.serial = 7};
    struct fault fault;
    assert_int_equal(answer_read(arena, text, &notice, &fault), OK);
    assert_int_equal(notice.reason_count, 2);
    assert_int_equal(notice.clock_count, 2);
    assert_string_equal(notice.reasons[0].code, "NOT_IN_STATE");
    assert_string_equal(notice.reasons[0].zh, reason_find("NOT_IN_STATE")->zh);
    assert_string_equal(notice.reasons[0].en, reason_find("NOT_IN_STATE")->en);
    assert_true(bytes_equal(notice.reasons[1].field, reasons[1].field));
    assert_string_equal(notice.clocks[0].rule, "D09");
    assert_int_equal(notice.clocks[0].due_strict, 1780000000000);
    assert_int_equal(notice.clocks[0].due_lenient, -5);
    assert_true(notice.clocks[0].statutory);
    assert_true(notice.clocks[1].due_lenient == INT64_MIN && notice.clocks[1].due_strict == INT64_MAX);
    assert_false(notice.clocks[1].statutory);
}

static void every_reason_goes_through(void **state) {
    (void)state;
    for (size_t i = 0; i < reason_count(); i++) {
        struct notice_reason reason = {reason_at(i)->code, BYTES_NONE, NULL, NULL};
        struct notice notice = {.serial = 0};
        struct fault fault;
        assert_int_equal(answer_read(arena, answer_write(arena, &reason, 1, NULL, 0), &notice, &fault), OK);
        assert_string_equal(notice.reasons[0].zh, reason_at(i)->zh);
    }
}

static void nothing_to_say_is_empty(void **state) {
    (void)state;
    struct notice notice = {.reason_count = 0};
    struct fault fault;
    assert_int_equal(answer_write(arena, NULL, 0, NULL, 0).count, 0);
    assert_int_equal(answer_read(arena, BYTES_NONE, &notice, &fault), OK);
    assert_int_equal(notice.reason_count, 0);
}

static void another_form_is_a_fault(void **state) {
    (void)state;
    struct notice_reason reason = {"ID_CONFLICT", BYTES_LITERAL("x"), NULL, NULL};
    struct clock clock = {.rule = "D01"};
    struct bytes text = answer_write(arena, &reason, 1, &clock, 1);
    struct notice notice = {.serial = 0};
    struct fault fault;
    for (size_t cut = 1; cut < text.count; cut++) {
        /* an own block of memory, so that a read beyond its end is seen by the sanitizer */
        struct bytes part = arena_copy(arena, bytes_of(text.at, cut));
        assert_int_equal(answer_read(arena, part, &notice, &fault), FATAL);
    }
    assert_int_equal(answer_read(arena, BYTES_LITERAL("{\"reasons\": []}"), &notice, &fault), FATAL);
}

static void a_place_goes_through(void **state) {
    (void)state;
    int32_t lane = 0;
    int64_t serial = 0;
    struct fault fault;
    assert_int_equal(answer_read_place(answer_write_place(arena, 5, INT64_C(9000000000)), &lane, &serial, &fault), OK);
    assert_int_equal(lane, 5);
    assert_true(serial == INT64_C(9000000000));
    assert_int_equal(answer_read_place(BYTES_LITERAL("{\"lane\":64,\"serial\":1}"), &lane, &serial, &fault), FATAL);
    assert_int_equal(answer_read_place(BYTES_NONE, &lane, &serial, &fault), FATAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read), cmocka_unit_test(every_reason_goes_through),
        cmocka_unit_test(nothing_to_say_is_empty), cmocka_unit_test(another_form_is_a_fault),
        cmocka_unit_test(a_place_goes_through)};
    return cmocka_run_group_tests(tests, start, end);
}
