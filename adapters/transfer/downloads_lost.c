/* What will not come: papers given up, so that what names them is delivered without, and senders who do not answer. */
#include "adapters/transfer/downloads_inside.h"
#include "base/log.h"
#include <stdio.h>

const struct lost *downloads_lost(const struct downloads *d, const char *topic, const struct chunked *what) {
    for (size_t i = 0; i < LOST_MAX && i < d->lost_count; i++) {
        if (strcmp(d->lost[i].topic, topic) == 0 && chunked_same(&d->lost[i].what, what)) return &d->lost[i];
    }
    return NULL;
}
void downloads_lose(struct downloads *d, const char *topic, const struct chunked *what, const struct fault *why) {
    struct lost *lost = &d->lost[d->lost_count++ % LOST_MAX];
    *lost = (struct lost){.what = *what, .why = *why};
    snprintf(lost->topic, sizeof lost->topic, "%s", topic);
    log_fault_unnamed(LOG_ERROR, "download.lost", why);
    d->changes++;
}

void downloads_end(struct downloads *d) {
    partial_file_close(d->partial);
    d->stage = IDLE;
    d->changes++;
}
enum outcome downloads_give_up(struct downloads *d, const struct fault *why) {
    partial_file_forget(d->partial);
    downloads_lose(d, d->topic, &d->what, why);
    downloads_end(d);
    return OK;
}

bool downloads_silent(const struct downloads *d) {
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) {
        if (d->silent[i].until_ms > monotonic_ms() && strcmp(d->silent[i].topic, d->topic) == 0) return true;
    }
    return false;
}
void downloads_note_silent(struct downloads *d) {
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) {
        if (d->silent[i].until_ms > monotonic_ms()) continue;
        memcpy(d->silent[i].topic, d->topic, sizeof d->topic);
        d->silent[i].until_ms = monotonic_ms() + DOWNLOAD_SILENT_MS;
        return;
    }
}
