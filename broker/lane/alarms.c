/* 提醒: what the lane's time brings by itself (batch_inside.h): warnings, overdue, escalations and corrections of
 * running clocks, each an event of the ledger and a message to who must act and who supervises. One transaction with
 * the fence, like a batch of submissions; what was sent is in the referral row, so that it is sent once, whoever owns
 * the lane. */
#include "broker/judge/judge.h"
#include "broker/lane/batch_inside.h"
#include "base/failpoint.h"

#define ALARMS_AT_ONCE 200u /* referrals in one transaction */

static enum outcome tell_all(struct batch *b, struct referral *r, struct fault *fault) {
    struct alert alerts[LIMIT_ALERTS];
    size_t count = alarm_take(b->s->broker->rules, b->s->directory, b->s->row.time, r, alerts);
    struct entry_context context = batch_entry_context(b);
    for (size_t i = 0; i < count; i++)
        TRY(entry_of_alert(&context, r, &alerts[i], &b->events[b->event_count++], fault));
    b->dirty[b->dirty_count++] = r; /* also where no alert is due any more: its next alarm changes */
    r->dirty = false;
    return OK;
}

static enum outcome tell_due(struct batch *b, const struct uuid *ids, size_t count, struct fault *fault) {
    struct session *s = b->s;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) most += cases_find(s->cases, &ids[i])->count;
    b->after = s->row;
    b->events = arena_array(s->arena, most * LIMIT_ALERTS, sizeof *b->events);
    b->dirty = arena_array(s->arena, most, sizeof *b->dirty);
    for (size_t i = 0; i < count; i++) {
        struct case_state *state = cases_find(s->cases, &ids[i]);
        for (size_t r = 0; r < state->count; r++) {
            if (state->referrals[r]->alarm_at != INSTANT_NONE && state->referrals[r]->alarm_at <= s->row.time &&
                !(state->referrals[r]->parties & s->held))
                TRY(tell_all(b, state->referrals[r], fault));
        }
    }
    return OK;
}

enum outcome session_alarms(struct session *s, struct fault *fault) {
    struct batch b = {.s = s};
    struct uuid ids[ALARMS_AT_ONCE];
    size_t count = 0;
    arena_reset(s->arena);
    TRY(ledger_alarms(s->ledger, s->lane->number, s->row.time, s->held, ALARMS_AT_ONCE, ids, &count, fault));
    s->alarms_due = count > 0; /* until the ledger has none */
    if (!count) return OK;
    TRY(batch_load_cases(&b, ids, count, fault));
    enum outcome outcome = tell_due(&b, ids, count, fault);
    if (outcome == OK) outcome = batch_write(&b, fault);
    if (outcome != OK) {
        cases_drop(s->cases); /* it holds what was not recorded */
        return outcome;
    }
    FAILPOINT("alarm.recorded");
    s->row = b.after;
    return batch_deliver(&b, fault);
}
