/* A submission while it is handed in: received file by file, checked as the engine will, kept durably. */
#define _GNU_SOURCE /* renameat2 */
#include "adapters/spool/name.h"
#include "adapters/gateway/gateway.h"
#include "base/durable.h"
#include "base/failpoint.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FAULTS_MAX    200u         /* of one submission: those of its case file, and as many attachments */
#define MAPPING_ARENA (512u << 20) /* as the engine's: one native file, parsed */

static enum outcome written(const char *what, struct fault *fault) {
    return fault_set(fault, RETRY, errno == ENOSPC || errno == EDQUOT ? "DISK_FULL" : "FILE_WRITE", "%s: %s", what,
                     strerror(errno));
}

enum outcome parcel_space(const struct gateway *gateway, int64_t bytes, struct fault *fault) {
    struct statvfs facts;
    if (fstatvfs(gateway->folders[AT_OWN], &facts) != 0) return OK; /* then writing will tell */
    int64_t space = (int64_t)facts.f_bavail * (int64_t)facts.f_frsize - PARCEL_RESERVE;
    if (bytes <= space) return OK;
    return fault_set(fault, RETRY, "DISK_FULL", "%lld bytes come, %lld have room", (long long)bytes,
                     (long long)(space > 0 ? space : 0));
}

enum outcome parcel_new(const struct gateway *gateway, struct parcel **ret, struct fault *fault) {
    struct uuid id = uuid_v7(instant_now());
    char text[UUID_TEXT + 1], name[64];
    uuid_format(&id, text);
    snprintf(name, sizeof name, "in-%s", text);
    if (mkdirat(gateway->folders[AT_OWN], name, 0775) != 0) return written("a folder for the submission", fault);
    int folder = openat(gateway->folders[AT_OWN], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0) return written("a folder for the submission", fault);
    struct parcel *p = calloc(1, sizeof *p);
    INVARIANT(p);
    for (size_t i = 0; i <= LIMIT_ATTACHMENT_COUNT; i++) p->files[i].file = -1;
    memcpy(p->name, name, sizeof name);
    p->folder = folder;
    p->count = 1;
    *ret = p;
    return OK;
}

enum outcome parcel_begin_file(struct parcel *p, size_t place, struct bytes name, struct fault *fault) {
    INVARIANT(place <= LIMIT_ATTACHMENT_COUNT);
    struct received *r = &p->files[place];
    char path[24];
    INVARIANT(!r->there && name.count <= NAME_OUTBOX_MAX);
    snprintf(path, sizeof path, "%zu", place);
    r->file = openat(p->folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0664);
    if (r->file < 0) return written("a file of the submission", fault);
    r->sum = EVP_MD_CTX_new();
    INVARIANT(r->sum && EVP_DigestInit_ex(r->sum, EVP_sha256(), NULL) == 1);
    if (name.count) memcpy(r->name, name.at, name.count);
    r->name[name.count] = 0;
    r->there = true;
    if (place >= p->count) p->count = place + 1;
    return OK;
}

enum outcome parcel_add(struct parcel *p, size_t place, struct bytes what, struct fault *fault) {
    struct received *r = &p->files[place];
    INVARIANT(EVP_DigestUpdate(r->sum, what.at, what.count) == 1);
    for (size_t at = 0; at < what.count;) {
        ssize_t wrote = write(r->file, what.at + at, what.count - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return written("a file of the submission", fault);
        at += (size_t)wrote;
    }
    r->size += (int64_t)what.count;
    return OK;
}

void parcel_finish(struct parcel *p) {
    for (size_t i = 0; i < p->count; i++) {
        struct received *r = &p->files[i];
        INVARIANT(r->there && EVP_DigestFinal_ex(r->sum, r->digest.b, NULL) == 1);
    }
}

struct digest parcel_digest(const struct parcel *p) {
    struct bytes parts[2 * (LIMIT_ATTACHMENT_COUNT + 1)];
    for (size_t i = 0; i < p->count; i++) {
        parts[2 * i] = bytes_of_cstr(p->files[i].name);
        parts[2 * i + 1] = bytes_of(p->files[i].digest.b, sizeof p->files[i].digest.b);
    }
    return digest_of_list(parts, 2 * p->count);
}

static bool among(const struct parcel *p, struct bytes name) {
    for (size_t i = 1; i < p->count; i++) {
        if (bytes_equal_cstr(name, p->files[i].name)) return true;
    }
    return false;
}

/* What is wrong with the files handed in, all of it. */
struct noticed {
    struct arena *arena;
    struct fault *at;
    size_t count;
};
static void notice(struct noticed *all, const struct fault *fault) {
    if (!all->at) all->at = arena_array(all->arena, FAULTS_MAX, sizeof *all->at);
    if (all->count < FAULTS_MAX) all->at[all->count++] = *fault;
}

static enum outcome missing(struct bytes name, struct fault *fault) {
    char field[96];
    fault_set(fault, REFUSE, "MISSING_ATTACHMENT", "%.*s: no attachment handed in has this file name", BYTES_FMT(name));
    snprintf(field, sizeof field, "%.*s", name.count < 90 ? (int)name.count : 90, (const char *)name.at);
    return fault_place(fault, field, 0, 0);
}

static void whole(const struct parcel *p, const struct draft_view *view, struct bytes beside, struct noticed *all) {
    struct fault fault = {0};
    for (size_t n = 0; n < view->need_count; n++) {
        struct bytes name = view->needs[n].file_name;
        if (name.count && !among(p, name) && missing(name, &fault) != OK) notice(all, &fault);
    }
    for (size_t i = 1; i < p->count; i++) {
        bool named = beside.count && bytes_equal_cstr(beside, p->files[i].name);
        for (size_t n = 0; n < view->need_count && !named; n++)
            named = bytes_equal_cstr(view->needs[n].file_name, p->files[i].name);
        if (named) continue;
        (void)fault_set(&fault, REFUSE, "UNCLAIMED", "%.200s", p->files[i].name);
        (void)fault_place(&fault, p->files[i].name, 0, 0);
        notice(all, &fault);
    }
}

static enum outcome map(const struct gateway *gateway, const struct parcel *p, struct bytes native, struct noticed *all,
                        struct fault *fault) {
    struct draft *draft = NULL;
    struct draft_view view;
    AUTO(arena_free_auto) struct arena *arena = arena_new(64u << 10, MAPPING_ARENA);
    enum outcome read = conversion_read(gateway->profile, p->files[0].name, native, arena, &draft, fault);
    if (read == REFUSE) {
        struct file_faults found = conversion_faults(gateway->profile, p->files[0].name, native, fault, arena);
        for (size_t i = 0; i < found.count; i++) notice(all, &found.at[i]);
    }
    TRY(read);
    conversion_view(draft, &view);
    struct conversion_sidecar beside = {0};
    bool may = conversion_sidecar(gateway->profile, bytes_of_cstr(p->files[0].name), native, arena, &beside);
    if (may && beside.needed && !among(p, beside.name) && missing(beside.name, fault) != OK) notice(all, fault);
    whole(p, &view, beside.name, all);
    if (!all->count) return OK;
    *fault = all->at[0];
    return REFUSE;
}

static enum outcome check(struct gateway *gateway, const struct parcel *p, struct noticed *all, struct fault *fault) {
    char path[96];
    AUTO(buffer_free) struct buffer native;
    buffer_init(&native, LIMIT_NATIVE_FILE);
    if (!profile_takes(gateway->profile, p->files[0].name)) {
        return fault_set(fault, REFUSE, "UNKNOWN_FORMAT",
                         "%.200s: the name must be one that the profile's `files` takes", p->files[0].name);
    }
    if (p->files[0].size > (int64_t)LIMIT_NATIVE_FILE)
        return fault_set(fault, REFUSE, "TOO_LARGE", "a case file has at most %u bytes", LIMIT_NATIVE_FILE);
    snprintf(path, sizeof path, "/proc/self/fd/%d/0", p->folder);
    TRY(buffer_read_file(&native, path, fault));
    pthread_mutex_lock(&gateway->mapping);
    enum outcome outcome = map(gateway, p, buffer_view(&native), all, fault);
    pthread_mutex_unlock(&gateway->mapping);
    return outcome;
}

static struct bytes names_json(const struct parcel *p, struct arena *arena) {
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++) json_array_append_new(list, json_string(p->files[i].name));
    char *text = json_dumps(list, JSON_COMPACT);
    INVARIANT(text);
    struct bytes copy = arena_copy(arena, bytes_of_cstr(text));
    free(text);
    json_decref(list);
    return copy;
}

/* Ready: to be kept. A name of its own where the client gave none. */
static enum outcome prepare(struct gateway *gateway, struct handed *h, struct arena *arena, bool *ret_ready,
                            struct fault *fault) {
    struct uuid id = uuid_v7(instant_now());
    struct received *first = &h->parcel->files[0];
    *ret_ready = false;
    TRY(store_by_key(gateway->store, h->key, arena, &h->again, &h->said, fault));
    if (h->again) return OK;
    h->said = (struct submitted){.digest = parcel_digest(h->parcel), .key = h->key, .at = instant_now()};
    uuid_format(&id, h->said.id);
    if (!first->name[0])
        snprintf(first->name, sizeof first->name, "%s.%s", h->said.id, profile_extension(gateway->profile));
    struct noticed all = {arena, NULL, 0};
    h->outcome = check(gateway, h->parcel, &all, &h->why);
    h->all = (struct file_faults){.recognised = all.count > 0, .at = all.at, .count = all.count};
    if (h->outcome != OK && h->outcome != REFUSE) {
        *fault = h->why;
        return h->outcome;
    }
    *ret_ready = h->outcome == OK;
    if (*ret_ready) h->said.names = names_json(h->parcel, arena);
    return OK;
}

/* files; of more, syncing the file system costs less (see spool/spool_inside.h) */
#define SYNC_ONE_BY_ONE 16u
static enum outcome sync_all(const struct gateway *gateway, struct handed *const *list, size_t count,
                             struct fault *fault) {
    size_t files = 0;
    for (size_t i = 0; i < count; i++) files += list[i]->parcel->count;
    if (files > SYNC_ONE_BY_ONE) return durable_sync_all(gateway->folders[AT_OWN], fault);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < list[i]->parcel->count; k++) {
            if (fsync(list[i]->parcel->files[k].file) != 0) return written("a file of the submission", fault);
        }
        TRY(durable_sync_folder(list[i]->parcel->folder, fault));
    }
    return OK;
}

/* The folders get the submissions' names; durable on return. */
static enum outcome keep(const struct gateway *gateway, struct handed *const *list, size_t count, struct fault *fault) {
    int own = gateway->folders[AT_OWN];
    TRY(sync_all(gateway, list, count, fault));
    for (size_t i = 0; i < count; i++) {
        struct parcel *p = list[i]->parcel;
        if (renameat2(own, p->name, own, list[i]->said.id, RENAME_NOREPLACE) != 0)
            return written("the submission's folder", fault);
        snprintf(p->name, sizeof p->name, "%s", list[i]->said.id);
    }
    return durable_sync_folder(own, fault);
}

static enum outcome accept(const struct gateway *gateway, struct handed *const *list, size_t count, int64_t most,
                           struct arena *arena, struct fault *fault) {
    struct accepting *a = arena_array(arena, count, sizeof *a);
    for (size_t i = 0; i < count; i++) a[i] = (struct accepting){.key = list[i]->key, .what = &list[i]->said};
    TRY(store_accept(gateway->store, a, count, most, arena, fault));
    for (size_t i = 0; i < count; i++) {
        struct handed *h = list[i];
        h->again = a[i].known;
        h->parcel->kept = !a[i].known && !a[i].full;
        if (a[i].known) h->said = a[i].found;
        if (a[i].full) h->outcome = REFUSE, h->why = a[i].why;
    }
    return OK;
}

enum outcome parcel_take_in(struct gateway *gateway, struct handed *list, size_t count, int64_t most,
                            struct arena *arena, struct fault *fault) {
    struct handed **ready = arena_array(arena, count + 1, sizeof *ready);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_ready = false;
        TRY(prepare(gateway, &list[i], arena, &is_ready, fault));
        if (is_ready) ready[kept++] = &list[i];
    }
    if (!kept) return OK;
    FAILPOINT("front.received");
    TRY(keep(gateway, ready, kept, fault));
    FAILPOINT("front.kept");
    enum outcome outcome = accept(gateway, ready, kept, most, arena, fault);
    FAILPOINT("front.accepted");
    return outcome;
}

void parcel_remove_folder(const struct gateway *gateway, const char *name) {
    int folder = openat(gateway->folders[AT_OWN], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *list = folder >= 0 ? fdopendir(folder) : NULL;
    if (!list) return;
    for (const struct dirent *entry; (entry = readdir(list));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) unlinkat(folder, entry->d_name, 0);
    }
    closedir(list);
    unlinkat(gateway->folders[AT_OWN], name, AT_REMOVEDIR);
}

void parcel_free(const struct gateway *gateway, struct parcel *p) {
    if (!p) return;
    for (size_t i = 0; i <= LIMIT_ATTACHMENT_COUNT; i++) {
        EVP_MD_CTX_free(p->files[i].sum);
        if (p->files[i].file >= 0) close(p->files[i].file);
    }
    if (p->folder >= 0) close(p->folder);
    if (!p->kept) parcel_remove_folder(gateway, p->name);
    free(p);
}
