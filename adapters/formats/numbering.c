/* Names by number: a hash table. Open addressing; the table is at most half full. */
#include "adapters/formats/numbering.h"
#include "base/fault.h"

#define CAPACITY_FIRST 64u
struct numbering {
    struct arena *arena;
    struct bytes *names;      /* by number - 1; capacity / 2 of them */
    uint32_t *places;         /* numbers, by hash; 0: free */
    uint32_t capacity, count; /* capacity: a power of 2 */
};

/* FNV-1a. */
static uint32_t place_of(const struct numbering *n, struct bytes name) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.count; i++) hash = (hash ^ name.at[i]) * 16777619u;
    return (hash ^ hash >> 15) & (n->capacity - 1);
}

static uint32_t *seek(const struct numbering *n, struct bytes name) {
    uint32_t at = place_of(n, name);
    while (n->places[at] && !bytes_equal(n->names[n->places[at] - 1], name)) at = (at + 1) & (n->capacity - 1);
    return &n->places[at];
}

static void grow(struct numbering *n, uint32_t capacity) {
    struct bytes *names = arena_array(n->arena, capacity / 2, sizeof *names);
    if (n->count) memcpy(names, n->names, n->count * sizeof *names);
    n->names = names;
    n->places = arena_array(n->arena, capacity, sizeof *n->places);
    n->capacity = capacity;
    for (uint32_t i = 0; i < n->count; i++) *seek(n, names[i]) = i + 1;
}

struct numbering *numbering_new(struct arena *arena) {
    struct numbering *n = arena_alloc(arena, sizeof *n);
    n->arena = arena;
    grow(n, CAPACITY_FIRST);
    return n;
}

uint32_t numbering_add(struct numbering *n, struct bytes name) {
    if (n->count == n->capacity / 2) grow(n, n->capacity * 2);
    uint32_t *place = seek(n, name);
    if (!*place) {
        n->names[n->count] = name;
        *place = ++n->count;
    }
    return *place;
}

uint32_t numbering_find(const struct numbering *n, struct bytes name) { return n ? *seek(n, name) : 0; }
struct bytes numbering_name(const struct numbering *n, uint32_t number) {
    INVARIANT(number && number <= n->count);
    return n->names[number - 1];
}
uint32_t numbering_count(const struct numbering *n) { return n->count; }
