#include "adapters/formats/format_fixture.h"

static const struct format_column columns[] = {{.name = "AJBH", .width = 6},
                                               {.name = "RQ", .type = COLUMN_DATE},
                                               {.name = "MJ", .type = COLUMN_NUMBER, .width = 8, .decimals = 2},
                                               {.name = "AQ", .width = 5, .continues = true}};
static const struct format gb = {.kind = FORMAT_DBF,
                                 .encoding = ENCODING_GB18030,
                                 .columns = columns,
                                 .column_count = 4},
                           free_form = {.kind = FORMAT_DBF};
static struct buffer made;

static struct node *row_of(struct node *root) { return node_add(root, NODE_ROW, fixture_arena()); }
static void cell(struct node *row, const char *name, const char *text) {
    struct node *one = node_add(row, bytes_of_cstr(name), fixture_arena());
    one->text = bytes_of_cstr(text);
    one->scalar = true;
}
static struct node *root_of(void) {
    arena_reset(fixture_arena());
    return node_add(NULL, BYTES_NONE, fixture_arena());
}
static enum outcome write(const struct format *format, const struct node *root, struct fault *fault) {
    buffer_free(&made);
    buffer_init(&made, 1u << 20);
    return format_write(format, root, &made, fault);
}
static struct bytes table_of(const char *number, const char *day, const char *area, const char *summary) {
    struct fault f = {0};
    struct node *root = root_of(), *row = row_of(root);
    cell(row, "AJBH", number);
    cell(row, "RQ", day);
    cell(row, "MJ", area);
    cell(row, "AQ", summary);
    if (write(&gb, root, &f) != OK) fail_msg("%s %s: %s", f.code, f.field, f.text);
    return buffer_view(&made);
}
static void texts_days_and_numbers_are_written_and_read(void **state) {
    (void)state;
    fixture_reads(&gb, table_of("林1", "2026年6月8日", "-12.5", ""),
                  "@1:1(row@1:1(AJBH@1:1=林1 RQ@1:2=20260608 MJ@1:3=-12.50 AQ@1:4=))");
    fixture_reads(&gb, table_of("", "", "7", "x"), "@1:1(row@1:1(AJBH@1:1= RQ@1:2= MJ@1:3=7.00 AQ@1:4=x))");
    assert_int_equal(made.at[29], 0x4d);
}
static void a_table_of_utf8_is_not_read_as_gbk(void **state) {
    (void)state;
    struct fault f = {0};
    struct node *root = root_of();
    cell(row_of(root), "AJMC", "非法占用林地案");
    assert_int_equal(write(&free_form, root, &f), OK);
    fixture_reads(&free_form, buffer_view(&made), "@1:1(row@1:1(AJMC@1:1=非法占用林地案))");
    fixture_refused(&gb, (struct refusal){buffer_view(&made), "DBF_SYNTAX", 1, 1});
}
static void a_long_text_continues_in_the_records_below(void **state) {
    (void)state;
    fixture_reads(&gb, table_of("A", "", "", "一二三四五"),
                  "@1:1(row@1:1(AJBH@1:1=A RQ@1:2= MJ@1:3= AQ@1:4=一二三四五))");
    assert_int_equal(made.at[4], 3);
}
static void what_the_profile_does_not_declare_is_as_wide_as_it_is(void **state) {
    (void)state;
    struct fault f = {0};
    struct node *root = root_of(), *row = row_of(root), *second = row_of(root);
    cell(row, "案件名称及编号", "一");
    cell(row, "案件名称及案由", "");
    cell(second, "案件名称及编号", "xyz");
    assert_int_equal(write(&free_form, root, &f), OK);
    fixture_reads(&free_form, buffer_view(&made),
                  "@1:1(row@1:1(案件名@1:1=一 案件名2@1:2=) row@2:1(案件名@2:1=xyz 案件名2@2:2=))");
}
static void unwritable(const char *name, const char *text) {
    struct fault f = {0};
    struct node *root = root_of();
    cell(row_of(root), name, text);
    assert_int_equal(write(&gb, root, &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
    assert_string_equal(f.field, name);
}
static void what_a_field_cannot_hold_is_not_cut(void **state) {
    (void)state;
    unwritable("AJBH", "一二三四");
    unwritable("RQ", "2026-06-08 10:20");
    unwritable("RQ", "x");
    unwritable("MJ", "1.234");
    unwritable("MJ", "123456.5");
    unwritable("MJ", "1e3");
}
static void spoilt(size_t at, uint8_t byte, struct refusal expected) {
    uint8_t copy[1024];
    struct bytes file = table_of("林1", "20260608", "12.5", "x");
    assert_true(file.count < sizeof copy);
    memcpy(copy, file.at, file.count);
    copy[at] = byte;
    expected.file = bytes_of(copy, file.count);
    fixture_refused(&gb, expected);
}
static void what_is_wrong_is_refused_with_its_place(void **state) {
    (void)state;
    const size_t header = 32 + 4 * 32 + 1;
    spoilt(0, 0x83, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(0, 0x04, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(4, 2, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 2, 1});
    spoilt(10, 40, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(15, 1, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(29, 0x78, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(32 + 11, 'M', (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(64 + 16, 9, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 2});
    spoilt(32 + 0, 0, (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1});
    spoilt(header + 1, 0xff, (struct refusal){BYTES_NONE, "ENCODING", 1, 1});
    spoilt(header + 7, 'x', (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 2});
    spoilt(header + 7 + 8, '*', (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 3});
    spoilt(header, '*', (struct refusal){BYTES_NONE, "DBF_SYNTAX", 1, 1}); /* the only record is deleted */
    fixture_refused(&gb, (struct refusal){T(""), "DBF_SYNTAX", 1, 1});
    fixture_refused(&gb, (struct refusal){bytes_of(made.at, made.count - 5), "DBF_SYNTAX", 1, 1});
    assert_int_equal(buffer_add_cstr(&made, "x", NULL), OK); /* behind the end's mark */
    fixture_refused(&gb, (struct refusal){buffer_view(&made), "DBF_SYNTAX", 2, 1});
    const struct format utf8 = {.kind = FORMAT_DBF};
    /* GBK's code page */
    fixture_refused(&utf8, (struct refusal){table_of("1", "", "", ""), "DBF_SYNTAX", 1, 1});
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    struct bytes file = table_of("林1", "20260608", "12.5", "一二三");
    uint8_t copy[1024];
    memcpy(copy, file.at, file.count);
    fixture_torture(&gb, bytes_of(copy, file.count));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_days_and_numbers_are_written_and_read),
                                       cmocka_unit_test(a_table_of_utf8_is_not_read_as_gbk),
                                       cmocka_unit_test(a_long_text_continues_in_the_records_below),
                                       cmocka_unit_test(what_the_profile_does_not_declare_is_as_wide_as_it_is),
                                       cmocka_unit_test(what_a_field_cannot_hold_is_not_cut),
                                       cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
                                       cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
