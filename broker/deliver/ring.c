/* Places by serial, and how far they are acknowledged without a gap. */
#include "broker/deliver/ring_inside.h"
#include "base/fault.h"
#include <string.h>

void ring_start(struct ring *ring, int64_t published) {
    memset(ring, 0, sizeof *ring);
    ring->published = ring->newest = published;
}

static void move_on(struct ring *ring) {
    while (ring->published < ring->newest && ring->left[(uint64_t)(ring->published + 1) % RING_PLACES] == 0)
        ring->published++;
}
void ring_add(struct ring *ring, int64_t serial, uint8_t records) {
    INVARIANT(serial == ring->newest + 1 && serial - ring->published < (int64_t)RING_PLACES);
    ring->left[(uint64_t)serial % RING_PLACES] = records;
    ring->newest = serial;
    move_on(ring);
}
void ring_acknowledge(struct ring *ring, int64_t serial) {
    uint8_t *left = &ring->left[(uint64_t)serial % RING_PLACES];
    INVARIANT(serial > ring->published && serial <= ring->newest && *left > 0);
    (*left)--;
    move_on(ring);
}
bool ring_empty(const struct ring *ring) { return ring->published == ring->newest; }
