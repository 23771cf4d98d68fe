#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "wire/walk.h"

static const char *walk(const char *schema_json, const char *bytes, size_t count) {
    static struct fault f;
    avro_schema_t schema;
    struct walk_program *program = NULL;
    struct walk_field none[1];
    assert_int_equal(avro_schema_from_json_length(schema_json, strlen(schema_json), &schema), 0);
    assert_int_equal(walk_program_new(schema, NULL, 0, &program, &f), OK);
    enum outcome outcome = walk_run(program, bytes_of(bytes, count), none, &f);
    walk_program_free(program);
    avro_schema_decref(schema);
    return outcome == OK ? "OK" : f.code;
}
#define WALK(schema, literal) walk(schema, literal, sizeof(literal) - 1)

static void hostile_bytes_are_named(void **state) {
    (void)state;
    assert_string_equal(WALK("\"string\"", "\x04"
                                           "ab"),
                        "OK");
    assert_string_equal(WALK("\"string\"", "\x04"
                                           "a"),
                        "AVRO_LENGTH");
    assert_string_equal(WALK("\"string\"", "\x03"
                                           "a"),
                        "AVRO_LENGTH"); /* -2 */
    assert_string_equal(WALK("\"string\"", "\x04\xc0\x80"), "AVRO_UTF8");
    assert_string_equal(WALK("\"string\"", "\x06\xed\xa0\x80"), "AVRO_UTF8");
    assert_string_equal(WALK("\"string\"", "\x08\xf4\x90\x80\x80"), "AVRO_UTF8");
    assert_string_equal(WALK("\"string\"", "\x06\xe5\xb7\xb4"), "OK");
    assert_string_equal(WALK("\"boolean\"", "\x02"), "AVRO_BOOLEAN");
    assert_string_equal(WALK("\"long\"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "AVRO_VARINT");
    assert_string_equal(WALK("\"long\"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "OK");
    /* a 65th bit */
    assert_string_equal(WALK("\"long\"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "AVRO_VARINT");
    assert_string_equal(WALK("\"int\"", "\xff\xff\xff\xff\xff\x01"), "AVRO_VARINT");
    assert_string_equal(WALK("\"long\"", "\x80"), "AVRO_TRUNCATED");
    assert_string_equal(WALK("\"double\"", "1234567"), "AVRO_TRUNCATED");
    assert_string_equal(WALK("[\"null\",\"long\"]", "\x04"), "AVRO_UNION");
    assert_string_equal(WALK("{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"a\"]}", "\x02"), "AVRO_ENUM");
    assert_string_equal(WALK("\"long\"", "\x02\x02"), "AVRO_TRAILING");
}
static void huge_arrays_cost_nothing(void **state) {
    (void)state;
    const char *nulls = "{\"type\":\"array\",\"items\":\"null\"}";
    assert_string_equal(WALK(nulls, "\x80\x80\x80\x80\x08\x00"), "AVRO_ITEMS");
    /* INT64_MIN items */
    assert_string_equal(WALK(nulls, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00"), "AVRO_ITEMS");
    assert_string_equal(WALK(nulls, "\x06\x00"), "OK");
    assert_string_equal(WALK(nulls, "\x05\x02\x00"), "AVRO_LENGTH"); /* -3 items said to be 1 byte */
    assert_string_equal(WALK(nulls, "\x05\x00\x00"), "OK");
}
static void recursion_has_a_floor(void **state) {
    (void)state;
    const char *tree = "{\"type\":\"record\",\"name\":\"t\",\"fields\":[{\"name\":\"k\",\"type\":{\"type\":\"array\","
                       "\"items\":\"t\"}}]}";
    char deep[400];
    memset(deep, 2, sizeof deep);
    assert_string_equal(walk(tree, deep, sizeof deep), "AVRO_DEPTH");
    assert_string_equal(WALK(tree, "\x02\x00\x00"), "OK");
}
static void utf8_is_strict_wherever_it_stands(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *code;
    } cases[] = {{"\x7f", "OK"},
                 {"\xc2\x80", "OK"},
                 {"\xdf\xbf", "OK"},
                 {"\xe0\xa0\x80", "OK"},
                 {"\xec\xbf\xbf", "OK"},
                 {"\xed\x9f\xbf", "OK"},
                 {"\xee\x80\x80", "OK"},
                 {"\xef\xbf\xbf", "OK"},
                 {"\xf0\x90\x80\x80", "OK"},
                 {"\xf4\x8f\xbf\xbf", "OK"},
                 {"\x80", "AVRO_UTF8"},
                 {"\xbf", "AVRO_UTF8"},
                 {"\xc1\xbf", "AVRO_UTF8"},
                 {"\xc2\x7f", "AVRO_UTF8"},
                 {"\xc2\xc0", "AVRO_UTF8"},
                 {"\xe0\x9f\xbf", "AVRO_UTF8"},
                 {"\xe1\x80", "AVRO_UTF8"},
                 {"\xe1\x80\xc0", "AVRO_UTF8"},
                 {"\xe5\x41\x80", "AVRO_UTF8"},
                 {"\xed\xbf\xbf", "AVRO_UTF8"},
                 {"\xf0\x8f\xbf\xbf", "AVRO_UTF8"},
                 {"\xf0\x90\x80", "AVRO_UTF8"},
                 {"\xf5\x80\x80\x80", "AVRO_UTF8"},
                 {"\xff", "AVRO_UTF8"}};
    static const char *const filler[] = {"",
                                         "a",
                                         "1234567",
                                         "12345678",
                                         "\xe5\xb7\xb4",
                                         "12345678\xe5\xb7\xb4"
                                         "1234567"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t before = 0; before < 6; before++) {
            for (size_t after = 0; after < 6; after++) {
                char bytes[64];
                int count =
                    snprintf(bytes + 1, sizeof bytes - 1, "%s%s%s", filler[before], cases[i].text, filler[after]);
                bytes[0] = (char)(count * 2);
                assert_string_equal(walk("\"string\"", bytes, (size_t)count + 1), cases[i].code);
            }
        }
    }
}
static void a_type_named_twice_has_two_places(void **state) {
    (void)state;
    static const char json[] = "{\"type\":\"record\",\"name\":\"r\",\"fields\":["
                               "{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"n\",\"fields\":[{\"name\":"
                               "\"x\",\"type\":\"long\"}]}},"
                               "{\"name\":\"b\",\"type\":\"n\"},{\"name\":\"c\",\"type\":[\"null\",\"n\"]},"
                               "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"m\",\"symbols\":[\"p\",\"q\"]}},"
                               "{\"name\":\"f\",\"type\":\"m\"}]}";
    static const char *const paths[] = {"a.x", "b.x", "f", "a"};
    struct fault f;
    avro_schema_t schema;
    struct walk_program *program = NULL;
    struct walk_field fields[4];
    assert_int_equal(avro_schema_from_json_length(json, sizeof json - 1, &schema), 0);
    assert_int_equal(walk_program_new(schema, paths, 4, &program, &f), OK);
    assert_int_equal(walk_run(program, bytes_of("\x02\x04\x02\x06\x00\x02", 6), fields, &f), OK);
    assert_int_equal(fields[0].number, 1);
    assert_int_equal(fields[1].number, 2);
    assert_int_equal(fields[2].number, 1);
    assert_int_equal(fields[3].at.count, 1);
    assert_int_equal(walk_run(program, bytes_of("\x02\x04\x00\x00\x04", 5), fields, &f), REFUSE);
    assert_string_equal(f.code, "AVRO_ENUM");
    assert_string_equal(f.field, "f");
    walk_program_free(program);
    avro_schema_decref(schema);
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_bytes_are_named), cmocka_unit_test(huge_arrays_cost_nothing),
        cmocka_unit_test(recursion_has_a_floor), cmocka_unit_test(utf8_is_strict_wherever_it_stands),
        cmocka_unit_test(a_type_named_twice_has_two_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
