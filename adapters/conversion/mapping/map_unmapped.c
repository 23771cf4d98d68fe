/* See map.h: what the profile names nowhere goes into native[] as (path, value), so that nothing of an export is lost.
 * A place is known by its path from the document, so every repetition of a mapped element counts as mapped. */
#include "adapters/conversion/mapping/map.h"

/* of a name; first of the places below it, next beside it: 0: none */
struct mapped_place {
    uint32_t number, first, next;
    bool mapped;
};
/* top: by number, the place where a path begins; 0: none does */
struct mapped_places {
    struct mapped_place *at;
    uint32_t count, *top, top_count;
};

static uint32_t place_below(const struct mapped_places *places, uint32_t from, uint32_t number) {
    uint32_t at = number ? places->at[from].first : 0;
    while (at && places->at[at].number != number) at = places->at[at].next;
    return at;
}

/* record, group, field: one path after the other */
static void place_add(struct mapped_places *places, const struct native_path *first, const struct native_path *second,
                      const struct native_path *third) {
    const struct native_path *parts[] = {first, second, third};
    size_t from = 0;
    uint32_t at = 0;
    for (size_t i = 1; i < 3; i++) from = parts[i] && parts[i]->absolute ? i : from;
    for (size_t i = from; i < 3; i++) {
        for (size_t k = 0; parts[i] && k < parts[i]->count; k++) {
            uint32_t below = place_below(places, at, parts[i]->numbers[k]);
            if (!below) {
                below = places->count++;
                places->at[below] = (struct mapped_place){.number = parts[i]->numbers[k], .next = places->at[at].first};
                places->at[at].first = below;
            }
            at = below;
        }
    }
    places->at[at].mapped = true;
}

static size_t names_of(const struct profile *p, const struct mapped_message *m) {
    size_t room = 1 + p->key.count, record = p->record.count;
    for (size_t i = 0; i < m->when_count; i++) room += record + m->when[i].at.count;
    for (size_t i = 0; i < m->constant_count; i++) room += record + m->constants[i].at.count;
    for (size_t i = 0; i < m->field_count; i++) room += record + m->fields[i].at.count;
    for (size_t i = 0; i < m->fact_count; i++) room += record + m->facts[i].at.count;
    for (size_t i = 0; i < m->group_count; i++) {
        const struct mapped_group *group = &m->groups[i];
        room += group->at.count + p->key.count;
        for (size_t k = 0; k < group->field_count; k++) room += record + group->at.count + group->fields[k].at.count;
    }
    return room;
}

const struct mapped_places *mapped_places_of(const struct profile *profile, const struct mapped_message *m,
                                             struct arena *arena) {
    const bool rows = format_has_rows(&profile->format);
    const struct native_path *record = rows ? NULL : &profile->record;
    struct mapped_places *places = arena_alloc(arena, sizeof *places);
    *places = (struct mapped_places){.at = arena_array(arena, names_of(profile, m), sizeof *places->at), .count = 1};
    for (size_t i = 0; i < m->when_count; i++) place_add(places, record, &m->when[i].at, NULL);
    for (size_t i = 0; i < m->constant_count; i++) place_add(places, record, &m->constants[i].at, NULL);
    for (size_t i = 0; i < m->field_count; i++) {
        if (m->fields[i].placed) place_add(places, record, &m->fields[i].at, NULL);
    }
    for (size_t i = 0; i < m->fact_count; i++) place_add(places, record, &m->facts[i].at, NULL);
    for (size_t i = 0; i < m->group_count; i++) {
        const struct mapped_group *group = &m->groups[i];
        if (rows && group->placed && profile->has_key) place_add(places, NULL, &group->at, &profile->key);
        for (size_t k = 0; k < group->field_count; k++) {
            if (group->fields[k].placed)
                place_add(places, record, group->placed ? &group->at : NULL, &group->fields[k].at);
        }
    }
    places->top_count = numbering_count(profile->numbering) + 1;
    places->top = arena_array(arena, places->top_count, sizeof *places->top);
    for (uint32_t at = places->at[0].first; at; at = places->at[at].next) places->top[places->at[at].number] = at;
    return places;
}

#define NOWHERE UINT32_MAX /* below what no path begins with */
/* The way from the document to a node. */
struct trail {
    const struct node *at[FORMAT_MAX_DEPTH + 2];
    size_t count;
};

static bool is_record(const struct map_reading *reading, const struct node *node) {
    return reading->record.base_count == 1 && reading->record.bases[0] == node;
}

/* From the record where it lies within, else from the document, `/文书/页[2]`. */
static const char *name_of(const struct map_reading *reading, const struct trail *trail) {
    const char *name = "";
    bool inside = is_record(reading, reading->record.root);
    for (size_t i = 0; i < trail->count; i++) {
        const struct node *node = trail->at[i];
        size_t nth = 1;
        for (const struct node *one = node_child(node->parent, node->name); one && one != node; one = node_again(one))
            nth++;
        const char *index = nth > 1 || node_again(node) ? arena_printf(reading->arena, "[%zu]", nth) : "";
        name = arena_printf(reading->arena, "%s%s%.*s%s", name, i && *name ? "/" : "", BYTES_FMT(node->name), index);
        if (!is_record(reading, node)) continue;
        inside = true;
        name = "";
    }
    if (!*name) name = ".";
    return reading->rows || inside ? name : arena_printf(reading->arena, "/%s", name);
}

#define UNMAPPED_MAX 5000u /* far above any form; keeps the comparison of rows cheap */

static enum outcome keep(const struct map_reading *reading, const struct trail *trail, struct bytes text,
                         struct map_group *native) {
    const struct node *node = trail->at[trail->count - 1];
    const struct value name = {.field = canonical_find("name", GROUP_NATIVE),
                               .text = bytes_of_cstr(name_of(reading, trail))};
    const struct value value = {.field = canonical_find("value", GROUP_NATIVE), .text = text};
    struct map_item item = {0};
    map_add(&item, &name, reading->arena);
    map_add(&item, &value, reading->arena);
    for (size_t i = 0; reading->rows && i < native->count; i++) {
        if (map_equal(&native->items[i], &item)) return OK; /* the same in every row of the case */
    }
    if (native->count == UNMAPPED_MAX) {
        fault_set(reading->fault, REFUSE, "TOO_MANY", "more than %u fields that the profile does not name",
                  UNMAPPED_MAX);
        (void)fault_place(reading->fault, arena_cstr(reading->arena, name.text), node->line, node->column);
        return REFUSE;
    }
    *map_append(native, reading->arena) = item;
    return OK;
}

/* Depth is bounded by FORMAT_MAX_DEPTH. place: of `from`. */
static enum outcome gather(const struct map_reading *reading, const struct node *from, uint32_t place,
                           struct trail *trail, struct map_group *native) {
    const struct mapped_places *places = reading->message->places;
    const struct node *before = NULL;
    uint32_t at = NOWHERE;
    INVARIANT(trail->count < FORMAT_MAX_DEPTH + 2);
    for (const struct node *node = from->first; node; before = node, node = node->next) {
        if (!before || before->number != node->number) {
            bool top = place == 0 && node->number < places->top_count;
            at = top ? places->top[node->number] : place == NOWHERE ? 0 : place_below(places, place, node->number);
            if (!at) at = NOWHERE;
        }
        if (!node->first && !node->text.count) continue;
        struct bytes text = scalar_trim(node->text);
        if (!node->first && (!text.count || (at != NOWHERE && places->at[at].mapped))) continue;
        trail->at[trail->count++] = node;
        if (text.count && (at == NOWHERE || !places->at[at].mapped)) TRY(keep(reading, trail, text, native));
        if (node->first) TRY(gather(reading, node, at, trail, native));
        trail->count--;
    }
    return OK;
}

enum outcome map_read_unmapped(const struct map_reading *reading, struct map_group *native) {
    struct trail *trail = arena_alloc(reading->arena, sizeof *trail);
    if (!reading->rows) return gather(reading, reading->record.root, 0, trail, native);
    for (const struct node *row = reading->record.root->first; row; row = row->next) {
        uint32_t place = 0;
        trail->count = 0;
        if (!bytes_equal(row->name, NODE_ROW)) { /* of a further sheet, whose name is the first of the path */
            place = place_below(reading->message->places, 0, row->number);
            trail->at[trail->count++] = row;
        }
        TRY(gather(reading, row, place || !trail->count ? place : NOWHERE, trail, native));
    }
    return OK;
}
