/* See map.h: what the profile names nowhere goes into native[] as (path, value), so that nothing of an export is lost. A place is
 * known by its path from the document, so every repetition of a mapped element counts as mapped. */
#include "adapters/engine/map.h"

struct place { struct bytes *names; size_t count; };    /* record, group, field: one path after the other */
struct places { struct place *at; size_t count; struct arena *arena; };

static void place_add(struct places *places, const struct native_path *first, const struct native_path *second, const struct native_path *third) {
    const struct native_path *parts[] = {first, second, third};
    struct place *place = &places->at[places->count++];
    size_t from = 0, room = 0;
    for (size_t i = 1; i < 3; i++) from = parts[i] && parts[i]->absolute ? i : from;
    for (size_t i = from; i < 3; i++) room += parts[i] ? parts[i]->count : 0;
    place->names = arena_array(places->arena, room, sizeof *place->names);
    for (size_t i = from; i < 3; i++) {
        for (size_t k = 0; parts[i] && k < parts[i]->count; k++) place->names[place->count++] = bytes_of_cstr(parts[i]->names[k]);
    }
}

static struct places places_of(const struct map_reading *reading) {
    const struct mapped_message *m = reading->message;
    const struct native_path *record = reading->rows ? NULL : &reading->profile->record;
    size_t room = m->when_count + m->constant_count + m->field_count + m->fact_count + m->group_count + 1;
    for (size_t i = 0; i < m->group_count; i++) room += m->groups[i].field_count;
    struct places places = {arena_array(reading->arena, room, sizeof *places.at), 0, reading->arena};
    for (size_t i = 0; i < m->when_count; i++) place_add(&places, record, &m->when[i].at, NULL);
    for (size_t i = 0; i < m->constant_count; i++) place_add(&places, record, &m->constants[i].at, NULL);
    for (size_t i = 0; i < m->field_count; i++) {
        if (m->fields[i].placed) place_add(&places, record, &m->fields[i].at, NULL);
    }
    for (size_t i = 0; i < m->fact_count; i++) place_add(&places, record, &m->facts[i].at, NULL);
    for (size_t i = 0; i < m->group_count; i++) {
        const struct mapped_group *group = &m->groups[i];
        if (reading->rows && group->placed && reading->profile->has_key) place_add(&places, NULL, &group->at, &reading->profile->key);
        for (size_t k = 0; k < group->field_count; k++) {
            if (group->fields[k].placed) place_add(&places, record, group->placed ? &group->at : NULL, &group->fields[k].at);
        }
    }
    return places;
}

/* The way from the document to a node, and at each depth the places that begin with it. */
struct live { const struct place **at; size_t count; };
struct trail { const struct native_node *at[NATIVE_DEPTH + 2]; size_t count; struct live live[NATIVE_DEPTH + 3]; const struct places *places; };

static struct live live_room(const struct places *places) { return (struct live){arena_array(places->arena, places->count, sizeof(struct place *)), 0}; }

static void trail_start(struct trail *trail, const struct places *places) {
    trail->places = places;
    trail->live[0] = live_room(places);
    for (size_t i = 0; i < places->count; i++) trail->live[0].at[i] = &places->at[i];
    trail->live[0].count = places->count;
}

static void trail_narrow(struct trail *trail, struct bytes name) {
    const struct live *from = &trail->live[trail->count];
    struct live *into = &trail->live[trail->count + 1];
    if (!into->at) *into = live_room(trail->places);
    into->count = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct place *place = from->at[i];
        if (place->count > trail->count && bytes_equal(place->names[trail->count], name)) into->at[into->count++] = place;
    }
}

static bool mapped(const struct trail *trail) {
    const struct live *live = &trail->live[trail->count];
    for (size_t i = 0; i < live->count; i++) {
        if (live->at[i]->count == trail->count) return true;
    }
    return false;
}

static bool is_record(const struct map_reading *reading, const struct native_node *node) {
    return reading->record.base_count == 1 && reading->record.bases[0] == node;
}

/* From the record where it lies within, else from the document, `/文书/页[2]`. */
static const char *name_of(const struct map_reading *reading, const struct trail *trail) {
    const char *name = "";
    bool inside = is_record(reading, reading->record.root);
    for (size_t i = 0; i < trail->count; i++) {
        const struct native_node *node = trail->at[i];
        size_t nth = 1;
        for (const struct native_node *one = native_child(node->parent, node->name); one && one != node; one = native_again(one)) nth++;
        const char *index = nth > 1 || native_again(node) ? arena_printf(reading->arena, "[%zu]", nth) : "";
        name = arena_printf(reading->arena, "%s%s%.*s%s", name, i && *name ? "/" : "", BYTES_FMT(node->name), index);
        if (!is_record(reading, node)) continue;
        inside = true;
        name = "";
    }
    if (!*name) name = ".";
    return reading->rows || inside ? name : arena_printf(reading->arena, "/%s", name);
}

#define UNMAPPED_MOST 5000u /* far above any form; keeps the comparison of rows cheap */

static enum outcome keep(const struct map_reading *reading, const struct trail *trail, struct bytes text, struct map_group *native) {
    const struct native_node *node = trail->at[trail->count - 1];
    const struct map_value name = {.field = canonical_find("name", GROUP_NATIVE), .text = bytes_of_cstr(name_of(reading, trail))};
    const struct map_value value = {.field = canonical_find("value", GROUP_NATIVE), .text = text};
    struct map_item item = {0};
    map_add(&item, &name, reading->arena);
    map_add(&item, &value, reading->arena);
    for (size_t i = 0; reading->rows && i < native->count; i++) {
        if (map_equal(&native->items[i], &item)) return OK; /* the same in every row of the case */
    }
    if (native->count == UNMAPPED_MOST) {
        fault_set(reading->fault, REFUSE, "TOO_MANY", "more than %u fields that the profile does not name", UNMAPPED_MOST);
        (void)fault_place(reading->fault, arena_cstr(reading->arena, name.text), node->line, node->column);
        return REFUSE;
    }
    *map_append(native, reading->arena) = item;
    return OK;
}

/* Depth is bounded by NATIVE_DEPTH. Siblings of one name (the items of a group) are narrowed once: what is below writes only deeper. */
static enum outcome gather(const struct map_reading *reading, const struct native_node *from, struct trail *trail, struct map_group *native) {
    const struct native_node *before = NULL;
    PROMISE(trail->count < NATIVE_DEPTH + 2);
    for (const struct native_node *node = from->first; node; before = node, node = node->next) {
        if (!before || !bytes_equal(before->name, node->name)) trail_narrow(trail, node->name);
        trail->at[trail->count++] = node;
        struct bytes text = scalar_trim(node->text);
        if (text.count && !mapped(trail)) TRY(keep(reading, trail, text, native));
        if (node->first) TRY(gather(reading, node, trail, native));
        trail->count--;
    }
    return OK;
}

enum outcome map_read_unmapped(const struct map_reading *reading, struct map_group *native) {
    const struct places places = places_of(reading);
    struct trail *trail = arena_alloc(reading->arena, sizeof *trail);
    trail_start(trail, &places);
    if (!reading->rows) return gather(reading, reading->record.root, trail, native);
    for (const struct native_node *row = reading->record.root->first; row; row = row->next) {
        trail->count = 0;
        if (!bytes_equal(row->name, NATIVE_ROW)) { /* of a further sheet, whose name is the first of the path */
            trail_narrow(trail, row->name);
            trail->at[trail->count++] = row;
        }
        TRY(gather(reading, row, trail, native));
    }
    return OK;
}
