/* Headers of a record kept in its event row: JSON {"name": "text"}. A value that is no plain text is kept as {"hex":
 * "…"}, a name that occurs several times as a list, in order. Arena memory; empty when there is nothing to keep. */
#ifndef ECOCASE_DELIVER_KEPT_H
#define ECOCASE_DELIVER_KEPT_H
#include "base/arena.h"
#include "bus/bus.h"

/* For submissions: traceparent and tracestate (W3C Trace Context), where they are of lawful form. */
struct bytes kept_tracing(struct arena *arena, const struct bus_message *message);
/* For dead letters: all of them, up to 100 and 64 KiB together; what is beyond is counted in "ecocase_headers_dropped".
 */
struct bytes kept_all(struct arena *arena, const struct bus_message *message);
/* Adds them to the headers of an outgoing record. */
void kept_add(struct bus_headers *headers, struct bytes kept);
#endif
