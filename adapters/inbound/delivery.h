/* 送达: inbox records -> files of the agency. No Kafka here: what was read comes as arrivals, in the order of each
 * partition. delivery_batch: drop what is had, alarm on a gap, render, stage, settle, journal, reveal, seal, journal.
 * RETRY: nothing of the batch counts, call again with the same arrivals. delivery_recover at start finishes what was
 * journaled and forgets the rest. */
#ifndef ECOCASE_ADAPTERS_INBOUND_DELIVERY_H
#define ECOCASE_ADAPTERS_INBOUND_DELIVERY_H
#include "adapters/engine/engine.h"
#include "base/limits.h"

struct arrival {
    int32_t partition;
    int64_t offset;
    struct bytes value;
    bool placed; /* carries our lane, generation and sequence */
    struct lane_position place;
    char role[8]; /* to, copy, notice */
    bool repeat;  /* an answer given again */
};
/* Where each lane stands; index = lane, sequence 0 and generation 0: nothing yet. */
struct lanes {
    struct lane_position at[LIMIT_LANES];
};
MUST_USE enum outcome lanes_load(struct journal *journal, struct lanes *ret, struct fault *fault);

MUST_USE enum outcome delivery_recover(struct engine *engine, struct arena *arena, struct fault *fault);
MUST_USE enum outcome delivery_batch(struct engine *engine, struct lanes *lanes, const struct arrival *arrivals,
                                     size_t count, struct arena *arena, struct fault *fault);
#endif
