/* Ticks read and not yet judged. A tick is judged only when every outbox was read up to the end seen after the tick was
 * read; ends asked once hold for all ticks waiting at that moment. A plain record of data; one thread. */
#ifndef ECOCASE_LANE_TICKS_INSIDE_H
#define ECOCASE_LANE_TICKS_INSIDE_H
#include <stdbool.h>
#include <stddef.h>
#include "base/limits.h"
#include "base/time.h"

#define TICKS_WAITING 256u /* beyond, the newest two become one: what is lost is only the moment in between */
struct ticks {
    struct tick {
        instant at;
        int64_t next;
    } waiting[TICKS_WAITING]; /* next: clock offset behind it */
    size_t count;
    size_t asked;                     /* so many of the first wait for `ends` */
    int64_t ends[LIMIT_PARTICIPANTS]; /* 0 where no outbox is read */
};
/* `at` INSTANT_NONE: a clock record that is no tick; only its offset counts. */
void ticks_add(struct ticks *ticks, instant at, int64_t next);
bool ticks_want_ends(const struct ticks *ticks);
/* Those waiting now wait for these ends. */
void ticks_set_ends(struct ticks *ticks, const int64_t *ends);
/* How many of the first may be judged, when each outbox is read up to `seen`. */
size_t ticks_ready(const struct ticks *ticks, const int64_t *seen);
/* Time and clock offset after the first `count`; time never runs backwards. */
void ticks_apply(const struct ticks *ticks, size_t count, instant *time, int64_t *clock_offset);
void ticks_drop(struct ticks *ticks, size_t count);
void ticks_await_no_more(struct ticks *ticks, int number); /* of the participants: its outbox is held */
#endif
