/* The answer to a submission as text in the ledger, and the notice made from it again: JSON
 * {"reasons":[{code,field,zh,en}],"clocks":[{rule,due_strict,due_lenient,statutory}]}. A notice is a pure function of its event row,
 * so publishing again after a take-over gives the same bytes. */
#ifndef ECOCASE_BROKER_ANSWER_H
#define ECOCASE_BROKER_ANSWER_H
#include "broker/ledger/ledger.h"

/* Empty when there is nothing to say. Arena memory. */
struct bytes answer_write(struct arena *arena, const struct notice_reason *reasons, size_t reason_count, const struct clock *clocks, size_t clock_count);
/* The value of the notice that answers `event` (SYS.ACCEPTED for kind A, else SYS.REFUSED); `as_of` is the event whose answer is
 * repeated, or the event itself. */
MUST_USE enum outcome answer_notice(const struct catalogue *catalogue, const struct directory *directory, int32_t lane,
                                    const struct ledger_event *as_of, struct arena *arena, struct buffer *into, struct uuid *ret_id, struct fault *fault);
#endif
