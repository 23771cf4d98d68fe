/* What lies in outbox/ and which of it is complete. inotify tells of names one by one, so that neither a
 * paper that comes nor one that goes costs a look at all the others; the folder is read whole at the start, when events
 * were lost, and every SPOOL_RESCAN_MS. */
#define _GNU_SOURCE /* file leases */
#include "adapters/spool/name.h"
#include "adapters/spool/spool_inside.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

int64_t spool_modified_ns(const struct stat *facts) {
    return (int64_t)facts->st_mtim.tv_sec * 1000000000 + facts->st_mtim.tv_nsec;
}

bool spool_copy_name(struct bytes name, char ret[SPOOL_NAME]) {
    if (!name.count || name.count >= SPOOL_NAME || memchr(name.at, '/', name.count) || memchr(name.at, 0, name.count))
        return false;
    memcpy(ret, name.at, name.count);
    ret[name.count] = 0;
    return true;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct seen *)a)->name, ((const struct seen *)b)->name);
}

static void add(struct seen_list *list, const struct seen *seen) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->at = realloc(list->at, list->capacity * sizeof *list->at);
        INVARIANT(list->at);
    }
    list->at[list->count++] = *seen;
}
/* The analyzer loses sight of the name once it lies in an array's element; spool_forget frees it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static void add_name(struct seen_list *list, const char *name, bool heard, bool renamed) {
    struct seen seen = {.name = strdup(name), .heard = heard, .renamed = renamed};
    INVARIANT(seen.name);
    add(list, &seen);
}
#pragma GCC diagnostic pop
static void empty(struct seen_list *list) {
    for (size_t i = 0; i < list->count; i++) free(list->at[i].name);
    list->count = 0;
}
void spool_forget(struct spool *spool) {
    empty(&spool->seen);
    empty(&spool->fresh);
    free(spool->seen.at);
    free(spool->fresh.at);
}

static struct seen *find(const struct spool *spool, char *name) {
    const struct seen key = {.name = name};
    return spool->seen.count ? bsearch(&key, spool->seen.at, spool->seen.count, sizeof key, by_name) : NULL;
}
struct seen *spool_seen(const struct spool *spool, struct bytes name) {
    char text[SPOOL_NAME];
    if (!spool_copy_name(name, text)) return NULL;
    struct seen *seen = find(spool, text);
    return seen && !seen->gone ? seen : NULL;
}

/* ---- inotify. A file that goes matters only if it is known; most that go we moved ourselves. */
static void hear_one(struct spool *spool, const struct inotify_event *event) {
    char name[SPOOL_NAME];
    if (event->mask & IN_Q_OVERFLOW) spool->unheard = true;
    if (!event->len || !spool_copy_name(bytes_of_cstr(event->name), name) || name_passed_over(bytes_of_cstr(name)))
        return;
    struct seen *seen = find(spool, name);
    bool goes = (event->mask & (IN_DELETE | IN_MOVED_FROM)) != 0, renamed = (event->mask & IN_MOVED_TO) != 0;
    if (seen && !seen->gone) {
        seen->heard = true;
        seen->renamed = !goes && (seen->renamed || renamed);
    } else if (!goes) add_name(&spool->fresh, name, true, renamed);
}

static void hear(struct spool *spool) {
    _Alignas(struct inotify_event) char events[8192];
    for (ssize_t got; spool->notify >= 0 && (got = read(spool->notify, events, sizeof events)) > 0;) {
        for (char *at = events; at < events + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            hear_one(spool, event);
            at += sizeof *event + event->len;
        }
    }
}

/* ---- bringing together */
static void merge_one(struct seen_list *into, struct seen *one, int64_t now) {
    struct seen *last = into->count ? &into->at[into->count - 1] : NULL;
    if (last && strcmp(last->name, one->name) == 0) {
        last->heard = last->heard || one->heard;
        last->renamed = last->renamed || one->renamed;
        free(one->name);
        return;
    }
    if (!one->first_ms) {
        one->first_ms = one->quiet_since_ms = now;
        one->heard = true;
    }
    add(into, one);
}

/* After the folder was read whole: a known file that is not listed is asked for once more and so found to be gone; one
 * that is put off is asked for too, since another may have taken its name. */
static void compare(struct seen *old, const struct seen *listed, int64_t now) {
    bool there = listed && strcmp(listed->name, old->name) == 0;
    old->heard = old->heard || !there || old->again_ms > now;
}

/* All that is not gone of both, in the order of names; beyond SPOOL_SEEN_MAX they wait for the next reading of the
 * folder. */
static void merge(struct spool *spool, bool whole, int64_t now) {
    struct seen_list *seen = &spool->seen, *fresh = &spool->fresh;
    size_t capacity = seen->count + fresh->count - spool->gone + 1, i = 0, k = 0;
    if (!fresh->count && !spool->gone && !whole) return;
    if (fresh->count) qsort(fresh->at, fresh->count, sizeof *fresh->at, by_name);
    struct seen_list both = {malloc(capacity * sizeof *both.at), 0, capacity};
    INVARIANT(both.at);
    while (i < seen->count || k < fresh->count) {
        bool old = i < seen->count && (k == fresh->count || strcmp(seen->at[i].name, fresh->at[k].name) <= 0);
        struct seen *one = old ? &seen->at[i++] : &fresh->at[k++];
        bool full = both.count == SPOOL_SEEN_MAX && !old;
        if (whole && old) compare(one, k < fresh->count ? &fresh->at[k] : NULL, now);
        spool->unheard = spool->unheard || full;
        if (one->gone || full) free(one->name);
        else merge_one(&both, one, now);
    }
    free(seen->at);
    *seen = both;
    fresh->count = 0;
    spool->gone = 0;
}

static enum outcome read_folder(struct spool *spool, struct fault *fault) {
    int copy = openat(spool->folders[FOLDER_OUTBOX], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    if (!folder) {
        if (copy >= 0) close(copy);
        return fault_set(fault, RETRY, "FILE_READ", "outbox: %s", strerror(errno));
    }
    spool->unheard = false;
    for (const struct dirent *entry; spool->fresh.count < 2 * SPOOL_SEEN_MAX && (entry = readdir(folder));) {
        if (!name_passed_over(bytes_of_cstr(entry->d_name)) && strlen(entry->d_name) < SPOOL_NAME)
            add_name(&spool->fresh, entry->d_name, false, false);
    }
    closedir(folder);
    return OK;
}

/* ---- looking */
static void look(struct spool *spool, struct seen *seen, int64_t now) {
    struct stat facts;
    seen->heard = false;
    if (fstatat(spool->folders[FOLDER_OUTBOX], seen->name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        seen->gone = true;
        spool->gone++;
        return;
    }
    bool same =
        seen->inode == facts.st_ino && seen->size == facts.st_size && seen->modified_ns == spool_modified_ns(&facts);
    if (!same) {
        seen->inode = facts.st_ino;
        seen->size = facts.st_size;
        seen->modified_ns = spool_modified_ns(&facts);
        seen->quiet_since_ms = now;
        seen->complete = false;
        seen->again_ms = 0; /* another paper than the one that was put off */
    }
    seen->regular = S_ISREG(facts.st_mode);
}

/* A read lease is granted only when nobody holds the file open for writing. Where leases are not served, quiet must do.
 */
static bool held_for_writing(const struct spool *spool, const struct seen *seen) {
    int file = openat(spool->folders[FOLDER_OUTBOX], seen->name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return false;
    bool held = fcntl(file, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    if (!held) fcntl(file, F_SETLEASE, F_UNLCK);
    close(file);
    return held;
}

static void settle(struct spool *spool, struct seen *seen, int64_t now) {
    if (seen->complete || seen->gone) return;
    if (seen->renamed) seen->complete = true;
    else if (now - seen->quiet_since_ms >= SPOOL_QUIET_MS)
        seen->complete = !seen->regular || !held_for_writing(spool, seen);
    seen->renamed = false;
}

enum outcome spool_look(struct spool *spool, int64_t now, struct fault *fault) {
    hear(spool);
    bool space = spool->unheard && spool->seen.count - spool->gone < SPOOL_SEEN_MAX / 2,
         whole = space || now >= spool->next_scan_ms;
    if (whole) {
        TRY(read_folder(spool, fault));
        spool->next_scan_ms = now + SPOOL_RESCAN_MS;
    }
    merge(spool, whole, now);
    for (size_t i = 0; i < spool->seen.count; i++) {
        struct seen *seen = &spool->seen.at[i];
        if (seen->heard || !seen->complete) look(spool, seen, now);
        settle(spool, seen, now);
    }
    return OK;
}
