/* 送达: publishes recorded events into inboxes and dead letters, in order, through one idempotent producer per lane. The lane's
 * thread only (delivery reports are served from its polls). */
#ifndef ECOCASE_BROKER_DELIVER_H
#define ECOCASE_BROKER_DELIVER_H
#include "broker/broker.h"
#include "broker/deliver/ring.h"

struct deliverer;
MUST_USE enum outcome deliverer_new(const struct broker *broker, int32_t lane, int64_t published, struct deliverer **ret, struct fault *fault);
void deliverer_free(struct deliverer *deliverer); /* gives up what is in flight; it is published again from the ledger */
struct delivery_context { const struct directory *directory; int32_t lane; int64_t epoch, generation; struct ledger *ledger; struct arena *arena; };
/* Every delivery of one recorded event. RETRY when the producer failed for good: make a new one and publish again. */
MUST_USE enum outcome deliver_event(struct deliverer *deliverer, const struct delivery_context *context, const struct ledger_event *event, struct fault *fault);
MUST_USE enum outcome deliver_tick(struct deliverer *deliverer, int32_t lane, instant now, struct fault *fault);
/* Serves delivery reports; waits up to wait_ms for one. RETRY when the producer failed for good. */
MUST_USE enum outcome deliver_poll(struct deliverer *deliverer, int wait_ms, struct fault *fault);
const struct ring *deliver_ring(const struct deliverer *deliverer);
#endif
