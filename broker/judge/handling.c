/* 处理限制 · what may be done with a clue (rules §4.6): the handling that its originator set sticks to it. Three
 * questions: may it be set so; may this go to somebody who is no party; may a case be started from it (guard G14).
 * Expiry is measured by the later of broker time and business time: it protects the originator against the sender, who
 * writes the business time himself. */
#include "broker/judge/judging_inside.h"

static const struct handling_rule *rule_of(const struct judging *j, int handling) {
    return &j->p->handlings[handling >= 0 && handling < j->p->handling_count ? handling : 0];
}

static bool expired(const struct judging *j, instant expires) {
    instant now = j->broker_time > j->submission->business_time ? j->broker_time : j->submission->business_time;
    return expires != INSTANT_NONE && now > expires;
}

static bool consented(const struct referral *clue, int8_t flag) {
    return flag != NO_FLAG && (clue->flags & UINT32_C(1) << flag);
}

static void check_set(struct judging *j) {
    const struct submission *s = j->submission;
    bool none = s->handling_expires == INSTANT_NONE;
    if (none && rule_of(j, s->handling)->expires) judging_reason(j, "EXPIRY_MISSING", "envelope.handling_expires");
    if (!none && expired(j, s->handling_expires)) judging_reason(j, "EXPIRY_PAST", "envelope.handling_expires");
}

/* To a body that was never sent it, by whatever field: recipients, copies, or manual service. The originator itself is
 * always a party. */
static bool goes_onward(const struct judging *j) {
    const struct referral *r = j->referral;
    bool by_manual_service = j->external_count || j->transition->serve != SERVE_NOBODY;
    for (size_t i = 0; i < j->verdict->delivery_count && !by_manual_service; i++)
        by_manual_service = !(r->parties & UINT64_C(1) << j->verdict->deliveries[i].to);
    return by_manual_service;
}

/* An earlier expiry is as good: systems that keep days only round it down. */
static void check_onward(struct judging *j) {
    const struct referral *r = j->referral;
    const struct submission *s = j->submission;
    bool longer = r->handling_expires != INSTANT_NONE &&
                  (s->handling_expires == INSTANT_NONE || s->handling_expires > r->handling_expires);
    if (s->kind == RECORD_CLUE && (s->handling != r->handling || longer))
        judging_reason(j, "HANDLING_DIFFERS", "envelope.handling");
    if (!goes_onward(j)) return;
    if (expired(j, r->handling_expires)) judging_reason(j, "CLUE_EXPIRED", "envelope.handling_expires");
    if (rule_of(j, r->handling)->onward_consent && !consented(r, j->p->flag_onward))
        judging_reason(j, "ONWARD_CONSENT", "envelope.recipients");
}

static bool handled(const struct judging *j, const struct referral *r) {
    int machine = rules_machine(j->p, r->machine);
    return machine >= 0 && (j->p->handled & UINT32_C(1) << machine);
}

static bool cited(const struct judging *j, const struct referral *clue) {
    struct bytes cite;
    size_t cursor = 0;
    while (walk_items(&j->submission->cites, &cursor, &cite)) {
        if (judging_known(clue, cite)) return true;
    }
    return false;
}

/* Named as parent or cited; or the case has nothing else out of which it could grow. */
static bool grows_from(const struct judging *j, const struct referral *clue) {
    const struct uuid *parent = &j->submission->parent_referral_id;
    bool other = false;
    for (size_t i = 0; i < j->state->count; i++) other = other || !handled(j, j->state->referrals[i]);
    return uuid_equal(parent, &clue->id) || cited(j, clue) || (uuid_is_nil(parent) && !other);
}

static void check_started(struct judging *j) {
    if (!(j->p->started & UINT32_C(1) << j->transition->machine)) return;
    for (size_t i = 0; i < j->state->count; i++) {
        const struct referral *clue = j->state->referrals[i];
        if (!handled(j, clue) || clue->opener == j->owner->number || !grows_from(j, clue)) continue;
        if (expired(j, clue->handling_expires)) judging_reason(j, "CLUE_EXPIRED", "envelope.parent_referral_id");
        if (rule_of(j, clue->handling)->start_consent && !consented(clue, j->p->flag_start))
            judging_reason(j, "START_CONSENT", "envelope.parent_referral_id");
    }
}

void handling_check(struct judging *j) {
    const struct referral *r = j->referral;
    bool originator = !r || r->opener == j->owner->number;
    if (j->transition->sets_handling && originator) check_set(j);
    if (r && !originator && (j->p->handled & UINT32_C(1) << j->transition->machine)) check_onward(j);
    if (!r) check_started(j);
}

void handling_adopt(struct judging *j) {
    struct referral *r = j->referral;
    if (!j->transition->sets_handling || r->opener != j->owner->number) return;
    r->handling = (int8_t)j->submission->handling;
    r->handling_expires = j->submission->handling_expires;
}

bool handling_shared(const struct judging *j) { return rule_of(j, j->referral->handling)->subscribers; }
