/* See http.h: the verbs, what they note on the way to the spool, opening and closing. */
#include "adapters/http/http_inside.h"
#include "adapters/transports/durable.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/point.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PENDING_MOST (64u << 20) /* a batch of receipts */
static struct http *http_of(struct transport *t) { return (struct http *)t; }
static const struct http *http_const(const struct transport *t) { return (const struct http *)t; }

/* ---- what goes through as it is */
static int wake_descriptor(const struct transport *t) { return http_const(t)->base->verbs->wake_descriptor(http_const(t)->base); }
static enum outcome papers(struct transport *t, struct arena *arena, const struct paper **ret, size_t *ret_count, int64_t *ret_again_ms, struct fault *fault) {
    return http_of(t)->base->verbs->papers(http_of(t)->base, arena, ret, ret_count, ret_again_ms, fault);
}
static bool present(struct transport *t, struct bytes name) { return http_of(t)->base->verbs->present(http_of(t)->base, name); }
static bool unchanged(struct transport *t, const struct paper *paper) { return http_of(t)->base->verbs->unchanged(http_of(t)->base, paper); }
static enum outcome read_paper(struct transport *t, const struct paper *paper, struct buffer *into, struct fault *fault) {
    return http_of(t)->base->verbs->read(http_of(t)->base, paper, into, fault);
}
static enum outcome read_part(struct transport *t, const struct paper *paper, int64_t from, uint8_t *ret, size_t count, struct fault *fault) {
    return http_of(t)->base->verbs->read_part(http_of(t)->base, paper, from, ret, count, fault);
}
static int store_folder(const struct transport *t) { return http_const(t)->base->verbs->store(http_const(t)->base); }
static enum outcome stage_stored(struct transport *t, const char *staged, const char *stored, struct fault *fault) {
    return http_of(t)->base->verbs->stage_stored(http_of(t)->base, staged, stored, fault);
}
static void put_off(struct transport *t, struct bytes name, int64_t ms) { http_of(t)->base->verbs->put_off(http_of(t)->base, name, ms); }
static bool sent_taken(struct transport *t, const char *name) { return http_of(t)->base->verbs->sent_taken(http_of(t)->base, name); }
static enum outcome stage(struct transport *t, const char *staged, struct bytes content, struct fault *fault) {
    return http_of(t)->base->verbs->stage(http_of(t)->base, staged, content, fault);
}
static enum outcome settle(struct transport *t, struct fault *fault) { return http_of(t)->base->verbs->settle(http_of(t)->base, fault); }
static enum outcome forget_staged(struct transport *t, struct fault *fault) { return http_of(t)->base->verbs->forget_staged(http_of(t)->base, fault); }

/* ---- what is noted. Notes wait in memory for the seal: until then the engine would do all of it again. */
static struct change *note(struct http *http, enum change_kind kind, struct bytes name) {
    if (http->pending_count == http->pending_room) {
        http->pending_room = http->pending_room ? 2 * http->pending_room : 64;
        http->pending = realloc(http->pending, http->pending_room * sizeof *http->pending);
        PROMISE(http->pending);
    }
    struct change *change = &http->pending[http->pending_count++];
    *change = (struct change){.kind = kind, .name = arena_copy(http->pending_arena, name)};
    return change;
}
static void forget_notes(struct http *http) {
    http->pending_count = 0;
    arena_reset(http->pending_arena);
}

static enum outcome sent(struct transport *t, const struct paper *paper, struct bytes as, struct fault *fault) {
    struct http *http = http_of(t);
    TRY(http->base->verbs->sent(http->base, paper, as, fault));
    struct change *change = note(http, CHANGE_SENT, paper->name);
    change->inode = paper->inode;
    change->text = arena_copy(http->pending_arena, as);
    return OK;
}

/* A failure is final in the spool once done, so it is noted before. */
static enum outcome fail(struct transport *t, const struct paper *list, size_t count, struct bytes why, struct fault *fault) {
    struct http *http = http_of(t);
    struct change change = {.kind = CHANGE_FAILED, .name = list[0].name, .inode = list[0].inode, .text = why};
    TRY(store_apply(http->store, &change, 1, fault));
    POINT("http.failing");
    return http->base->verbs->fail(http->base, list, count, why, fault);
}

static struct bytes ending(struct bytes name, const char *end) {
    size_t count = strlen(end);
    if (name.count <= count || memcmp(name.at + name.count - count, end, count) != 0) return BYTES_NONE;
    return bytes_of(name.at, name.count - count);
}

static void note_answer(struct http *http, const char *name) {
    struct bytes whole = bytes_of_cstr(name), accepted = ending(whole, ".receipt.json"), refused = ending(whole, ".refused.json");
    char path[64 + 256];
    struct fault ignored;
    AUTO(buffer_free) struct buffer text;
    if (!accepted.count && !refused.count) return;
    buffer_init(&text, MIB);
    snprintf(path, sizeof path, "/proc/self/fd/%d/%.255s", http->folders[AT_SENT], name);
    enum outcome read = buffer_read_file(&text, path, &ignored); /* the agency may have taken it away: then only the word stays */
    struct change *change = note(http, accepted.count ? CHANGE_ACCEPTED : CHANGE_REFUSED, accepted.count ? accepted : refused);
    if (read == OK) change->text = arena_copy(http->pending_arena, buffer_view(&text));
}

/* Staged names are <lane>-<generation>-<sequence>_<n>[_<case>], engine/rendering.c: the message, and whose order it keeps. */
static void note_arrival(struct http *http, const char *staged, const char *name) {
    struct bytes message = bytes_of(staged, strcspn(staged, "_"));
    const char *second = staged + message.count + (staged[message.count] == '_');
    const char *of_case = strchr(second, '_');
    struct change *change = note(http, CHANGE_ARRIVED, bytes_of_cstr(name));
    change->message = arena_copy(http->pending_arena, message);
    change->case_key = arena_copy(http->pending_arena, of_case ? bytes_of_cstr(of_case + 1) : bytes_of(staged, 1 + strcspn(staged + 1, "-")));
}

static enum outcome reveal(struct transport *t, const char *staged, enum box box, const char *name, struct fault *fault) {
    struct http *http = http_of(t);
    TRY(http->base->verbs->reveal(http->base, staged, box, name, fault));
    if (box == BOX_INBOX) note_arrival(http, staged, name);
    else note_answer(http, name);
    return OK;
}

static enum outcome seal(struct transport *t, struct fault *fault) {
    struct http *http = http_of(t);
    enum outcome outcome = http->base->verbs->seal(http->base, fault);
    POINT("http.sealed");
    if (outcome == OK) outcome = store_apply(http->store, http->pending, http->pending_count, fault);
    forget_notes(http); /* on a failure the engine reveals and sends again, and all is noted again */
    return outcome;
}

/* ---- status */
static enum outcome tell_status(struct transport *t, struct bytes json, struct fault *fault) {
    struct http *http = http_of(t);
    json_t *status = json_loadb((const char *)json.at, json.count, 0, NULL);
    pthread_mutex_lock(&http->status_door);
    json_decref(http->status);
    http->status = status;
    pthread_mutex_unlock(&http->status_door);
    return http->base->verbs->tell_status(http->base, json, fault);
}
/* Asked in every round of the loop. */
static struct paper_counts counts(const struct transport *t) {
    const struct http *http = http_const(t);
    union { const struct http *from; struct http *to; } alive = {http};
    pthread_mutex_lock(&alive.to->status_door);
    alive.to->alive_ms = monotonic_ms();
    pthread_mutex_unlock(&alive.to->status_door);
    return http->base->verbs->counts(http->base);
}

static void stop_all(struct http *http) {
    atomic_store(&http->stopping, true);
    if (http->store) store_stop_waiting(http->store);
    server_stop(http);
    if (http->feeding) pthread_join(http->feeder, NULL);
    if (http->pushing) pthread_join(http->pusher, NULL);
}

static void release(struct http *http) {
    stop_all(http);
    store_close(http->store);
    for (size_t i = 0; i < AT_COUNT; i++) {
        if (http->folders[i] >= 0) close(http->folders[i]);
    }
    http_settings_free(http->settings);
    arena_free(http->pending_arena);
    free(http->pending);
    json_decref(http->status);
    pthread_mutex_destroy(&http->mapping);
    pthread_mutex_destroy(&http->status_door);
    free(http);
}

static void close_transport(struct transport *t) {
    struct transport *base = http_of(t)->base;
    release(http_of(t));
    base->verbs->close(base);
}

static const struct transport_verbs verbs = {
    .close = close_transport, .wake_descriptor = wake_descriptor, .papers = papers, .present = present, .unchanged = unchanged, .read = read_paper,
    .put_off = put_off, .sent = sent, .sent_taken = sent_taken, .fail = fail, .stage = stage, .read_part = read_part, .store = store_folder,
    .stage_stored = stage_stored, .settle = settle, .reveal = reveal, .seal = seal,
    .forget_staged = forget_staged, .tell_status = tell_status, .counts = counts};

static enum outcome open_folders(struct http *http, const char *spool, struct fault *fault) {
    static const char *const names[AT_COUNT] = {".", "outbox", "sent", "failed", "inbox", "done", HTTP_FOLDER};
    int root = http->folders[AT_ROOT] = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return fault_set(fault, FATAL, "FILE_READ", "spool %s: %s", spool, strerror(errno));
    if (mkdirat(root, HTTP_FOLDER, 0775) != 0 && errno != EEXIST) return fault_set(fault, FATAL, "FILE_WRITE", "%s/" HTTP_FOLDER ": %s", spool, strerror(errno));
    for (enum http_folder i = AT_OUTBOX; i < AT_COUNT; i++) {
        http->folders[i] = openat(root, names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (http->folders[i] < 0) return fault_set(fault, FATAL, "FILE_READ", "spool %s: %s: %s", spool, names[i], strerror(errno));
    }
    return durable_sync_folder(root, fault);
}

static enum outcome open_all(struct http *http, const struct http_place *place, struct fault *fault) {
    char path[4096];
    TRY(http_settings_load(place->settings, &http->settings, fault));
    TRY(open_folders(http, place->spool, fault));
    snprintf(path, sizeof path, "%s/" HTTP_FOLDER "/store.sqlite", place->spool);
    TRY(store_open(path, &http->store, fault));
    TRY(feeder_recover(http, fault));
    TRY(census_take(http, place->journal, fault));
    TRY(server_start(http, fault));
    PROMISE(pthread_create(&http->feeder, NULL, feeder_run, http) == 0);
    http->feeding = true;
    if (http->settings->webhook.url) {
        PROMISE(pthread_create(&http->pusher, NULL, pusher_run, http) == 0);
        http->pushing = true;
    }
    log_info("http.listening", "address=%s tls=%s keys=%zu certificates=%s webhook=%s", http->settings->listen, http->settings->certificate ? "yes" : "no",
             http->settings->key_count, http->settings->client_ca ? "yes" : "no", http->settings->webhook.url ? "yes" : "no");
    if (http->certificate_until != INSTANT_NONE && http->certificate_until - instant_now() < 30 * DAY_MS) {
        log_warn("http.certificate", "days_left=%lld", (long long)((http->certificate_until - instant_now()) / DAY_MS));
    }
    return OK;
}

enum outcome http_open(const struct http_place *place, struct transport **transport, struct fault *fault) {
    struct http *http = calloc(1, sizeof *http);
    PROMISE(http && pthread_mutex_init(&http->mapping, NULL) == 0 && pthread_mutex_init(&http->status_door, NULL) == 0);
    http->transport.verbs = &verbs;
    http->base = *transport;
    http->profile = place->profile;
    http->agency = place->agency;
    http->certificate_until = INSTANT_NONE;
    http->alive_ms = monotonic_ms();
    http->pending_arena = arena_new(64u << 10, PENDING_MOST);
    for (size_t i = 0; i < AT_COUNT; i++) http->folders[i] = -1;
    enum outcome outcome = open_all(http, place, fault);
    if (outcome == OK) *transport = &http->transport;
    else release(http);
    return outcome;
}
