/* See landing.h. */
#define _GNU_SOURCE /* sync_file_range */
#include "adapters/chunks/partial_file.h"
#include "base/limits.h"
#include "base/failpoint.h"
#include "wire/fingerprint.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SLICES_A_ROUND 4
#define UNWRITTEN_MAX  (32 << 20) /* bytes left to the kernel to write: the last fsync is short */
struct landing {
    struct chunked what;
    int folder, file; /* -1: closed */
    char name[DIGEST_SIZE * 2 + 1], part[DIGEST_SIZE * 2 + 24];
    int32_t next, again; /* chunks there; of those, how many are read again */
    struct fingerprint *print;
    bool resumed, judged, right, named; /* the digests can be taken once, and the name given once */
    uint8_t plain[LIMIT_CHUNK];
};

struct landing *landing_new(void) {
    struct landing *l = calloc(1, sizeof *l);
    INVARIANT(l);
    l->file = -1;
    l->print = fingerprint_new();
    return l;
}
void landing_close(struct landing *l) {
    if (l->file >= 0) close(l->file);
    l->file = -1;
}
void landing_forget(struct landing *l) {
    if (l->part[0]) unlinkat(l->folder, l->part, 0);
    landing_close(l);
}
void landing_free(struct landing *l) {
    if (!l) return;
    landing_close(l);
    fingerprint_free(l->print);
    free(l);
}
int32_t landing_next(const struct landing *l) { return l->next; }
bool landing_resumed(const struct landing *l) { return l->resumed; }
bool landing_whole(const struct landing *l) { return l->next == l->what.count; }

static enum outcome failed(const char *what, struct fault *fault) {
    if (errno == ENOSPC || errno == EDQUOT)
        return fault_set(fault, RETRY, "DISK_FULL", "%s an attachment: %s", what, strerror(errno));
    return fault_set(fault, RETRY, "FILE_WRITE", "%s an attachment: %s", what, strerror(errno));
}

static enum outcome check_room(const struct landing *l, int64_t there, int64_t reserve, struct fault *fault) {
    struct statvfs facts;
    if (fstatvfs(l->file, &facts) != 0) return OK; /* then writing will tell */
    int64_t room = (int64_t)facts.f_bavail * (int64_t)facts.f_frsize, needed = l->what.size - there + reserve;
    if (room >= needed) return OK;
    return fault_set(fault, RETRY, "DISK_FULL", "an attachment of %lld bytes needs %lld more, %lld are free",
                     (long long)l->what.size, (long long)needed, (long long)room);
}

enum outcome landing_open(struct landing *l, int folder, const struct chunked *what, int64_t reserve,
                          struct fault *fault) {
    struct stat facts;
    landing_close(l);
    l->what = *what;
    l->folder = folder;
    l->next = l->again = 0;
    l->judged = l->named = false;
    digest_hex(&what->sha256, l->name);
    snprintf(l->part, sizeof l->part, "%s.%d.part", l->name, what->chunk_size);
    l->file = openat(folder, l->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (l->file < 0 || fstat(l->file, &facts) != 0) return failed("opening", fault);
    int64_t there = facts.st_size < what->size ? facts.st_size : what->size;
    l->next = there == what->size ? what->count : (int32_t)(there / what->chunk_size);
    if (!landing_whole(l)) there = chunk_start(what, l->next);
    if (ftruncate(l->file, there) != 0) return failed("cutting", fault);
    l->resumed = there > 0;
    TRY(check_room(l, there, reserve, fault));
    fingerprint_begin(l->print);
    return OK;
}

enum outcome landing_read_again(struct landing *l, bool *ret_done, struct fault *fault) {
    for (int i = 0; i < SLICES_A_ROUND && l->again < l->next; i++) {
        size_t count = chunk_length(&l->what, l->again), got = 0;
        while (got < count) {
            ssize_t now = pread(l->file, l->plain + got, count - got, chunk_start(&l->what, l->again) + (int64_t)got);
            if (now < 0 && errno == EINTR) continue;
            if (now <= 0)
                return fault_set(fault, RETRY, "FILE_READ", "a half attachment cannot be read again: %s",
                                 strerror(errno));
            got += (size_t)now;
        }
        fingerprint_add(l->print, bytes_of(l->plain, count));
        l->again++;
    }
    *ret_done = l->again == l->next;
    return OK;
}

/* Written out as it comes, and waited for some way behind. */
static void write_back(const struct landing *l, int64_t at, size_t count) {
    sync_file_range(l->file, at, (off64_t)count, SYNC_FILE_RANGE_WRITE);
    if (at < UNWRITTEN_MAX) return;
    sync_file_range(l->file, at - UNWRITTEN_MAX, (off64_t)count,
                    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    posix_fadvise(l->file, at - UNWRITTEN_MAX, (off_t)count, POSIX_FADV_DONTNEED);
}

enum outcome landing_take(struct landing *l, struct bytes sealed, bool *ret_taken, struct fault *fault) {
    *ret_taken = chunk_open(&l->what, l->next, sealed, l->plain);
    if (!*ret_taken) return OK;
    size_t count = chunk_length(&l->what, l->next);
    int64_t at = chunk_start(&l->what, l->next);
    for (size_t written = 0; written < count;) {
        ssize_t now = pwrite(l->file, l->plain + written, count - written, at + (int64_t)written);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) return failed("writing", fault);
        written += (size_t)now;
    }
    write_back(l, at, count);
    fingerprint_add(l->print, bytes_of(l->plain, count));
    l->again = ++l->next;
    return OK;
}

enum outcome landing_finish(struct landing *l, struct fault *fault) {
    struct digest sha256, sm3;
    if (!l->judged) {
        fingerprint_end(l->print, &sha256, &sm3);
        l->right =
            memcmp(sha256.b, l->what.sha256.b, DIGEST_SIZE) == 0 && memcmp(sm3.b, l->what.sm3.b, DIGEST_SIZE) == 0;
        l->judged = true;
    }
    if (!l->right)
        return fault_set(fault, REFUSE, "CHUNKS_MISMATCH",
                         "an attachment of %lld bytes is not what was announced as %s", (long long)l->what.size,
                         l->name);
    FAILPOINT("fetch.verified");
    if (!mutant("no_fsync") && fsync(l->file) != 0) return failed("syncing", fault);
    if (!l->named && renameat(l->folder, l->part, l->folder, l->name) != 0) return failed("naming", fault);
    l->named = true;
    FAILPOINT("fetch.named");
    if (!mutant("no_fsync") && fsync(l->folder) != 0) return failed("syncing the folder of", fault);
    return OK;
}
