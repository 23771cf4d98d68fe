/* The mutant "publish_before_commit": what is published here may never be recorded. Only builds with ECOCASE_FAULTS
 * contain it; the checker must see the damage. */
#include "base/failpoint.h"
#include "broker/lane/batch_inside.h"

enum outcome batch_mutate(struct batch *b, struct fault *fault) {
    if (!mutant("publish_before_commit")) return OK;
    b->delivered = false; /* judged anew after a race */
    TRY(batch_deliver(b, fault));
    b->delivered = true;
    for (int64_t until = monotonic_ms() + 5000; !deliver_idle(b->s->deliverer) && monotonic_ms() < until;) {
        TRY(deliver_poll(b->s->deliverer, 20, fault));
    }
    return OK;
}
