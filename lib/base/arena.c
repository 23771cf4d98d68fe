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
/* What a scope may still take once its arena is full, until the next arena_check: of the reserve, then of the system.
 */
#define RESERVE   (256u << 10)
#define SPILL_MAX (64u << 20)

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
    unsigned scopes;
    enum outcome failed; /* OK, REFUSE: `most` is reached, FATAL: the system has no memory */
    uint8_t *reserve;    /* RESERVE bytes; NULL before the first scope */
    size_t reserve_used;
    struct block *spill;
    size_t spilt;
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
    if (block) block->capacity = capacity;
    return block;
}

static enum outcome block_add(struct arena *arena, size_t capacity) {
    if (capacity > arena->most - arena->held) return REFUSE;
    struct block *block = block_take(arena, capacity);
    if (!block) return FATAL;
    if (arena->newest) arena->filled += arena->newest->used;
    block->older = arena->newest;
    block->used = 0;
    arena->newest = block;
    arena->held += capacity;
    return OK;
}

static enum outcome no_memory(struct fault *fault) { return fault_set(fault, FATAL, "INTERNAL", "out of memory"); }

enum outcome arena_open(size_t first_block, size_t most, struct arena **ret, struct fault *fault) {
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena) return no_memory(fault);
    arena->first_block = first_block;
    arena->most = most;
    if (block_add(arena, first_block) != OK) {
        free(arena);
        return no_memory(fault);
    }
    *ret = arena;
    return OK;
}

struct arena *arena_new(size_t first_block, size_t most) {
    struct arena *arena = NULL;
    INVARIANT(arena_open(first_block, most, &arena, NULL) == OK);
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
    blocks_free(arena->spill);
    free(arena->reserve);
    blocks_free(arena->newest);
    blocks_free(arena->spare);
    free(arena);
}

void arena_free_auto(struct arena **arena) { arena_free(*arena); }

/* Within a scope the caller goes on with memory that is good until the scope ends, and hears of it at the next check.
 */
static void *spill(struct arena *arena, size_t need, enum outcome why) {
    INVARIANT(arena->scopes);
    if (arena->failed == OK) arena->failed = why;
    if (need <= RESERVE - arena->reserve_used) {
        arena->reserve_used += need;
        return memset(arena->reserve + arena->reserve_used - need, 0, need);
    }
    INVARIANT(need <= SPILL_MAX - arena->spilt);
    struct block *block = calloc(1, sizeof *block + need);
    INVARIANT(block);
    block->older = arena->spill;
    arena->spill = block;
    arena->spilt += need;
    return block->at;
}

static enum outcome grow(struct arena *arena, size_t need) {
    if (need <= arena->newest->capacity - arena->newest->used) return OK;
    size_t capacity = arena->first_block, left = arena->most - arena->held;
    if (capacity > left) capacity = left; /* the last block may be smaller: all of `most` can be had */
    return block_add(arena, need > capacity ? need : capacity);
}

static size_t aligned(size_t count) { return (count + ALIGN - 1) & ~(size_t)(ALIGN - 1); }

void *arena_alloc(struct arena *arena, size_t count) {
    INVARIANT(count <= SIZE_MAX - ALIGN);
    const size_t need = aligned(count);
    enum outcome grown = grow(arena, need);
    if (grown != OK) return spill(arena, need, grown);
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

enum outcome arena_enter(struct arena *arena, struct arena_scope *ret, struct fault *fault) {
    if (!arena->reserve) arena->reserve = malloc(RESERVE);
    if (!arena->reserve) return no_memory(fault);
    *ret = (struct arena_scope){arena->newest, arena->newest->used, arena->failed};
    arena->scopes++;
    return OK;
}

enum outcome arena_check(const struct arena *arena, struct fault *fault) {
    if (arena->failed == OK) return OK;
    if (arena->failed == FATAL) return no_memory(fault);
    return fault_set(fault, REFUSE, "TOO_LARGE", "it would take more than %zu MiB of memory", arena->most >> 20);
}

enum outcome arena_ready(struct arena *arena, size_t count, struct fault *fault) {
    enum outcome grown = count <= SIZE_MAX - ALIGN ? grow(arena, aligned(count)) : REFUSE;
    if (grown == OK) return arena_check(arena, fault);
    INVARIANT(arena->scopes);
    if (arena->failed == OK) arena->failed = grown;
    return grown == FATAL
               ? no_memory(fault)
               : fault_set(fault, REFUSE, "TOO_LARGE", "it would take more than %zu MiB of memory", arena->most >> 20);
}

void arena_fail(struct arena *arena) {
    INVARIANT(arena->scopes);
    if (arena->failed == OK) arena->failed = FATAL;
}

static void back_to(struct arena *arena, const struct arena_scope *scope) {
    while (arena->newest != scope->block) {
        struct block *gone = arena->newest;
        arena->newest = gone->older;
        arena->filled -= arena->newest->used;
        block_give_back(arena, gone);
    }
    arena->newest->used = scope->used;
    blocks_free(arena->spill);
    arena->spill = NULL;
    arena->spilt = arena->reserve_used = 0;
    arena->failed = OK;
}

enum outcome arena_leave(struct arena *arena, const struct arena_scope *scope, enum outcome outcome,
                         struct fault *fault) {
    INVARIANT(arena->scopes);
    arena->scopes--;
    if (arena->failed == OK) return outcome;
    enum outcome failed = arena_check(arena, fault);
    if (scope->failed == OK) back_to(arena, scope);
    return failed;
}
