/* 应移未移: what an administrative decision brings: hints at once to whom, reported when no referral followed,
 * answered by one; penalties beside a referral (G11), detention in place of a referral, units of another level (G02),
 * facts that cannot be compared. */
#include "base/line.h"
#include "broker/judge/hint_inside.h"
#include "broker/judge/judge_fixture.h"

#define FACTS(...)                                      \
    fact_array((const struct said_fact[]){__VA_ARGS__}, \
               sizeof((const struct said_fact[]){__VA_ARGS__}) / sizeof(struct said_fact))
static bool hinted(const struct verdict *v, const char *slug) {
    for (size_t i = 0; i < v->hinted_count; i++) {
        if (strcmp(slug_of(v->hinted[i]), slug) == 0) return true;
    }
    return false;
}
static struct referral *of(const char *machine) {
    for (size_t i = 0; i < cases.count; i++) {
        if (strcmp(cases.referrals[i]->machine, machine) == 0) return cases.referrals[i];
    }
    fail_msg("no %s", machine);
    return NULL;
}
/* A penalty that an agency shares, with one fact. */
static struct submission penalty(double tonnes) {
    struct submission s = says("sthj", "ADM.PENALTY", "", "2026-06-10 10:00", 1);
    s.approval_time = at("2026-06-09 17:00");
    s.facts = FACTS({"waste_t", tonnes, "t"});
    return s;
}
static size_t alarms(const char *when, struct alert *ret) {
    return alarm_take(rules, directory, at(when), of("ADM"), ret);
}

static void a_decision_over_the_threshold_is_hinted_at_once(void **state) {
    (void)state;
    struct verdict v = accepted(penalty(5.2));
    assert_true(remarked(&v, "THRESHOLD_MET",
                         "ENV1-2 非法排放倾倒处置危险废物三吨以上 · three tonnes of hazardous waste · 危险废物重量 "
                         "waste_t 5.2 t ≥ 3 t · 法释〔2023〕7号-1(2)"));
    assert_true(v.hinted_count == 2 && hinted(&v, "sthj") && hinted(&v, "jcy"));
    assert_true(cases.count == 1); /* never a transfer */
    assert_string_equal(of("ADM")->state, "P10");
}

static void near_it_is_another_hint_without_a_time(void **state) {
    (void)state;
    struct verdict v = accepted(penalty(2.4));
    assert_true(remarked(&v, "NEAR_THRESHOLD", NULL) && !remarked(&v, "THRESHOLD_MET", NULL) && hinted(&v, "jcy"));
    assert_true(strstr(arena_cstr(keep, v.reasons[0].field), "（非法定）") != NULL);
    assert_int_equal(alarm_next(rules, of("ADM")), INSTANT_NONE);
    fixture_fresh(NULL);
    v = accepted(penalty(2.39));
    assert_int_equal(v.hinted_count, 0);
    assert_int_equal(of("ADM")->hints.count, 0);
}

static void without_a_referral_it_is_reported_again_to_the_justice_bureau_too(void **state) {
    (void)state;
    struct alert alerts[LIMIT_ALERTS];
    accepted(penalty(5.2));
    assert_int_equal(alarm_next(rules, of("ADM")), at("2026-06-10 17:00") + 1);
    assert_int_equal(alarms("2026-06-10 17:00", alerts), 0);
    assert_int_equal(alarm_take(rules, directory, at("2026-06-10 17:00") + 1, of("ADM"), alerts), 1);
    assert_int_equal(alerts[0].kind, ALERT_UNREFERRED);
    assert_string_equal(alerts[0].clock.rule, "H24");
    assert_true(alerts[0].to_count == 3 && strcmp(slug_of(alerts[0].to[0]), "sthj") == 0 &&
                strcmp(slug_of(alerts[0].to[1]), "jcy") == 0 && strcmp(slug_of(alerts[0].to[2]), "sfj") == 0);
    assert_true(alerts[0].hint_count == 1 &&
                bytes_equal_cstr(hint_words(alerts[0].hints[0]).basis, "法释〔2023〕7号-1(2)"));
    assert_int_equal(alarms("2027-06-10 17:00", alerts), 0); /* once */
    assert_int_equal(alarm_next(rules, of("ADM")), INSTANT_NONE);
}

static struct submission referral(const char *when) {
    struct submission s = says("sthj", "REF.SEND", "psb-bynr", when, 2);
    s.approver_level = BYTES_LITERAL("CHIEF");
    return s;
}

static void a_referral_in_time_answers_it(void **state) {
    (void)state;
    struct alert alerts[LIMIT_ALERTS];
    accepted(penalty(5.2));
    accepted(referral("2026-06-10 16:00"));
    assert_int_equal(of("ADM")->hint_marks, HINT_ANSWERED);
    assert_true(of("ADM")->dirty);
    assert_int_equal(alarms("2026-07-10 17:00", alerts), 0);
    /* what is decided later on the same case brings no hint: the police have it */
    struct submission again = penalty(120);
    again.event = BYTES_LITERAL("ADM.AMEND");
    struct verdict v = accepted(again);
    assert_false(remarked(&v, "THRESHOLD_MET", NULL));
}

static void a_paper_in_time_after_the_alert_brings_one_correction(void **state) {
    (void)state;
    struct alert alerts[LIMIT_ALERTS];
    accepted(penalty(5.2));
    assert_int_equal(alarms("2026-06-11 09:00", alerts), 1);
    accepted(referral("2026-06-10 16:00"));
    assert_int_equal(alarms("2026-06-11 10:00", alerts), 1);
    assert_true(alerts[0].kind == ALERT_CORRECTION && alerts[0].to_count == 3);
    assert_int_equal(alarms("2026-06-11 11:00", alerts), 0);
    fixture_fresh(NULL);
    accepted(penalty(5.2));
    assert_int_equal(alarms("2026-06-11 09:00", alerts), 1);
    accepted(referral("2026-06-11 16:00")); /* late: no correction */
    assert_int_equal(alarms("2026-06-12 10:00", alerts), 0);
}

static void the_same_again_is_not_hinted_again_and_another_value_is(void **state) {
    (void)state;
    accepted(penalty(5.2));
    struct submission s = penalty(5.2);
    s.event = BYTES_LITERAL("ADM.AMEND");
    struct verdict v = accepted(s);
    assert_int_equal(v.hinted_count, 0);
    s.facts = FACTS({"waste_t", 6, "t"});
    v = accepted(s);
    assert_true(hinted(&v, "jcy"));
    struct bytes rest = of("ADM")->hints, line;
    assert_true(line_next(&rest, &line) && !line_next(&rest, &line)); /* in the same place */
}

/* Police found it and hand it over for administrative handling: their facts are remembered when the agency decides. */
static void facts_of_an_earlier_paper_count(void **state) {
    (void)state;
    struct submission s = with_reason(says("psb-bynr", "REV.SEND", "nm", "2026-06-12 09:00", 1), "DIRECT_ADMIN");
    s.category = BYTES_LITERAL("FISH");
    s.found_time = at("2026-06-10 05:00");
    s.facts = FACTS({"water_body", 1, "ULANSUHAI"}, {"method", 1, "OTHER_BANNED"}, {"catch_kg", 23.25, "kg"});
    struct verdict v = accepted(s);
    assert_int_equal(v.hinted_count, 0); /* no decision of an agency */
    assert_true(bytes_equal_cstr(
        of("REV")->facts,
        "water_body\t1\tULANSUHAI\nmethod\t1\tOTHER_BANNED\ncatch_kg\t23.25\tkg\nact_date\t20260610\t\n"));
    accepted(says("nm", "REV.RECEIPT", "psb-bynr", "2026-06-12 10:00", 1));
    v = accepted(says("nm", "REV.ADMIN_FILED", "psb-bynr", "2026-06-13 10:00", 1));
    assert_true(remarked(&v, "NEAR_THRESHOLD", NULL) && hinted(&v, "nm") && hinted(&v, "jcy"));
    struct submission decision = says("nm", "REV.PENALTY", "psb-bynr", "2026-06-20 10:00", 1);
    decision.facts = FACTS({"method", 1, "ELECTRIC"}); /* a step of version 4 says what was found */
    v = accepted(decision);
    assert_true(remarked(&v, "THRESHOLD_MET", NULL));
}

static void an_offence_without_a_number_is_watched(void **state) {
    (void)state;
    struct submission s = penalty(0);
    s.category = BYTES_LITERAL("ENV5");
    struct verdict v = accepted(s);
    assert_true(remarked(&v, "WATCH", NULL) && hinted(&v, "jcy"));
}

static void a_penalty_after_the_approval_is_hinted_to_both_supervisors(void **state) {
    (void)state;
    accepted(says("sthj", "REF.DRAFT", "", "2026-06-01 09:00", 2));
    accepted(says("sthj", "REF.TASKFORCE", "", "2026-06-01 10:00", 2));
    accepted(says("sthj", "REF.REPORT", "", "2026-06-01 11:00", 2));
    accepted(says("sthj", "REF.APPROVE", "", "2026-06-02 09:00", 2));
    struct submission before = penalty(1);
    before.approval_time = at("2026-06-01 12:00");
    struct verdict v = accepted(before);
    assert_false(remarked(&v, "PENALTY_INSTEAD", NULL));
    struct submission after = penalty(1);
    after.event = BYTES_LITERAL("ADM.AMEND");
    v = accepted(after);
    assert_true(remarked(&v, "PENALTY_INSTEAD",
                         "G11 批准移送后对同一事实作出处罚 · penalised after the referral was approved · 2026-06-09 "
                         "17:00 · 310-11(1); 刑法402"));
    assert_true(hinted(&v, "sthj") && hinted(&v, "jcy") && hinted(&v, "sfj"));
}

static void a_fine_while_the_police_decide_is_hinted(void **state) {
    (void)state;
    accepted(referral("2026-06-01 10:00"));
    struct submission s = penalty(1);
    struct verdict v = accepted(s);
    assert_false(remarked(&v, "FINE_DURING_REFERRAL", NULL)); /* no fine: 310-11(2) allows it */
    s = penalty(1);
    s.event = BYTES_LITERAL("ADM.AMEND");
    s.fine_paid_fen = 100;
    v = accepted(s);
    assert_true(remarked(&v, "FINE_DURING_REFERRAL", NULL) && hinted(&v, "sfj"));
}

static void detention_never_stands_in_for_a_referral(void **state) {
    (void)state;
    struct submission s = says("sthj", "DET.SEND", "psb-bynr", "2026-06-10 10:00", 1);
    s.facts = FACTS({"waste_t", 3, "t"});
    refused(s, "CRIME_SUSPECTED");
    assert_int_equal(cases.count, 0);
    s.facts = FACTS({"waste_t", 2.99, "t"});
    struct verdict v = accepted(s);
    assert_true(remarked(&v, "NEAR_THRESHOLD", NULL));
}

static void a_unit_of_a_banner_is_another_level(void **state) {
    (void)state;
    struct submission s = referral("2026-06-10 10:00");
    s.sender_unit = BYTES_LITERAL("150823");
    struct verdict v = accepted(s);
    assert_true(remarked(&v, "UNIT_LEVEL", "envelope.sender_unit"));
    static const char *const same[] = {"", "150800", "150800000000", "环境监察支队"};
    for (size_t i = 0; i < 4; i++) {
        fixture_fresh(NULL);
        s.sender_unit = bytes_of_cstr(same[i]);
        v = accepted(s);
        assert_false(remarked(&v, "UNIT_LEVEL", NULL));
    }
}

static void a_second_referral_of_the_case_is_linked_by_its_number(void **state) {
    (void)state;
    struct submission first = referral("2026-06-10 10:00"), second = referral("2026-06-11 10:00");
    first.document_no = BYTES_LITERAL("巴环移送〔2026〕7号");
    struct verdict v = accepted(first);
    assert_false(remarked(&v, "DUPLICATE_REFERRAL", NULL));
    second.referral_id.b[15] = 3;
    v = accepted(second);
    assert_true(remarked(&v, "DUPLICATE_REFERRAL", "巴环移送〔2026〕7号") && cases.count == 2);
    struct submission other = referral("2026-06-12 10:00");
    other.referral_id.b[15] = 4;
    other.category = BYTES_LITERAL("ENV4");
    v = accepted(other);
    assert_false(remarked(&v, "DUPLICATE_REFERRAL", NULL));
}

static void facts_that_cannot_be_compared_are_named(void **state) {
    (void)state;
    struct submission s = penalty(0);
    s.facts = FACTS({"pH", 2, ""}, {"waste_t", 5000, "kg"}, {"exceedance_ratio", 30, "Fe"}, {"repeated", 7, ""});
    struct verdict v = accepted(s);
    assert_true(remarked(&v, "FACT_UNIT", "facts[2] waste_t kg") &&
                remarked(&v, "FACT_CODE", "facts[3] exceedance_ratio Fe") &&
                remarked(&v, "FACT_VALUE", "facts[4] repeated "));
    assert_int_equal(v.reason_count, 3 + (size_t)remarked(&v, "CLOCK_SKEW", NULL));
    assert_int_equal(of("ADM")->facts.count, 0);
}

int main(void) {
#define T(name) cmocka_unit_test_setup(name, fixture_fresh)
    const struct CMUnitTest tests[] = {T(a_decision_over_the_threshold_is_hinted_at_once),
                                       T(near_it_is_another_hint_without_a_time),
                                       T(without_a_referral_it_is_reported_again_to_the_justice_bureau_too),
                                       T(a_referral_in_time_answers_it),
                                       T(a_paper_in_time_after_the_alert_brings_one_correction),
                                       T(the_same_again_is_not_hinted_again_and_another_value_is),
                                       T(facts_of_an_earlier_paper_count),
                                       T(an_offence_without_a_number_is_watched),
                                       T(a_penalty_after_the_approval_is_hinted_to_both_supervisors),
                                       T(a_fine_while_the_police_decide_is_hinted),
                                       T(detention_never_stands_in_for_a_referral),
                                       T(a_unit_of_a_banner_is_another_level),
                                       T(a_second_referral_of_the_case_is_linked_by_its_number),
                                       T(facts_that_cannot_be_compared_are_named)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
