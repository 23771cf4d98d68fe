/* 泳道: one thread that owns partition i of every outbox and of the clock: read a batch, examine, judge, record,
 * deliver. All of a lane's handles (ledger connection, reader, producer) belong to this thread. */
#ifndef ECOCASE_LANE_H
#define ECOCASE_LANE_H
#include <pthread.h>
#include "broker/shared/broker.h"

struct lane {
    const struct broker *broker;
    int32_t number;
    pthread_t thread;
    struct pulse pulse;
    atomic_bool wrong_world; /* the whole instance must stop */
};
void lane_start(struct lane *lane, const struct broker *broker, int32_t number);
/* Waits up to wait_ms for the thread; the batch in hand is finished or given up. False: it is stuck and was left to
 * itself; the lane's memory must stay, and the fence keeps it harmless. */
bool lane_stop(struct lane *lane, int wait_ms);
#endif
