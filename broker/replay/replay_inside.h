/* Inside of broker/replay: one lane while it is replayed. replay.c goes through its events and rows, alerts.c through
 * its alerts. */
#ifndef ECOCASE_REPLAY_REPLAY_INSIDE_H
#define ECOCASE_REPLAY_REPLAY_INSIDE_H
#include "broker/entry/entry.h"
#include "broker/replay/compare_inside.h"
#include "broker/replay/law_inside.h"
#include "broker/replay/states_inside.h"

struct replayed_lane {
    struct history *history;
    struct law *law;
    struct comparison comparison;
    int32_t lanes;
    struct bytes secret; /* of the ledger, for the keys of parties */
    struct states *states;
    struct arena *arena;           /* one event */
    struct lane_row recorded, row; /* row: serial, sequence and time as far as replayed */
    struct entry_context context;
    struct { /* alerts of one referral, some of them not met yet */
        struct uuid case_id, referral;
        instant at;
        size_t count, next;
        struct alert alerts[LIMIT_ALERTS];
    } owed;
};
/* A recorded alert: what the referral's clocks bring at its time, in their order. */
MUST_USE enum outcome replay_alert(struct replayed_lane *lane, const struct past_event *past, struct fault *fault);
/* Alerts of the last referral that came again and are not recorded. */
void replay_owed(struct replayed_lane *lane);
void replay_mention(struct replayed_lane *lane, const struct ledger_event *event);
#endif
