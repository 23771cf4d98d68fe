/* 出口: the agency's outbox topic. Produces what the journal holds as prepared, those very bytes, and notes the
 * acknowledgements; and the delivery reports. One producer; its callbacks run inside sender_poll on the engine's
 * thread. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_SENDER_H
#define ECOCASE_ADAPTERS_OUTBOUND_SENDER_H
#include "adapters/engine/engine.h"

/* unacknowledged that long: Kafka counts as unreachable (the message stays on its way) */
#define SENDER_WAIT_MS 10000
struct sender;
MUST_USE enum outcome sender_new(struct engine *engine, const struct bus_settings *bus, struct sender **ret,
                                 struct fault *fault);
void sender_free(struct sender *sender);
/* Produces prepared rows when nothing is on its way. The arena is used during the call only. */
MUST_USE enum outcome sender_send(struct sender *sender, struct arena *arena, struct fault *fault);
/* Serves acknowledgements; once all that was sent has its answer they are journaled. RETRY: a new producer is needed
 * and made. */
MUST_USE enum outcome sender_poll(struct sender *sender, struct arena *arena, struct fault *fault);
bool sender_idle(const struct sender *sender);

/* 送达报告: "delivered up to" for a lane; said again whenever it grew, SENDER_REPORT_MS after the first growth. */
#define SENDER_REPORT_MS 200
void sender_report_later(struct sender *sender, const struct lane_position *place);
/* Ms until a report is due, -1: none. */
int64_t sender_report_due_ms(const struct sender *sender);
MUST_USE enum outcome sender_reports(struct sender *sender, bool now, struct fault *fault);
void sender_flush(struct sender *sender, int timeout_ms); /* at the end: reports still on their way */
#endif
