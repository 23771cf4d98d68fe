/* Inside of outbound: one pass over the papers of the outbox: which are case files, and what stands in them. What
 * becomes of each: candidate.h. Memory: the pass's arena. Not for others. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_OUTBOX_SCAN_H
#define ECOCASE_ADAPTERS_OUTBOUND_OUTBOX_SCAN_H
#include "adapters/outbound/candidate.h"

struct outbox_scan {
    struct engine *engine;
    struct arena *arena;
    const struct outbox_paper *papers;
    size_t paper_count;
    struct candidate candidates[ENGINE_TAKE];
    size_t candidate_count;
    bool more; /* papers were left for the next pass */
    size_t prepared;
    int64_t now_ms; /* monotonic */
};
/* Reads and maps the case files among the papers. RETRY never: a paper that changed is left out. */
void outbox_scan_read(struct outbox_scan *scan);
bool outbox_scan_claims(const struct outbox_scan *scan,
                        struct bytes name); /* some candidate names it as its attachment */
#endif
