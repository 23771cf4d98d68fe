/* The answer to a submission as text in the ledger: JSON
 * {"reasons":[{code,field,zh,en}],"clocks":[{rule,due_strict,due_lenient, statutory}]}, empty when there is nothing to
 * say; for a repeat {"lane":n,"serial":n}, the place of the event whose answer is given again. Written and read here
 * only, so reading takes exactly this form. Arena memory. */
#ifndef ECOCASE_ENTRY_ANSWER_H
#define ECOCASE_ENTRY_ANSWER_H
#include "base/arena.h"
#include "broker/model/model.h"
#include "wire/record.h"

/* Of each reason only code and field are taken; its texts come from wire/reason. */
struct bytes answer_write(struct arena *arena, const struct notice_reason *reasons, size_t reason_count,
                          const struct clock *clocks, size_t clock_count);
/* Fills the reasons and clocks of a notice. FATAL when the text was not written by answer_write. */
MUST_USE enum outcome answer_read(struct arena *arena, struct bytes answer, struct notice *notice, struct fault *fault);

struct bytes answer_write_place(struct arena *arena, int32_t lane, int64_t serial);
MUST_USE enum outcome answer_read_place(struct bytes answer, int32_t *ret_lane, int64_t *ret_serial,
                                        struct fault *fault);
#endif
