/* Alerts made again: those recorded, and those that are not. */
#include "broker/replay/replay_inside.h"

void replay_owed(struct replayed_lane *lane) {
    for (; lane->owed.next < lane->owed.count; lane->owed.next++) {
        const struct alert *alert = &lane->owed.alerts[lane->owed.next];
        lane->comparison.referral = lane->owed.referral;
        compare_text(&lane->comparison, "alert", BYTES_NONE, bytes_of_cstr(alert_event(alert->kind)));
    }
}

static void take(struct replayed_lane *lane, struct referral *r, instant at) {
    replay_owed(lane);
    lane->owed.case_id = r->case_id;
    lane->owed.referral = r->id;
    lane->owed.at = at;
    lane->owed.next = 0;
    lane->owed.count = alarm_take(lane->context.rules, lane->context.directory, at, r, lane->owed.alerts);
}

enum outcome replay_alert(struct replayed_lane *lane, const struct past_event *past, struct fault *fault) {
    const struct ledger_event *recorded = &past->event;
    struct comparison *c = &lane->comparison;
    size_t place = 0;
    struct referral *r =
        past_case_referral(states_find(lane->states, &recorded->case_id), &recorded->referral_id, &place);
    if (lane->row.time != INSTANT_NONE && recorded->broker_time < lane->row.time)
        compare_text(c, "broker_time", BYTES_LITERAL("earlier than the alert before"), BYTES_NONE);
    lane->row.time = recorded->broker_time;
    lane->row.clock_offset = recorded->offset;
    bool same = uuid_equal(&lane->owed.referral, &recorded->referral_id) && lane->owed.at == recorded->broker_time &&
                lane->owed.next < lane->owed.count;
    if (r && !same) take(lane, r, recorded->broker_time);
    c->referral = recorded->referral_id;
    if (!r || lane->owed.next == lane->owed.count) {
        compare_text(c, "alert", recorded->event, BYTES_NONE);
        lane->row.serial = recorded->serial;
        return OK;
    }
    struct ledger_event replayed;
    TRY(entry_of_alert(&lane->context, r, &lane->owed.alerts[lane->owed.next++], &replayed, fault));
    compare_event(c, recorded, &replayed);
    return OK;
}
