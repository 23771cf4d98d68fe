/* The producer of chunks, and of the small records beside them. */
#include "adapters/transfer/uploads_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define ASK_MS    2000
#define MARK_SAID (-1) /* opaque of a small record: nobody waits for it */

static intptr_t mark_of(const struct uploads *u, const struct upload *up, int32_t index) {
    return (intptr_t)((uint64_t)(up - u->all) << 56 | (uint64_t)(up->turn & 0xffffff) << 32 | (uint32_t)index);
}

static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    struct uploads *u = opaque;
    uint64_t mark = (uint64_t)(intptr_t)message->_private;
    (void)producer;
    rd_kafka_resp_err_t error = bus_report_error(message);
    if (error) u->error = error;
    u->heard_ms = monotonic_ms();
    if ((intptr_t)message->_private == MARK_SAID) return;
    struct upload *up = &u->all[mark >> 56];
    u->in_flight--;
    bool its = up->stage == SHIPPING && (mark >> 32 & 0xffffff) == (up->turn & 0xffffff) &&
               (int32_t)(uint32_t)mark == up->file.acked;
    if (error || !its) return;
    if (up->file.acked++ == 0) up->file.what.first_offset = message->offset;
    up->file.what.last_offset = message->offset;
    u->with->status->kafka_up = true;
}

enum outcome uploads_start(struct uploads *u, struct fault *fault) {
    if (u->producer) return OK;
    TRY(bus_files_producer(u->with->bus, on_report, u, &u->producer, fault));
    u->queue = rd_kafka_queue_get_main(u->producer);
    wake_by(u->queue);
    return OK;
}

void uploads_stop(struct uploads *u) {
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        u->all[i].turn++;
        u->all[i].sent = u->all[i].file.acked;
    }
    if (!u->producer) return;
    rd_kafka_purge(u->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(u->producer, 200);
    rd_kafka_queue_destroy(u->queue);
    rd_kafka_destroy(u->producer);
    u->producer = NULL;
    u->in_flight = 0;
    u->error = 0;
}

static enum outcome unreachable(const struct uploads *u, rd_kafka_resp_err_t error, struct fault *fault) {
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", u->topic,
                     error ? rd_kafka_err2str(error) : "the producer failed");
}

enum outcome uploads_there(struct uploads *u, const struct journaled_file *file, bool *ret, struct fault *fault) {
    int64_t low = 0, high = 0;
    TRY(uploads_start(u, fault));
    rd_kafka_resp_err_t error =
        rd_kafka_query_watermark_offsets(u->producer, u->topic, file->what.partition, &low, &high, ASK_MS);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", u->topic, rd_kafka_err2str(error));
    *ret = low <= file->what.first_offset && high > file->what.last_offset;
    return OK;
}

enum outcome uploads_produce(struct uploads *u, struct upload *up, uint8_t *sealed, size_t count, struct fault *fault) {
    char key[DIGEST_SIZE * 2 + 1], index[16], chunks[16];
    digest_hex(&up->file.what.sha256, key);
    snprintf(index, sizeof index, "%d", up->sent);
    snprintf(chunks, sizeof chunks, "%d", up->file.what.count);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(2);
    rd_kafka_header_add(headers, CHUNK_HEADER_INDEX, -1, index, -1);
    rd_kafka_header_add(headers, CHUNK_HEADER_COUNT, -1, chunks, -1);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        u->producer, RD_KAFKA_V_TOPIC(u->topic), RD_KAFKA_V_PARTITION(up->file.what.partition),
        RD_KAFKA_V_KEY(key, DIGEST_SIZE * 2), RD_KAFKA_V_VALUE(sealed, count), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_FREE),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)mark_of(u, up, up->sent)), RD_KAFKA_V_END);
    if (!error) {
        if (!u->in_flight++) u->heard_ms = monotonic_ms();
        return OK;
    }
    rd_kafka_headers_destroy(headers);
    free(sealed);
    return unreachable(u, error, fault);
}

enum outcome uploads_say(struct uploads *u, const char *topic, const struct digest *sha256, rd_kafka_headers_t *headers,
                         struct fault *fault) {
    char key[DIGEST_SIZE * 2 + 1];
    digest_hex(sha256, key);
    enum outcome outcome = uploads_start(u, fault);
    rd_kafka_resp_err_t error =
        outcome != OK ? RD_KAFKA_RESP_ERR__FAIL
                      : rd_kafka_producev(u->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                                          RD_KAFKA_V_KEY(key, DIGEST_SIZE * 2),
                                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
                                          RD_KAFKA_V_OPAQUE((void *)(intptr_t)MARK_SAID), RD_KAFKA_V_END);
    if (error) rd_kafka_headers_destroy(headers);
    if (outcome == OK && error) outcome = unreachable(u, error, fault);
    return outcome;
}

/* After a failed message a gapless producer is done for: the next one goes on behind what is acknowledged. */
enum outcome uploads_poll(struct uploads *u, struct fault *fault) {
    char text[160];
    if (!u->producer) return OK;
    rd_kafka_poll(u->producer, 0);
    if (u->error || rd_kafka_fatal_error(u->producer, text, sizeof text)) {
        enum outcome outcome = unreachable(u, u->error, fault);
        uploads_stop(u);
        return outcome;
    }
    if (u->in_flight && monotonic_ms() - u->heard_ms > 10000) u->with->status->kafka_up = false;
    return OK;
}
