/* Stories: single cases judged step by step, with their clocks and who hears of what. */
#include "broker/judge/judge_fixture.h"

static void a_referral_is_filed_within_three_days(void **state) {
    (void)state;
    struct submission send = says("sthj", "REF.SEND", "psb-bynr", "2024-09-28 10:00", 1);
    send.report_time = at("2024-09-24 09:00");
    send.approval_time = at("2024-09-27 09:00");
    struct verdict v = hear(send);
    assert_true(v.accepted);
    assert_int_equal(v.delivery_count, 2);
    assert_int_equal(v.deliveries[1].role, DELIVER_COPY);
    assert_string_equal(directory_by_number(directory, v.deliveries[1].to)->slug, "jcy");
    const struct referral *r = v.referral;
    assert_int_equal(clock_of(r, "D02")->state, CLOCK_MET);
    assert_int_equal(clock_of(r, "D03")->state, CLOCK_BREACHED); /* 25 hours after the approval */
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2024-09-28 15:00", 1));
    /* V2: the National Day rolls it to 8 October 24:00 */
    assert_int_equal(clock_of(r, "D09")->due_lenient, at("2024-10-09 00:00"));
    struct submission low = says("psb-bynr", "REF.FILED", "sthj", "2024-10-08 17:00", 1);
    low.approver_level = BYTES_NONE;
    refused(low, "APPROVER_LEVEL");
    assert_string_equal(r->state, "A25");
    accepted(says("psb-bynr", "REF.FILED", "sthj", "2024-10-08 17:00", 1));
    assert_string_equal(r->state, "A40");
    assert_int_equal(clock_of(r, "D09")->state, CLOCK_MET);
    assert_int_equal(clock_of(r, "D12")->state, CLOCK_RUNNING);
    refused(says("psb-bynr", "REF.FILED", "sthj", "2024-10-08 17:00", 1), "NOT_IN_STATE");
}
static void the_police_may_not_return_for_incompleteness(void **state) {
    (void)state;
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1));
    struct submission back = says("psb-bynr", "REF.RETURN_NOT_PSB", "sthj", "2026-06-08 12:00", 1);
    back.reason_code = BYTES_LITERAL("INCOMPLETE");
    refused(back, "INCOMPLETE_NOT_A_REASON");
    back.reason_code = BYTES_LITERAL("RT1");
    refused(back, "TARGET_ORGAN");
    back.target_organ = BYTES_LITERAL("巴彦淖尔市水利局");
    accepted(back);
    assert_int_equal(clock_of(cases.referrals[0], "D08")->state, CLOCK_MET);
    struct submission not_filed = says("psb-bynr", "REF.NOT_FILED", "sthj", "2026-06-08 12:00", 1);
    refused(not_filed, "NOT_IN_STATE");
}
static void guards_name_every_reason(void **state) {
    (void)state;
    struct submission wild = says("sthj", "REF.SEND", "psb-bt", "2026-06-08 10:00", 1);
    wild.category = BYTES_LITERAL("FISH");
    wild.county_code = BYTES_LITERAL("460000");
    wild.document_no = BYTES_NONE;
    struct verdict v = hear(wild);
    assert_int_equal(v.reason_count, 4);
    assert_int_equal(cases.count, 0);
    refused(says("wlsh", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1), "NOT_PERMITTED");
    refused(says("sthj", "REF.SEND", "nobody", "2026-06-08 10:00", 1), "UNKNOWN_RECIPIENT");
    refused(says("sthj", "REF.FOO", "psb-bynr", "2026-06-08 10:00", 1), "UNKNOWN_EVENT");
    refused(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 10:00", 9), "REFERRAL_UNKNOWN");
    struct submission forged = says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1);
    struct verdict f;
    const struct hearing hearing = {directory_by_slug(directory, BYTES_LITERAL("nm")), forged.business_time, &forged,
                                    NULL, BYTES_NONE};
    judge(rules, directory, &hearing, &cases, keep, &f);
    assert_false(f.accepted);
    assert_string_equal(f.reasons[0].code, "SENDER_NOT_OWNER");
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    refused(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1), "REFERRAL_EXISTS");
    refused(says("psb-bt", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1), "NOT_HOLDER");
}
static void a_case_follows_the_river(void **state) {
    (void)state;
    struct submission send = says("slj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1);
    send.category = BYTES_LITERAL("MINE1");
    accepted(send);
    accepted(says("psb-bynr", "REF.RECEIPT", "slj", "2026-06-08 11:00", 1));
    struct submission pass = says("psb-bynr", "JUR.FORWARD", "psb-erds", "2026-06-09 09:00", 2);
    pass.reason_code = BYTES_LITERAL("JB1");
    pass.category = BYTES_LITERAL("MINE1");
    accepted(pass);
    const struct referral *ref = cases.referrals[0];
    assert_string_equal(ref->state, "A30");
    assert_int_equal(clock_of(ref, "D09")->state, CLOCK_MET);
    accepted(says("psb-bynr", "REF.FORWARD_NOTICE", "slj", "2026-06-09 09:30", 1));
    accepted(says("psb-erds", "JUR.ACCEPT", "psb-bynr", "2026-06-09 15:00", 2));
    assert_string_equal(ref->state, "A25");
    assert_string_equal(directory_by_number(directory, ref->holder)->slug, "psb-erds");
    accepted(says("psb-erds", "REF.FILED", "slj", "2026-06-11 15:00", 1));
    assert_int_equal(clock_of(ref, "D09")->state, CLOCK_MET);
    assert_int_equal(clock_of(ref, "D07")->state, CLOCK_MET);
}
static void without_an_agency_the_second_force_answers_the_first(void **state) {
    (void)state;
    struct submission pass = says("psb-bt", "JUR.FORWARD", "psb-bynr", "2026-06-09 09:00", 2);
    pass.reason_code = BYTES_LITERAL("JB4");
    accepted(pass);
    accepted(says("psb-bynr", "JUR.ACCEPT", "psb-bt", "2026-06-09 15:00", 2));
    const struct referral *r = cases.referrals[0];
    assert_int_equal(clock_of(r, "D09")->state, CLOCK_RUNNING);
    accepted(says("psb-bynr", "REF.FILED", "psb-bt", "2026-06-20 15:00", 2));
    assert_int_equal(clock_of(r, "D09")->state, CLOCK_BREACHED);
}
static void a_fishing_case_goes_to_the_fishery_authority(void **state) {
    (void)state;
    struct submission send = says("psb-bynr", "REV.SEND", "nm", "2026-06-08 10:00", 1);
    send.reason_code = BYTES_LITERAL("DIRECT_ADMIN");
    send.category = BYTES_LITERAL("ENV4");
    refused(send, "NOT_COMPETENT");
    send.category = BYTES_LITERAL("FISH");
    accepted(send);
    accepted(says("nm", "REV.RECEIPT", "psb-bynr", "2026-06-08 16:00", 1));
    accepted(says("nm", "REV.ADMIN_FILED", "psb-bynr", "2026-06-10 16:00", 1));
    accepted(says("nm", "REV.PENALTY", "psb-bynr", "2026-06-30 16:00", 1));
    accepted(says("nm", "REV.REPLY", "psb-bynr", "2026-07-02 16:00", 1));
    accepted(says("psb-bynr", "REV.CLOSE", "nm", "2026-07-03 16:00", 1));
    const struct referral *r = cases.referrals[0];
    assert_string_equal(r->state, "R90");
    for (int i = 0; i < r->clock_count; i++) assert_int_equal(r->clocks[i].state, CLOCK_MET);
}

static void a_wrong_identifier_is_a_remark_and_no_refusal(void **state) {
    (void)state;
    struct submission s = says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:20", 1);
    s.document_no = BYTES_LITERAL("十五号");
    struct verdict v = accepted(s);
    assert_true(remarked(&v, "NUMBER_FORM", "envelope.document_no"));
}

/* A review that was extended, ended, and began anew is passed on and comes back: the new limit runs on, the old
 * extension stays ended. */
static void what_comes_back_reopens_the_limit_that_was_stopped(void **state) {
    (void)state;
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1));
    accepted(with_reason(says("psb-bynr", "REF.EXTEND", "sthj", "2026-06-09 11:00", 1), "EX1"));
    accepted(says("psb-bynr", "REF.FILED", "sthj", "2026-06-10 11:00", 1));
    accepted(with_reason(says("psb-bynr", "REF.CANCELLED", "sthj", "2026-06-20 11:00", 1), "CX1"));
    accepted(says("psb-bynr", "REF.REOPEN", "sthj", "2026-06-22 11:00", 1));
    accepted(with_reason(says("psb-bynr", "JUR.FORWARD", "psb-erds", "2026-06-23 09:00", 2), "JB1"));
    accepted(says("psb-erds", "JUR.RETURN", "psb-bynr", "2026-06-23 12:00", 2));
    const struct referral *r = cases.referrals[0];
    assert_string_equal(r->state, "A25");
    assert_int_equal(clock_of(r, "D09")->state, CLOCK_RUNNING);
    assert_int_equal(clock_of(r, "D09")->started_at, at("2026-06-22 11:00"));
    assert_int_equal(clock_of(r, "D09a")->state, CLOCK_MET);
}

#define STORY(name) cmocka_unit_test_setup(name, fixture_fresh)
int main(void) {
    const struct CMUnitTest tests[] = {STORY(a_wrong_identifier_is_a_remark_and_no_refusal),
                                       STORY(a_referral_is_filed_within_three_days),
                                       STORY(the_police_may_not_return_for_incompleteness),
                                       STORY(guards_name_every_reason),
                                       STORY(a_case_follows_the_river),
                                       STORY(what_comes_back_reopens_the_limit_that_was_stopped),
                                       STORY(without_an_agency_the_second_force_answers_the_first),
                                       STORY(a_fishing_case_goes_to_the_fishery_authority)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
