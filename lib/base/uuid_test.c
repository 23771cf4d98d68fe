#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/uuid.h"

static void known_vectors_hold(void **state) {
    (void)state;
    struct uuid dns, made;
    char text[UUID_TEXT + 1];
    assert_true(uuid_parse(BYTES_LITERAL("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), &dns));
    made = uuid_v5(&dns, BYTES_LITERAL("www.example.com")); /* RFC 9562 A.4 */
    uuid_format(&made, text);
    assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    assert_false(uuid_parse(BYTES_LITERAL("6ba7b810-9dad-11d1-80b4-00c04fd430c"), &dns));
    assert_false(uuid_parse(BYTES_LITERAL("6ba7b810-9dad-11d1-80b4-00c04fd430cg"), &dns));
    struct uuid earlier = uuid_v7(1000), later = uuid_v7(2000);
    assert_true(memcmp(earlier.b, later.b, 16) < 0);
    assert_int_equal(later.b[6] >> 4, 7);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_vectors_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
