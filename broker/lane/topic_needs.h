/* 主题须知: what the settings of each of our topics must be. `ecocase-broker setup` makes topics so, mends what it may
 * and refuses the rest by name; a lane looks again at what it is about to read. Threads: any. */
#ifndef ECOCASE_LANE_TOPIC_NEEDS_H
#define ECOCASE_LANE_TOPIC_NEEDS_H
#include "bus/bus.h"

enum topic_kind { TOPIC_OF_OUTBOX, TOPIC_OF_INBOX, TOPIC_OF_FILES, TOPIC_OF_CLOCK, TOPIC_OF_WANTED, TOPIC_OF_DEAD };
/* `manual`: the ledger's clock, see docs/decisions. `replication`: at least; 0: not asked. */
struct bus_topic topic_needs(enum topic_kind kind, bool manual, const char *name, int32_t partitions, int replication);
/* One line that names the topic, what is wrong with it and the command that mends it. REFUSE TOPIC_CONFIG. */
MUST_USE enum outcome topic_misfit(const struct bus_topic *topics, const struct bus_misfit *misfit, const char *servers,
                                   struct fault *fault);
/* Nothing that has such a setting may be read: its times would be its sender's choice. */
bool topic_misfit_forbids(const struct bus_misfit *misfit);
#endif
