/* 已发出 · What the inboxes show that a lane gave out: the newest generation, epoch and serial among the last records
 * of each inbox's partition of that lane. A ledger that knows less was restored, or lost its tail. The reader is
 * assigned to them, and to something else by its owner afterwards. An inbox that cannot be read in time is logged and
 * left out: it stops nobody. RETRY: Kafka. */
#ifndef ECOCASE_LANE_GIVEN_OUT_H
#define ECOCASE_LANE_GIVEN_OUT_H
#include "broker/ledger/ledger.h"
#include "bus/bus.h"

MUST_USE enum outcome given_out_look(struct bus_reader *reader, const struct directory *directory, int32_t lane,
                                     struct given_out *ret, struct fault *fault);
bool given_out_beyond(const struct given_out *seen, const struct lane_row *row);
#endif
