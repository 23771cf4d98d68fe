/* The mapping in all three formats and both encodings: native → Avro → native, and every refusal at its place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"
#include "base/limits.h"

static const char csv_profile[] =
    "agency: nm\n"
    "format: {kind: csv, encoding: GB18030, key: 编号, date: [yyyy年M月d日, yyyy-M-d], list: ['、', '，']}\n"
    "files: ['*.csv']\n"
    "tables: {category: {非法捕捞: FISH, 捕捞: FISH}, role: {主送: to, 抄送: copy}}\n"
    "messages:\n"
    "  - event: REF.SEND\n"
    "    when: {类型: [移送书, 移送]}\n"
    "    constants: {来源: 平台}\n"
    "    fields:\n"
    "      envelope.document_no: {at: 文号, required: true}\n"
    "      envelope.business_time: {at: 日期, required: true}\n"
    "      envelope.recipients: 主送\n"
    "      inbox.role: {at: 方式, table: role}\n"
    "      agency_case_no: 编号\n"
    "      title: {at: 名称, required: true}\n"
    "      category: {at: 案由, table: category}\n"
    "      officers: 承办人\n"
    "      fine_paid_fen: {at: 罚款, unit: 万元}\n"
    "    facts: [{name: 渔获物, at: 重量, unit: 市斤, as: kg}]\n"
    "    groups:\n"
    "      parties: {distinct: true, fields: {name: 当事人, sex: {at: 性别, otherwise: '9'}}}\n"
    "      items: {split: '；', fields: {name: 物品, quantity: 数量}}\n"
    "      documents: {fields: {file_name: 附件}}\n"
    "    rest: 其他\n"
    "  - {event: REF.SUPP_REPLY, when: {类型: 补正}, fields: {envelope.business_time: 日期, envelope.cites: 来文, "
    "reason: 理由}}\n"
    "  - {event: REF.FILED, direction: receive, when: {类型: 立案}, fields: {envelope.business_time: 日期}}\n";
static const char csv_head[] = "类型,文号,日期,主送,编号,名称,案由,承办人,罚款,重量,当事人,性别,物品,数量,附件,备用\n";

static const char xml_profile[] =
    "agency: psb-bynr\n"
    "format: {kind: xml, root: 文书, namespace: 'urn:t', prefix: t, record: 案件, date: yyyyMMddHHmmss}\n"
    "files: ['*.xml']\n"
    "messages:\n"
    "  - event: REV.SEND\n"
    "    when: {/@类型: 移送函}\n"
    "    fields:\n"
    "      envelope.document_no: /文号\n"
    "      envelope.business_time: /日期\n"
    "      envelope.recipients: /收文/单位\n"
    "      envelope.handling: /@密级\n"
    "      title: 名称\n"
    "      reason_code: {value: DIRECT_ADMIN}\n"
    "      officers: {at: 承办人, separator: ','}\n"
    "      legal_basis: 依据\n"
    "      longitude: 位置/@经度\n"
    "    groups:\n"
    "      parties: {at: 人员/人, fields: {name: 姓名, id_no: 号码}}\n";

static const char json_profile[] =
    "agency: sthj\n"
    "format: {kind: json, encoding: GB18030, record: 数据/案件, date: yyyy-MM-dd HH:mm}\n"
    "files: ['*.json']\n"
    "messages:\n"
    "  - event: REF.SEND\n"
    "    when: {/种类: 移送}\n"
    "    fields: {envelope.business_time: /日期, envelope.document_no: /文号, title: 名称, officers: 人员, latitude: "
    "{at: 纬度, bare: true}, summary: 案情}\n"
    "    groups:\n"
    "      facts: {at: 数据, fields: {name: 指标, value: {at: 数值, bare: true}, unit: 单位}}\n";

static void csv_there_and_back(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(csv_profile);
    const char *text = arena_printf(
        fixture_arena, "%s%s%s", csv_head,
        "移送,农〔2026〕1号,2026年6月8日,巴彦淖尔市公安局,N1,某案,捕捞,甲、乙,０．５,４６．５,张某,1,网；船,1；2,a.pdf,"
        "甲栏\n",
        "移送,农〔2026〕1号,2026年6月8日,巴彦淖尔市公安局,N1,某案,捕捞,甲、乙,０．５,４６．５,张某,1,,,b.jpg,乙栏\n");
    struct bytes value = fixture_value(profile, "A.CSV", fixture_encoded(text, "GB18030"), NULL);
    CHECK(value, {"envelope.event", "REF.SEND"}, {"envelope.sender", "nm"}, {"envelope.recipients", "[\"psb-bynr\"]"},
          {"envelope.business_time", "1780848000000"}, {"category", "FISH"}, {"officers", "[\"甲\",\"乙\"]"},
          {"fine_paid_fen", "500000"}, {"facts.0.value", "23.25"}, {"facts.0.unit", "kg"}, {"parties.0.name", "张某"},
          {"items.1.name", "船"}, {"items.1.quantity", "2"}, {"documents.0.media_type", "application/pdf"},
          {"documents.1.title", "b.jpg"}, {"documents.1.size", "3"},
          {"documents.1.sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          {"native", "[{\"name\":\"备用\",\"value\":\"甲栏\"},{\"name\":\"备用\",\"value\":\"乙栏\"}]"});
    assert_string_equal(
        fixture_rendered(profile, value, "GB18030"),
        "类型,来源,文号,日期,主送,方式,编号,名称,案由,承办人,罚款,重量,当事人,性别,物品,数量,附件,其他\r\n"
        "移送书,平台,农〔2026〕1号,2026年6月8日,巴彦淖尔市公安局,主送,N1,某案,非法捕捞,甲、乙,0.5,46.5,张某,1,网；船,"
        "1；2,1_a.pdf,"
        "来文单位：巴彦淖尔市农牧局；附件[1]（名称：a.pdf）；"
        "附件[2]（名称：b.jpg）；原系统字段[1]（名称：备用；内容：甲栏）；原系统字段[2]（名称：备用；内容：乙栏）\r\n"
        "移送书,平台,农〔2026〕1号,2026年6月8日,巴彦淖尔市公安局,主送,N1,某案,非法捕捞,甲、乙,0.5,46.5,,,网；船,1；2,2_"
        "b.jpg,"
        "来文单位：巴彦淖尔市农牧局；附件[1]（名称：a.pdf）；"
        "附件[2]（名称：b.jpg）；原系统字段[1]（名称：备用；内容：甲栏）；原系统字段[2]（名称：备用；内容：乙栏）\r\n");
    profile_free(profile);
}

static void an_answer_goes_to_who_sent_the_cited_document(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(csv_profile);
    struct bytes native =
        fixture_encoded("类型,日期,来文,理由\n补正,2026-6-9,公〔2026〕3号、公〔2026〕4号,\"说, 明\"\n", "GB18030");
    CHECK(fixture_value(profile, "b.csv", native, "psb-wh"), {"envelope.recipients", "[\"psb-wh\"]"},
          {"envelope.event", "REF.SUPP_REPLY"}, {"envelope.cites", "[\"公〔2026〕3号\",\"公〔2026〕4号\"]"},
          {"reason", "说, 明"}, {"documents", "[]"});
    profile_free(profile);
}

static void xml_there_and_back(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(xml_profile);
    struct bytes native =
        bytes_of_cstr("<?xml version=\"1.0\"?>\n<文书 xmlns=\"urn:t\" 类型=\"移送函\" 密级=\"ORCON\" "
                      "版=\"2\"><文号>公〔2026〕9号</文号><日期>20260608093000</日期>"
                      "<收文><单位>巴彦淖尔市农牧局</单位><单位>jcy</单位></收文><案件><名称> 某案 "
                      "</名称><承办人>甲,乙</承办人><依据>一</依据><依据>二</依据><位置 经度=\"108.5\"/>"
                      "<人员><人><姓名>王</姓名><号码>1</号码></人><人><姓名>李</姓名><绰号>小李</绰号></人></"
                      "人员><人员/></案件><页>3</页></文书>");
    struct bytes value = fixture_value(profile, "x.xml", native, NULL);
    CHECK(value, {"envelope.recipients", "[\"nm\",\"jcy\"]"}, {"envelope.handling", "ORCON"},
          {"envelope.business_time", "1780882200000"}, {"title", "某案"}, {"reason_code", "DIRECT_ADMIN"},
          {"officers", "[\"甲\",\"乙\"]"}, {"legal_basis", "[\"一\",\"二\"]"}, {"longitude", "108.5"},
          {"parties.1.name", "李"},
          {"native", "[{\"name\":\"/@版\",\"value\":\"2\"},{\"name\":\"人员[1]/人[2]/"
                     "绰号\",\"value\":\"小李\"},{\"name\":\"/页\",\"value\":\"3\"}]"});
    const char *text = fixture_rendered(profile, value, "UTF-8");
    assert_non_null(strstr(text, "<t:文书 xmlns:t=\"urn:t\" 类型=\"移送函\" 密级=\"ORCON\">"));
    struct bytes again = fixture_value(profile, "x.xml", bytes_of_cstr(text), NULL);
    CHECK(again, {"envelope.recipients", "[\"nm\",\"jcy\"]"}, {"legal_basis", "[\"一\",\"二\"]"},
          {"parties.0.id_no", "1"}, {"longitude", "108.5"}, {"native", "[]"});
    profile_free(profile);
}

static void json_there_and_back(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(json_profile);
    struct bytes native = fixture_encoded(
        "{\"种类\":\"移送\",\"日期\":\"2026-06-08 "
        "10:00\",\"文号\":\"环1号\",\"数据\":{\"案件\":{\"名称\":\"某案\",\"人员\":[\"甲\"],\"纬度\":40.6,"
        "\"数据\":[{\"指标\":\"pH\",\"数值\":2.1,\"单位\":\"\"},{\"指标\":\"铅\",\"数值\":\"3\",\"单位\":\"mg/"
        "L\"}],\"备用\":{\"甲\":true}}}}",
        "GB18030");
    struct bytes value = fixture_value(profile, "移送.json", native, "psb-bynr");
    CHECK(value, {"officers", "[\"甲\"]"}, {"latitude", "40.6"}, {"facts.0.name", "pH"}, {"facts.1.value", "3.0"},
          {"native", "[{\"name\":\"备用/甲\",\"value\":\"true\"}]"});
    const char *text = fixture_rendered(profile, value, "GB18030");
    json_t
        *root = json_loads(text, 0, NULL),
        *expected = json_loads(
            "{\"种类\":\"移送\",\"日期\":\"2026-06-08 10:00\",\"文号\":\"环1号\",\"数据\":{\"案件\":{\"名称\":\"某案\","
            "\"人员\":[\"甲\"],\"纬度\":40.6,\"数据\":[{\"指标\":\"pH\",\"数值\":2.1},{\"指标\":\"铅\",\"数值\":3,"
            "\"单位\":\"mg/L\"}]}}}",
            0, NULL);
    assert_true(root && json_equal(root, expected));
    json_decref(root);
    json_decref(expected);
    profile_free(profile);
}

struct wrong {
    const char *profile, *file_name, *text, *code, *field;
    uint32_t line, column;
};
#define ROW "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,a.pdf,\n"
static void what_is_wrong_is_told_at_its_place(void **state) {
    (void)state;
    static const struct wrong all[] = {
        {csv_profile, "a.csv", "退函,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,,\n", "UNKNOWN_MESSAGE", "类型",
         2, 1},
        {csv_profile, "a.csv", "立案,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,,\n", "UNKNOWN_MESSAGE", "类型",
         2, 1},
        {csv_profile, "a.csv", "移送,农1号,2026-2-30,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,,\n", "FIELD_DATE", "日期", 2,
         8},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,某局,N1,某案,捕捞,甲,1,2,张,1,网,1,,\n", "UNKNOWN_RECIPIENT",
         "主送", 2, 17},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,jcy,N1,某案,盗,甲,1,2,张,1,网,1,,\n", "FIELD_CODE", "案由", 2, 27},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1.23456789,2,张,1,网,1,,\n", "FIELD_AMOUNT",
         "罚款", 2, 32},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,重,张,1,网,1,,\n", "FIELD_NUMBER", "重量", 2,
         34},
        {csv_profile, "a.csv", "移送,,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,,\n", "FIELD_MISSING", "文号", 2, 1},
        {csv_profile, "a.csv", ROW "移送,农2号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,a.pdf,\n", "FIELD_CONFLICT",
         "文号", 3, 4},
        {csv_profile, "a.csv", ROW "移送,农1号,2026-6-8,jcy,N2,某案,捕捞,甲,1,2,张,1,网,1,a.pdf,\n", "SEVERAL_CASES",
         "编号", 3, 21},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网；船,1,,\n", "FIELD_CONFLICT",
         "数量", 2, 44},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,../a.pdf,\n", "FIELD_FILE_NAME",
         "附件", 2, 44},
        {csv_profile, "a.csv", "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,,1,网,1,,\n", "FIELD_MISSING", "当事人", 2,
         1},
        {xml_profile, "a.xml", "<文书 xmlns='urn:t' 类型='移送函'>\n<日期>20260608</日期></文书>", "FIELD_DATE",
         "/日期", 2, 5},
        {xml_profile, "a.xml", "<文书 xmlns='urn:t' 类型='移送函'><日期>20260608093000</日期>\n<案件/><案件/></文书>",
         "SEVERAL_CASES", "案件", 2, 0},
        {xml_profile, "a.xml", "<文书 xmlns='urn:t' 类型='移送函' 密级='绝密'><日期>20260608093000</日期></文书>",
         "FIELD_CODE", "/@密级", 1, 0},
        {xml_profile, "a.xml",
         "<文书 xmlns='urn:t' "
         "类型='移送函'><日期>20260608093000</日期><案件>\n<人员><人><姓名>王</姓名></人><人><号码>1</号码></人></"
         "人员></案件></文书>",
         "FIELD_MISSING", "人员/人[2]/姓名", 2, 0},
        {json_profile, "a.json", "{\"种类\":\"移送\",\n \"日期\":\"六月\"}", "FIELD_DATE", "/日期", 2, 7},
        {json_profile, "a.json",
         "{\"种类\":\"移送\",\"日期\":\"2026-06-08 "
         "10:00\",\"数据\":{\"案件\":{\n\"数据\":[{\"指标\":\"pH\",\"数值\":\"高\"}]}}}",
         "FIELD_NUMBER", "数据/数值", 2, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const struct wrong *w = &all[i];
        struct profile *profile = fixture_profile(w->profile);
        struct draft *draft = NULL;
        struct fault fault = {0};
        bool gb = w->profile != xml_profile;
        const char *text = w->profile == csv_profile ? arena_printf(fixture_arena, "%s%s", csv_head, w->text) : w->text;
        assert_int_equal(conversion_read(profile, w->file_name, fixture_encoded(text, gb ? "GB18030" : "UTF-8"),
                                         fixture_arena, &draft, &fault),
                         REFUSE);
        if (strcmp(fault.code, w->code) != 0 || strcmp(fault.field, w->field) != 0 || fault.line != w->line ||
            (w->column && fault.column != w->column)) {
            fail_msg("case %zu: %s %s %u:%u (%s), not %s %s %u:%u", i, fault.code, fault.field, fault.line,
                     fault.column, fault.text, w->code, w->field, w->line, w->column);
        }
        profile_free(profile);
    }
}

static void papers_beyond_one_mebibyte_are_refused(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(csv_profile);
    struct draft *draft = NULL;
    struct fault fault = {0};
    const char *text = arena_printf(fixture_arena, "%s%s%s", csv_head, ROW,
                                    "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,b.pdf,\n");
    assert_int_equal(conversion_read(profile, "a.csv", fixture_encoded(text, "GB18030"), fixture_arena, &draft, &fault),
                     OK);
    struct bytes large = bytes_of(arena_alloc(fixture_arena, LIMIT_ATTACHMENTS), LIMIT_ATTACHMENTS);
    struct attachment papers[] = {{BYTES_LITERAL("a.pdf"), bytes_of(large.at, large.count - 1), NULL},
                                  {BYTES_LITERAL("b.pdf"), bytes_of(large.at, 1), NULL}};
    const struct address address = {.message_id = {{1}}};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    assert_int_equal(conversion_write(profile, draft, &address, papers, 2, &value, &fault), OK);
    buffer_clear(&value);
    papers[1].content = bytes_of(large.at, 2);
    assert_int_equal(conversion_write(profile, draft, &address, papers, 2, &value, &fault), REFUSE);
    assert_string_equal(fault.code, "TOO_LARGE");
    profile_free(profile);
}

static void a_paper_in_chunks_is_told_as_it_was_said(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(csv_profile);
    struct draft *draft = NULL;
    struct fault fault = {0};
    const struct native_file *files = NULL;
    size_t count = 0;
    const char *text = arena_printf(fixture_arena, "%s%s%s", csv_head, ROW,
                                    "移送,农1号,2026-6-8,jcy,N1,某案,捕捞,甲,1,2,张,1,网,1,b.pdf,\n");
    assert_int_equal(conversion_read(profile, "a.csv", fixture_encoded(text, "GB18030"), fixture_arena, &draft, &fault),
                     OK);
    struct chunked video = {.sha256 = digest_of(BYTES_LITERAL("a")),
                            .sm3 = digest_of(BYTES_LITERAL("b")),
                            .partition = 3,
                            .first_offset = 1,
                            .last_offset = 1 << 20,
                            .key = {9}};
    chunked_cut(&video, LIMIT_FILE, (int32_t)LIMIT_CHUNK);
    const struct attachment papers[] = {{.file_name = BYTES_LITERAL("a.pdf"), .content = BYTES_LITERAL("small")},
                                        {.file_name = BYTES_LITERAL("b.pdf"), .chunked = &video}};
    const struct address address = {.message_id = {{1}}};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    assert_int_equal(conversion_write(profile, draft, &address, papers, 2, &value, &fault), OK);
    assert_int_equal(conversion_attachments(profile, buffer_view(&value), "to", fixture_arena, &files, &count, &fault),
                     OK);
    assert_int_equal(count, 2);
    assert_null(files[0].chunked);
    assert_true(bytes_equal_cstr(files[0].content, "small"));
    assert_true(bytes_equal_cstr(files[1].name, "b.pdf") && !files[1].content.count);
    assert_int_equal(chunked_check(files[1].chunked, &fault), OK);
    assert_memory_equal(files[1].chunked, &video, sizeof video);
    profile_free(profile);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(csv_there_and_back),
                                       cmocka_unit_test(an_answer_goes_to_who_sent_the_cited_document),
                                       cmocka_unit_test(xml_there_and_back),
                                       cmocka_unit_test(json_there_and_back),
                                       cmocka_unit_test(what_is_wrong_is_told_at_its_place),
                                       cmocka_unit_test(papers_beyond_one_mebibyte_are_refused),
                                       cmocka_unit_test(a_paper_in_chunks_is_told_as_it_was_said)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
