/* What must hold of a procedure before anybody is judged by it: no unreachable state, no dead end, no two rows for one
 * event of one sender in one state, no word that nobody uses. What holds of clocks is in rules_flow.c. */
#include "broker/rules/rules_inside.h"

static enum outcome check_states(const struct procedure *p, int machine, struct fault *fault) {
    uint32_t entered = 0, left = 0;
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        if (t->machine == machine && t->to != NO_STATE) {
            uint32_t to = UINT32_C(1) << t->to;
            entered |= to;
            left |= t->from & ~to;
        }
        for (int k = 0; k < t->link_count; k++) {
            const struct link *link = &t->links[k];
            if (link->machine != machine || link->to == NO_STATE) continue;
            entered |= UINT32_C(1) << link->to;
            left |= link->from & ~(UINT32_C(1) << link->to);
        }
    }
    const struct machine *m = &p->machines[machine];
    for (int s = 0; s < m->state_count; s++) {
        const struct state_rule *state = &m->states[s];
        if (!(entered & UINT32_C(1) << s)) {
            return setting_fault(state->at, fault, "SETTINGS_UNREACHABLE",
                                 "no row leads to %s: add one with to: %s, or take the state out", state->code,
                                 state->code);
        }
        if (!state->terminal && !(left & UINT32_C(1) << s)) {
            return setting_fault(state->at, fault, "SETTINGS_DEAD_END",
                                 "no row leaves %s and it is not terminal: add a row from it, or say terminal: true",
                                 state->code);
        }
    }
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

static enum outcome check_single(const struct procedure *p, size_t at, struct fault *fault) {
    const struct transition *a = &p->transitions[at];
    for (size_t i = 0; i < at; i++) {
        const struct transition *b = &p->transitions[i];
        if (a->machine == b->machine && strcmp(a->id, b->id) == 0) {
            return setting_fault(a->at, fault, "SETTINGS_DUPLICATE",
                                 "the id %s stands twice: give one of the rows another", a->id);
        }
        bool overlap = (a->opens && b->opens) || (a->machine == b->machine && (a->from & b->from));
        overlap = overlap && (a->addressed == ADDRESSED_EITHER || b->addressed == ADDRESSED_EITHER ||
                              a->addressed == b->addressed);
        if (a->event == b->event && overlap && (a->senders & b->senders) && same_reasons(a, b)) {
            return setting_fault(a->at, fault, "SETTINGS_DUPLICATE",
                                 "%s and %s (line %u) both take %s from one sender in one state: part them by from, "
                                 "sender, addressed or reasons",
                                 a->id, b->id, b->at->line, p->events[a->event].name);
        }
    }
    return OK;
}

static enum outcome check_events(const struct procedure *p, struct fault *fault) {
    for (int e = 0; e < p->event_count; e++) {
        if (!p->events[e].count) {
            return setting_fault(p->events[e].at, fault, "SETTINGS_UNUSED",
                                 "no row takes the event %s: add a row, or take the event out", p->events[e].name);
        }
    }
    return OK;
}

static uint32_t flags_of(const struct acts *acts) {
    uint32_t flags = 0;
    for (int i = 0; i < acts->count; i++) {
        if (acts->one[i].flag != NO_FLAG && acts->one[i].kind != ACT_SUPERSEDE)
            flags |= UINT32_C(1) << acts->one[i].flag;
        if (acts->one[i].unless != NO_FLAG) flags |= UINT32_C(1) << acts->one[i].unless;
    }
    return flags;
}

static bool takes(const struct transition *t, const char *reason) {
    for (int i = 0; i < t->reason_count; i++) {
        if (strcmp(t->reasons[i], reason) == 0) return true;
    }
    return t->reason_count == 0;
}

/* A limit or a guard that depends on a reason which its row never takes would be there in vain; so would a package of
 * documents. */
static enum outcome check_reasons(const struct procedure *p, struct fault *fault) {
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        for (int k = 0; k < t->acts.count; k++) {
            const struct act *act = &t->acts.one[k];
            if (act->when && !takes(t, act->when))
                return setting_fault(act->at, fault, "SETTINGS_UNUSED",
                                     "%s takes no reason %s: add it to its reasons or correct it", t->id, act->when);
        }
        for (int k = 0; k < 2; k++) {
            if (t->head_when[k] && !takes(t, t->head_when[k]))
                return setting_fault(t->at, fault, "SETTINGS_UNUSED",
                                     "%s takes no reason %s: add it to its reasons or correct it", t->id,
                                     t->head_when[k]);
        }
    }
    for (int k = 0; k < p->package_count; k++) {
        const struct package *package = &p->packages[k];
        bool taken = !package->reason;
        for (size_t i = 0; i < p->transition_count && !taken; i++)
            taken = p->transitions[i].event == package->event && takes(&p->transitions[i], package->reason);
        if (!taken)
            return setting_fault(package->at, fault, "SETTINGS_UNUSED", "no row of %s takes the reason %s: correct it",
                                 p->events[package->event].name, package->reason);
    }
    return OK;
}

/* A flag that rows ask for must be set by one; F_MATERIAL_GAPS is set by the check of documents. */
static enum outcome check_flags(const struct procedure *p, struct fault *fault) {
    uint32_t set = UINT32_C(1) << p->flag_gaps;
    for (size_t i = 0; i < p->transition_count; i++) set |= p->transitions[i].set;
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        uint32_t asked = (t->flags_needed | flags_of(&t->acts)) & ~set;
        for (int f = 0; f < p->flag_count; f++) {
            if (asked & UINT32_C(1) << f)
                return setting_fault(t->at, fault, "SETTINGS_UNUSED",
                                     "%s asks for %s, which no row sets: add set: [%s]", t->id, p->flags[f],
                                     p->flags[f]);
        }
    }
    return OK;
}

enum outcome rules_check(const struct procedure *p, struct fault *fault) {
    for (size_t i = 0; i < p->transition_count; i++) TRY(check_single(p, i, fault));
    for (int m = 0; m < p->machine_count; m++) TRY(check_states(p, m, fault));
    TRY(check_events(p, fault));
    TRY(check_reasons(p, fault));
    return check_flags(p, fault);
}
