/* One judgement: choose the version and the row, check everything, then apply. */
#include "broker/judge/judging_inside.h"

static struct referral *find(struct case_state *state, const struct uuid *id) {
    for (size_t i = 0; i < state->count; i++) {
        if (uuid_equal(&state->referrals[i]->id, id)) return state->referrals[i];
    }
    return NULL;
}

static bool reason_listed(const struct transition *t, struct bytes code) {
    for (int i = 0; i < t->reason_count; i++) {
        if (bytes_equal_cstr(code, t->reasons[i])) return true;
    }
    return t->reason_count == 0;
}

static bool in_state(const struct judging *j, const struct transition *t) {
    bool addressed = j->submission->recipients.number > 0;
    if (t->addressed != ADDRESSED_EITHER && addressed != (t->addressed == ADDRESSED_YES)) return false;
    if (!j->referral) return t->opens;
    return j->from >= 0 && (t->from & UINT32_C(1) << j->from) &&
           strcmp(j->p->machines[t->machine].name, j->referral->machine) == 0;
}

static bool incomplete(const struct judging *j) {
    for (int i = 0; i < j->p->incomplete_count; i++) {
        if (bytes_equal_cstr(j->submission->reason_code, j->p->incomplete[i])) return true;
    }
    return false;
}

/* The row for this event, or NULL with the reason noted. */
static const struct transition *choose(struct judging *j) {
    const struct event_rule *event = &j->p->events[j->event];
    const struct transition *by_state = NULL, *by_role = NULL;
    bool opens = false;
    for (int i = 0; i < event->count; i++) {
        const struct transition *t = &j->p->transitions[event->first + i];
        opens = opens || t->opens;
        if (!in_state(j, t)) continue;
        by_state = t;
        if (!(t->senders & 1u << j->owner->role)) continue;
        if (reason_listed(t, j->submission->reason_code)) return t;
        by_role = t;
    }
    if (by_role) judging_reason(j, incomplete(j) ? "INCOMPLETE_NOT_A_REASON" : "MISSING_REASON", "reason_code");
    else if (by_state) judging_reason(j, "NOT_PERMITTED", "envelope.sender");
    else if (j->referral) judging_reason(j, opens ? "REFERRAL_EXISTS" : "NOT_IN_STATE", "envelope.referral_id");
    else judging_reason(j, "REFERRAL_UNKNOWN", "envelope.referral_id");
    return NULL;
}

/* A referral keeps the version under which it began; one that begins has the version in force on its business time. */
static void take_version(struct judging *j) {
    j->p = j->referral ? rules_of_version(j->rules, j->referral->rules)
                       : rules_in_force(j->rules, j->submission->business_time);
    if (!j->p) {
        judging_reason(j, "RULES_VERSION", "rules");
        return;
    }
    j->verdict->rules = (int16_t)j->p->version;
    if (!j->referral) return;
    int machine = rules_machine(j->p, j->referral->machine);
    j->from = machine < 0 ? -1 : rules_state(j->p, machine, j->referral->state);
}

void judge(const struct rules *rules, const struct directory *directory, const struct hearing *hearing,
           struct case_state *state, struct arena *keep, struct verdict *ret_verdict) {
    const struct submission *submission = hearing->submission;
    memset(ret_verdict, 0, offsetof(struct verdict, reasons));
    ret_verdict->machine = "";
    ret_verdict->delivery_count = ret_verdict->started_count = ret_verdict->hinted_count = 0;
    struct judging j = {.rules = rules,
                        .directory = directory,
                        .owner = hearing->owner,
                        .broker_time = hearing->broker_time,
                        .event = -1,
                        .from = -1,
                        .persons = hearing->persons,
                        .related_cases = hearing->related_cases,
                        .submission = submission,
                        .state = state,
                        .keep = keep,
                        .verdict = ret_verdict};
    ret_verdict->rules = (int16_t)rules_version(rules);
    if (!bytes_equal_cstr(submission->sender, hearing->owner->slug))
        judging_reason(&j, "SENDER_NOT_OWNER", "envelope.sender");
    j.referral = find(state, &submission->referral_id);
    take_version(&j);
    if (j.p) j.event = rules_event(j.p, submission->event);
    if (j.p && j.event < 0) judging_reason(&j, "UNKNOWN_EVENT", "envelope.event");
    if (j.event >= 0) {
        if (j.p->events[j.event].record != submission->kind) judging_reason(&j, "KIND_MISMATCH", "envelope.event");
        j.transition = choose(&j);
    }
    if (j.transition) judging_check(&j);
    if (ret_verdict->reason_count) return;
    judging_apply(&j);
}
