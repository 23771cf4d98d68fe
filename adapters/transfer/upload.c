/* One paper's way into its topic: hashed, so that its content is known; chosen, whether it was shipped before; shipped,
 * slice by slice; and noted. */
#include "adapters/transfer/uploads_inside.h"
#include "base/failpoint.h"
#include "base/log.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICES_A_ROUND 4

/* The same paper, as the transport tells papers from each other. */
struct bytes upload_identity(const struct outbox_file *p, char text[UPLOAD_IDENTITY]) {
    int count = snprintf(text, UPLOAD_IDENTITY, "%llu %lld %lld %.*s", (unsigned long long)p->inode,
                         (long long)p->modified_ns, (long long)p->size, BYTES_FMT(p->name));
    return bytes_of(text, count < UPLOAD_IDENTITY ? (size_t)count : UPLOAD_IDENTITY - 1);
}
bool upload_done(const struct journaled_file *file) { return file->what.count && file->acked == file->what.count; }

struct upload *upload_begin(struct uploads *u, const struct outbox_file *paper) {
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

static enum outcome read_slice(struct uploads *u, const struct upload *up, int64_t from, size_t count,
                               struct fault *fault) {
    struct transport *t = u->with->transport;
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

/* May chunks that were acknowledged still be named? */
static enum outcome good_still(struct uploads *u, const struct upload *up, const struct journaled_file *file, bool *ret,
                               struct fault *fault) {
    bool new_turn = up->again && (upload_done(file) || !file->acked); /* one that was broken off goes on */
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
    struct journal *j = u->with->journal;
    char text[UPLOAD_IDENTITY];
    TRY(journal_begin(j, fault));
    enum outcome outcome = journal_file_put(j, &up->file, fault);
    if (outcome == OK && paper_too)
        outcome = journal_paper_put(j, upload_identity(&up->paper, text), &up->file.what.sha256, fault);
    if (outcome == OK) outcome = journal_commit(j, fault);
    if (outcome != OK) journal_rollback(j);
    return outcome;
}

/* Cut as it was and under its key, if it was: then those who have a record of it can open the new chunks too, and chunk
 * by chunk the sealed bytes are the same. A content cut in another way gets another key. */
static void begin_anew(struct uploads *u, struct upload *up, const struct journaled_file *known) {
    int32_t size = known && up->again ? known->what.chunk_size : profile_attachment_chunk(u->with->profile);
    up->file.what = (struct chunked){.sha256 = up->file.what.sha256, .sm3 = up->file.what.sm3};
    chunked_cut(&up->file.what, up->paper.size, size);
    if (known && known->what.chunk_size == size) memcpy(up->file.what.key, known->what.key, CHUNK_KEY);
    else INVARIANT(RAND_bytes(up->file.what.key, CHUNK_KEY) == 1);
    up->file.acked = 0;
    up->file.at = instant_now();
}

static void finish(const struct uploads *u, struct upload *up) {
    struct transport *t = u->with->transport;
    up->stage = FREE;
    if (!up->for_case[0]) return;
    t->verbs->put_off(t, bytes_of_cstr(up->for_case), 0);
    *u->with->scan_now = true;
}

/* The content is known by now: was it shipped, is it being shipped, was it begun, or is it new? */
static enum outcome choose(struct uploads *u, struct upload *up, struct fault *fault) {
    struct journaled_file known;
    bool is_known = false, there = false;
    if (shipped_by_another(u, up)) return OK;
    TRY(journal_file(u->with->journal, &up->file.what.sha256, &is_known, &known, fault));
    if (is_known) TRY(good_still(u, up, &known, &there, fault));
    if (is_known && there &&
        (upload_done(&known) || known.what.chunk_size == profile_attachment_chunk(u->with->profile)))
        up->file = known;
    else begin_anew(u, up, is_known ? &known : NULL);
    TRY(note(u, up, true, fault));
    FAILPOINT("ship.begun");
    up->sent = up->noted = up->file.acked;
    up->stage = SHIPPING;
    if (!upload_done(&up->file)) return OK;
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
    bool whole = upload_done(&up->file);
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

enum outcome upload_advance(struct uploads *u, struct upload *up, struct fault *fault) {
    if (up->stage == HASHING) TRY(hash(u, up, fault));
    if (up->stage == CHOOSING) TRY(choose(u, up, fault));
    if (up->stage == SHIPPING) TRY(note_acked(u, up, fault));
    return up->stage == SHIPPING ? ship(u, up, fault) : OK;
}
