/* Memory that lives as long as one batch. Job: allocate cheaply, free all at once by reset. Threads: one owner.
 * Pointers stay valid until arena_reset/arena_free. Never returns NULL: beyond `most` bytes or without memory the
 * process stops by promise_broken, so `most` must be above what the limits let in (base/limits.h). */
#ifndef ECOCASE_BASE_ARENA_H
#define ECOCASE_BASE_ARENA_H
#include "base/bytes.h"

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
#endif
