/* See map.h: what the profile names nowhere goes into native[] as (path, value), so that nothing of an export is lost. A place is
 * known by its path from the document, so every repetition of a mapped element counts as mapped. */
#include "adapters/engine/map.h"

struct place { const char *const *names[3]; size_t counts[3]; };    /* record, group, field: one path after the other */
struct places { struct place *at; size_t count; };

static void place_add(struct places *places, const struct native_path *first, const struct native_path *second, const struct native_path *third) {
    const struct native_path *parts[] = {first, second, third};
    struct place *place = &places->at[places->count++];
    size_t from = 0;
    for (size_t i = 1; i < 3; i++) from = parts[i] && parts[i]->absolute ? i : from;
    for (size_t i = from; i < 3; i++) {
        if (!parts[i]) continue;
        place->names[i] = parts[i]->names;
        place->counts[i] = parts[i]->count;
    }
}

static struct places places_of(const struct map_reading *reading) {
    const struct mapped_message *m = reading->message;
    const struct native_path *record = reading->rows ? NULL : &reading->profile->record;
    size_t room = m->when_count + m->constant_count + m->field_count + m->fact_count + m->group_count + 1;
    for (size_t i = 0; i < m->group_count; i++) room += m->groups[i].field_count;
    struct places places = {arena_array(reading->arena, room, sizeof *places.at), 0};
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

struct trail { const struct native_node *at[NATIVE_DEPTH + 2]; size_t count; };

static bool is_at(const struct place *place, const struct trail *trail) {
    size_t at = 0;
    for (size_t part = 0; part < 3; part++) {
        for (size_t i = 0; i < place->counts[part]; i++, at++) {
            if (at == trail->count || !bytes_equal_cstr(trail->at[at]->name, place->names[part][i])) return false;
        }
    }
    return at == trail->count;
}

static bool mapped(const struct places *places, const struct trail *trail) {
    for (size_t i = 0; i < places->count; i++) {
        if (is_at(&places->at[i], trail)) return true;
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

/* Depth is bounded by NATIVE_DEPTH. */
static enum outcome gather(const struct map_reading *reading, const struct native_node *from, struct trail *trail, const struct places *places,
                           struct map_group *native) {
    PROMISE(trail->count < NATIVE_DEPTH + 2);
    for (const struct native_node *node = from->first; node; node = node->next) {
        trail->at[trail->count++] = node;
        struct bytes text = scalar_trim(node->text);
        if (text.count && !mapped(places, trail)) TRY(keep(reading, trail, text, native));
        TRY(gather(reading, node, trail, places, native));
        trail->count--;
    }
    return OK;
}

enum outcome map_read_unmapped(const struct map_reading *reading, struct map_group *native) {
    const struct places places = places_of(reading);
    struct trail trail = {.count = 0};
    if (!reading->rows) return gather(reading, reading->record.root, &trail, &places, native);
    for (const struct native_node *row = reading->record.root->first; row; row = row->next) {
        bool sheet = !bytes_equal(row->name, NATIVE_ROW);
        trail = (struct trail){{row}, sheet};
        TRY(gather(reading, row, &trail, &places, native));
    }
    return OK;
}
