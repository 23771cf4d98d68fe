/* See uploads.h. */
#include "adapters/engine/uploads.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/point.h"
#include "wire/fingerprint.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICE (1u << 20)
#define SLICES_A_ROUND 4
#define ASK_MS 2000

/* FREE ▸ HASHING ▸ CHOOSING (its digests are known) ▸ SHIPPING ▸ FREE; FAILED is told once. */
enum stage { FREE, HASHING, CHOOSING, SHIPPING, FAILED };
struct upload {
    enum stage stage;
    char name[256];
    struct paper paper;             /* its name is `name` */
    struct fingerprint *print;
    int64_t hashed;
    struct journaled_file file;
    int32_t sent, noted;
    uint32_t turn;                  /* another one each time the chunks begin anew: late acknowledgements are not taken for others */
    struct fault why;
};
struct uploads {
    struct engine *engine;
    const struct bus_settings *bus;
    rd_kafka_t *producer;
    rd_kafka_queue_t *queue;
    char topic[TOPIC_NAME];
    struct upload all[UPLOADS_MOST];
    int in_flight;
    rd_kafka_resp_err_t error;      /* the producer is done for */
    int64_t heard_ms;
    uint8_t slice[SLICE];
};

static intptr_t mark_of(const struct uploads *u, const struct upload *up, int32_t index) {
    return (intptr_t)((uint64_t)(up - u->all) << 56 | (uint64_t)(up->turn & 0xffffff) << 32 | (uint32_t)index);
}

static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    struct uploads *u = opaque;
    uint64_t mark = (uint64_t)(intptr_t)message->_private;
    struct upload *up = &u->all[mark >> 56];
    (void)producer;
    u->in_flight--;
    u->heard_ms = monotonic_ms();
    rd_kafka_resp_err_t error = bus_report_error(message);
    if (error) u->error = error;
    bool its = up->stage == SHIPPING && (mark >> 32 & 0xffffff) == (up->turn & 0xffffff) && (int32_t)(uint32_t)mark == up->file.acked;
    if (error || !its) return;
    if (up->file.acked++ == 0) up->file.what.first_offset = message->offset;
    up->file.what.last_offset = message->offset;
    u->engine->status.kafka_up = true;
}

static enum outcome start(struct uploads *u, struct fault *fault) {
    if (u->producer) return OK;
    TRY(bus_files_producer(u->bus, on_report, u, &u->producer, fault));
    u->queue = rd_kafka_queue_get_main(u->producer);
    engine_wake_by(u->queue);
    return OK;
}

/* What is on its way may arrive all the same: whoever reads takes each chunk once. */
static void stop(struct uploads *u) {
    for (size_t i = 0; i < UPLOADS_MOST; i++) {
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

enum outcome uploads_new(struct engine *engine, const struct bus_settings *bus, struct uploads **ret, struct fault *fault) {
    struct uploads *u = calloc(1, sizeof *u);
    PROMISE(u);
    (void)fault;
    u->engine = engine;
    u->bus = bus;
    bus_files_topic(bytes_of_cstr(engine->self->slug), u->topic);
    *ret = u;
    return OK;
}
void uploads_free(struct uploads *u) {
    if (!u) return;
    stop(u);
    for (size_t i = 0; i < UPLOADS_MOST; i++) fingerprint_free(u->all[i].print);
    free(u);
}

/* The same paper, as the transport tells papers from each other. */
static struct bytes identity(const struct paper *p, char room[400]) {
    int count = snprintf(room, 400, "%llu %lld %lld %.*s", (unsigned long long)p->inode, (long long)p->modified_ns, (long long)p->size, BYTES_FMT(p->name));
    return bytes_of(room, count < 400 ? (size_t)count : 399);
}
static bool same_paper(const struct paper *a, const struct paper *b) {
    return a->inode == b->inode && a->modified_ns == b->modified_ns && a->size == b->size && bytes_equal(a->name, b->name);
}
static bool done(const struct journaled_file *file) { return file->what.count && file->acked == file->what.count; }

/* No slot: later. Digests that are known from before a crash are not made again. */
static void take_on(struct uploads *u, const struct paper *paper, const struct journaled_file *known) {
    struct upload *up = NULL;
    for (size_t i = 0; i < UPLOADS_MOST && !up; i++) up = u->all[i].stage == FREE ? &u->all[i] : NULL;
    if (!up || paper->name.count >= sizeof up->name) return;
    struct fingerprint *print = up->print ? up->print : fingerprint_new();
    *up = (struct upload){.stage = known ? CHOOSING : HASHING, .paper = *paper, .print = print, .turn = up->turn + 1};
    memcpy(up->name, paper->name.at, paper->name.count);
    up->paper.name = bytes_of(up->name, paper->name.count);
    if (known) up->file = *known;
    fingerprint_begin(print);
}

enum outcome uploads_want(struct uploads *u, const struct paper *paper, struct chunked *ret, bool *ret_ready, struct fault *fault) {
    char room[400];
    struct journaled_file file = {0};
    struct digest sha256;
    bool known = false;
    *ret_ready = false;
    for (size_t i = 0; i < UPLOADS_MOST; i++) {
        struct upload *up = &u->all[i];
        if (up->stage == FREE || !same_paper(&up->paper, paper)) continue;
        if (up->stage != FAILED) return OK;
        up->stage = FREE;
        *fault = up->why;
        return REFUSE;
    }
    TRY(journal_paper(u->engine->journal, identity(paper, room), &known, &sha256, fault));
    if (known) TRY(journal_file(u->engine->journal, &sha256, &known, &file, fault));
    *ret_ready = known && done(&file) && instant_now() - file.at < UPLOAD_REUSE_MS;
    if (*ret_ready) *ret = file.what;
    else take_on(u, paper, known ? &file : NULL);
    return OK;
}

static enum outcome read_slice(struct uploads *u, const struct upload *up, int64_t from, size_t count, struct fault *fault) {
    struct transport *t = u->engine->transport;
    return t->verbs->read_part(t, &up->paper, from, u->slice, count, fault);
}

static enum outcome hash(struct uploads *u, struct upload *up, struct fault *fault) {
    for (int i = 0; i < SLICES_A_ROUND && up->hashed < up->paper.size; i++) {
        int64_t left = up->paper.size - up->hashed;
        size_t count = left < (int64_t)SLICE ? (size_t)left : SLICE;
        TRY(read_slice(u, up, up->hashed, count, fault));
        fingerprint_add(up->print, bytes_of(u->slice, count));
        up->hashed += (int64_t)count;
    }
    if (up->hashed < up->paper.size) return OK;
    fingerprint_end(up->print, &up->file.what.sha256, &up->file.what.sm3);
    POINT("ship.hashed");
    up->stage = CHOOSING;
    return OK;
}

/* Are chunks that were acknowledged still there to be named? */
static enum outcome still_there(struct uploads *u, const struct journaled_file *file, bool *ret, struct fault *fault) {
    int64_t low = 0, high = 0;
    *ret = file->acked == 0;
    if (!file->acked || instant_now() - file->at >= UPLOAD_REUSE_MS) return OK;
    TRY(start(u, fault));
    rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(u->producer, u->topic, file->what.partition, &low, &high, ASK_MS);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", u->topic, rd_kafka_err2str(error));
    *ret = low <= file->what.first_offset && high > file->what.last_offset;
    return OK;
}

static bool shipped_by_another(const struct uploads *u, const struct upload *up) {
    for (size_t i = 0; i < UPLOADS_MOST; i++) {
        const struct upload *other = &u->all[i];
        if (other != up && other->stage == SHIPPING && memcmp(&other->file.what.sha256, &up->file.what.sha256, sizeof(struct digest)) == 0) return true;
    }
    return false;
}

static enum outcome note(struct uploads *u, const struct upload *up, bool paper_too, struct fault *fault) {
    struct journal *j = u->engine->journal;
    char room[400];
    TRY(journal_begin(j, fault));
    enum outcome outcome = journal_file_put(j, &up->file, fault);
    if (outcome == OK && paper_too) outcome = journal_paper_put(j, identity(&up->paper, room), &up->file.what.sha256, fault);
    if (outcome == OK) outcome = journal_commit(j, fault);
    if (outcome != OK) journal_rollback(j);
    return outcome;
}

/* A new key for a new start: a key seals one content, cut in one way. */
static void begin_anew(struct uploads *u, struct upload *up) {
    up->file.what = (struct chunked){.sha256 = up->file.what.sha256, .sm3 = up->file.what.sm3};
    chunked_cut(&up->file.what, up->paper.size, profile_attachment_chunk(u->engine->profile));
    PROMISE(RAND_bytes(up->file.what.key, CHUNK_KEY) == 1);
    up->file.acked = 0;
    up->file.at = instant_now();
}

/* The content is known by now: was it shipped, is it being shipped, was it begun, or is it new? */
static enum outcome choose(struct uploads *u, struct upload *up, struct fault *fault) {
    struct journaled_file known;
    bool is_known = false, there = false;
    if (shipped_by_another(u, up)) return OK;
    TRY(journal_file(u->engine->journal, &up->file.what.sha256, &is_known, &known, fault));
    if (is_known) TRY(still_there(u, &known, &there, fault));
    if (is_known && there && (done(&known) || known.what.chunk_size == profile_attachment_chunk(u->engine->profile))) up->file = known;
    else begin_anew(u, up);
    TRY(note(u, up, true, fault));
    POINT("ship.begun");
    up->sent = up->noted = up->file.acked;
    up->stage = done(&up->file) ? FREE : SHIPPING;
    if (up->stage == FREE) log_info("upload.known", "chunks=%d", up->file.what.count);
    return OK;
}

static rd_kafka_resp_err_t produce(struct uploads *u, struct upload *up, uint8_t *sealed, size_t count) {
    char key[DIGEST_SIZE * 2 + 1], index[16], chunks[16];
    digest_hex(&up->file.what.sha256, key);
    snprintf(index, sizeof index, "%d", up->sent);
    snprintf(chunks, sizeof chunks, "%d", up->file.what.count);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(2);
    rd_kafka_header_add(headers, CHUNK_HEADER_INDEX, -1, index, -1);
    rd_kafka_header_add(headers, CHUNK_HEADER_COUNT, -1, chunks, -1);
    rd_kafka_resp_err_t error = rd_kafka_producev(u->producer, RD_KAFKA_V_TOPIC(u->topic), RD_KAFKA_V_PARTITION(up->file.what.partition),
        RD_KAFKA_V_KEY(key, DIGEST_SIZE * 2), RD_KAFKA_V_VALUE(sealed, count), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_FREE), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE((void *)mark_of(u, up, up->sent)), RD_KAFKA_V_END);
    if (!error) return 0;
    rd_kafka_headers_destroy(headers);
    free(sealed);
    return error;
}

static enum outcome ship(struct uploads *u, struct upload *up, struct fault *fault) {
    TRY(start(u, fault));
    for (int i = 0; i < SLICES_A_ROUND && up->sent < up->file.what.count && u->in_flight < UPLOAD_IN_FLIGHT; i++) {
        size_t count = chunk_length(&up->file.what, up->sent);
        TRY(read_slice(u, up, chunk_start(&up->file.what, up->sent), count, fault));
        uint8_t *sealed = malloc(count + CHUNK_SEAL);
        PROMISE(sealed);
        chunk_seal(&up->file.what, up->sent, bytes_of(u->slice, count), sealed);
        rd_kafka_resp_err_t error = produce(u, up, sealed, count + CHUNK_SEAL);
        if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", u->topic, rd_kafka_err2str(error));
        if (!u->in_flight++) u->heard_ms = monotonic_ms();
        up->sent++;
        POINT("ship.produced");
    }
    return OK;
}

static enum outcome note_acked(struct uploads *u, struct upload *up, struct fault *fault) {
    bool whole = done(&up->file);
    if (!whole && up->file.acked - up->noted < UPLOAD_NOTE) return OK;
    POINT("ship.acked");
    TRY(note(u, up, false, fault));
    POINT("ship.noted");
    up->noted = up->file.acked;
    if (!whole) return OK;
    log_info("upload.done", "chunks=%d bytes=%lld", up->file.what.count, (long long)up->file.what.size);
    up->stage = FREE;
    return OK;
}

static enum outcome advance(struct uploads *u, struct upload *up, struct fault *fault) {
    if (up->stage == HASHING) TRY(hash(u, up, fault));
    if (up->stage == CHOOSING) TRY(choose(u, up, fault));
    if (up->stage == SHIPPING) TRY(note_acked(u, up, fault));
    return up->stage == SHIPPING ? ship(u, up, fault) : OK;
}

/* After a failed message a gapless producer is done for: the next one goes on behind what is acknowledged. */
static enum outcome begin_again(struct uploads *u, struct fault *fault) {
    fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "chunks to %s: %s", u->topic, u->error ? rd_kafka_err2str(u->error) : "the producer failed");
    stop(u);
    return RETRY;
}

enum outcome uploads_round(struct uploads *u, bool *ret_more, struct fault *fault) {
    char text[160];
    if (u->producer) {
        rd_kafka_poll(u->producer, 0);
        if (u->error || rd_kafka_fatal_error(u->producer, text, sizeof text)) return begin_again(u, fault);
        if (u->in_flight && monotonic_ms() - u->heard_ms > 10000) u->engine->status.kafka_up = false;
    }
    for (size_t i = 0; i < UPLOADS_MOST; i++) {
        struct upload *up = &u->all[i];
        enum outcome outcome = advance(u, up, fault);
        bool changed = outcome == RETRY && strcmp(fault->code, "FILE_CHANGED") == 0; /* another paper by now: who needs it asks again */
        if (outcome == REFUSE) up->why = *fault;
        if (outcome == REFUSE || changed) up->stage = changed ? FREE : FAILED;
        else TRY(outcome);
        *ret_more = *ret_more || up->stage == HASHING || (up->stage == SHIPPING && up->sent < up->file.what.count && u->in_flight < UPLOAD_IN_FLIGHT);
    }
    return OK;
}
