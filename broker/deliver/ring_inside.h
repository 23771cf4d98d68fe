/* A bounded window over the serials that were produced and not all acknowledged; `published` moves only over a
 * contiguous acknowledged run (as bottledwater-pg's ring of transactions). One thread (produce and delivery reports are
 * both the lane's). */
#ifndef ECOCASE_DELIVER_RING_INSIDE_H
#define ECOCASE_DELIVER_RING_INSIDE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_PLACES 16384u /* far more than the events of one run */
struct ring {
    int64_t published;         /* all up to here are acknowledged */
    int64_t newest;            /* last serial added */
    uint8_t left[RING_PLACES]; /* records of serial s not yet acknowledged, at s % RING_PLACES */
};
void ring_start(struct ring *ring, int64_t published);
/* Serials must be added in order; `records` may be 0. */
void ring_add(struct ring *ring, int64_t serial, uint8_t records);
void ring_acknowledge(struct ring *ring, int64_t serial);
/* All that was added is acknowledged. */
bool ring_empty(const struct ring *ring);
#endif
