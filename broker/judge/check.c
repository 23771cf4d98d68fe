/* The guards: every reason against a submission, collected before anything changes. */
#include "broker/judge/judging_inside.h"

/* The one that the row looks for among the recipients; the others are nobody in particular. */
static bool receiver_named(enum receiver receiver) {
    return receiver != RECEIVER_NONE && receiver != RECEIVER_PARTIES && receiver != RECEIVER_INVITEES &&
           receiver != RECEIVER_ROSTER && receiver != RECEIVER_ACCEPTED;
}

static void check_recipients(struct judging *j) {
    struct bytes slug;
    size_t cursor = 0;
    const struct transition *t = j->transition;
    bool by_manual_service = t->serve >= 0 || (t->serve == SERVE_TARGET_ORGAN && j->submission->target_organ.count);
    bool needed = (receiver_named(t->receiver) || t->receiver == RECEIVER_INVITEES) && !by_manual_service;
    while (walk_items(&j->submission->recipients, &cursor, &slug) && recipient_take(j, slug, DELIVER_TO)) {}
    if (!j->verdict->delivery_count && needed) judging_reason(j, "NO_RECIPIENT", "envelope.recipients");
    enlist_recipients(j);
    j->to_count = j->verdict->delivery_count;
    cursor = 0;
    while (walk_items(&j->submission->copies, &cursor, &slug) && recipient_take(j, slug, DELIVER_COPY)) {}
}

static bool is_receiver(const struct judging *j, const struct participant *who) {
    const struct transition *t = j->transition;
    const struct referral *r = j->referral;
    switch (t->receiver) {
    case RECEIVER_NONE:
    case RECEIVER_PARTIES:
    case RECEIVER_INVITEES:
    case RECEIVER_ROSTER:
    case RECEIVER_ACCEPTED: return false;
    case RECEIVER_ANY: return true;
    case RECEIVER_OPENER: return r && who->number == r->opener;
    case RECEIVER_HOLDER: return r && who->number == r->holder;
    case RECEIVER_OTHER: return r && who->number == (r->opener == j->owner->number ? r->holder : r->opener);
    case RECEIVER_LEAD: return who->role == ROLE_PSB && who->lead;
    case RECEIVER_OTHER_FORCE: return who->role == ROLE_PSB && who != j->owner;
    case RECEIVER_ROLE: return (int)who->role == t->receiver_role;
    }
    return false;
}

/* A whole case file goes to whoever the law names (个人信息保护法34, 数据安全法38: within one's duty), to others as a
 * copy. */
static void check_others(struct judging *j) {
    for (size_t i = 0; i < j->to_count; i++) {
        const struct participant *who = directory_by_number(j->directory, j->verdict->deliveries[i].to);
        if (who != j->to)
            judging_reason(j, "OTHER_RECIPIENT", arena_printf(j->keep, "envelope.recipients %s", who->slug));
    }
}

/* The participant the row names as receiver must be among the recipients. */
static void check_receiver(struct judging *j) {
    for (size_t i = 0; i < j->to_count && !j->to; i++) {
        const struct participant *who = directory_by_number(j->directory, j->verdict->deliveries[i].to);
        if (is_receiver(j, who)) j->to = who;
    }
    if (receiver_named(j->transition->receiver) && j->to_count && !j->to)
        judging_reason(j, "WRONG_RECIPIENT", "envelope.recipients");
    else if (j->transition->guards & GUARD_ONE_RECIPIENT) check_others(j);
}

static bool forwarded_by(const struct judging *j, int number) {
    for (size_t i = 0; i < j->state->count; i++) {
        const struct referral *other = j->state->referrals[i];
        if (strcmp(other->machine, "JUR") == 0 && other->opener == number) return true;
    }
    return false;
}

static bool is_party(struct judging *j) {
    const struct referral *r = j->referral;
    int number = j->owner->number;
    switch (j->transition->who) {
    case WHO_ANYONE: return true;
    case WHO_OPENER: return r->opener == number;
    case WHO_HOLDER: return r->holder == number;
    case WHO_EITHER: return r->opener == number || r->holder == number;
    case WHO_FORWARDER: return r->holder == number || forwarded_by(j, number);
    case WHO_PARTY: return (r->parties & UINT64_C(1) << number) != 0;
    case WHO_INVITEE:
    case WHO_ACCEPTED:
    case WHO_MEMBER: return enlist_is_party(j);
    case WHO_OPENER_OR_LEAD: return r->opener == number || (j->owner->role == ROLE_PSB && j->owner->lead);
    }
    return false;
}

static void check_competence(struct judging *j) {
    uint32_t guards = j->transition->guards;
    struct bytes category = j->submission->category;
    if ((guards & GUARD_CATEGORY) && rules_category(j->p, category) < 0) {
        judging_reason(j, "UNKNOWN_CATEGORY", "category");
        return;
    }
    if ((guards & GUARD_COMPETENT_SENDER) && !participant_competent(j->owner, category, false))
        judging_reason(j, "NOT_COMPETENT", "category");
    if ((guards & GUARD_COMPETENT_RECEIVER) && j->to && !participant_competent(j->to, category, false)) {
        judging_reason(j, "NOT_COMPETENT", "envelope.recipients");
    }
}

static bool head_needed(const struct judging *j) {
    const struct transition *t = j->transition;
    if (!(t->guards & GUARD_COUNTY_HEAD)) return false;
    bool needed = !t->head_when[0];
    for (int i = 0; i < 2; i++)
        needed = needed || (t->head_when[i] && bytes_equal_cstr(j->submission->reason_code, t->head_when[i]));
    return needed;
}

static void check_areas(struct judging *j) {
    struct bytes area;
    size_t cursor = 0;
    while (walk_items(&j->submission->areas, &cursor, &area)) {
        if (rules_word_of(j->p->areas, j->p->area_count, area) < 0) judging_reason(j, "UNKNOWN_AREA", "areas");
    }
}

static void check_guards(struct judging *j) {
    const struct submission *s = j->submission;
    const struct transition *t = j->transition;
    if ((t->guards & GUARD_COUNTY) && !directory_county(j->directory, s->county_code))
        judging_reason(j, "UNKNOWN_COUNTY", "county_code");
    if ((t->guards & GUARD_NUMBER) && !s->document_no.count) judging_reason(j, "MISSING_FIELD", "envelope.document_no");
    if ((t->guards & GUARD_TARGET_ORGAN) && !s->target_organ.count) judging_reason(j, "TARGET_ORGAN", "target_organ");
    if ((t->guards & GUARD_OFFICERS) && s->officer_count < 2) judging_reason(j, "MISSING_FIELD", "officers");
    if ((t->guards & GUARD_RESULT) && !s->penalty_count && !s->reason_code.count && !s->reason.count)
        judging_reason(j, "MISSING_REASON", "reason_code");
    if ((t->guards & GUARD_APPROVER) && !s->approver.count) judging_reason(j, "MISSING_FIELD", "approver");
    if (head_needed(j) && !bytes_equal_cstr(s->approver_level, "COUNTY_HEAD"))
        judging_reason(j, "APPROVER_LEVEL", "approver_level");
    if ((t->guards & GUARD_SOURCE) && rules_word_of(j->p->sources, j->p->source_count, s->source) < 0)
        judging_reason(j, "UNKNOWN_SOURCE", "source");
    if (t->guards & GUARD_AREAS) check_areas(j);
    if (t->reason_needed && !s->reason.count && !s->reason_code.count) judging_reason(j, "MISSING_REASON", "reason");
}

static void check_clocks(struct judging *j) {
    const struct transition *t = j->transition;
    if (!(t->running | t->stopped | t->overdue | t->within)) return;
    uint64_t running = clock_running_set(j);
    instant at = j->submission->business_time;
    if (t->running && !(t->running & running)) judging_reason(j, "CLOCK_NOT_RUNNING", "envelope.referral_id");
    if (t->stopped & running) judging_reason(j, "CLOCK_STILL_RUNNING", "envelope.referral_id");
    if (t->overdue && !clock_any_over(j, t->overdue & running, at))
        judging_reason(j, "NOT_OVERDUE", "envelope.business_time");
    if (t->within && clock_any_over(j, t->within & running, at))
        judging_reason(j, "TOO_LATE", "envelope.business_time");
}

/* Refuse when another referral in a blocking state is not consumed by a link. */
static void check_blocked(struct judging *j) {
    const struct transition *t = j->transition;
    for (size_t i = 0; t->blocked.present && i < j->state->count; i++) {
        const struct referral *other = j->state->referrals[i];
        int state = strcmp(other->machine, j->p->machines[t->blocked.machine].name) == 0
                        ? rules_state(j->p, t->blocked.machine, other->state)
                        : -1;
        bool taken = state < 0 || !(t->blocked.states & UINT32_C(1) << state);
        for (int k = 0; k < t->link_count && !taken; k++) taken = link_takes(j, &t->links[k], other);
        if (!taken)
            judging_reason(j, other->holder == j->owner->number ? "NOT_IN_STATE" : "NOT_HOLDER",
                           "envelope.parent_referral_id");
    }
}

static unsigned added(const struct acts *acts) {
    unsigned count = 0;
    for (int i = 0; i < acts->count; i++)
        count +=
            acts->one[i].kind == ACT_MEASURE || acts->one[i].kind == ACT_SUPERSEDE || acts->one[i].kind == ACT_START;
    return count;
}

static void check_capacity(struct judging *j) {
    const struct transition *t = j->transition;
    const struct referral *r = j->referral;
    if (!r && j->state->count == LIMIT_REFERRALS_PER_CASE) judging_reason(j, "TOO_MANY", "envelope.referral_id");
    if (r && r->clock_count + added(&t->acts) > LIMIT_CLOCKS) judging_reason(j, "TOO_MANY", "clocks");
    if (r && r->event_count >= (int32_t)LIMIT_EVENTS_PER_REFERRAL) judging_reason(j, "TOO_MANY", "events");
    for (size_t i = 0; t->link_count && i < j->state->count; i++) {
        for (int k = 0; k < t->link_count; k++) {
            const struct referral *other = j->state->referrals[i];
            if (other->clock_count + added(&t->links[k].acts) > LIMIT_CLOCKS && link_takes(j, &t->links[k], other))
                judging_reason(j, "TOO_MANY", "clocks");
        }
    }
    if (t->serves && !manual_service_served(j, false)) judging_reason(j, "NOTHING_SERVED", "envelope.cites");
}

bool judging_check(struct judging *j) {
    const struct referral *r = j->referral;
    check_recipients(j);
    check_receiver(j);
    if (r && !is_party(j)) judging_reason(j, "NOT_HOLDER", "envelope.sender");
    check_competence(j);
    check_guards(j);
    if (r && (j->transition->flags_needed & ~r->flags)) judging_reason(j, "NOT_IN_STATE", "flags");
    check_clocks(j);
    handling_check(j);
    check_blocked(j);
    check_capacity(j);
    enlist_check(j);
    if (j->transition->guards & GUARD_NO_CRIME) hint_check_crime(j);
    judging_check_papers(j, r ? r->regime : judging_regime(j),
                         r ? bytes_of_cstr(r->category) : j->submission->category);
    return j->verdict->reason_count == 0;
}
