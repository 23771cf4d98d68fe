/* The pivot itself. */
#include "adapters/conversion/mapping/map.h"

void map_add(struct map_item *item, const struct value *value, struct arena *arena) {
    if (item->count == item->capacity) {
        size_t capacity = item->capacity ? item->capacity * 2 : 8;
        if (arena_ready(arena, capacity * sizeof *item->values, NULL) != OK) return;
        item->capacity = capacity;
        struct value *values = arena_array(arena, item->capacity, sizeof *values);
        if (item->count) memcpy(values, item->values, item->count * sizeof *values);
        item->values = values;
    }
    item->values[item->count++] = *value;
}

struct map_item *map_append(struct map_group *group, struct arena *arena) {
    if (group->count == group->capacity) {
        size_t capacity = group->capacity ? group->capacity * 2 : 8;
        if (group->count && arena_ready(arena, capacity * sizeof *group->items, NULL) != OK)
            return &group->items[group->count - 1];
        group->capacity = capacity;
        struct map_item *items = arena_array(arena, group->capacity, sizeof *items);
        if (group->count) memcpy(items, group->items, group->count * sizeof *items);
        group->items = items;
    }
    return &group->items[group->count++];
}

const struct value *map_get(const struct map_item *item, const char *path) {
    for (size_t i = 0; i < item->count; i++) {
        const char *one = item->values[i].field->path;
        if (*one == *path && strcmp(one, path) == 0) return &item->values[i];
    }
    return NULL;
}

struct bytes map_text(const struct map_item *item, const char *path) {
    const struct value *value = map_get(item, path);
    return value ? value->text : BYTES_NONE;
}

static bool value_equal(const struct value *a, const struct value *b) {
    if (!b || !bytes_equal(a->text, b->text) || a->count != b->count || a->number != b->number) return false;
    if (a->real < b->real || a->real > b->real) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!bytes_equal(a->list[i], b->list[i])) return false;
    }
    return true;
}

bool map_equal(const struct map_item *a, const struct map_item *b) {
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        /* nearly always: both were read in the profile's order */
        bool beside = a->values[i].field == b->values[i].field;
        if (!value_equal(&a->values[i], beside ? &b->values[i] : map_get(b, a->values[i].field->path))) return false;
    }
    return true;
}

static uint64_t mixed(uint64_t mark, struct bytes text) {
    mark ^= text.count;
    for (; text.count >= 8; text = bytes_of(text.at + 8, text.count - 8)) {
        uint64_t eight;
        memcpy(&eight, text.at, 8);
        mark = (mark ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
        mark ^= mark >> 32;
    }
    for (size_t i = 0; i < text.count; i++) mark = (mark ^ text.at[i]) * UINT64_C(0x100000001b3);
    return mark;
}

uint64_t map_mark(const struct map_item *item) {
    uint64_t sum = 0;
    for (size_t i = 0; i < item->count; i++) {
        const struct value *value = &item->values[i];
        uint64_t mark = mixed((uint64_t)value->number, value->text);
        for (size_t k = 0; k < value->count; k++) mark = mixed(mark, value->list[k]);
        sum += mark ^ mark >> 29;
    }
    return sum;
}
