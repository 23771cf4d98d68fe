/* Repeated parts out of the native tree. An item exists where any of its native places is filled. */
#include "adapters/conversion/mapping/map.h"
#include "adapters/spool/name.h"

#define ITEMS_MAX 10000u /* of one group: far above any case; keeps the search for equal ones cheap */

static const struct mapped_field *field_of(const struct mapped_group *group, const char *path) {
    for (size_t i = 0; i < group->field_count; i++) {
        if (strcmp(group->fields[i].canonical->path, path) == 0) return &group->fields[i];
    }
    return NULL;
}

static bool any_filled(const struct map_scope *scope, const struct mapped_group *group) {
    for (size_t i = 0; i < group->field_count; i++) {
        if (!group->fields[i].placed) continue;
        struct map_walk walk = {scope, &group->fields[i].at, 0, 0, {NULL}};
        for (const struct node *node; (node = map_next(&walk)) != NULL;) {
            if (scalar_trim(node->text).count) return true;
        }
    }
    return false;
}

/* A document is named by its title, or else by its file; its file must be one plain name in the outbox. */
static enum outcome finish_document(const struct map_reading *reading, const struct map_scope *scope,
                                    const struct mapped_group *group, struct map_item *item) {
    struct bytes file = map_text(item, "file_name");
    if (!map_get(item, "title") && file.count) {
        const struct value title = {.field = canonical_find("title", GROUP_DOCUMENTS), .text = file};
        map_add(item, &title, reading->arena);
    }
    if (!file.count || name_plain(file)) return OK;
    const struct mapped_field *field = field_of(group, "file_name");
    fault_set(reading->fault, REFUSE, "FIELD_FILE_NAME", "not the plain name of a file: no folder, no leading dot");
    if (!field || !field->placed) return REFUSE;
    struct map_nodes nodes = map_find(scope, &field->at, reading->arena);
    return map_fault(reading, scope, &field->at, nodes.count ? nodes.at[0] : NULL);
}

static enum outcome needed(const struct map_reading *reading, const struct map_scope *scope,
                           const struct mapped_group *group, const struct map_item *item) {
    for (size_t i = 0; i < group->field_count; i++) {
        const struct mapped_field *field = &group->fields[i];
        if (!field->canonical->needed || map_get(item, field->canonical->path)) continue;
        fault_set(reading->fault, REFUSE, "FIELD_MISSING", "must not be empty (%s of %s)", field->canonical->path,
                  canonical_group_name(group->kind));
        return map_fault(reading, scope, &field->at, NULL);
    }
    return OK;
}

static bool had(const struct map_group *items, const struct map_item *item) {
    for (size_t i = 0; i < items->count; i++) {
        if (items->items[i].mark == item->mark && map_equal(&items->items[i], item)) return true;
    }
    return false;
}

static enum outcome take(const struct map_reading *reading, const struct map_scope *scope,
                         const struct mapped_group *group, struct map_item *item, struct map_group *into) {
    TRY(arena_check(reading->arena, reading->fault));
    if (group->kind == GROUP_DOCUMENTS) TRY(finish_document(reading, scope, group, item));
    TRY(needed(reading, scope, group, item));
    if (into->count == ITEMS_MAX) {
        fault_set(reading->fault, REFUSE, "TOO_MANY", "more than %u %s", ITEMS_MAX, canonical_group_name(group->kind));
        return group->field_count ? map_fault(reading, scope, &group->fields[0].at, NULL) : REFUSE;
    }
    if (group->distinct) item->mark = map_mark(item);
    if (!item->count || (group->distinct && had(into, item))) return OK;
    *map_append(into, reading->arena) = *item;
    return OK;
}

static enum outcome read_item(const struct map_reading *reading, const struct map_scope *scope,
                              const struct mapped_group *group, struct map_group *into) {
    struct map_item item = {0};
    bool whole = true; /* of one with a fault nothing more is said */
    if (!any_filled(scope, group)) return OK;
    for (size_t i = 0; i < group->field_count; i++) {
        struct value value = {0};
        if (!group->fields[i].canonical->sent) continue;
        enum outcome outcome = map_read_field(reading, scope, &group->fields[i], &value);
        TRY(map_noted(reading, outcome));
        whole = whole && outcome == OK;
        if (outcome == OK && value.field) map_add(&item, &value, reading->arena);
    }
    return whole ? map_noted(reading, take(reading, scope, group, &item, into)) : OK;
}

/* ---- several items in one cell of each column
 * -------------------------------------------------------------------------- */
struct cut {
    const struct bytes *parts;
    size_t count;
    const struct node *node;
};

static enum outcome cut_all(const struct map_reading *reading, const struct map_scope *scope,
                            const struct mapped_group *group, struct cut *cuts, size_t *ret_items) {
    for (size_t i = 0; i < group->field_count; i++) {
        const struct mapped_field *field = &group->fields[i];
        struct bytes text = BYTES_NONE;
        if (!field->placed) continue;
        TRY(map_read_text(reading, scope, &field->at, &text, &cuts[i].node));
        if (!text.count) continue;
        cuts[i].parts = scalar_split(text, &group->split, true, reading->arena, &cuts[i].count);
        if (!*ret_items) *ret_items = cuts[i].count;
        if (cuts[i].count == *ret_items) continue;
        fault_set(reading->fault, REFUSE, "FIELD_CONFLICT", "%zu parts here, %zu in another column of the same items",
                  cuts[i].count, *ret_items);
        return map_fault(reading, scope, &field->at, cuts[i].node);
    }
    return OK;
}

static enum outcome part_value(const struct map_reading *reading, const struct map_scope *scope,
                               const struct mapped_field *field, const struct cut *cut, size_t index,
                               struct value *ret) {
    *ret = (struct value){0};
    struct bytes part = cut->count ? cut->parts[index] : BYTES_NONE;
    if (!field->placed)
        return value_constant(reading->profile, field->canonical, field->constant, reading->arena, ret, reading->fault);
    if (part.count) {
        enum outcome outcome =
            value_read(reading->profile, field, (struct value_texts){&part, 1}, reading->arena, ret, reading->fault);
        map_placed(ret, scope, &field->at, cut->node);
        return outcome == OK ? OK : map_fault(reading, scope, &field->at, cut->node);
    }
    if (field->otherwise)
        return value_constant(reading->profile, field->canonical, field->otherwise, reading->arena, ret,
                              reading->fault);
    if (!field->required) return OK;
    fault_set(reading->fault, REFUSE, "FIELD_MISSING", "part %zu must not be empty (%s)", index + 1,
              field->canonical->path);
    return map_fault(reading, scope, &field->at, cut->node);
}

static enum outcome read_split(const struct map_reading *reading, const struct map_scope *scope,
                               const struct mapped_group *group, struct map_group *into) {
    struct cut *cuts = arena_array(reading->arena, group->field_count + 1, sizeof *cuts);
    size_t items = 0;
    enum outcome cut = cut_all(reading, scope, group, cuts, &items);
    if (cut != OK) return map_noted(reading, cut);
    for (size_t k = 0; k < items; k++) {
        struct map_item item = {0};
        bool said = false, whole = true;
        for (size_t i = 0; i < group->field_count; i++) said = said || (cuts[i].count && cuts[i].parts[k].count);
        for (size_t i = 0; i < group->field_count && said; i++) {
            struct value value = {0};
            if (!group->fields[i].canonical->sent) continue;
            enum outcome outcome = part_value(reading, scope, &group->fields[i], &cuts[i], k, &value);
            TRY(map_noted(reading, outcome));
            whole = whole && outcome == OK;
            if (outcome == OK && value.field) map_add(&item, &value, reading->arena);
        }
        if (said && whole) TRY(map_noted(reading, take(reading, scope, group, &item, into)));
    }
    return OK;
}

static enum outcome read_group(const struct map_reading *reading, const struct mapped_group *group,
                               struct map_group *into) {
    const struct map_scope *record = &reading->record;
    if (group->split.count && !group->placed) return read_split(reading, record, group, into);
    TRY(arena_ready(reading->arena, (record->base_count + 1) * sizeof(struct node *), reading->fault));
    struct map_nodes nodes = {.at = arena_array(reading->arena, record->base_count + 1, sizeof *nodes.at),
                              .count = record->base_count};
    for (size_t i = 0; i < nodes.count; i++) nodes.at[i] = record->bases[i];
    if (group->placed) nodes = map_find(record, &group->at, reading->arena);
    for (size_t i = 0; i < nodes.count; i++) {
        const char *name = group->placed ? group->at.text : record->name;
        if (group->placed && nodes.count > 1) name = arena_printf(reading->arena, "%s[%zu]", group->at.text, i + 1);
        const struct map_scope scope = {record->root, &nodes.at[i], 1, name};
        TRY(group->split.count ? read_split(reading, &scope, group, into) : read_item(reading, &scope, group, into));
    }
    return OK;
}

enum outcome map_read_groups(const struct map_reading *reading, struct map_record *into) {
    for (size_t i = 0; i < reading->message->group_count; i++) {
        const struct mapped_group *group = &reading->message->groups[i];
        TRY(read_group(reading, group, &into->groups[group->kind]));
    }
    return OK;
}
