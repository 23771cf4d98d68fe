#define _GNU_SOURCE /* memmem */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/limits.h"
#include "broker/examine/examine.h"
#include "wire/frame.h"

#define LANES 6
static struct catalogue *catalogue;
static struct buffer file; /* a case file made by fastavro */
static char key[] = "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0002";
static const struct participant owner = {.number = 5, .slug = "nm"};

static int load(void **state) {
    (void)state;
    struct fault fault;
    buffer_init(&file, LIMIT_VALUE);
    if (catalogue_load("schemas", &catalogue, &fault) != OK) return -1;
    return buffer_read_file(&file, "tests/golden/1-CaseFile.bin", &fault) == OK ? 0 : -1;
}
static int unload(void **state) {
    (void)state;
    buffer_free(&file);
    catalogue_free(catalogue);
    return 0;
}

static struct arrival arrival_of(struct bytes value) {
    struct bytes k = bytes_of(key, sizeof key - 1);
    return (struct arrival){.key = k, .value = value, .lane = lane_of_key(k, LANES), .lanes = LANES, .owner = &owner};
}
static struct examination examined(const struct arrival *arrival, struct fault *fault) {
    struct examination x;
    *fault = (struct fault){0};
    examine(catalogue, arrival, &x, fault);
    return x;
}
static void assert_refused(const struct arrival *arrival, const char *code) {
    struct fault fault;
    assert_int_equal(examined(arrival, &fault).what, EXAMINED_REFUSED);
    assert_string_equal(fault.code, code);
}
/* The one place where `from` stands in the file becomes `to`, of the same length. */
static void patch(struct bytes from, const void *to) {
    uint8_t *at = memmem(file.at, file.count, from.at, from.count);
    assert_non_null(at);
    memcpy(at, to, from.count);
}

static void a_lawful_case_file_is_a_submission(void **state) {
    (void)state;
    struct fault fault;
    struct arrival a = arrival_of(buffer_view(&file));
    struct examination x = examined(&a, &fault);
    assert_int_equal(x.what, EXAMINED_SUBMISSION);
    assert_int_equal(fault.what, OK);
    struct digest expected = digest_of(bytes_of(file.at + FRAME_SIZE, file.count - FRAME_SIZE));
    assert_memory_equal(x.hash.b, expected.b, DIGEST_SIZE);
}

static void the_key_is_the_case_and_leads_to_this_lane(void **state) {
    (void)state;
    struct arrival a = arrival_of(buffer_view(&file));
    a.key = BYTES_NONE;
    assert_refused(&a, "NO_KEY");
    a.key = BYTES_LITERAL("6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0003");
    assert_refused(&a, "KEY_MISMATCH");
    a = arrival_of(buffer_view(&file));
    a.lane = (a.lane + 1) % LANES;
    assert_refused(&a, "WRONG_LANE");
}

/* Another spelling of the same id would have another hash: two lanes would write one case. */
static void a_case_id_has_one_spelling(void **state) {
    (void)state;
    char loud[] = "6F0D5B1E-5C1B-5E0E-9A55-0EC0CA5E0002";
    patch(bytes_of(key, sizeof key - 1), loud);
    struct arrival a = arrival_of(buffer_view(&file));
    a.key = bytes_of(loud, sizeof loud - 1);
    a.lane = lane_of_key(a.key, LANES);
    assert_refused(&a, "ENVELOPE_UUID");
    patch(bytes_of(loud, sizeof loud - 1), key);
}

static void put_varint(int64_t number, uint8_t out[6]) {
    uint64_t value = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
    for (int i = 0; i < 6; i++, value >>= 7) out[i] = (uint8_t)((value & 0x7f) | (i < 5 ? 0x80 : 0));
    assert_int_equal(value, 0);
}
static void times_are_of_this_time(void **state) {
    (void)state;
    uint8_t lawful[6], insane[6];
    put_varint(INT64_C(1780885200000), lawful);
    put_varint(-INT64_C(2000000000000), insane); /* 1906 */
    patch(bytes_of(lawful, 6), insane);
    struct arrival a = arrival_of(buffer_view(&file));
    assert_refused(&a, "FIELD_DATE");
    patch(bytes_of(insane, 6), lawful);
    assert_true(instant_sane(0) && instant_sane(INT64_C(7258089599999)));
    assert_false(instant_sane(INT64_C(7258089600000)) || instant_sane(INT64_MIN) || instant_sane(INT64_MAX));
}

static void each_kind_has_its_topic(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer tick, report;
    struct fault fault;
    buffer_init(&tick, 4096);
    buffer_init(&report, 4096);
    assert_int_equal(record_write_tick(catalogue, 2, 1780885200000, &tick, &fault), OK);
    assert_int_equal(record_write_report(catalogue, BYTES_LITERAL("nm"), 2, 1, 1, 9, 1780885200000, &report, &fault),
                     OK);
    struct arrival a = {.value = buffer_view(&tick), .lane = 2, .lanes = LANES, .clock = true};
    assert_int_equal(examined(&a, &fault).what, EXAMINED_TICK);
    a.value = buffer_view(&file);
    assert_refused(&a, "KIND_MISMATCH");
    a = (struct arrival){.value = buffer_view(&tick), .lane = 2, .lanes = LANES, .owner = &owner};
    assert_refused(&a, "KIND_MISMATCH");
    a.value = buffer_view(&report); /* needs no key */
    assert_int_equal(examined(&a, &fault).what, EXAMINED_REPORT);
    a.lane = 3;
    assert_refused(&a, "WRONG_LANE");
}

static void a_report_is_the_owners_own(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer report;
    struct fault fault;
    buffer_init(&report, 4096);
    assert_int_equal(record_write_report(catalogue, BYTES_LITERAL("lcj"), 2, 1, 1, 9, 0, &report, &fault), OK);
    struct arrival a = {.value = buffer_view(&report), .lane = 2, .lanes = LANES, .owner = &owner};
    assert_refused(&a, "SENDER_NOT_OWNER");
}

static void cut_anywhere_it_is_malformed(void **state) {
    (void)state;
    for (size_t count = 0; count < file.count; count++) {
        struct fault fault;
        struct arrival a = arrival_of(bytes_of(file.at, count));
        assert_int_equal(examined(&a, &fault).what, EXAMINED_MALFORMED);
        assert_int_equal(fault.what, REFUSE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_lawful_case_file_is_a_submission),
                                       cmocka_unit_test(the_key_is_the_case_and_leads_to_this_lane),
                                       cmocka_unit_test(a_case_id_has_one_spelling),
                                       cmocka_unit_test(times_are_of_this_time),
                                       cmocka_unit_test(each_kind_has_its_topic),
                                       cmocka_unit_test(a_report_is_the_owners_own),
                                       cmocka_unit_test(cut_anywhere_it_is_malformed)};
    return cmocka_run_group_tests(tests, load, unload);
}
