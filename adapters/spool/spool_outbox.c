/* Which papers of outbox/ are to be taken, and reading them. */
#include "adapters/spool/spool_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int oldest_first(const void *a, const void *b) {
    const struct outbox_file *x = a, *y = b;
    if (x->modified_ns != y->modified_ns) return x->modified_ns < y->modified_ns ? -1 : 1;
    return strcmp((const char *)x->name.at, (const char *)y->name.at);
}

static size_t choose(const struct spool *spool, int64_t now, struct arena *arena, struct outbox_file *list,
                     int64_t *again) {
    size_t count = 0;
    for (size_t i = 0; i < spool->seen.count; i++) {
        const struct seen *s = &spool->seen.at[i];
        if (s->gone) continue;
        int64_t due = s->complete ? s->again_ms : now + 100;
        if (due > now) *again = due - now < *again ? due - now : *again;
        if (!s->complete || due > now) continue;
        struct bytes name = arena_copy(arena, bytes_of(s->name, strlen(s->name) + 1));
        name.count--;
        list[count++] =
            (struct outbox_file){name, s->size, s->modified_ns, s->inode, now - s->first_ms, s->regular, false};
    }
    qsort(list, count, sizeof *list, oldest_first);
    return count;
}

enum outcome spool_list_complete(struct transport *t, struct arena *arena, const struct outbox_file **ret,
                                 size_t *ret_count, int64_t *ret_again_ms, struct fault *fault) {
    struct spool *spool = spool_of(t);
    int64_t now = monotonic_ms();
    TRY(spool_look(spool, now, fault));
    struct outbox_file *list = arena_array(arena, spool->seen.count + 1, sizeof *list);
    int64_t again = spool->next_scan_ms - now;
    *ret_count = choose(spool, now, arena, list, &again);
    *ret_again_ms = again > 0 ? again : 0;
    *ret = list;
    return OK;
}

void spool_unsee(struct spool *spool, struct bytes name) {
    struct seen *seen = spool_seen(spool, name);
    if (!seen) return;
    seen->gone = true;
    spool->gone++;
}
void spool_put_off(struct transport *t, struct bytes name, int64_t ms) {
    struct seen *seen = spool_seen(spool_of(t), name);
    if (seen) seen->again_ms = monotonic_ms() + ms;
}

bool spool_unchanged(struct transport *t, const struct outbox_file *paper) {
    char text[SPOOL_NAME];
    struct stat facts;
    if (!spool_copy_name(paper->name, text)) return false;
    if (fstatat(spool_of(t)->folders[FOLDER_OUTBOX], text, &facts, AT_SYMLINK_NOFOLLOW) != 0) return false;
    return facts.st_ino == paper->inode && facts.st_size == paper->size &&
           spool_modified_ns(&facts) == paper->modified_ns;
}

bool spool_same(int file, const struct outbox_file *paper) {
    struct stat facts;
    return fstat(file, &facts) == 0 && facts.st_ino == paper->inode && facts.st_size == paper->size &&
           spool_modified_ns(&facts) == paper->modified_ns;
}

enum outcome spool_mark_changed(struct spool *spool, const struct outbox_file *paper, struct fault *fault) {
    /* one that lies in sent/ is none of the outbox, whatever has its name there */
    struct seen *seen = paper->in_sent ? NULL : spool_seen(spool, paper->name);
    if (seen) {
        seen->complete = false;
        seen->quiet_since_ms = monotonic_ms();
    }
    return fault_set(fault, RETRY, "FILE_CHANGED", "%.*s changed while it was read", BYTES_FMT(paper->name));
}

static enum outcome read_error(const char *name, int error, struct fault *fault) {
    bool later = error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN || error == ESTALE;
    return fault_set(fault, later ? RETRY : REFUSE, "FILE_READ", "%s: %s", name, strerror(error));
}

static enum outcome read_whole(int file, const char *name, const struct outbox_file *paper, struct buffer *into,
                               struct fault *fault) {
    size_t want = (size_t)paper->size;
    if (want > into->most - into->count)
        return fault_set(fault, REFUSE, "TOO_LARGE", "%s: more than %zu bytes", name, into->most);
    TRY(buffer_reserve(into, want, fault));
    for (size_t got = 0; got < want;) {
        ssize_t now = read(file, into->at + into->count, want - got);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) return read_error(name, errno, fault);
        if (!now) return fault_set(fault, RETRY, "FILE_CHANGED", "%s is shorter than it was", name);
        into->count += (size_t)now;
        got += (size_t)now;
    }
    return OK;
}

/* Looked at before and after by the very descriptor that is read; who puts another file in its place meanwhile is heard
 * of. */
enum outcome spool_read(struct transport *t, const struct outbox_file *paper, struct buffer *into,
                        struct fault *fault) {
    struct spool *spool = spool_of(t);
    char name[SPOOL_NAME];
    INVARIANT(spool_copy_name(paper->name, name));
    int file = openat(spool->folders[FOLDER_OUTBOX], name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    int error = file < 0 ? errno : 0;
    if (error && error != ENOENT)
        return spool_unchanged(t, paper) ? read_error(name, error, fault) : spool_mark_changed(spool, paper, fault);
    bool same = file >= 0 && spool_same(file, paper);
    enum outcome outcome = same ? read_whole(file, name, paper, into, fault) : OK;
    same = same && spool_same(file, paper);
    if (file >= 0) close(file);
    return same ? outcome : spool_mark_changed(spool, paper, fault);
}
