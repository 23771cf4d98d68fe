/* What trees and rows are written from alike: a group's items, the text of one field, many items in one text. */
#include "adapters/conversion/mapping/map.h"

struct bytes map_write_text(const struct map_writing *w, const struct mapped_field *field,
                            const struct map_item *item) {
    if (arena_check(w->arena, NULL) != OK) return BYTES_NONE;
    const struct value *value = map_get(item, field->canonical->path);
    struct value_texts texts = value ? value_write(w->profile, field, value, w->arena) : (struct value_texts){0};
    return texts.count ? texts.at[0] : BYTES_NONE;
}

struct bytes map_write_split(const struct map_writing *w, const struct mapped_group *group,
                             const struct mapped_field *field) {
    const struct map_group *from = map_write_group(w, group->kind);
    if (arena_ready(w->arena, (from->count + 1) * sizeof(struct bytes), NULL) != OK) return BYTES_NONE;
    struct bytes *parts = arena_array(w->arena, from->count + 1, sizeof *parts);
    bool any = false;
    for (size_t i = 0; i < from->count; i++) {
        parts[i] = map_write_text(w, field, &from->items[i]);
        any = any || parts[i].count;
    }
    return any ? scalar_join(parts, from->count, group->split.at[0], w->arena) : BYTES_NONE;
}

const struct map_group *map_write_group(const struct map_writing *w, enum group_kind kind) {
    return kind == GROUP_FACTS ? &w->facts : &w->record->groups[kind];
}

size_t map_row_count(const struct map_writing *w) {
    size_t count = 1;
    for (size_t i = 0; i < w->message->group_count; i++) {
        const struct map_group *from = map_write_group(w, w->message->groups[i].kind);
        if (!w->message->groups[i].placed && !w->message->groups[i].split.count && from->count > count)
            count = from->count;
    }
    return count;
}
