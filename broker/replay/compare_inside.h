/* What is recorded against what came again, field by field. */
#ifndef ECOCASE_REPLAY_COMPARE_INSIDE_H
#define ECOCASE_REPLAY_COMPARE_INSIDE_H
#include "broker/ledger/history.h"
#include "broker/replay/replay.h"

struct comparison {
    const struct replay_request *request;
    const struct replay_listener *listener;
    struct replay_count *count;
    const struct directory *directory; /* for names; may be NULL */
    int32_t lane;
    int64_t serial;
    struct uuid referral; /* what is being compared */
};
void compare_event(struct comparison *c, const struct ledger_event *recorded, const struct ledger_event *replayed);
/* alarm: when the replayed one's next alert is due */
void compare_referral(struct comparison *c, const struct referral *recorded, const struct referral *replayed,
                      instant alarm);
/* One field. */
void compare_int(struct comparison *c, const char *field, int64_t recorded, int64_t replayed);
void compare_text(struct comparison *c, const char *field, struct bytes recorded, struct bytes replayed);
#endif
