/* Random lives of cases: whatever is sent, no illegal state, no clock running in a terminal state, every refusal with a
 * reason, and a refusal changes nothing. ECOCASE_LIVES sets how many lives (default 40000); a million take about two
 * minutes. At the default every row that a participant can send is taken at least once. */
#include <stdlib.h>
#include "base/line.h"
#include "broker/judge/hint_inside.h"
#include "broker/judge/judge_fixture.h"
#include "broker/model/roster.h"

static uint64_t seed = 20260608;
static uint32_t dice(uint32_t sides) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

static const char *const senders[] = {"sthj", "nm", "psb-bynr", "psb-erds", "jcy", "zjfy", "sfj", "wlsh", "fgw"};
static const char *const reason_codes[] = {
    "",       "NF1",        "RT1", "EX1", "EX2", "JB1", "CX1", "DIRECT_ADMIN", "NON_PROSECUTION",
    "EXEMPT", "INCOMPLETE", "RD1", "RD2", "JD1", "JD2"};
static size_t taken[512], judged, accepted_count;

static const char *of_role(int role, const char *otherwise) {
    static const char *const slugs[] = {NULL, "nm", "psb-bynr", "jcy", "zjfy", "sfj", "wlsh", "fgw"};
    return role > 0 && role < 8 ? slugs[role] : otherwise;
}

/* Somebody of the roster. */
static const char *invited_body(const struct referral *r, const char *otherwise) {
    struct roster roster;
    roster_read(r->roster, &roster);
    return roster.count ? slug_of(roster.rows[dice((uint32_t)roster.count)].number) : otherwise;
}

static const char *sender_for(const struct transition *t, const struct referral *r) {
    const char *opener = slug_of(r->opener), *holder = slug_of(r->holder);
    switch (t->who) {
    case WHO_OPENER: return opener;
    case WHO_HOLDER: return holder[0] ? holder : opener;
    case WHO_EITHER:
    case WHO_PARTY: return dice(2) && holder[0] ? holder : opener;
    case WHO_OPENER_OR_LEAD: return opener;
    case WHO_FORWARDER: return dice(2) && holder[0] ? holder : "psb-bynr";
    case WHO_INVITEE:
    case WHO_ACCEPTED:
    case WHO_MEMBER: return invited_body(r, opener);
    case WHO_ANYONE: break;
    }
    for (int role = 1; role < 8; role++) {
        if (t->senders & 1u << role) return of_role(role, opener);
    }
    return opener;
}

/* One to four bodies without the sender. */
static const char *some_bodies(const char *sender) {
    static char text[120];
    size_t count = 0;
    text[0] = '\0';
    for (uint32_t i = 0, most = 1 + dice(4); i < most; i++) {
        const char *slug = senders[dice(9)];
        if (strcmp(slug, sender) != 0) count += (size_t)snprintf(text + count, sizeof text - count, " %s", slug);
    }
    return count ? text : strcmp(sender, "nm") == 0 ? "sthj" : "nm";
}

static const char *receiver_for(const struct transition *t, const struct referral *r, const char *sender) {
    const char *opener = slug_of(r->opener), *holder = slug_of(r->holder);
    switch (t->receiver) {
    case RECEIVER_NONE:
    case RECEIVER_PARTIES:
    case RECEIVER_ROSTER:
    case RECEIVER_ACCEPTED: return "";
    case RECEIVER_INVITEES: return some_bodies(sender);
    case RECEIVER_OPENER: return opener;
    case RECEIVER_HOLDER: return holder;
    case RECEIVER_OTHER: return strcmp(sender, opener) == 0 ? holder : opener;
    case RECEIVER_ANY: return strcmp(sender, opener) != 0 ? opener : holder[0] ? holder : "nm";
    case RECEIVER_LEAD: return "psb-bynr";
    case RECEIVER_OTHER_FORCE: return strcmp(sender, "psb-erds") == 0 ? "psb-bt" : "psb-erds";
    case RECEIVER_ROLE: return of_role(t->receiver_role, "nm");
    }
    return opener;
}

/* A paper that a row of this state asks for, mostly well made. */
static struct submission fitting(const struct procedure *p, const struct referral *r, uint8_t number) {
    int machine = rules_machine(p, r->machine), state = rules_state(p, machine, r->state);
    const struct transition *fit[128];
    uint32_t count = 0;
    for (size_t i = 0; i < p->transition_count && count < 128; i++) {
        const struct transition *t = &p->transitions[i];
        if (t->machine == machine && (t->from & UINT32_C(1) << state)) fit[count++] = t;
    }
    const struct transition *t = fit[dice(count)];
    const char *sender = sender_for(t, r);
    struct submission s =
        says(sender, p->events[t->event].name, receiver_for(t, r, sender), "2026-06-08 10:00", number);
    if (t->reason_count) s = with_reason(s, t->reasons[dice(t->reason_count)]);
    return s;
}

static struct submission any_paper(const struct procedure *p) {
    const char *from = senders[dice(9)];
    struct submission s =
        says(from, p->events[dice(p->event_count)].name, senders[dice(9)], "2026-06-08 10:00", (uint8_t)(1 + dice(3)));
    return with_reason(s, reason_codes[dice(15)]);
}

/* Hints: no line without a known mark beyond its lines, none that waits once the case was referred. */
static size_t hinted, answered;
static void check_hints(const struct procedure *p, const struct referral *r) {
    struct bytes rest = r->hints, line;
    bool referred = (r->flags & UINT32_C(1) << p->flag_referred) != 0;
    unsigned lines = 0;
    for (; line_next(&rest, &line); lines++) {
        hinted++;
        answered += (r->hint_marks >> 2 * lines & 3) == HINT_ANSWERED;
        if (referred && line_part(line, 8).count && (r->hint_marks >> 2 * lines & 3) == HINT_OPEN)
            fail_msg("a hint waits for a referral that was sent");
    }
    assert_true(lines <= LIMIT_HINTS);
    if (lines < 32) assert_int_equal(r->hint_marks >> 2 * lines, 0);
}

/* What must hold of the bodies of an operation, each by itself and all together. */
static void check_roster(const struct referral *r) {
    struct roster roster;
    bool operation = strcmp(r->machine, "OPS") == 0;
    if (operation != (r->roster.count > 0)) fail_msg("%s has%s roster", r->machine, operation ? " no" : " a");
    if (!operation) return;
    roster_read(r->roster, &roster);
    if (!bytes_equal(roster_write(&roster, keep), r->roster))
        fail_msg("a roster reads otherwise than it was written: %.*s", BYTES_FMT(r->roster));
    bool ended = r->state[1] >= '3' && strcmp(r->state, "O91") != 0, answers_run = false, reports_run = false;
    size_t owing = 0;
    for (int i = 0; i < r->clock_count; i++) {
        answers_run = answers_run || (r->clocks[i].actor == OWING_ANSWER && r->clocks[i].state == CLOCK_RUNNING);
        reports_run = reports_run || (r->clocks[i].actor == OWING_REPORT && r->clocks[i].state == CLOCK_RUNNING);
    }
    size_t waiting = 0;
    for (size_t i = 0; i < roster.count; i++) {
        const struct roster_row *row = &roster.rows[i];
        if (!strchr("IADPRO", row->state) || row->number == r->opener)
            fail_msg("body %d of an operation is %c", row->number, row->state);
        if ((row->state == ROSTER_REPORTED) != (row->reported != INSTANT_NONE))
            fail_msg("%c, but reported %lld", row->state, (long long)row->reported);
        if (row->state == ROSTER_REPORTED && !ended) fail_msg("reported before the end, in %s", r->state);
        if (strchr("AD", row->state) && row->answered == INSTANT_NONE) fail_msg("%c without an answer", row->state);
        if (row->state == ROSTER_PROPOSED && row->start == INSTANT_NONE) fail_msg("another time, but none named");
        for (size_t k = 0; k < i; k++) assert_int_not_equal(roster.rows[k].number, row->number);
        waiting += row->state == ROSTER_INVITED;
        owing += row->state == ROSTER_ACCEPTED;
    }
    bool asked = strcmp(r->state, "O05") == 0 || strcmp(r->state, "O15") == 0;
    if (asked && waiting && !answers_run)
        fail_msg("%zu bodies owe an answer in %s and no limit runs", waiting, r->state);
    if (answers_run && (!asked || !waiting))
        fail_msg("a limit for answers runs in %s with %zu waiting", r->state, waiting);
    if (reports_run && (strcmp(r->state, "O30") != 0 || !owing))
        fail_msg("a limit for reports runs in %s with %zu owing", r->state, owing);
}

static void check_lawful(const struct procedure *p) {
    for (size_t i = 0; i < cases.count; i++) {
        const struct referral *r = cases.referrals[i];
        check_hints(p, r);
        int machine = rules_machine(p, r->machine), state = machine < 0 ? -1 : rules_state(p, machine, r->state);
        if (state < 0) fail_msg("illegal state %s of %s", r->state, r->machine);
        check_roster(r);
        if (!p->machines[machine].states[state].terminal) continue;
        for (int k = 0; k < r->clock_count; k++) {
            bool open = r->clocks[k].state == CLOCK_RUNNING || r->clocks[k].state == CLOCK_PAUSED;
            if (open) fail_msg("%s runs in terminal %s of %s", r->clocks[k].rule, r->state, r->machine);
        }
    }
}

static void count_row(const struct procedure *p, const struct submission *s, const struct verdict *v) {
    const struct event_rule *event = &p->events[rules_event(p, s->event)];
    for (int i = event->first; i < event->first + event->count; i++) {
        const struct transition *t = &p->transitions[i];
        int from = v->from_state[0] ? rules_state(p, t->machine, v->from_state) : -1;
        bool here = strcmp(p->machines[t->machine].name, v->machine) == 0 &&
                    (from < 0 ? t->opens : (t->from >> from & 1u) != 0);
        bool reason = t->reason_count == 0;
        for (int k = 0; k < t->reason_count; k++) reason = reason || bytes_equal_cstr(s->reason_code, t->reasons[k]);
        if (here && reason && (t->senders & 1u << directory_by_slug(directory, s->sender)->role)) taken[i]++;
    }
}

static void send(const struct procedure *p, struct submission s) {
    static struct referral before[LIMIT_REFERRALS_PER_CASE];
    size_t count = cases.count;
    for (size_t i = 0; i < count; i++) before[i] = *cases.referrals[i];
    struct verdict v = hear(s);
    judged++;
    if (v.accepted) {
        accepted_count++;
        count_row(p, &s, &v);
        check_lawful(p);
        return;
    }
    assert_true(v.reason_count > 0);
    assert_int_equal(count, cases.count);
    for (size_t i = 0; i < count; i++) assert_memory_equal(&before[i], cases.referrals[i], sizeof before[i]);
}

static const char *const kind_codes[] = {"PATROL", "ENFORCE", "EMERGENCY", "MEETING", "NONE"};
static const char *kind_now = "PATROL"; /* of the life's operation: a paper that names another is refused */
static struct submission operation_varied(struct submission s) {
    struct operation_part *o = &s.operation;
    o->kind = bytes_of_cstr(dice(12) ? kind_now : kind_codes[dice(5)]);
    o->start = s.business_time + DAY_MS;
    o->end = o->start + (dice(15) ? DAY_MS : -DAY_MS);
    if (s.kind == RECORD_OPERATION_STEP && dice(2)) o->start = o->end = INSTANT_NONE;
    if (!dice(4)) o->reply_by = s.business_time + (int64_t)dice(90) * HOUR_MS;
    if (!dice(3)) o->leads_to = dice(9) ? BYTES_LITERAL("REV") : BYTES_LITERAL("XXX");
    if (dice(2)) o->follow_ups = names_list("巴公移送〔2026〕1号 巴公移送〔2026〕2号");
    if (dice(2)) o->overdue = names_list("nm sthj psb-bynr psb-erds wlsh fgw");
    for (int i = 0; i < OPERATION_COUNTS; i++) o->counts[i] = (int64_t)dice(40) - 1;
    if (!dice(30)) o->counts[dice(OPERATION_COUNTS)] = -2;
    return s;
}

/* Parties, and what the ledger knows of them: penalties of other cases, of either category, now and then. */
static void of_other_cases(int64_t now) {
    static const struct persons parties = {
        2, {{"00112233445566aa", BYTES_NONE, true}, {"00112233445566bb", BYTES_LITERAL("证人"), true}}};
    static char known[600];
    size_t count = 0;
    fixture_persons = dice(3) ? &parties : NULL;
    for (uint32_t i = 0, lines = dice(4); i < lines; i++) {
        count += (size_t)snprintf(
            known + count, sizeof known - count,
            "P\t%08x-0000-4000-8000-000000000000\t%s\t%lld\t%u\t甲罚〔2023〕%u号\n", dice(4), dice(2) ? "FISH" : "ENV1",
            (long long)(at("2024-01-02 09:00") + now - (int64_t)dice(1200) * DAY_MS), dice(60), dice(9));
    }
    fixture_related_cases = bytes_of(known, count);
}

static struct submission varied(struct submission s, int64_t *now) {
    of_other_cases(*now);
    *now += dice(8) ? (int64_t)dice(72) * HOUR_MS : (int64_t)dice(80) * DAY_MS;
    s.business_time = at("2024-01-02 09:00") + *now;
    s.category = dice(3) ? BYTES_LITERAL("FISH") : BYTES_LITERAL("ENV1");
    s.target_organ = dice(4) ? BYTES_LITERAL("ext-bttj") : BYTES_NONE;
    s.cites = text_list("巴环移送〔2026〕1号");
    if (!dice(6)) s.decided_time = s.business_time - (int64_t)dice(100) * HOUR_MS;
    if (!dice(6)) s.approval_time = s.business_time - (int64_t)dice(100) * HOUR_MS;
    if (!dice(5)) s.documents = document_list((const char *const[]){"DOC02", "DOC03", "DOC04", NULL});
    if (!dice(4)) {
        struct said_fact facts[] = {{"waste_t", dice(6), "t"},
                                    {"catch_kg", dice(600), "kg"},
                                    {"method", 1, "ELECTRIC"},
                                    {"water_body", 1, "ULANSUHAI"},
                                    {"pH", 3, ""}};
        s.facts = fact_array(facts + dice(3), 1 + dice(3));
        s.fine_paid_fen = dice(2) ? 100 : 0;
        if (dice(2)) s.found_time = s.business_time - (int64_t)dice(60) * DAY_MS;
    }
    if (!dice(5)) s.handling = (int)dice(4);
    if (s.handling == 2 || !dice(8)) s.handling_expires = s.business_time + (int64_t)dice(60) * DAY_MS;
    if (!dice(30)) s.copies = text_list("ext-jw");
    if (!dice(20)) s.approver_level = BYTES_NONE;
    if (!dice(20)) s.reason = BYTES_NONE;
    return operation_varied(s);
}

static struct submission birth(const struct procedure *p, uint8_t number) {
    static const char *const agencies[] = {"nm", "sthj"};
    const struct transition *openers[64];
    uint32_t count = 0;
    bool longest = !dice(3); /* REF has the longest way to go: else its last rows are hardly ever taken */
    for (size_t i = 0; i < p->transition_count && count < 64; i++) {
        const struct transition *one = &p->transitions[i];
        if (one->opens && (!longest || strcmp(p->machines[one->machine].name, "REF") == 0)) openers[count++] = one;
    }
    const struct transition *t = openers[dice(count)];
    const char *sender = t->senders & 1u << ROLE_AE && dice(2) ? agencies[dice(2)] : NULL;
    for (int role = 1; role < 8 && !sender; role++) sender = t->senders & 1u << role ? of_role(role, NULL) : NULL;
    static const struct referral nobody;
    struct submission s =
        says(sender, p->events[t->event].name, receiver_for(t, &nobody, sender), "2026-06-08 10:00", number);
    if (t->receiver == RECEIVER_NONE) s.recipients = text_list("");
    if (t->receiver == RECEIVER_ANY) s.recipients = text_list("jcy");
    return t->reason_count ? with_reason(s, t->reasons[dice(t->reason_count)]) : s;
}

static void random_lives_stay_lawful(void **state) {
    (void)state;
    const struct procedure *p = rules_newest(rules);
    const char *set = getenv("ECOCASE_LIVES");
    long lives = set ? atol(set) : 40000;
    for (long life = 0; life < lives; life++) {
        fixture_fresh(NULL);
        int64_t now = 0;
        kind_now = kind_codes[dice(4)];
        send(p, varied(birth(p, 1), &now));
        for (int turn = 0; turn < 30; turn++) {
            uint32_t kind = dice(20);
            if (kind == 0) send(p, varied(any_paper(p), &now));
            else if (kind == 1 && cases.count < 3) send(p, varied(birth(p, (uint8_t)(cases.count + 1)), &now));
            else if (cases.count) {
                const struct referral *r = cases.referrals[dice((uint32_t)cases.count)];
                send(p, varied(fitting(p, r, r->id.b[15]), &now));
            }
        }
    }
    size_t rows = 0, untaken = 0;
    for (size_t i = 0; i < p->transition_count; i++) {
        if (p->transitions[i].senders == SENDER_SYS) continue;
        rows++;
        untaken += !taken[i];
        if (!taken[i] && lives >= 40000)
            print_message("never taken: %s %s\n", p->machines[p->transitions[i].machine].name, p->transitions[i].id);
    }
    print_message("%ld lives, %zu judged, %zu accepted, %zu of %zu rows taken\n", lives, judged, accepted_count,
                  rows - untaken, rows);
    print_message("%zu lines of hints seen, %zu of them answered\n", hinted, answered);
    assert_true(hinted > 1000 && answered > 10);
    assert_true(accepted_count * 4 > judged);
    if (lives >= 40000) assert_int_equal(untaken, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_lives_stay_lawful)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
