#include "adapters/formats/format_fixture.h"

static const struct format utf8 = {.kind = FORMAT_CSV, .separator = ','},
                           gb18030 = {.kind = FORMAT_CSV, .separator = ',', .encoding = ENCODING_GB18030};

static void bytes_that_are_no_text_are_refused_with_their_place(void **state) {
    (void)state;
    const struct refusal all[] = {{T("a\n中\xff\n"), "ENCODING", 2, 2},
                                  {T("a\n\xc0\xaf\n"), "ENCODING", 2, 1},
                                  {T("a\n\xe0\x80\xaf\n"), "ENCODING", 2, 1},
                                  {T("a\n\xed\xa0\x80\n"), "ENCODING", 2, 1},
                                  {T("a\n\xf4\x90\x80\x80\n"), "ENCODING", 2, 1},
                                  {T("a\n中\xe4\xb8"), "ENCODING", 2, 2},
                                  {T("\xef\xbb\xbf"
                                     "a\nb\0\n"),
                                   "ENCODING", 2, 2},
                                  {T("\xff\xfe"
                                     "a\0\n\0\x2d\x4e\0\xd8"),
                                   "ENCODING", 2, 2},
                                  {T("\xff\xfe"
                                     "a\0\0\0"),
                                   "ENCODING", 1, 2},
                                  {T("a\n\xd6\xd0\n"), "ENCODING", 2, 1}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&utf8, all[i]);
    const struct refusal chinese[] = {{T("a\n\xd6\xd0\xff\xff\n"), "ENCODING", 2, 2},
                                      {T("a\n\xd6\xd0\x80\n"), "ENCODING", 2, 2},
                                      {T("a\n\xd6\xd0\xd6"), "ENCODING", 2, 2},
                                      {T("a\n\x81\x30\x81"), "ENCODING", 2, 1},
                                      {T("a\n\xd6\n"), "ENCODING", 2, 1},
                                      {T("a\n\xfe\x39\xfe\x39\n"), "ENCODING", 2, 1},
                                      {T("a\nx\0"), "ENCODING", 2, 2}};
    for (size_t i = 0; i < COUNT(chinese); i++) fixture_refused(&gb18030, chinese[i]);
}
/* 文号 / 中, as Notepad and Excel's "Unicode text" save it, and as either encoding of a profile might find it. */
static void a_byte_order_mark_decides(void **state) {
    (void)state;
    static const char tree[] = "@1:1(row@2:1(文号@2:1=中))";
    const struct format *const both[] = {&utf8, &gb18030};
    for (size_t i = 0; i < COUNT(both); i++) {
        fixture_reads(both[i], T("\xff\xfe\x87\x65\xf7\x53\r\0\n\0\x2d\x4e"), tree);
        fixture_reads(both[i], T("\xfe\xff\x65\x87\x53\xf7\0\n\x4e\x2d"), tree);
        fixture_reads(both[i], T("\xef\xbb\xbf文号\n中"), tree);
        fixture_reads(both[i], T("\x84\x31\x95\x33\xce\xc4\xba\xc5\n\xd6\xd0"), tree);
    }
}
static void what_a_file_seems_to_be_is_told(void **state) {
    (void)state;
    const struct {
        const struct format *format;
        struct bytes file;
        const char *told;
    } all[] = {{&utf8, T("\xce\xc4\xba\xc5\n\xd6\xd0"), "GB18030 (GBK)"},
               {&gb18030, T("文书类型\n移送书"), "it looks like UTF-8"},
               {&gb18030, T("文书类型啊\n移送书"), "it looks like UTF-8"},
               {&gb18030, T("\x87\x65\xf7\x53\n\0\x2d\x4e"), "UTF-16 without a BOM"},
               {&utf8, T("a\0\n\0b\0"), "UTF-16 without a BOM"},
               {&gb18030, T("a\n\xff\xff"), "Big5"}};
    for (size_t i = 0; i < COUNT(all); i++) {
        struct fault f = {0};
        struct node *root = NULL;
        assert_int_equal(format_read(all[i].format, all[i].file, fixture_arena(), &root, &f), REFUSE);
        assert_string_equal(f.code, "ENCODING");
        if (!strstr(f.text, all[i].told) || !f.line || !f.column) fail_msg("%zu: %s", i, f.text);
    }
    /* UTF-8 as well, but of no Chinese text */
    fixture_reads(&gb18030, T("a\n\xcd\xa8\n"), "@1:1(row@2:1(a@2:1=通))");
}
/* 鏂囦功 is 文书 in UTF-8, read as GBK by somebody before; 锘縜 began with a mark. Written as it is, either would be
 * taken for UTF-8. */
static void what_would_be_taken_for_utf8_is_marked(void **state) {
    (void)state;
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    struct node *cell = node_add(node_add(root, T("row"), fixture_arena()), T("a"), fixture_arena());
    cell->text = T("鏂囦功");
    fixture_made(&gb18030, root,
                 T("\x84\x31\x95\x33"
                   "a\r\n\xe6\x96\x87\xe4\xb9\xa6\r\n"));
    fixture_reads(&gb18030,
                  T("\x84\x31\x95\x33"
                    "a\r\n\xe6\x96\x87\xe4\xb9\xa6\r\n"),
                  "@1:1(row@2:1(a@2:1=鏂囦功))");
    cell->name = T("锘縜");
    cell->text = T("中");
    fixture_made(&gb18030, root,
                 T("\x84\x31\x95\x33\xef\xbb\xbf"
                   "a\r\n\xd6\xd0\r\n"));
}
static void gb18030_is_read_and_written(void **state) {
    (void)state;
    fixture_writes(&gb18030, T("\xce\xc4\xba\xc5,b\n\xd6\xd0\x81\x39\xee\x39\x95\x32\x82\x36,\xa3\xac\n"),
                   T("\xce\xc4\xba\xc5,b\r\n\xd6\xd0\x81\x39\xee\x39\x95\x32\x82\x36,\xa3\xac\r\n"));
    fixture_reads(&gb18030, T("\x84\x31\x95\x33\xce\xc4\xba\xc5\n\xd6\xd0\x81\x39\xee\x39\x95\x32\x82\x36\n"),
                  "@1:1(row@2:1(文号@2:1=中㐀𠀀))");
}
/* The 24 that have a standard character since 2005. */
static bool old_private(uint32_t c) {
    static const uint16_t parts[] = {0xe816, 0xe817, 0xe818, 0xe81e, 0xe826, 0xe82b, 0xe82c,
                                     0xe831, 0xe832, 0xe83b, 0xe843, 0xe854, 0xe855, 0xe864};
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (c == parts[i]) return true;
    }
    return c >= 0xe78d && c <= 0xe796;
}
static void old_private_characters_keep_their_codes(void **state) {
    (void)state;
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    struct node *cell = node_add(node_add(root, T("row"), fixture_arena()), T("a"), fixture_arena());
    cell->text = T("\uE78D\uE78E\uE78F\uE790\uE791\uE792\uE793\uE794\uE795\uE796中"
                   "\uE816\uE817\uE818\uE81E\uE826\uE82B\uE82C\uE831\uE832\uE83B\uE843\uE854\uE855\uE864");
    fixture_made(&gb18030, root,
                 T("a\r\n\xa6\xd9\xa6\xda\xa6\xdb\xa6\xdc\xa6\xdd\xa6\xde\xa6\xdf\xa6\xec\xa6\xed\xa6\xf3\xd6\xd0"
                   "\xfe\x51\xfe\x52\xfe\x53\xfe\x59\xfe\x61\xfe\x66\xfe\x67\xfe\x6c\xfe\x6d\xfe\x76\xfe\x7e\xfe\x90"
                   "\xfe\x91\xfe\xa0\r\n"));
}
/* Every other code point but NUL and the surrogates, there and back; long enough for several pieces. */
static void gb18030_holds_all_of_unicode(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, 1u << 20);
    struct node *root = NULL, *back = NULL;
    for (uint32_t from = 1; from < 0x110000; from += 0x8000) {
        struct fault f = {0};
        AUTO(buffer_free) struct buffer written;
        buffer_init(&written, 1u << 20);
        buffer_clear(&text);
        for (uint32_t c = from; c < from + 0x8000 && c < 0x110000; c++) {
            uint8_t four[4] = {(uint8_t)(0xf0 | c >> 18), (uint8_t)(0x80 | (c >> 12 & 0x3f)),
                               (uint8_t)(0x80 | (c >> 6 & 0x3f)), (uint8_t)(0x80 | (c & 0x3f))};
            uint8_t three[3] = {(uint8_t)(0xe0 | c >> 12), four[2], four[3]},
                    two[2] = {(uint8_t)(0xc0 | c >> 6), four[3]}, one[1] = {(uint8_t)c};
            if ((c >= 0xd800 && c <= 0xdfff) || old_private(c)) continue;
            struct bytes utf8_of_c = c < 0x80      ? bytes_of(one, 1)
                                     : c < 0x800   ? bytes_of(two, 2)
                                     : c < 0x10000 ? bytes_of(three, 3)
                                                   : bytes_of(four, 4);
            assert_int_equal(buffer_add(&text, utf8_of_c, &f), OK);
        }
        arena_reset(fixture_arena());
        root = node_add(NULL, BYTES_NONE, fixture_arena());
        struct node *cell = node_add(node_add(root, T("row"), fixture_arena()), T("a"), fixture_arena());
        cell->text = buffer_view(&text);
        assert_int_equal(format_write(&gb18030, root, &written, &f), OK);
        if (format_read(&gb18030, buffer_view(&written), fixture_arena(), &back, &f) != OK)
            fail_msg("U+%04X…: %s", from, f.text);
        assert_true(bytes_equal(back->first->first->text, buffer_view(&text)));
    }
}
static void a_huge_file_is_refused(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, FORMAT_MAX_BYTES + 1);
    assert_int_equal(buffer_reserve(&text, FORMAT_MAX_BYTES + 1, NULL), OK);
    memset(text.at, 'a', FORMAT_MAX_BYTES + 1);
    text.count = FORMAT_MAX_BYTES + 1;
    fixture_refused(&utf8, (struct refusal){buffer_view(&text), "TOO_LARGE", 1, 1});
}
static void writing_stops_at_the_most_that_is_wanted(void **state) {
    (void)state;
    struct fault f = {0};
    const struct format *const both[] = {&utf8, &gb18030};
    for (size_t i = 0; i < COUNT(both); i++) {
        AUTO(buffer_free) struct buffer out;
        buffer_init(&out, 5);
        assert_int_equal(format_write(both[i], fixture_read(&utf8, T("a\n123\n")), &out, &f), REFUSE);
        assert_string_equal(f.code, "TOO_LARGE");
    }
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    fixture_torture(&gb18030, T("\xce\xc4\xba\xc5,b\n\xd6\xd0\x81\x39\xee\x39\x95\x32\x82\x36,\"\xa3\xac\"\n"));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_that_are_no_text_are_refused_with_their_place),
                                       cmocka_unit_test(gb18030_is_read_and_written),
                                       cmocka_unit_test(a_byte_order_mark_decides),
                                       cmocka_unit_test(what_would_be_taken_for_utf8_is_marked),
                                       cmocka_unit_test(what_a_file_seems_to_be_is_told),
                                       cmocka_unit_test(gb18030_holds_all_of_unicode),
                                       cmocka_unit_test(old_private_characters_keep_their_codes),
                                       cmocka_unit_test(a_huge_file_is_refused),
                                       cmocka_unit_test(writing_stops_at_the_most_that_is_wanted),
                                       cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
