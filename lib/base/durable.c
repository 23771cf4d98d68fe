/* See durable.h. */
#define _GNU_SOURCE /* renameat2, syncfs, sync_file_range */
#include "base/durable.h"
#include "base/failpoint.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096

static enum outcome failed(const char *what, const char *name, struct fault *fault) {
    return fault_set(fault, RETRY, "FILE_WRITE", "%s %s: %s", what, name, strerror(errno));
}

static enum outcome put(int file, const char *name, struct bytes content, struct fault *fault) {
    for (size_t at = 0; at < content.count;) {
        ssize_t wrote = write(file, content.at + at, content.count - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return failed("write", name, fault);
        at += (size_t)wrote;
    }
    return OK;
}

enum outcome durable_replace(int folder, const char *name, const char *spare, struct bytes content,
                             struct fault *fault) {
    static const char blanks[BLOCK] = {[0 ... BLOCK - 1] = ' '};
    int file = openat(folder, spare, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0) return failed("open", spare, fault);
    enum outcome outcome = put(file, spare, content, fault);
    if (outcome == OK) outcome = put(file, spare, bytes_of(blanks, BLOCK - content.count % BLOCK), fault);
    off_t end = lseek(file, 0, SEEK_CUR);
    if (outcome == OK && (end < 0 || ftruncate(file, end) != 0)) outcome = failed("cut", spare, fault);
    if (close(file) != 0 && outcome == OK) outcome = failed("close", spare, fault);
    TRY(outcome);
    bool done =
        renameat2(folder, spare, folder, name, RENAME_EXCHANGE) == 0 || renameat(folder, spare, folder, name) == 0;
    return done ? OK : failed("move", spare, fault);
}

enum outcome durable_write(int folder, const char *name, struct bytes content, struct fault *fault) {
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0) return failed("open", name, fault);
    enum outcome outcome = put(file, name, content, fault);
    if (outcome == OK) sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
    if (close(file) != 0 && outcome == OK) outcome = failed("close", name, fault);
    return outcome;
}

enum outcome durable_sync_file(int folder, const char *name, struct fault *fault) {
    if (mutant("no_fsync")) return OK;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return failed("open", name, fault);
    enum outcome outcome = fsync(file) == 0 ? OK : failed("fsync", name, fault);
    close(file);
    return outcome;
}

enum outcome durable_sync_folder(int folder, struct fault *fault) {
    if (mutant("no_fsync")) return OK;
    return fsync(folder) == 0 ? OK : failed("fsync", "a folder of the spool", fault);
}

enum outcome durable_sync_all(int folder, struct fault *fault) {
    if (mutant("no_fsync")) return OK;
    return syncfs(folder) == 0 ? OK : failed("syncfs", "the spool", fault);
}

enum moved durable_move(int from_folder, const char *from, int to_folder, const char *to, struct fault *fault) {
    if (renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return MOVED;
    if (errno == ENOENT) return MOVE_GONE;
    if (errno == EEXIST) return MOVE_TAKEN;
    enum outcome outcome = failed("move", from, fault);
    (void)outcome;
    return MOVE_FAILED;
}
