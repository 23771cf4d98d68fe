/* See front.h: the verbs, what they note on the way to the spool, opening and closing. */
#include "adapters/gateway/gateway.h"
#include "base/durable.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PENDING_MAX (64u << 20) /* a batch of receipts */
static struct front *front_of(struct transport *t) { return (struct front *)t; }
static const struct front *front_const(const struct transport *t) { return (const struct front *)t; }

/* ---- what goes through as it is */
static int wake_descriptor(const struct transport *t) {
    return front_const(t)->base->verbs->wake_descriptor(front_const(t)->base);
}
static enum outcome papers(struct transport *t, struct arena *arena, const struct paper **ret, size_t *ret_count,
                           int64_t *ret_again_ms, struct fault *fault) {
    return front_of(t)->base->verbs->papers(front_of(t)->base, arena, ret, ret_count, ret_again_ms, fault);
}
static bool present(struct transport *t, struct bytes name) {
    return front_of(t)->base->verbs->present(front_of(t)->base, name);
}
static bool unchanged(struct transport *t, const struct paper *paper) {
    return front_of(t)->base->verbs->unchanged(front_of(t)->base, paper);
}
static enum outcome read_paper(struct transport *t, const struct paper *paper, struct buffer *into,
                               struct fault *fault) {
    return front_of(t)->base->verbs->read(front_of(t)->base, paper, into, fault);
}
static enum outcome read_part(struct transport *t, const struct paper *paper, int64_t from, uint8_t *ret, size_t count,
                              struct fault *fault) {
    return front_of(t)->base->verbs->read_part(front_of(t)->base, paper, from, ret, count, fault);
}
static int store_folder(const struct transport *t) { return front_const(t)->base->verbs->store(front_const(t)->base); }
static enum outcome stage_stored(struct transport *t, const char *staged, const char *stored, struct fault *fault) {
    return front_of(t)->base->verbs->stage_stored(front_of(t)->base, staged, stored, fault);
}
static bool kept(struct transport *t, const struct paper *was, struct arena *arena, struct paper *ret) {
    return front_of(t)->base->verbs->kept(front_of(t)->base, was, arena, ret);
}
static void put_off(struct transport *t, struct bytes name, int64_t ms) {
    front_of(t)->base->verbs->put_off(front_of(t)->base, name, ms);
}
static bool sent_taken(struct transport *t, const char *name) {
    return front_of(t)->base->verbs->sent_taken(front_of(t)->base, name);
}
static enum outcome stage(struct transport *t, const char *staged, struct bytes content, struct fault *fault) {
    return front_of(t)->base->verbs->stage(front_of(t)->base, staged, content, fault);
}
static enum outcome settle(struct transport *t, struct fault *fault) {
    return front_of(t)->base->verbs->settle(front_of(t)->base, fault);
}
static enum outcome forget_staged(struct transport *t, struct fault *fault) {
    return front_of(t)->base->verbs->forget_staged(front_of(t)->base, fault);
}

/* ---- what is noted. Notes wait in memory for the seal: until then the engine would do all of it again. */
static struct change *note(struct front *front, enum change_kind kind, struct bytes name) {
    if (front->pending_count == front->pending_room) {
        front->pending_room = front->pending_room ? 2 * front->pending_room : 64;
        front->pending = realloc(front->pending, front->pending_room * sizeof *front->pending);
        INVARIANT(front->pending);
    }
    struct change *change = &front->pending[front->pending_count++];
    *change = (struct change){.kind = kind, .name = arena_copy(front->pending_arena, name)};
    return change;
}
static void forget_notes(struct front *front) {
    front->pending_count = 0;
    arena_reset(front->pending_arena);
}

static enum outcome sent(struct transport *t, const struct paper *paper, struct bytes as, struct fault *fault) {
    struct front *front = front_of(t);
    TRY(front->base->verbs->sent(front->base, paper, as, fault));
    struct change *change = note(front, CHANGE_SENT, paper->name);
    change->inode = paper->inode;
    change->text = arena_copy(front->pending_arena, as);
    return OK;
}

/* A failure is final in the spool once done, so it is noted before. */
static enum outcome fail(struct transport *t, const struct paper *list, size_t count, struct bytes why,
                         struct fault *fault) {
    struct front *front = front_of(t);
    struct change change = {.kind = CHANGE_FAILED, .name = list[0].name, .inode = list[0].inode, .text = why};
    TRY(store_apply(front->store, &change, 1, fault));
    FAILPOINT("front.failing");
    return front->base->verbs->fail(front->base, list, count, why, fault);
}

static struct bytes ending(struct bytes name, const char *end) {
    size_t count = strlen(end);
    if (name.count <= count || memcmp(name.at + name.count - count, end, count) != 0) return BYTES_NONE;
    return bytes_of(name.at, name.count - count);
}

static void note_answer(struct front *front, const char *name) {
    struct bytes whole = bytes_of_cstr(name), accepted = ending(whole, ".receipt.json"),
                 refused = ending(whole, ".refused.json");
    char path[64 + 256];
    struct fault ignored;
    AUTO(buffer_free) struct buffer text;
    if (!accepted.count && !refused.count) return;
    buffer_init(&text, MIB);
    snprintf(path, sizeof path, "/proc/self/fd/%d/%.255s", front->folders[AT_SENT], name);
    /* the agency may have taken it away: then only the word stays */
    enum outcome read = buffer_read_file(&text, path, &ignored);
    struct change *change =
        note(front, accepted.count ? CHANGE_ACCEPTED : CHANGE_REFUSED, accepted.count ? accepted : refused);
    if (read == OK) change->text = arena_copy(front->pending_arena, buffer_view(&text));
}

/* Staged names are <lane>-<generation>-<sequence>_<n>[_<case>], engine/rendering.c: the message, and whose order it
 * keeps. */
static void note_arrival(struct front *front, const char *staged, const char *name) {
    struct bytes message = bytes_of(staged, strcspn(staged, "_"));
    const char *second = staged + message.count + (staged[message.count] == '_');
    const char *of_case = strchr(second, '_');
    struct change *change = note(front, CHANGE_ARRIVED, bytes_of_cstr(name));
    change->message = arena_copy(front->pending_arena, message);
    change->case_key = arena_copy(front->pending_arena, of_case ? bytes_of_cstr(of_case + 1)
                                                                : bytes_of(staged, 1 + strcspn(staged + 1, "-")));
}

static enum outcome reveal(struct transport *t, const char *staged, enum box box, const char *name,
                           struct fault *fault) {
    struct front *front = front_of(t);
    TRY(front->base->verbs->reveal(front->base, staged, box, name, fault));
    if (box == BOX_INBOX) note_arrival(front, staged, name);
    else note_answer(front, name);
    return OK;
}

static enum outcome seal(struct transport *t, struct fault *fault) {
    struct front *front = front_of(t);
    enum outcome outcome = front->base->verbs->seal(front->base, fault);
    FAILPOINT("front.sealed");
    if (outcome == OK) outcome = store_apply(front->store, front->pending, front->pending_count, fault);
    forget_notes(front); /* on a failure the engine reveals and sends again, and all is noted again */
    return outcome;
}

/* ---- status */
static enum outcome tell_status(struct transport *t, struct bytes json, struct fault *fault) {
    struct front *front = front_of(t);
    json_t *status = json_loadb((const char *)json.at, json.count, 0, NULL);
    char *text = NULL;
    if (front->owner.status && status) {
        json_object_set_new(status, front->owner.name, front->owner.status(front->owner.of));
        text = json_dumps(status, JSON_INDENT(2));
        INVARIANT(text);
    }
    pthread_mutex_lock(&front->status_door);
    json_decref(front->status);
    front->status = status;
    pthread_mutex_unlock(&front->status_door);
    enum outcome outcome = front->base->verbs->tell_status(front->base, text ? bytes_of_cstr(text) : json, fault);
    free(text);
    return outcome;
}
/* Asked in every round of the loop. */
static struct paper_counts counts(const struct transport *t) {
    const struct front *front = front_const(t);
    union {
        const struct front *from;
        struct front *to;
    } alive = {front};
    pthread_mutex_lock(&alive.to->status_door);
    alive.to->alive_ms = monotonic_ms();
    pthread_mutex_unlock(&alive.to->status_door);
    struct paper_counts counted = front->base->verbs->counts(front->base);
    if (front->owner.changes) counted.changes += atomic_load(front->owner.changes);
    return counted;
}

/* ---- the client's inbox */
enum outcome front_put_away(const struct front *front, const struct message *m, struct arena *arena,
                            struct fault *fault) {
    for (size_t i = m->file_count; i-- > 0;) {
        const char *name = arena_cstr(arena, m->files[i]);
        if (durable_move(front->folders[AT_INBOX], name, front->folders[AT_DONE], name, fault) == MOVE_FAILED)
            return RETRY;
    }
    FAILPOINT("front.acknowledging");
    TRY(durable_sync_folder(front->folders[AT_DONE], fault));
    TRY(durable_sync_folder(front->folders[AT_INBOX], fault));
    TRY(store_acknowledge(front->store, m->id, fault));
    FAILPOINT("front.acknowledged");
    return OK;
}

/* File names begin with the event code, engine/name.h. */
struct bytes front_event(const struct message *m) {
    struct bytes name = m->file_count ? m->files[m->file_count - 1] : BYTES_NONE;
    size_t event = 0;
    while (event < name.count &&
           !(name.at[event] == '_' && event + 1 < name.count && (name.at[event + 1] < 'A' || name.at[event + 1] > 'Z')))
        event++;
    return bytes_of(name.at, event);
}

/* ---- opening and closing */
void front_free(struct front *front) {
    if (!front) return;
    atomic_store(&front->stopping, true);
    if (front->store) store_stop_waiting(front->store);
    if (front->feeding) pthread_join(front->feeder, NULL);
    store_close(front->store);
    for (size_t i = 0; i < AT_COUNT; i++) {
        if (front->folders[i] >= 0) close(front->folders[i]);
    }
    arena_free(front->pending_arena);
    free(front->pending);
    json_decref(front->status);
    pthread_mutex_destroy(&front->mapping);
    pthread_mutex_destroy(&front->status_door);
    free(front);
}

static void close_transport(struct transport *t) {
    struct front *front = front_of(t);
    struct transport *base = front->base;
    atomic_store(&front->stopping, true);
    store_stop_waiting(front->store);
    front->owner.close(front->owner.of);
    front_free(front);
    base->verbs->close(base);
}

static const struct transport_verbs verbs = {.close = close_transport,
                                             .wake_descriptor = wake_descriptor,
                                             .papers = papers,
                                             .present = present,
                                             .unchanged = unchanged,
                                             .read = read_paper,
                                             .put_off = put_off,
                                             .sent = sent,
                                             .sent_taken = sent_taken,
                                             .fail = fail,
                                             .stage = stage,
                                             .read_part = read_part,
                                             .kept = kept,
                                             .store = store_folder,
                                             .stage_stored = stage_stored,
                                             .settle = settle,
                                             .reveal = reveal,
                                             .seal = seal,
                                             .forget_staged = forget_staged,
                                             .tell_status = tell_status,
                                             .counts = counts};

static enum outcome open_folders(struct front *front, const char *spool, struct fault *fault) {
    const char *const names[AT_COUNT] = {".", "outbox", "sent", "failed", "inbox", "done", front->own};
    int root = front->folders[AT_ROOT] = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return fault_set(fault, FATAL, "FILE_READ", "spool %s: %s", spool, strerror(errno));
    if (mkdirat(root, front->own, 0775) != 0 && errno != EEXIST)
        return fault_set(fault, FATAL, "FILE_WRITE", "%s/%s: %s", spool, front->own, strerror(errno));
    for (enum front_folder i = AT_OUTBOX; i < AT_COUNT; i++) {
        front->folders[i] = openat(root, names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (front->folders[i] < 0)
            return fault_set(fault, FATAL, "FILE_READ", "spool %s: %s: %s", spool, names[i], strerror(errno));
    }
    return durable_sync_folder(root, fault);
}

static enum outcome open_all(struct front *front, const struct front_place *place, struct fault *fault) {
    char path[4096];
    TRY(open_folders(front, place->spool, fault));
    snprintf(path, sizeof path, "%s/%s/store.sqlite", place->spool, front->own);
    TRY(store_open(path, &front->store, fault));
    TRY(feeder_recover(front, fault));
    return census_take(front, place->journal, fault);
}

enum outcome front_open(const struct front_place *place, const char *own, struct transport *base, struct front **ret,
                        struct fault *fault) {
    struct front *front = calloc(1, sizeof *front);
    INVARIANT(front && pthread_mutex_init(&front->mapping, NULL) == 0 &&
              pthread_mutex_init(&front->status_door, NULL) == 0);
    front->transport.verbs = &verbs;
    front->base = base;
    front->profile = place->profile;
    front->agency = place->agency;
    front->own = own;
    front->alive_ms = monotonic_ms();
    front->pending_arena = arena_new(64u << 10, PENDING_MAX);
    for (size_t i = 0; i < AT_COUNT; i++) front->folders[i] = -1;
    enum outcome outcome = open_all(front, place, fault);
    if (outcome == OK) *ret = front;
    else front_free(front);
    return outcome;
}

struct transport *front_begin(struct front *front, const struct front_owner *owner) {
    front->owner = *owner;
    INVARIANT(pthread_create(&front->feeder, NULL, feeder_run, front) == 0);
    front->feeding = true;
    return &front->transport;
}
