/* The spool as a transport: folders, lock, inotify. */
#include "adapters/spool/spool_inside.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

static const char *const names[FOLDER_COUNT] = {".", "outbox", "sent", "failed", "inbox", "done", ".stage", ".files"};

static enum outcome open_folder(struct spool *spool, const char *path, enum spool_folder which, struct fault *fault) {
    int root = which == FOLDER_ROOT ? AT_FDCWD : spool->folders[FOLDER_ROOT];
    const char *name = which == FOLDER_ROOT ? path : names[which];
    if (mkdirat(root, name, 0775) != 0 && errno != EEXIST) {
        return fault_set(fault, FATAL, "FILE_WRITE", "spool %s: cannot make %s: %s", path, name, strerror(errno));
    }
    spool->folders[which] =
        openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (which == FOLDER_ROOT ? 0 : O_NOFOLLOW));
    if (spool->folders[which] >= 0) return OK;
    return fault_set(fault, FATAL, "FILE_READ", "spool %s: cannot open %s: %s", path, name, strerror(errno));
}

static enum outcome take_lock(struct spool *spool, const char *path, struct fault *fault) {
    spool->lock = openat(spool->folders[FOLDER_ROOT], ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (spool->lock < 0) return fault_set(fault, FATAL, "FILE_WRITE", "spool %s: .lock: %s", path, strerror(errno));
    if (flock(spool->lock, LOCK_EX | LOCK_NB) == 0) return OK;
    return fault_set(fault, FATAL, "FILE_WRITE", "spool %s: another adapter is using it", path);
}

static void watch(struct spool *spool, const char *path) {
    char outbox[4096];
    int length = snprintf(outbox, sizeof outbox, "%s/outbox", path);
    spool->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    bool watched = spool->notify >= 0 && length > 0 && (size_t)length < sizeof outbox &&
                   inotify_add_watch(spool->notify, outbox,
                                     IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM) >= 0;
    if (!watched)
        log_warn("spool.unwatched", "text=\"inotify is not to be had (%s); looking every %d ms\"", strerror(errno),
                 SPOOL_RESCAN_MS);
}

static void spool_close(struct transport *t) {
    struct spool *spool = spool_of(t);
    for (size_t i = 0; i < FOLDER_COUNT; i++) {
        if (spool->folders[i] >= 0) close(spool->folders[i]);
    }
    if (spool->notify >= 0) close(spool->notify);
    if (spool->lock >= 0) close(spool->lock);
    spool_forget(spool);
    free(spool->staged);
    free(spool);
}
static int spool_wake_descriptor(const struct transport *t) { return spool_const(t)->notify; }
static struct outbox_counts spool_counts(const struct transport *t) {
    const struct spool *spool = spool_const(t);
    return (struct outbox_counts){.waiting = (int64_t)(spool->seen.count - spool->gone)};
}

static const struct transport_verbs verbs = {.close = spool_close,
                                             .wake_descriptor = spool_wake_descriptor,
                                             .list_complete = spool_list_complete,
                                             .read = spool_read,
                                             .read_part = spool_read_part,
                                             .find_in_sent = spool_find_in_sent,
                                             .put_off = spool_put_off,
                                             .move_to_sent = spool_move_to_sent,
                                             .sent_taken = spool_sent_taken,
                                             .fail = spool_fail,
                                             .stage = spool_stage,
                                             .attachments_folder = spool_attachments_folder,
                                             .stage_stored = spool_stage_stored,
                                             .sync_staged = spool_sync_staged,
                                             .reveal = spool_reveal,
                                             .sync_moved = spool_sync_moved,
                                             .forget_staged = spool_forget_staged,
                                             .write_status = spool_write_status,
                                             .counts = spool_counts};

static enum outcome set_up(struct spool *spool, const char *path, struct fault *fault) {
    for (enum spool_folder i = 0; i < FOLDER_COUNT; i++) TRY(open_folder(spool, path, i, fault));
    TRY(take_lock(spool, path, fault));
    spool->staged = calloc(SPOOL_STAGED_MAX, sizeof *spool->staged);
    INVARIANT(spool->staged);
    watch(spool, path);
    return OK;
}

enum outcome spool_open(const char *folder, struct transport **ret, struct fault *fault) {
    struct spool *spool = calloc(1, sizeof *spool);
    INVARIANT(spool);
    spool->transport.verbs = &verbs;
    spool->lock = spool->notify = -1;
    for (size_t i = 0; i < FOLDER_COUNT; i++) spool->folders[i] = -1;
    signal(SIGIO, SIG_IGN);
    enum outcome outcome = set_up(spool, folder, fault);
    if (outcome == OK) *ret = &spool->transport;
    else spool_close(&spool->transport);
    return outcome;
}
