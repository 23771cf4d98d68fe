/* 引用: from the numbers an answer cites to the one referral it is about. A number found as document number counts
 * before one found as case number. Several cited numbers must meet in one referral. REFUSE: CITATION_MISSING,
 * CITATION_UNKNOWN, CITATION_AMBIGUOUS (then *ret_candidates is a JSON list, owned by the caller; else NULL). RETRY:
 * the journal. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_CITATION_H
#define ECOCASE_ADAPTERS_OUTBOUND_CITATION_H
#include <jansson.h>
#include "adapters/journal/journal.h"

/* `ret`: the newest message of that referral that carries a cited number; what came in before what went out. */
MUST_USE enum outcome citation_find(struct journal *journal, const struct bytes *cites, size_t count,
                                    struct arena *arena, struct number_entry *ret, json_t **ret_candidates,
                                    struct fault *fault);
#endif
