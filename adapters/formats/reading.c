/* One reading of one file: its places, its nodes counted, its refusals. */
#include "adapters/formats/reading_inside.h"

void place_move(struct place *place, struct bytes text, size_t offset) {
    if (!place->line || offset < place->offset) *place = (struct place){.line = 1, .column = 1};
    if (!text.count) return;
    const uint8_t *at = text.at + place->offset, *end = text.at + (offset < text.count ? offset : text.count);
    uint32_t line = place->line, column = place->column;
    for (; at < end; at++) {
        column += (*at & 0xc0) != 0x80;
        if (*at == '\n') line++, column = 1;
    }
    *place = (struct place){(size_t)(at - text.at), line, column};
}

void reading_place(struct format_reading *r, struct node *node, size_t offset) {
    place_move(&r->place, r->text, offset);
    node->line = r->place.line;
    node->column = r->place.column;
}

enum outcome reading_at(struct format_reading *r, size_t offset) {
    place_move(&r->place, r->text, offset);
    fault_place(r->fault, NULL, r->place.line, r->place.column);
    return REFUSE;
}

enum outcome reading_seat(struct format_reading *r, struct node *parent, struct node *node, struct bytes name,
                          size_t offset) {
    TRY(arena_check(r->arena, r->fault));
    if (r->nodes == FORMAT_MAX_NODES)
        return reading_refuse(r, offset, "TOO_MANY", "more than %u values in one file: send the cases one by one",
                              FORMAT_MAX_NODES);
    r->nodes++;
    node_seat(parent, node, name);
    reading_place(r, node, offset);
    return OK;
}
enum outcome reading_node(struct format_reading *r, struct node *parent, struct bytes name, size_t offset,
                          struct node **ret) {
    struct node *node = arena_alloc(r->arena, sizeof *node);
    TRY(reading_seat(r, parent, node, name, offset));
    node->number = numbering_find(r->format->numbering, name);
    *ret = node;
    return OK;
}
