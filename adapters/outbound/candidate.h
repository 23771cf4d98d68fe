/* Inside of outbound: one case file being looked at, with its attachments. Not for others. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_CANDIDATE_H
#define ECOCASE_ADAPTERS_OUTBOUND_CANDIDATE_H
#include "adapters/engine/engine.h"
#include "adapters/spool/rejection.h"

struct candidate {
    const struct paper *paper;
    struct bytes native;
    struct draft *draft;
    struct draft_view view;
    enum outcome outcome; /* of reading and mapping: OK or REFUSE */
    struct fault fault;
    bool journaled;                    /* once the transaction is committed, nobody needs to look at its papers again */
    struct conversion_sidecar sidecar; /* name empty: none belongs to such a file */
    const struct paper *beside;        /* the sidecar; NULL: not there (yet) */
    const struct paper **with;         /* its attachments among the papers, by need; NULL: not there (yet) */
};
struct look; /* look.h */
/* Addresses and journals one. REFUSE: rejection is filled; RETRY: the journal. */
MUST_USE enum outcome candidate_prepare(struct look *look, struct candidate *candidate, struct rejection *rejection,
                                        bool *ret_wait, struct fault *fault);
/* until its papers are moved */
void candidate_put_away(const struct look *look, const struct candidate *candidate);
/* The candidate's papers: the case file and those attachments that are there. */
const struct paper *candidate_papers(const struct look *look, const struct candidate *candidate, size_t *ret_count);
#endif
