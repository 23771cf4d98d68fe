/* See uploads.h. */
#include "adapters/transfer/uploads_inside.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICES_A_ROUND 4
#define ASK_MS         2000

enum outcome uploads_new(struct engine *engine, const struct bus_settings *bus, struct uploads **ret,
                         struct fault *fault) {
    struct uploads *u = calloc(1, sizeof *u);
    INVARIANT(u);
    u->engine = engine;
    u->bus = bus;
    bus_files_topic(bytes_of_cstr(engine->self->slug), u->topic);
    enum outcome outcome = journal_offset(engine->journal, JOURNAL_CHUNK_REQUESTS, &u->done, fault);
    u->heard = u->done;
    if (outcome == OK) *ret = u;
    else free(u);
    return outcome;
}
void uploads_free(struct uploads *u) {
    if (!u) return;
    uploads_stop(u);
    for (size_t i = 0; i < UPLOADS_MAX; i++) fingerprint_free(u->all[i].print);
    free(u);
}

/* The same paper, as the transport tells papers from each other. */
static struct bytes identity(const struct outbox_paper *p, char text[400]) {
    int count = snprintf(text, 400, "%llu %lld %lld %.*s", (unsigned long long)p->inode, (long long)p->modified_ns,
                         (long long)p->size, BYTES_FMT(p->name));
    return bytes_of(text, count < 400 ? (size_t)count : 399);
}
static bool same_paper(const struct outbox_paper *a, const struct outbox_paper *b) {
    return a->inode == b->inode && a->modified_ns == b->modified_ns && a->size == b->size &&
           bytes_equal(a->name, b->name);
}
static bool done(const struct journaled_file *file) { return file->what.count && file->acked == file->what.count; }

struct upload *uploads_slot(struct uploads *u, const struct outbox_paper *paper) {
    struct upload *up = NULL;
    for (size_t i = 0; i < UPLOADS_MAX && !up; i++) up = u->all[i].stage == FREE ? &u->all[i] : NULL;
    if (!up || paper->name.count >= sizeof up->name) return NULL;
    struct fingerprint *print = up->print ? up->print : fingerprint_new();
    *up = (struct upload){.stage = HASHING, .paper = *paper, .print = print, .turn = up->turn + 1};
    memcpy(up->name, paper->name.at, paper->name.count);
    up->paper.name = bytes_of(up->name, paper->name.count);
    fingerprint_begin(print);
    return up;
}

/* No slot: later. Digests that are known from before a crash are not made again. */
static void take_on(struct uploads *u, const struct outbox_paper *paper, const struct journaled_file *known) {
    struct upload *up = uploads_slot(u, paper);
    if (!up || !known) return;
    up->stage = CHOOSING;
    up->file = *known;
}

static struct upload *upload_of(struct uploads *u, const struct outbox_paper *paper) {
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        if (u->all[i].stage != FREE && !u->all[i].again && same_paper(&u->all[i].paper, paper)) return &u->all[i];
    }
    return NULL;
}

void uploads_waits(struct uploads *u, const struct outbox_paper *paper, struct bytes case_file) {
    struct upload *up = upload_of(u, paper);
    if (up && case_file.count < sizeof up->for_case)
        snprintf(up->for_case, sizeof up->for_case, "%.*s", BYTES_FMT(case_file));
}

enum outcome uploads_want(struct uploads *u, const struct outbox_paper *paper, struct chunked *ret, bool *ret_ready,
                          struct fault *fault) {
    char text[400];
    struct journaled_file file = {0};
    struct digest sha256;
    bool known = false;
    *ret_ready = false;
    struct upload *up = upload_of(u, paper);
    if (up && up->stage != FAILED) return OK;
    if (up) {
        up->stage = FREE;
        *fault = up->why;
        return REFUSE;
    }
    TRY(journal_paper(u->engine->journal, identity(paper, text), &known, &sha256, fault));
    if (known) TRY(journal_file(u->engine->journal, &sha256, &known, &file, fault));
    *ret_ready = known && done(&file) && instant_now() - file.at < UPLOAD_REUSE_MS;
    if (*ret_ready) *ret = file.what;
    else take_on(u, paper, known ? &file : NULL);
    return OK;
}

static enum outcome read_slice(struct uploads *u, const struct upload *up, int64_t from, size_t count,
                               struct fault *fault) {
    struct transport *t = u->engine->transport;
    return t->verbs->read_part(t, &up->paper, from, u->slice, count, fault);
}

static enum outcome hash(struct uploads *u, struct upload *up, struct fault *fault) {
    TRY(uploads_start(u, fault)); /* a producer takes a second to be ready: meanwhile */
    for (int i = 0; i < SLICES_A_ROUND && up->hashed < up->paper.size; i++) {
        int64_t left = up->paper.size - up->hashed;
        size_t count = left < (int64_t)SLICE ? (size_t)left : SLICE;
        TRY(read_slice(u, up, up->hashed, count, fault));
        fingerprint_add(up->print, bytes_of(u->slice, count));
        up->hashed += (int64_t)count;
    }
    if (up->hashed < up->paper.size) return OK;
    fingerprint_end(up->print, &up->file.what.sha256, &up->file.what.sm3);
    FAILPOINT("ship.hashed");
    up->stage = CHOOSING;
    bool other = up->again && memcmp(up->expected.b, up->file.what.sha256.b, DIGEST_SIZE) != 0;
    return other ? fault_set(fault, REFUSE, "DIGEST_MISMATCH", "what lies in sent/ in its place is another content")
                 : OK;
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

/* May chunks that were acknowledged still be named? */
static enum outcome good_still(struct uploads *u, const struct upload *up, const struct journaled_file *file, bool *ret,
                               struct fault *fault) {
    bool new_turn = up->again && (done(file) || !file->acked); /* one that was broken off goes on */
    *ret = !file->acked && !new_turn;
    if (!file->acked || new_turn || instant_now() - file->at >= UPLOAD_REUSE_MS) return OK;
    return uploads_there(u, file, ret, fault);
}

static bool shipped_by_another(const struct uploads *u, const struct upload *up) {
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        const struct upload *other = &u->all[i];
        if (other != up && other->stage == SHIPPING &&
            memcmp(&other->file.what.sha256, &up->file.what.sha256, sizeof(struct digest)) == 0)
            return true;
    }
    return false;
}

static enum outcome note(struct uploads *u, const struct upload *up, bool paper_too, struct fault *fault) {
    struct journal *j = u->engine->journal;
    char text[400];
    TRY(journal_begin(j, fault));
    enum outcome outcome = journal_file_put(j, &up->file, fault);
    if (outcome == OK && paper_too)
        outcome = journal_paper_put(j, identity(&up->paper, text), &up->file.what.sha256, fault);
    if (outcome == OK) outcome = journal_commit(j, fault);
    if (outcome != OK) journal_rollback(j);
    return outcome;
}

/* Cut as it was and under its key, if it was: then those who have a record of it can open the new chunks too, and chunk
 * by chunk the sealed bytes are the same. A content cut in another way gets another key. */
static void begin_anew(struct uploads *u, struct upload *up, const struct journaled_file *known) {
    int32_t size = known && up->again ? known->what.chunk_size : profile_attachment_chunk(u->engine->profile);
    up->file.what = (struct chunked){.sha256 = up->file.what.sha256, .sm3 = up->file.what.sm3};
    chunked_cut(&up->file.what, up->paper.size, size);
    if (known && known->what.chunk_size == size) memcpy(up->file.what.key, known->what.key, CHUNK_KEY);
    else INVARIANT(RAND_bytes(up->file.what.key, CHUNK_KEY) == 1);
    up->file.acked = 0;
    up->file.at = instant_now();
}

static void finish(const struct uploads *u, struct upload *up) {
    struct transport *t = u->engine->transport;
    up->stage = FREE;
    if (!up->for_case[0]) return;
    t->verbs->put_off(t, bytes_of_cstr(up->for_case), 0);
    u->engine->scan_now = true;
}

/* The content is known by now: was it shipped, is it being shipped, was it begun, or is it new? */
static enum outcome choose(struct uploads *u, struct upload *up, struct fault *fault) {
    struct journaled_file known;
    bool is_known = false, there = false;
    if (shipped_by_another(u, up)) return OK;
    TRY(journal_file(u->engine->journal, &up->file.what.sha256, &is_known, &known, fault));
    if (is_known) TRY(good_still(u, up, &known, &there, fault));
    if (is_known && there && (done(&known) || known.what.chunk_size == profile_attachment_chunk(u->engine->profile)))
        up->file = known;
    else begin_anew(u, up, is_known ? &known : NULL);
    TRY(note(u, up, true, fault));
    FAILPOINT("ship.begun");
    up->sent = up->noted = up->file.acked;
    up->stage = SHIPPING;
    if (!done(&up->file)) return OK;
    log_info("upload.known", "chunks=%d", up->file.what.count);
    finish(u, up);
    return OK;
}

static enum outcome ship(struct uploads *u, struct upload *up, struct fault *fault) {
    TRY(uploads_start(u, fault));
    for (int i = 0; i < SLICES_A_ROUND && up->sent < up->file.what.count && u->in_flight < UPLOAD_IN_FLIGHT; i++) {
        size_t count = chunk_length(&up->file.what, up->sent);
        TRY(read_slice(u, up, chunk_start(&up->file.what, up->sent), count, fault));
        uint8_t *sealed = malloc(count + CHUNK_SEAL);
        INVARIANT(sealed);
        chunk_seal(&up->file.what, up->sent, bytes_of(u->slice, count), sealed);
        TRY(uploads_produce(u, up, sealed, count + CHUNK_SEAL, fault));
        up->sent++;
        FAILPOINT("ship.produced");
    }
    return OK;
}

static enum outcome note_acked(struct uploads *u, struct upload *up, struct fault *fault) {
    bool whole = done(&up->file);
    if (!whole && up->file.acked - up->noted < UPLOAD_NOTE) return OK;
    FAILPOINT("ship.acked");
    TRY(note(u, up, false, fault));
    FAILPOINT("ship.noted");
    up->noted = up->file.acked;
    if (!whole) return OK;
    log_info("upload.done", "chunks=%d bytes=%lld again=%d", up->file.what.count, (long long)up->file.what.size,
             (int)up->again);
    finish(u, up);
    return OK;
}

static enum outcome advance(struct uploads *u, struct upload *up, struct fault *fault) {
    if (up->stage == HASHING) TRY(hash(u, up, fault));
    if (up->stage == CHOOSING) TRY(choose(u, up, fault));
    if (up->stage == SHIPPING) TRY(note_acked(u, up, fault));
    return up->stage == SHIPPING ? ship(u, up, fault) : OK;
}

/* Who wanted it again is answered; whose case file it was for, asks. */
static void fail(struct uploads *u, struct upload *up, enum outcome outcome, const struct fault *fault) {
    bool changed = outcome == RETRY; /* another paper by now */
    if (up->again) chunk_resend_gone(u, &up->expected, fault->text);
    up->why = *fault;
    up->stage = changed || up->again ? FREE : FAILED;
}

enum outcome uploads_round(struct uploads *u, bool *ret_more, struct fault *fault) {
    TRY(uploads_poll(u, fault));
    TRY(chunk_resend_round(u, fault));
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        struct upload *up = &u->all[i];
        enum outcome outcome = advance(u, up, fault);
        if (outcome == REFUSE || (outcome == RETRY && strcmp(fault->code, "FILE_CHANGED") == 0))
            fail(u, up, outcome, fault);
        else TRY(outcome);
        *ret_more = *ret_more || up->stage == HASHING ||
                    (up->stage == SHIPPING && up->sent < up->file.what.count && u->in_flight < UPLOAD_IN_FLIGHT);
    }
    return OK;
}
