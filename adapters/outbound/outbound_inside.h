/* Inside of outbound: one case file being looked at, with its attachments. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_OUTBOUND_INSIDE_H
#define ECOCASE_ADAPTERS_OUTBOUND_OUTBOUND_INSIDE_H
#include <jansson.h>
#include "adapters/outbound/outbound.h"

struct candidate {
    const struct outbox_file *paper;
    struct bytes native;
    struct draft *draft;
    struct draft_view view;
    enum outcome outcome; /* of reading and mapping: OK or REFUSE */
    struct fault fault;
    struct file_faults faults;         /* of the file, when it was refused; count 0: it could not be read at all */
    bool journaled;                    /* once the transaction is committed, nobody needs to look at its papers again */
    struct conversion_sidecar sidecar; /* name empty: none belongs to such a file */
    const struct outbox_file *beside;  /* the sidecar; NULL: not there (yet) */
    const struct outbox_file **with;   /* its attachments among the papers, by need; NULL: not there (yet) */
};
struct outbox_scan;
/* Addresses and journals one. REFUSE: rejection is filled; RETRY: the journal. */
MUST_USE enum outcome candidate_prepare(struct outbox_scan *scan, struct candidate *candidate,
                                        struct rejection *rejection, bool *ret_wait, struct fault *fault);
/* until its papers are moved */
void candidate_put_away(const struct outbox_scan *scan, const struct candidate *candidate);
/* The candidate's papers: the case file and those attachments that are there. */
const struct outbox_file *candidate_papers(const struct outbox_scan *scan, const struct candidate *candidate,
                                           size_t *ret_count);

/* ---- one pass over the papers of the outbox: which are case files, and what stands in them. What becomes of each:
 * candidate_*. Memory: the pass's arena. */
struct outbox_scan {
    struct outbound *outbound;
    struct arena *arena;
    const struct outbox_file *papers;
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

/* ---- 引用: from the numbers an answer cites to the one referral it is about. A number found as document number counts
 * before one found as case number. Several cited numbers must meet in one referral. REFUSE: CITATION_MISSING,
 * CITATION_UNKNOWN, CITATION_AMBIGUOUS (then *ret_candidates is a JSON list, owned by the caller; else NULL). RETRY:
 * the journal. */
/* `ret`: the newest message of that referral that carries a cited number; what came in before what went out. */
MUST_USE enum outcome citation_find(struct journal *journal, const struct bytes *cites, size_t count,
                                    struct arena *arena, struct number_entry *ret, json_t **ret_candidates,
                                    struct fault *fault);
#endif
