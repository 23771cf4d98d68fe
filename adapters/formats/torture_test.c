/* Each format reads and writes, with every allocation failing once: ours and libxml2's. */
#include "adapters/formats/format_fixture.h"
#include "adapters/formats/xml_schema.h"
#include "base/torture_fixture.h"
#include <stdlib.h>
#include <unistd.h>

static const struct format_column columns[] = {
    {.name = "名称", .width = 12, .pad = ' ', .continues = true},
    {.name = "日期", .width = 10, .pad = ' ', .type = COLUMN_DATE},
    {.name = "数量", .width = 8, .decimals = 1, .pad = ' ', .type = COLUMN_NUMBER}};
static const struct format_column fixed[] = {{.name = "名称", .width = 12, .pad = ' ', .continues = true},
                                             {.name = "日期", .width = 10, .pad = ' '},
                                             {.name = "数量", .width = 8, .pad = ' '}};
static struct format formats[] = {
    {.kind = FORMAT_CSV, .encoding = ENCODING_GB18030, .separator = ','},
    {.kind = FORMAT_XML, .encoding = ENCODING_GB18030, .root = "文书"},
    {.kind = FORMAT_JSON},
    {.kind = FORMAT_JSONL},
    {.kind = FORMAT_FIXED, .encoding = ENCODING_GB18030, .columns = fixed, .column_count = COUNT(fixed)},
    {.kind = FORMAT_DBF, .encoding = ENCODING_GB18030, .columns = columns, .column_count = COUNT(columns)},
    {.kind = FORMAT_XLSX, .columns = columns, .column_count = COUNT(columns)}};

static void cell(struct node *row, const char *name, const char *text) {
    struct node *one = node_add(row, bytes_of_cstr(name), fixture_arena());
    one->text = bytes_of_cstr(text);
    one->scalar = true;
}
static struct node *tree_of(const struct format *format) {
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    for (int i = 0; i < 3; i++) {
        struct node *row = format_has_rows(format) ? node_add(root, NODE_ROW, fixture_arena())
                                                   : node_add(root, BYTES_LITERAL("案件"), fixture_arena());
        cell(row, "名称", i ? "渔获物\"五\"" : "乌梁素海北岸三号水道的禁用渔具、渔获物");
        cell(row, "日期", "2026-06-08");
        cell(row, "数量", "12.5");
    }
    return root;
}

struct work {
    const struct format *format;
    const struct node *tree;
    struct bytes file;
};
static bool as_promised(enum outcome outcome, const struct fault *fault) {
    if (outcome != OK && (outcome != FATAL || strcmp(fault->code, "INTERNAL") != 0))
        fail_msg("%d %s %s", (int)outcome, fault->code, fault->text);
    assert_true(outcome == OK || torture_failed());
    return outcome == OK;
}
static bool reads(void *context) {
    const struct work *work = context;
    AUTO(arena_free_auto) struct arena *arena = NULL;
    struct node *root = NULL;
    struct fault fault = {0};
    enum outcome outcome = arena_open(16, 2 * (size_t)FORMAT_MAX_ARENA, &arena, &fault); /* a block each */
    if (outcome == OK) outcome = format_read(work->format, work->file, arena, &root, &fault);
    return as_promised(outcome, &fault);
}
static bool writes(void *context) {
    const struct work *work = context;
    AUTO(buffer_free) struct buffer made;
    struct fault fault = {0};
    buffer_init(&made, 1u << 20);
    enum outcome outcome = format_write(work->format, work->tree, &made, &fault);
    if (outcome == OK) assert_true(bytes_equal(buffer_view(&made), work->file));
    return as_promised(outcome, &fault);
}

static void each_format_reads_and_writes_or_there_was_no_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        AUTO(buffer_free) struct buffer file;
        struct fault fault = {0};
        struct work work = {.format = &formats[i], .tree = tree_of(&formats[i])};
        buffer_init(&file, 1u << 20);
        if (format_write(work.format, work.tree, &file, &fault) != OK) fail_msg("%s %s", fault.code, fault.text);
        work.file = buffer_view(&file);
        unsigned read = torture_each(reads, &work, 0), written = torture_each(writes, &work, 0);
        print_message("format %zu: %u allocations to read, %u to write\n", i, read, written);
        assert_true(read > 5);
    }
}

static void schema_file(char *path) {
    int file = mkstemp(path);
    assert_true(file >= 0);
    static const char text[] =
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='文书'><xs:complexType><xs:sequence>"
        "<xs:element name='案件' maxOccurs='9'><xs:complexType><xs:sequence><xs:element name='名称' type='xs:string'/>"
        "<xs:element name='日期' type='xs:date'/><xs:element name='数量' type='xs:decimal'/></xs:sequence>"
        "</xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>";
    assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
    close(file);
}

static bool loads(void *context) {
    struct xml_schema *schema = NULL;
    struct fault fault = {0};
    enum outcome outcome = xml_schema_load(context, &schema, &fault);
    assert_true((outcome == OK) == (schema != NULL));
    xml_schema_free(schema);
    return as_promised(outcome, &fault);
}
static void a_schema_is_loaded_or_there_was_no_memory(void **state) {
    print_message("schema: %u\n", torture_each(loads, *state, 0));
}

int main(void) {
    struct fault fault = {0};
    struct xml_schema *schema = NULL;
    char path[] = "/tmp/torture-XXXXXX";
    schema_file(path);
    if (xml_schema_load(path, &schema, &fault) != OK) return 1;
    formats[1].schema = schema;
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_format_reads_and_writes_or_there_was_no_memory),
                                       cmocka_unit_test_prestate(a_schema_is_loaded_or_there_was_no_memory, path)};
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    xml_schema_free(schema);
    unlink(path);
    return failures;
}
