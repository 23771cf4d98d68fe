/* See judge.h: choose the transition, check everything, then apply. */
#include "broker/judge/rules.h"

void judging_reason(struct judging *j, const char *code, const char *field) {
    struct verdict *v = j->verdict;
    if (v->reason_count == LIMIT_REASONS) return;
    /* reason texts are looked up where they are shown; here only the code travels */
    v->reasons[v->reason_count++] = (struct notice_reason){.code = code, .field = bytes_of_cstr(field)};
}

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
    if (!j->referral) return t->opens;
    if (t->opens) return false;
    const char *machine = j->rules->machines[t->machine].name;
    if (strcmp(machine, j->referral->machine) != 0) return false;
    int state = rules_state(j->rules, t->machine, j->referral->state);
    return state >= 0 && (t->from & UINT32_C(1) << state);
}

/* The transition for this event, or NULL with the reason noted. */
static const struct transition *choose(struct judging *j) {
    const struct transition *by_state = NULL, *by_role = NULL;
    bool any = false, opens = false;
    for (size_t i = 0; i < j->rules->transition_count; i++) {
        const struct transition *t = &j->rules->transitions[i];
        if (t->event != j->event) continue;
        any = true;
        opens = opens || t->opens;
        if (!in_state(j, t)) continue;
        by_state = t;
        if (t->sender != SENDER_ANY && t->sender != (int)j->owner->role) continue;
        if (reason_listed(t, j->submission->reason_code)) return t;
        by_role = t;
    }
    if (!any) judging_reason(j, "UNKNOWN_EVENT", "envelope.event");
    else if (by_role) {
        bool incomplete = bytes_equal_cstr(j->submission->reason_code, "INCOMPLETE");
        judging_reason(j, incomplete ? "INCOMPLETE_NOT_A_REASON" : "MISSING_REASON", "reason_code");
    } else if (by_state) judging_reason(j, "NOT_PERMITTED", "envelope.sender");
    else if (j->referral) judging_reason(j, opens ? "REFERRAL_EXISTS" : "NOT_IN_STATE", "envelope.referral_id");
    else judging_reason(j, "REFERRAL_UNKNOWN", "envelope.referral_id");
    return NULL;
}

void judge(const struct rules *rules, const struct directory *directory, const struct participant *outbox_owner, instant broker_time,
           const struct submission *submission, struct case_state *state, struct arena *keep, struct verdict *ret_verdict) {
    *ret_verdict = (struct verdict){.machine = ""};
    struct judging j = {.rules = rules, .directory = directory, .owner = outbox_owner, .broker_time = broker_time,
                        .submission = submission, .state = state, .keep = keep, .verdict = ret_verdict};
    if (!bytes_equal_cstr(submission->sender, outbox_owner->slug)) judging_reason(&j, "SENDER_NOT_OWNER", "envelope.sender");
    j.event = rules_event(rules, submission->event);
    j.referral = find(state, &submission->referral_id);
    if (j.event < 0) judging_reason(&j, "UNKNOWN_EVENT", "envelope.event");
    else {
        if (rules->events[j.event].record != submission->kind) judging_reason(&j, "KIND_MISMATCH", "envelope.event");
        j.transition = choose(&j);
    }
    if (j.transition) judging_check(&j);
    if (ret_verdict->reason_count) return;
    judging_apply(&j);
}
