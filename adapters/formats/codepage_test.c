/* What a .cpg file may say, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "adapters/formats/codepage.h"

static void words(void **state) {
    static const struct {
        const char *text;
        bool gb, utf8;
    } all[] = {{"936", true, false},
               {"GBK\r\n", true, false},
               {"gb-18030\n", true, false},
               {" ANSI 936 ", true, false},
               {"LDID/77", true, false},
               {"ldid/122\n", true, false},
               {"UTF-8", false, true},
               {"utf8\n", false, true},
               {"65001", false, true},
               {"\xef\xbb\xbfUTF-8\r\n", false, true},
               {"", false, false},
               {"\n", false, false},
               {"1252", false, false},
               {"BIG5", false, false},
               {"LDID/87", false, false},
               {"9366", false, false},
               {"UTF-8 or GBK", false, false},
               {"\xe7\xa0\x81", false, false},
               {"UTF-8UTF-8UTF-8UTF-8UTF-8UTF-8UTF-8", false, false}};
    struct fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(codepage_check(ENCODING_GB18030, bytes_of_cstr(all[i].text), &fault), all[i].gb ? OK : REFUSE);
        assert_int_equal(codepage_check(ENCODING_UTF8, bytes_of_cstr(all[i].text), &fault), all[i].utf8 ? OK : REFUSE);
    }
    assert_int_equal(codepage_check(ENCODING_UTF8, bytes_of("UTF\0-8", 6), &fault), REFUSE);
    assert_string_equal(fault.code, "DBF_SYNTAX");
    assert_string_equal(fault.field, ".cpg");
}

static void what_is_written_is_read(void **state) {
    struct fault fault;
    (void)state;
    assert_int_equal(codepage_check(ENCODING_GB18030, codepage_text(ENCODING_GB18030), &fault), OK);
    assert_int_equal(codepage_check(ENCODING_UTF8, codepage_text(ENCODING_UTF8), &fault), OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(what_is_written_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
