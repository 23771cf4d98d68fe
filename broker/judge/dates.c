/* 日期先后 · whether the dates of papers follow each other as the steps do. A clock says which step a paper follows: it
 * began with it. Where no clock does, the paper before is that step. A remark only: it may be the earlier paper that is
 * misdated. */
#include "broker/judge/alert_inside.h"
#include "broker/judge/judging_inside.h"

static const char *field_of(enum moment what) {
    switch (what) {
    case MOMENT_REPORT: return "report_time";
    case MOMENT_APPROVAL: return "approval_time";
    case MOMENT_DECIDED: return "decided_time";
    case MOMENT_FOUND: return "found_time";
    case MOMENT_BUSINESS:
    case MOMENT_CLOCK: break;
    }
    return "envelope.business_time";
}

/* A limit that counts from arrival began after the date of its paper, which is then that of the last one. */
void dates_compare(struct judging *j, const struct referral *r, const struct clock *clock, enum moment what,
                   instant at) {
    int rule = rules_clock(j->p, clock->rule);
    bool from_receipt = rule >= 0 && j->p->clocks[rule].from_receipt;
    if (clock->actor < 0) return; /* of a roster: several steps */
    j->follows = true;
    if (at < clock->started_at && (!from_receipt || at < r->changed_at)) j->misdated = field_of(what);
}

void dates_compare_state(struct judging *j) {
    const struct referral *r = j->referral;
    instant at = j->submission->business_time;
    bool moves = j->transition->to != NO_STATE && !j->follows;
    if (!j->verdict->from_state[0]) return; /* it opened */
    if (at < r->opened_at || (moves && at < r->changed_at)) j->misdated = field_of(MOMENT_BUSINESS);
}

static void tell(struct judging *j, int number) {
    struct verdict *v = j->verdict;
    for (size_t i = 0; i < v->hinted_count; i++) {
        if (v->hinted[i] == number) return;
    }
    if (v->hinted_count < LIMIT_HINTED) v->hinted[v->hinted_count++] = (int16_t)number;
}

/* The sender reads it in its receipt, or here where it takes none. */
void dates_remark(struct judging *j) {
    const struct role_list *roles = &j->p->alerts.supervisors[j->owner->role];
    struct alert supervising = {.to_count = 0};
    if (!j->misdated || !j->p->alerts.order_of_dates) return;
    judging_reason(j, "ORDER_OF_DATES", j->misdated);
    for (size_t i = 0; i < roles->count; i++)
        (void)alert_add_role(&supervising, j->directory, roles->role[i], j->owner);
    for (size_t i = 0; i < supervising.to_count; i++) tell(j, supervising.to[i]);
    for (size_t i = 0; i < j->verdict->delivery_count; i++) {
        if (j->verdict->deliveries[i].role == DELIVER_TO) tell(j, j->verdict->deliveries[i].to);
    }
    if (!j->owner->receipts) tell(j, j->owner->number);
}
