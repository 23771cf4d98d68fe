/* The C library's allocator for libxml2, with a reserve and a memory for what failed. */
#include "adapters/formats/xml_memory.h"
#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RESERVE (1u << 20) /* of all threads; a parser that was told to stop takes some KiB more */
#define ALIGN   16u

static _Thread_local bool failed;
static bool unfit; /* the library's own start found no memory */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Alignas(ALIGN) uint8_t reserve[RESERVE];
static size_t used, lent; /* bytes, pieces; all is free again when none is lent */

static bool reserved(const void *at) {
    return (uintptr_t)at >= (uintptr_t)reserve && (uintptr_t)at < (uintptr_t)reserve + RESERVE;
}

/* The size stands before the piece. */
static void *borrow(size_t count) {
    void *at = NULL;
    failed = true;
    (void)pthread_mutex_lock(&lock);
    size_t left = RESERVE - used;
    if (left > 2 * ALIGN && count <= left - 2 * ALIGN) {
        memcpy(reserve + used, &count, sizeof count);
        at = reserve + used + ALIGN;
        used += ALIGN + ((count + ALIGN - 1) & ~(size_t)(ALIGN - 1));
        lent++;
    }
    (void)pthread_mutex_unlock(&lock);
    return at;
}
static void on_free(void *at) {
    if (!reserved(at)) {
        free(at);
        return;
    }
    (void)pthread_mutex_lock(&lock);
    if (--lent == 0) used = 0;
    (void)pthread_mutex_unlock(&lock);
}

static void *on_malloc(size_t count) {
    void *at = malloc(count);
    return at ? at : borrow(count);
}
/* realloc frees what shall become nothing. */
static void *on_realloc(void *at, size_t size) {
    const bool from_reserve = reserved(at);
    size_t had = 0, count = size ? size : 1;
    void *more = from_reserve ? malloc(count) : realloc(at, count);
    if (more && !from_reserve) return more;
    if (!more) more = borrow(count);
    if (!more) return NULL;
    if (from_reserve) memcpy(&had, (const uint8_t *)at - ALIGN, sizeof had);
    else if (at) had = malloc_usable_size(at);
    if (at) memcpy(more, at, had < count ? had : count);
    if (at) on_free(at);
    return more;
}
static char *on_strdup(const char *text) {
    size_t count = strlen(text) + 1;
    char *copy = on_malloc(count);
    return copy ? memcpy(copy, text, count) : NULL;
}

static void set_up(void) {
    (void)xmlMemSetup(on_free, on_malloc, on_realloc, on_strdup);
    failed = false;
    xmlInitParser();
    unfit = failed;
}

void xml_memory_watch(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, set_up);
    failed = false;
}
bool xml_memory_failed(void) { return failed || unfit; }
