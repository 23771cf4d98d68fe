#include "adapters/formats/format_fixture.h"
#include <stdlib.h>
#include <time.h>
#include <zip.h>

static const struct format plain = {.kind = FORMAT_XLSX};
static struct buffer made;

/* ---- a workbook by hand: its parts into a zip in memory
 * ------------------------------------------------------------------- */
struct part {
    const char *name, *text;
};
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL  "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define ROOT_RELS                                                       \
    {"_rels/.rels", "<Relationships><Relationship Id=\"a\" Type=\"" REL \
                    "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"}
#define BOOK_RELS                                                                                           \
    {"xl/_rels/workbook.xml.rels",                                                                          \
     "<Relationships><Relationship Id=\"r1\" Type=\"" REL "/worksheet\" Target=\"worksheets/sheet1.xml\"/>" \
     "<Relationship Id=\"r2\" Type=\"" REL "/worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/>"            \
     "<Relationship Id=\"s\" Type=\"" REL                                                                   \
     "/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"t\" Type=\"" REL                    \
     "/styles\" Target=\"styles.xml\"/></Relationships>"}
#define BOOK(sheets) \
    {"xl/workbook.xml", "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" REL "\"><sheets>" sheets "</sheets></workbook>"}
#define FIRST  "<sheet name=\"台账\" sheetId=\"1\" r:id=\"r1\"/>"
#define SECOND "<sheet name=\"当事人\" sheetId=\"2\" r:id=\"r2\"/>"
#define SHEET(rows) \
    {"xl/worksheets/sheet1.xml", "<worksheet xmlns=\"" MAIN "\"><sheetData>" rows "</sheetData></worksheet>"}
#define SHEET2(rows) \
    {"xl/worksheets/sheet2.xml", "<worksheet xmlns=\"" MAIN "\"><sheetData>" rows "</sheetData></worksheet>"}
#define STYLES                                                                                                \
    {"xl/styles.xml",                                                                                         \
     "<styleSheet xmlns=\"" MAIN                                                                              \
     "\"><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>" \
     "<numFmt numFmtId=\"165\" formatCode=\"[Red]0.00&quot;days&quot;\"/></numFmts><cellStyleXfs><xf "        \
     "numFmtId=\"14\"/></cellStyleXfs>"                                                                       \
     "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf "                          \
     "numFmtId=\"22\"/></cellXfs></styleSheet>"}
#define STRINGS                                                                                                 \
    {"xl/sharedStrings.xml", "<sst xmlns=\"" MAIN "\"><si><t>文号</t></si><si><r><t xml:space=\"preserve\">案 " \
                             "</t></r><r><t>由</t></r><rPh><t>an</t></rPh></si><si/></sst>"}

static struct bytes zip_of(const struct part *parts, size_t count) {
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    assert_non_null(source);
    zip_source_keep(source);
    zip_t *zip = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *one = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
        assert_true(one && zip_file_add(zip, parts[i].name, one, 0) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    buffer_free(&made);
    buffer_init(&made, 64u << 20);
    assert_int_equal(zip_source_open(source), 0);
    zip_source_seek(source, 0, SEEK_END);
    size_t size = (size_t)zip_source_tell(source);
    zip_source_seek(source, 0, SEEK_SET);
    assert_int_equal(buffer_reserve(&made, size, NULL), OK);
    assert_int_equal(zip_source_read(source, made.at, size), size);
    made.count = size;
    zip_source_close(source);
    zip_source_free(source);
    return buffer_view(&made);
}
#define ZIP(...)  zip_of((const struct part[]){__VA_ARGS__}, COUNT(((const struct part[]){__VA_ARGS__})))
#define ONE(rows) ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST), STYLES, STRINGS, SHEET(rows))
#define NAMES     "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"

static void cells_of_every_type_are_texts(void **state) {
    (void)state;
    fixture_reads(&plain,
                  ONE(NAMES
                      "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>x_x000D__x005F_</t></is></c><c "
                      "r=\"B2\"><v>46.5</v></c></row>"
                      "<row r=\"3\"><c r=\"A3\" t=\"str\"><f>A2</f><v>甲</v></c><c r=\"B3\" "
                      "t=\"b\"><v>1</v></c></row><row><c><v>1.1000000000000001</v></c><c t=\"s\"><v>2</v></c></row>"),
                  "@1:1(row@2:1(文号@2:1=x\r_ 案 由@2:2=46.5) row@3:1(文号@3:1=甲 案 由@3:2=TRUE) row@4:1(文号@4:1=1.1 "
                  "案 由@4:2=))");
    fixture_reads(
        &plain,
        ONE(NAMES "<row r=\"2\"><c r=\"A2\"><v>123456789012345</v></c><c r=\"B2\" s=\"2\"><v>1.5E-2</v></c></row>"),
        "@1:1(row@2:1(文号@2:1=123456789012345 案 由@2:2=0.015days))");
}
#define DAY(value) "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>" value "</v></c></row>"
static void serial_numbers_are_days(void **state) {
    (void)state;
    const char *const expected[] = {"2026-06-08", "2026-06-08 10:20:00", "1900-02-28", "1900-03-01", "12:00:00"};
    const struct bytes files[] = {T(DAY("46181")), T(DAY("46181.430555555555")), T(DAY("59")), T(DAY("61")),
                                  T(DAY("0.5"))};
    for (size_t i = 0; i < COUNT(files); i++) {
        char sheet[1000], shown[200];
        snprintf(sheet, sizeof sheet, "<worksheet><sheetData>" NAMES "%s</sheetData></worksheet>",
                 (const char *)files[i].at);
        snprintf(shown, sizeof shown, "@1:1(row@2:1(文号@2:1=%s 案 由@2:2=))", expected[i]);
        fixture_reads(&plain,
                      ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST), STYLES, STRINGS, {"xl/worksheets/sheet1.xml", sheet}),
                      shown);
    }
    fixture_reads(&plain,
                  ZIP(ROOT_RELS, BOOK_RELS,
                      {"xl/workbook.xml", "<workbook xmlns:r=\"" REL "\"><workbookPr date1904=\"1\"/><sheets>" FIRST
                                          "</sheets></workbook>"},
                      STYLES, STRINGS, SHEET(NAMES "<row r=\"2\"><c r=\"A2\" s=\"3\"><v>44719</v></c></row>")),
                  "@1:1(row@2:1(文号@2:1=2026-06-08 案 由@2:2=))");
}
static void further_sheets_are_groups(void **state) {
    (void)state;
    static const char *const parties[] = {"当事人"};
    const struct format both = {.kind = FORMAT_XLSX, .sheet = "台账", .sheets = parties, .sheet_count = 1},
                        ignoring = {.kind = FORMAT_XLSX, .sheet = "台账", .ignored = parties, .ignored_count = 1};
    struct bytes file = ZIP(ROOT_RELS, BOOK_RELS, BOOK(SECOND FIRST), STYLES, STRINGS,
                            SHEET(NAMES "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row>"),
                            SHEET2("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c></row><row "
                                   "r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>张某</t></is></c></row>"));
    fixture_reads(&both, file, "@1:1(row@2:1(文号@2:1=1 案 由@2:2=) 当事人@2:1(姓名@2:1=张某))");
    fixture_reads(&ignoring, file, "@1:1(row@2:1(文号@2:1=1 案 由@2:2=))");
    const struct format unnamed = {.kind = FORMAT_XLSX, .sheet = "台账"};
    fixture_refused(&unnamed, (struct refusal){file, "XLSX_SYNTAX", 1, 1});
}
static const struct format ledger = {.kind = FORMAT_XLSX, .title = "台账", .header_rows = 2};
static void a_header_may_have_two_rows_below_a_title(void **state) {
    (void)state;
    fixture_reads(
        &ledger,
        ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST),
            {"xl/worksheets/sheet1.xml",
             "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>9</v></c></row>"
             "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>文号</v></c><c r=\"B2\" t=\"str\"><v>人</v></c></row><row "
             "r=\"3\"><c r=\"B3\" t=\"str\"><v>名</v></c><c r=\"C3\" t=\"str\"><v>号</v></c></row>"
             "<row r=\"4\"><c r=\"A4\"><v>1</v></c><c r=\"C4\"><v>2</v></c></row></sheetData><mergeCells><mergeCell "
             "ref=\"A1:C1\"/><mergeCell ref=\"A2:A3\"/><mergeCell ref=\"B2:C2\"/></mergeCells></worksheet>"}),
        "@1:1(row@4:1(文号@4:1=1 人/名@4:2= 人/号@4:3=2))");
}
static void blank_rows_may_only_stand_at_the_end(void **state) {
    (void)state;
    fixture_reads(&plain,
                  ONE(NAMES "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"5\"><c r=\"A5\" s=\"1\"/></row>"),
                  "@1:1(row@2:1(文号@2:1=1 案 由@2:2=))");
    fixture_refused(&plain,
                    (struct refusal){ONE(NAMES "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>"), "XLSX_SYNTAX", 2, 1});
    fixture_refused(
        &plain,
        (struct refusal){
            ONE(NAMES
                "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"3\"/><row r=\"4\"><c r=\"A4\"><v>1</v></c></row>"),
            "XLSX_SYNTAX", 3, 1});
}
#define WRONG(rows, row, column) fixture_refused(&plain, (struct refusal){ONE(rows), "XLSX_SYNTAX", row, column})
static void what_is_wrong_is_refused_with_its_cell(void **state) {
    (void)state;
    WRONG("", 2, 1);
    WRONG(NAMES, 2, 1);
    WRONG(NAMES "<row r=\"2\"><c r=\"C2\"><v>1</v></c></row>", 2, 3);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\" t=\"e\"><v>#N/A</v></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\"><f>A2</f></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\"><v>150823199001011234</v></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\"><v>0x10</v></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\" t=\"s\"><v>3</v></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\" s=\"1\"><v>60</v></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\" s=\"1\"><v>-1</v></c></row>", 2, 2);
    WRONG(NAMES "<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"A2\"><v>1</v></c></row>", 2, 3);
    WRONG(NAMES "<row r=\"1\"/>", 2, 1);
    WRONG("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>0</v></c></row>", 1, 3);
    WRONG(NAMES "<row r=\"2\"><c r=\"A2\"><v>1</v></c>", 1, 1);
    struct fault f = {0};
    struct node *root = NULL;
    assert_int_equal(
        format_read(&plain, ONE(NAMES "<row r=\"2\"><c r=\"AB2\"><v>1</v></c></row>"), fixture_arena(), &root, &f),
        REFUSE);
    assert_string_equal(f.text, "sheet 台账 cell AB2: the column has no name in the header row");
}
static void hostile_books_are_refused(void **state) {
    (void)state;
    const char *dtd = "<!DOCTYPE a [<!ENTITY b \"x\"><!ENTITY c \"&b;&b;&b;\">]><worksheet><sheetData>" NAMES
                      "</sheetData></worksheet>";
    const struct part good = SHEET(NAMES "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row>");
    fixture_refused(&plain, (struct refusal){ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST), {"xl/worksheets/sheet1.xml", dtd}),
                                             "XLSX_SYNTAX", 1, 1});
    fixture_refused(&plain, (struct refusal){ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST), good, {"xl/vbaProject.bin", "x"}),
                                             "XLSX_SYNTAX", 1, 1});
    fixture_refused(&plain, (struct refusal){ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST), good,
                                                 {"xl/externalLinks/externalLink1.xml", "<x/>"}),
                                             "XLSX_SYNTAX", 1, 1});
    fixture_refused(&plain, (struct refusal){T("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "FILE_KIND", 1, 1});
    fixture_refused(&plain, (struct refusal){T("PK\x03\x04"), "XLSX_SYNTAX", 1, 1});
    fixture_refused(&plain, (struct refusal){ZIP(ROOT_RELS), "XLSX_SYNTAX", 1, 1});
    fixture_refused(&plain, (struct refusal){T("文号,案由\n"), "XLSX_SYNTAX", 1, 1});
    fixture_refused(
        &plain,
        (struct refusal){
            ZIP(ROOT_RELS,
                {"xl/_rels/workbook.xml.rels",
                 "<Relationships><Relationship Id=\"r1\" Type=\"" REL
                 "/worksheet\" Target=\"http://127.0.0.1/sheet.xml\" TargetMode=\"External\"/></Relationships>"},
                BOOK(FIRST)),
            "XLSX_SYNTAX", 1, 1});
}
/* A hundred megabytes of blanks in some hundred kilobytes, as a sheet and as texts. */
static void a_bomb_is_refused_before_it_is_unpacked(void **state) {
    (void)state;
    size_t size = 100u << 20;
    char *blanks = malloc(size + 1);
    assert_non_null(blanks);
    memset(blanks, ' ', size);
    blanks[size] = '\0';
    const char *const names[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct bytes bomb = ZIP(
            ROOT_RELS, BOOK_RELS, {names[i], blanks},
            {i == 2 ? "x" : "xl/workbook.xml", "<workbook xmlns:r=\"" REL "\"><sheets>" FIRST "</sheets></workbook>"});
        struct timespec before, after;
        assert_true(bomb.count < 200000);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        fixture_refused(&plain, (struct refusal){bomb, "TOO_LARGE", 1, 1});
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        int64_t micros = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
        if (micros > 10000) fail_msg("%s took %lld microseconds", names[i], (long long)micros);
    }
    free(blanks);
}
/* The zip's directory says little, the data is much. */
static void a_lying_directory_gains_nothing(void **state) {
    (void)state;
    char *blanks = malloc((1u << 20) + 1);
    assert_non_null(blanks);
    memset(blanks, ' ', 1u << 20);
    blanks[1u << 20] = '\0';
    struct bytes file = ZIP(ROOT_RELS, BOOK_RELS, {"xl/workbook.xml", blanks});
    const uint8_t was[] = {0, 0, 0x10, 0}, lie[] = {0, 1, 0, 0};
    size_t changed = 0;
    for (size_t i = 0; i + sizeof was <= file.count; i++) {
        if (memcmp(made.at + i, was, sizeof was) != 0) continue;
        memcpy(made.at + i, lie, sizeof lie);
        changed++;
    }
    assert_true(changed >= 1);
    fixture_refused(&plain, (struct refusal){file, "XLSX_SYNTAX", 1, 1});
    free(blanks);
}

/* As many cells as a file may have, each with a text of its own: refused only beyond, and no more of the arena than a
 * reading may take. */
static void the_largest_sheet_stays_within_its_share_of_the_arena(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer sheet;
    buffer_init(&sheet, 16u << 20);
    assert_int_equal(buffer_add_cstr(&sheet, "<worksheet><sheetData><row>", NULL), OK);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(buffer_printf(&sheet, NULL, "<c t=\"str\"><v>n%u</v></c>", i), OK);
    for (unsigned row = 0; row < 1970; row++) {
        assert_int_equal(buffer_add_cstr(&sheet, "</row><row>", NULL), OK);
        for (unsigned i = 0; i < 100; i++)
            assert_int_equal(
                buffer_printf(&sheet, NULL, "<c t=\"inlineStr\"><is><t>%u字字字字字字字字%u</t></is></c>", row, i), OK);
    }
    assert_int_equal(buffer_add(&sheet, BYTES_LITERAL("</row></sheetData></worksheet>\0"), NULL), OK);
    struct bytes file = ZIP(ROOT_RELS, BOOK_RELS, BOOK(FIRST), {"xl/worksheets/sheet1.xml", (const char *)sheet.at});
    AUTO(arena_free_auto) struct arena *arena = arena_new(1u << 20, FORMAT_MAX_ARENA);
    struct fault f = {0};
    struct node *root = NULL;
    if (format_read(&plain, file, arena, &root, &f) != OK) fail_msg("%s: %s", f.code, f.text);
    assert_int_equal(root->last->line, 1971);
}

/* ---- writing
 * --------------------------------------------------------------------------------------------------------------- */
static struct node *cell(struct node *row, const char *name, struct bytes text) {
    struct node *one = node_add(row, bytes_of_cstr(name), fixture_arena());
    one->text = text;
    one->scalar = true;
    return one;
}
static struct bytes written(const struct format *format, const struct node *root) {
    struct fault f = {0};
    buffer_free(&made);
    buffer_init(&made, 8u << 20);
    if (format_write(format, root, &made, &f) != OK) fail_msg("%s %s: %s", f.code, f.field, f.text);
    return buffer_view(&made);
}
static void what_is_written_is_read_again(void **state) {
    (void)state;
    static const struct format_column columns[] = {{.name = "重量", .type = COLUMN_NUMBER},
                                                   {.name = "日期", .type = COLUMN_DATE, .width = 12}};
    static const char *const parties[] = {"当事人"};
    const struct format format = {.kind = FORMAT_XLSX,
                                  .columns = columns,
                                  .column_count = 2,
                                  .sheet = "台账",
                                  .sheets = parties,
                                  .sheet_count = 1};
    arena_reset(fixture_arena());
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena()), *row = node_add(root, NODE_ROW, fixture_arena()),
                *other;
    cell(row, "文号", T("=1+1 _x000D_ <&>\r\n x\x01\xff"));
    cell(row, "重量", T("46.5"));
    cell(row, "日期", T("2026年6月8日 10时20分"));
    row = node_add(root, NODE_ROW, fixture_arena());
    cell(row, "重量", T("约5"));
    cell(row, "日期", T("不详"));
    other = node_add(root, T("当事人"), fixture_arena());
    cell(other, "证件", T("150823199001011234"));
    struct bytes file = written(&format, root), again = arena_copy(fixture_arena(), file);
    assert_true(bytes_equal(written(&format, root), again));
    fixture_reads(&format, buffer_view(&made),
                  "@1:1(row@2:1(文号@2:1==1+1 _x000D_ <&>\r\n x\xef\xbf\xbd\xef\xbf\xbd 重量@2:2=46.5 "
                  "日期@2:3=2026-06-08 10:20:00)"
                  " row@3:1(文号@3:1= 重量@3:2=约5 日期@3:3=不详) 当事人@2:1(证件@2:1=150823199001011234))");
}
static void a_title_and_two_header_rows_are_written(void **state) {
    (void)state;
    arena_reset(fixture_arena());
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena()), *row = node_add(root, NODE_ROW, fixture_arena());
    cell(row, "文号", T("1"));
    cell(row, "人/名", T("2"));
    cell(row, "人/号", T("3"));
    cell(row, "地/名", T("4"));
    written(&ledger, root);
    fixture_reads(&ledger, buffer_view(&made), "@1:1(row@4:1(文号@4:1=1 人/名@4:2=2 人/号@4:3=3 地/名@4:4=4))");
}
static void a_text_that_no_cell_holds_is_not_cut(void **state) {
    (void)state;
    struct fault f = {0};
    AUTO(buffer_free) struct buffer text, out;
    buffer_init(&text, 1u << 20);
    buffer_init(&out, 1u << 20);
    for (unsigned i = 0; i < 32768; i++) assert_int_equal(buffer_add_cstr(&text, "字", NULL), OK);
    arena_reset(fixture_arena());
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    cell(node_add(root, NODE_ROW, fixture_arena()), "a", buffer_view(&text));
    assert_int_equal(format_write(&plain, root, &out, &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    struct bytes file = ONE(NAMES "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row>");
    fixture_torture(&plain,
                    bytes_of(memcpy(arena_alloc(fixture_arena(), file.count), file.at, file.count), file.count));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells_of_every_type_are_texts),
                                       cmocka_unit_test(serial_numbers_are_days),
                                       cmocka_unit_test(further_sheets_are_groups),
                                       cmocka_unit_test(a_header_may_have_two_rows_below_a_title),
                                       cmocka_unit_test(blank_rows_may_only_stand_at_the_end),
                                       cmocka_unit_test(what_is_wrong_is_refused_with_its_cell),
                                       cmocka_unit_test(hostile_books_are_refused),
                                       cmocka_unit_test(a_bomb_is_refused_before_it_is_unpacked),
                                       cmocka_unit_test(a_lying_directory_gains_nothing),
                                       cmocka_unit_test(the_largest_sheet_stays_within_its_share_of_the_arena),
                                       cmocka_unit_test(what_is_written_is_read_again),
                                       cmocka_unit_test(a_title_and_two_header_rows_are_written),
                                       cmocka_unit_test(a_text_that_no_cell_holds_is_not_cut),
                                       cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
