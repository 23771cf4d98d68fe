/* Inside of the gateway: feeder.c (accepted submissions into outbox/), reconcile.c (what lies in inbox/ at the start).
 */
#ifndef ECOCASE_ADAPTERS_GATEWAY_GATEWAY_INSIDE_H
#define ECOCASE_ADAPTERS_GATEWAY_GATEWAY_INSIDE_H
#include "adapters/gateway/gateway.h"

/* At the start: what was never accepted, or is placed already, is cleared away. */
MUST_USE enum outcome feeder_recover(struct gateway *gateway, struct fault *fault);
void *feeder_run(void *gateway);
/* Deliveries of the journal that lie in inbox/ and that the store does not know are listed in it. */
MUST_USE enum outcome gateway_reconcile(struct gateway *gateway, const char *journal, struct fault *fault);
#endif
