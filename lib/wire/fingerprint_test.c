/* Against the standards' own examples (FIPS 180-4 "abc"; GB/T 32905 annex A), however the bytes are cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "wire/fingerprint.h"

static void check(const char *sha256, const char *sm3, const struct digest *a, const struct digest *b) {
    char hex[DIGEST_SIZE * 2 + 1];
    digest_hex(a, hex);
    assert_string_equal(hex, sha256);
    digest_hex(b, hex);
    assert_string_equal(hex, sm3);
}
static void the_standards_examples(void **state) {
    (void)state;
    struct fingerprint *f = fingerprint_new();
    struct digest a, b;
    fingerprint_add(f, BYTES_LITERAL("abc"));
    fingerprint_end(f, &a, &b);
    check("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
          "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", &a, &b);
    fingerprint_begin(f);
    for (int i = 0; i < 16; i++) fingerprint_add(f, BYTES_LITERAL("abcd"));
    fingerprint_end(f, &a, &b);
    check("625b41490b883891943c5fa54ad45d7c900b9b6e91e159334e320b1f5215a209",
          "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732", &a, &b);
    fingerprint_free(f);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_standards_examples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
