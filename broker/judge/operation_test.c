/* 联合执法 · joint operations: who may plan, who is asked and owes what, when it may be confirmed, moved, reported and
 * closed. */
#include "broker/judge/judge.h"
#include "broker/judge/judge_fixture.h"

#define PLANNED "2024-09-26 10:00" /* a Thursday; the National Day follows, 29 September is worked */

static struct submission planned(const char *kind, const char *to) {
    struct submission s = says("psb-bynr", "OPS.PLAN", to, PLANNED, 1);
    s.operation.kind = bytes_of_cstr(kind);
    return s;
}
static struct submission lead_says(const char *event, const char *when) {
    struct submission s = says("psb-bynr", event, "", when, 1);
    s.operation.kind = BYTES_LITERAL("ENFORCE");
    return s;
}
static struct submission answers(const char *who, const char *event, const char *when) {
    return says(who, event, "psb-bynr", when, 1);
}
static struct submission declines(const char *who, const char *code, const char *when) {
    return with_reason(answers(who, "OPS.DECLINE", when), code);
}

static const struct referral *operation(void) { return cases.referrals[0]; }
static struct roster_row body(const char *slug) {
    struct roster roster;
    roster_read(operation()->roster, &roster);
    const struct roster_row *row = roster_find(&roster, directory_by_slug(directory, bytes_of_cstr(slug))->number);
    if (!row) fail_msg("%s is not on the roster", slug);
    return row ? *row : (struct roster_row){0};
}
static void stands(const char *slug, char state) {
    char is = body(slug).state;
    if (is != state) fail_msg("%s is %c, not %c", slug, is, state);
}
static bool goes_to(const struct verdict *v, const char *slug) {
    for (size_t i = 0; i < v->delivery_count; i++) {
        if (v->deliveries[i].role == DELIVER_TO && strcmp(slug_of(v->deliveries[i].to), slug) == 0) return true;
    }
    return false;
}

static void police_and_agencies_plan_and_nobody_else(void **state) {
    (void)state;
    static const char *const others[] = {"jcy", "zjfy", "sfj", "wlsh", "fgw"};
    for (size_t i = 0; i < 5; i++) refused(says(others[i], "OPS.PLAN", "nm", PLANNED, 1), "NOT_PERMITTED");
    accepted(says("psb-wh", "OPS.PLAN", "", PLANNED, 1));
    assert_string_equal(operation()->state, "O00");
    assert_int_equal(operation()->clock_count, 0);
    accepted(says("nm", "OPS.PLAN", "psb-bynr", PLANNED, 2));
    assert_string_equal(cases.referrals[1]->state, "O05");
}

static void a_plan_says_what_it_must(void **state) {
    (void)state;
    struct submission bare = planned("FEAST", "nm");
    bare.title = bare.purpose = bare.operation.lead = BYTES_NONE;
    bare.operation.corners = 2;
    bare.operation.end = bare.operation.start;
    bare.operation.reply_by = bare.business_time;
    struct verdict v = hear(bare);
    static const char *const fields[] = {"title", "purpose", "area", "lead"};
    for (size_t i = 0; i < 4; i++) assert_true(remarked(&v, "MISSING_FIELD", fields[i]));
    assert_true(remarked(&v, "OPERATION_KIND", "kind") && remarked(&v, "WINDOW_ORDER", "window_end") &&
                remarked(&v, "WINDOW_ORDER", "reply_by"));
    bare = planned("PATROL", "nm");
    bare.operation.end = INSTANT_NONE;
    refused(bare, "MISSING_FIELD");
    bare = planned("PATROL", "nm");
    bare.operation.lead = BYTES_LITERAL("nm");
    refused(bare, "NOT_LEAD");
    refused(planned("PATROL", "nm psb-bynr"), "WRONG_RECIPIENT");
    assert_int_equal(cases.count, 0);
}

static void each_body_answers_for_itself(void **state) {
    (void)state;
    accepted(planned("PATROL", "nm wlsh jcy psb-bt"));
    stands("nm", 'I');
    stands("jcy", 'O');
    assert_int_equal(clock_of(operation(), "D90")->due_lenient, at("2024-09-28 10:00"));
    assert_false(clock_of(operation(), "D90")->statutory);
    refused(answers("sthj", "OPS.ACCEPT", "2024-09-26 12:00"), "NOT_INVITED");
    struct submission comes = answers("nm", "OPS.ACCEPT", "2024-09-26 12:00");
    comes.operation.counts[COUNT_PEOPLE] = 6;
    comes.operation.counts[COUNT_BOATS] = 2;
    accepted(comes);
    stands("nm", 'A');
    assert_int_equal(body("nm").counts[COUNT_BOATS], 2);
    accepted(answers("jcy", "OPS.ACCEPT", "2024-09-26 13:00"));
    stands("jcy", 'O');
    refused(declines("wlsh", "", "2024-09-26 14:00"), "MISSING_REASON");
    struct submission other = declines("wlsh", "DC3", "2024-09-26 14:00");
    refused(other, "MISSING_FIELD");
    other.operation.end = at("2024-10-09 08:00");
    other.operation.start = at("2024-10-09 18:00");
    refused(other, "WINDOW_ORDER");
    other.operation.end = at("2024-10-10 08:00");
    accepted(other);
    stands("wlsh", 'P');
    refused(lead_says("OPS.CONFIRM", "2024-09-27 10:00"), "ANSWER_AWAITED");
    struct verdict v = hear(lead_says("OPS.CONFIRM", "2024-09-27 10:00"));
    assert_true(remarked(&v, "ANSWER_AWAITED", "psb-bt") && v.reason_count == 1);
    accepted(declines("psb-bt", "DC1", "2024-09-27 11:00"));
    assert_int_equal(clock_of(operation(), "D90")->state, CLOCK_MET);
    v = accepted(lead_says("OPS.CONFIRM", "2024-09-27 12:00"));
    assert_true(goes_to(&v, "nm") && goes_to(&v, "jcy") && !goes_to(&v, "wlsh") && !goes_to(&v, "psb-bt"));
}

static void silence_ends_with_the_limit(void **state) {
    (void)state;
    accepted(planned("PATROL", "nm wlsh"));
    refused(lead_says("OPS.CONFIRM", "2024-09-28 10:01"), "NOBODY_ACCEPTED");
    accepted(answers("nm", "OPS.ACCEPT", "2024-09-28 11:00"));
    assert_true(body("nm").late);
    accepted(lead_says("OPS.CONFIRM", "2024-09-28 12:00"));
    assert_int_equal(clock_of(operation(), "D90")->state, CLOCK_BREACHED);
    stands("wlsh", 'I');
    accepted(answers("wlsh", "OPS.ACCEPT", "2024-09-29 09:00")); /* late, but it comes */
    assert_true(body("wlsh").late);
}

static void an_emergency_gives_thirty_minutes_and_the_lead_may_say_otherwise(void **state) {
    (void)state;
    struct submission s = planned("EMERGENCY", "nm");
    accepted(s);
    assert_int_equal(clock_of(operation(), "D90e")->due_lenient, at("2024-09-26 10:30"));
    assert_int_equal(operation()->clock_count, 1);
    fixture_fresh(NULL);
    s = planned("PATROL", "nm");
    s.operation.reply_by = at("2024-09-27 18:00");
    accepted(s);
    assert_int_equal(clock_of(operation(), "D90")->due_strict, at("2024-09-27 18:00"));
}

static void enforcement_needs_power_to_punish(void **state) {
    (void)state;
    accepted(planned("ENFORCE", "wlsh psb-bt nm"));
    accepted(answers("wlsh", "OPS.ACCEPT", "2024-09-26 11:00"));
    accepted(answers("psb-bt", "OPS.ACCEPT", "2024-09-26 11:00"));
    accepted(declines("nm", "DC1", "2024-09-26 12:00"));
    refused(lead_says("OPS.CONFIRM", "2024-09-26 13:00"), "NO_PENALTY_POWER");
    accepted(answers("nm", "OPS.ACCEPT", "2024-09-26 14:00")); /* it thought again */
    accepted(lead_says("OPS.CONFIRM", "2024-09-26 15:00"));
    accepted(declines("nm", "DC4", "2024-09-30 09:00"));
    refused(lead_says("OPS.START", "2024-10-01 08:00"), "NO_PENALTY_POWER");
    fixture_fresh(NULL);
    struct submission s = says("nm", "OPS.PLAN", "psb-bynr", PLANNED, 1);
    s.operation.kind = BYTES_LITERAL("ENFORCE");
    accepted(s);
    accepted(says("psb-bynr", "OPS.ACCEPT", "nm", "2024-09-26 11:00", 1));
    accepted(says("nm", "OPS.CONFIRM", "", "2024-09-26 12:00", 1)); /* who leads may punish */
}

static void another_time_is_asked_of_all(void **state) {
    (void)state;
    accepted(planned("ENFORCE", "nm psb-erds jcy"));
    accepted(answers("nm", "OPS.ACCEPT", "2024-09-26 11:00"));
    struct submission other = declines("psb-erds", "DC3", "2024-09-26 12:00");
    other.operation.start = at("2024-10-09 08:00");
    other.operation.end = at("2024-10-09 18:00");
    accepted(other);
    struct submission moved = lead_says("OPS.RESCHEDULE", "2024-09-26 15:00");
    moved.operation.kind = BYTES_LITERAL("PATROL");
    refused(moved, "OPERATION_KIND");
    moved.operation.kind = BYTES_LITERAL("ENFORCE");
    moved.recipients = text_list("sthj");
    refused(moved, "WRONG_RECIPIENT");
    moved.recipients = text_list("");
    struct verdict v = accepted(moved);
    assert_true(goes_to(&v, "nm") && goes_to(&v, "psb-erds") && goes_to(&v, "jcy"));
    assert_string_equal(operation()->state, "O15");
    stands("nm", 'I');
    stands("psb-erds", 'I');
    assert_int_equal(clock_of(operation(), "D90")->state, CLOCK_RUNNING);
    assert_int_equal(clock_of(operation(), "D90")->started_at, at("2024-09-26 15:00"));
    refused(lead_says("OPS.CONFIRM", "2024-09-26 16:00"), "ANSWER_AWAITED");
    accepted(answers("nm", "OPS.ACCEPT", "2024-09-26 16:00"));
    accepted(answers("psb-erds", "OPS.ACCEPT", "2024-09-26 17:00"));
    accepted(lead_says("OPS.CONFIRM", "2024-09-26 18:00"));
}

static void run(const char *to) { /* to O30, ended on Monday 30 September 2024 */
    accepted(planned("PATROL", to));
    char copy[80], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", to);
    for (char *who = strtok_r(copy, " ", &rest); who; who = strtok_r(NULL, " ", &rest))
        accepted(answers(who, "OPS.ACCEPT", "2024-09-26 12:00"));
    accepted(lead_says("OPS.CONFIRM", "2024-09-27 09:00"));
    accepted(lead_says("OPS.START", "2024-09-28 06:00"));
}

static void a_finding_has_a_place_and_evidence(void **state) {
    (void)state;
    run("nm wlsh");
    struct submission found = says("wlsh", "OPS.FINDING", "", "2024-09-28 09:00", 1);
    found.category = BYTES_LITERAL("FISH");
    found.operation.evidence = 0;
    refused(found, "MISSING_FIELD");
    found.operation.evidence = 2;
    found.longitude.present = false;
    refused(found, "MISSING_FIELD");
    found.longitude.present = true;
    found.coordinates_system = BYTES_NONE;
    refused(found, "MISSING_FIELD");
    found.coordinates_system = BYTES_LITERAL("CGCS2000");
    found.operation.leads_to = BYTES_LITERAL("REX");
    refused(found, "LEADS_TO");
    found.operation.leads_to = BYTES_LITERAL("REV");
    struct verdict v = accepted(found);
    assert_true(goes_to(&v, "psb-bynr") && goes_to(&v, "nm"));
    found.sender = BYTES_LITERAL("sthj");
    refused(found, "NOT_INVITED");
}

static void each_reports_once_and_who_is_late_is_named(void **state) {
    (void)state;
    run("nm wlsh psb-bt");
    refused(answers("nm", "OPS.REPORT", "2024-09-29 09:00"), "NOT_IN_STATE");
    accepted(lead_says("OPS.END", "2024-09-30 18:00"));
    /* 8 to 12 October: the 12th is a worked Saturday */
    assert_int_equal(clock_of(operation(), "D91")->due_lenient, at("2024-10-13 00:00"));
    struct submission report = answers("nm", "OPS.REPORT", "2024-10-08 09:00");
    report.operation.counts[COUNT_HOURS] = 365;
    report.operation.counts[COUNT_KM] = -2;
    refused(report, "COUNT_RANGE");
    report.operation.counts[COUNT_KM] = 900;
    accepted(report);
    stands("nm", 'R');
    assert_int_equal(body("nm").counts[COUNT_HOURS], 365);
    refused(report, "ALREADY_REPORTED");
    struct submission joint = lead_says("OPS.CONSOLIDATE", "2024-10-12 10:00");
    joint.operation.overdue = names_list("wlsh psb-bt");
    refused(joint, "REPORT_AWAITED"); /* the limit has not passed */
    accepted(answers("psb-bt", "OPS.REPORT", "2024-10-14 09:00"));
    assert_true(body("psb-bt").late_report);
    joint = lead_says("OPS.CONSOLIDATE", "2024-10-14 10:00");
    struct verdict v = hear(joint);
    assert_true(remarked(&v, "REPORT_AWAITED", "wlsh") && v.reason_count == 1);
    joint.operation.overdue = names_list("wlsh");
    accepted(joint);
    assert_int_equal(clock_of(operation(), "D91")->state, CLOCK_BREACHED);
    accepted(answers("wlsh", "OPS.REPORT", "2024-10-15 09:00")); /* still welcome */
    accepted(lead_says("OPS.CLOSE", "2024-10-16 09:00"));
    assert_string_equal(operation()->state, "O90");
}

static void a_close_names_the_cases_that_findings_led_to(void **state) {
    (void)state;
    run("nm");
    struct submission found = says("nm", "OPS.FINDING", "", "2024-09-28 09:00", 1);
    found.operation.leads_to = BYTES_LITERAL("REV");
    accepted(found);
    found.operation.follow_ups = text_list("巴公行移〔2024〕8号");
    accepted(found);
    accepted(lead_says("OPS.END", "2024-09-30 18:00"));
    accepted(answers("nm", "OPS.REPORT", "2024-10-08 09:00"));
    assert_int_equal(clock_of(operation(), "D91")->state, CLOCK_MET);
    accepted(lead_says("OPS.CONSOLIDATE", "2024-10-08 10:00"));
    struct submission close = lead_says("OPS.CLOSE", "2024-10-08 11:00");
    refused(close, "FOLLOW_UP_MISSING");
    close.operation.follow_ups = text_list("巴公行移〔2024〕8号"); /* named already */
    refused(close, "FOLLOW_UP_MISSING");
    close.operation.follow_ups = text_list("巴农移送〔2024〕9号");
    /* what the ledger knows to have grown out of it */
    fixture_related_cases = BYTES_LITERAL("N\t巴公行移〔2024〕8号\n");
    struct verdict v = accepted(close);
    assert_true(remarked(&v, "FOLLOW_UP_UNKNOWN", "巴农移送〔2024〕9号") &&
                !remarked(&v, "FOLLOW_UP_UNKNOWN", "巴公行移〔2024〕8号"));
    struct roster roster;
    size_t leading, named;
    roster_read(operation()->roster, &roster);
    roster_cases(&roster, &leading, &named);
    assert_int_equal(leading, 2);
    assert_int_equal(named, 2);
}

static void only_the_lead_leads(void **state) {
    (void)state;
    accepted(planned("PATROL", "nm"));
    accepted(answers("nm", "OPS.ACCEPT", "2024-09-26 12:00"));
    static const char *const steps[] = {"OPS.CONFIRM", "OPS.CANCEL", "OPS.RESCHEDULE", "OPS.INVITE"};
    for (size_t i = 0; i < 4; i++) refused(answers("nm", steps[i], "2024-09-27 12:00"), "NOT_HOLDER");
    struct submission more = says("psb-bynr", "OPS.INVITE", "sthj psb-bt", "2024-09-26 13:00", 1);
    accepted(more);
    stands("nm", 'A');
    stands("sthj", 'I');
    refused(says("psb-bynr", "OPS.INVITE", "", "2024-09-26 13:00", 1), "NO_RECIPIENT");
    struct submission off = lead_says("OPS.CANCEL", "2024-09-26 14:00");
    off.reason = BYTES_NONE;
    refused(off, "MISSING_REASON");
    off.reason = BYTES_LITERAL("沙尘暴");
    struct verdict v = accepted(off);
    assert_true(goes_to(&v, "nm") && goes_to(&v, "psb-bt"));
    assert_int_equal(clock_of(operation(), "D90")->state, CLOCK_VOID);
}

/* One limit for all: the alert goes to those that still owe, and names them. */
static void alerts_name_who_owes(void **state) {
    (void)state;
    struct alert alerts[LIMIT_CLOCKS];
    accepted(planned("PATROL", "nm wlsh psb-bt jcy"));
    accepted(answers("nm", "OPS.ACCEPT", "2024-09-26 12:00"));
    struct referral *r = cases.referrals[0];
    assert_int_equal(alarm_take(rules, directory, at("2024-09-28 10:01"), r, alerts), 1);
    assert_int_equal(alerts[0].kind, ALERT_OVERDUE);
    assert_int_equal(alerts[0].actor_count, 2);
    assert_int_equal(alerts[0].to_count, 3); /* the two and the lead */
    assert_string_equal(slug_of(alerts[0].to[2]), "psb-bynr");
    accepted(answers("wlsh", "OPS.ACCEPT", "2024-09-27 12:00"));
    accepted(answers("psb-bt", "OPS.ACCEPT", "2024-09-27 13:00"));
    assert_int_equal(alarm_take(rules, directory, at("2024-09-28 11:00"), r, alerts), 1);
    assert_int_equal(alerts[0].kind, ALERT_CORRECTION); /* both were in time */
    assert_int_equal(alerts[0].actor_count, 3);
    assert_int_equal(alarm_take(rules, directory, at("2024-09-30 11:00"), r, alerts), 0);
}

int main(void) {
#define STORY(name) cmocka_unit_test_setup(name, fixture_fresh)
    const struct CMUnitTest tests[] = {STORY(police_and_agencies_plan_and_nobody_else),
                                       STORY(a_plan_says_what_it_must),
                                       STORY(each_body_answers_for_itself),
                                       STORY(silence_ends_with_the_limit),
                                       STORY(an_emergency_gives_thirty_minutes_and_the_lead_may_say_otherwise),
                                       STORY(enforcement_needs_power_to_punish),
                                       STORY(another_time_is_asked_of_all),
                                       STORY(a_finding_has_a_place_and_evidence),
                                       STORY(each_reports_once_and_who_is_late_is_named),
                                       STORY(a_close_names_the_cases_that_findings_led_to),
                                       STORY(only_the_lead_leads),
                                       STORY(alerts_name_who_owes)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
