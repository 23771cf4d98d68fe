/* 唤醒: what ends the engine's sleep before its time: a signal, or something that came into a queue of Kafka's. One
 * descriptor for the process. Threads: wake_now is async-signal-safe and may be called from any; the rest is the
 * engine's. */
#ifndef ECOCASE_ADAPTERS_ENGINE_WAKE_H
#define ECOCASE_ADAPTERS_ENGINE_WAKE_H
#include "bus/bus.h"

void wake_open(void);
void wake_close(void);
void wake_now(void);
void wake_by(rd_kafka_queue_t *queue); /* from now on when something comes into the queue */
int wake_descriptor(void);             /* readable when woken; -1: not open */
void wake_drain(void);
#endif
