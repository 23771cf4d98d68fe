/* The guards: every reason against a submission, collected before anything changes. */
#include "broker/judge/rules.h"

static bool take_recipient(struct judging *j, struct bytes slug, char role) {
    const struct participant *who = directory_by_slug(j->directory, slug);
    struct verdict *v = j->verdict;
    if (!who) {
        judging_reason(j, "UNKNOWN_RECIPIENT", role == DELIVER_TO ? "envelope.recipients" : "envelope.copies");
        return true;
    }
    for (size_t i = 0; i < v->delivery_count; i++) {
        if (v->deliveries[i].to == who->number) return true;
    }
    if (who == j->owner) {
        if (role == DELIVER_TO) judging_reason(j, "WRONG_RECIPIENT", "envelope.recipients");
        return true;
    }
    if (v->delivery_count == LIMIT_RECIPIENTS) {
        judging_reason(j, "TOO_MANY", "envelope.recipients");
        return false;
    }
    v->deliveries[v->delivery_count++] = (struct delivery){(int16_t)who->number, role};
    return true;
}

static void check_recipients(struct judging *j) {
    struct bytes slug;
    size_t cursor = 0;
    while (walk_items(&j->submission->recipients, &cursor, &slug) && take_recipient(j, slug, DELIVER_TO)) {}
    if (!j->verdict->delivery_count) judging_reason(j, "NO_RECIPIENT", "envelope.recipients");
    j->to_count = j->verdict->delivery_count;
    cursor = 0;
    while (walk_items(&j->submission->copies, &cursor, &slug) && take_recipient(j, slug, DELIVER_COPY)) {}
}

/* The participant the rules name as receiver; NULL when none of the recipients is it. */
static const struct participant *receiver(const struct judging *j) {
    const struct transition *t = j->transition;
    for (size_t i = 0; i < j->to_count; i++) {
        const struct participant *who = directory_by_number(j->directory, j->verdict->deliveries[i].to);
        if (t->receiver == RECEIVER_OPENER && who->number == j->referral->opener) return who;
        if (t->receiver == RECEIVER_HOLDER && who->number == j->referral->holder) return who;
        if (t->receiver == RECEIVER_LEAD && who->lead) return who;
        if (t->receiver == RECEIVER_ROLE && (int)who->role == t->receiver_role) return who;
    }
    return NULL;
}

static bool is_party(const struct judging *j) {
    int number = j->owner->number;
    switch (j->transition->by) {
    case BY_NONE: return true;
    case BY_OPENER: return j->referral->opener == number;
    case BY_HOLDER: return j->referral->holder == number;
    case BY_CASE_FORCE:
        if (j->referral->holder == number) return true;
        for (size_t i = 0; i < j->state->count; i++) {
            const struct referral *other = j->state->referrals[i];
            if (strcmp(other->machine, "JUR") == 0 && other->opener == number) return true;
        }
        return false;
    }
    return false;
}

static bool category_known(const struct rules *rules, struct bytes category) {
    for (int i = 0; i < rules->category_count; i++) {
        if (bytes_equal_cstr(category, rules->categories[i])) return true;
    }
    return false;
}

static void check_competence(struct judging *j, const struct participant *to) {
    const struct transition *t = j->transition;
    struct bytes category = j->submission->category;
    if (t->category && !category_known(j->rules, category)) {
        judging_reason(j, "UNKNOWN_CATEGORY", "category");
        return;
    }
    if (t->competence == COMPETENCE_SENDER && !participant_competent(j->owner, category, false)) judging_reason(j, "NOT_COMPETENT", "category");
    if (t->competence == COMPETENCE_RECEIVER && to && !participant_competent(to, category, false)) {
        judging_reason(j, "NOT_COMPETENT", "envelope.recipients");
    }
}

static void check_needs(struct judging *j) {
    const struct submission *s = j->submission;
    uint8_t need = j->transition->need;
    if ((need & NEED_DOCUMENT_NO) && !s->document_no.count) judging_reason(j, "MISSING_FIELD", "envelope.document_no");
    if ((need & NEED_TITLE) && !s->title.count) judging_reason(j, "MISSING_FIELD", "title");
    if ((need & NEED_REASON) && !s->reason.count) judging_reason(j, "MISSING_REASON", "reason");
    if ((need & NEED_TARGET_ORGAN) && !s->target_organ.count) judging_reason(j, "TARGET_ORGAN", "target_organ");
    if (j->transition->county_head && !bytes_equal_cstr(s->approver_level, "COUNTY_HEAD")) judging_reason(j, "APPROVER_LEVEL", "approver_level");
}

static void check_room(struct judging *j) {
    const struct transition *t = j->transition;
    unsigned more = (unsigned)(t->start.count + t->start_alone.count + t->measure.count + t->supersedes);
    if (!j->referral && j->state->count == LIMIT_REFERRALS_PER_CASE) judging_reason(j, "TOO_MANY", "envelope.referral_id");
    if (j->referral && j->referral->clock_count + more > LIMIT_CLOCKS) judging_reason(j, "TOO_MANY", "clocks");
    if (j->referral && j->referral->event_count >= (int32_t)LIMIT_EVENTS_PER_REFERRAL) judging_reason(j, "TOO_MANY", "events");
    for (size_t i = 0; t->also.present && i < j->state->count; i++) {
        const struct referral *other = j->state->referrals[i];
        if ((unsigned)(other->clock_count + t->also.start.count + t->also.measure.count) > LIMIT_CLOCKS) judging_reason(j, "TOO_MANY", "clocks");
    }
}

bool judging_check(struct judging *j) {
    check_recipients(j);
    const struct participant *to = receiver(j);
    if (!to && j->to_count) judging_reason(j, "WRONG_RECIPIENT", "envelope.recipients");
    if (j->referral && !is_party(j)) judging_reason(j, "NOT_HOLDER", "envelope.sender");
    check_competence(j, to);
    if (j->transition->county && !directory_county(j->directory, j->submission->county_code)) judging_reason(j, "UNKNOWN_COUNTY", "county_code");
    check_needs(j);
    check_room(j);
    return j->verdict->reason_count == 0;
}
