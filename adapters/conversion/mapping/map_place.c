/* Native paths, found and made. */
#include "adapters/conversion/mapping/map.h"

static void keep(struct map_nodes *nodes, const struct node *node, struct arena *arena) {
    if (nodes->count == nodes->capacity) {
        size_t capacity = nodes->capacity ? nodes->capacity * 2 : 4;
        if (arena_ready(arena, capacity * sizeof(struct node *), NULL) != OK) return;
        nodes->capacity = capacity;
        const struct node **at = arena_array(arena, nodes->capacity, sizeof *at);
        for (size_t i = 0; i < nodes->count; i++) at[i] = nodes->at[i];
        nodes->at = at;
    }
    nodes->at[nodes->count++] = node;
}

static const struct node *next_base(struct map_walk *walk) {
    if (walk->base == (walk->path->absolute ? 1 : walk->scope->base_count)) return NULL;
    return walk->path->absolute ? (walk->base++, walk->scope->root) : walk->scope->bases[walk->base++];
}

/* at[d] is the node of the path's name d - 1, at[0] where the path starts. */
const struct node *map_next(struct map_walk *walk) {
    size_t d = walk->depth;
    for (;;) {
        const struct node *node = d ? node_numbered_again(walk->at[d]) : next_base(walk);
        if (!node && !d) return NULL;
        if (!node) {
            d--;
            continue;
        }
        walk->at[d] = node;
        while (d < walk->path->count && (node = node_numbered(walk->at[d], walk->path->numbers[d])) != NULL)
            walk->at[++d] = node;
        if (d < walk->path->count) continue;
        walk->depth = d;
        return walk->at[d];
    }
}

struct map_nodes map_find(const struct map_scope *scope, const struct native_path *path, struct arena *arena) {
    struct map_nodes found = {0};
    struct map_walk walk = {scope, path, 0, 0, {NULL}};
    for (const struct node *node; (node = map_next(&walk)) != NULL;) keep(&found, node, arena);
    return found;
}

/* Attributes stand before elements, whatever order the profile names them in. */
static struct node *child(struct node *parent, const char *name, struct arena *arena) {
    struct node *node = node_add(parent, bytes_of_cstr(name), arena), *before = NULL, *previous = NULL;
    if (name[0] != '@') return node;
    for (struct node *one = parent->first; one != node; one = one->next) {
        if (!before && (!one->name.count || one->name.at[0] != '@')) before = one;
        else if (!before) previous = one;
    }
    if (!before) return node;
    struct node *last = before;
    while (last->next != node) last = last->next;
    last->next = NULL;
    parent->last = last;
    node->next = before;
    if (previous) previous->next = node;
    else parent->first = node;
    return node;
}

static struct node *last_of(const struct node *parent, const char *name) {
    struct node *found = NULL;
    for (struct node *node = parent->first; node; node = node->next) {
        if (bytes_equal_cstr(node->name, name)) found = node;
    }
    return found;
}

struct node *map_put(struct node *root, struct node *base, const struct native_path *path, bool again,
                     struct arena *arena) {
    struct node *at = path->absolute ? root : base;
    for (size_t i = 0; i < path->count; i++) {
        struct node *there = again && i + 1 == path->count ? NULL : last_of(at, path->names[i]);
        at = there ? there : child(at, path->names[i], arena);
    }
    return at;
}
