/* Memory that lives as long as one batch. Job: allocate cheaply, free all at once by reset. Threads: one owner.
 * Pointers stay valid until arena_reset/arena_free. Allocating never returns NULL. Without memory, or beyond `most`
 * bytes (which must be above what the limits let in, base/limits.h), the process stops by a broken INVARIANT, but for
 * work in a scope: there the arena is marked as failed, what is asked for still comes, of a reserve, and arena_leave
 * gives the outcome. So a room that works on others' input enters a scope at its door, checks in its loops, and leaves.
 */
#ifndef ECOCASE_BASE_ARENA_H
#define ECOCASE_BASE_ARENA_H
#include "base/bytes.h"
#include "base/fault.h"

struct arena;
struct arena *arena_new(size_t first_block, size_t most);
void arena_free(struct arena *arena);
void arena_free_auto(struct arena **arena);
/* Keeps blocks of `first_block` bytes, at most 4 MiB and the first, and returns the rest to the system. */
void arena_reset(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t count);                   /* zeroed, aligned for any type */
void *arena_array(struct arena *arena, size_t items, size_t item_size); /* zeroed, overflow-checked */
struct bytes arena_copy(struct arena *arena, struct bytes from);
char *arena_cstr(struct arena *arena, struct bytes from); /* with terminating NUL */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t arena_used(const struct arena *arena);
/* arena_new with an outcome. FATAL/"INTERNAL": no memory. */
MUST_USE enum outcome arena_open(size_t first_block, size_t most, struct arena **ret, struct fault *fault);

/* ---- scopes; they may lie within each other. FATAL/"INTERNAL": no memory; REFUSE/"TOO_LARGE": more than `most`. */
struct block;
struct arena_scope {
    struct block *block;
    size_t used;
    enum outcome failed;
};
MUST_USE enum outcome arena_enter(struct arena *arena, struct arena_scope *ret, struct fault *fault);
/* `outcome`, or the arena's failure, whatever the outcome was; then all that was allocated since arena_enter is gone.
 */
MUST_USE enum outcome arena_leave(struct arena *arena, const struct arena_scope *scope, enum outcome outcome,
                                  struct fault *fault);
/* Has the arena failed? Asked wherever a loop over the input allocates: between two checks a scope may take 256 KiB
 * when the system has none, 64 MiB when `most` is reached; beyond, the process stops. */
MUST_USE enum outcome arena_check(const struct arena *arena, struct fault *fault);
/* Before one allocation as large as the input: OK, it will be had; else whoever cannot answer an outcome may go on with
 * anything, since arena_leave will. */
MUST_USE enum outcome arena_ready(struct arena *arena, size_t count, struct fault *fault);
/* As if an allocation had failed: for a library's that did, where there is no outcome to give. */
void arena_fail(struct arena *arena);
#endif
