/* One row of a machine as a line of the page. See rules_page.c. */
#include "broker/rules/page_inside.h"

static enum outcome states(const struct machine *m, uint32_t from, bool opens, struct buffer *into,
                           struct fault *fault) {
    uint32_t all = m->state_count == 32 ? UINT32_MAX : (UINT32_C(1) << m->state_count) - 1;
    if (opens) TRY(buffer_printf(into, fault, "— "));
    if (from == all) return buffer_printf(into, fault, "any ");
    for (int s = 0; s < m->state_count; s++) {
        if (from >> s & 1u) TRY(buffer_printf(into, fault, "%s ", m->states[s].code));
    }
    return OK;
}

static enum outcome senders(const struct transition *t, struct buffer *into, struct fault *fault) {
    static const char *const who[] = {"",
                                      "opener ",
                                      "holder ",
                                      "either side ",
                                      "a force of the case ",
                                      "a party ",
                                      "opener or lead force ",
                                      "an invited body ",
                                      "a body that accepted ",
                                      "lead or a body that accepted "};
    TRY(buffer_printf(into, fault, "%s", who[t->who]));
    if ((t->senders | SENDER_SYS) == SENDERS_ANY) return OK;
    if (t->senders & SENDER_SYS) TRY(buffer_printf(into, fault, "SYS "));
    for (int role = ROLE_AE; role <= ROLE_COO; role++) {
        if (t->senders >> role & 1u) TRY(buffer_printf(into, fault, "%s ", role_text((enum role)role)));
    }
    return OK;
}

static enum outcome receivers(const struct transition *t, struct buffer *into, struct fault *fault) {
    static const char *const names[] = {"—",
                                        "any",
                                        "opener",
                                        "holder",
                                        "the other side",
                                        "lead force",
                                        "another force",
                                        "",
                                        "all parties",
                                        "those invited",
                                        "all on the roster",
                                        "those that accepted"};
    static const char *const copies[] = {"", "opener", "holder", "referrer", "superior", "parties", "subscribers"};
    TRY(buffer_printf(into, fault, "→ %s",
                      t->receiver == RECEIVER_ROLE ? role_text((enum role)t->receiver_role) : names[t->receiver]));
    for (int c = 0; c < t->copy_count; c++) {
        const char *name =
            t->copies[c].kind == COPY_ROLE ? role_text((enum role)t->copies[c].role) : copies[t->copies[c].kind];
        TRY(buffer_printf(into, fault, "%s%s", c ? ", " : "; 抄送 ", name));
    }
    return OK;
}

static enum outcome clocks(const struct procedure *p, const char *what, uint64_t set, struct buffer *into,
                           struct fault *fault) {
    if (!set) return OK;
    TRY(buffer_printf(into, fault, "%s", what));
    for (int c = 0; c < p->clock_count; c++) {
        if (set >> c & 1u) TRY(buffer_printf(into, fault, " %s", p->clocks[c].name));
    }
    return buffer_printf(into, fault, "; ");
}

/* A guard may hold for some reasons or kinds of operations only. */
static enum outcome only_where(const struct procedure *p, const struct transition *t, uint32_t guard,
                               struct buffer *into, struct fault *fault) {
    const char *between = " (only with ";
    for (int i = 0; guard == GUARD_COUNTY_HEAD && i < 2 && t->head_when[i]; i++, between = ", ")
        TRY(buffer_printf(into, fault, "%s%s", between, t->head_when[i]));
    for (int k = 0; guard == GUARD_PENALTY_POWER && k < p->kind_count; k++) {
        if (!(t->power_kinds >> k & 1u)) continue;
        TRY(buffer_printf(into, fault, "%s%s", between, p->kinds[k].code));
        between = ", ";
    }
    return between[0] == ',' ? buffer_printf(into, fault, ")") : OK;
}

static enum outcome needs(const struct procedure *p, const struct transition *t, struct buffer *into,
                          struct fault *fault) {
    static const char *const guards[] = {"category",
                                         "county",
                                         "sender competent",
                                         "receiver competent",
                                         "≥2 officers",
                                         "chief approves (remark)",
                                         "county-level head approves",
                                         "document number",
                                         "target organ",
                                         "result",
                                         "digests",
                                         "approver",
                                         "source",
                                         "areas",
                                         "kind, window and lead are right",
                                         "all answered, or the limit passed",
                                         "somebody accepted",
                                         "somebody with power to punish",
                                         "all reported, or named as overdue",
                                         "cases that findings led to are named",
                                         "no threshold of a crime met",
                                         "same level (remark)",
                                         "no other of the case (remark)",
                                         "no other main recipient",
                                         "county of the city (remark)"};
    static const char *const addressed[] = {"", "names a recipient; ", "names no recipient; "};
    if (t->both) TRY(buffer_printf(into, fault, "**both sides**; "));
    for (int i = 0; i < t->reason_count; i++)
        TRY(buffer_printf(into, fault, "%s%s", t->reasons[i], i + 1 < t->reason_count ? "/" : "; "));
    if (t->reason_needed) TRY(buffer_printf(into, fault, "a reason; "));
    TRY(buffer_printf(into, fault, "%s", addressed[t->addressed]));
    for (size_t g = 0; g < sizeof guards / sizeof guards[0]; g++) {
        if (!(t->guards >> g & 1u)) continue;
        TRY(buffer_printf(into, fault, "%s", guards[g]));
        TRY(only_where(p, t, UINT32_C(1) << g, into, fault));
        TRY(buffer_printf(into, fault, "; "));
    }
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (t->required >> f & 1u) TRY(buffer_printf(into, fault, "`%s`; ", rules_field_name(f)));
    }
    TRY(clocks(p, "runs", t->running, into, fault));
    TRY(clocks(p, "ended", t->stopped, into, fault));
    TRY(clocks(p, "overdue", t->overdue, into, fault));
    TRY(clocks(p, "within", t->within, into, fault));
    TRY(clocks(p, "remarked when after", t->late, into, fault));
    for (int f = 0; f < p->flag_count; f++) {
        if (t->flags_needed >> f & 1u) TRY(buffer_printf(into, fault, "%s; ", p->flags[f]));
    }
    return OK;
}

static enum outcome act(const struct procedure *p, const struct act *a, struct buffer *into, struct fault *fault) {
    static const char *const words[] = {"measures", "stops",   "voids",   "voids all", "pauses",
                                        "resumes",  "reopens", "extends", "starts"};
    if (a->kind == ACT_VOID_ALL) return buffer_printf(into, fault, "voids all; ");
    TRY(buffer_printf(into, fault, "%s %s", words[a->kind], p->clocks[a->clock].name));
    if (a->kind == ACT_SUPERSEDE) TRY(buffer_printf(into, fault, " by %s", p->clocks[a->by].name));
    if (a->when) TRY(buffer_printf(into, fault, " (%s)", a->when));
    if (a->settled) TRY(buffer_printf(into, fault, " (when nobody owes it)"));
    if (a->by_reply) TRY(buffer_printf(into, fault, " (ends at `reply_by` where given)"));
    for (int k = 0; k < p->kind_count; k++) {
        if (a->kinds >> k & 1u) TRY(buffer_printf(into, fault, " (%s)", p->kinds[k].code));
    }
    if (a->flag != NO_FLAG && a->kind != ACT_SUPERSEDE) TRY(buffer_printf(into, fault, " (if %s)", p->flags[a->flag]));
    if (a->unless != NO_FLAG) TRY(buffer_printf(into, fault, " (unless %s)", p->flags[a->unless]));
    return buffer_printf(into, fault, "; ");
}

static enum outcome does(const struct procedure *p, const struct transition *t, struct buffer *into,
                         struct fault *fault) {
    bool always = t->penalises && strcmp(t->penalises, PENALISES_ALWAYS) == 0;
    if (t->decides)
        TRY(buffer_printf(into, fault, "decides%s%s; ",
                          !t->penalises ? ""
                          : always      ? ", a penalty"
                                        : ", a penalty if ",
                          t->penalises && !always ? t->penalises : ""));
    for (int i = 0; i < t->acts.count; i++) TRY(act(p, &t->acts.one[i], into, fault));
    if (t->sets_handling) TRY(buffer_printf(into, fault, "the originator's sets the handling; "));
    for (int f = 0; f < p->flag_count; f++) {
        if (t->set >> f & 1u) TRY(buffer_printf(into, fault, "sets %s; ", p->flags[f]));
    }
    if (t->serve >= 0) TRY(buffer_printf(into, fault, "by hand to %s; ", p->externals[t->serve].zh));
    if (t->serve == SERVE_TARGET_ORGAN) TRY(buffer_printf(into, fault, "by hand to the organ named; "));
    for (int k = 0; k < t->link_count; k++) {
        const struct link *link = &t->links[k];
        const struct machine *m = &p->machines[link->machine];
        TRY(buffer_printf(into, fault, "%s ", m->name));
        TRY(states(m, link->from, false, into, fault));
        TRY(buffer_printf(into, fault, "→ %s: ", link->to == NO_STATE ? "same" : m->states[link->to].code));
        for (int i = 0; i < link->acts.count; i++) TRY(act(p, &link->acts.one[i], into, fault));
    }
    return OK;
}

enum outcome page_row(const struct procedure *p, const struct transition *t, struct buffer *into, struct fault *fault) {
    const struct machine *m = &p->machines[t->machine];
    TRY(buffer_printf(into, fault, "| %s | ", t->id));
    TRY(states(m, t->from, t->opens, into, fault));
    TRY(buffer_printf(into, fault, "| %s | %s | ", p->events[t->event].name, p->events[t->event].zh));
    TRY(senders(t, into, fault));
    TRY(receivers(t, into, fault));
    TRY(buffer_printf(into, fault, " | "));
    TRY(needs(p, t, into, fault));
    TRY(buffer_printf(into, fault, "| "));
    TRY(does(p, t, into, fault));
    TRY(buffer_printf(into, fault, "| %s | %s %s%s", t->to == NO_STATE ? "same" : m->states[t->to].code, t->basis,
                      t->tag, t->statutory ? "" : " **非法定**"));
    if (t->note && t->note[0]) TRY(buffer_printf(into, fault, "; %s", t->note));
    return buffer_printf(into, fault, " |\n");
}
