/* A disk that forgets, laid under one program by LD_PRELOAD: beside the folder FORGETFUL_ROOT it keeps in
 * FORGETFUL_KEPT what a power cut would leave of it. There is content/INODE for each file that was fsynced, as it was
 * then, names/INODE for each folder that was, a line for each name ("f" or "d", inode, name), and pins/INODE, a second
 * name of each file, so that no inode is given out again. forgetful.py puts the folder back to that. A write that
 * nobody fsynced is not there, and sync_file_range promises nothing. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *setting(const char *name) {
    const char *value = getenv(name);
    if (!value) abort();
    return value;
}

static bool below_root(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return false;
    path[count] = 0;
    const char *root = setting("FORGETFUL_ROOT");
    size_t most = strlen(root);
    return strncmp(path, root, most) == 0 && (path[most] == '/' || path[most] == 0);
}

static void kept_path(char *path, const char *part, ino_t inode) {
    snprintf(path, PATH_MAX, "%s/%s/%llu", setting("FORGETFUL_KEPT"), part, (unsigned long long)inode);
}

/* A name of this thread's own, which takes the right one when it is whole: the program may be killed in our midst. */
static FILE *begin(char *spare) {
    snprintf(spare, PATH_MAX, "%s/spare.%ld", setting("FORGETFUL_KEPT"), (long)syscall(SYS_gettid));
    FILE *out = fopen(spare, "we");
    if (!out) abort();
    return out;
}

static void end(FILE *out, const char *spare, const char *part, ino_t inode) {
    char path[PATH_MAX];
    kept_path(path, part, inode);
    if (fclose(out) != 0 || rename(spare, path) != 0) abort();
}

static bool pin(const char *name, ino_t inode) {
    char path[PATH_MAX];
    kept_path(path, "pins", inode);
    return linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST;
}

static void keep_content(const char *name, ino_t inode) {
    char spare[PATH_MAX], block[65536];
    int in = open(name, O_RDONLY | O_CLOEXEC);
    if (in < 0 || !pin(name, inode)) { /* it has no name any more, so nothing of it comes back */
        if (in >= 0) close(in);
        return;
    }
    FILE *out = begin(spare);
    for (ssize_t count; (count = read(in, block, sizeof block)) > 0;) fwrite(block, 1, (size_t)count, out);
    struct stat stat_of; /* the time of its last change is looked at too, and is on the disk with it */
    if (fstat(in, &stat_of) != 0 || fflush(out) != 0) abort();
    if (futimens(fileno(out), (struct timespec[]){stat_of.st_mtim, stat_of.st_mtim}) != 0) abort();
    close(in);
    end(out, spare, "content", inode);
}

static void keep_all(const char *folder);

static void keep_names(const char *folder, bool deep) {
    char spare[PATH_MAX], name[PATH_MAX];
    struct stat stat_of;
    DIR *dir = opendir(folder);
    if (!dir || fstat(dirfd(dir), &stat_of) != 0) abort();
    FILE *out = begin(spare);
    for (struct dirent *entry; (entry = readdir(dir));) {
        bool folder_too = entry->d_type == DT_DIR, file = entry->d_type == DT_REG;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || (!folder_too && !file)) continue;
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (folder_too || pin(name, entry->d_ino))
            fprintf(out, "%c %llu %s\n", folder_too ? 'd' : 'f', (unsigned long long)entry->d_ino, entry->d_name);
    }
    end(out, spare, "names", stat_of.st_ino);
    rewinddir(dir);
    for (struct dirent *entry; deep && (entry = readdir(dir));) {
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (entry->d_type == DT_REG) keep_content(name, entry->d_ino);
        if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            keep_all(name);
    }
    closedir(dir);
}

static void keep_all(const char *folder) { keep_names(folder, true); }

static int keep(int file, int done) {
    struct stat stat_of;
    char name[64];
    int error = errno;
    if (done != 0 || !below_root(file) || fstat(file, &stat_of) != 0) return done;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    if (S_ISDIR(stat_of.st_mode)) keep_names(name, false);
    else if (S_ISREG(stat_of.st_mode)) keep_content(name, stat_of.st_ino);
    errno = error;
    return done;
}

int fsync(int file) { return keep(file, (int)syscall(SYS_fsync, file)); }

int fdatasync(int file) { return keep(file, (int)syscall(SYS_fdatasync, file)); }

int syncfs(int file) {
    int done = (int)syscall(SYS_syncfs, file), error = errno;
    if (done == 0 && below_root(file)) keep_all(setting("FORGETFUL_ROOT"));
    errno = error;
    return done;
}
