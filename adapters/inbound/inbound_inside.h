/* Inside of inbound: inbound.c (what is delivered, and what waits), inbound_reading.c (what is read, from where). */
#ifndef ECOCASE_ADAPTERS_INBOUND_INBOUND_INSIDE_H
#define ECOCASE_ADAPTERS_INBOUND_INBOUND_INSIDE_H
#include "adapters/inbound/inbound.h"
#include "base/limits.h"

struct inbound {
    const struct delivery *delivery;
    struct sender *sender;
    struct uploads *uploads;
    struct bus_reader *reader;
    char topic[TOPIC_NAME];
    int32_t partitions; /* 0: not assigned */
    bool at_end[LIMIT_LANES], from_start[LIMIT_LANES];
    int64_t next[LIMIT_LANES]; /* offset after the last delivered */
    /* offset after the last record of ecocase.wanted, which is read beside the inbox; -1: the beginning */
    int64_t requests_from;
    int64_t read[LIMIT_LANES]; /* offset after the last of `messages`, -1: the beginning */
    struct bus_message *messages[ENGINE_BATCH];
    size_t count, ready; /* the first `ready` can be delivered, behind them stand those that wait */
    /* its first message names a paper that is not whole yet: that partition is not read on */
    bool waits[LIMIT_LANES];
    int64_t sifted;   /* downloads_changes when `ready` was found */
    int64_t heard_ms; /* the last sign of Kafka */
    int64_t probe_ms; /* when Kafka, being silent, is asked again */
};

/* ---- inbound_reading.c */
/* The right cluster, and the inbox's partitions from the journal's offsets. RETRY: not there (yet); FATAL: WRONG_WORLD.
 */
MUST_USE enum outcome inbound_connect(struct inbound *inbound, struct fault *fault);
/* Reads on behind what is held; the partitions that wait are left alone. */
MUST_USE enum outcome inbound_assign(struct inbound *inbound, int32_t partitions, struct fault *fault);
/* All that is there, up to a batch, behind `messages`. */
MUST_USE enum outcome inbound_read(struct inbound *inbound, struct fault *fault);
/* all that is held; it is read again after the next inbound_connect */
void inbound_let_go(struct inbound *inbound);
/* When Kafka is silent it is asked now and then, so that the status tells the truth without traffic: librdkafka takes
 * minutes to say that a broker hangs, or that its name is gone. */
void inbound_probe(struct inbound *inbound);
void inbound_up(struct inbound *inbound); /* a sign of Kafka */
void inbound_down(struct inbound *inbound);
#endif
