/* The transport before the spool: its verbs, what they note on the way, opening and closing. */
#include "adapters/gateway/gateway_inside.h"
#include "base/durable.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/failpoint.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PENDING_MAX (64u << 20) /* a batch of receipts */
static struct gateway *gateway_of(struct transport *t) { return (struct gateway *)t; }
static const struct gateway *gateway_const(const struct transport *t) { return (const struct gateway *)t; }

/* ---- what goes through as it is */
static int wake_descriptor(const struct transport *t) {
    return gateway_const(t)->base->verbs->wake_descriptor(gateway_const(t)->base);
}
static enum outcome papers(struct transport *t, struct arena *arena, const struct outbox_file **ret, size_t *ret_count,
                           int64_t *ret_again_ms, struct fault *fault) {
    return gateway_of(t)->base->verbs->list_complete(gateway_of(t)->base, arena, ret, ret_count, ret_again_ms, fault);
}
static enum outcome read_paper(struct transport *t, const struct outbox_file *paper, struct buffer *into,
                               struct fault *fault) {
    return gateway_of(t)->base->verbs->read(gateway_of(t)->base, paper, into, fault);
}
static enum outcome read_part(struct transport *t, const struct outbox_file *paper, int64_t from, uint8_t *ret,
                              size_t count, struct fault *fault) {
    return gateway_of(t)->base->verbs->read_part(gateway_of(t)->base, paper, from, ret, count, fault);
}
static int store_folder(const struct transport *t) {
    return gateway_const(t)->base->verbs->attachments_folder(gateway_const(t)->base);
}
static enum outcome stage_stored(struct transport *t, const char *staged, const char *stored, struct fault *fault) {
    return gateway_of(t)->base->verbs->stage_stored(gateway_of(t)->base, staged, stored, fault);
}
static bool kept(struct transport *t, const struct outbox_file *was, struct arena *arena, struct outbox_file *ret) {
    return gateway_of(t)->base->verbs->find_in_sent(gateway_of(t)->base, was, arena, ret);
}
static void put_off(struct transport *t, struct bytes name, int64_t ms) {
    gateway_of(t)->base->verbs->put_off(gateway_of(t)->base, name, ms);
}
static bool sent_taken(struct transport *t, const char *name) {
    return gateway_of(t)->base->verbs->sent_taken(gateway_of(t)->base, name);
}
static enum outcome stage(struct transport *t, const char *staged, struct bytes content, struct fault *fault) {
    return gateway_of(t)->base->verbs->stage(gateway_of(t)->base, staged, content, fault);
}
static enum outcome settle(struct transport *t, struct fault *fault) {
    return gateway_of(t)->base->verbs->sync_staged(gateway_of(t)->base, fault);
}
static enum outcome forget_staged(struct transport *t, struct fault *fault) {
    return gateway_of(t)->base->verbs->forget_staged(gateway_of(t)->base, fault);
}

/* ---- what is noted. Notes wait in memory for the seal: until then the engine would do all of it again. */
static struct change *note(struct gateway *gateway, enum change_kind kind, struct bytes name) {
    if (gateway->pending_count == gateway->pending_capacity) {
        gateway->pending_capacity = gateway->pending_capacity ? 2 * gateway->pending_capacity : 64;
        gateway->pending = realloc(gateway->pending, gateway->pending_capacity * sizeof *gateway->pending);
        INVARIANT(gateway->pending);
    }
    struct change *change = &gateway->pending[gateway->pending_count++];
    *change = (struct change){.kind = kind, .name = arena_copy(gateway->pending_arena, name)};
    return change;
}
static void forget_notes(struct gateway *gateway) {
    gateway->pending_count = 0;
    arena_reset(gateway->pending_arena);
}

static enum outcome sent(struct transport *t, const struct outbox_file *paper, struct bytes as, struct fault *fault) {
    struct gateway *gateway = gateway_of(t);
    TRY(gateway->base->verbs->move_to_sent(gateway->base, paper, as, fault));
    struct change *change = note(gateway, CHANGE_SENT, paper->name);
    change->inode = paper->inode;
    change->text = arena_copy(gateway->pending_arena, as);
    return OK;
}

/* A failure is final in the spool once done, so it is noted before. */
static enum outcome fail(struct transport *t, const struct outbox_file *list, size_t count, struct bytes why,
                         struct fault *fault) {
    struct gateway *gateway = gateway_of(t);
    struct change change = {.kind = CHANGE_FAILED, .name = list[0].name, .inode = list[0].inode, .text = why};
    TRY(store_apply(gateway->store, &change, 1, fault));
    FAILPOINT("front.failing");
    return gateway->base->verbs->fail(gateway->base, list, count, why, fault);
}

static struct bytes ending(struct bytes name, const char *end) {
    size_t count = strlen(end);
    if (name.count <= count || memcmp(name.at + name.count - count, end, count) != 0) return BYTES_NONE;
    return bytes_of(name.at, name.count - count);
}

static void note_answer(struct gateway *gateway, const char *name) {
    struct bytes whole = bytes_of_cstr(name), accepted = ending(whole, ".receipt.json"),
                 refused = ending(whole, ".refused.json");
    char path[64 + 256];
    struct fault ignored;
    AUTO(buffer_free) struct buffer text;
    if (!accepted.count && !refused.count) return;
    buffer_init(&text, MIB);
    snprintf(path, sizeof path, "/proc/self/fd/%d/%.255s", gateway->folders[AT_SENT], name);
    /* the agency may have taken it away: then only the word stays */
    enum outcome read = buffer_read_file(&text, path, &ignored);
    struct change *change =
        note(gateway, accepted.count ? CHANGE_ACCEPTED : CHANGE_REFUSED, accepted.count ? accepted : refused);
    if (read == OK) change->text = arena_copy(gateway->pending_arena, buffer_view(&text));
}

/* Staged names are <lane>-<generation>-<sequence>_<n>[_<case>], inbound/rendering.c: the message, and whose order it
 * keeps. */
static void note_arrival(struct gateway *gateway, const char *staged, const char *name) {
    struct bytes message = bytes_of(staged, strcspn(staged, "_"));
    const char *second = staged + message.count + (staged[message.count] == '_');
    const char *of_case = strchr(second, '_');
    struct change *change = note(gateway, CHANGE_ARRIVED, bytes_of_cstr(name));
    change->message = arena_copy(gateway->pending_arena, message);
    change->case_key = arena_copy(gateway->pending_arena, of_case ? bytes_of_cstr(of_case + 1)
                                                                  : bytes_of(staged, 1 + strcspn(staged + 1, "-")));
}

static enum outcome reveal(struct transport *t, const char *staged, enum box box, const char *name,
                           struct fault *fault) {
    struct gateway *gateway = gateway_of(t);
    TRY(gateway->base->verbs->reveal(gateway->base, staged, box, name, fault));
    if (box == BOX_INBOX) note_arrival(gateway, staged, name);
    else note_answer(gateway, name);
    return OK;
}

static enum outcome seal(struct transport *t, struct fault *fault) {
    struct gateway *gateway = gateway_of(t);
    enum outcome outcome = gateway->base->verbs->sync_moved(gateway->base, fault);
    FAILPOINT("front.sealed");
    if (outcome == OK) outcome = store_apply(gateway->store, gateway->pending, gateway->pending_count, fault);
    forget_notes(gateway); /* on a failure the engine reveals and sends again, and all is noted again */
    return outcome;
}

/* ---- status */
static enum outcome write_status(struct transport *t, struct bytes json, struct fault *fault) {
    struct gateway *gateway = gateway_of(t);
    json_t *status = json_loadb((const char *)json.at, json.count, 0, NULL);
    char *text = NULL;
    if (gateway->owner.status && status) {
        json_object_set_new(status, gateway->owner.name, gateway->owner.status(gateway->owner.of));
        text = json_dumps(status, JSON_INDENT(2));
        INVARIANT(text);
    }
    pthread_mutex_lock(&gateway->status_door);
    json_decref(gateway->status);
    gateway->status = status;
    pthread_mutex_unlock(&gateway->status_door);
    enum outcome outcome = gateway->base->verbs->write_status(gateway->base, text ? bytes_of_cstr(text) : json, fault);
    free(text);
    return outcome;
}
/* Asked in every round of the loop. */
static struct outbox_counts counts(const struct transport *t) {
    const struct gateway *gateway = gateway_const(t);
    union {
        const struct gateway *from;
        struct gateway *to;
    } alive = {gateway};
    pthread_mutex_lock(&alive.to->status_door);
    alive.to->alive_ms = monotonic_ms();
    pthread_mutex_unlock(&alive.to->status_door);
    struct outbox_counts counted = gateway->base->verbs->counts(gateway->base);
    if (gateway->owner.changes) counted.changes += atomic_load(gateway->owner.changes);
    return counted;
}

/* ---- opening and closing */
void gateway_free(struct gateway *gateway) {
    if (!gateway) return;
    atomic_store(&gateway->stopping, true);
    if (gateway->store) store_stop_waiting(gateway->store);
    if (gateway->feeding) pthread_join(gateway->feeder, NULL);
    store_close(gateway->store);
    for (size_t i = 0; i < AT_COUNT; i++) {
        if (gateway->folders[i] >= 0) close(gateway->folders[i]);
    }
    arena_free(gateway->pending_arena);
    free(gateway->pending);
    json_decref(gateway->status);
    pthread_mutex_destroy(&gateway->mapping);
    pthread_mutex_destroy(&gateway->status_door);
    free(gateway);
}

static void close_transport(struct transport *t) {
    struct gateway *gateway = gateway_of(t);
    struct transport *base = gateway->base;
    atomic_store(&gateway->stopping, true);
    store_stop_waiting(gateway->store);
    gateway->owner.close(gateway->owner.of);
    gateway_free(gateway);
    base->verbs->close(base);
}

static const struct transport_verbs verbs = {.close = close_transport,
                                             .wake_descriptor = wake_descriptor,
                                             .list_complete = papers,
                                             .read = read_paper,
                                             .put_off = put_off,
                                             .move_to_sent = sent,
                                             .sent_taken = sent_taken,
                                             .fail = fail,
                                             .stage = stage,
                                             .read_part = read_part,
                                             .find_in_sent = kept,
                                             .attachments_folder = store_folder,
                                             .stage_stored = stage_stored,
                                             .sync_staged = settle,
                                             .reveal = reveal,
                                             .sync_moved = seal,
                                             .forget_staged = forget_staged,
                                             .write_status = write_status,
                                             .counts = counts};

static enum outcome open_folders(struct gateway *gateway, const char *spool, struct fault *fault) {
    const char *const names[AT_COUNT] = {".", "outbox", "sent", "failed", "inbox", "done", gateway->own};
    int root = gateway->folders[AT_ROOT] = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return fault_set(fault, FATAL, "FILE_READ", "spool %s: %s", spool, strerror(errno));
    if (mkdirat(root, gateway->own, 0775) != 0 && errno != EEXIST)
        return fault_set(fault, FATAL, "FILE_WRITE", "%s/%s: %s", spool, gateway->own, strerror(errno));
    for (enum gateway_folder i = AT_OUTBOX; i < AT_COUNT; i++) {
        gateway->folders[i] = openat(root, names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (gateway->folders[i] < 0)
            return fault_set(fault, FATAL, "FILE_READ", "spool %s: %s: %s", spool, names[i], strerror(errno));
    }
    return durable_sync_folder(root, fault);
}

static enum outcome open_all(struct gateway *gateway, const struct gateway_place *place, struct fault *fault) {
    char path[4096];
    TRY(open_folders(gateway, place->spool, fault));
    snprintf(path, sizeof path, "%s/%s/store.sqlite", place->spool, gateway->own);
    TRY(store_open(path, &gateway->store, fault));
    TRY(feeder_recover(gateway, fault));
    return gateway_reconcile(gateway, place->journal, fault);
}

enum outcome gateway_open(const struct gateway_place *place, const char *own, struct transport *base,
                          struct gateway **ret, struct fault *fault) {
    struct gateway *gateway = calloc(1, sizeof *gateway);
    INVARIANT(gateway && pthread_mutex_init(&gateway->mapping, NULL) == 0 &&
              pthread_mutex_init(&gateway->status_door, NULL) == 0);
    gateway->transport.verbs = &verbs;
    gateway->base = base;
    gateway->profile = place->profile;
    gateway->agency = place->agency;
    gateway->own = own;
    gateway->alive_ms = monotonic_ms();
    gateway->pending_arena = arena_new(64u << 10, PENDING_MAX);
    for (size_t i = 0; i < AT_COUNT; i++) gateway->folders[i] = -1;
    enum outcome outcome = open_all(gateway, place, fault);
    if (outcome == OK) *ret = gateway;
    else gateway_free(gateway);
    return outcome;
}

struct transport *gateway_begin(struct gateway *gateway, const struct gateway_owner *owner) {
    gateway->owner = *owner;
    INVARIANT(pthread_create(&gateway->feeder, NULL, feeder_run, gateway) == 0);
    gateway->feeding = true;
    return &gateway->transport;
}
