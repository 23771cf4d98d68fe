/* The pivot as an xml or json tree, or json lines, in the order of the profile's message. What has no value
 * is left out. */
#include "adapters/conversion/mapping/map.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A number that computers can hold; that the text is one at all is asked by the writer (json_write.c). */
static bool bare(const struct map_writing *w, const struct mapped_field *field, struct bytes text) {
    if (!field->bare || arena_ready(w->arena, text.count + 1, NULL) != OK) return false;
    const char *number = arena_cstr(w->arena, text);
    errno = 0;
    if (strpbrk(number, ".eE")) return !isinf(strtod(number, NULL));
    (void)strtoll(number, NULL, 10);
    return errno != ERANGE;
}

/* base NULL: the record, which is made where the first of its fields stands, so that the profile's order holds for it
 * too. */
struct spot {
    struct node *root, *base;
};

static struct node *node_at(const struct map_writing *w, const struct spot *spot, const struct native_path *path,
                            bool again) {
    struct node *base = spot->base;
    if (!base && !path->absolute) base = map_put(spot->root, spot->root, &w->profile->record, false, w->arena);
    return map_put(spot->root, base, path, again, w->arena);
}

/* The first that is written to a place stays. */
static void put(const struct map_writing *w, const struct spot *spot, const struct native_path *path,
                struct bytes text) {
    if (arena_check(w->arena, NULL) != OK) return;
    struct node *node = node_at(w, spot, path, false);
    if (node->text.count || !text.count) return;
    node->text = text;
    node->scalar = true;
}

static void put_field(const struct map_writing *w, const struct spot *spot, const struct mapped_field *field,
                      const struct map_item *item) {
    const struct value *value = map_get(item, field->canonical->path);
    if (!field->placed || !value || arena_check(w->arena, NULL) != OK) return;
    struct value_texts texts = value_write(w->profile, field, value, w->arena);
    bool list =
        (field->canonical->kind == VALUE_LIST || field->canonical->kind == VALUE_AGENCIES) && !field->separators.count;
    for (size_t i = 0; i < texts.count && arena_check(w->arena, NULL) == OK; i++) {
        struct node *node = node_at(w, spot, &field->at, i > 0);
        if (node->text.count) continue;
        node->text = texts.at[i];
        node->scalar = true;
        node->many = list;
        node->bare = bare(w, field, texts.at[i]);
    }
}

/* `row`: of json lines; a group without a place has one item in each, one with a place all of them in the first. */
static void put_group(const struct map_writing *w, const struct spot *spot, const struct mapped_group *group,
                      size_t row) {
    const struct map_group *from = map_write_group(w, group->kind);
    if (group->placed || group->split.count ? row || !from->count : row >= from->count) return;
    struct spot inside = *spot;
    if (group->split.count) {
        if (group->placed) inside.base = node_at(w, spot, &group->at, false);
        for (size_t k = 0; k < group->field_count; k++) {
            struct bytes text = group->fields[k].placed ? map_write_split(w, group, &group->fields[k]) : BYTES_NONE;
            if (text.count) put(w, &inside, &group->fields[k].at, text);
        }
        return;
    }
    for (size_t i = 0; i < (group->placed ? from->count : 1) && arena_check(w->arena, NULL) == OK; i++) {
        if (group->placed) {
            inside.base = node_at(w, spot, &group->at, true);
            inside.base->many = true;
        }
        for (size_t k = 0; k < group->field_count; k++)
            put_field(w, &inside, &group->fields[k], &from->items[group->placed ? i : row]);
    }
}

static void put_all(const struct map_writing *w, const struct spot spot, size_t row) {
    const struct mapped_message *message = w->message;
    for (size_t i = 0; i < message->when_count; i++)
        put(w, &spot, &message->when[i].at, bytes_of_cstr(message->when[i].texts.at[0]));
    for (size_t i = 0; i < message->constant_count; i++)
        put(w, &spot, &message->constants[i].at, bytes_of_cstr(message->constants[i].texts.at[0]));
    for (size_t i = 0; i < message->field_count; i++) put_field(w, &spot, &message->fields[i], &w->record->own);
    for (size_t i = 0; i < message->fact_count; i++) {
        struct bytes text = map_write_fact(w, &message->facts[i]);
        if (text.count) put(w, &spot, &message->facts[i].at, text);
    }
    for (size_t i = 0; i < message->group_count; i++) put_group(w, &spot, &message->groups[i], row);
    struct bytes rest = message->rest ? map_rest(w) : BYTES_NONE;
    if (rest.count) put(w, &spot, message->rest, rest);
}

struct node *map_write_tree(struct map_writing *w) {
    struct node *root = arena_alloc(w->arena, sizeof *root);
    root->name = bytes_of_cstr(w->profile->format.root);
    put_all(w, (struct spot){root, NULL}, 0);
    return root;
}

struct node *map_write_lines(struct map_writing *w) {
    struct node *root = arena_alloc(w->arena, sizeof *root);
    size_t count = map_row_count(w);
    for (size_t i = 0; i < count && arena_check(w->arena, NULL) == OK; i++) {
        struct node *row = node_add(root, NODE_ROW, w->arena);
        put_all(w, (struct spot){row, row}, i);
    }
    return root;
}
