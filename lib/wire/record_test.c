#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "wire/frame.h"
#include "wire/record.h"

static struct catalogue *catalogue;
static int load(void **state) {
    (void)state;
    struct fault f;
    return catalogue_load("schemas", &catalogue, &f) == OK ? 0 : -1;
}
static int unload(void **state) {
    (void)state;
    catalogue_free(catalogue);
    return 0;
}
static void avro_c_reads(const struct buffer *value, enum record_kind kind) {
    avro_value_iface_t *class = avro_generic_class_from_schema(catalogue_newest(catalogue, kind)->schema);
    avro_value_t decoded;
    assert_int_equal(avro_generic_value_new(class, &decoded), 0);
    avro_reader_t from = avro_reader_memory((const char *)value->at + FRAME_SIZE, (int64_t)value->count - FRAME_SIZE);
    assert_int_equal(avro_value_read(from, &decoded), 0);
    avro_reader_free(from);
    avro_value_decref(&decoded);
    avro_value_iface_decref(class);
}
static void what_we_say_ourselves_is_read_by_both(void **state) {
    (void)state;
    struct buffer b;
    struct fault f;
    struct submission s;
    buffer_init(&b, 65536);
    struct notice_reason reason = {"NO_KEY", BYTES_LITERAL("key"), "记录没有键", "no key"};
    struct notice_clock clock = {"D09", 1, -2, true};
    struct bytes recipient = BYTES_LITERAL("nm");
    struct notice notice = {.message_id = uuid_v5(&UUID_ECOCASE, BYTES_LITERAL("a")),
                            .recipients = &recipient,
                            .recipient_count = 1,
                            .event = BYTES_LITERAL("SYS.REFUSED"),
                            .business_time = -5,
                            .source_topic = BYTES_LITERAL("t"),
                            .source_offset = INT64_MAX,
                            .reasons = &reason,
                            .reason_count = 1,
                            .clocks = &clock,
                            .clock_count = 1};
    assert_int_equal(record_write_notice(catalogue, &notice, &b, &f), OK);
    avro_c_reads(&b, RECORD_NOTICE);
    assert_int_equal(record_read(catalogue, buffer_view(&b), &s, &f), OK);
    assert_int_equal(s.kind, RECORD_NOTICE);
    assert_int_equal(s.business_time, -5);
    size_t cursor = 0;
    struct bytes to;
    assert_true(walk_items(&s.recipients, &cursor, &to));
    assert_true(bytes_equal_cstr(to, "nm"));
    assert_false(walk_items(&s.recipients, &cursor, &to));
    buffer_clear(&b);
    assert_int_equal(record_write_report(catalogue, BYTES_LITERAL("nm"), 3, 1, 2, 77, 9, &b, &f), OK);
    avro_c_reads(&b, RECORD_DELIVERY_REPORT);
    assert_int_equal(record_read(catalogue, buffer_view(&b), &s, &f), OK);
    assert_int_equal(s.lane, 3);
    assert_int_equal(s.up_to, 77);
    buffer_clear(&b);
    assert_int_equal(record_write_tick(catalogue, 4, 9, &b, &f), OK);
    avro_c_reads(&b, RECORD_TICK);
    assert_int_equal(record_read(catalogue, buffer_view(&b), &s, &f), OK);
    assert_int_equal(s.lane, 4);
    buffer_free(&b);
}
static void every_cut_and_every_addition_is_refused(void **state) {
    (void)state;
    struct buffer b;
    struct fault f;
    struct submission s;
    buffer_init(&b, 65536);
    assert_int_equal(record_write_tick(catalogue, 4, 9, &b, &f), OK);
    for (size_t cut = 0; cut < b.count; cut++)
        assert_int_equal(record_read(catalogue, bytes_of(b.at, cut), &s, &f), REFUSE);
    assert_int_equal(buffer_add_cstr(&b, "x", &f), OK);
    assert_int_equal(record_read(catalogue, buffer_view(&b), &s, &f), REFUSE);
    assert_string_equal(f.code, "AVRO_TRAILING");
    b.at[4] = 99;
    assert_int_equal(record_read(catalogue, buffer_view(&b), &s, &f), REFUSE);
    assert_string_equal(f.code, "SCHEMA_UNKNOWN");
    buffer_free(&b);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_we_say_ourselves_is_read_by_both),
                                       cmocka_unit_test(every_cut_and_every_addition_is_refused)};
    return cmocka_run_group_tests(tests, load, unload);
}
