/* Which alert of which clock is due, and to whom it goes. */
#include "broker/judge/alert_inside.h"
#include "broker/judge/hint_inside.h"
#include "broker/rules/procedure.h"

const char *alert_event(enum alert_kind kind) {
    static const char *const events[] = {"SYS.WARNING", "SYS.OVERDUE", "SYS.ESCALATION", "SYS.CORRECTION",
                                         "SYS.UNREFERRED"};
    return events[kind];
}
const char *alert_code(enum alert_kind kind) {
    static const char *const codes[] = {"CLOCK_WARNING", "CLOCK_OVERDUE", "CLOCK_ESCALATION", "CLOCK_CORRECTION",
                                        "UNREFERRED"};
    return codes[kind];
}

static const struct alert_exception *exception_of(const struct alert_policy *policy, const struct clock *clock) {
    for (size_t i = 0; i < policy->exception_count; i++) {
        if (strcmp(policy->exceptions[i].clock, clock->rule) == 0) return &policy->exceptions[i];
    }
    return NULL;
}

static instant warn_moment(const struct alert_warning *warning, const struct clock *clock) {
    if (warning->percent) return clock->started_at + (clock->due_lenient - clock->started_at) / 100 * warning->percent;
    return clock->due_lenient - warning->before;
}

/* Overdue is what is past the end, not what is at it. */
static instant escalation_moment(const struct alert_policy *policy, const struct clock *clock) {
    const struct alert_exception *exception = exception_of(policy, clock);
    return clock->due_lenient + 1 + (exception ? exception->escalate_after : policy->escalate_after);
}

/* A referral keeps the policy of the version under which it began. Where that is not loaded its papers are refused; its
 * limits run on, alerted by the newest. */
static const struct alert_policy *policy_of(const struct rules *rules, const struct referral *r) {
    const struct procedure *p = rules_of_version(rules, r->rules);
    return p ? &p->alerts : &rules_newest(rules)->alerts;
}

static instant sooner(instant a, instant b) { return a == INSTANT_NONE || b < a ? b : a; }

static instant clock_alarm(const struct alert_policy *policy, const struct clock *clock) {
    if (clock->measured) return INSTANT_NONE;
    bool overdue = clock->alerted & ALERTED_OVERDUE;
    if (clock->state == CLOCK_BREACHED && !overdue) return clock->started_at;
    if (clock->state == CLOCK_MET && overdue && !(clock->alerted & ALERTED_CORRECTION)) return clock->started_at;
    if (clock->state != CLOCK_RUNNING) return INSTANT_NONE;
    instant next = INSTANT_NONE;
    for (size_t i = 0; i < policy->warning_count && !overdue; i++) {
        instant at = warn_moment(&policy->warnings[i], clock);
        if (!(clock->alerted & 1u << i) && at > clock->started_at) next = sooner(next, at);
    }
    if (!overdue) next = sooner(next, clock->due_lenient + 1);
    if (!(clock->alerted & ALERTED_ESCALATION)) next = sooner(next, escalation_moment(policy, clock));
    return next;
}

instant alarm_next(const struct rules *rules, const struct referral *referral) {
    const struct alert_policy *policy = policy_of(rules, referral);
    instant next = referral->hints.count ? hint_alarm(referral) : INSTANT_NONE;
    for (int i = 0; i < referral->clock_count; i++) {
        instant at = clock_alarm(policy, &referral->clocks[i]);
        if (at != INSTANT_NONE) next = sooner(next, at);
    }
    return next;
}

static void add_supervisors(const struct alert_policy *policy, const struct directory *directory, struct alert *alert,
                            int number) {
    const struct participant *actor = directory_by_number(directory, number);
    const struct alert_exception *exception = exception_of(policy, &alert->clock);
    bool found = false;
    if (!actor) return;
    const struct role_list *roles =
        exception && exception->supervisors.count ? &exception->supervisors : &policy->supervisors[actor->role];
    for (size_t i = 0; i < roles->count; i++) found = alert_add_role(alert, directory, roles->role[i], actor) || found;
    for (size_t i = 0; i < directory_count(directory) && !found; i++) {
        if (directory_at(directory, i)->lead) alert_add(alert, directory_at(directory, i)->number);
    }
}

/* Who must act: one body, or those of the roster that are concerned. */
static size_t actors_of(const struct referral *r, const struct clock *clock, int16_t *ret) {
    struct roster roster;
    size_t count = 0;
    if (clock->actor >= 0) {
        ret[0] = clock->actor;
        return 1;
    }
    roster_read(r->roster, &roster);
    for (size_t i = 0; i < roster.count; i++) {
        if (roster_concerned(&roster.rows[i], clock)) ret[count++] = roster.rows[i].number;
    }
    return count;
}

/* Which alert is due for this clock at `time`; marks it sent. */
static bool take(const struct alert_policy *policy, instant time, struct clock *clock, enum alert_kind *ret) {
    instant next = clock_alarm(policy, clock);
    if (next == INSTANT_NONE || next > time) return false;
    uint8_t warned = 0;
    for (size_t i = 0; i < policy->warning_count; i++) {
        if (warn_moment(&policy->warnings[i], clock) <= time) warned |= (uint8_t)(1u << i);
    }
    if (clock->state == CLOCK_MET) {
        clock->alerted |= ALERTED_CORRECTION;
        *ret = ALERT_CORRECTION;
    } else if (clock->state == CLOCK_BREACHED || (time > clock->due_lenient && !(clock->alerted & ALERTED_OVERDUE))) {
        clock->alerted |= ALERTED_OVERDUE | ALERTED_WARNINGS;
        *ret = ALERT_OVERDUE;
    } else if (time >= escalation_moment(policy, clock)) {
        clock->alerted |= ALERTED_ESCALATION;
        *ret = ALERT_ESCALATION;
    } else {
        clock->alerted |= warned;
        *ret = ALERT_WARNING;
    }
    return true;
}

static void address(const struct alert_policy *policy, const struct directory *directory, const struct referral *r,
                    struct alert *alert) {
    bool supervised = alert->kind == ALERT_ESCALATION ||
                      (alert->kind == ALERT_CORRECTION && alert->clock.alerted & ALERTED_ESCALATION);
    alert->to_count = 0;
    alert->actor_count = actors_of(r, &alert->clock, alert->actors);
    for (size_t i = 0; i < alert->actor_count && alert->kind != ALERT_ESCALATION; i++)
        alert_add(alert, alert->actors[i]);
    if (alert->kind == ALERT_OVERDUE || alert->kind == ALERT_CORRECTION) {
        alert_add(alert, r->opener);
        alert_add(alert, r->holder);
    }
    for (size_t i = 0; supervised && i < alert->actor_count; i++)
        add_supervisors(policy, directory, alert, alert->actors[i]);
}

size_t alarm_take(const struct rules *rules, const struct directory *directory, instant time, struct referral *r,
                  struct alert *ret) {
    const struct alert_policy *policy = policy_of(rules, r);
    size_t count = 0;
    for (int i = 0; i < r->clock_count; i++) {
        struct alert *alert = &ret[count];
        if (!take(policy, time, &r->clocks[i], &alert->kind)) continue;
        alert->clock = r->clocks[i];
        alert->hint_count = 0;
        address(policy, directory, r, alert);
        r->dirty = true;
        count++;
    }
    if (r->hints.count && hint_take(rules, directory, time, r, &ret[count])) count++;
    return count;
}
