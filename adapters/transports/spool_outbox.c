/* See spool.h: what lies in outbox/ and which of it is complete. */
#define _GNU_SOURCE /* file leases */
#include "adapters/transports/spool_inside.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

bool spool_copy_name(struct bytes name, char ret[SPOOL_NAME]) {
    if (!name.count || name.count >= SPOOL_NAME || memchr(name.at, '/', name.count) || memchr(name.at, 0, name.count)) return false;
    memcpy(ret, name.at, name.count);
    ret[name.count] = 0;
    return true;
}

static bool ends(const char *name, const char *end) {
    size_t count = strlen(name), most = strlen(end);
    return count >= most && strcmp(name + count - most, end) == 0;
}
static bool never(const char *name) { return name[0] == '.' || ends(name, ".tmp") || ends(name, ".part") || ends(name, "~"); }
static int by_name(const void *a, const void *b) { return strcmp((const char *)a, (const char *)b); }

int64_t spool_modified_ns(const struct stat *facts) { return (int64_t)facts->st_mtim.tv_sec * 1000000000 + facts->st_mtim.tv_nsec; }

/* Names renamed in since the last look: they are complete at once. */
static bool hear(struct spool *spool) {
    _Alignas(struct inotify_event) char room[8192];
    bool news = false;
    for (ssize_t got; spool->notify >= 0 && (got = read(spool->notify, room, sizeof room)) > 0;) {
        news = true;
        for (char *at = room; at < room + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            bool renamed = (event->mask & IN_MOVED_TO) && event->len && strlen(event->name) < SPOOL_NAME;
            if (renamed && spool->renamed_count < SPOOL_RENAMED_MOST) strcpy(spool->renamed_in[spool->renamed_count++], event->name);
            at += sizeof *event + event->len;
        }
    }
    return news;
}

static size_t list_names(struct spool *spool, struct fault *fault, enum outcome *ret_outcome) {
    size_t count = 0;
    int copy = openat(spool->folders[FOLDER_OUTBOX], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    if (!folder) {
        if (copy >= 0) close(copy);
        *ret_outcome = fault_set(fault, RETRY, "FILE_READ", "outbox: %s", strerror(errno));
        return 0;
    }
    for (const struct dirent *entry; count < SPOOL_SEEN_MOST && (entry = readdir(folder));) {
        if (never(entry->d_name) || strlen(entry->d_name) >= SPOOL_NAME) continue;
        spool->spare[count] = (struct seen){0};
        strcpy(spool->spare[count++].name, entry->d_name);
    }
    closedir(folder);
    qsort(spool->spare, count, sizeof *spool->spare, by_name);
    *ret_outcome = OK;
    return count;
}

static void look(struct spool *spool, struct seen *seen, int64_t now) {
    struct stat facts;
    if (fstatat(spool->folders[FOLDER_OUTBOX], seen->name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        seen->first_ms = -1;
        return;
    }
    bool same = seen->inode == facts.st_ino && seen->size == facts.st_size && seen->modified_ns == spool_modified_ns(&facts);
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

/* A read lease is granted only when nobody holds the file open for writing. Where leases are not served, quiet must do. */
static bool held_for_writing(const struct spool *spool, const struct seen *seen) {
    int file = openat(spool->folders[FOLDER_OUTBOX], seen->name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return false;
    bool held = fcntl(file, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    if (!held) fcntl(file, F_SETLEASE, F_UNLCK);
    close(file);
    return held;
}

static void settle_one(struct spool *spool, struct seen *seen, int64_t now) {
    if (seen->complete || seen->first_ms < 0) return;
    bool renamed = spool->renamed_count && bsearch(seen->name, spool->renamed_in, spool->renamed_count, SPOOL_NAME, by_name);
    if (renamed) seen->complete = true;
    else if (now - seen->quiet_since_ms >= SPOOL_QUIET_MS) seen->complete = !seen->regular || !held_for_writing(spool, seen);
}

static enum outcome scan(struct spool *spool, int64_t now, struct fault *fault) {
    enum outcome outcome;
    size_t count = list_names(spool, fault, &outcome), old = 0, kept = 0;
    TRY(outcome);
    if (spool->renamed_count) qsort(spool->renamed_in, spool->renamed_count, SPOOL_NAME, by_name);
    for (size_t i = 0; i < count; i++) {
        struct seen *seen = &spool->spare[i];
        while (old < spool->seen_count && strcmp(spool->seen[old].name, seen->name) < 0) old++;
        bool known = old < spool->seen_count && strcmp(spool->seen[old].name, seen->name) == 0;
        if (known) *seen = spool->seen[old];
        else seen->first_ms = seen->quiet_since_ms = now;
        if (!seen->complete || seen->again_ms > now) look(spool, seen, now);
        settle_one(spool, seen, now);
        if (seen->first_ms < 0) continue;
        if (kept != i) spool->spare[kept] = *seen;
        kept++;
    }
    struct seen *swap = spool->seen;
    spool->seen = spool->spare;
    spool->spare = swap;
    spool->seen_count = kept;
    spool->renamed_count = 0;
    return OK;
}

static int oldest_first(const void *a, const void *b) {
    const struct paper *x = a, *y = b;
    if (x->modified_ns != y->modified_ns) return x->modified_ns < y->modified_ns ? -1 : 1;
    return strcmp((const char *)x->name.at, (const char *)y->name.at);
}

static size_t choose(const struct spool *spool, int64_t now, struct arena *arena, struct paper *list, int64_t *again) {
    size_t count = 0;
    for (size_t i = 0; i < spool->seen_count; i++) {
        const struct seen *s = &spool->seen[i];
        int64_t due = s->complete ? s->again_ms : now + 100;
        if (due > now) *again = due - now < *again ? due - now : *again;
        if (!s->complete || due > now) continue;
        struct bytes name = arena_copy(arena, bytes_of(s->name, strlen(s->name) + 1));
        name.count--;
        list[count++] = (struct paper){name, s->size, s->modified_ns, s->inode, now - s->first_ms, s->regular, false};
    }
    qsort(list, count, sizeof *list, oldest_first);
    return count;
}

enum outcome spool_papers(struct transport *t, struct arena *arena, const struct paper **ret, size_t *ret_count, int64_t *ret_again_ms,
                          struct fault *fault) {
    struct spool *spool = spool_of(t);
    int64_t now = monotonic_ms();
    bool pending = false;
    for (size_t i = 0; i < spool->seen_count && !pending; i++) pending = !spool->seen[i].complete;
    if (hear(spool) || pending || now >= spool->next_scan_ms) {
        TRY(scan(spool, now, fault));
        spool->next_scan_ms = now + SPOOL_RESCAN_MS;
    }
    struct paper *list = arena_array(arena, spool->seen_count + 1, sizeof *list);
    int64_t again = spool->next_scan_ms - now;
    *ret_count = choose(spool, now, arena, list, &again);
    *ret_again_ms = again > 0 ? again : 0;
    *ret = list;
    return OK;
}

static struct seen *find(struct spool *spool, struct bytes name) {
    char text[SPOOL_NAME];
    if (!spool_copy_name(name, text)) return NULL;
    return bsearch(text, spool->seen, spool->seen_count, sizeof *spool->seen, by_name);
}
void spool_unsee(struct spool *spool, struct bytes name) {
    struct seen *seen = find(spool, name);
    if (!seen) return;
    size_t at = (size_t)(seen - spool->seen);
    memmove(seen, seen + 1, (spool->seen_count - at - 1) * sizeof *seen);
    spool->seen_count--;
}
void spool_put_off(struct transport *t, struct bytes name, int64_t ms) {
    struct seen *seen = find(spool_of(t), name);
    if (seen) seen->again_ms = monotonic_ms() + ms;
}

bool spool_present(struct transport *t, struct bytes name) {
    char text[SPOOL_NAME];
    struct stat facts;
    return spool_copy_name(name, text) && fstatat(spool_of(t)->folders[FOLDER_OUTBOX], text, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

bool spool_unchanged(struct transport *t, const struct paper *paper) {
    char text[SPOOL_NAME];
    struct stat facts;
    if (!spool_copy_name(paper->name, text)) return false;
    if (fstatat(spool_of(t)->folders[FOLDER_OUTBOX], text, &facts, AT_SYMLINK_NOFOLLOW) != 0) return false;
    return facts.st_ino == paper->inode && facts.st_size == paper->size && spool_modified_ns(&facts) == paper->modified_ns;
}

bool spool_same(int file, const struct paper *paper) {
    struct stat facts;
    return fstat(file, &facts) == 0 && facts.st_ino == paper->inode && facts.st_size == paper->size && spool_modified_ns(&facts) == paper->modified_ns;
}

enum outcome spool_changed(struct spool *spool, const struct paper *paper, struct fault *fault) {
    struct seen *seen = find(spool, paper->name);
    if (seen) {
        seen->complete = false;
        seen->quiet_since_ms = monotonic_ms();
    }
    return fault_set(fault, RETRY, "FILE_CHANGED", "%.*s changed while it was read", BYTES_FMT(paper->name));
}

enum outcome spool_read(struct transport *t, const struct paper *paper, struct buffer *into, struct fault *fault) {
    struct spool *spool = spool_of(t);
    char path[64 + SPOOL_NAME], name[SPOOL_NAME];
    if (!spool_unchanged(t, paper)) return spool_changed(spool, paper, fault);
    PROMISE(spool_copy_name(paper->name, name));
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", spool->folders[FOLDER_OUTBOX], name);
    struct fault inner;
    enum outcome outcome = buffer_read_file(into, path, &inner);
    if (!spool_unchanged(t, paper)) return spool_changed(spool, paper, fault);
    if (outcome != OK) return fault_set(fault, outcome, inner.code, "%s: %s", name, strrchr(inner.text, ':') ? strrchr(inner.text, ':') + 2 : "cannot be read");
    return OK;
}
