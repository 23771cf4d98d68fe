/* Earlier penalties of the same parties: which of them count, what comes of it, what a referral keeps for later cases
 * to find. */
#include "broker/judge/judge_fixture.h"
#include "broker/judge/threshold_inside.h"

#define FACTS(...)                                      \
    fact_array((const struct said_fact[]){__VA_ARGS__}, \
               sizeof((const struct said_fact[]){__VA_ARGS__}) / sizeof(struct said_fact))

static char known[4000];
static void nothing_known(void) {
    known[0] = '\0';
    fixture_related_cases = BYTES_NONE;
}
static void know(unsigned of_case, const char *category, const char *when, const char *number) {
    size_t count = strlen(known);
    snprintf(known + count, sizeof known - count, "P\t%08x-0000-4000-8000-000000000000\t%s\t%lld\t1\t%s\n", of_case,
             category, (long long)at(when), number);
    fixture_related_cases = bytes_of_cstr(known);
}

/* A penalty for a toxic discharge, decided on 9 June 2026; the act on 1 June where it is said. */
static struct submission toxic(bool act_said) {
    struct submission s = says("sthj", "ADM.PENALTY", "", "2026-06-10 10:00", 1);
    s.approval_time = at("2026-06-09 17:00");
    if (act_said) s.found_time = at("2026-06-01 10:00");
    s.facts = FACTS({"substance", 1, "TOXIC"});
    return s;
}
static struct verdict judged(bool act_said) {
    cases.count = 0;
    return accepted(toxic(act_said));
}

static void two_penalties_and_then_again_meet_the_threshold(void **state) {
    (void)state;
    nothing_known();
    struct verdict v = judged(true);
    assert_true(v.hinted_count == 0 && !remarked(&v, "EARLIER_PENALTY", NULL));
    know(2, "ENV1", "2025-03-03 09:00", "巴环罚〔2025〕3号");
    v = judged(true);
    assert_true(v.hinted_count == 0 &&
                remarked(&v, "EARLIER_PENALTY", "巴环罚〔2025〕3号 · 2025-03-03 09:00 · 巴彦淖尔市生态环境局"));
    know(3, "ENV1", "2025-11-20 09:00", "巴环罚〔2025〕30号");
    v = judged(true);
    assert_true(remarked(&v, "EARLIER_PENALTY", "巴环罚〔2025〕30号 · 2025-11-20 09:00 · 巴彦淖尔市生态环境局"));
    assert_true(remarked(&v, "THRESHOLD_MET",
                         "ENV1-8 排放有毒有害物质受二次处罚后又实施 · toxic discharge again after two penalties · "
                         "受处罚后又实施 repeated，物质类别 substance 有毒物质，二年内行政处罚次数 "
                         "penalty_count_24m 2 次 ≥ 2 次 · 法释〔2023〕7号-1(8)"));
    v = judged(false); /* whether the act came after them nobody said */
    assert_true(!remarked(&v, "THRESHOLD_MET", NULL) && remarked(&v, "NEAR_THRESHOLD", NULL));
}

static int64_t counted(const char *name) {
    const struct procedure *p = rules_newest(rules);
    struct known_facts facts = {.count = 0};
    struct verdict v;
    struct submission s = toxic(true);
    struct judging j = {.rules = rules,
                        .p = p,
                        .directory = directory,
                        .owner = directory_by_slug(directory, s.sender),
                        .submission = &s,
                        .state = &cases,
                        .keep = keep,
                        .verdict = &v,
                        .related_cases = fixture_related_cases};
    facts_of_submission(p, &s, &facts);
    antecedent_count(&j, &facts);
    for (size_t i = 0; i < facts.count; i++) {
        if (strcmp(fact_at(p->facts, facts.one[i].fact)->name, name) == 0) return facts.one[i].micro / MICRO;
    }
    return 0;
}

static void what_counts_is_of_other_cases_of_the_kind_and_the_years_before(void **state) {
    (void)state;
    cases.case_id.b[15] = 1;
    nothing_known();
    know(2, "ENV1", "2024-06-02 00:00", "甲〔2024〕1号");
    assert_int_equal(counted("penalty_count_24m"), 1);
    know(3, "ENV1", "2024-06-01 00:00", "甲〔2024〕2号");
    assert_int_equal(counted("penalty_count_24m"), 2);
    know(4, "ENV1", "2024-05-31 23:59", "甲〔2024〕3号");
    assert_int_equal(counted("penalty_count_24m"), 2);
    assert_int_equal(counted("penalty_count_36m"), 3);
    know(5, "FISH", "2025-06-02 09:00", "乙〔2025〕1号");
    know(3, "ENV1", "2025-08-02 09:00", "甲〔2025〕9号"); /* the same case once more */
    know(6, "ENV1", "2026-06-02 00:00", "甲〔2026〕1号"); /* after the act */
    assert_int_equal(counted("penalty_count_24m"), 2);
    nothing_known();
    snprintf(known, sizeof known,
             "P\t00000000-0000-0000-0000-000000000001\tENV1\t%lld\t1\t甲\nN\t甲\n\nP\tx\tENV1\t%lld\n",
             (long long)at("2025-06-02 09:00"), (long long)at("2025-06-02 09:00"));
    fixture_related_cases = bytes_of_cstr(known); /* of this case; of another kind; nothing; no case */
    assert_int_equal(counted("penalty_count_24m"), 0);
    assert_int_equal(counted("repeated"), 0);
}

static void the_greater_of_what_is_said_and_what_is_known_counts(void **state) {
    (void)state;
    nothing_known();
    know(2, "ENV1", "2025-03-03 09:00", "甲〔2025〕3号");
    struct submission s = toxic(true);
    s.facts = FACTS({"substance", 1, "TOXIC"}, {"penalty_count_24m", 3, "次"});
    cases.count = 0;
    struct verdict v = accepted(s);
    assert_true(remarked(&v, "THRESHOLD_MET", NULL));
    nothing_known();
    for (unsigned n = 2; n < 6; n++) know(n, "ENV1", "2025-03-03 09:00", "甲〔2025〕3号");
    s.facts = FACTS({"substance", 1, "TOXIC"}, {"penalty_count_24m", 1, "次"}, {"repeated", 0, ""});
    cases.count = 0;
    v = accepted(s);
    assert_true(remarked(&v, "THRESHOLD_MET", NULL));
}

static void detention_is_no_way_around_it(void **state) {
    (void)state;
    nothing_known();
    struct submission s = says("sthj", "DET.SEND", "psb-bynr", "2026-06-10 10:00", 1);
    s.found_time = at("2026-06-01 10:00");
    s.facts = FACTS({"substance", 1, "TOXIC"});
    know(2, "ENV1", "2025-03-03 09:00", "甲〔2025〕3号");
    know(3, "ENV1", "2025-04-03 09:00", "甲〔2025〕4号");
    refused(s, "CRIME_SUSPECTED");
    nothing_known();
    accepted(s);
}

static void a_referral_keeps_its_parties_and_its_first_penalty(void **state) {
    (void)state;
    nothing_known();
    const struct persons persons = {4,
                                    {{"00112233445566aa", BYTES_LITERAL("当事人"), true},
                                     {"00112233445566bb", BYTES_LITERAL("被害人"), true},
                                     {"00112233445566cc", BYTES_NONE, true},
                                     {"00112233445566aa", BYTES_NONE, true}}};
    fixture_persons = &persons;
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 2));
    assert_true(bytes_equal_cstr(cases.referrals[0]->persons, "00112233445566aa 00112233445566cc") &&
                !cases.referrals[0]->penalty.count);
    struct submission s = toxic(true);
    s.document_no = BYTES_LITERAL("巴环罚〔2026〕\t5号");
    accepted(s);
    const struct referral *r = cases.referrals[1];
    char wanted[80];
    snprintf(wanted, sizeof wanted, "%lld\t1\t巴环罚〔2026〕 5号", (long long)at("2026-06-09 17:00"));
    assert_true(bytes_equal_cstr(r->penalty, wanted));
    s.event = BYTES_LITERAL("ADM.AMEND");
    s.approval_time = at("2026-06-12 17:00");
    accepted(s);
    assert_true(bytes_equal_cstr(r->penalty, wanted));
    fixture_persons = NULL;
}

static void no_penalty_is_none(void **state) {
    (void)state;
    nothing_known();
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1));
    accepted(with_reason(says("psb-bynr", "REF.NOT_FILED", "sthj", "2026-06-09 11:00", 1), "NF2"));
    accepted(with_reason(says("sthj", "REF.ADMIN_RESULT", "psb-bynr", "2026-06-30 11:00", 1), "AO2"));
    assert_int_equal(cases.referrals[0]->penalty.count, 0);
    fixture_fresh(NULL);
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1));
    accepted(with_reason(says("psb-bynr", "REF.NOT_FILED", "sthj", "2026-06-09 11:00", 1), "NF2"));
    accepted(with_reason(says("sthj", "REF.ADMIN_RESULT", "psb-bynr", "2026-06-30 11:00", 1), "AO1"));
    assert_true(cases.referrals[0]->penalty.count > 0);
}

static void only_what_needs_it_asks(void **state) {
    (void)state;
    assert_int_equal(rules_asks(rules, BYTES_LITERAL("ADM.PENALTY")), ASKED_PENALTIES);
    assert_int_equal(rules_asks(rules, BYTES_LITERAL("OPS.CLOSE")), ASKED_CHILD_REFERRALS);
    assert_int_equal(rules_asks(rules, BYTES_LITERAL("REF.SEND")), 0);
    assert_int_equal(rules_asks(rules, BYTES_LITERAL("no such")), 0);
}

#define STORY(name) cmocka_unit_test_setup(name, fixture_fresh)
int main(void) {
    const struct CMUnitTest tests[] = {STORY(two_penalties_and_then_again_meet_the_threshold),
                                       STORY(what_counts_is_of_other_cases_of_the_kind_and_the_years_before),
                                       STORY(the_greater_of_what_is_said_and_what_is_known_counts),
                                       STORY(detention_is_no_way_around_it),
                                       STORY(a_referral_keeps_its_parties_and_its_first_penalty),
                                       STORY(no_penalty_is_none),
                                       STORY(only_what_needs_it_asks)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
