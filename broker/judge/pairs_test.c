/* What the rules do not list is refused with reasons and changes nothing: every machine, state, event and role. */
#include "broker/judge/judge_fixture.h"

static bool listed(const struct procedure *p, int machine, int state, int event, int role) {
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        if (t->machine == machine && t->event == event && (t->from & UINT32_C(1) << state) && (t->senders & 1u << role))
            return true;
    }
    return false;
}

static struct referral standing(const struct procedure *p, int machine, int state) {
    struct referral r = {.opener = 1,
                         .holder = 19,
                         .rules = (int16_t)p->version,
                         .parties = UINT64_MAX,
                         .handling_expires = INSTANT_NONE};
    r.id.b[15] = 1;
    snprintf(r.machine, sizeof r.machine, "%s", p->machines[machine].name);
    snprintf(r.state, sizeof r.state, "%s", p->machines[machine].states[state].code);
    return r;
}

static void what_is_not_listed_is_refused(void **state) {
    (void)state;
    static const char *const slug_of_role[] = {"", "sthj", "psb-bynr", "jcy", "zjfy", "sfj", "wlsh", "fgw"};
    const struct procedure *p = rules_newest(rules);
    size_t known = 0, unlisted = 0;
    for (int m = 0; m < p->machine_count; m++) {
        for (int s = 0; s < p->machines[m].state_count; s++) {
            for (int pair = 0; pair < p->event_count * ROLE_COO; pair++) {
                int e = pair / ROLE_COO, role = pair % ROLE_COO + 1;
                fixture_fresh(NULL);
                struct referral r = standing(p, m, s), before = r;
                cases.referrals[cases.count++] = &r;
                struct verdict v = hear(says(slug_of_role[role], p->events[e].name, "nm", "2026-06-08 10:00", 1));
                if (listed(p, m, s, e, role)) known++;
                else {
                    unlisted++;
                    assert_false(v.accepted);
                    assert_true(v.reason_count > 0);
                }
                if (!v.accepted) assert_memory_equal(&before, &r, sizeof r);
            }
        }
    }
    assert_true(known > 200 && unlisted > 30000);
}

/* Nobody but the broker sends what the rules give to SYS; nobody opens what no row opens. */
static void what_nobody_may_open_is_refused(void **state) {
    (void)state;
    const struct procedure *p = rules_newest(rules);
    for (int e = 0; e < p->event_count; e++) {
        bool opens = false;
        for (int i = 0; i < p->events[e].count; i++) opens = opens || p->transitions[p->events[e].first + i].opens;
        fixture_fresh(NULL);
        if (opens) continue;
        refused(says("psb-bynr", p->events[e].name, "sthj", "2026-06-08 10:00", 1), "REFERRAL_UNKNOWN");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_not_listed_is_refused),
                                       cmocka_unit_test(what_nobody_may_open_is_refused)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
