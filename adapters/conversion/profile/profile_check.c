/* Every mistake of a profile at once. */
#include "adapters/conversion/profile/profile_inside.h"
#include <stdlib.h>

static struct setting *node_at(struct setting *from, uint32_t line, uint32_t column) {
    struct setting *found = from->key && from->line == line && from->column == column && !from->seen ? from : NULL;
    for (struct setting *child = from->first; child && !found; child = child->next)
        found = node_at(child, line, column);
    return found;
}

/* settings_check_unknown reports the first; it is noted, counts as known, and the next is asked for. */
static void note_unknown(struct setting *root, struct mistakes *mistakes, struct fault *fault) {
    struct setting *unknown;
    while (settings_check_unknown(root, fault) != OK && mistakes->count < MAX_MISTAKES) {
        profile_mistake(mistakes, fault);
        unknown = node_at(root, fault->line, fault->column);
        if (!unknown) return;
        profile_mark_seen(unknown);
    }
}

static int by_place(const void *a, const void *b) {
    const struct fault *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return strcmp(x->text, y->text);
}

size_t profile_check(const char *name, struct bytes yaml, const struct directory *directory,
                     const struct catalogue *catalogue, struct arena *arena, const struct fault **ret) {
    struct profile *profile = NULL;
    struct fault fault = {0};
    struct mistakes mistakes = {arena_array(arena, MAX_MISTAKES + 1, sizeof fault), 0};
    if (profile_build(name, yaml, directory, catalogue, &mistakes, &profile, &fault) != OK) {
        profile_mistake(&mistakes, &fault);
        bool unknown = strcmp(fault.code, "SETTINGS_UNKNOWN") == 0;
        if (unknown && profile && profile->settings) note_unknown(settings_root(profile->settings), &mistakes, &fault);
    }
    profile_free(profile);
    qsort(mistakes.at, mistakes.count, sizeof fault, by_place);
    *ret = mistakes.at;
    return mistakes.count;
}
