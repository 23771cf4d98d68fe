/* A sealed chunk opens as itself and as nothing else; numbers that cannot be are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/chunks/chunks.h"
#include "base/limits.h"

#define SIZE 10000
static struct chunked made(void) {
    struct chunked what = {.sha256 = digest_of(BYTES_LITERAL("x")), .first_offset = 5, .last_offset = 7};
    chunked_cut(&what, SIZE, (int32_t)LIMIT_CHUNK_MIN);
    for (size_t i = 0; i < CHUNK_KEY; i++) what.key[i] = (uint8_t)i;
    return what;
}

static void a_content_is_cut_whole(void **state) {
    (void)state;
    struct chunked what = made();
    assert_int_equal(what.count, 3);
    assert_int_equal(chunk_length(&what, 0), 4096);
    assert_int_equal(chunk_length(&what, 2), SIZE - 8192);
    assert_int_equal(chunk_start(&what, 2), 8192);
    chunked_cut(&what, 8192, 4096);
    assert_int_equal(what.count, 2);
    assert_int_equal(chunk_length(&what, 1), 4096);
}

static void a_chunk_opens_as_itself_only(void **state) {
    (void)state;
    struct chunked what = made(), other = what;
    static uint8_t plain[4096], sealed[4096 + CHUNK_SEAL], opened[4096];
    for (size_t i = 0; i < sizeof plain; i++) plain[i] = (uint8_t)(i * 7);
    chunk_seal(&what, 1, bytes_of(plain, sizeof plain), sealed);
    assert_memory_not_equal(plain, sealed, 64);
    assert_true(chunk_open(&what, 1, bytes_of(sealed, sizeof sealed), opened));
    assert_memory_equal(plain, opened, sizeof plain);
    assert_false(chunk_open(&what, 0, bytes_of(sealed, sizeof sealed), opened)); /* another place */
    assert_false(chunk_open(&what, 2, bytes_of(sealed, sizeof sealed), opened)); /* another length */
    assert_false(chunk_open(&what, 1, bytes_of(sealed, sizeof sealed - 1), opened));
    other.sha256.b[0] ^= 1;
    assert_false(chunk_open(&other, 1, bytes_of(sealed, sizeof sealed), opened)); /* another content */
    other = what;
    other.key[31] ^= 1;
    assert_false(chunk_open(&other, 1, bytes_of(sealed, sizeof sealed), opened)); /* another key */
    const size_t flips[] = {0, 4095, 4096, 4111};
    for (size_t i = 0; i < sizeof flips / sizeof flips[0]; i++) {
        sealed[flips[i]] ^= 0x10;
        assert_false(chunk_open(&what, 1, bytes_of(sealed, sizeof sealed), opened));
        sealed[flips[i]] ^= 0x10;
    }
    assert_true(chunk_open(&what, 1, bytes_of(sealed, sizeof sealed), opened));
}

static void numbers_that_cannot_be_are_refused(void **state) {
    (void)state;
    struct fault fault = {0};
    struct chunked good = made();
    assert_int_equal(chunked_check(&good, &fault), OK);
    struct chunked bad[] = {good, good, good, good, good, good, good, good};
    bad[0].size = 0;
    bad[1].size = LIMIT_FILE + 1;
    bad[2].count = 4;
    bad[3].chunk_size = 0;
    bad[4].chunk_size = (int32_t)LIMIT_CHUNK + 1;
    bad[5].last_offset = 6;
    bad[6].first_offset = -1;
    bad[7].partition = -1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(chunked_check(&bad[i], &fault), REFUSE);
        assert_string_equal(fault.code, "CHUNKS_MALFORMED");
    }
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_content_is_cut_whole),
                                       cmocka_unit_test(a_chunk_opens_as_itself_only),
                                       cmocka_unit_test(numbers_that_cannot_be_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
