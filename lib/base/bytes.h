/* A borrowed view of bytes. Job: pass data without copying. The viewer never frees; whoever owns the memory says in its
 * own header how long it lives. Text in ecocase is UTF-8 and carries no terminating NUL unless a name says `cstr`. */
#ifndef ECOCASE_BASE_BYTES_H
#define ECOCASE_BASE_BYTES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *at;
    size_t count;
};

#define BYTES_NONE ((struct bytes){NULL, 0})
/* Only for string literals. */
#define BYTES_LITERAL(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static inline struct bytes bytes_of(const void *at, size_t count) { return (struct bytes){(const uint8_t *)at, count}; }
static inline struct bytes bytes_of_cstr(const char *cstr) {
    return (struct bytes){(const uint8_t *)cstr, cstr ? strlen(cstr) : 0};
}
/* The last byte first: Chinese names of one length begin with the same lead byte, and seldom end alike. */
static inline bool bytes_equal(struct bytes a, struct bytes b) {
    return a.count == b.count &&
           (a.count == 0 || (a.at[a.count - 1] == b.at[b.count - 1] && memcmp(a.at, b.at, a.count) == 0));
}
/* Most comparisons of a search fail at the first byte. */
static inline bool bytes_equal_cstr(struct bytes a, const char *cstr) {
    if (cstr && a.count > 0 && a.at[0] != (uint8_t)cstr[0]) return false;
    return bytes_equal(a, bytes_of_cstr(cstr));
}
/* For printf("%.*s", BYTES_FMT(view)). */
#define BYTES_FMT(view) (int)(view).count, (const char *)(view).at
#endif
