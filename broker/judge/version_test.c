/* Versions and regimes: a referral keeps the version under which it began, whatever is loaded later; the version is the
 * one in force on the business time of the opening paper; the rules of several kinds of agency are in force at once. */
#include <stdlib.h>
#include <sys/stat.h>
#include "broker/judge/judge_fixture.h"
#include "broker/rules/rules_fixture.h"

static struct rules *only_first, *both;

/* Version 3, in force from 1 July 2026: five days for the filing review, and no administrative result after a
 * cancellation. */
static int load_two(void **state) {
    char earlier[128];
    struct fault f = {0};
    if (fixture_make_folder(state)) return -1;
    free(fixture_copy_rules(fixture_folder, NULL, "", ""));
    if (rules_load_folder(fixture_folder, &only_first, &f) != OK) fail_msg("%s", f.text);
    snprintf(earlier, sizeof earlier, "%s/earlier", fixture_folder);
    mkdir(earlier, 0755);
    snprintf(earlier, sizeof earlier, "%s/earlier/2", fixture_folder);
    mkdir(earlier, 0755);
    free(fixture_copy_rules(earlier, NULL, "", ""));
    free(fixture_copy_rules(fixture_folder, "rules.yaml", "version: 2\nfrom: 2016-01-01",
                            "version: 3\nfrom: 2026-07-01"));
    char *clocks =
        fixture_copy_text("clocks.yaml", "unit: CAL_DAY, amount: 3, actor: holder, basis: 310-8; 程序规定180(1)",
                          "unit: CAL_DAY, amount: 5, actor: holder, basis: 310-8; 程序规定180(1)");
    fixture_write(fixture_folder, "clocks.yaml", clocks);
    free(clocks);
    char *rows =
        fixture_copy_text("machine-ref.yaml", "from: [A31, A50, A52, A57, A70, A81, A82], event: REF.ADMIN_RESULT",
                          "from: [A31, A50, A52, A57, A81, A82], event: REF.ADMIN_RESULT");
    fixture_write(fixture_folder, "machine-ref.yaml", rows);
    free(rows);
    if (rules_load_folder(fixture_folder, &both, &f) != OK) fail_msg("%s", f.text);
    return 0;
}
static int unload_two(void **state) {
    rules_free(only_first);
    rules_free(both);
    return fixture_remove_folder(state);
}

static void to_cancelled(const char *when, uint8_t number) {
    accepted(says("sthj", "REF.SEND", "psb-bynr", when, number));
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", when, number));
    accepted(says("psb-bynr", "REF.FILED", "sthj", when, number));
    accepted(with_reason(says("psb-bynr", "REF.CANCELLED", "sthj", when, number), "CX1"));
}

static void a_new_version_leaves_running_cases_alone(void **state) {
    (void)state;
    struct rules *real = rules;
    rules = only_first;
    to_cancelled("2026-06-08 10:00", 1);
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 2));
    assert_int_equal(cases.referrals[1]->rules, 2);
    rules = both; /* loaded while both cases run */
    assert_int_equal(rules_version(rules), 3);
    struct verdict v = accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-07-06 10:00", 2));
    assert_int_equal(v.rules, 2);
    /* three days: the old limit */
    assert_int_equal(clock_of(cases.referrals[1], "D09")->due_strict, at("2026-07-10 00:00"));
    /* the old row */
    accepted(with_reason(says("sthj", "REF.ADMIN_RESULT", "psb-bynr", "2026-07-06 10:00", 1), "AO1"));
    assert_string_equal(cases.referrals[0]->state, "A90");
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-07-06 10:00", 3));
    assert_int_equal(cases.referrals[2]->rules, 3);
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-07-06 10:00", 3));
    /* five days: the new one */
    assert_int_equal(clock_of(cases.referrals[2], "D09")->due_strict, at("2026-07-12 00:00"));
    accepted(says("psb-bynr", "REF.FILED", "sthj", "2026-07-06 11:00", 3));
    accepted(with_reason(says("psb-bynr", "REF.CANCELLED", "sthj", "2026-07-06 12:00", 3), "CX1"));
    refused(with_reason(says("sthj", "REF.ADMIN_RESULT", "psb-bynr", "2026-07-06 13:00", 3), "AO1"), "NOT_IN_STATE");
    rules = real;
}

/* A paper of June that arrives in August begins under the version of June. */
static void the_version_in_force_on_the_papers_day_judges(void **state) {
    (void)state;
    struct rules *real = rules;
    rules = both;
    struct verdict v = accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-30 23:59", 1));
    assert_int_equal(v.rules, 2);
    v = accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-07-01 00:00", 2));
    assert_int_equal(v.rules, 3);
    rules = real;
}

static void a_version_that_is_not_loaded_is_said(void **state) {
    (void)state;
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    cases.referrals[0]->rules = 7;
    refused(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1), "RULES_VERSION");
}

static const struct clock *refused_filing(const char *agency, const char *category) {
    fixture_fresh(NULL);
    struct submission send = says(agency, "REF.SEND", "psb-bynr", "2024-09-26 09:00", 1);
    send.category = bytes_of_cstr(category);
    accepted(send);
    accepted(says("psb-bynr", "REF.RECEIPT", agency, "2024-09-26 10:00", 1));
    accepted(with_reason(says("psb-bynr", "REF.NOT_FILED", agency, "2024-09-27 16:30", 1), "NF1"));
    return clock_of(cases.referrals[0], "D13");
}
/* 310号令 counts reconsideration in calendar days (V1), 17号 in working days (V4): from one Friday before National Day,
 * both at once. */
static void each_kind_of_agency_has_its_own_rules_at_once(void **state) {
    (void)state;
    const struct clock *general = refused_filing("nm", "FISH");
    assert_int_equal(general->due_lenient, at("2024-10-01 00:00"));
    assert_int_equal(cases.referrals[0]->regime, 0);
    const struct clock *environment = refused_filing("sthj", "ENV1");
    assert_int_equal(environment->due_lenient, at("2024-10-09 00:00"));
    assert_int_equal(cases.referrals[0]->regime, 1);
    accepted(says("sthj", "REF.RECON_REQ", "psb-bynr", "2024-10-08 17:00", 1));
    /* Tue 8 Oct + 3 working days: 11 October, 24:00 */
    assert_int_equal(clock_of(cases.referrals[0], "D14")->due_strict, at("2024-10-12 00:00"));
    refused_filing("nm", "FISH");
    struct verdict v = accepted(says("nm", "REF.RECON_REQ", "psb-bynr", "2024-10-08 17:00", 1));
    assert_true(remarked(&v, "TOO_LATE", NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_kind_of_agency_has_its_own_rules_at_once, fixture_fresh),
        cmocka_unit_test_setup(a_version_that_is_not_loaded_is_said, fixture_fresh),
        cmocka_unit_test_setup(a_new_version_leaves_running_cases_alone, fixture_fresh),
        cmocka_unit_test_setup(the_version_in_force_on_the_papers_day_judges, fixture_fresh)};
    void *state = NULL;
    if (fixture_load(&state) || load_two(&state)) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unload_two(&state);
    fixture_unload(&state);
    return failed;
}
