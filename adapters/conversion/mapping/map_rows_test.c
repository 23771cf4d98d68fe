/* The mapping in formats of rows besides csv: groups by row, within a row and on sheets of their own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define FIELDS                                                                                                       \
    "    fields:\n      envelope.document_no: 文号\n      envelope.business_time: 日期\n      envelope.recipients: " \
    "主送\n      agency_case_no: 编号\n      title: {at: 名称, required: true}\n"                                    \
    "      category: {at: 案由, table: category}\n      officers: 承办人\n      fine_paid_fen: {at: 罚款, unit: 元}\n"
#define TABLES "tables: {category: {非法捕捞: FISH}}\n"
static const char lines_profile[] = "agency: yjgl\nformat: {kind: jsonl, key: 编号}\nfiles: ['*.jsonl']\n" TABLES
                                    "messages:\n  - event: REF.SEND\n    when: {类型: 移送}\n" FIELDS
                                    "    groups:\n      items: {distinct: true, fields: {name: 航点/物, quantity: "
                                    "航点/数, feature: 航点/色}}\n      parties: {at: 人, fields: {name: 名}}\n";
static const char lines[] =
    "{\"类型\": \"移送\", \"编号\": 7, \"文号\": \"应移〔2026〕1号\", \"日期\": \"2026-06-08\", \"主送\": "
    "[\"巴彦淖尔市公安局\"], \"名称\": \"某案\", \"案由\": \"非法捕捞\", \"承办人\": [\"甲\", \"乙\"],"
    " \"航点\": {\"物\": \"网\", \"数\": 2}, \"人\": [{\"名\": \"张某\"}, {\"名\": \"李某\"}]}\n"
    "{\"编号\": 7, \"承办人\": [\"乙\", \"丙\"], \"航点\": {\"物\": \"船\", \"数\": 1}, \"温度\": 21.50}\n"
    "{\"编号\": 7, \"航点\": {\"物\": \"船\", \"数\": 1}, \"人\": [{\"名\": \"王某\"}]}\n";

#define IS(path, text) assert_string_equal(fixture_at(record, path), text)

static void lines_are_rows_with_groups_in_them(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(lines_profile);
    struct bytes value = fixture_value(profile, "a.jsonl", BYTES_LITERAL(lines), NULL);
    json_t *record = fixture_record(value);
    IS("title", "某案");
    IS("officers", "[\"甲\",\"乙\",\"丙\"]");
    IS("items.0.name", "网");
    IS("items.1.quantity", "1");
    assert_int_equal(json_array_size(json_object_get(record, "items")), 2);
    IS("parties.1.name", "李某");
    IS("parties.2.name", "王某");
    json_decref(record);
    const char *again = fixture_rendered(profile, value, "UTF-8");
    assert_string_equal(again,
                        "{\"类型\": \"移送\",\"文号\": \"应移〔2026〕1号\",\"日期\": \"2026-06-08 00:00:00\",\"主送\": "
                        "[\"巴彦淖尔市公安局\"],\"编号\": \"7\",\"名称\": \"某案\",\"案由\": \"非法捕捞\","
                        "\"承办人\": [\"甲\",\"乙\",\"丙\"],\"航点\": {\"物\": \"网\",\"数\": \"2\"},\"人\": [{\"名\": "
                        "\"张某\"},{\"名\": \"李某\"},{\"名\": \"王某\"}]}\n"
                        "{\"类型\": \"移送\",\"文号\": \"应移〔2026〕1号\",\"日期\": \"2026-06-08 00:00:00\",\"主送\": "
                        "[\"巴彦淖尔市公安局\"],\"编号\": \"7\",\"名称\": \"某案\",\"案由\": \"非法捕捞\","
                        "\"承办人\": [\"甲\",\"乙\",\"丙\"],\"航点\": {\"物\": \"船\",\"数\": \"1\"}}\n");
    profile_free(profile);
}

static void the_same_text_in_another_field_is_another_item(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(lines_profile);
    static const char two[] = "{\"类型\": \"移送\", \"编号\": 7, \"文号\": \"应移〔2026〕1号\", \"日期\": "
                              "\"2026-06-08\", \"主送\": [\"巴彦淖尔市公安局\"], \"名称\": \"某案\","
                              " \"案由\": \"非法捕捞\", \"航点\": {\"物\": \"网\", \"数\": \"2\"}}\n{\"编号\": 7, "
                              "\"航点\": {\"物\": \"网\", \"色\": \"2\"}}\n";
    json_t *record = fixture_record(fixture_value(profile, "a.jsonl", BYTES_LITERAL(two), NULL));
    IS("items.0.quantity", "2");
    IS("items.1.feature", "2");
    assert_int_equal(json_array_size(json_object_get(record, "items")), 2);
    json_decref(record);
    profile_free(profile);
}

/* ---- sheets: the workbook is made of a tree
 * ---------------------------------------------------------------------------------- */
static const char sheets_profile[] =
    "agency: wlgd\nformat: {kind: xlsx, sheet: 台账, sheets: [当事人], key: 编号, list: '、'}\n" TABLES
    "messages:\n  - event: REF.SEND\n    when: {类型: 移送}\n" FIELDS
    "    groups:\n      parties: {at: 当事人, fields: {name: {at: 姓名, required: true}, id_no: 证件}}\n      items: "
    "{fields: {name: 物品}}\n";
struct said {
    const char *row, *name, *text;
};

static struct bytes workbook(const struct profile *profile, const struct said *all, size_t count) {
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena), *row = NULL;
    struct fault fault = {0};
    AUTO(buffer_free) struct buffer made;
    buffer_init(&made, 1u << 20);
    for (size_t i = 0; i < count; i++) {
        if (all[i].row) row = node_add(root, bytes_of_cstr(all[i].row), fixture_arena);
        struct node *cell = node_add(row, bytes_of_cstr(all[i].name), fixture_arena);
        cell->text = bytes_of_cstr(all[i].text);
        cell->scalar = true;
    }
    if (format_write(&profile->format, root, &made, &fault) != OK) fail_msg("%s", fault.text);
    return arena_copy(fixture_arena, buffer_view(&made));
}
#define CASE                                                                                                \
    {"row", "类型", "移送"}, {NULL, "编号", "A1"}, {NULL, "文号", "文移1号"}, {NULL, "日期", "2026-06-08"}, \
        {NULL, "主送", "巴彦淖尔市公安局"}, {NULL, "名称", "某案"}
#define BOOK(profile, ...)                                \
    workbook(profile, (const struct said[]){__VA_ARGS__}, \
             sizeof((const struct said[]){__VA_ARGS__}) / sizeof(struct said))

static void a_group_has_a_sheet_of_its_own(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(sheets_profile);
    struct bytes file = BOOK(profile, CASE, {NULL, "案由", "非法捕捞"}, {NULL, "物品", "网"}, {"当事人", "编号", "A1"},
                             {NULL, "姓名", "张某"}, {NULL, "证件", "150823199001011230"}, {"当事人", "编号", "A1"},
                             {NULL, "姓名", "李某"}, {NULL, "年龄", "40"});
    json_t *record = fixture_record(fixture_value(profile, "a.xlsx", file, NULL));
    IS("parties.0.id_no", "150823199001011230");
    IS("parties.1.name", "李某");
    IS("items.0.name", "网");
    IS("native.0.name", "当事人[2]/年龄");
    IS("native.0.value", "40");
    assert_int_equal(json_array_size(json_object_get(record, "native")), 1);
    json_decref(record);
    profile_free(profile);
}

static void refused(const struct profile *profile, struct bytes file, const struct fault *expected) {
    struct fault fault = {0};
    struct draft *draft = NULL;
    enum outcome outcome = conversion_read(profile, "a.xlsx", file, fixture_arena, &draft, &fault);
    bool as_expected = outcome == REFUSE && strcmp(fault.code, expected->code) == 0 &&
                       strcmp(fault.field, expected->field) == 0 && fault.line == expected->line &&
                       fault.column == expected->column && strstr(fault.text, expected->text);
    if (!as_expected)
        fail_msg("%d %s %s %u:%u %s", (int)outcome, fault.code, fault.field, fault.line, fault.column, fault.text);
}
static void a_fault_names_its_cell(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(sheets_profile);
    refused(profile, BOOK(profile, CASE, {NULL, "案由", "别的"}),
            &(struct fault){.code = "FIELD_CODE", .field = "案由", .line = 2, .column = 7, .text = "cell G2: "});
    refused(
        profile, BOOK(profile, CASE, {"当事人", "编号", "A1"}, {NULL, "证件", "1"}, {NULL, "姓名", ""}),
        &(struct fault){.code = "FIELD_MISSING", .field = "当事人/姓名", .line = 2, .column = 1, .text = "cell A2: "});
    refused(profile, BOOK(profile, CASE, {"当事人", "编号", "A2"}, {NULL, "姓名", "张某"}),
            &(struct fault){.code = "SEVERAL_CASES", .field = "编号", .line = 2, .column = 1, .text = "cell A2: "});
    profile_free(profile);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_rows_with_groups_in_them),
                                       cmocka_unit_test(the_same_text_in_another_field_is_another_item),
                                       cmocka_unit_test(a_group_has_a_sheet_of_its_own),
                                       cmocka_unit_test(a_fault_names_its_cell)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
