/* 程序图: the state machines of the newest version as Mermaid diagrams. An edge is one event between two states; rows
 * that only differ in reason or sender share it. */
#include "broker/rules/rules_inside.h"
#include "broker/rules/page_inside.h"

static bool drawn_before(const struct procedure *p, const struct transition *t, int from) {
    for (const struct transition *b = &p->transitions[p->events[t->event].first]; b < t; b++) {
        bool here = from < 0 ? b->opens : (b->from >> from & 1u) != 0;
        if (b->machine == t->machine && here && b->to == t->to) return true;
    }
    return false;
}

/* Rows that change no state would only hide the others: they are in the table. */
static enum outcome edges(const struct procedure *p, const struct transition *t, struct buffer *into,
                          struct fault *fault) {
    const struct machine *m = &p->machines[t->machine];
    const char *event = p->events[t->event].name;
    if (t->to == NO_STATE) return OK;
    if (t->opens && !drawn_before(p, t, -1))
        TRY(buffer_printf(into, fault, "    [*] --> %s: %s\n", m->states[t->to].code, event));
    for (int s = 0; s < m->state_count; s++) {
        if (!(t->from >> s & 1u) || drawn_before(p, t, s)) continue;
        TRY(buffer_printf(into, fault, "    %s --> %s: %s%s\n", m->states[s].code, m->states[t->to].code, event,
                          t->both ? " ×2" : ""));
    }
    return OK;
}

static enum outcome link_edges(const struct procedure *p, int machine, const struct transition *t, struct buffer *into,
                               struct fault *fault) {
    const struct machine *m = &p->machines[machine];
    for (int k = 0; k < t->link_count; k++) {
        const struct link *link = &t->links[k];
        if (link->machine != machine || link->to == NO_STATE) continue;
        for (int s = 0; s < m->state_count; s++) {
            if (!(link->from >> s & 1u)) continue;
            TRY(buffer_printf(into, fault, "    %s --> %s: %s (%s %s)\n", m->states[s].code, m->states[link->to].code,
                              p->events[t->event].name, p->machines[t->machine].name, t->id));
        }
    }
    return OK;
}

enum outcome diagram_of(const struct procedure *p, int machine, struct buffer *into, struct fault *fault) {
    const struct machine *m = &p->machines[machine];
    TRY(buffer_printf(into, fault, "stateDiagram-v2\n"));
    for (int s = 0; s < m->state_count; s++)
        TRY(buffer_printf(into, fault, "    %s: %s %s\n", m->states[s].code, m->states[s].code, m->states[s].zh));
    for (size_t i = 0; i < p->transition_count; i++) {
        if (p->transitions[i].machine == machine) TRY(edges(p, &p->transitions[i], into, fault));
        TRY(link_edges(p, machine, &p->transitions[i], into, fault));
    }
    for (int s = 0; s < m->state_count; s++) {
        if (m->states[s].terminal) TRY(buffer_printf(into, fault, "    %s --> [*]\n", m->states[s].code));
    }
    return OK;
}

enum outcome rules_diagram(const struct rules *rules, struct buffer *into, struct fault *fault) {
    const struct procedure *p = rules_newest(rules);
    for (int m = 0; m < p->machine_count; m++) {
        TRY(buffer_printf(into, fault, "%%%% %s %s · %s\n", p->machines[m].name, p->machines[m].zh, p->machines[m].en));
        TRY(diagram_of(p, m, into, fault));
        TRY(buffer_printf(into, fault, "\n"));
    }
    return OK;
}
