#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/uuid.h"

static struct uuid of(const char *text) {
    struct uuid uuid;
    assert_true(uuid_parse(bytes_of_cstr(text), &uuid));
    return uuid;
}
static void is(struct uuid uuid, const char *want) {
    char text[UUID_TEXT + 1];
    uuid_format(&uuid, text);
    assert_string_equal(text, want);
}
static void names_give_the_ids_of_the_rfc(void **state) {
    (void)state;
    struct uuid dns = of("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), url = of("6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    /* RFC 9562 A.4 */
    is(uuid_v5(&dns, BYTES_LITERAL("www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    /* RFC 4122 errata 1352 */
    is(uuid_v5(&dns, BYTES_LITERAL("www.widgets.com")), "21f7f8de-8051-5b89-8680-0195ef798b6a");
    is(uuid_v5(&dns, BYTES_LITERAL("python.org")), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
    is(uuid_v5(&url, BYTES_NONE), "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
}
static void our_namespace_never_changes(void **state) {
    (void)state;
    is(UUID_ECOCASE, "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0000");
    is(uuid_v5(&UUID_ECOCASE, BYTES_LITERAL("case:农牧:1")), "bea14c9f-3e12-5e14-bc50-abc1a06d7785");
}
static void only_the_long_form_is_read(void **state) {
    (void)state;
    struct uuid kept = of("00112233-4455-6677-8899-aabbccddeeff"), uuid = kept;
    is(of("00112233-4455-6677-8899-AABBCCDDEEFF"), "00112233-4455-6677-8899-aabbccddeeff");
    const char *bad[] = {"",
                         "00112233-4455-6677-8899-aabbccddeef",
                         "00112233-4455-6677-8899-aabbccddeeff0",
                         "00112233-4455-6677-8899-aabbccddeefg",
                         "001122334455-6677-8899-aabbccddeeff--",
                         "00112233445566778899aabbccddeeff",
                         "{0112233-4455-6677-8899-aabbccddeef}",
                         " 0112233-4455-6677-8899-aabbccddeeff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(uuid_parse(bytes_of_cstr(bad[i]), &uuid));
    assert_true(uuid_equal(&uuid, &kept));
    assert_false(uuid_is_nil(&kept));
    uuid = of("00000000-0000-0000-0000-000000000000");
    assert_true(uuid_is_nil(&uuid));
    assert_false(uuid_equal(&uuid, &kept));
}
static void both_v7_and_v8_begin_with_the_time(void **state) {
    (void)state;
    struct uuid earlier = uuid_v7(INT64_C(1645557742000)), later = uuid_v7(INT64_C(1645557742001));
    const uint8_t stamp[6] = {0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0}; /* RFC 9562 A.6 */
    assert_memory_equal(earlier.b, stamp, 6);
    assert_true(memcmp(earlier.b, later.b, 16) < 0);
    assert_int_equal(later.b[6] >> 4, 7);
    assert_int_equal(later.b[8] >> 6, 2);
    struct uuid again = uuid_v7(INT64_C(1645557742000));
    assert_false(uuid_equal(&earlier, &again));
    uint8_t digest[32];
    memset(digest, 0xff, sizeof digest);
    /* the same at each call */
    is(uuid_v8(INT64_C(1645557742000), digest), "017f22e2-79b0-8fff-bfff-ffffffffffff");
    is(uuid_v8(-1, digest), "00000000-0000-8fff-bfff-ffffffffffff");
    memset(digest, 0, sizeof digest);
    is(uuid_v8(0, digest), "00000000-0000-8000-8000-000000000000");
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_give_the_ids_of_the_rfc), cmocka_unit_test(our_namespace_never_changes),
        cmocka_unit_test(only_the_long_form_is_read), cmocka_unit_test(both_v7_and_v8_begin_with_the_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
