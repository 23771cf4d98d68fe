/* 送达: publishes recorded events into inboxes and dead letters, in order, through one idempotent producer per lane.
 * The lane's thread only (delivery reports are served from its polls). A fault means: give this deliverer up, make a
 * new one at the ledger's `published` and publish again from there. */
#ifndef ECOCASE_DELIVER_H
#define ECOCASE_DELIVER_H
#include "broker/shared/broker.h"

#define DELIVER_LAST_WAIT_MS 3000 /* for the last acknowledgements when stopping */
struct deliverer;
struct delivery_lane {
    const struct broker *broker;
    struct pulse *pulse;
    struct ledger *ledger;
    int32_t lane;
    int64_t epoch, generation;
};
MUST_USE enum outcome deliverer_new(const struct delivery_lane *lane, int64_t published, struct deliverer **ret,
                                    struct fault *fault);
/* gives up what is in flight; it is published again from the ledger */
void deliverer_free(struct deliverer *deliverer);
/* Whom events are delivered to from now on; asks Kafka how many partitions each inbox has. The directory must outlive
 * its use here. */
MUST_USE enum outcome deliver_follow(struct deliverer *deliverer, const struct directory *directory,
                                     struct fault *fault);

/* Events delivered together: an answer to be repeated is looked for here before it is asked of the ledger. */
struct delivery_run {
    const struct ledger_event *events;
    size_t count;
};
/* Every delivery of run->events[index]; serials must come without a gap. RETRY also when the lane is to stop while
 * Kafka takes nothing. */
MUST_USE enum outcome deliver_event(struct deliverer *deliverer, const struct delivery_run *run, size_t index,
                                    struct fault *fault);
MUST_USE enum outcome deliver_tick(struct deliverer *deliverer, instant now, struct fault *fault);
/* Around a run of events. Before it: waits until all before is acknowledged; a partition with records waiting behind
 * records in flight makes librdkafka 2.0.2 spin (over all partitions) until the acknowledgement comes. RETRY also when
 * the lane is to stop and they do not come. After it: sends what was collected, at once. */
MUST_USE enum outcome deliver_settle(struct deliverer *deliverer, struct fault *fault);
MUST_USE enum outcome deliver_send(struct deliverer *deliverer, struct fault *fault);
/* Serves delivery reports; waits up to wait_ms for one. RETRY when the producer failed for good. */
MUST_USE enum outcome deliver_poll(struct deliverer *deliverer, int wait_ms, struct fault *fault);
bool deliver_idle(const struct deliverer *deliverer); /* nothing in flight */
int64_t deliver_published(const struct deliverer *deliverer);
#endif
