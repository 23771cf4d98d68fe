/* HTTP 传输: an agency's system hands in and fetches papers over HTTP instead of folders. Job: a transport put before the spool's. What
 * is handed in is kept durably and answered 202, then placed into outbox/ as if the agency had put it there; what the engine does with
 * papers passes through here on its way to the spool and is noted, so that the client can ask. Nothing else differs: journal, names,
 * failed/, receipts are the spool's. docs/HTTP.md, docs/openapi.yaml.
 * Threads: the engine's verbs come from its one thread; connections, feeder, webhook and watch have threads of their own.
 * http_open takes *transport (the spool's) and gives back one that owns it; on failure *transport stays as it was. */
#ifndef ECOCASE_ADAPTERS_HTTP_H
#define ECOCASE_ADAPTERS_HTTP_H
#include "adapters/engine/convert.h"
#include "adapters/transports/transport.h"

/* journal: path of the engine's, which is open already; it is only read. */
struct http_place { const char *settings, *spool, *journal, *agency; const struct profile *profile; };
MUST_USE enum outcome http_open(const struct http_place *place, struct transport **transport, struct fault *fault);
#endif
