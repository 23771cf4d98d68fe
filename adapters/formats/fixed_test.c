#include "adapters/formats/format_fixture.h"

static const struct format_column columns[] = {{.name = "文号", .width = 8, .pad = ' '},
                                               {.name = "金额", .width = 6, .right = true, .pad = '0'},
                                               {.name = "数", .width = 4, .right = true, .pad = ' '},
                                               {.name = "案情", .width = 5, .pad = ' ', .continues = true}};
static const struct format
    gb = {.kind = FORMAT_FIXED, .encoding = ENCODING_GB18030, .columns = columns, .column_count = 4},
    characters = {.kind = FORMAT_FIXED, .by_characters = true, .columns = columns, .column_count = 4},
    utf8 = {.kind = FORMAT_FIXED, .columns = columns, .column_count = 4};
#define HAO  "\xba\xc5"         /* 号 in GB18030 */
#define RARE "\x95\x32\x82\x36" /* U+20000, four bytes */
#define MARK "\x84\x31\x95\x33"

static void widths_count_bytes_of_the_encoding(void **state) {
    (void)state;
    fixture_reads(&gb, T("A1" HAO "    000120  12x    \r\n" RARE HAO HAO "000000    " HAO "   \n"),
                  "@1:1(row@1:1(文号@1:1=A1号 金额@1:8=120 数@1:14=12 案情@1:18=x) "
                  "row@2:1(文号@2:1=\xf0\xa0\x80\x80号号 金额@2:4=0 数@2:10= 案情@2:14=号))");
    fixture_reads(&gb, T(MARK "A1" HAO "    000120  12x    "),
                  "@1:1(row@1:1(文号@1:1=A1号 金额@1:8=120 数@1:14=12 案情@1:18=x))");
    fixture_reads(&utf8, T("A1号   000120  12号  \n"),
                  "@1:1(row@1:1(文号@1:1=A1号 金额@1:7=120 数@1:13=12 案情@1:17=号))");
}
static void or_characters(void **state) {
    (void)state;
    fixture_reads(&characters,
                  T("\xef\xbb\xbf"
                    "A1号     000120  12号    \n"),
                  "@1:1(row@1:1(文号@1:1=A1号 金额@1:9=120 数@1:15=12 案情@1:19=号))");
}
static void rows_that_only_continue_are_joined(void **state) {
    (void)state;
    fixture_reads(&characters,
                  T("A       000001   1一二三四五\n                  六  七 \n                  八    \nB       000002 "
                    "  2    九\n"),
                  "@1:1(row@1:1(文号@1:1=A 金额@1:9=1 数@1:15=1 案情@1:19=一二三四五六  七八) row@4:1(文号@4:1=B "
                  "金额@4:9=2 数@4:15=2 案情@4:19=    九))");
}
static void what_is_wrong_is_refused_with_its_place(void **state) {
    (void)state;
    const struct refusal all[] = {{T(""), "FIXED_SYNTAX", 1, 1},
                                  {T("\n\n"), "FIXED_SYNTAX", 1, 1},
                                  {T("A1" HAO "    000120  12x   \n"), "FIXED_SYNTAX", 1, 22},
                                  {T("A1" HAO "    000120  12x     \n"), "FIXED_SYNTAX", 1, 23},
                                  {T("A123456" HAO "00120  12x    \n"), "FIXED_SYNTAX", 1, 8},
                                  {T("A1" HAO "    000120  12x    \n\nA1"), "FIXED_SYNTAX", 2, 1},
                                  {T("A1" HAO "  \r 000120  12x    \n"), "FIXED_SYNTAX", 1, 6},
                                  {T("A1" HAO "    000120  12\xff    \n"), "ENCODING", 1, 18},
                                  {T("\xef\xbb\xbf"
                                     "A1号    000120  12x    \n"),
                                   "ENCODING", 1, 1},
                                  {T("\xff\xfe"
                                     "A\0"),
                                   "ENCODING", 1, 1}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&gb, all[i]);
}
static void what_was_read_is_written_again(void **state) {
    (void)state;
    fixture_writes(&gb, T("A1" HAO "    000120  12x    \n" RARE HAO HAO "000000    " HAO "   "),
                   T("A1" HAO "    000120  12x    \r\n" RARE HAO HAO "000000    " HAO "   \r\n"));
    fixture_writes(&characters, T("A       000001   1一二   \n                   三四五六\n"),
                   T("A       000001   1一二 三四\r\n                  五六   \r\n"));
}
static struct node *row_of(struct bytes name, struct bytes text) {
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena()), *row = node_add(root, NODE_ROW, fixture_arena());
    struct node *cell = node_add(row, name, fixture_arena());
    cell->text = text;
    cell->scalar = true;
    return root;
}
static void a_long_text_continues_below(void **state) {
    (void)state;
    fixture_made(&gb, row_of(T("案情"), T("一二三\n四")),
                 T("                  \xd2\xbb\xb6\xfe \r\n                  \xc8\xfd \xcb\xc4\r\n"));
    fixture_made(&characters, row_of(T("案情"), T("一          二")),
                 T("                  一    \r\n                  二    \r\n"));
}
static void unwritable(const struct node *root, const char *field) {
    struct fault f = {0};
    AUTO(buffer_free) struct buffer out;
    buffer_init(&out, 1u << 20);
    assert_int_equal(format_write(&gb, root, &out, &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
    assert_string_equal(f.field, field);
}
static void what_no_column_holds_is_not_cut(void **state) {
    (void)state;
    unwritable(row_of(T("文号"), T("一二三四五")), "文号");
    unwritable(row_of(T("别的"), T("一")), "别的");
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, 1u << 20);
    for (unsigned i = 0; i < 6000; i++) assert_int_equal(buffer_add_cstr(&text, "x", NULL), OK);
    unwritable(row_of(T("案情"), buffer_view(&text)), "案情");
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    fixture_torture(&gb, T(MARK "A1" HAO "    000120  12x    \r\n" RARE HAO HAO "000000    " HAO
                                "   \n                  x    \n\n"));
    fixture_torture(&utf8, T("A1号   000120  12号  \n"));
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_count_bytes_of_the_encoding), cmocka_unit_test(or_characters),
        cmocka_unit_test(rows_that_only_continue_are_joined), cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(what_was_read_is_written_again),     cmocka_unit_test(a_long_text_continues_below),
        cmocka_unit_test(what_no_column_holds_is_not_cut),    cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
