#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/reason_inside.h"

static void every_code_stands_once_with_both_sentences(void **state) {
    (void)state;
    for (size_t i = 0; i < reason_count(); i++) {
        const struct reason *r = reason_at(i);
        if (strspn(r->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(r->code))
            fail_msg("%s: not in capitals", r->code);
        if (reason_find(r->code) != r) fail_msg("%s stands twice", r->code);
        if (strlen(r->code) >= 40) fail_msg("%s is longer than a fault's code", r->code);
        if (!strpbrk(r->zh, "\xe4\xe5\xe6\xe7\xe8\xe9")) fail_msg("%s: no Chinese sentence", r->code);
        if (strlen(r->en) < 6) fail_msg("%s: no English sentence", r->code);
        for (const char *c = r->en; *c; c++) {
            if (*c < 0x20 || *c > 0x7e) fail_msg("%s: the English sentence is not ASCII", r->code);
        }
    }
}
static void an_unknown_code_is_internal(void **state) {
    (void)state;
    assert_string_equal(reason_find("NO_SUCH_CODE")->code, "INTERNAL");
    assert_string_equal(reason_find("")->code, "INTERNAL");
    assert_string_equal(reason_find("AVRO_UTF8")->code, "AVRO_UTF8");
    assert_string_equal(reason_find("SETTINGS_UNKNOWN")->code, "SETTINGS_UNKNOWN");
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_code_stands_once_with_both_sentences),
                                       cmocka_unit_test(an_unknown_code_is_internal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
