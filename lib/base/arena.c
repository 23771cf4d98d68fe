/* A list of blocks, newest first. Blocks of the usual size are kept over a reset, up to KEPT_MAX bytes:
 * given back, they would be mapped and zeroed by the kernel anew for every batch. */
#include "base/arena.h"
#include "base/fault.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, count)   ((void)(at), (void)(count))
#define ASAN_UNPOISON_MEMORY_REGION(at, count) ((void)(at), (void)(count))
#endif

#define ALIGN    16u
#define KEPT_MAX (4u << 20)

struct block {
    struct block *older;
    size_t capacity, used;
    _Alignas(ALIGN) uint8_t at[];
};
struct arena {
    struct block *newest, *spare; /* spare: kept by a reset */
    size_t first_block, most, held;
    size_t filled; /* bytes used of all blocks but the newest */
    size_t spares; /* bytes of the spare ones; not in `held` */
};

static struct block *block_take(struct arena *arena, size_t capacity) {
    struct block *block = arena->spare;
    if (block && capacity == arena->first_block) {
        arena->spare = block->older;
        arena->spares -= capacity;
        ASAN_UNPOISON_MEMORY_REGION(block->at, capacity);
        return block;
    }
    block = malloc(sizeof *block + capacity);
    INVARIANT(block);
    block->capacity = capacity;
    return block;
}

static void block_add(struct arena *arena, size_t capacity) {
    INVARIANT(capacity <= arena->most - arena->held);
    struct block *block = block_take(arena, capacity);
    if (arena->newest) arena->filled += arena->newest->used;
    block->older = arena->newest;
    block->used = 0;
    arena->newest = block;
    arena->held += capacity;
}

struct arena *arena_new(size_t first_block, size_t most) {
    struct arena *arena = calloc(1, sizeof *arena);
    INVARIANT(arena);
    arena->first_block = first_block;
    arena->most = most;
    block_add(arena, first_block);
    return arena;
}

static void block_give_back(struct arena *arena, struct block *block) {
    arena->held -= block->capacity;
    if (block->capacity != arena->first_block || arena->spares + block->capacity > KEPT_MAX) {
        free(block);
        return;
    }
    ASAN_POISON_MEMORY_REGION(block->at, block->capacity); /* what still looks there is found */
    block->older = arena->spare;
    arena->spare = block;
    arena->spares += block->capacity;
}

void arena_reset(struct arena *arena) {
    while (arena->newest->older) {
        struct block *gone = arena->newest;
        arena->newest = gone->older;
        block_give_back(arena, gone);
    }
    arena->newest->used = 0;
    arena->filled = 0;
}

static void blocks_free(struct block *newest) {
    while (newest) {
        struct block *gone = newest;
        newest = gone->older;
        free(gone);
    }
}

void arena_free(struct arena *arena) {
    if (!arena) return;
    blocks_free(arena->newest);
    blocks_free(arena->spare);
    free(arena);
}

void arena_free_auto(struct arena **arena) { arena_free(*arena); }

void *arena_alloc(struct arena *arena, size_t count) {
    INVARIANT(count <= arena->most);
    size_t need = (count + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (need > arena->newest->capacity - arena->newest->used) {
        size_t capacity = arena->first_block, left = arena->most - arena->held;
        if (capacity > left) capacity = left; /* the last block may be smaller: all of `most` can be had */
        block_add(arena, need > capacity ? need : capacity);
    }
    void *at = arena->newest->at + arena->newest->used;
    arena->newest->used += need;
    memset(at, 0, need);
    return at;
}

void *arena_array(struct arena *arena, size_t items, size_t item_size) {
    size_t total;
    INVARIANT(!__builtin_mul_overflow(items, item_size, &total));
    return arena_alloc(arena, total ? total : 1);
}

struct bytes arena_copy(struct arena *arena, struct bytes from) {
    uint8_t *at = arena_alloc(arena, from.count ? from.count : 1);
    if (from.count) memcpy(at, from.at, from.count);
    return bytes_of(at, from.count);
}

char *arena_cstr(struct arena *arena, struct bytes from) {
    char *at = arena_alloc(arena, from.count + 1);
    if (from.count) memcpy(at, from.at, from.count);
    return at;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int count = vsnprintf(NULL, 0, format, args);
    va_end(args);
    INVARIANT(count >= 0);
    char *at = arena_alloc(arena, (size_t)count + 1);
    vsnprintf(at, (size_t)count + 1, format, again);
    va_end(again);
    return at;
}

size_t arena_used(const struct arena *arena) { return arena->filled + arena->newest->used; }
