/* What a row does to other referrals of the same case (links). */
#include "broker/judge/judging_inside.h"
#include <stdio.h>

bool link_takes(const struct judging *j, const struct link *link, const struct referral *other) {
    const struct machine *machine = &j->p->machines[link->machine];
    if (other == j->referral || strcmp(other->machine, machine->name) != 0) return false;
    int state = rules_state(j->p, link->machine, other->state);
    if (state < 0 || !(link->from & UINT32_C(1) << state)) return false;
    if (link->held_by_sender && other->holder != j->owner->number) return false;
    if (link->opened_by_sender && other->opener != j->owner->number) return false;
    return !link->of_parent || (j->referral && uuid_equal(&other->id, &j->referral->parent));
}

static void take(struct judging *j, const struct link *link, struct referral *other) {
    struct referral *r = j->referral;
    j->linked = true;
    if (link->holder == CHANGE_SENDER) other->holder = (int16_t)j->owner->number;
    if (link->holder == CHANGE_OPENER) other->holder = r->opener;
    if (link->self_holder) other->holder = r->holder;
    clock_acts(j, other, &link->acts);
    if (link->to != NO_STATE)
        memcpy(other->state, &j->p->machines[link->machine].states[link->to].key, sizeof other->state);
    other->changed_at = j->submission->business_time;
    other->dirty = true;
    if (r->fresh && uuid_is_nil(&r->parent)) r->parent = other->id;
    if (!r->referrer && other->opener != r->opener) r->referrer = other->opener;
}

void link_apply(struct judging *j) {
    const struct transition *t = j->transition;
    for (size_t i = 0; t->link_count && i < j->state->count; i++) {
        struct referral *other = j->state->referrals[i];
        for (int k = 0; k < t->link_count; k++) {
            if (!link_takes(j, &t->links[k], other)) continue;
            take(j, &t->links[k], other);
            break;
        }
    }
}
