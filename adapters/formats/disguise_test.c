/* What agencies' IT staff really hand in under another name is told for what it is; what a format reads is left alone.
 */
#include "adapters/formats/disguise.h"
#include "adapters/formats/format_fixture.h"

static void what_it_is_is_told_whatever_the_profile_reads(void **state) {
    (void)state;
    static const struct {
        struct bytes file;
        const char *told;
    } all[] = {
        {{(const uint8_t *)"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", 11}, "旧版 Excel"},
        {{(const uint8_t *)"\x09\x08\x10\x00\x00\x06", 6}, "旧版 Excel"},
        {{(const uint8_t *)"%PDF-1.4", 8}, "PDF"},
        {{(const uint8_t *)"\x1f\x8b\x08", 3}, "gzip"},
        {{(const uint8_t *)"\xff\xd8\xff\xe0", 4}, "JPEG"},
        {{(const uint8_t *)"\r\n<HTML><body>", 14}, "HTML"},
        {{(const uint8_t *)"\xef\xbb\xbf<table border=1>", 19}, "HTML"},
        {{(const uint8_t *)"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
          84},
         "Excel 2003"}};
    static const enum format_kind kinds[] = {FORMAT_CSV,   FORMAT_XML, FORMAT_JSON, FORMAT_JSONL,
                                             FORMAT_FIXED, FORMAT_DBF, FORMAT_XLSX};
    for (size_t i = 0; i < COUNT(all); i++) {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            const char *told = disguise_of(all[i].file, kinds[k]);
            if (!told || !strstr(told, all[i].told) || !strstr(told, " · "))
                fail_msg("%zu as %zu: %s", i, k, told ? told : "nothing");
            struct format format = {.kind = kinds[k], .separator = ',', .root = "a", .header_rows = 1};
            fixture_refused(&format, (struct refusal){all[i].file, "FILE_KIND", 1, 1});
        }
    }
}
static void what_a_format_reads_is_none(void **state) {
    (void)state;
    static const struct bytes zip = {(const uint8_t *)"PK\x03\x04", 4},
                              xml = {(const uint8_t *)"<?xml version=\"1.0\"?><a/>", 25};
    assert_null(disguise_of(zip, FORMAT_XLSX));
    assert_null(disguise_of(xml, FORMAT_XML));
    assert_non_null(disguise_of(zip, FORMAT_CSV));
    assert_non_null(disguise_of(xml, FORMAT_CSV));
    assert_null(disguise_of(BYTES_NONE, FORMAT_CSV));
    assert_null(disguise_of(T("文号,<html\n"), FORMAT_CSV));
    assert_null(disguise_of(T("<文号>,<html>\n"), FORMAT_CSV));
    assert_null(disguise_of(T("{\"a\":\"<html>\"}"), FORMAT_JSON));
    for (size_t cut = 0; cut < 4; cut++) assert_null(disguise_of(bytes_of(zip.at, cut), FORMAT_CSV));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_it_is_is_told_whatever_the_profile_reads),
                                       cmocka_unit_test(what_a_format_reads_is_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
