/* Headers of what the broker publishes: CloudEvents binary mode and the lane's own on inbox records,
 * `__connect.errors.*` on dead letters. The caller owns the result. */
#ifndef ECOCASE_DELIVER_HEADERS_INSIDE_H
#define ECOCASE_DELIVER_HEADERS_INSIDE_H
#include "base/arena.h"
#include "broker/model/model.h"
#include "bus/bus.h"

struct headers_lane {
    int32_t lane;
    int64_t epoch, generation;
};
struct headers_of {
    const struct uuid *message_id;
    struct bytes event;
    const char *source;
    instant at;
};
struct bus_headers *headers_inbox(const struct headers_lane *lane, const struct ledger_event *event,
                                  const struct ledger_delivery *to, const struct headers_of *of);
/* `topic` is where the record came from. */
struct bus_headers *headers_dead_letter(const struct headers_lane *lane, const struct ledger_event *event,
                                        const char *topic, struct arena *arena);
#endif
