#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include "base/fault.h"
#include "base/limits.h"
#include "broker/deliver/kept.h"
#include "bus/mock_fixture.h"

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

static struct bytes kept;
static void look_tracing(const struct bus_message *message) { kept = kept_tracing(arena, message); }
static void look_all(const struct bus_message *message) { kept = kept_all(arena, message); }

static void assert_kept(const char *expected) {
    char text[4096];
    snprintf(text, sizeof text, "%.*s", BYTES_FMT(kept));
    assert_string_equal(text, expected);
}

static void tracing_is_kept_where_lawful(void **state) {
    (void)state;
    struct bus_headers *h = bus_headers_new(4);
    bus_headers_add_text(h, "traceparent", "00-ab-cd-01");
    bus_headers_add_text(h, "other", "x");
    bus_headers_add_text(h, "tracestate", "a=b");
    mock_message(h, look_tracing);
    assert_kept("{\"traceparent\":\"00-ab-cd-01\",\"tracestate\":\"a=b\"}");
    h = bus_headers_new(4);
    bus_headers_add_text(h, "traceparent", "00-\"-01");
    mock_message(h, look_tracing);
    assert_kept("");
}

static void all_come_back_as_they_were(void **state) {
    (void)state;
    struct bus_headers *h = bus_headers_new(4), *back = bus_headers_new(4);
    bus_headers_add_text(h, "text", "文书");
    bus_headers_add(h, BYTES_LITERAL("bytes"), BYTES_LITERAL("\x00\xff\x10"));
    bus_headers_add_text(h, "twice", "1");
    bus_headers_add_text(h, "twice", "2\n");
    bus_headers_add_text(h, "empty", "");
    mock_message(h, look_all);
    kept_add(back, kept);
    const char *name;
    struct bytes value;
    const struct {
        const char *name;
        struct bytes value;
    } expected[] = {{"text", BYTES_LITERAL("文书")},
                    {"bytes", BYTES_LITERAL("\x00\xff\x10")},
                    {"twice", BYTES_LITERAL("1")},
                    {"twice", BYTES_LITERAL("2\n")},
                    {"empty", BYTES_NONE}};
    for (size_t i = 0; i < 5; i++) {
        assert_true(bus_headers_at(back, i, &name, &value));
        assert_string_equal(name, expected[i].name);
        assert_true(bytes_equal(value, expected[i].value));
    }
    assert_false(bus_headers_at(back, 5, &name, &value));
    bus_headers_free(back);
}

static void a_flood_of_headers_is_bounded(void **state) {
    (void)state;
    struct bus_headers *h = bus_headers_new(4);
    for (int i = 0; i < 5000; i++) bus_headers_add_text(h, "flood", "0123456789");
    mock_message(h, look_all);
    json_t *root = json_loadb((const char *)kept.at, kept.count, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(root, "flood")), 100);
    assert_string_equal(json_string_value(json_object_get(root, "ecocase_headers_dropped")), "4900");
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tracing_is_kept_where_lawful),
                                       cmocka_unit_test(all_come_back_as_they_were),
                                       cmocka_unit_test(a_flood_of_headers_is_bounded)};
    return cmocka_run_group_tests(tests, start, end);
}
