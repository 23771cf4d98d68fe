/* Requests for chunks (chunk_request.h) are answered one after the other; what is shipped again
 * is read from sent/ and digested first, so that nothing else can be shipped for it. */
#include "adapters/transfer/uploads_inside.h"
#include "base/log.h"
#include <stdio.h>

#define OLD_MS    600000 /* who asked longer ago has long given up */
#define PLACES    8u     /* papers that had the content: one after the other is looked for */
#define ARENA_MAX (1u << 20)

/* What finds no room is passed over: whoever asked hears nothing, and asks again with its next record. */
void uploads_hear(struct uploads *u, const struct bus_message *message) {
    struct pending_request pending = {.offset = bus_message_offset(message)};
    instant at = -1;
    bus_message_time(message, &at);
    u->heard = bus_message_offset(message) + 1; /* also of a topic that was made anew */
    if (u->request_count == CHUNK_REQUESTS_MAX || !chunk_request_read(message, &pending.request) ||
        strcmp(pending.request.sender, u->with->agency) != 0)
        return;
    if (at > 0 && instant_now() - at > OLD_MS) return;
    u->requests[u->request_count++] = pending;
}

static enum outcome answer(struct uploads *u, const struct digest *sha256, const struct chunk_answer *said,
                           struct fault *fault) {
    return uploads_say(u, u->topic, sha256, chunk_answer_headers(said), fault);
}

void chunk_resend_gone(struct uploads *u, const struct digest *sha256, const char *why) {
    char hex[DIGEST_SIZE * 2 + 1];
    struct fault fault;
    digest_hex(sha256, hex);
    if (answer(u, sha256, &(struct chunk_answer){.kind = ANSWER_GONE}, &fault) != OK)
        log_fault_unnamed(LOG_WARN, "reship.unanswered", &fault);
    (void)fault_set(&fault, REFUSE, "CONTENT_GONE", "sha256 %s: %s", hex, why);
    log_fault_unnamed(LOG_ERROR, "reship.gone", &fault);
    u->with->status->last_error = fault;
    u->with->status->last_error_at = instant_now();
    if (journal_alarm(u->with->journal, "WANTED", fault.text, &fault) != OK)
        log_fault_unnamed(LOG_WARN, "reship.no_alarm", &fault);
}

/* "inode modified_ns size name", as uploads.c writes identities. */
static bool paper_of(struct bytes identity, struct arena *arena, struct outbox_file *ret) {
    unsigned long long inode = 0;
    long long modified = 0, size = 0;
    int count = 0;
    const char *text = arena_cstr(arena, identity);
    if (sscanf(text, "%llu %lld %lld %n", &inode, &modified, &size, &count) != 3 || !text[count]) return false;
    *ret = (struct outbox_file){
        .name = bytes_of_cstr(text + count), .size = size, .modified_ns = modified, .inode = inode};
    return true;
}

static enum outcome find(struct uploads *u, const struct digest *sha256, struct arena *arena, bool *ret_found,
                         struct outbox_file *ret, struct fault *fault) {
    struct transport *t = u->with->transport;
    struct bytes identities[PLACES];
    struct outbox_file was;
    size_t count = 0;
    *ret_found = false;
    TRY(journal_papers_of(u->with->journal, sha256, arena, identities, PLACES, &count, fault));
    for (size_t i = 0; i < count && !*ret_found; i++)
        *ret_found = paper_of(identities[i], arena, &was) && t->verbs->find_in_sent(t, &was, arena, ret);
    return OK;
}

static bool in_work(const struct uploads *u, const struct digest *sha256) {
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        const struct upload *up = &u->all[i];
        const struct digest *its = up->again ? &up->expected : &up->file.what.sha256;
        bool known = up->again ? up->stage != FREE : up->stage == CHOOSING || up->stage == SHIPPING;
        if (known && memcmp(its->b, sha256->b, DIGEST_SIZE) == 0) return true;
    }
    return false;
}

static enum outcome coming(struct uploads *u, const struct digest *sha256, int64_t *due_ms, struct fault *fault) {
    if (monotonic_ms() < *due_ms) return OK;
    TRY(answer(u, sha256, &(struct chunk_answer){.kind = ANSWER_COMING}, fault));
    *due_ms = monotonic_ms() + UPLOAD_COMING_MS;
    return OK;
}

/* *ret_done=false: it waits for a slot. */
static enum outcome begin(struct uploads *u, struct pending_request *pending, bool *ret_done, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, ARENA_MAX);
    const struct chunk_request *w = &pending->request;
    struct outbox_file paper;
    bool found = false;
    TRY(find(u, &w->sha256, arena, &found, &paper, fault));
    if (!found) {
        chunk_resend_gone(u, &w->sha256, "it lies in sent/ no longer");
        return OK;
    }
    TRY(coming(u, &w->sha256, &pending->due_ms, fault));
    struct upload *up = upload_begin(u, &paper);
    *ret_done = up != NULL;
    if (!up) return OK;
    up->again = true;
    up->expected = w->sha256;
    up->asked_at = pending->offset;
    up->coming_ms = pending->due_ms;
    log_info("reship.begun", "by=%s bytes=%lld", w->by, (long long)paper.size);
    return OK;
}

/* A record that names another cut or key than the journal has is older than the journal, or nobody's: it is not for the
 * operator to mend. */
static enum outcome decide(struct uploads *u, struct pending_request *pending, bool *ret_done, struct fault *fault) {
    const struct chunk_request *w = &pending->request;
    struct journaled_file file;
    bool known = false, there = false;
    TRY(journal_file(u->with->journal, &w->sha256, &known, &file, fault));
    struct digest proof = known ? chunk_request_proof(&file.what, w->by) : (struct digest){0};
    bool ours = known && memcmp(proof.b, w->proof.b, DIGEST_SIZE) == 0 && file.what.count == w->count &&
                file.what.chunk_size == w->chunk_size;
    if (!ours) {
        struct chunk_answer no = {.kind = ANSWER_GONE};
        log_warn("reship.unknown", "by=%s known=%d", w->by, (int)known);
        memcpy(no.to, w->by, sizeof no.to);
        return answer(u, &w->sha256, &no, fault);
    }
    if (in_work(u, &w->sha256)) return coming(u, &w->sha256, &pending->due_ms, fault);
    bool elsewhere = file.what.first_offset != w->first || file.what.last_offset != w->last,
         lately = instant_now() - file.at < UPLOAD_AGAIN_MS;
    if (file.acked == file.what.count && (elsewhere || lately)) TRY(uploads_there(u, &file, &there, fault));
    if (!there) return begin(u, pending, ret_done, fault);
    return answer(
        u, &w->sha256,
        &(struct chunk_answer){.kind = ANSWER_THERE, .first = file.what.first_offset, .last = file.what.last_offset},
        fault);
}

static bool slot_free(const struct uploads *u) {
    bool any = false;
    for (size_t i = 0; i < UPLOADS_MAX; i++) any = any || u->all[i].stage == FREE;
    return any;
}

/* Behind which records of ecocase.wanted nothing is left to do. */
static int64_t done_up_to(const struct uploads *u) {
    int64_t done = u->heard;
    for (size_t i = 0; i < u->request_count; i++) done = u->requests[i].offset < done ? u->requests[i].offset : done;
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        const struct upload *up = &u->all[i];
        if (up->again && up->stage != FREE && up->asked_at < done) done = up->asked_at;
    }
    return done;
}

/* Not before what was said has arrived. Heard again it would be answered again: no harm, so this costs no sync. */
static enum outcome note_done(struct uploads *u, struct fault *fault) {
    int64_t done = done_up_to(u);
    if (done == u->done || (u->producer && bus_producer_waiting(u->producer))) return OK;
    TRY(journal_begin_repeatable(u->with->journal, fault));
    enum outcome outcome = journal_offset_put(u->with->journal, JOURNAL_CHUNK_REQUESTS, done, fault);
    if (outcome == OK) outcome = journal_commit(u->with->journal, fault);
    if (outcome == OK) u->done = done;
    else journal_rollback(u->with->journal);
    return outcome;
}

enum outcome chunk_resend_round(struct uploads *u, struct fault *fault) {
    for (size_t i = 0; i < u->request_count;) {
        bool is_done = true;
        if (monotonic_ms() >= u->requests[i].due_ms || slot_free(u)) TRY(decide(u, &u->requests[i], &is_done, fault));
        else is_done = false;
        if (!is_done) i++;
        else memmove(u->requests + i, u->requests + i + 1, (--u->request_count - i) * sizeof u->requests[0]);
    }
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        struct upload *up = &u->all[i];
        if (up->again && up->stage != FREE) TRY(coming(u, &up->expected, &up->coming_ms, fault));
    }
    return note_done(u, fault);
}
