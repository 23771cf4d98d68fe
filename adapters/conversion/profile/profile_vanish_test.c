/* Nothing that a record may say is lost at its recipient without `check` saying so; what has no place goes into `rest`.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define RECEIVED(format, head, more) \
    "agency: nm\nformat: " format "\n" head "messages:\n  - {event: REF.FILED, direction: receive" more "}\n"
#define CSV "{kind: csv, date: yyyy-M-d}"
#define XML "{kind: xml, root: a, record: b}"

static size_t told(const char *yaml, const char *wanted) {
    const struct fault *all = NULL;
    size_t count = fixture_checked(yaml, &all), found = 0;
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(all[i].code, "SETTINGS_MISSING");
        assert_non_null(strstr(all[i].text, "rest"));
        found += wanted && strstr(all[i].text, wanted);
    }
    return wanted ? found : count;
}

static void check_names_the_record_and_all_fields_that_would_be_lost(void **state) {
    (void)state;
    const char *yaml = RECEIVED(CSV, "", ", fields: {envelope.business_time: 日期, reason: 理由}");
    const char *const lost[] = {"envelope.sender_unit",
                                "contact_phone",
                                "signer",
                                "note",
                                "items.measure",
                                "facts.unit",
                                "documents.file_name",
                                "native.value",
                                "penalties.amount_fen"};
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) assert_int_equal(told(yaml, lost[i]), 1);
    assert_int_equal(told(yaml, " reason,"), 0);
    assert_int_equal(told(yaml, "business_time"), 0);
    assert_int_equal(told(yaml, "CaseStep (REF.FILED)"), told(yaml, NULL));
    assert_int_equal(fixture_refused(yaml).code[0], 0); /* an adapter in service starts nevertheless */
}

static void a_rest_of_the_message_or_of_the_profile_is_enough(void **state) {
    (void)state;
    assert_int_equal(told(RECEIVED(CSV, "", ", rest: 其他"), NULL), 0);
    assert_int_equal(told(RECEIVED(XML, "rest: 其他\n", ""), NULL), 0);
}

static void what_another_is_written_over_has_no_place(void **state) {
    (void)state;
    const char *twice = RECEIVED(CSV, "", ", fields: {reason: 说明, note: 说明}");
    assert_int_equal(told(twice, "note"), 1);
    assert_int_equal(told(RECEIVED(XML, "", ", when: {/b/c: 立案}, fields: {reason: c}"), " reason"), 1);
    assert_true(told(RECEIVED(CSV, "rest: 说明\n", ", fields: {reason: 说明}"), NULL) > 0);
}

static void only_the_first_item_of_a_group_without_a_place_is_shown(void **state) {
    (void)state;
    const char *yaml = RECEIVED(XML, "", ", groups: {items: {fields: {name: 物品, measure: 措施}}}");
    assert_int_equal(told(yaml, "items.measure"), 1);
}

static void what_every_mask_leaves_out_needs_no_place(void **state) {
    (void)state;
    const char *statistics = "privacy: {to: STAT, copy: STAT, notice: STAT, alert: STAT}\n";
    const char *yaml = arena_printf(
        fixture_arena, "agency: nm\nformat: " CSV "\n%smessages:\n  - {event: REF.FILED, direction: receive}\n",
        statistics);
    assert_int_equal(told(yaml, "contact_phone"), 0);
    assert_int_equal(told(yaml, "native.value"), 0);
    assert_int_equal(told(yaml, "agency_case_no"), 1);
}

static struct bytes step_of(struct profile *sender) {
    return fixture_value(sender, "a.csv", BYTES_LITERAL("日期,来文,理由,备注,电话\n2026-6-8,巴1,甲,乙,13800000000\n"),
                         "psb-bynr");
}

static void the_rest_says_what_has_no_place_and_is_absent_where_all_has(void **state) {
    (void)state;
    struct profile
        *sender = fixture_profile(
            "agency: nm\nformat: " CSV "\nmessages:\n  - {event: REF.SUPP_REPLY, direction: send, fields: "
            "{envelope.business_time: 日期, envelope.cites: 来文, reason: 理由, note: 备注, contact_phone: 电话}}\n"),
        *receiver = fixture_profile("agency: psb-bynr\nformat: " CSV
                                    "\nrest: 其他\nmessages:\n  - {event: REF.SUPP_REPLY, direction: receive, "
                                    "fields: {envelope.business_time: 日期, envelope.cites: 来文, envelope.sender: "
                                    "单位, envelope.recipients: 主送, "
                                    "reason: 说明, note: 说明}}\n"),
        *whole = fixture_profile("agency: psb-bynr\nformat: " CSV
                                 "\nrest: 其他\nmessages:\n  - {event: REF.SUPP_REPLY, direction: receive, "
                                 "fields: {envelope.business_time: 日期, envelope.cites: 来文, envelope.sender: 单位, "
                                 "envelope.recipients: 主送, "
                                 "reason: 理由, note: 备注, contact_phone: 电话}}\n");
    const char *said = fixture_rendered(receiver, step_of(sender), "UTF-8");
    assert_non_null(strstr(said, "联系电话：13800000000；备注：乙"));
    assert_null(strstr(said, "理由：甲"));
    said = fixture_rendered(whole, step_of(sender), "UTF-8");
    assert_null(strstr(said, "其他"));
    profile_free(sender), profile_free(receiver), profile_free(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(check_names_the_record_and_all_fields_that_would_be_lost),
                                       cmocka_unit_test(a_rest_of_the_message_or_of_the_profile_is_enough),
                                       cmocka_unit_test(what_another_is_written_over_has_no_place),
                                       cmocka_unit_test(only_the_first_item_of_a_group_without_a_place_is_shown),
                                       cmocka_unit_test(what_every_mask_leaves_out_needs_no_place),
                                       cmocka_unit_test(the_rest_says_what_has_no_place_and_is_absent_where_all_has)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
