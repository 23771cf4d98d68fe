/* Large papers: read in parts, and delivered from the store. */
#include "adapters/spool/spool_inside.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define COPY_PIECE (256u << 10)

int spool_attachments_folder(const struct transport *t) { return spool_const(t)->folders[FOLDER_STORE]; }

static bool read_whole(int file, int64_t from, uint8_t *ret, size_t count) {
    for (size_t got = 0; got < count;) {
        ssize_t now = pread(file, ret + got, count - got, from + (int64_t)got);
        if (now < 0 && errno == EINTR) continue;
        if (now <= 0) return false;
        got += (size_t)now;
    }
    return true;
}

/* Looked at before and after, by the very descriptor that is read. */
enum outcome spool_read_part(struct transport *t, const struct outbox_file *paper, int64_t from, uint8_t *ret,
                             size_t count, struct fault *fault) {
    char name[SPOOL_NAME];
    INVARIANT(spool_copy_name(paper->name, name));
    int file = openat(spool_of(t)->folders[paper->in_sent ? FOLDER_SENT : FOLDER_OUTBOX], name,
                      O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 && errno != ENOENT) return fault_set(fault, REFUSE, "FILE_READ", "%s: %s", name, strerror(errno));
    bool same = file >= 0 && spool_same(file, paper) && read_whole(file, from, ret, count) && spool_same(file, paper);
    if (file >= 0) close(file);
    return same ? OK : spool_mark_changed(spool_of(t), paper, fault);
}

/* Under its own name, or under the one it got where that was taken. */
static bool find_kept(int folder, const struct outbox_file *was, char name[SPOOL_NAME]) {
    struct stat facts;
    bool found = spool_copy_name(was->name, name) && fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
                 facts.st_size == was->size;
    int copy = found ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    if (!list && copy >= 0) close(copy);
    for (const struct dirent *entry; list && !found && (entry = readdir(list));) {
        if (entry->d_ino != was->inode) continue;
        found = fstatat(folder, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && facts.st_size == was->size &&
                strlen(entry->d_name) < SPOOL_NAME;
        if (found) strcpy(name, entry->d_name);
    }
    if (list) closedir(list);
    return found;
}

bool spool_find_in_sent(struct transport *t, const struct outbox_file *was, struct arena *arena,
                        struct outbox_file *ret) {
    char name[SPOOL_NAME];
    struct stat facts;
    int folder = spool_of(t)->folders[FOLDER_SENT];
    if (!find_kept(folder, was, name) || fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(facts.st_mode))
        return false;
    *ret = (struct outbox_file){.name = arena_copy(arena, bytes_of_cstr(name)),
                                .size = facts.st_size,
                                .modified_ns = spool_modified_ns(&facts),
                                .inode = facts.st_ino,
                                .readable = true,
                                .in_sent = true};
    return true;
}

static enum outcome copy(struct spool *spool, const char *stored, const char *staged, struct fault *fault) {
    int from = openat(spool->folders[FOLDER_STORE], stored, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int to = openat(spool->folders[FOLDER_STAGE], staged, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    uint8_t *piece = malloc(COPY_PIECE);
    ssize_t got = from < 0 || to < 0 ? -1 : 1;
    INVARIANT(piece);
    while (got > 0 && (got = read(from, piece, COPY_PIECE)) > 0) {
        for (ssize_t at = 0, now = 0; at < got; at += now) {
            now = write(to, piece + at, (size_t)(got - at));
            if (now < 0) {
                got = -1;
                break;
            }
        }
    }
    enum outcome outcome =
        got == 0 ? OK : fault_set(fault, RETRY, "FILE_WRITE", "staging %s: %s", stored, strerror(errno));
    free(piece);
    if (from >= 0) close(from);
    if (to >= 0 && close(to) != 0 && outcome == OK)
        outcome = fault_set(fault, RETRY, "FILE_WRITE", "staging %s: %s", stored, strerror(errno));
    return outcome;
}

/* By a link, so that nothing is copied and a crash leaves the store's own; delivered once already, a copy: what
 * agencies do with one of their files must not show in another. */
enum outcome spool_stage_stored(struct transport *t, const char *staged, const char *stored, struct fault *fault) {
    struct spool *spool = spool_of(t);
    struct stat facts;
    if (fstatat(spool->folders[FOLDER_STORE], stored, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return fault_set(fault, RETRY, "FILE_READ", "store, %s: %s", stored, strerror(errno));
    }
    unlinkat(spool->folders[FOLDER_STAGE], staged, 0);
    bool linked = facts.st_nlink == 1 &&
                  linkat(spool->folders[FOLDER_STORE], stored, spool->folders[FOLDER_STAGE], staged, 0) == 0;
    if (!linked) TRY(copy(spool, stored, staged, fault));
    spool_note_staged(spool, staged);
    return OK;
}
