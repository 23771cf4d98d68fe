#include "adapters/formats/format_fixture.h"

static const struct format csv = {.kind = FORMAT_CSV, .separator = ','}, tabs = {.kind = FORMAT_CSV, .separator = '\t'};

static void rows_become_children(void **state) {
    (void)state;
    fixture_reads(&csv, T("文号,案由\r\n1,某\r\n2,\r\n"),
                  "@1:1(row@2:1(文号@2:1=1 案由@2:3=某) row@3:1(文号@3:1=2 案由@3:3=))");
    fixture_reads(&csv,
                  T("\xef\xbb\xbf"
                    "a,b\n1,2"),
                  "@1:1(row@2:1(a@2:1=1 b@2:3=2))");
    fixture_reads(&tabs, T("a\tb\n1,x\t2\n"), "@1:1(row@2:1(a@2:1=1,x b@2:5=2))");
}
static void quoted_cells_hold_everything(void **state) {
    (void)state;
    fixture_reads(&csv, T("\"a,\"\"\",b\n\"x,\"\"y\"\"\r\n中\",2\n3,\"\"\n"),
                  "@1:1(row@2:1(a,\"@2:1=x,\"y\"\r\n中 b@3:4=2) row@4:1(a,\"@4:1=3 b@4:3=))");
}
static void blank_lines_may_only_stand_at_the_end(void **state) {
    (void)state;
    fixture_reads(&csv, T("a,b\n1,2\r\n\r\n\n"), "@1:1(row@2:1(a@2:1=1 b@2:3=2))");
    fixture_refused(&csv, (struct refusal){T("a,b\n1,2\n\n\n1,2\n"), "CSV_SYNTAX", 3, 1});
}
static void what_is_wrong_is_refused_with_its_place(void **state) {
    (void)state;
    const struct refusal all[] = {{T(""), "CSV_SYNTAX", 1, 1},
                                  {T("\na\n"), "CSV_SYNTAX", 1, 1},
                                  {T("文,b\n"), "CSV_SYNTAX", 2, 1},
                                  {T("文;b;c\n1;2;3\n"), "CSV_SYNTAX", 1, 1},
                                  {T("文\tb\tc\n1\t2\t3\n"), "CSV_SYNTAX", 1, 1},
                                  {T("文,b\n中,2\n中文\n"), "CSV_SYNTAX", 3, 3},
                                  {T("文,b\n中,2,3\n"), "CSV_SYNTAX", 2, 4},
                                  {T("文,b\n中,x\"y\n"), "CSV_SYNTAX", 2, 4},
                                  {T("文,b\n中,\"x\" \n"), "CSV_SYNTAX", 2, 6},
                                  {T("文,b\n中,\"x\n\n"), "CSV_SYNTAX", 2, 3},
                                  {T("文,b\r1,2\r"), "CSV_SYNTAX", 1, 4},
                                  {T("文,,c\n1,2,3\n"), "CSV_SYNTAX", 1, 3},
                                  {T("文,b,\"文\"\n1,2,3\n"), "CSV_SYNTAX", 1, 5},
                                  {T("文,b,\n1,2,\n"), "CSV_SYNTAX", 1, 5}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&csv, all[i]);
}
static void only_what_must_be_is_quoted(void **state) {
    (void)state;
    fixture_writes(&csv, T("\"a\",\"b,\"\n\"1\",\"x \"\"y\"\"\"\n\"l\nl\",\n"),
                   T("a,\"b,\"\r\n1,\"x \"\"y\"\"\"\r\n\"l\nl\",\r\n"));
    fixture_writes(&tabs, T("a\tb\n1,\t\"2\t\"\n"), T("a\tb\r\n1,\t\"2\t\"\r\n"));
    fixture_writes(&csv, T("a\n\"\"\n"), T("a\r\n\"\"\r\n"));
    fixture_writes(&csv,
                   T("\xef\xbb\xbf\"\xef\xbb\xbf" /* of a name nothing but what shows is left */
                     "a\"\n\"\xef\xbb\xbf"
                     "1\"\n"),
                   T("a\r\n\"\xef\xbb\xbf"
                     "1\"\r\n"));
    struct format marked = csv;
    marked.bom = true;
    fixture_writes(&marked, T("a\n1\n"),
                   T("\xef\xbb\xbf"
                     "a\r\n1\r\n"));
}
static struct node *cell(struct node *row, const char *name, struct bytes text) {
    struct node *made = node_add(row, bytes_of_cstr(name), fixture_arena());
    made->text = text;
    made->scalar = true;
    return made;
}
static void rows_with_different_cells_share_the_columns(void **state) {
    (void)state;
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    struct node *one = node_add(root, T("row"), fixture_arena()), *two = node_add(root, T("row"), fixture_arena());
    cell(one, "a", T("1"));
    cell(one, "b", T("2"));
    cell(two, "b", T("3"));
    cell(two, "c", T("x\0y\xff"));
    fixture_made(&csv, root, T("a,b,c\r\n1,2,\r\n,3,x\xef\xbf\xbdy\xef\xbf\xbd\r\n"));
}
static void there_is_a_limit_to_columns_and_cells(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, FORMAT_MAX_BYTES);
    for (unsigned i = 0; i <= FORMAT_MAX_COLUMNS; i++)
        assert_int_equal(buffer_printf(&text, NULL, "%s%03x", i ? "," : "", i), OK);
    fixture_refused(&csv, (struct refusal){buffer_view(&text), "TOO_MANY", 1, FORMAT_MAX_COLUMNS * 4 + 1});
    buffer_clear(&text);
    assert_int_equal(buffer_add_cstr(&text, "a\n", NULL), OK);
    for (unsigned i = 0; i < FORMAT_MAX_NODES / 2; i++) assert_int_equal(buffer_add_cstr(&text, "1\n", NULL), OK);
    fixture_refused(&csv, (struct refusal){buffer_view(&text), "TOO_MANY", FORMAT_MAX_NODES / 2 + 1, 1});
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    fixture_torture(&csv, T("\xef\xbb\xbf文号,\"b\"\r\n中,\"x\"\"\r\ny\"\r\n1,\n\n"));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_become_children),
                                       cmocka_unit_test(quoted_cells_hold_everything),
                                       cmocka_unit_test(blank_lines_may_only_stand_at_the_end),
                                       cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
                                       cmocka_unit_test(only_what_must_be_is_quoted),
                                       cmocka_unit_test(rows_with_different_cells_share_the_columns),
                                       cmocka_unit_test(there_is_a_limit_to_columns_and_cells),
                                       cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
