/* A paper that comes in chunks, on its way to the disk. */
#define _GNU_SOURCE /* sync_file_range */
#include "adapters/chunks/chunks.h"
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
struct partial_file {
    struct chunked what;
    int folder, file; /* -1: closed */
    char name[DIGEST_SIZE * 2 + 1], part[DIGEST_SIZE * 2 + 24];
    int32_t next, again; /* chunks there; of those, how many are read again */
    struct fingerprint *print;
    bool resumed, judged, right, named; /* the digests can be taken once, and the name given once */
    uint8_t plain[LIMIT_CHUNK];
};

struct partial_file *partial_file_new(void) {
    struct partial_file *p = calloc(1, sizeof *p);
    INVARIANT(p);
    p->file = -1;
    p->print = fingerprint_new();
    return p;
}
void partial_file_close(struct partial_file *p) {
    if (p->file >= 0) close(p->file);
    p->file = -1;
}
void partial_file_forget(struct partial_file *p) {
    if (p->part[0]) unlinkat(p->folder, p->part, 0);
    partial_file_close(p);
}
void partial_file_free(struct partial_file *p) {
    if (!p) return;
    partial_file_close(p);
    fingerprint_free(p->print);
    free(p);
}
int32_t partial_file_next(const struct partial_file *p) { return p->next; }
bool partial_file_resumed(const struct partial_file *p) { return p->resumed; }
bool partial_file_whole(const struct partial_file *p) { return p->next == p->what.count; }

static enum outcome failed(const char *what, struct fault *fault) {
    if (errno == ENOSPC || errno == EDQUOT)
        return fault_set(fault, RETRY, "DISK_FULL", "%s an attachment: %s", what, strerror(errno));
    return fault_set(fault, RETRY, "FILE_WRITE", "%s an attachment: %s", what, strerror(errno));
}

static enum outcome check_space(const struct partial_file *p, int64_t there, int64_t reserve, struct fault *fault) {
    struct statvfs facts;
    if (fstatvfs(p->file, &facts) != 0) return OK; /* then writing will tell */
    int64_t space = (int64_t)facts.f_bavail * (int64_t)facts.f_frsize, needed = p->what.size - there + reserve;
    if (space >= needed) return OK;
    return fault_set(fault, RETRY, "DISK_FULL", "an attachment of %lld bytes needs %lld more, %lld are free",
                     (long long)p->what.size, (long long)needed, (long long)space);
}

enum outcome partial_file_open(struct partial_file *p, int folder, const struct chunked *what, int64_t reserve,
                               struct fault *fault) {
    struct stat facts;
    partial_file_close(p);
    p->what = *what;
    p->folder = folder;
    p->next = p->again = 0;
    p->judged = p->named = false;
    digest_hex(&what->sha256, p->name);
    snprintf(p->part, sizeof p->part, "%s.%d.part", p->name, what->chunk_size);
    p->file = openat(folder, p->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (p->file < 0 || fstat(p->file, &facts) != 0) return failed("opening", fault);
    int64_t there = facts.st_size < what->size ? facts.st_size : what->size;
    p->next = there == what->size ? what->count : (int32_t)(there / what->chunk_size);
    if (!partial_file_whole(p)) there = chunk_start(what, p->next);
    if (ftruncate(p->file, there) != 0) return failed("cutting", fault);
    p->resumed = there > 0;
    TRY(check_space(p, there, reserve, fault));
    fingerprint_begin(p->print);
    return OK;
}

enum outcome partial_file_read_again(struct partial_file *p, bool *ret_done, struct fault *fault) {
    for (int i = 0; i < SLICES_A_ROUND && p->again < p->next; i++) {
        size_t count = chunk_length(&p->what, p->again), got = 0;
        while (got < count) {
            ssize_t now = pread(p->file, p->plain + got, count - got, chunk_start(&p->what, p->again) + (int64_t)got);
            if (now < 0 && errno == EINTR) continue;
            if (now <= 0)
                return fault_set(fault, RETRY, "FILE_READ", "a half attachment cannot be read again: %s",
                                 strerror(errno));
            got += (size_t)now;
        }
        fingerprint_add(p->print, bytes_of(p->plain, count));
        p->again++;
    }
    *ret_done = p->again == p->next;
    return OK;
}

/* Written out as it comes, and waited for some way behind. */
static void write_back(const struct partial_file *p, int64_t at, size_t count) {
    sync_file_range(p->file, at, (off64_t)count, SYNC_FILE_RANGE_WRITE);
    if (at < UNWRITTEN_MAX) return;
    sync_file_range(p->file, at - UNWRITTEN_MAX, (off64_t)count,
                    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    posix_fadvise(p->file, at - UNWRITTEN_MAX, (off_t)count, POSIX_FADV_DONTNEED);
}

enum outcome partial_file_take(struct partial_file *p, struct bytes sealed, bool *ret_taken, struct fault *fault) {
    *ret_taken = chunk_open(&p->what, p->next, sealed, p->plain);
    if (!*ret_taken) return OK;
    size_t count = chunk_length(&p->what, p->next);
    int64_t at = chunk_start(&p->what, p->next);
    for (size_t written = 0; written < count;) {
        ssize_t now = pwrite(p->file, p->plain + written, count - written, at + (int64_t)written);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) return failed("writing", fault);
        written += (size_t)now;
    }
    write_back(p, at, count);
    fingerprint_add(p->print, bytes_of(p->plain, count));
    p->again = ++p->next;
    return OK;
}

enum outcome partial_file_finish(struct partial_file *p, struct fault *fault) {
    struct digest sha256, sm3;
    if (!p->judged) {
        fingerprint_end(p->print, &sha256, &sm3);
        p->right =
            memcmp(sha256.b, p->what.sha256.b, DIGEST_SIZE) == 0 && memcmp(sm3.b, p->what.sm3.b, DIGEST_SIZE) == 0;
        p->judged = true;
    }
    if (!p->right)
        return fault_set(fault, REFUSE, "CHUNKS_MISMATCH",
                         "an attachment of %lld bytes is not what was announced as %s", (long long)p->what.size,
                         p->name);
    FAILPOINT("fetch.verified");
    if (!mutant("no_fsync") && fsync(p->file) != 0) return failed("syncing", fault);
    if (!p->named && renameat(p->folder, p->part, p->folder, p->name) != 0) return failed("naming", fault);
    p->named = true;
    FAILPOINT("fetch.named");
    if (!mutant("no_fsync") && fsync(p->folder) != 0) return failed("syncing the folder of", fault);
    return OK;
}
