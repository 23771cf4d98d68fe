/* A client that sends or takes a byte now and then is never idle to libmicrohttpd, so each
 * connection has an instant by which its present step must be over; past it the socket is shut down, and its thread
 * ends by itself. */
#include "adapters/http/http_inside.h"
#include "base/log.h"
#include <stdlib.h>
#include <time.h>

#define WATCH_MS 250
struct deadlines {
    pthread_mutex_t door;
    pthread_t watch;
    atomic_bool stopping;
    size_t most;
    struct {
        int descriptor;
        int64_t until_ms;
        bool cut;
    } *all;
    atomic_llong cut;
};

static void *watch(void *of) {
    struct deadlines *deadlines = of;
    while (!atomic_load(&deadlines->stopping)) {
        int64_t now = monotonic_ms();
        pthread_mutex_lock(&deadlines->door);
        for (size_t i = 0; i < deadlines->most; i++) {
            if (deadlines->all[i].descriptor < 0 || deadlines->all[i].cut || deadlines->all[i].until_ms > now) continue;
            shutdown(deadlines->all[i].descriptor, SHUT_RDWR);
            deadlines->all[i].cut = true;
            atomic_fetch_add(&deadlines->cut, 1);
            log_warn("http.slow_client", "text=\"cut\"");
        }
        pthread_mutex_unlock(&deadlines->door);
        nanosleep(&(struct timespec){0, WATCH_MS * 1000000}, NULL);
    }
    return NULL;
}

struct deadlines *deadline_new(size_t most) {
    struct deadlines *deadlines = calloc(1, sizeof *deadlines);
    INVARIANT(deadlines && pthread_mutex_init(&deadlines->door, NULL) == 0);
    deadlines->most = most;
    deadlines->all = calloc(most, sizeof *deadlines->all);
    INVARIANT(deadlines->all);
    for (size_t i = 0; i < most; i++) deadlines->all[i].descriptor = -1;
    INVARIANT(pthread_create(&deadlines->watch, NULL, watch, deadlines) == 0);
    return deadlines;
}
void deadline_free(struct deadlines *deadlines) {
    if (!deadlines) return;
    atomic_store(&deadlines->stopping, true);
    pthread_join(deadlines->watch, NULL);
    pthread_mutex_destroy(&deadlines->door);
    free(deadlines->all);
    free(deadlines);
}

static void put(struct deadlines *deadlines, int of, int descriptor, int64_t most_ms) {
    pthread_mutex_lock(&deadlines->door);
    for (size_t i = 0; i < deadlines->most; i++) {
        if (deadlines->all[i].descriptor != of) continue;
        deadlines->all[i].descriptor = descriptor;
        deadlines->all[i].until_ms = monotonic_ms() + most_ms;
        if (of < 0 || descriptor < 0) deadlines->all[i].cut = false;
        break;
    }
    pthread_mutex_unlock(&deadlines->door);
}
void deadline_opened(struct deadlines *deadlines, int descriptor, int64_t most_ms) {
    put(deadlines, -1, descriptor, most_ms);
}
void deadline_extend(struct deadlines *deadlines, int descriptor, int64_t most_ms) {
    put(deadlines, descriptor, descriptor, most_ms);
}
void deadline_closed(struct deadlines *deadlines, int descriptor) { put(deadlines, descriptor, -1, 0); }
int64_t deadline_cut(const struct deadlines *deadlines) { return atomic_load(&deadlines->cut); }
