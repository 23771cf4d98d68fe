/* Who reported a clue never leaves in the open: sealed where there is a key, left out where there is none, in no native
 * field, in no delivery. */
#define _GNU_SOURCE /* memmem */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/canonical/decoded.h"
#include "adapters/conversion/mapping/map_fixture.h"
#include "adapters/chunks/chunks.h"
#include "base/limits.h"

static const char yaml[] = "agency: wlsh\nformat: {kind: json}\nmessages:\n"
                           "  - {event: CLU.CREATE, direction: send, fields: {envelope.business_time: 时间, "
                           "envelope.document_no: 文号, envelope.recipients: 主送, envelope.handling: 限制,\n"
                           "     title: 名称, category: 类别, county_code: 旗县, source: 来源, purpose: 用途, areas: "
                           "区域, summary: 内容, reporter_kind: 方式, reporter.name: 举报人, reporter.phone: 电话}}\n";
static const char native[] =
    "{\"时间\": \"2026-06-08 10:00\", \"文号\": \"乌护线〔2026〕3号\", \"主送\": [\"nm\"], \"限制\": \"ORCON\", "
    "\"名称\": \"河口下网\", \"类别\": \"FISH\", \"旗县\": \"150823\","
    "\"来源\": \"REPORT\", \"用途\": \"核查\", \"区域\": [\"KEY2\", \"RIV-QQ\"], \"内容\": \"夜间下网\", \"方式\": "
    "\"NAMED\", \"举报人\": \"王不透\", \"电话\": \"13812345678\", \"别的\": \"留下\"}";

static struct bytes made(const struct profile *profile, const struct seal *seal) {
    struct draft *draft = NULL;
    struct fault fault = {0};
    const struct address address = {.message_id = {{1}}, .case_id = {{2}}, .referral_id = {{3}}, .seal = seal};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    if (conversion_read(profile, "a.json", bytes_of_cstr(native), fixture_arena, &draft, &fault) != OK)
        fail_msg("%s %s", fault.code, fault.text);
    if (conversion_write(profile, draft, &address, NULL, 0, &value, &fault) != OK)
        fail_msg("%s %s", fault.code, fault.text);
    return arena_copy(fixture_arena, buffer_view(&value));
}

static bool holds(struct bytes value, const char *text) {
    return memmem(value.at, value.count, text, strlen(text)) != NULL;
}

static void a_reporter_goes_out_sealed_or_not_at_all(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(yaml);
    const struct seal seal = {.key = {9}, .id = "0123456789abcdef"};
    struct bytes sealed = made(profile, &seal), without = made(profile, NULL);
    const struct bytes both[] = {sealed, without};
    for (size_t i = 0; i < 2; i++) {
        assert_false(holds(both[i], "王不透") || holds(both[i], "13812345678"));
        assert_true(holds(both[i], "留下") && holds(both[i], "NAMED"));
        const char *delivered = fixture_rendered(profile, both[i], "UTF-8");
        assert_null(strstr(delivered, "王不透"));
        assert_non_null(strstr(delivered, "河口下网"));
    }
    /* the same again: a retry of the mapping would be the same bytes */
    assert_true(bytes_equal(sealed, made(profile, &seal)));
    json_t *record = fixture_record(sealed);
    assert_string_equal(fixture_at(record, "reporter.key_id"), "0123456789abcdef");
    assert_string_equal(fixture_at(record, "areas"), "[\"KEY2\",\"RIV-QQ\"]");
    assert_string_equal(fixture_at(record, "envelope.handling"), "ORCON");
    json_decref(record);
    record = fixture_record(without);
    assert_string_equal(fixture_at(record, "reporter"), "null");
    json_decref(record);
    profile_free(profile);
}

static void who_sent_it_opens_it_again(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(yaml);
    const struct seal seal = {.key = {9}, .id = "0123456789abcdef"};
    const struct seal_place place = {"wlsh", {{1}}};
    AUTO(decoded_close) struct decoded decoded = {0};
    struct fault fault = {0};
    avro_value_t field, branch, content;
    const void *at = NULL;
    size_t count = 0;
    struct bytes plain = BYTES_NONE;
    assert_int_equal(decoded_open(fixture_catalogue, made(profile, &seal), &decoded, &fault), OK);
    assert_int_equal(avro_value_get_by_name(&decoded.value, "reporter", &field, NULL) ||
                         avro_value_get_current_branch(&field, &branch),
                     0);
    assert_int_equal(
        avro_value_get_by_name(&branch, "content", &content, NULL) || avro_value_get_bytes(&content, &at, &count), 0);
    assert_true(seal_open(&seal, &place, bytes_of(at, count), fixture_arena, &plain));
    assert_true(bytes_equal_cstr(plain, "{\"name\":\"王不透\",\"phone\":\"13812345678\"}"));
    profile_free(profile);
}

/* ---- what stands around and below who reported */
#define CLUE_FIELDS                                                                                                \
    "envelope.business_time: 时间, envelope.document_no: 文号, envelope.recipients: 主送, title: 名称, category: " \
    "类别, county_code: 旗县, source: 来源, purpose: 用途, areas: 区域, summary: 内容, reporter_kind: 方式, "
static const char nested_yaml[] =
    "agency: wlsh\nformat: {kind: json}\nmessages:\n  - {event: CLU.CREATE, direction: send, fields: {" CLUE_FIELDS
    "reporter.name: 举报/人/姓名, reporter.note: 举报/人/备注}}\n";
#define CLUE_JSON                                                                                                   \
    "\"时间\": \"2026-06-08 10:00\", \"文号\": \"乌护线〔2026〕3号\", \"主送\": [\"nm\"], \"名称\": \"河口下网\", " \
    "\"类别\": \"FISH\", \"旗县\": \"150823\", \"来源\": \"REPORT\", \"用途\": \"核查\", \"区域\": [\"KEY2\"], "    \
    "\"内容\": "                                                                                                    \
    "\"夜间下网\", \"方式\": \"NAMED\", "

static struct bytes value_of(const struct profile *profile, const char *name, const char *text,
                             const struct seal *seal) {
    struct draft *draft = NULL;
    struct fault fault = {0};
    const struct address address = {.message_id = {{1}}, .case_id = {{2}}, .referral_id = {{3}}, .seal = seal};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    if (conversion_read(profile, name, bytes_of_cstr(text), fixture_arena, &draft, &fault) != OK ||
        conversion_write(profile, draft, &address, NULL, 0, &value, &fault) != OK)
        fail_msg("%s %s %s", fault.code, fault.text, fault.field);
    return arena_copy(fixture_arena, buffer_view(&value));
}

static const char *opened(struct bytes value, const struct seal *seal) {
    const struct seal_place place = {"wlsh", {{1}}};
    AUTO(decoded_close) struct decoded decoded = {0};
    struct fault fault = {0};
    avro_value_t field, branch, content;
    const void *at = NULL;
    size_t count = 0;
    struct bytes plain = BYTES_NONE;
    assert_int_equal(decoded_open(fixture_catalogue, value, &decoded, &fault), OK);
    assert_int_equal(avro_value_get_by_name(&decoded.value, "reporter", &field, NULL) ||
                         avro_value_get_current_branch(&field, &branch) ||
                         avro_value_get_by_name(&branch, "content", &content, NULL) ||
                         avro_value_get_bytes(&content, &at, &count),
                     0);
    assert_true(seal_open(seal, &place, bytes_of(at, count), fixture_arena, &plain));
    return arena_cstr(fixture_arena, plain);
}

static void what_stands_around_a_reporter_is_sealed_with_them(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(nested_yaml);
    const struct seal seal = {.key = {9}, .id = "0123456789abcdef"};
    const char *text =
        "{" CLUE_JSON "\"举报\": {\"人\": {\"姓名\": \"王不透\", \"备注\": \"夜里来的\", \"手机\": "
        "\"13812345678\", \"家\": {\"住址\": \"磴口县某嘎查\"}}, \"渠道\": \"来访登记簿\"}, \"别的\": \"留下\"}";
    struct bytes value = value_of(profile, "a.json", text, &seal), without = value_of(profile, "a.json", text, NULL);
    static const char *const secret[] = {"王不透", "13812345678", "磴口县某嘎查", "来访登记簿", "夜里来的"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        assert_false(holds(value, secret[i]) || holds(without, secret[i]));
        assert_non_null(strstr(opened(value, &seal), secret[i]));
    }
    assert_true(holds(value, "留下") && holds(without, "留下"));
    assert_non_null(strstr(opened(value, &seal), "\"note\":\"夜里来的；举报/人/手机: 13812345678；"));
    profile_free(profile);
}

static void attributes_and_mixed_text_of_a_reporter_are_sealed(void **state) {
    (void)state;
    static const char yaml_xml[] = "agency: wlsh\nformat: {kind: xml, root: 线索}\nmessages:\n  - {event: CLU.CREATE, "
                                   "direction: send, fields: {" CLUE_FIELDS "reporter.name: 举报人}}\n";
    static const char xml[] =
        "<线索><时间>2026-06-08 "
        "10:00</时间><文号>乌护线〔2026〕3号</文号><主送>nm</主送><名称>河口下网</名称><类别>FISH</类别>"
        "<旗县>150823</旗县><来源>REPORT</来源><用途>核查</用途><区域>KEY2</区域><内容 "
        "页='3'>夜间下网</内容><方式>NAMED</方式>"
        "<举报人 手机='13812345678'>王不透</举报人></线索>";
    struct profile *profile = fixture_profile(yaml_xml);
    const struct seal seal = {.key = {9}, .id = "0123456789abcdef"};
    struct bytes value = value_of(profile, "a.xml", xml, &seal);
    assert_false(holds(value, "13812345678"));
    assert_true(holds(value, "内容/@页"));
    assert_non_null(strstr(opened(value, &seal), "举报人/@手机: 13812345678"));
    profile_free(profile);
}

/* A container that others share is no reporter's. */
static void what_stands_among_others_fields_travels_as_before(void **state) {
    (void)state;
    static const char shared[] =
        "agency: wlsh\nformat: {kind: json}\nmessages:\n  - {event: CLU.CREATE, direction: send, "
        "fields: {" CLUE_FIELDS "reporter.name: 表/举报人, contact: 表/联系人}}\n";
    struct profile *profile = fixture_profile(shared);
    const struct seal seal = {.key = {9}, .id = "0123456789abcdef"};
    struct bytes value =
        value_of(profile, "a.json",
                 "{" CLUE_JSON "\"表\": {\"举报人\": \"王不透\", \"联系人\": \"李某\", \"页\": \"第三页\"}}", &seal);
    assert_true(holds(value, "第三页") && !holds(value, "王不透"));
    profile_free(profile);
}

/* 不外发: what stands below or among only such goes nowhere. */
static void what_stands_around_something_withheld_stays_at_home(void **state) {
    (void)state;
    static const char withheld[] =
        "agency: wlsh\nformat: {kind: json}\nwithhold: [contact, contact_phone]\nmessages:\n  - {event: CLU.CREATE, "
        "direction: send, fields: {" CLUE_FIELDS "contact: 联系/人, contact_phone: 联系/电话}}\n";
    struct profile *profile = fixture_profile(withheld);
    struct bytes value =
        value_of(profile, "a.json",
                 "{" CLUE_JSON
                 "\"联系\": {\"人\": \"李某\", \"电话\": \"0478\", \"手机\": \"13812345678\"}, \"别的\": \"留下\"}",
                 NULL);
    assert_false(holds(value, "13812345678") || holds(value, "李某"));
    assert_true(holds(value, "留下"));
    profile_free(profile);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_stands_around_a_reporter_is_sealed_with_them),
                                       cmocka_unit_test(attributes_and_mixed_text_of_a_reporter_are_sealed),
                                       cmocka_unit_test(what_stands_among_others_fields_travels_as_before),
                                       cmocka_unit_test(what_stands_around_something_withheld_stays_at_home),
                                       cmocka_unit_test(a_reporter_goes_out_sealed_or_not_at_all),
                                       cmocka_unit_test(who_sent_it_opens_it_again)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
