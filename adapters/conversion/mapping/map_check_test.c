/* A wrong identifier stops a file where it stands: field, line, column, and a text without the number itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define BODY                                                                                                          \
    "messages:\n"                                                                                                     \
    "  - event: REF.SEND\n"                                                                                           \
    "    fields: {envelope.document_no: 文号, envelope.business_time: 日期, envelope.recipients: 主送, title: 名称, " \
    "county_code: 区划,\n"                                                                                            \
    "             longitude: 经度, latitude: 纬度, coordinates_system: 坐标系, fine_paid_fen: 罚款}\n"                \
    "    groups:\n"
static const char csv_profile[] =
    "agency: nm\nformat: {kind: csv}\n" BODY "      parties: {distinct: true, fields: {kind: {at: 类别, table: kind}, "
    "name: 当事人, id_type: {at: 证件, table: paper}, id_no: 号码}}\n"
    "tables: {kind: {人: PERSON, 单位: ORGANISATION}, paper: {身份证: '111', 信用代码: USCC, 护照: '414'}}\n";
static const char split_profile[] =
    "agency: nm\nformat: {kind: csv}\n" BODY
    "      parties: {split: '、', fields: {name: 当事人, id_type: {value: '111'}, id_no: 号码}}\n";
static const char xml_profile[] = "agency: nm\nformat: {kind: xml, root: 文书}\n" BODY
                                  "      parties: {at: 人员/人, fields: {name: 姓名, id_no: '@号码'}}\n";
static const char json_profile[] =
    "agency: nm\nformat: {kind: json}\n" BODY "      parties: {at: 人员, fields: {name: 姓名, id_no: 号码}}\n";
static const char step_profile[] =
    "agency: nm\nformat: {kind: json}\nmessages:\n"
    "  - event: REV.PENALTY\n    fields: {envelope.business_time: 日期, envelope.cites: 来文}\n"
    "    groups: {penalties: {at: 处罚, fields: {kind: 种类, amount_fen: 金额}}}\n";

#define HEAD  "文号,日期,主送,名称,区划,经度,纬度,坐标系,罚款,类别,当事人,证件,号码\n"
#define PLAIN "农1号,2026-06-08,jcy,某案,150823,108.8,40.9,CGCS2000,0,"
struct wrong {
    const char *profile, *file_name, *text, *code, *field;
    uint32_t line, column;
};

static struct fault read_as(const char *yaml, const char *file_name, const char *text, enum outcome want) {
    struct profile *profile = fixture_profile(yaml);
    struct draft *draft = NULL;
    struct fault fault = {0};
    enum outcome outcome = conversion_read(profile, file_name, bytes_of_cstr(text), fixture_arena, &draft, &fault);
    if (outcome != want) fail_msg("%s: %s %s (%s)", text, fault.code, fault.field, fault.text);
    profile_free(profile);
    return fault;
}

static void a_wrong_identifier_is_told_at_its_place(void **state) {
    (void)state;
    static const struct wrong all[] = {
        {csv_profile, "a.csv", HEAD PLAIN "人,张,身份证,150802198503150015\n" PLAIN "人,李,身份证,150802198503150016\n",
         "ID_NUMBER_CHECK", "号码", 3, 60},
        {csv_profile, "a.csv", HEAD PLAIN "人,张,身份证,150802200102290017\n", "ID_NUMBER_DATE", "号码", 2, 60},
        {csv_profile, "a.csv", HEAD PLAIN "人,张,身份证,150802203003150019\n", "ID_NUMBER_DATE", "号码", 2,
         60}, /* not born on the paper's day */
        {csv_profile, "a.csv", HEAD PLAIN "单位,某厂,信用代码,11150800990000025U\n", "CREDIT_CODE_CHECK", "号码", 2,
         63},
        {csv_profile, "a.csv", HEAD PLAIN "单位,某厂,信用代码,1115080099000002\n", "CREDIT_CODE_FORM", "号码", 2, 63},
        {csv_profile, "a.csv", HEAD "农1号,2026-06-08,jcy,某案,152824,,,,,人,张,,\n", "DIVISION_CLOSED", "区划", 2, 23},
        {csv_profile, "a.csv", HEAD "农1号,2026-06-08,jcy,某案,150899,,,,,人,张,,\n", "DIVISION_UNKNOWN", "区划", 2,
         23},
        {csv_profile, "a.csv", HEAD "农1号,2026-06-08,jcy,某案,乌拉特前旗,,,,,人,张,,\n", "DIVISION_FORM", "区划", 2,
         23},
        {csv_profile, "a.csv", HEAD "农1号,2026-06-08,jcy,某案,150823,40.9,108.8,CGCS2000,0,人,张,,\n",
         "COORDINATE_RANGE", "纬度", 2, 35},
        {csv_profile, "a.csv", HEAD "农1号,2026-06-08,jcy,某案,150823,108.8,40.9,火星,0,人,张,,\n", "COORDINATE_SYSTEM",
         "坐标系", 2, 41},
        {csv_profile, "a.csv", HEAD "农1号,2026-06-08,jcy,某案,150823,108.8,40.9,CGCS2000,-5,人,张,,\n", "AMOUNT_RANGE",
         "罚款", 2, 50},
        {split_profile, "a.csv", HEAD PLAIN ",张、李,,150802198503150015、150802198503150016\n", "ID_NUMBER_CHECK",
         "号码", 2, 58},
        {xml_profile, "a.xml",
         "<文书><日期>2026-06-08</日期><人员>\n<人 号码='150802198503150015'/>\n<人 "
         "号码='150802198503150016'><姓名>李</姓名></人></人员></文书>",
         "FIELD_MISSING", "人员/人[1]/姓名", 2, 0},
        {xml_profile, "a.xml",
         "<文书><日期>2026-06-08</日期><人员><人 号码='150802198503150015'><姓名>张</姓名></人>\n<人 "
         "号码='150802198503150016'><姓名>李</姓名></人></人员></文书>",
         "ID_NUMBER_CHECK", "人员/人[2]/@号码", 2, 0},
        {json_profile, "a.json",
         "{\"日期\":\"2026-06-08\",\"人员\":[{\"姓名\":\"张\",\"号码\":\"E12345678\"},\n{\"姓名\":\"李\",\"号码\":"
         "\"15080219850315001X\"}]}",
         "ID_NUMBER_CHECK", "人员[2]/号码", 2, 16},
        {step_profile, "a.json",
         "{\"日期\":\"2026-06-08\",\"来文\":\"农1号\",\"处罚\":[{\"种类\":\"罚款\",\"金额\":\"5\"},\n{\"种类\":"
         "\"罚款\",\"金额\":\"100000000001\"}]}",
         "AMOUNT_RANGE", "处罚[2]/金额", 2, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const struct wrong *w = &all[i];
        struct fault fault = read_as(w->profile, w->file_name, w->text, REFUSE);
        if (strcmp(fault.code, w->code) != 0 || strcmp(fault.field, w->field) != 0 || fault.line != w->line ||
            (w->column && fault.column != w->column)) {
            fail_msg("case %zu: %s %s %u:%u (%s), not %s %s %u:%u", i, fault.code, fault.field, fault.line,
                     fault.column, fault.text, w->code, w->field, w->line, w->column);
        }
    }
}
static void the_fault_masks_the_number(void **state) {
    (void)state;
    struct fault fault = read_as(csv_profile, "a.csv", HEAD PLAIN "人,张,身份证,150802198503150016\n", REFUSE);
    assert_string_equal(fault.text, "parties[1].id_no: 1508**********0016");
    fault = read_as(csv_profile, "a.csv", HEAD PLAIN "人,张,身份证,1508021985031500\n", REFUSE);
    assert_string_equal(fault.code, "ID_NUMBER_FORM");
    assert_null(strstr(fault.text, "19850315"));
    /* a number in the wrong column is quoted by other faults, masked as well */
    fault = read_as(csv_profile, "a.csv", HEAD "农1号,150802198503150015,jcy,某案,150823,,,,,人,张,,\n", REFUSE);
    assert_string_equal(fault.code, "FIELD_DATE");
    assert_null(strstr(fault.text, "150802198503150015"));
    assert_non_null(strstr(fault.text, "1508**********0015"));
}
static void what_is_only_remarkable_passes(void **state) {
    (void)state;
    const char *const fine[] = {PLAIN "人,张,身份证,152824198503150015\n",
                                PLAIN "人,张,护照,E12345678\n",
                                PLAIN "单位,某厂,,150800000012345\n",
                                PLAIN "人,张,,\n",
                                "随便,2026-06-08,jcy,某案,460000,108.8,,,0,人,张,,\n",
                                "农1号,2026-06-08,jcy,某案,150823,120,30,CGCS2000,0,人,张,,\n"};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s%s", HEAD, fine[i]);
        read_as(csv_profile, "a.csv", text, OK);
    }
}
static void an_agency_may_leave_it_to_the_broker(void **state) {
    (void)state;
    char yaml[4000];
    snprintf(yaml, sizeof yaml, "%s%s", csv_profile, "identifiers: remark\n");
    read_as(yaml, "a.csv", HEAD PLAIN "人,张,身份证,150802198503150016\n", OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_identifier_is_told_at_its_place), cmocka_unit_test(the_fault_masks_the_number),
        cmocka_unit_test(what_is_only_remarkable_passes), cmocka_unit_test(an_agency_may_leave_it_to_the_broker)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
