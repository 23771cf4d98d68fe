/* The law's points as tables, each with its article: from when a limit counts, what a late or misdated paper brings,
 * which end a case has. Found by oracles that were written from the articles alone. */
#include "broker/judge/judge_fixture.h"

/* A case that stands before the step which starts the clock: told by its papers, all in time. */
static void until_not_filed(const char *agency) {
    accepted(says(agency, "REF.SEND", "psb-bynr", "2026-06-01 09:00", 1));
    accepted(says("psb-bynr", "REF.RECEIPT", agency, "2026-06-01 10:00", 1));
    accepted(with_reason(says("psb-bynr", "REF.NOT_FILED", agency, "2026-06-02 10:00", 1), "NF1"));
}
static void sent(void) { accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-01 09:00", 1)); }
static void received(void) {
    sent();
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-01 10:00", 1));
}
static void reconsidered(void) {
    until_not_filed("sthj");
    accepted(says("sthj", "REF.RECON_REQ", "psb-bynr", "2026-06-03 10:00", 1));
}
static void supervised(void) {
    until_not_filed("sthj");
    accepted(says("sthj", "SUP.SUGGEST", "jcy", "2026-06-03 10:00", 1));
}
static void overdue(void) {
    received();
    accepted(says("sthj", "SUP.SUGGEST_OVERDUE", "jcy", "2026-06-05 10:00", 1));
}
static void explaining(void) {
    supervised();
    accepted(says("jcy", "SUP.REQ_EXPLAIN", "psb-bynr", "2026-06-04 10:00", 1));
}
static void refused_filing(void) { until_not_filed("sthj"); }
static void nothing(void) {}

/* Each paper is dated Monday 8 June 2026 and comes on Monday the 15th: the limit counts from the 15th. */
static const struct {
    const char *article, *clock;
    void (*before)(void);
    const char *sender, *event, *to, *reason, *due; /* 24:00 of the last day */
} receipts[] = {
    {"程序规定180(2): 3 days", "D06", received, "psb-bynr", "REF.SUPP_REQ", "sthj", "", "2026-06-18"},
    {"310号令12: 3 days", "D12", received, "psb-bynr", "REF.FILED", "sthj", "", "2026-06-18"},
    {"310号令9(1), 17号-11: 3 working days", "D13", received, "psb-bynr", "REF.NOT_FILED", "sthj", "NF1", "2026-06-18"},
    {"310号令9(2), 17号-11: 3 working days", "D14", refused_filing, "sthj", "REF.RECON_REQ", "psb-bynr", "",
     "2026-06-18"},
    {"310号令9(2): 3 days", "D15", reconsidered, "psb-bynr", "REF.RECON_DECISION", "sthj", "RD2", "2026-06-18"},
    {"310号令12 after reconsideration", "D12", reconsidered, "psb-bynr", "REF.RECON_DECISION", "sthj", "RD1",
     "2026-06-18"},
    {"规则560, 程序规定182(1): 7 days", "D31", supervised, "jcy", "SUP.REQ_EXPLAIN", "psb-bynr", "", "2026-06-22"},
    {"规则562: 7 days", "D32", overdue, "jcy", "SUP.REQ_EXPLAIN", "psb-bynr", "", "2026-06-22"},
    {"规则563, 程序规定182(2): 15 days", "D33", explaining, "jcy", "SUP.NOTIFY_FILE", "psb-bynr", "", "2026-06-30"},
    {"17号-14: 3 days", "D30", nothing, "jcy", "SUP.SUGGEST_TRANSFER", "sthj", "", "2026-06-18"},
    {"程序规定353: 7 days", "D65", nothing, "psb-wh", "COO.REQUEST", "psb-bt", "ID_CHECK", "2026-06-22"},
    {"17号-24: 7 days", "D21", nothing, "sthj", "CON.ASK", "psb-bynr", "", "2026-06-22"},
    {"刑诉法177(3), 2021规定-10: 2 months", "D45", nothing, "jcy", "REV.SEND", "sthj", "NON_PROSECUTION",
     "2026-08-17"}};

static instant midnight_after(const char *day) { return at(day) + DAY_MS; }

static void articles_that_count_from_receipt_count_from_the_later_of_paper_and_arrival(void **state) {
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof receipts / sizeof *receipts; i++) {
        for (int late = 0; late < 2; late++) {
            fixture_fresh(state);
            receipts[i].before();
            struct submission s = says(receipts[i].sender, receipts[i].event, receipts[i].to,
                                       late ? "2026-06-08 10:00" : "2026-06-15 09:00", 1);
            s.reason_code = bytes_of_cstr(receipts[i].reason);
            arrives(s, late ? "2026-06-15 09:00" : "2026-06-14 09:00"); /* a date in the future counts as it stands */
            const struct clock *clock = clock_of(cases.referrals[0], receipts[i].clock);
            if (clock->started_at == at("2026-06-15 09:00") && clock->due_lenient == midnight_after(receipts[i].due))
                continue;
            print_message("%s (%s): ends %+d days from where it should\n", receipts[i].article, receipts[i].clock,
                          day_of(clock->due_lenient) - 1 - day_of(at(receipts[i].due)));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* What counts from the sender's own act has its own date, whenever the paper comes. */
static void order_310_article_8_counts_from_the_acceptance_itself(void **state) {
    (void)state;
    sent();
    arrives(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-01 10:00", 1), "2026-06-03 10:00");
    assert_int_equal(clock_of(cases.referrals[0], "D09")->started_at, at("2026-06-01 10:00"));
    assert_int_equal(clock_of(cases.referrals[0], "D09")->due_lenient, midnight_after("2026-06-04"));
}

/* The notice is dated the 8th and came on the 15th: the request of the 16th is in time; a later one is remarked on. */
static void order_310_article_9_1_refuses_no_request_for_reconsideration(void **state) {
    static const struct {
        const char *asked;
        bool late;
        char clock;
    } v[] = {{"2026-06-16 10:00", false, CLOCK_MET},
             {"2026-06-18 23:59", false, CLOCK_MET},
             {"2026-06-22 09:00", true, CLOCK_BREACHED},
             {"2026-07-30 09:00", true, CLOCK_BREACHED}};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        fixture_fresh(state);
        struct submission send = says("nm", "REF.SEND", "psb-bynr", "2026-06-05 09:00", 1);
        send.category = BYTES_LITERAL("FISH");
        accepted(send);
        accepted(says("psb-bynr", "REF.RECEIPT", "nm", "2026-06-05 10:00", 1));
        arrives(with_reason(says("psb-bynr", "REF.NOT_FILED", "nm", "2026-06-08 10:00", 1), "NF1"), "2026-06-15 09:00");
        struct verdict verdict = arrives(says("nm", "REF.RECON_REQ", "psb-bynr", v[i].asked, 1), v[i].asked);
        assert_int_equal(remarked(&verdict, "TOO_LATE", NULL), v[i].late);
        assert_int_equal(clock_of(cases.referrals[0], "D13")->state, v[i].clock);
        assert_string_equal(cases.referrals[0]->state, "A51");
    }
}

/* 退回补充侦查 on a month's last day: a month is up on the next month's last day. */
static void interpretation_2021_1_article_202_carries_a_last_day_to_a_last_day(void **state) {
    (void)state;
    received();
    accepted(says("psb-bynr", "REF.FILED", "sthj", "2026-06-02 10:00", 1));
    accepted(says("sthj", "REF.HANDOVER", "psb-bynr", "2026-06-03 10:00", 1));
    accepted(says("psb-bynr", "REF.HANDOVER", "sthj", "2026-06-03 10:00", 1));
    accepted(says("psb-bynr", "REF.PROGRESS", "sthj", "2026-06-04 10:00", 1));
    accepted(says("jcy", "REF.RETURN_INVEST", "psb-bynr", "2026-06-30 10:00", 1));
    assert_int_equal(clock_of(cases.referrals[0], "D38")->due_strict, midnight_after("2026-07-31"));
    accepted(with_reason(says("jcy", "REV.SEND", "sthj", "2026-06-30 10:00", 2), "NON_PROSECUTION"));
    assert_int_equal(clock_of(cases.referrals[1], "D45")->due_strict, midnight_after("2026-08-31"));
}

/* A case that began under version 1 is judged by it to its end. */
static void version_1_still_counts_from_the_paper_and_refuses_what_is_late(void **state) {
    (void)state;
    until_not_filed("sthj");
    fixture_fresh(state);
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-05 09:00", 1));
    cases.referrals[0]->rules = 1;
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-05 10:00", 1));
    arrives(with_reason(says("psb-bynr", "REF.NOT_FILED", "sthj", "2026-06-08 10:00", 1), "NF1"), "2026-06-15 09:00");
    assert_int_equal(clock_of(cases.referrals[0], "D13")->due_strict, midnight_after("2026-06-11"));
    refused(says("sthj", "REF.RECON_REQ", "psb-bynr", "2026-06-16 10:00", 1), "TOO_LATE");
}

static void to_court(const char *judgment) {
    received();
    accepted(says("psb-bynr", "REF.FILED", "sthj", "2026-06-02 10:00", 1));
    accepted(says("sthj", "REF.HANDOVER", "psb-bynr", "2026-06-03 10:00", 1));
    accepted(says("psb-bynr", "REF.HANDOVER", "sthj", "2026-06-03 10:00", 1));
    accepted(says("psb-bynr", "REF.PROGRESS", "sthj", "2026-06-04 10:00", 1));
    accepted(says("psb-bynr", "REF.TO_PROSECUTION", "sthj", "2026-06-05 10:00", 1));
    accepted(says("jcy", "REF.PROSECUTED", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("zjfy", judgment, "psb-bynr", "2026-07-08 10:00", 1));
}

/* 行政处罚法27: only what is to be punished goes back; an acquittal, or an exemption without a penalty, simply ends. */
static void administrative_penalty_law_article_27_leaves_an_acquittal_a_direct_end(void **state) {
    static const char *const judgments[] = {"CRT.ACQUIT", "CRT.EXEMPT"};
    for (size_t i = 0; i < 2; i++) {
        fixture_fresh(state);
        to_court(judgments[i]);
        accepted(says("sthj", "REF.CLOSE", "psb-bynr", "2026-07-09 10:00", 1));
        assert_string_equal(cases.referrals[0]->state, "A95");
        fixture_fresh(state);
        to_court(judgments[i]);
        accepted(with_reason(says("sthj", "REF.ADMIN_RESULT", "psb-bynr", "2026-07-09 10:00", 1), "AO2"));
        assert_string_equal(cases.referrals[0]->state, "A90");
    }
}

/* 310号令10: what the chief did not approve is settled by the agency, and nobody else has a part in its end. */
static void order_310_article_10_lets_an_agency_close_what_it_never_sent(void **state) {
    (void)state;
    accepted(says("sthj", "REF.DRAFT", "", "2026-06-01 09:00", 1));
    accepted(says("sthj", "REF.TASKFORCE", "", "2026-06-01 10:00", 1));
    accepted(says("sthj", "REF.REPORT", "", "2026-06-01 11:00", 1));
    accepted(says("sthj", "REF.DISAPPROVE", "", "2026-06-02 10:00", 1));
    accepted(with_reason(says("sthj", "REF.ADMIN_RESULT", "jcy", "2026-06-03 10:00", 1), "AO2"));
    struct verdict v = accepted(says("sthj", "REF.CLOSE", "", "2026-06-04 10:00", 1));
    assert_string_equal(cases.referrals[0]->state, "A95");
    assert_int_equal(v.delivery_count, 0);
}

/* 公通字〔2015〕32号 gives 7 and 30 days wherever the filing decision is taken: here between two forces, without an
 * agency. */
static void notice_2015_32_extends_a_review_that_is_between_forces_alone(void **state) {
    static const struct {
        const char *reason, *clock, *due;
    } v[] = {{"EX1", "D09a", "2026-06-16"}, {"EX2", "D09b", "2026-07-09"}};
    for (size_t i = 0; i < 2; i++) {
        fixture_fresh(state);
        accepted(with_reason(says("psb-bt", "JUR.FORWARD", "psb-bynr", "2026-06-09 09:00", 2), "JB4"));
        accepted(says("psb-bynr", "JUR.ACCEPT", "psb-bt", "2026-06-09 15:00", 2));
        accepted(with_reason(says("psb-bynr", "REF.EXTEND", "psb-bt", "2026-06-11 10:00", 2), v[i].reason));
        assert_int_equal(clock_of(cases.referrals[0], "D09")->state, CLOCK_SUPERSEDED);
        assert_int_equal(clock_of(cases.referrals[0], v[i].clock)->due_strict, midnight_after(v[i].due));
        refused(says("psb-bynr", "JUR.DONE", "psb-bt", "2026-06-12 10:00", 2), "NOT_IN_STATE");
        accepted(says("psb-bynr", "REF.FILED", "psb-bt", "2026-06-12 10:00", 2));
        assert_int_equal(clock_of(cases.referrals[0], v[i].clock)->state, CLOCK_MET);
    }
}

static bool told(const struct verdict *v, const char *slug) {
    for (size_t i = 0; i < v->hinted_count; i++) {
        if (strcmp(slug_of(v->hinted[i]), slug) == 0) return true;
    }
    return false;
}

/* 310号令7 to 12: sending, receipt, filing, hand-over follow each other. field "": nothing to remark on. */
static void order_310_articles_7_to_12_follow_each_other_and_dates_that_do_not_are_remarked_on(void **state) {
    static const struct {
        void (*before)(void);
        const char *sender, *event, *to, *reason, *when, *decided, *field, *supervisor;
    } v[] = {
        {sent, "psb-bynr", "REF.RECEIPT", "sthj", "", "2026-06-01 08:59", NULL, "envelope.business_time", "jcy"},
        {sent, "psb-bynr", "REF.RECEIPT", "sthj", "", "2026-06-01 09:00", NULL, "", ""},
        {received, "psb-bynr", "REF.FILED", "sthj", "", "2026-06-01 09:30", NULL, "envelope.business_time", "jcy"},
        {received, "psb-bynr", "REF.FILED", "sthj", "", "2026-06-02 09:30", "2026-05-31 09:00", "decided_time", "jcy"},
        {received, "psb-bynr", "REF.FILED", "sthj", "", "2026-06-02 09:30", "2026-06-02 09:00", "", ""},
        {received, "sthj", "REF.AMEND", "psb-bynr", "", "2026-05-30 09:30", NULL, "envelope.business_time", "sfj"},
        {received, "sthj", "REF.AMEND", "psb-bynr", "", "2026-06-01 09:30", NULL, "", ""},
        {refused_filing, "sthj", "REF.RECON_REQ", "psb-bynr", "", "2026-06-01 10:00", NULL, "envelope.business_time",
         "sfj"},
        {refused_filing, "sthj", "REF.RECON_REQ", "psb-bynr", "", "2026-06-02 10:00", NULL, "", ""}};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        fixture_fresh(state);
        v[i].before();
        struct submission s = says(v[i].sender, v[i].event, v[i].to, v[i].when, 1);
        if (v[i].decided) s.decided_time = at(v[i].decided);
        struct verdict verdict = accepted(s);
        bool wanted = v[i].field[0] != 0;
        if (remarked(&verdict, "ORDER_OF_DATES", wanted ? v[i].field : NULL) != wanted)
            fail_msg("%zu: %s of %s", i, v[i].event, v[i].when);
        if (!wanted) assert_int_equal(verdict.hinted_count, 0);
        else assert_true(told(&verdict, v[i].to) && told(&verdict, v[i].supervisor));
    }
    fixture_fresh(state);
    sent();
    cases.referrals[0]->rules = 1;
    struct verdict verdict = accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-01 08:59", 1));
    assert_false(remarked(&verdict, "ORDER_OF_DATES", NULL));
}

/* 310号令6: the file goes to the force; 个人信息保护法34: to nobody else as a main recipient. */
static void order_310_article_6_sends_the_whole_file_to_the_force_alone(void **state) {
    (void)state;
    struct verdict v = hear(says("sthj", "REF.SEND", "psb-bynr nm sfj", "2026-06-01 09:00", 1));
    assert_false(v.accepted);
    assert_true(remarked(&v, "OTHER_RECIPIENT", "envelope.recipients nm") &&
                remarked(&v, "OTHER_RECIPIENT", "envelope.recipients sfj") && v.reason_count == 2);
    struct submission copied = says("sthj", "REF.SEND", "psb-bynr", "2026-06-01 09:00", 1);
    copied.copies = names_list("nm sfj");
    accepted(copied);
    refused(says("psb-bynr", "REF.RECEIPT", "sthj nm", "2026-06-01 10:00", 1), "OTHER_RECIPIENT");
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-01 10:00", 1));
    refused(with_reason(says("psb-bynr", "REV.SEND", "nm sthj", "2026-06-02 10:00", 2), "DIRECT_ADMIN"),
            "OTHER_RECIPIENT");
}

/* 程序规定15: the force of the place; a county of another city is let pass with a remark. */
static void procedure_rule_article_15_remarks_on_a_county_of_another_city(void **state) {
    static const struct {
        const char *county;
        bool remarked;
    } v[] = {{"150823", false}, {"150800", false}, {"150221", true}, {"150602", true}, {"150302", true}};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        fixture_fresh(state);
        struct submission s = says("sthj", "REF.SEND", "psb-bynr", "2026-06-01 09:00", 1);
        s.county_code = bytes_of_cstr(v[i].county);
        struct verdict verdict = accepted(s);
        assert_int_equal(remarked(&verdict, "OTHER_CITY", "county_code"), v[i].remarked);
    }
}

/* 行政处罚法29, 36 and the thresholds that count earlier penalties ask who it was, not how the number is written. */
static void a_party_whose_number_is_written_otherwise_is_the_same_since_version_2(void **state) {
    static const struct persons persons = {2, {{"00112233445566aa", {0}, true}, {"00112233445566bb", {0}, false}}};
    static const struct {
        int16_t version;
        const char *kept;
    } v[] = {{1, "00112233445566aa"}, {2, "00112233445566aa 00112233445566bb"}};
    for (size_t i = 0; i < 2; i++) {
        fixture_fresh(state);
        sent();
        cases.referrals[0]->rules = v[i].version;
        fixture_persons = &persons;
        accepted(says("sthj", "REF.AMEND", "psb-bynr", "2026-06-01 12:00", 1));
        assert_true(bytes_equal_cstr(cases.referrals[0]->persons, v[i].kept));
    }
}

#define STORY(name) cmocka_unit_test_setup(name, fixture_fresh)
int main(void) {
    const struct CMUnitTest tests[] = {
        STORY(articles_that_count_from_receipt_count_from_the_later_of_paper_and_arrival),
        STORY(order_310_article_8_counts_from_the_acceptance_itself),
        STORY(order_310_article_9_1_refuses_no_request_for_reconsideration),
        STORY(interpretation_2021_1_article_202_carries_a_last_day_to_a_last_day),
        STORY(administrative_penalty_law_article_27_leaves_an_acquittal_a_direct_end),
        STORY(order_310_article_10_lets_an_agency_close_what_it_never_sent),
        STORY(notice_2015_32_extends_a_review_that_is_between_forces_alone),
        STORY(order_310_articles_7_to_12_follow_each_other_and_dates_that_do_not_are_remarked_on),
        STORY(order_310_article_6_sends_the_whole_file_to_the_force_alone),
        STORY(procedure_rule_article_15_remarks_on_a_county_of_another_city),
        STORY(a_party_whose_number_is_written_otherwise_is_the_same_since_version_2),
        STORY(version_1_still_counts_from_the_paper_and_refuses_what_is_late)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
