/* 入站: reads the agency's inbox topic by assignment, from the journal's offsets, and hands what came to delivery.
 * Reading again from the beginning is always safe: the journal drops what it has. The engine's thread; at most a second
 * is spent asking Kafka. RETRY: ask again later, what was read is kept. FATAL: WRONG_WORLD, another Kafka cluster than
 * the journal's. */
#ifndef ECOCASE_ADAPTERS_INBOUND_INBOUND_H
#define ECOCASE_ADAPTERS_INBOUND_INBOUND_H
#include "adapters/outbound/outbound.h"

/* What is delivered with: no Kafka here. */
struct delivery {
    const char *agency;
    const struct catalogue *catalogue;
    const struct profile *profile;
    struct journal *journal;
    struct transport *transport;
    struct downloads *downloads;
    struct engine_status *status;
};

/* At the start, before Kafka: what was journaled for delivery is finished, whatever else was staged is forgotten. */
MUST_USE enum outcome delivery_recover(const struct delivery *delivery, struct arena *arena, struct fault *fault);

/* What is read with: what comes is given to delivery, how far it came to sender, what others ask for to uploads. */
struct inbound_parts {
    const struct delivery *delivery;
    struct sender *sender;
    struct uploads *uploads;
    const struct bus_settings *bus;
};
struct inbound;
MUST_USE enum outcome inbound_new(const struct inbound_parts *parts, struct inbound **ret, struct fault *fault);
void inbound_free(struct inbound *inbound);
/* One batch. *ret_more: there was something, look again at once. */
MUST_USE enum outcome inbound_round(struct inbound *inbound, struct arena *arena, bool *ret_more, struct fault *fault);
/* records not yet delivered, as far as Kafka said without being asked */
int64_t inbound_lag(const struct inbound *inbound);
#endif
