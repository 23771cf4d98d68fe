/* HTTP 传输: an agency's system hands in and fetches papers over HTTP instead of folders. Job: a gateway
 * (gateway/gateway.h) before the spool whose owner is a server: what is handed in is answered 202 once it is kept
 * durably. docs/HTTP.md, docs/openapi.yaml. Threads: connections and webhook have threads of their own. http_open takes
 * *transport (the spool's, or another gateway) and gives back one that owns it; on failure *transport stays as it was.
 */
#ifndef ECOCASE_ADAPTERS_HTTP_HTTP_H
#define ECOCASE_ADAPTERS_HTTP_HTTP_H
#include "adapters/gateway/gateway.h"

MUST_USE enum outcome http_open(const struct gateway_place *place, struct transport **transport, struct fault *fault);
#endif
