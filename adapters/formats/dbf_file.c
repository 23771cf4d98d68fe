/* shapelib's input and output over memory. */
#include "adapters/formats/dbf_file.h"
#include <stdio.h>
#include <stdlib.h>

static _Thread_local struct dbf_file *current;

static struct dbf_file *file_of(SAFile handle) { return (struct dbf_file *)(void *)handle; }
static struct bytes content(const struct dbf_file *file) {
    return file->written ? buffer_view(file->written) : file->read;
}

static SAFile on_open(const char *name, const char *access) {
    (void)name, (void)access;
    current->at = 0;
    return (SAFile)(void *)current;
}

static SAOffset on_read(void *to, SAOffset size, SAOffset count, SAFile handle) {
    struct dbf_file *file = file_of(handle);
    struct bytes all = content(file);
    if (!size || file->at > all.count) return 0;
    SAOffset whole = (all.count - file->at) / size;
    if (whole > count) whole = count;
    if (whole) memcpy(to, all.at + file->at, whole * size);
    file->at += whole * size;
    return whole;
}

static SAOffset on_write(void *from, SAOffset size, SAOffset count, SAFile handle) {
    struct dbf_file *file = file_of(handle);
    size_t bytes = size * count, end = file->at + bytes;
    if (!file->written || end > file->written->most) file->failed = true;
    if (!file->failed && end > file->written->count &&
        buffer_reserve(file->written, end - file->written->count, &file->why) != OK)
        file->failed = true;
    if (file->failed) return 0;
    if (file->at > file->written->count)
        memset(file->written->at + file->written->count, 0, file->at - file->written->count);
    if (bytes) memcpy(file->written->at + file->at, from, bytes);
    if (end > file->written->count) file->written->count = end;
    file->at = end;
    return count;
}

static SAOffset on_seek(SAFile handle, SAOffset offset, int whence) {
    struct dbf_file *file = file_of(handle);
    file->at = whence == SEEK_SET ? offset : whence == SEEK_CUR ? file->at + offset : content(file).count + offset;
    return 0;
}
static SAOffset on_tell(SAFile handle) { return file_of(handle)->at; }
static int on_flush(SAFile handle) {
    (void)handle;
    return 0;
}
static int on_close(SAFile handle) { return on_flush(handle); }
static int on_remove(const char *name) {
    (void)name;
    return 0;
}
static void on_error(const char *message) { (void)message; }

static SAHooks hooks_of(struct dbf_file *file) {
    current = file;
    return (SAHooks){on_open, on_read, on_write, on_seek, on_tell, on_flush, on_close, on_remove, on_error, atof};
}

DBFHandle dbf_file_open(struct dbf_file *file) {
    SAHooks hooks = hooks_of(file);
    return DBFOpenLL("memory.dbf", "rb", &hooks);
}

DBFHandle dbf_file_create(struct dbf_file *file, const char *code_page) {
    SAHooks hooks = hooks_of(file);
    return DBFCreateLL("memory.dbf", code_page, &hooks);
}
