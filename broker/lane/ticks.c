/* The window of waiting ticks: added, made ready, applied, dropped. */
#include "broker/lane/ticks_inside.h"
#include <string.h>

void ticks_add(struct ticks *t, instant at, int64_t next) {
    if (t->count == TICKS_WAITING) {
        struct tick *last = &t->waiting[TICKS_WAITING - 1];
        if (at > last->at) last->at = at;
        last->next = next;
        if (t->asked == TICKS_WAITING) t->asked--; /* the newer one needs newer ends */
        return;
    }
    t->waiting[t->count++] = (struct tick){at, next};
}

bool ticks_want_ends(const struct ticks *t) { return t->count > 0 && t->asked == 0; }

void ticks_set_ends(struct ticks *t, const int64_t *ends) {
    memcpy(t->ends, ends, sizeof t->ends);
    t->asked = t->count;
}

size_t ticks_ready(const struct ticks *t, const int64_t *seen) {
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) {
        if (seen[i] < t->ends[i]) return 0;
    }
    return t->asked;
}

void ticks_apply(const struct ticks *t, size_t count, instant *time, int64_t *clock_offset) {
    for (size_t i = 0; i < count; i++) {
        if (t->waiting[i].at > *time) *time = t->waiting[i].at; /* INSTANT_NONE is the least */
        *clock_offset = t->waiting[i].next;
    }
}

void ticks_await_no_more(struct ticks *t, int number) { t->ends[number] = 0; }

void ticks_drop(struct ticks *t, size_t count) {
    memmove(t->waiting, t->waiting + count, (t->count - count) * sizeof t->waiting[0]);
    t->count -= count;
    t->asked -= count;
}
