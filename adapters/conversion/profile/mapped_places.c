/* All native places that a message names, as a tree of numbered names. */
#include "adapters/conversion/profile/mapped.h"

uint32_t mapped_places_below(const struct mapped_places *places, uint32_t from, uint32_t number) {
    uint32_t at = number ? places->at[from].first : 0;
    while (at && places->at[at].number != number) at = places->at[at].next;
    return at;
}

/* record, group, field: one path after the other */
static void place_add(struct mapped_places *places, const struct native_path *first, const struct native_path *second,
                      const struct native_path *third, enum mapped_closed closed) {
    const struct native_path *parts[] = {first, second, third};
    size_t from = 0;
    uint32_t at = 0;
    for (size_t i = 1; i < 3; i++) from = parts[i] && parts[i]->absolute ? i : from;
    for (size_t i = from; i < 3; i++) {
        for (size_t k = 0; parts[i] && k < parts[i]->count; k++) {
            uint32_t below = mapped_places_below(places, at, parts[i]->numbers[k]);
            if (!below) {
                below = places->count++;
                places->at[below] = (struct mapped_place){.number = parts[i]->numbers[k], .next = places->at[at].first};
                places->at[at].first = below;
            }
            at = below;
        }
    }
    /* named twice: open if one of them is, for then it leaves anyway */
    if (places->at[at].mapped && closed != places->at[at].closed) closed = MAPPED_OPEN;
    places->at[at].mapped = true;
    places->at[at].closed = closed;
}

static enum mapped_closed closed_of(const struct profile *p, const struct canonical_field *field) {
    for (size_t i = 0; i < p->withheld_count; i++) {
        const struct withheld *one = &p->withheld[i];
        if (one->group == field->group && (!one->field || one->field == field)) return MAPPED_WITHHELD;
    }
    return strncmp(field->path, "reporter.", 9) == 0 ? MAPPED_REPORTER : MAPPED_OPEN;
}

/* What holds nothing but closed places is closed too. */
static void close_around(struct mapped_places *places, uint32_t at) {
    enum mapped_closed closed = places->at[at].mapped ? places->at[at].closed : MAPPED_WITHHELD;
    for (uint32_t below = places->at[at].first; below; below = places->at[below].next) {
        close_around(places, below);
        if (places->at[below].closed < closed) closed = places->at[below].closed;
    }
    places->at[at].closed = closed;
}

static size_t names_of(const struct profile *p, const struct mapped_message *m) {
    size_t capacity = 1 + p->key.count, record = p->record.count;
    for (size_t i = 0; i < m->when_count; i++) capacity += record + m->when[i].at.count;
    for (size_t i = 0; i < m->constant_count; i++) capacity += record + m->constants[i].at.count;
    for (size_t i = 0; i < m->field_count; i++) capacity += record + m->fields[i].at.count;
    for (size_t i = 0; i < m->fact_count; i++) capacity += record + m->facts[i].at.count;
    for (size_t i = 0; i < m->group_count; i++) {
        const struct mapped_group *group = &m->groups[i];
        capacity += group->at.count + p->key.count;
        for (size_t k = 0; k < group->field_count; k++)
            capacity += record + group->at.count + group->fields[k].at.count;
    }
    return capacity;
}

const struct mapped_places *mapped_places_of(const struct profile *profile, const struct mapped_message *m,
                                             struct arena *arena) {
    const bool rows = format_has_rows(&profile->format);
    const struct native_path *record = rows ? NULL : &profile->record;
    struct mapped_places *places = arena_alloc(arena, sizeof *places);
    *places = (struct mapped_places){.at = arena_array(arena, names_of(profile, m), sizeof *places->at), .count = 1};
    for (size_t i = 0; i < m->when_count; i++) place_add(places, record, &m->when[i].at, NULL, MAPPED_OPEN);
    for (size_t i = 0; i < m->constant_count; i++) place_add(places, record, &m->constants[i].at, NULL, MAPPED_OPEN);
    for (size_t i = 0; i < m->field_count; i++) {
        if (m->fields[i].placed)
            place_add(places, record, &m->fields[i].at, NULL, closed_of(profile, m->fields[i].canonical));
    }
    for (size_t i = 0; i < m->fact_count; i++) place_add(places, record, &m->facts[i].at, NULL, MAPPED_OPEN);
    for (size_t i = 0; i < m->group_count; i++) {
        const struct mapped_group *group = &m->groups[i];
        if (rows && group->placed && profile->has_key) place_add(places, NULL, &group->at, &profile->key, MAPPED_OPEN);
        for (size_t k = 0; k < group->field_count; k++) {
            if (group->fields[k].placed)
                place_add(places, record, group->placed ? &group->at : NULL, &group->fields[k].at,
                          closed_of(profile, group->fields[k].canonical));
        }
    }
    close_around(places, 0);
    places->top_count = numbering_count(profile->numbering) + 1;
    places->top = arena_array(arena, places->top_count, sizeof *places->top);
    for (uint32_t at = places->at[0].first; at; at = places->at[at].next) places->top[places->at[at].number] = at;
    return places;
}
