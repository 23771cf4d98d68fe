/* What the profile names nowhere goes into native[] as (path, value), so that nothing of an export is lost; what stands
 * among the fields of who reported goes with them, sealed, as a note; among what is withheld, nowhere.
 * A place is known by its path from the document, so every repetition of a mapped element counts as mapped. */
#include "adapters/conversion/mapping/map.h"
#include <string.h>

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
        if (arena_check(reading->arena, NULL) != OK) return ""; /* a name may be as long as the file */
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

struct gathering {
    const struct map_reading *reading;
    struct trail *trail;
    struct map_record *into;
};

/* "举报人/手机: 139…", behind what the note says already. */
static enum outcome note(const struct gathering *g, struct bytes text) {
    const struct canonical_field *field = canonical_find("reporter.note", GROUP_NONE);
    struct map_item *own = &g->into->own;
    TRY(arena_check(g->reading->arena, g->reading->fault));
    const char *before = arena_cstr(g->reading->arena, map_text(own, "reporter.note")),
               *more = arena_printf(g->reading->arena, "%s: %.*s", name_of(g->reading, g->trail), BYTES_FMT(text));
    if (strstr(before, more)) return OK; /* the same in every row of the case */
    const char *said = *before ? arena_printf(g->reading->arena, "%s；%s", before, more) : more;
    for (size_t i = 0; i < own->count; i++) {
        if (own->values[i].field != field) continue;
        own->values[i].text = bytes_of_cstr(said);
        return OK;
    }
    map_add(own, &(struct value){.field = field, .text = bytes_of_cstr(said)}, g->reading->arena);
    return OK;
}

static enum outcome keep(const struct map_reading *reading, const struct trail *trail, struct bytes text,
                         struct map_group *native) {
    const struct node *node = trail->at[trail->count - 1];
    TRY(arena_check(reading->arena, reading->fault));
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

static enum outcome take(const struct gathering *g, struct bytes text, enum mapped_closed closed) {
    if (closed == MAPPED_OPEN) return keep(g->reading, g->trail, text, &g->into->groups[GROUP_NATIVE]);
    return closed == MAPPED_REPORTER ? note(g, text) : OK;
}

/* Depth is bounded by FORMAT_MAX_DEPTH. place, closed: of `from`. */
static enum outcome gather(const struct gathering *g, const struct node *from, uint32_t place,
                           enum mapped_closed around) {
    const struct mapped_places *places = g->reading->message->places;
    struct trail *trail = g->trail;
    const struct node *before = NULL;
    uint32_t at = NOWHERE;
    INVARIANT(trail->count < FORMAT_MAX_DEPTH + 2);
    for (const struct node *node = from->first; node; before = node, node = node->next) {
        if (!before || before->number != node->number) {
            bool top = place == 0 && node->number < places->top_count;
            at = top                ? places->top[node->number]
                 : place == NOWHERE ? 0
                                    : mapped_places_below(places, place, node->number);
            if (!at) at = NOWHERE;
        }
        if (!node->first && !node->text.count) continue;
        struct bytes text = scalar_trim(node->text);
        if (!node->first && (!text.count || (at != NOWHERE && places->at[at].mapped))) continue;
        enum mapped_closed closed = at == NOWHERE ? around : places->at[at].closed;
        trail->at[trail->count++] = node;
        if (text.count && (at == NOWHERE || !places->at[at].mapped)) TRY(take(g, text, closed));
        if (node->first) TRY(gather(g, node, at, closed));
        trail->count--;
    }
    return OK;
}

enum outcome map_read_unmapped(const struct map_reading *reading, struct map_record *into) {
    const struct mapped_places *places = reading->message->places;
    struct trail *trail = arena_alloc(reading->arena, sizeof *trail);
    const struct gathering g = {reading, trail, into};
    if (!reading->rows) return gather(&g, reading->record.root, 0, MAPPED_OPEN);
    for (const struct node *row = reading->record.root->first; row; row = row->next) {
        uint32_t place = 0;
        trail->count = 0;
        if (!bytes_equal(row->name, NODE_ROW)) { /* of a further sheet, whose name is the first of the path */
            place = mapped_places_below(places, 0, row->number);
            trail->at[trail->count++] = row;
        }
        TRY(gather(&g, row, place || !trail->count ? place : NOWHERE, place ? places->at[place].closed : MAPPED_OPEN));
    }
    return OK;
}
