/* 状态: .status.json of the spool, what an operator or a probe reads: is Kafka there, what was sent and delivered, what
 * waits, what went wrong last. Written when something changed, at most once a second, and every STATUS_ALIVE_MS as a
 * sign of life. */
#ifndef ECOCASE_ADAPTERS_ENGINE_STATUS_H
#define ECOCASE_ADAPTERS_ENGINE_STATUS_H
#include "adapters/engine/engine.h"

#define STATUS_ALIVE_MS 30000
struct status {
    struct engine_status written;
    struct outbox_counts counts;
    int64_t at_ms;
    instant kafka_since;
};
void status_write(struct status *status, struct engine *engine, bool running);
#endif
