#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "wire/frame.h"

static void murmur2_is_kafkas(void **state) {
    (void)state;
    static const struct {
        const char *key;
        int32_t hash;
    } vectors[] = {{"21", -973932308},
                   {"foobar", -790332482},
                   {"a-little-bit-long-string", -985981536},
                   {"a-little-bit-longer-string", -1486304829},
                   {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
                   {"abc", 479470107}};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        assert_int_equal((int32_t)murmur2(bytes_of_cstr(vectors[i].key)), vectors[i].hash);
    }
    assert_int_equal(lane_of_key(BYTES_LITERAL("abc"), 6), 479470107 % 6);
}
static void frames_open(void **state) {
    (void)state;
    uint8_t value[6] = {9, 9, 9, 9, 9, 7};
    uint32_t id;
    struct bytes body;
    struct fault f;
    assert_int_equal(frame_open(bytes_of(value, 4), &id, &body, &f), REFUSE);
    assert_string_equal(f.code, "FRAME_SHORT");
    assert_int_equal(frame_open(bytes_of(value, 6), &id, &body, &f), REFUSE);
    assert_string_equal(f.code, "FRAME_MAGIC");
    frame_write(value, 0x01020304);
    assert_int_equal(frame_open(bytes_of(value, 6), &id, &body, &f), OK);
    assert_int_equal(id, 0x01020304);
    assert_int_equal(body.count, 1);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(murmur2_is_kafkas), cmocka_unit_test(frames_open)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
