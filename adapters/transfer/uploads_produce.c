/* The producer of chunks, and of the small records beside them. */
#include "adapters/transfer/uploads_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define ASK_MS    2000
#define MARK_SAID (-1) /* opaque of a small record: nobody waits for it */

static intptr_t mark_of(const struct uploads *u, const struct upload *up, int32_t index) {
    return (intptr_t)((uint64_t)(up - u->all) << 56 | (uint64_t)(up->turn & 0xffffff) << 32 | (uint32_t)index);
}

static void on_report(void *opaque, const struct bus_report *report) {
    struct uploads *u = opaque;
    uint64_t mark = (uint64_t)report->mark;
    if (report->error) u->error = report->error;
    u->heard_ms = monotonic_ms();
    if (report->mark == MARK_SAID) return;
    struct upload *up = &u->all[mark >> 56];
    u->in_flight--;
    bool its = up->stage == SHIPPING && (mark >> 32 & 0xffffff) == (up->turn & 0xffffff) &&
               (int32_t)(uint32_t)mark == up->file.acked;
    if (report->error || !its) return;
    if (up->file.acked++ == 0) up->file.what.first_offset = report->offset;
    up->file.what.last_offset = report->offset;
    u->with->status->kafka_up = true;
}

enum outcome uploads_start(struct uploads *u, struct fault *fault) {
    if (u->producer) return OK;
    TRY(bus_files_producer_open(u->with->bus, on_report, u, &u->producer, fault));
    bus_producer_wake(u->producer, wake_descriptor());
    return OK;
}

void uploads_stop(struct uploads *u) {
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        u->all[i].turn++;
        u->all[i].sent = u->all[i].file.acked;
    }
    if (!u->producer) return;
    bus_producer_close(u->producer);
    u->producer = NULL;
    u->in_flight = 0;
    u->error = 0;
}

static enum outcome unreachable(const struct uploads *u, int error, struct fault *fault) {
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", u->topic,
                     error ? bus_error_text(error) : "the producer failed");
}

enum outcome uploads_there(struct uploads *u, const struct journaled_file *file, bool *ret, struct fault *fault) {
    int64_t low = 0, high = 0;
    TRY(uploads_start(u, fault));
    TRY(bus_range(bus_producer_client(u->producer), u->topic, file->what.partition, ASK_MS, &low, &high, NULL, fault));
    *ret = low <= file->what.first_offset && high > file->what.last_offset;
    return OK;
}

enum outcome uploads_produce(struct uploads *u, struct upload *up, uint8_t *sealed, size_t count, struct fault *fault) {
    char key[DIGEST_SIZE * 2 + 1], index[16], chunks[16];
    digest_hex(&up->file.what.sha256, key);
    snprintf(index, sizeof index, "%d", up->sent);
    snprintf(chunks, sizeof chunks, "%d", up->file.what.count);
    struct bus_record record = {.topic = u->topic,
                                .partition = up->file.what.partition,
                                .key = bytes_of(key, DIGEST_SIZE * 2),
                                .value = bytes_of(sealed, count),
                                .give = true,
                                .headers = bus_headers_new(2),
                                .mark = mark_of(u, up, up->sent)};
    bus_headers_add_text(record.headers, CHUNK_HEADER_INDEX, index);
    bus_headers_add_text(record.headers, CHUNK_HEADER_COUNT, chunks);
    int error = bus_produce(u->producer, &record);
    if (!error) {
        if (!u->in_flight++) u->heard_ms = monotonic_ms();
        return OK;
    }
    bus_headers_free(record.headers);
    free(sealed);
    return unreachable(u, error, fault);
}

enum outcome uploads_say(struct uploads *u, const char *topic, const struct digest *sha256, struct bus_headers *headers,
                         struct fault *fault) {
    char key[DIGEST_SIZE * 2 + 1];
    digest_hex(sha256, key);
    enum outcome outcome = uploads_start(u, fault);
    const struct bus_record record = {
        .topic = topic, .key = bytes_of(key, DIGEST_SIZE * 2), .headers = headers, .mark = MARK_SAID};
    int error = outcome == OK ? bus_produce(u->producer, &record) : 0;
    if (outcome == OK && error) outcome = unreachable(u, error, fault);
    if (outcome != OK) bus_headers_free(headers);
    return outcome;
}

/* After a failed message a gapless producer is done for: the next one goes on behind what is acknowledged. */
enum outcome uploads_poll(struct uploads *u, struct fault *fault) {
    char text[160];
    if (!u->producer) return OK;
    bus_producer_poll(u->producer, 0);
    if (u->error || bus_producer_is_done(u->producer, text, sizeof text)) {
        enum outcome outcome = unreachable(u, u->error, fault);
        uploads_stop(u);
        return outcome;
    }
    if (u->in_flight && monotonic_ms() - u->heard_ms > 10000) u->with->status->kafka_up = false;
    return OK;
}
