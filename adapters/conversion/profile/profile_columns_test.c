/* The options of each kind of format: every mistake at its place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define SENT                 "\nmessages: [{event: REF.SEND, fields: {envelope.business_time: 日期}}]\n"
#define FORMAT(options)      "agency: nm\nformat: {" options "}" SENT
#define COLUMN(kind, column) FORMAT("kind: " kind ", columns: [{" column "}]")
static const struct wrong_profile all_wrong[] = {
    {FORMAT("kind: fixed"), "SETTINGS_MISSING", 2, 9, "columns"},
    {FORMAT("kind: csv, columns: [{name: a}]"), "SETTINGS_TYPE", 2, 30, "columns is not for"},
    {FORMAT("kind: dbf, width: bytes"), "SETTINGS_TYPE", 2, 28, "width is not for"},
    {FORMAT("kind: fixed, width: pixels, columns: [{name: 日期, width: 8}]"), "SETTINGS_TYPE", 2, 30, "pixels"},
    {COLUMN("fixed", "name: 日期"), "SETTINGS_MISSING", 2, 33, "width"},
    {COLUMN("fixed", "name: 日期, width: 0"), "SETTINGS_TYPE", 2, 51, "width"},
    {COLUMN("fixed", "name: 日期, width: 8, type: date"), "SETTINGS_TYPE", 2, 60, "type is not for"},
    {COLUMN("fixed", "name: 日期, width: 8, pad: x"), "SETTINGS_TYPE", 2, 59, "pad"},
    {COLUMN("fixed", "name: 日期, width: 8, align: middle"), "SETTINGS_TYPE", 2, 61, "middle"},
    {COLUMN("fixed", "name: 日期, width: 8, align: right, continues: true"), "SETTINGS_TYPE", 2, 79,
     "begins at the left"},
    {COLUMN("fixed", "name: 文号, width: 8"), "SETTINGS_MISSING", 3, 63, "no column \"日期\""},
    {COLUMN("fixed", "name: 日期, width: 8}, {name: 日期, width: 8"), "SETTINGS_TYPE", 2, 55, "two columns"},
    {COLUMN("dbf", "name: 日期, type: memo"), "SETTINGS_TYPE", 2, 48, "memo"},
    {COLUMN("dbf", "name: 日期, type: number, width: 30"), "SETTINGS_TYPE", 2, 63, "width"},
    {COLUMN("dbf", "name: 日期, type: date, width: 10"), "SETTINGS_TYPE", 2, 61, "8 digits"},
    {COLUMN("dbf", "name: 日期, decimals: 2"), "SETTINGS_TYPE", 2, 52, "decimals need"},
    {COLUMN("dbf", "name: 日期, continues: true"), "SETTINGS_MISSING", 2, 53, "needs its width"},
    {COLUMN("dbf", "name: 行政处罚决定"), "SETTINGS_TYPE", 2, 38, "ten bytes"},
    {"agency: nm\nformat: {kind: dbf}\nmessages: [{event: REF.SEND, fields: {envelope.business_time: "
     "行政处罚决定日期}}]\n",
     "SETTINGS_TYPE", 3, 63, "ten bytes"},
    {COLUMN("xlsx", "name: 日期, align: right"), "SETTINGS_TYPE", 2, 50, "align is not for"},
    {FORMAT("kind: xlsx, sheet: \"a/b\""), "SETTINGS_TYPE", 2, 29, "cannot be a sheet"},
    {FORMAT("kind: xlsx, sheet: row"), "SETTINGS_TYPE", 2, 29, "cannot be a sheet"},
    {FORMAT("kind: xlsx, sheets: [当事人]"), "SETTINGS_MISSING", 2, 30, "sheets need sheet"},
    {FORMAT("kind: xlsx, header: 3"), "SETTINGS_TYPE", 2, 30, "header"},
    {FORMAT("kind: csv, sheet: a"), "SETTINGS_TYPE", 2, 28, "sheet is not for"},
    {"agency: nm\nformat: {kind: xlsx, sheet: 台账, sheets: [当事人]}\nmessages: [{event: REF.SEND, fields: "
     "{envelope.business_time: 日期}, groups: {items: {at: 物品, fields: {name: 名称}}}}]\n",
     "SETTINGS_MISSING", 3, 89, "no sheet \"物品\""},
    {"agency: nm\nformat: {kind: jsonl}\nmessages: [{event: REF.SEND, fields: {envelope.business_time: /日期}}]\n",
     "SETTINGS_TYPE", 3, 63, "no document"},
};

static void every_mistake_is_told_at_its_place(void **state) {
    (void)state;
    size_t other = 0;
    for (size_t i = 0; i < sizeof all_wrong / sizeof all_wrong[0]; i++) {
        struct fault fault;
        other += !fixture_reports(&all_wrong[i], &fault);
    }
    assert_int_equal(other, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_mistake_is_told_at_its_place)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
