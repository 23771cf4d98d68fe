/* What must hold of a procedure before anybody is judged by it: no unreachable state, no dead end, no clock that nothing stops, no two
 * transitions for one event of one sender in one state. */
#include "broker/judge/rules.h"

static enum outcome check_states(const struct rules *rules, int machine, struct fault *fault) {
    uint32_t entered = 0, left = 0;
    for (size_t i = 0; i < rules->transition_count; i++) {
        const struct transition *t = &rules->transitions[i];
        if (t->machine == machine) {
            if (t->to >= 0) entered |= UINT32_C(1) << t->to;
            if (t->to >= 0) left |= t->from;
        }
        if (t->also.present && t->also.machine == machine) {
            if (t->also.to >= 0) entered |= UINT32_C(1) << t->also.to;
            left |= t->also.from;
        }
    }
    const struct machine *m = &rules->machines[machine];
    for (int s = 0; s < m->state_count; s++) {
        const struct state_rule *state = &m->states[s];
        if (!(entered & UINT32_C(1) << s)) return setting_fault(state->at, fault, "SETTINGS_UNREACHABLE", "no transition leads to %s", state->code);
        if (!state->terminal && !(left & UINT32_C(1) << s)) {
            return setting_fault(state->at, fault, "SETTINGS_DEAD_END", "no transition leaves %s and it is not terminal", state->code);
        }
    }
    return OK;
}

static bool in_list(const struct clock_list *list, int clock) {
    for (int i = 0; i < list->count; i++) {
        if (list->rule[i] == clock) return true;
    }
    return false;
}

static bool starts(const struct transition *t, int clock) {
    return in_list(&t->start, clock) || in_list(&t->start_alone, clock) || in_list(&t->also.start, clock) || (t->supersedes && t->superseding == clock);
}

static enum outcome check_clock(const struct rules *rules, int clock, struct fault *fault) {
    const struct transition *started = NULL;
    bool stopped = false;
    for (size_t i = 0; i < rules->transition_count; i++) {
        const struct transition *t = &rules->transitions[i];
        if (starts(t, clock)) started = t;
        if (in_list(&t->stop, clock) || in_list(&t->also.stop, clock)) stopped = true;
    }
    if (started && !stopped) return setting_fault(started->at, fault, "SETTINGS_CLOCK", "nothing stops the clock %s", rules->clocks[clock].name);
    return OK;
}

static bool same_reasons(const struct transition *a, const struct transition *b) {
    if (!a->reason_count || !b->reason_count) return true;
    for (int i = 0; i < a->reason_count; i++) {
        for (int k = 0; k < b->reason_count; k++) {
            if (strcmp(a->reasons[i], b->reasons[k]) == 0) return true;
        }
    }
    return false;
}

static enum outcome check_single(const struct rules *rules, size_t at, struct fault *fault) {
    const struct transition *a = &rules->transitions[at];
    for (size_t i = 0; i < at; i++) {
        const struct transition *b = &rules->transitions[i];
        bool overlap = a->opens ? b->opens : (a->from & b->from) != 0;
        bool sender = a->sender == b->sender || a->sender == SENDER_ANY || b->sender == SENDER_ANY;
        if (a->machine == b->machine && a->event == b->event && overlap && sender && same_reasons(a, b)) {
            return setting_fault(a->at, fault, "SETTINGS_DUPLICATE", "%s and %s both take %s in one state", a->id, b->id, rules->events[a->event].name);
        }
        if (strcmp(a->id, b->id) == 0) return setting_fault(a->at, fault, "SETTINGS_DUPLICATE", "the id %s stands twice", a->id);
    }
    return OK;
}

enum outcome rules_check(const struct rules *rules, struct fault *fault) {
    for (size_t i = 0; i < rules->transition_count; i++) TRY(check_single(rules, i, fault));
    for (int m = 0; m < rules->machine_count; m++) TRY(check_states(rules, m, fault));
    for (int c = 0; c < rules->clock_count; c++) TRY(check_clock(rules, c, fault));
    return OK;
}
