/* Arenas and settings, with every allocation failing once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/settings.h"
#include "base/buffer.h"
#include "base/torture_fixture.h"
#include <stdlib.h>

static void out_of_memory(enum outcome outcome, const struct fault *fault) {
    assert_int_equal(outcome, FATAL);
    assert_string_equal(fault->code, "INTERNAL");
    assert_true(torture_failed());
}

/* All that is asked for within the scope is memory to write to, whichever block could not be had. */
static bool scope(void *context) {
    AUTO(arena_free_auto) struct arena *arena = NULL;
    struct arena_scope scope;
    struct fault fault = {0};
    (void)context;
    enum outcome outcome = arena_open(64, 1u << 20, &arena, &fault);
    if (outcome == OK) outcome = arena_enter(arena, &scope, &fault);
    if (outcome == OK) {
        char *texts[64];
        for (int i = 0; i < 64; i++) texts[i] = arena_printf(arena, "%0100d", i);
        for (int i = 0; i < 64; i++) assert_int_equal(atoi(texts[i]), i);
        outcome = arena_leave(arena, &scope, OK, &fault);
        assert_true(outcome == OK || arena_used(arena) == 0);
        if (outcome != OK) assert_string_equal(arena_cstr(arena, BYTES_LITERAL("it goes on")), "it goes on");
    }
    if (outcome != OK) out_of_memory(outcome, &fault);
    return outcome == OK;
}
static void a_scope_goes_on_and_says_so_at_its_end(void **state) {
    (void)state;
    assert_true(torture_each(scope, NULL, 0) > 64);
}

static bool parse(void *context) {
    struct settings *settings = NULL;
    struct fault fault = {0};
    enum outcome outcome = settings_parse("torture.yaml", bytes_of_cstr(context), &settings, &fault);
    if (outcome != OK) {
        out_of_memory(outcome, &fault);
        assert_null(settings);
    }
    settings_free(settings);
    return outcome == OK;
}
static void settings_are_parsed_or_there_was_no_memory(void **state) {
    AUTO(buffer_free) struct buffer yaml;
    (void)state;
    buffer_init(&yaml, 1u << 20);
    for (int i = 0; i < 2000; i++) assert_int_equal(buffer_printf(&yaml, NULL, "key%d: [a, b, {c: d}]\n", i), OK);
    assert_int_equal(buffer_add(&yaml, bytes_of("", 1), NULL), OK);
    assert_true(torture_each(parse, yaml.at, 0) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_scope_goes_on_and_says_so_at_its_end),
                                       cmocka_unit_test(settings_are_parsed_or_there_was_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
