/* What the program ecocase-broker does: run the lanes of one instance, set topics and ledger up, or
 * recover after a restore. */
#ifndef ECOCASE_INSTANCE_INSTANCE_H
#define ECOCASE_INSTANCE_INSTANCE_H
#include <signal.h>
#include "broker/shared/broker.h"

/* `ecocase-broker run`: joins the group on ecocase.clock, runs one lane thread per owned partition, until *stop. */
MUST_USE enum outcome instance_run(const struct broker *broker, volatile const sig_atomic_t *stop, struct fault *fault);

struct broker_setup {
    struct bus_settings bus;
    const char *conninfo, *schemas;
    bool manual_clock;
    int lanes, replication;
};
/* `ecocase-broker setup`: topics and ledger; idempotent. */
MUST_USE enum outcome broker_set_up(const struct broker_setup *setup, struct fault *fault);
/* 恢复 · `ecocase-broker recover`, after a restore of the ledger: what inboxes show is told on stdout and, where they
 * know more than the ledger (or `anyway`), a new generation begins: epochs and generation in the ledger, then an
 * opening record in every inbox. RETRY: Kafka or Postgres; to be run again before brokers work. */
MUST_USE enum outcome broker_recover(const struct broker_setup *setup, bool anyway, struct fault *fault);
/* 跳过 · `ecocase-broker pass-over`: one record that cannot be read is given up: a dead letter of the ledger without
 * its bytes, with who did it and why; its sender is told. The lane's owner takes the lane again. REFUSE: NOT_NEXT, it
 * is not the one that is held. */
struct pass_over {
    const char *agency, *operator, * reason;
    int32_t lane;
    int64_t offset, up_to; /* up_to: the last of several, -1: one */
};
MUST_USE enum outcome broker_pass_over(const char *conninfo, const char *schemas, const struct pass_over *what,
                                       struct fault *fault);
#endif
