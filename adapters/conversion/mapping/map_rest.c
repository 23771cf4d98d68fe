/* 其他信息, one text with every filled value that has no place of its own:
 * "承办人：甲、乙；当事人[1]（电话：…）". Values stand there as they are in the record, times and amounts in the
 * built-in form. What does not fit REST_MAX would not fit a record. */
#include "adapters/conversion/mapping/map.h"
#include "base/limits.h"

#define REST_MAX (16u * MIB)

static void say(const struct map_writing *w, struct buffer *into, struct bytes text) {
    if (buffer_add(into, text, NULL) != OK) arena_fail(w->arena);
}
static void say_cstr(const struct map_writing *w, struct buffer *into, const char *text) {
    say(w, into, bytes_of_cstr(text));
}

static void say_value(const struct map_writing *w, struct buffer *into, const char *name, const struct value *value) {
    static const char *const comma[] = {"、"};
    const struct mapped_field plain = {.canonical = value->field,
                                       .separators = {comma, 1},
                                       .unit = value->field->kind == VALUE_AMOUNT ? scalar_unit("元", "fen") : NULL};
    /* the record's default */
    bool usual = value->field->kind == VALUE_SYMBOL && bytes_equal_cstr(value->text, value->field->symbols[0]);
    struct value_texts texts = usual ? (struct value_texts){0} : value_write(w->profile, &plain, value, w->arena);
    if (!texts.count || !texts.at[0].count) return;
    if (into->count) say_cstr(w, into, "；");
    say_cstr(w, into, name ? name : value->field->path);
    say_cstr(w, into, "：");
    say(w, into, texts.at[0]);
}

/* A place holds what is written to it first: what comes second has none. */
static bool taken(const struct map_writing *w, const struct mapped_field *fields, size_t index,
                  const struct map_item *item) {
    const struct native_path *at = &fields[index].at;
    if (fields == w->message->fields && mapped_always_written(w->profile, w->message, at)) return true;
    for (size_t i = 0; i < index; i++) {
        if (fields[i].placed && mapped_same_place(w->profile, &fields[i].at, at) &&
            map_get(item, fields[i].canonical->path))
            return true;
    }
    return false;
}

static bool has_place(const struct map_writing *w, const struct mapped_field *fields, size_t count,
                      const struct map_item *item, const struct value *value) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].canonical->path, value->field->path) != 0) continue;
        if (fields[i].placed) return !taken(w, fields, i, item);
        return fields[i].constant && bytes_equal_cstr(value->text, fields[i].constant);
    }
    return false;
}

static void say_item(const struct map_writing *w, struct buffer *into, const struct mapped_group *group,
                     enum group_kind kind, size_t index) {
    const struct map_item *item = &map_write_group(w, kind)->items[index];
    bool whole = !group || (index > 0 && !mapped_shows_items(w->profile, group));
    AUTO(buffer_free) struct buffer inside;
    buffer_init(&inside, REST_MAX);
    for (size_t i = 0; i < item->count && arena_check(w->arena, NULL) == OK; i++) {
        const struct value *value = &item->values[i];
        if (mapped_needs_no_place(value->field->path, kind)) continue;
        if (!whole && has_place(w, group->fields, group->field_count, item, value)) continue;
        say_value(w, &inside, canonical_zh(value->field->path, kind), value);
    }
    if (!inside.count) return;
    if (into->count) say_cstr(w, into, "；");
    say_cstr(w, into, arena_printf(w->arena, "%s[%zu]（", canonical_group_zh(kind), index + 1));
    say(w, into, buffer_view(&inside));
    say_cstr(w, into, "）");
}

struct bytes map_rest(const struct map_writing *w) {
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, REST_MAX);
    for (size_t i = 0; i < w->record->own.count; i++) {
        const struct value *value = &w->record->own.values[i];
        if (mapped_needs_no_place(value->field->path, GROUP_NONE)) continue;
        if (has_place(w, w->message->fields, w->message->field_count, &w->record->own, value)) continue;
        say_value(w, &text, canonical_zh(value->field->path, GROUP_NONE), value);
    }
    for (enum group_kind kind = 0; kind < GROUP_COUNT; kind++) {
        const struct mapped_group *group = NULL;
        for (size_t i = 0; i < w->message->group_count; i++) {
            if (w->message->groups[i].kind == kind) group = &w->message->groups[i];
        }
        for (size_t i = 0; i < map_write_group(w, kind)->count && arena_check(w->arena, NULL) == OK; i++)
            say_item(w, &text, group, kind, i);
    }
    return arena_ready(w->arena, text.count + 1, NULL) == OK ? arena_copy(w->arena, buffer_view(&text)) : BYTES_NONE;
}
