/* 外发: papers of the agency -> journaled submissions -> (sender.h produces them) -> sent/. No Kafka here.
 * outbound_take: reads, converts and addresses complete papers and journals them in one transaction; bad ones go to
 * failed/ with their reason, incomplete ones wait. outbound_finish: moves what is acknowledged. Both may be repeated
 * after any crash. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_OUTBOUND_H
#define ECOCASE_ADAPTERS_OUTBOUND_OUTBOUND_H
#include "adapters/engine/engine.h"

/* *ret_prepared: how many were journaled; *ret_again_ms: when to look again at the latest. The arena holds up to
 * ENGINE_ARENA. */
MUST_USE enum outcome outbound_take(struct engine *engine, struct arena *arena, size_t *ret_prepared,
                                    int64_t *ret_again_ms, struct fault *fault);
MUST_USE enum outcome outbound_finish(struct engine *engine, struct arena *arena, struct fault *fault);
/* Kafka will never take this one: out of the journal and into failed/. */
MUST_USE enum outcome outbound_refused(struct engine *engine, const struct journaled *row, const struct fault *why,
                                       struct arena *arena, struct fault *fault);
#endif
