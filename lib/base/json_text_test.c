/* A known form is written and read back, whatever the text; anything else is broken and stays so. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/json_text.h"

static struct arena *arena;
static int start(void **state) {
    (void)state;
    arena = arena_new(4096, 1u << 20);
    return 0;
}
static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct bytes quoted(struct bytes text) {
    struct json_writer w = {.capacity = 2 + JSON_QUOTED_MAX * text.count};
    w.at = arena_alloc(arena, w.capacity);
    json_write_text(&w, text);
    return bytes_of(w.at, w.count);
}

static void every_byte_goes_through(void **state) {
    (void)state;
    uint8_t all[256];
    for (int i = 0; i < 256; i++) all[i] = (uint8_t)i;
    struct bytes text = quoted(bytes_of(all, sizeof all));
    struct json_reader r = {text, false};
    assert_true(bytes_equal(json_text(&r, arena), bytes_of(all, sizeof all)));
    assert_true(json_done(&r));
    assert_true(bytes_equal_cstr(quoted(BYTES_LITERAL("a\"\\\n案")), "\"a\\\"\\\\\\u000a案\""));
}

static void numbers_go_through(void **state) {
    (void)state;
    static const int64_t values[] = {0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[24];
        struct json_writer w = {text, 0, sizeof text};
        json_write_int(&w, values[i]);
        struct json_reader r = {bytes_of(text, w.count), false};
        assert_true(json_int(&r) == values[i] && json_done(&r));
    }
}

static void what_is_cut_is_broken(void **state) {
    (void)state;
    struct bytes text = quoted(BYTES_LITERAL("ab\\c\x01"));
    for (size_t cut = 0; cut < text.count; cut++) {
        /* an own block of memory, so that a read beyond its end is seen by the sanitizer */
        struct json_reader r = {arena_copy(arena, bytes_of(text.at, cut)), false};
        json_text(&r, arena);
        assert_false(json_done(&r));
    }
    struct json_reader r = {BYTES_LITERAL("\"\\u00\""), false};
    json_text(&r, arena);
    assert_true(r.broken);
    r = (struct json_reader){BYTES_LITERAL("x"), false};
    (void)json_int(&r);
    assert_true(r.broken && json_at(&r, 'x') && json_take(&r, "x"));
    assert_false(json_done(&r)); /* broken for good */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_byte_goes_through), cmocka_unit_test(numbers_go_through),
                                       cmocka_unit_test(what_is_cut_is_broken)};
    return cmocka_run_group_tests(tests, start, end);
}
