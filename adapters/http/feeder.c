/* See http_inside.h: accepted submissions go into outbox/, one after the other in the order they were accepted, attachments first. A name
 * that is still taken there is waited for: so two submissions whose attachments have one name cannot be mixed up. */
#define _GNU_SOURCE /* renameat2 */
#include "adapters/http/parcel.h"
#include "adapters/engine/name.h"
#include "adapters/transports/durable.h"
#include "base/log.h"
#include "base/point.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN_MS 50
#define REST_MS 1000
#define IDLE_MS 60000

static bool there(int folder, const char *name) {
    struct stat facts;
    return fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A name that never was a case file's before: what becomes of it can then be told apart. */
static enum outcome choose(const struct http *http, const char *wish, struct arena *arena, const char **ret, struct fault *fault) {
    const char *name = wish;
    for (unsigned n = 2;; n++) {
        bool used = false;
        TRY(store_file_used(http->store, name, &used, fault));
        for (enum http_folder i = AT_OUTBOX; i <= AT_FAILED; i++) used = used || there(http->folders[i], name);
        *ret = name;
        if (!used) return OK;
        name = name_again(bytes_of_cstr(wish), n <= 20 ? n : (unsigned)((uint64_t)instant_now() / 10 + n), arena);
    }
}

static enum outcome name_it(const struct http *http, const struct submitted *s, int folder, const char *wish, struct arena *arena, const char **ret,
                            struct fault *fault) {
    struct stat facts;
    if (s->file.count) {
        *ret = arena_cstr(arena, s->file);
        return OK;
    }
    if (fstatat(folder, "0", &facts, AT_SYMLINK_NOFOLLOW) != 0) return fault_set(fault, RETRY, "FILE_READ", "%s: %s", s->id, strerror(errno));
    TRY(choose(http, wish, arena, ret, fault));
    return store_name(http->store, s->id, *ret, facts.st_ino, fault);
}

/* A file that is gone from the submission's folder was placed before a crash. *ret_taken: the name is not free yet. */
static enum outcome place_files(const struct http *http, int folder, const char *const *names, size_t count, bool *ret_taken, struct fault *fault) {
    char path[24];
    for (size_t i = count; i-- > 0 && !*ret_taken;) { /* the case file, 0, comes last */
        snprintf(path, sizeof path, "%zu", i);
        switch (durable_move(folder, path, http->folders[AT_OUTBOX], names[i], fault)) {
        case MOVED:
            POINT("http.placing");
            break;
        case MOVE_GONE: break;
        case MOVE_TAKEN: *ret_taken = true; break;
        case MOVE_FAILED: return RETRY;
        }
    }
    return OK;
}

static bool any_taken(const struct http *http, int folder, const char *const *names, size_t count) {
    char path[24];
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%zu", i);
        if (there(folder, path) && there(http->folders[AT_OUTBOX], names[i])) return true;
    }
    return false;
}

static enum outcome place(const struct http *http, const struct submitted *s, int folder, struct arena *arena, bool *ret_taken, struct fault *fault) {
    json_t *list = json_loadb((const char *)s->names.at, s->names.count, 0, NULL);
    size_t count = json_array_size(list);
    const char **names = arena_array(arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = arena_printf(arena, "%s", json_string_value(json_array_get(list, i)));
    json_decref(list);
    PROMISE(count);
    TRY(name_it(http, s, folder, names[0], arena, &names[0], fault));
    POINT("http.named");
    *ret_taken = any_taken(http, folder, names, count);
    if (!*ret_taken) TRY(place_files(http, folder, names, count, ret_taken, fault));
    if (*ret_taken) return OK;
    TRY(durable_sync_folder(http->folders[AT_OUTBOX], fault));
    TRY(store_placed(http->store, s->id, fault));
    POINT("http.placed");
    parcel_remove_folder(http, s->id);
    return OK;
}

/* *ret_ms: how long to rest before the next. */
static enum outcome feed_one(const struct http *http, struct arena *arena, int64_t *ret_ms, struct fault *fault) {
    struct submitted s;
    bool known = false, taken = false;
    *ret_ms = IDLE_MS;
    TRY(store_oldest_queued(http->store, arena, &known, &s, fault));
    if (!known) return OK;
    int folder = openat(http->folders[AT_OWN], s.id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0) return fault_set(fault, RETRY, "FILE_READ", "%s: %s", s.id, strerror(errno));
    enum outcome outcome = place(http, &s, folder, arena, &taken, fault);
    close(folder);
    *ret_ms = taken ? AGAIN_MS : 0;
    return outcome;
}

void *feeder_run(void *of) {
    struct http *http = of;
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, HTTP_ARENA);
    char told[40] = "";
    while (!atomic_load(&http->stopping)) {
        struct fault fault = {0};
        int64_t seen = store_changes(http->store), ms = 0;
        arena_reset(arena);
        enum outcome outcome = feed_one(http, arena, &ms, &fault);
        if (outcome != OK && strcmp(told, fault.code) != 0) log_fault(LOG_ERROR, "http.feeder", &fault);
        snprintf(told, sizeof told, "%s", outcome == OK ? "" : fault.code);
        if (outcome != OK) ms = REST_MS;
        if (ms == IDLE_MS) store_wait(http->store, seen, ms);
        else if (ms) usleep((useconds_t)ms * 1000);
    }
    return NULL;
}

/* At the start: what was never accepted, or is placed already, is cleared away. */
enum outcome feeder_recover(struct http *http, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, HTTP_ARENA);
    int copy = openat(http->folders[AT_OWN], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    if (!list) return fault_set(fault, RETRY, "FILE_READ", HTTP_FOLDER ": %s", strerror(errno));
    enum outcome outcome = OK;
    for (const struct dirent *entry; outcome == OK && (entry = readdir(list));) {
        struct submitted s;
        struct uuid id;
        bool known = false;
        const char *name = entry->d_name;
        bool coming = strncmp(name, "in-", 3) == 0;
        if (!coming && !uuid_parse(bytes_of_cstr(name), &id)) continue;
        if (!coming) outcome = store_submission(http->store, name, arena, &known, &s, fault);
        if (outcome == OK && (!known || s.stage != STAGE_QUEUED)) parcel_remove_folder(http, name);
        arena_reset(arena);
    }
    closedir(list);
    if (outcome == OK) outcome = store_purge(http->store, instant_now() - STORE_KEEP_MS, fault);
    return outcome;
}
