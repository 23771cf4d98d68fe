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

/* rd_kafka_message_set_headers wants a message of librdkafka's own: one made by a producer that never sends. */
static rd_kafka_t *producer;
static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque) {
    (void)rk;
    void (*look)(const rd_kafka_message_t *) = *(void (**)(const rd_kafka_message_t *))opaque;
    look(message);
}
static void (*looking)(const rd_kafka_message_t *);

static void with_message(rd_kafka_headers_t *headers, void (*look)(const rd_kafka_message_t *)) {
    char text[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", text, sizeof text);
    rd_kafka_conf_set(conf, "log_level", "0", text, sizeof text);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, &looking);
    looking = look;
    producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    INVARIANT(producer);
    INVARIANT(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END) == 0);
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer, 1000);
    rd_kafka_destroy(producer);
}

static struct bytes kept;
static void look_tracing(const rd_kafka_message_t *message) { kept = kept_tracing(arena, message); }
static void look_all(const rd_kafka_message_t *message) { kept = kept_all(arena, message); }

static void assert_kept(const char *expected) {
    char text[4096];
    snprintf(text, sizeof text, "%.*s", BYTES_FMT(kept));
    assert_string_equal(text, expected);
}

static void tracing_is_kept_where_lawful(void **state) {
    (void)state;
    rd_kafka_headers_t *h = rd_kafka_headers_new(4);
    rd_kafka_header_add(h, "traceparent", -1, "00-ab-cd-01", -1);
    rd_kafka_header_add(h, "other", -1, "x", -1);
    rd_kafka_header_add(h, "tracestate", -1, "a=b", -1);
    with_message(h, look_tracing);
    assert_kept("{\"traceparent\":\"00-ab-cd-01\",\"tracestate\":\"a=b\"}");
    h = rd_kafka_headers_new(4);
    rd_kafka_header_add(h, "traceparent", -1, "00-\"-01", -1);
    with_message(h, look_tracing);
    assert_kept("");
}

static void all_come_back_as_they_were(void **state) {
    (void)state;
    rd_kafka_headers_t *h = rd_kafka_headers_new(4), *back = rd_kafka_headers_new(4);
    rd_kafka_header_add(h, "text", -1, "文书", -1);
    rd_kafka_header_add(h, "bytes", -1, "\x00\xff\x10", 3);
    rd_kafka_header_add(h, "twice", -1, "1", -1);
    rd_kafka_header_add(h, "twice", -1, "2\n", -1);
    rd_kafka_header_add(h, "empty", -1, "", 0);
    with_message(h, look_all);
    kept_add(back, kept);
    const char *name;
    const void *value;
    size_t count;
    const struct {
        const char *name;
        struct bytes value;
    } expected[] = {{"text", BYTES_LITERAL("文书")},
                    {"bytes", BYTES_LITERAL("\x00\xff\x10")},
                    {"twice", BYTES_LITERAL("1")},
                    {"twice", BYTES_LITERAL("2\n")},
                    {"empty", BYTES_NONE}};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(rd_kafka_header_get_all(back, i, &name, &value, &count), 0);
        assert_string_equal(name, expected[i].name);
        assert_true(bytes_equal(bytes_of(value, count), expected[i].value));
    }
    assert_int_equal(rd_kafka_header_cnt(back), 5);
    rd_kafka_headers_destroy(back);
}

static void a_flood_of_headers_is_bounded(void **state) {
    (void)state;
    rd_kafka_headers_t *h = rd_kafka_headers_new(4);
    for (int i = 0; i < 5000; i++) rd_kafka_header_add(h, "flood", -1, "0123456789", -1);
    with_message(h, look_all);
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
