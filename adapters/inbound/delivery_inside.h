/* 送达: inbox records -> files of the agency. No Kafka here: what was read comes as arrivals, in the order of each
 * partition. delivery_batch: drop what is had, alarm on a gap, render, stage, settle, journal, reveal, seal, journal.
 * RETRY: nothing of the batch counts, call again with the same arrivals. */
#ifndef ECOCASE_ADAPTERS_INBOUND_DELIVERY_INSIDE_H
#define ECOCASE_ADAPTERS_INBOUND_DELIVERY_INSIDE_H
#include "adapters/inbound/inbound.h"
#include "base/limits.h"
#include "wire/digest.h"
#include "wire/record.h"

struct arrival {
    int32_t partition;
    int64_t offset;
    struct bytes value;
    bool placed; /* carries our lane, generation and sequence */
    struct lane_position place;
    char role[16]; /* to, copy, notice, alert, ARRIVAL_OPENING */
    bool repeat;   /* an answer given again */
};
/* 新代次: no message, but where the sequences of a new generation begin: behind the sequence it carries. */
#define ARRIVAL_OPENING "opening"
/* What it says: role and value, but for what of a notice a restored ledger may say anew: its time, and where its cause
 * stands. `said`: NULL when it is no record of ours. */
struct digest arrival_meaning(const struct arrival *arrival, const struct submission *said);
/* Where each lane stands; index = lane, sequence 0 and generation 0: nothing yet. */
struct lanes {
    struct lane_position at[LIMIT_LANES];
};
MUST_USE enum outcome lanes_load(struct journal *journal, struct lanes *ret, struct fault *fault);

MUST_USE enum outcome delivery_batch(const struct delivery *delivery, struct lanes *lanes,
                                     const struct arrival *arrivals, size_t count, struct arena *arena,
                                     struct fault *fault);

/* ---- 待齐附件: the papers in chunks that an inbox record names and that are not delivered yet. A record that nobody
 * can read, or that was delivered before, or whose papers the profile's mask hides, awaits none. Memory: the caller's
 * arena. RETRY: the journal. */
struct awaited {
    const struct native_file *papers;
    size_t count;
    struct bytes sender;
};
MUST_USE enum outcome awaited_by(const struct delivery *delivery, const struct arrival *arrival, struct arena *arena,
                                 struct awaited *ret, struct fault *fault);
/* *ret_any: one of them is not whole here yet, nor lost; it is begun to be fetched. */
MUST_USE enum outcome awaited_any(const struct delivery *delivery, const struct arrival *arrival, struct arena *arena,
                                  bool *ret_any, struct fault *fault);
/* Delivered: the store need not have them any longer. */
void awaited_release(const struct delivery *delivery, const struct awaited *awaited);
#endif
