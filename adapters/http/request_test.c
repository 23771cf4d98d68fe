/* Paths, numbers, credentials, keys, media types, names: what is taken and what is not. */
#include "adapters/spool/name.h"
#include "adapters/http/request.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void paths(void **state) {
    static const struct {
        const char *path;
        enum route_kind kind;
        const char *id;
        unsigned nth;
    } all[] = {{"/v1/health", ROUTE_HEALTH, "", 0},
               {"/v1/metrics", ROUTE_METRICS, "", 0},
               {"/v1/submissions", ROUTE_SUBMIT, "", 0},
               {"/v1/submissions/0a-9", ROUTE_SUBMISSION, "0a-9", 0},
               {"/v1/inbox", ROUTE_INBOX, "", 0},
               {"/v1/inbox/3-1-17", ROUTE_MESSAGE, "3-1-17", 0},
               {"/v1/inbox/3-1-17/files/2", ROUTE_FILE, "3-1-17", 2},
               {"/v1/inbox/-3-0-17/acknowledge", ROUTE_ACKNOWLEDGE, "-3-0-17", 0},
               {"", ROUTE_NONE, "", 0},
               {"/", ROUTE_NONE, "", 0},
               {"/v1", ROUTE_NONE, "", 0},
               {"/v2/inbox", ROUTE_NONE, "", 0},
               {"/v1/health/", ROUTE_NONE, "", 0},
               {"/v1/inbox/", ROUTE_NONE, "", 0},
               {"/v1/inbox//files/1", ROUTE_NONE, "", 0},
               {"/v1/inbox/..", ROUTE_NONE, "", 0},
               {"/v1/inbox/A", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/files", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/files/", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/files/-1", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/files/99999", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/files/1/2", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/files/12345678", ROUTE_NONE, "", 0},
               {"/v1/inbox/1/acknowledge/x", ROUTE_NONE, "", 0},
               {"/v1/submissions/1/2", ROUTE_NONE, "", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct route route = route_find(all[i].path);
        assert_int_equal(route.kind, all[i].kind);
        assert_true(route.kind == ROUTE_NONE || bytes_equal_cstr(route.id, all[i].id));
        assert_int_equal(route.nth, all[i].nth);
        assert_true((route.kind == ROUTE_NONE) == (route.method == NULL));
    }
}

static void numbers(void **state) {
    int64_t value = -1;
    (void)state;
    assert_true(request_number(NULL, 0, 9, 5, &value) && value == 5);
    assert_true(request_number("0", 0, 9, 5, &value) && value == 0);
    assert_true(request_number("009", 0, 9, 5, &value) && value == 9);
    assert_true(request_number("999999999999999999", 0, INT64_MAX, 0, &value) && value == 999999999999999999);
    static const char *const wrong[] = {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "10", "1000000000000000000", "٣"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(request_number(wrong[i], 0, i > 7 ? INT64_MAX : 9, 0, &value));
}

static void credentials(void **state) {
    (void)state;
    assert_true(bytes_equal_cstr(request_credential("Bearer abc", "def"), "abc"));
    assert_true(bytes_equal_cstr(request_credential("bearer   abc", NULL), "abc"));
    assert_true(bytes_equal_cstr(request_credential("Basic abc", "def"), "def"));
    assert_int_equal(request_credential("Bearer", NULL).count, 0);
    assert_int_equal(request_credential(NULL, NULL).count, 0);
}

static void keys(void **state) {
    struct bytes key;
    char longest[257];
    (void)state;
    assert_true(request_idempotency_key("a b", &key) && bytes_equal_cstr(key, "a b"));
    assert_true(request_idempotency_key("\"8e03978e\"", &key) && bytes_equal_cstr(key, "8e03978e"));
    memset(longest, 'k', 256);
    longest[256] = 0;
    assert_false(request_idempotency_key(longest, &key));
    assert_true(request_idempotency_key(longest + 1, &key) && key.count == 255);
    static const char *const wrong[] = {"", "\"\"", "键", "a\tb", "a\x7f"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(request_idempotency_key(wrong[i], &key));
    assert_false(request_idempotency_key(NULL, &key));
}

static void media_types(void **state) {
    static const struct {
        const char *type;
        bool multipart, sound;
    } all[] = {{NULL, false, false},
               {"text/csv", false, false},
               {"multipart/form-data", true, false},
               {"multipart/form-data; boundary=abc", true, true},
               {"Multipart/Form-Data;boundary=\"a b?c\"", true, true},
               {"multipart/form-data; charset=x; boundary=-0", true, true},
               {"multipart/form-data; boundary=", true, false},
               {"multipart/form-data; boundary=\"\"", true, false},
               {"multipart/form-data; boundary=\"a", true, false},
               {"multipart/form-data; boundary=\"a \"", true, false},
               {"multipart/form-data; boundary=a\x01", true, false},
               {"multipart/form-data; boundary=a,b", true, false},
               {"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789",
                true, true},
               {"multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890",
                true, false},
               {"multipart/form-datax; boundary=a", false, false},
               {"multipart/mixed; boundary=a", false, false}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool sound = true;
        assert_int_equal(request_multipart(all[i].type, &sound), all[i].multipart);
        assert_int_equal(sound, all[i].sound);
    }
}

static void names(void **state) {
    static const char *const fine[] = {"a", "移送书.pdf", "移送 1 (2).json", "a~2.csv", "-rf"},
                             *const wrong[] = {"",          ".a",   "..",        "a/b",   "../a",   "a\nb", "a\x7f",
                                               "a\xc2\x85", "\xff", "a\xe7\xa7", "a.tmp", "a.part", "a~"};
    char longest[NAME_OUTBOX_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) assert_true(name_outbox(bytes_of_cstr(fine[i])));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(name_outbox(bytes_of_cstr(wrong[i])));
    assert_false(name_outbox(bytes_of("a\0b", 3)));
    memset(longest, 'n', sizeof longest);
    assert_true(name_outbox(bytes_of(longest, NAME_OUTBOX_MAX)));
    assert_false(name_outbox(bytes_of(longest, NAME_OUTBOX_MAX + 1)));
}

static void ranges(void **state) {
    static const struct {
        const char *text;
        int64_t size;
        enum range what;
        int64_t from, count;
    } all[] = {{NULL, 10, RANGE_ALL, 0, 0},
               {"bytes=0-", 10, RANGE_PART, 0, 10},
               {"bytes=3-", 10, RANGE_PART, 3, 7},
               {"Bytes=3-4", 10, RANGE_PART, 3, 2},
               {"bytes=3-99", 10, RANGE_PART, 3, 7},
               {"bytes=9-9", 10, RANGE_PART, 9, 1},
               {"bytes=-4", 10, RANGE_PART, 6, 4},
               {"bytes=-40", 10, RANGE_PART, 0, 10},
               {"bytes=10-", 10, RANGE_NOTHING, 0, 0},
               {"bytes=-0", 10, RANGE_NOTHING, 0, 0},
               {"bytes=0-", 0, RANGE_NOTHING, 0, 0},
               {"bytes=4-3", 10, RANGE_ALL, 0, 0},
               {"bytes=-", 10, RANGE_ALL, 0, 0},
               {"bytes=1-2,4-5", 10, RANGE_ALL, 0, 0},
               {"bytes=a-", 10, RANGE_ALL, 0, 0},
               {"bytes= 1-", 10, RANGE_ALL, 0, 0},
               {"lines=1-2", 10, RANGE_ALL, 0, 0},
               {"bytes=99999999999999999999-", 10, RANGE_ALL, 0, 0},
               {"bytes=2147483648-", INT64_C(3) << 30, RANGE_PART, INT64_C(1) << 31, INT64_C(1) << 30}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        int64_t from = 0, count = 0;
        assert_int_equal(request_range(all[i].text, all[i].size, &from, &count), all[i].what);
        assert_int_equal(from, all[i].from);
        assert_int_equal(count, all[i].count);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),       cmocka_unit_test(numbers), cmocka_unit_test(credentials), cmocka_unit_test(keys),
        cmocka_unit_test(media_types), cmocka_unit_test(names),   cmocka_unit_test(ranges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
