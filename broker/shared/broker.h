/* What all lanes of one broker instance share; read-only once the lanes run. */
#ifndef ECOCASE_SHARED_BROKER_H
#define ECOCASE_SHARED_BROKER_H
#include <stdatomic.h>
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
/* Between a lane's thread and the instance that watches it. */
struct pulse {
    atomic_bool stop;
    atomic_llong beat; /* monotonic ms of the last sign of life */
};
static inline void pulse_beat(struct pulse *pulse) { atomic_store(&pulse->beat, monotonic_ms()); }
#endif
