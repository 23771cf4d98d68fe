/* What all lanes of one broker instance share; read-only once the lanes run. */
#ifndef ECOCASE_BROKER_BROKER_H
#define ECOCASE_BROKER_BROKER_H
#include "broker/ledger/ledger.h"
#include "bus/bus.h"

struct broker {
    struct bus_settings bus;
    const char *conninfo;
    const char *instance;
    struct catalogue *catalogue;
    struct rules *rules;
    int tick_seconds;
};
/* `ecocase-broker run`: joins the group on ecocase.clock, runs one lane thread per owned partition, until *stop. */
MUST_USE enum outcome instance_run(const struct broker *broker, volatile const int *stop, struct fault *fault);

struct broker_setup { struct bus_settings bus; const char *conninfo, *schemas; bool manual_clock; int lanes, replication; };
/* `ecocase-broker setup`: topics and ledger; idempotent. */
MUST_USE enum outcome broker_set_up(const struct broker_setup *setup, struct fault *fault);
#endif
