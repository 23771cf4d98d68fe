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

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_reporter_goes_out_sealed_or_not_at_all),
                                       cmocka_unit_test(who_sent_it_opens_it_again)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
