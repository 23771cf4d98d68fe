#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "broker/judge/rules.h"

static struct rules *rules;
static struct directory *directory;
static struct arena *keep;
static struct case_state cases;
static uint8_t list_bytes[64];

static int load(void **state) {
    (void)state;
    struct fault f = {0};
    if (directory_load("schemas/directory.yaml", &directory, &f) != OK || rules_load("schemas", &rules, &f) != OK) {
        fprintf(stderr, "%s\n", f.text);
        return -1;
    }
    keep = arena_new(1u << 16, 1u << 28);
    return 0;
}
static int unload(void **state) {
    (void)state;
    arena_free(keep);
    rules_free(rules);
    directory_free(directory);
    return 0;
}
static int fresh(void **state) {
    (void)state;
    arena_reset(keep);
    cases = (struct case_state){0};
    return 0;
}
static struct walk_field one_text(const char *text) {
    size_t count = strlen(text);
    list_bytes[0] = 2;
    list_bytes[1] = (uint8_t)(count * 2);
    memcpy(list_bytes + 2, text, count);
    list_bytes[2 + count] = 0;
    return (struct walk_field){.present = true, .at = bytes_of(list_bytes, count + 3), .number = 1};
}
static instant at(const char *text) {
    instant ret = 0;
    assert_true(instant_parse(bytes_of_cstr(text), &ret));
    return ret;
}
static struct submission says(const char *sender, const char *event, const char *to, const char *when, uint8_t referral) {
    int e = rules_event(rules, bytes_of_cstr(event));
    struct submission s = {.kind = e < 0 ? RECORD_CASE_STEP : rules->events[e].record, .event = bytes_of_cstr(event), .sender = bytes_of_cstr(sender),
        .recipients = one_text(to), .business_time = at(when), .document_no = BYTES_LITERAL("巴环移送〔2026〕1号"), .title = BYTES_LITERAL("某案"),
        .category = BYTES_LITERAL("ENV1"), .county_code = BYTES_LITERAL("150823"), .approver_level = BYTES_LITERAL("COUNTY_HEAD"),
        .reason = BYTES_LITERAL("理由"), .report_time = INSTANT_NONE, .approval_time = INSTANT_NONE, .found_time = INSTANT_NONE, .decided_time = INSTANT_NONE};
    s.case_id.b[15] = 1;
    s.referral_id.b[15] = referral;
    return s;
}
static struct verdict hear(struct submission s) {
    struct verdict v;
    const struct participant *who = directory_by_slug(directory, s.sender);
    judge(rules, directory, who, s.business_time, &s, &cases, keep, &v);
    return v;
}
static void accepted(struct submission s) {
    struct verdict v = hear(s);
    if (!v.accepted) fail_msg("%.*s refused: %s %.*s", BYTES_FMT(s.event), v.reasons[0].code, BYTES_FMT(v.reasons[0].field));
}
static void refused(struct submission s, const char *code) {
    struct verdict v = hear(s);
    assert_false(v.accepted);
    for (size_t i = 0; i < v.reason_count; i++) {
        if (strcmp(v.reasons[i].code, code) == 0) return;
    }
    fail_msg("%.*s: no %s, but %s", BYTES_FMT(s.event), code, v.reason_count ? v.reasons[0].code : "nothing");
}
static const struct clock *clock_of(const struct referral *r, const char *rule) {
    for (int i = r->clock_count; i-- > 0;) {
        if (strcmp(r->clocks[i].rule, rule) == 0) return &r->clocks[i];
    }
    static const struct clock none;
    fail_msg("no clock %s", rule);
    return &none;
}

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
    assert_int_equal(clock_of(r, "D09")->due_lenient, at("2024-10-09 00:00")); /* V2: the National Day rolls it to 8 October 24:00 */
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
    judge(rules, directory, directory_by_slug(directory, BYTES_LITERAL("nm")), forged.business_time, &forged, &cases, keep, &f);
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
    assert_int_equal(clock_of(ref, "D09")->state, CLOCK_PAUSED);
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

static uint32_t dice_seed = 7;
static uint32_t dice(uint32_t sides) {
    dice_seed ^= dice_seed << 13;
    dice_seed ^= dice_seed >> 17;
    dice_seed ^= dice_seed << 5;
    return dice_seed % sides;
}
static bool terminal(const struct referral *r) {
    int m = rules_machine(rules, r->machine);
    int s = rules_state(rules, m, r->state);
    assert_true(m >= 0 && s >= 0);
    return rules->machines[m].states[s].terminal;
}
static void random_lives_stay_lawful(void **state) {
    (void)state;
    static const char *const reasons[] = {"", "NF1", "RT1", "EX1", "EX2", "JB1", "CX1", "DIRECT_ADMIN", "NON_PROSECUTION", "EXEMPT", "INCOMPLETE"};
    static const char *const who[] = {"sthj", "nm", "psb-bynr", "psb-erds", "jcy", "zjfy", "wlsh"};
    size_t taken = 0, terminals = 0;
    for (int life = 0; life < 20000; life++) {
        fresh(NULL);
        static const struct { const char *from, *event, *to, *reason; } births[] = {{"sthj", "REF.SEND", "psb-bynr", ""},
            {"psb-bynr", "REV.SEND", "nm", "DIRECT_ADMIN"}, {"jcy", "REV.SEND", "nm", "NON_PROSECUTION"}, {"psb-bynr", "JUR.FORWARD", "psb-erds", "JB1"}};
        uint32_t birth = dice(4);
        struct submission first = says(births[birth].from, births[birth].event, births[birth].to, "2026-06-08 10:00", 1);
        first.reason_code = bytes_of_cstr(births[birth].reason);
        first.category = birth == 1 || birth == 2 ? BYTES_LITERAL("FISH") : BYTES_LITERAL("ENV1");
        accepted(first);
        for (int turn = 0; turn < 40; turn++) {
            const char *from = who[dice(7)];
            struct submission s = says(from, rules->events[dice(rules->event_count)].name, who[dice(7)], "2026-06-08 10:00", (uint8_t)(1 + dice(2)));
            if (cases.count && dice(4)) { /* mostly the parties to one another, so that lives get somewhere */
                const struct referral *r = cases.referrals[dice((uint32_t)cases.count)];
                bool back = dice(2);
                s = says(directory_by_number(directory, back ? r->holder : r->opener)->slug, rules->events[dice(rules->event_count)].name,
                         directory_by_number(directory, back ? r->opener : r->holder)->slug, "2026-06-08 10:00", r->id.b[15]);
            }
            s.business_time += (instant)dice(2000) * HOUR_MS / 24;
            s.reason_code = bytes_of_cstr(reasons[dice(11)]);
            s.category = dice(2) ? BYTES_LITERAL("FISH") : BYTES_LITERAL("ENV1");
            s.target_organ = BYTES_LITERAL("某局");
            struct verdict v = hear(s);
            taken += v.accepted;
            if (!v.accepted) assert_true(v.reason_count > 0);
            if (!v.accepted) continue;
            assert_true(v.delivery_count > 0);
            for (size_t i = 0; i < cases.count; i++) {
                const struct referral *r = cases.referrals[i];
                if (!terminal(r)) continue;
                terminals++;
                for (int k = 0; k < r->clock_count; k++) {
                    if (r->clocks[k].state == CLOCK_RUNNING) fail_msg("%s runs in terminal %s", r->clocks[k].rule, r->state);
                }
            }
        }
    }
    if (taken < 15000) fail_msg("only %zu accepted, %zu terminal", taken, terminals);
    assert_true(terminals > 50);
}
static void what_is_not_listed_is_refused(void **state) {
    (void)state;
    size_t listed = 0, unlisted = 0;
    for (int m = 0; m < rules->machine_count; m++) {
        for (int s = 0; s < rules->machines[m].state_count; s++) {
            for (int e = 0; e < rules->event_count; e++) {
                for (int role = ROLE_AE; role <= ROLE_COO; role++) {
                    bool known = false;
                    for (size_t i = 0; i < rules->transition_count; i++) {
                        const struct transition *t = &rules->transitions[i];
                        known = known || (t->machine == m && t->event == e && (t->from & UINT32_C(1) << s) &&
                                          (t->sender == role || t->sender == SENDER_ANY));
                    }
                    static const char *const slug_of_role[] = {"", "sthj", "psb-bynr", "jcy", "zjfy", "sfj", "wlsh", "fgw"};
                    fresh(NULL);
                    struct referral r = {.opener = 1, .holder = 19};
                    r.id.b[15] = 1;
                    snprintf(r.machine, sizeof r.machine, "%s", rules->machines[m].name);
                    snprintf(r.state, sizeof r.state, "%s", rules->machines[m].states[s].code);
                    struct referral before = r;
                    cases.referrals[cases.count++] = &r;
                    struct verdict v = hear(says(slug_of_role[role], rules->events[e].name, "nm", "2026-06-08 10:00", 1));
                    if (known) listed++;
                    else {
                        unlisted++;
                        assert_false(v.accepted);
                        assert_true(v.reason_count > 0);
                    }
                    if (!v.accepted) assert_memory_equal(&before, &r, sizeof r);
                }
            }
        }
    }
    assert_true(listed > 50 && unlisted > 1000);
}
static void a_wrong_identifier_is_a_remark_and_no_refusal(void **state) {
    (void)state;
    struct submission s = says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:20", 1);
    s.findings[0] = (struct finding){"ID_NUMBER_CHECK", "parties[2].id_no"};
    s.finding_count = 1;
    struct verdict v;
    judge(rules, directory, directory_by_slug(directory, s.sender), s.business_time, &s, &cases, keep, &v);
    assert_true(v.accepted);
    bool named = false;
    for (size_t i = 0; i < v.reason_count; i++) {
        named = named || (strcmp(v.reasons[i].code, "ID_NUMBER_CHECK") == 0 && bytes_equal_cstr(v.reasons[i].field, "parties[2].id_no"));
    }
    assert_true(named);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(a_wrong_identifier_is_a_remark_and_no_refusal, fresh),
        cmocka_unit_test_setup(a_referral_is_filed_within_three_days, fresh), cmocka_unit_test_setup(the_police_may_not_return_for_incompleteness, fresh),
        cmocka_unit_test_setup(guards_name_every_reason, fresh), cmocka_unit_test_setup(a_case_follows_the_river, fresh),
        cmocka_unit_test_setup(without_an_agency_the_second_force_answers_the_first, fresh),
        cmocka_unit_test_setup(a_fishing_case_goes_to_the_fishery_authority, fresh), cmocka_unit_test_setup(random_lives_stay_lawful, fresh),
        cmocka_unit_test_setup(what_is_not_listed_is_refused, fresh)};
    return cmocka_run_group_tests(tests, load, unload);
}
