/* A growing run of bytes that declares its largest size at birth. Threads: one owner. REFUSE/"TOO_LARGE" past `most`.
 */
#ifndef ECOCASE_BASE_BUFFER_H
#define ECOCASE_BASE_BUFFER_H
#include "base/bytes.h"
#include "base/fault.h"

struct buffer {
    uint8_t *at;
    size_t count;
    size_t capacity;
    size_t most;
};
void buffer_init(struct buffer *buffer, size_t most);
void buffer_free(struct buffer *buffer);
void buffer_clear(struct buffer *buffer); /* keeps the memory */
MUST_USE enum outcome buffer_add(struct buffer *buffer, struct bytes what, struct fault *fault);
MUST_USE enum outcome buffer_add_cstr(struct buffer *buffer, const char *what, struct fault *fault);
MUST_USE enum outcome buffer_printf(struct buffer *buffer, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Room for `count` more bytes to be written at buffer->at + buffer->count; the caller then raises count itself. */
MUST_USE enum outcome buffer_reserve(struct buffer *buffer, size_t count, struct fault *fault);
struct bytes buffer_view(const struct buffer *buffer);
/* Whole file into the buffer: a regular file, no symbolic link (spools are written by others). code FILE_READ /
 * TOO_LARGE; RETRY (FILE_READ) where only descriptors or memory were short. */
MUST_USE enum outcome buffer_read_file(struct buffer *buffer, const char *path, struct fault *fault);
#endif
