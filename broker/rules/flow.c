/* Which clocks may run in which state, by following every row until nothing new is found. A clock must be started or
 * measured somewhere, be ended by something, and may not run on in a terminal state. */
#include "broker/rules/rules_inside.h"

typedef uint64_t running[MAX_MACHINES][MAX_STATES];
#define BIT(clock) (UINT64_C(1) << (clock))

static bool certain(const struct act *act) {
    return !act->when && act->flag == NO_FLAG && act->unless == NO_FLAG && !act->unlinked && !act->settled &&
           !act->kinds;
}

/* What may run after the acts, when `in` may run before them. */
static uint64_t after(const struct acts *acts, uint64_t in) {
    for (int i = 0; i < acts->count; i++) {
        const struct act *act = &acts->one[i];
        switch (act->kind) {
        case ACT_MEASURE:
        case ACT_PAUSE:
        case ACT_RESUME: break;
        case ACT_STOP:
        case ACT_VOID: in = certain(act) ? in & ~BIT(act->clock) : in; break;
        case ACT_VOID_ALL: in = 0; break;
        case ACT_REOPEN:
        case ACT_START: in |= BIT(act->clock); break;
        case ACT_SUPERSEDE: in = in & BIT(act->clock) ? in | BIT(act->by) : in; break;
        }
    }
    return in;
}

static bool spread(uint64_t *into, uint64_t what) {
    bool more = (what & ~*into) != 0;
    *into |= what;
    return more;
}

/* A terminal state takes nothing on: that a row brings something there is the row's own mistake, reported once. */
static bool follow(const struct procedure *p, running *r, const struct link *way, uint64_t never) {
    bool more = false;
    for (int s = 0; s < p->machines[way->machine].state_count; s++) {
        int next = way->to == NO_STATE ? s : way->to;
        if (!(way->from & UINT32_C(1) << s) || p->machines[way->machine].states[next].terminal) continue;
        more = spread(&(*r)[way->machine][next], after(&way->acts, (*r)[way->machine][s] & ~never)) || more;
    }
    return more;
}

static bool follow_all(const struct procedure *p, running *r) {
    bool more = false;
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        if (t->opens && !p->machines[t->machine].states[t->to].terminal)
            more = spread(&(*r)[t->machine][t->to], after(&t->acts, 0)) || more;
        struct link own = {.machine = t->machine, .from = t->from, .to = t->to, .acts = t->acts};
        more = follow(p, r, &own, t->stopped) || more;
        for (int k = 0; k < t->link_count; k++) more = follow(p, r, &t->links[k], 0) || more;
    }
    return more;
}

static enum outcome still_runs(const struct procedure *p, const struct setting *at, const char *id, uint64_t left,
                               const struct state_rule *state, struct fault *fault) {
    for (int c = 0; c < p->clock_count; c++) {
        if (left & BIT(c)) {
            return setting_fault(at, fault, "SETTINGS_CLOCK",
                                 "%s leads to the terminal %s while the clock %s may run: stop or void it there", id,
                                 state->code, p->clocks[c].name);
        }
    }
    return OK;
}

static enum outcome check_ends(const struct procedure *p, running *r, const struct link *way, uint64_t never,
                               const char *id, struct fault *fault) {
    const struct machine *m = &p->machines[way->machine];
    for (int s = 0; s < m->state_count; s++) {
        int next = way->to == NO_STATE ? s : way->to;
        if (!(way->from & UINT32_C(1) << s) || !m->states[next].terminal) continue;
        TRY(still_runs(p, way->at, id, after(&way->acts, (*r)[way->machine][s] & ~never), &m->states[next], fault));
    }
    return OK;
}

static enum outcome check_terminals(const struct procedure *p, running *r, struct fault *fault) {
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        struct link own = {.machine = t->machine, .from = t->from, .to = t->to, .acts = t->acts, .at = t->at};
        const struct state_rule *to = t->to == NO_STATE ? NULL : &p->machines[t->machine].states[t->to];
        if (t->opens && to->terminal) TRY(still_runs(p, t->at, t->id, after(&t->acts, 0), to, fault));
        TRY(check_ends(p, r, &own, t->stopped, t->id, fault));
        for (int k = 0; k < t->link_count; k++) TRY(check_ends(p, r, &t->links[k], 0, t->id, fault));
    }
    return OK;
}

static void note(const struct acts *acts, uint64_t *started, uint64_t *ended, uint64_t *used) {
    for (int i = 0; i < acts->count; i++) {
        const struct act *act = &acts->one[i];
        if (act->kind == ACT_VOID_ALL) continue; /* it names none */
        *used |= BIT(act->clock);
        if (act->kind == ACT_START) *started |= BIT(act->clock);
        if (act->kind == ACT_SUPERSEDE) *started |= BIT(act->by), *used |= BIT(act->by);
        if (act->kind == ACT_STOP || act->kind == ACT_VOID || act->kind == ACT_SUPERSEDE) *ended |= BIT(act->clock);
    }
}

static bool has(const struct acts *acts, int clock) {
    for (int i = 0; i < acts->count; i++) {
        const struct act *act = &acts->one[i];
        if ((act->kind == ACT_START && act->clock == clock) || (act->kind == ACT_SUPERSEDE && act->by == clock))
            return true;
    }
    return false;
}

static const struct transition *starter(const struct procedure *p, int clock) {
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        bool here = has(&t->acts, clock);
        for (int k = 0; k < t->link_count; k++) here = here || has(&t->links[k].acts, clock);
        if (here) return t;
    }
    return &p->transitions[0];
}

enum outcome rules_check_clocks(const struct procedure *p, struct fault *fault) {
    uint64_t started = 0, ended = 0, used = 0;
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        note(&t->acts, &started, &ended, &used);
        for (int k = 0; k < t->link_count; k++) note(&t->links[k].acts, &started, &ended, &used);
    }
    for (int c = 0; c < p->clock_count; c++) {
        if (!(used & BIT(c)))
            return setting_fault(p->clocks[c].at, fault, "SETTINGS_UNUSED",
                                 "no row starts or measures the clock %s: use it, or take it out", p->clocks[c].name);
        if ((started & BIT(c)) && !(ended & BIT(c))) {
            const struct transition *t = starter(p, c);
            return setting_fault(t->at, fault, "SETTINGS_CLOCK",
                                 "%s starts the clock %s, which nothing stops: add stop or void where its duty ends",
                                 t->id, p->clocks[c].name);
        }
    }
    running r = {{0}};
    while (follow_all(p, &r)) {}
    return check_terminals(p, &r, fault);
}
