/* Into sent/ and failed/, and what is given to the agency. */
#include "adapters/spool/name.h"
#include "base/durable.h"
#include "adapters/spool/spool_inside.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool exists(const struct spool *spool, enum spool_folder folder, const char *name) {
    struct stat facts;
    return fstatat(spool->folders[folder], name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Moves, under another name where the wished one is taken. MOVE_GONE is fine: somebody moved it before. */
static enum outcome move_on(struct spool *spool, const char *from, enum spool_folder to, struct bytes wish,
                            struct fault *fault) {
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, 1u << 20);
    const char *name = arena_cstr(arena, wish);
    for (unsigned n = 2;; n++) {
        enum moved moved = durable_move(spool->folders[FOLDER_OUTBOX], from, spool->folders[to], name, fault);
        if (moved == MOVED || moved == MOVE_GONE) return OK;
        if (moved == MOVE_FAILED) return RETRY;
        arena_reset(arena);
        name = name_again(wish, n, arena);
    }
}

enum outcome spool_move_to_sent(struct transport *t, const struct outbox_file *paper, struct bytes as,
                                struct fault *fault) {
    struct spool *spool = spool_of(t);
    char name[SPOOL_NAME];
    /* gone, or the agency put another file in its place, which stays and is sent as its own */
    if (!spool_unchanged(t, paper)) return OK;
    INVARIANT(spool_copy_name(paper->name, name));
    TRY(move_on(spool, name, FOLDER_SENT, as, fault));
    spool->sent_dirty = true;
    spool_unsee(spool, paper->name);
    return OK;
}

bool spool_sent_taken(struct transport *t, const char *name) { return exists(spool_of(t), FOLDER_SENT, name); }

/* The reason is there before the file: nobody finds a failed file without it. The name is taken only by a file. */
static enum outcome write_reason(struct spool *spool, const char *name, struct bytes why, struct fault *fault) {
    char error[SPOOL_NAME + 16];
    snprintf(error, sizeof error, "%.240s.error", name);
    TRY(durable_write(spool->folders[FOLDER_STAGE], "error", why, fault));
    TRY(durable_sync_file(spool->folders[FOLDER_STAGE], "error", fault));
    if (renameat(spool->folders[FOLDER_STAGE], "error", spool->folders[FOLDER_FAILED], error) == 0) return OK;
    return fault_set(fault, RETRY, "FILE_WRITE", "failed/%s: %s", error, strerror(errno));
}

static enum outcome fail_first(struct spool *spool, const char *from, struct bytes why, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, 1u << 20);
    const char *name = strlen(from) <= FILE_NAME_MAX ? from : name_again(bytes_of_cstr(from), 1, arena);
    for (unsigned n = 2;; n++) {
        if (!exists(spool, FOLDER_FAILED, name)) {
            TRY(write_reason(spool, name, why, fault));
            enum moved moved =
                durable_move(spool->folders[FOLDER_OUTBOX], from, spool->folders[FOLDER_FAILED], name, fault);
            if (moved == MOVED || moved == MOVE_GONE) return OK;
            if (moved == MOVE_FAILED) return RETRY;
        }
        name = name_again(bytes_of_cstr(from), n, arena);
    }
}

enum outcome spool_fail(struct transport *t, const struct outbox_file *papers, size_t count, struct bytes why,
                        struct fault *fault) {
    struct spool *spool = spool_of(t);
    char name[SPOOL_NAME];
    for (size_t i = 0; i < count; i++) {
        if (!spool_copy_name(papers[i].name, name)) continue;
        if (i == 0) TRY(fail_first(spool, name, why, fault));
        else TRY(move_on(spool, name, FOLDER_FAILED, papers[i].name, fault));
        spool_unsee(spool, papers[i].name);
    }
    TRY(durable_sync_folder(spool->folders[FOLDER_FAILED], fault));
    return durable_sync_folder(spool->folders[FOLDER_OUTBOX], fault);
}

enum outcome spool_stage(struct transport *t, const char *staged, struct bytes content, struct fault *fault) {
    struct spool *spool = spool_of(t);
    TRY(durable_write(spool->folders[FOLDER_STAGE], staged, content, fault));
    spool_note_staged(spool, staged);
    return OK;
}
void spool_note_staged(struct spool *spool, const char *staged) {
    if (spool->staged_count < SPOOL_STAGED_MAX)
        snprintf(spool->staged[spool->staged_count], sizeof *spool->staged, "%s", staged);
    spool->staged_count++;
}

enum outcome spool_sync_staged(struct transport *t, struct fault *fault) {
    struct spool *spool = spool_of(t);
    if (!spool->staged_count) return OK;
    if (spool->staged_count >= SPOOL_STAGED_MAX) TRY(durable_sync_all(spool->folders[FOLDER_STAGE], fault));
    else {
        for (size_t i = 0; i < spool->staged_count; i++)
            TRY(durable_sync_file(spool->folders[FOLDER_STAGE], spool->staged[i], fault));
        TRY(durable_sync_folder(spool->folders[FOLDER_STAGE], fault));
    }
    spool->staged_count = 0;
    return OK;
}

static bool same_content(const struct spool *spool, const char *staged, enum spool_folder folder, const char *name) {
    static uint8_t a[64u << 10], b[64u << 10]; /* one thread per transport */
    struct stat one, other;
    int x = openat(spool->folders[FOLDER_STAGE], staged, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int y = openat(spool->folders[folder], name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool same = x >= 0 && y >= 0 && fstat(x, &one) == 0 && fstat(y, &other) == 0 && S_ISREG(other.st_mode) &&
                one.st_size == other.st_size;
    for (int64_t at = 0; same && at < one.st_size;) {
        ssize_t got = pread(x, a, sizeof a, at);
        same = got > 0 && pread(y, b, (size_t)got, at) == got && memcmp(a, b, (size_t)got) == 0;
        at += got;
    }
    if (x >= 0) close(x);
    if (y >= 0) close(y);
    return same;
}

/* Names hold lane and sequence, so a name that is there already is this very paper, delivered before the journal was
 * lost. (The mutant without a journal is not to be saved by that.) */
static bool had_before(const struct spool *spool, const char *staged, enum box box, const char *name) {
    if (mutant("no_journal")) return false;
    if (box == BOX_SENT) return same_content(spool, staged, FOLDER_SENT, name);
    return exists(spool, FOLDER_DONE, name) || same_content(spool, staged, FOLDER_INBOX, name);
}

enum outcome spool_reveal(struct transport *t, const char *staged, enum box box, const char *name,
                          struct fault *fault) {
    struct spool *spool = spool_of(t);
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, 1u << 20);
    enum spool_folder folder = box == BOX_SENT ? FOLDER_SENT : FOLDER_INBOX;
    const char *as = name;
    if (box == BOX_INBOX && !mutant("no_journal") && exists(spool, FOLDER_DONE, name)) {
        unlinkat(spool->folders[FOLDER_STAGE], staged, 0);
        return OK;
    }
    for (unsigned n = 2;; n++) {
        enum moved moved = durable_move(spool->folders[FOLDER_STAGE], staged, spool->folders[folder], as, fault);
        if (moved == MOVE_FAILED) return RETRY;
        if (moved == MOVED) (box == BOX_SENT ? &spool->sent_dirty : &spool->inbox_dirty)[0] = true;
        /* gone: revealed before a crash, perhaps moved on since */
        if (moved == MOVED || moved == MOVE_GONE) return OK;
        if (had_before(spool, staged, box, as)) {
            unlinkat(spool->folders[FOLDER_STAGE], staged, 0);
            return OK;
        }
        /* the name may be a person's */
        log_warn("spool.name_taken", "box=%s", box == BOX_SENT ? "sent" : "inbox");
        as = name_again(bytes_of_cstr(name), n, arena);
    }
}

enum outcome spool_sync_moved(struct transport *t, struct fault *fault) {
    struct spool *spool = spool_of(t);
    if (spool->sent_dirty) TRY(durable_sync_folder(spool->folders[FOLDER_SENT], fault));
    if (spool->sent_dirty) TRY(durable_sync_folder(spool->folders[FOLDER_OUTBOX], fault));
    spool->sent_dirty = false;
    if (spool->inbox_dirty) TRY(durable_sync_folder(spool->folders[FOLDER_INBOX], fault));
    spool->inbox_dirty = false;
    return OK;
}

enum outcome spool_forget_staged(struct transport *t, struct fault *fault) {
    struct spool *spool = spool_of(t);
    int copy = openat(spool->folders[FOLDER_STAGE], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    if (!folder) {
        if (copy >= 0) close(copy);
        return fault_set(fault, RETRY, "FILE_READ", ".stage: %s", strerror(errno));
    }
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(spool->folders[FOLDER_STAGE], entry->d_name, 0);
    }
    closedir(folder);
    spool->staged_count = 0;
    return OK;
}

enum outcome spool_write_status(struct transport *t, struct bytes json, struct fault *fault) {
    struct spool *spool = spool_of(t);
    return durable_replace(spool->folders[FOLDER_ROOT], ".status.json", ".status.json.new", json, fault);
}
