/* Grows by doubling, up to the size it declared. */
#include "base/buffer.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void buffer_init(struct buffer *buffer, size_t most) { *buffer = (struct buffer){.most = most}; }

void buffer_free(struct buffer *buffer) {
    free(buffer->at);
    *buffer = (struct buffer){.most = buffer->most};
}

void buffer_clear(struct buffer *buffer) { buffer->count = 0; }

enum outcome buffer_reserve(struct buffer *buffer, size_t count, struct fault *fault) {
    if (count > buffer->most - buffer->count) {
        return fault_set(fault, REFUSE, "TOO_LARGE", "more than %zu bytes", buffer->most);
    }
    size_t need = buffer->count + count;
    if (need <= buffer->capacity) return OK;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < need) capacity = capacity > buffer->most / 2 ? buffer->most : capacity * 2;
    if (capacity > buffer->most) capacity = buffer->most;
    uint8_t *at = realloc(buffer->at, capacity + 1); /* one more for the NUL of buffer_printf */
    if (!at) return fault_set(fault, FATAL, "INTERNAL", "out of memory for %zu bytes", capacity);
    buffer->at = at;
    buffer->capacity = capacity;
    return OK;
}

enum outcome buffer_add(struct buffer *buffer, struct bytes what, struct fault *fault) {
    if (!what.count) return OK;
    TRY(buffer_reserve(buffer, what.count, fault));
    memcpy(buffer->at + buffer->count, what.at, what.count);
    buffer->count += what.count;
    return OK;
}

enum outcome buffer_add_cstr(struct buffer *buffer, const char *what, struct fault *fault) {
    return buffer_add(buffer, bytes_of_cstr(what), fault);
}

enum outcome buffer_printf(struct buffer *buffer, struct fault *fault, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int count = vsnprintf(NULL, 0, format, args);
    va_end(args);
    INVARIANT(count >= 0);
    enum outcome reserved = buffer_reserve(buffer, (size_t)count, fault);
    if (reserved == OK && count > 0) {
        vsnprintf((char *)buffer->at + buffer->count, (size_t)count + 1, format, again);
        buffer->count += (size_t)count;
    }
    va_end(again);
    return reserved;
}

struct bytes buffer_view(const struct buffer *buffer) { return bytes_of(buffer->at, buffer->count); }

/* Out of descriptors or memory, or on a server that moved the file: it may be read the next time. */
static enum outcome unread(const char *path, struct fault *fault) {
    bool later = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EAGAIN || errno == ESTALE;
    return fault_set(fault, later ? RETRY : REFUSE, "FILE_READ", "%s: %s", path, strerror(errno));
}

static enum outcome read_all(struct buffer *buffer, int file, const char *path, struct fault *fault) {
    struct stat facts;
    if (fstat(file, &facts) != 0) return unread(path, fault);
    if (!S_ISREG(facts.st_mode)) return fault_set(fault, REFUSE, "FILE_READ", "%s: not a regular file", path);
    for (;;) {
        if (buffer->count == buffer->most) {
            uint8_t one;
            ssize_t more = read(file, &one, 1);
            if (more < 0 && errno == EINTR) continue;
            if (more < 0) return unread(path, fault);
            if (more > 0) return fault_set(fault, REFUSE, "TOO_LARGE", "%s: more than %zu bytes", path, buffer->most);
            return OK;
        }
        size_t left = buffer->most - buffer->count;
        size_t want = left < 65536 ? left : 65536;
        TRY(buffer_reserve(buffer, want, fault));
        ssize_t got = read(file, buffer->at + buffer->count, want);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unread(path, fault);
        if (got == 0) return OK;
        buffer->count += (size_t)got;
    }
}

enum outcome buffer_read_file(struct buffer *buffer, const char *path, struct fault *fault) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return unread(path, fault);
    enum outcome outcome = read_all(buffer, file, path, fault);
    close(file);
    return outcome;
}
