/* See http_inside.h. A client that sends or takes a byte now and then is never idle to libmicrohttpd, so each
 * connection has an instant by which its present step must be over; past it the socket is shut down, and its thread
 * ends by itself. */
#include "adapters/http/http_inside.h"
#include "base/log.h"
#include <stdlib.h>
#include <time.h>

#define WATCH_MS 250
struct lines {
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
    struct lines *lines = of;
    while (!atomic_load(&lines->stopping)) {
        int64_t now = monotonic_ms();
        pthread_mutex_lock(&lines->door);
        for (size_t i = 0; i < lines->most; i++) {
            if (lines->all[i].descriptor < 0 || lines->all[i].cut || lines->all[i].until_ms > now) continue;
            shutdown(lines->all[i].descriptor, SHUT_RDWR);
            lines->all[i].cut = true;
            atomic_fetch_add(&lines->cut, 1);
            log_warn("http.slow_client", "text=\"cut\"");
        }
        pthread_mutex_unlock(&lines->door);
        nanosleep(&(struct timespec){0, WATCH_MS * 1000000}, NULL);
    }
    return NULL;
}

struct lines *lines_new(size_t most) {
    struct lines *lines = calloc(1, sizeof *lines);
    INVARIANT(lines && pthread_mutex_init(&lines->door, NULL) == 0);
    lines->most = most;
    lines->all = calloc(most, sizeof *lines->all);
    INVARIANT(lines->all);
    for (size_t i = 0; i < most; i++) lines->all[i].descriptor = -1;
    INVARIANT(pthread_create(&lines->watch, NULL, watch, lines) == 0);
    return lines;
}
void lines_free(struct lines *lines) {
    if (!lines) return;
    atomic_store(&lines->stopping, true);
    pthread_join(lines->watch, NULL);
    pthread_mutex_destroy(&lines->door);
    free(lines->all);
    free(lines);
}

static void put(struct lines *lines, int of, int descriptor, int64_t most_ms) {
    pthread_mutex_lock(&lines->door);
    for (size_t i = 0; i < lines->most; i++) {
        if (lines->all[i].descriptor != of) continue;
        lines->all[i].descriptor = descriptor;
        lines->all[i].until_ms = monotonic_ms() + most_ms;
        if (of < 0 || descriptor < 0) lines->all[i].cut = false;
        break;
    }
    pthread_mutex_unlock(&lines->door);
}
void lines_opened(struct lines *lines, int descriptor, int64_t most_ms) { put(lines, -1, descriptor, most_ms); }
void lines_extend(struct lines *lines, int descriptor, int64_t most_ms) { put(lines, descriptor, descriptor, most_ms); }
void lines_closed(struct lines *lines, int descriptor) { put(lines, descriptor, -1, 0); }
int64_t lines_cut(const struct lines *lines) { return atomic_load(&lines->cut); }
