/* Accepted submissions go into outbox/, one after the other in the order they were accepted, attachments
 * first. A name that is still taken there is waited for: so two submissions whose attachments have one name cannot be
 * mixed up. */
#define _GNU_SOURCE /* renameat2 */
#include "adapters/gateway/gateway_inside.h"
#include "adapters/gateway/gateway.h"
#include "adapters/spool/name.h"
#include "adapters/spool/transport.h"
#include "base/durable.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN_MS 50
#define REST_MS  1000
#define IDLE_MS  60000

static bool there(int folder, const char *name) {
    struct stat facts;
    return fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Of one round: queued submissions, oldest first, that share the syncs and the transactions. */
#define FEED_MAX 64u
struct feed {
    const struct gateway *gateway;
    struct arena *arena;
    struct submitted *list;
    const char **names[FEED_MAX];
    int folders[FEED_MAX];
    size_t files[FEED_MAX], count;
};

/* A name that never was a case file's before: what becomes of it can then be attributed. */
static enum outcome choose(const struct feed *f, size_t nth, const char *wish, const char **ret, struct fault *fault) {
    const struct gateway *gateway = f->gateway;
    const char *name = wish;
    for (unsigned n = 2;; n++) {
        bool used = false;
        TRY(store_file_used(gateway->store, name, &used, fault));
        for (size_t i = 0; i < nth; i++) used = used || strcmp(f->names[i][0], name) == 0;
        for (enum gateway_folder i = AT_OUTBOX; i <= AT_FAILED; i++) used = used || there(gateway->folders[i], name);
        *ret = name;
        if (!used) return OK;
        name = name_again(bytes_of_cstr(wish), n <= 20 ? n : (unsigned)((uint64_t)instant_now() / 10 + n), f->arena);
    }
}

static void take_names(struct feed *f, size_t nth) {
    const struct submitted *s = &f->list[nth];
    json_t *list = json_loadb((const char *)s->names.at, s->names.count, 0, NULL);
    size_t count = json_array_size(list);
    const char **names = arena_array(f->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = arena_printf(f->arena, "%s", json_string_value(json_array_get(list, i)));
    json_decref(list);
    INVARIANT(count);
    f->names[nth] = names;
    f->files[nth] = count;
}

/* All get their names in one transaction, before any of their files is moved. */
static enum outcome name_all(struct feed *f, struct fault *fault) {
    struct naming *naming = arena_array(f->arena, f->count, sizeof *naming);
    size_t fresh = 0;
    for (size_t i = 0; i < f->count; i++) {
        const struct submitted *s = &f->list[i];
        struct stat facts;
        take_names(f, i);
        if (s->file.count) {
            f->names[i][0] = arena_cstr(f->arena, s->file);
            continue;
        }
        if (fstatat(f->folders[i], "0", &facts, AT_SYMLINK_NOFOLLOW) != 0)
            return fault_set(fault, RETRY, "FILE_READ", "%s: %s", s->id, strerror(errno));
        TRY(choose(f, i, f->names[i][0], &f->names[i][0], fault));
        naming[fresh++] = (struct naming){s->id, f->names[i][0], facts.st_ino};
    }
    if (fresh) TRY(store_name(f->gateway->store, naming, fresh, fault));
    FAILPOINT("front.named");
    return OK;
}

/* A file that is gone from the submission's folder was placed before a crash. *ret_taken: the name is not free yet. */
static enum outcome place_files(const struct gateway *gateway, int folder, const char *const *names, size_t count,
                                bool *ret_taken, struct fault *fault) {
    char path[24];
    for (size_t i = count; i-- > 0 && !*ret_taken;) { /* the case file, 0, comes last */
        snprintf(path, sizeof path, "%zu", i);
        switch (durable_move(folder, path, gateway->folders[AT_OUTBOX], names[i], fault)) {
        case MOVED: FAILPOINT("front.placing"); break;
        case MOVE_GONE: break;
        case MOVE_TAKEN: *ret_taken = true; break;
        case MOVE_FAILED: return RETRY;
        }
    }
    return OK;
}

static bool any_taken(const struct gateway *gateway, int folder, const char *const *names, size_t count) {
    char path[24];
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%zu", i);
        if (there(folder, path) && there(gateway->folders[AT_OUTBOX], names[i])) return true;
    }
    return false;
}

/* In their order, up to the first whose names are not free; *ret_placed of them are durable in outbox/ and noted. */
static enum outcome place_all(struct feed *f, size_t *ret_placed, struct fault *fault) {
    const struct gateway *gateway = f->gateway;
    bool taken = false;
    size_t placed = 0;
    while (placed < f->count) {
        taken = any_taken(gateway, f->folders[placed], f->names[placed], f->files[placed]);
        if (!taken) TRY(place_files(gateway, f->folders[placed], f->names[placed], f->files[placed], &taken, fault));
        if (taken) break;
        placed++;
    }
    if (placed) TRY(durable_sync_folder(gateway->folders[AT_OUTBOX], fault));
    if (placed) TRY(store_placed(gateway->store, f->list, placed, fault));
    FAILPOINT("front.placed");
    for (size_t i = 0; i < placed; i++) parcel_remove_folder(gateway, f->list[i].id);
    *ret_placed = placed;
    return OK;
}

/* Somebody cleared it away: that one is reported as failed and holds up no other. */
static enum outcome give_up(struct feed *f, const struct submitted *s, struct fault *fault) {
    struct rejection gone = {0};
    fault_set(&gone.fault, REFUSE, "FILE_READ",
              "%s/%s was removed from the adapter's spool before it was sent: hand it in again as a new one",
              f->gateway->own, s->id);
    log_fault(LOG_ERROR, "front.lost", &gone.fault);
    return store_lost(f->gateway->store, s->id, rejection_write(&gone, f->arena), fault);
}

static enum outcome open_folders(struct feed *f, size_t found, struct fault *fault) {
    for (size_t i = 0; i < found; i++) {
        int folder =
            openat(f->gateway->folders[AT_OWN], f->list[i].id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (folder < 0 && errno == ENOENT && !i) return give_up(f, &f->list[i], fault);
        if (folder < 0 && !i) return fault_set(fault, RETRY, "FILE_READ", "%s: %s", f->list[i].id, strerror(errno));
        if (folder < 0) return OK;
        f->folders[f->count++] = folder;
    }
    return OK;
}

/* *ret_ms: how long to rest before the next. */
static enum outcome feed_all(struct gateway *gateway, struct arena *arena, int64_t *ret_ms, struct fault *fault) {
    struct feed f = {.gateway = gateway, .arena = arena};
    size_t found = 0, placed = 0;
    *ret_ms = IDLE_MS;
    TRY(store_queued(gateway->store, FEED_MAX, arena, &f.list, &found, fault));
    if (!found) return OK;
    TRY(open_folders(&f, found, fault));
    *ret_ms = 0;
    if (!f.count) return OK;
    enum outcome outcome = name_all(&f, fault);
    if (outcome == OK) outcome = place_all(&f, &placed, fault);
    for (size_t i = 0; i < f.count; i++) close(f.folders[i]);
    *ret_ms = placed < f.count ? AGAIN_MS : 0;
    return outcome;
}

void *feeder_run(void *of) {
    struct gateway *gateway = of;
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, GATEWAY_ARENA);
    char logged[40] = "";
    while (!atomic_load(&gateway->stopping)) {
        struct fault fault = {0};
        int64_t seen = store_changes(gateway->store), ms = 0;
        arena_reset(arena);
        enum outcome outcome = feed_all(gateway, arena, &ms, &fault);
        if (outcome != OK && strcmp(logged, fault.code) != 0) log_fault_unnamed(LOG_ERROR, "front.feeder", &fault);
        snprintf(logged, sizeof logged, "%s", outcome == OK ? "" : fault.code);
        if (outcome != OK) ms = REST_MS;
        if (ms == IDLE_MS) store_wait(gateway->store, seen, ms);
        else if (ms) usleep((useconds_t)ms * 1000);
    }
    return NULL;
}

/* At the start: what was never accepted, or is placed already, is cleared away. */
enum outcome feeder_recover(struct gateway *gateway, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, GATEWAY_ARENA);
    int copy = openat(gateway->folders[AT_OWN], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    if (!list) return fault_set(fault, RETRY, "FILE_READ", "%s: %s", gateway->own, strerror(errno));
    enum outcome outcome = OK;
    for (const struct dirent *entry; outcome == OK && (entry = readdir(list));) {
        struct submitted s;
        struct uuid id;
        bool known = false;
        const char *name = entry->d_name;
        bool coming = strncmp(name, "in-", 3) == 0;
        if (!coming && !uuid_parse(bytes_of_cstr(name), &id)) continue;
        if (!coming) outcome = store_submission(gateway->store, name, arena, &known, &s, fault);
        if (outcome == OK && (!known || s.stage != STAGE_QUEUED)) parcel_remove_folder(gateway, name);
        arena_reset(arena);
    }
    closedir(list);
    if (outcome == OK) outcome = store_purge(gateway->store, instant_now() - STORE_KEEP_MS, fault);
    return outcome;
}
