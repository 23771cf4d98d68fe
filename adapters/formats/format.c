/* See format.h: the tree, and which format reads and writes it. */
#include "adapters/formats/disguise.h"
#include "adapters/formats/reading_inside.h"
#include <stdio.h>

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

static void seat(struct node *parent, struct node *node, struct bytes name) {
    node->name = name;
    node->parent = parent;
    if (!parent) return;
    if (parent->last) parent->last->next = node;
    else parent->first = node;
    parent->last = node;
}
struct node *node_add(struct node *parent, struct bytes name, struct arena *arena) {
    struct node *node = arena_alloc(arena, sizeof *node);
    seat(parent, node, name);
    return node;
}

enum outcome reading_seat(struct format_reading *r, struct node *parent, struct node *node, struct bytes name,
                          size_t offset) {
    if (r->nodes == FORMAT_MAX_NODES)
        return reading_refuse(r, offset, "TOO_MANY", "more than %u values in one file: send the cases one by one",
                              FORMAT_MAX_NODES);
    r->nodes++;
    seat(parent, node, name);
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

void node_cell_name(uint32_t row, uint32_t column, char ret_name[NODE_CELL]) {
    char letters[8];
    size_t count = 0;
    for (; column && count < sizeof letters; column = (column - 1) / 26)
        letters[count++] = (char)('A' + (column - 1) % 26);
    for (size_t i = 0; i < count; i++) ret_name[i] = letters[count - 1 - i];
    snprintf(ret_name + count, NODE_CELL - count, "%u", row);
}

static const struct node *named(const struct node *node, struct bytes name) {
    while (node && !bytes_equal(node->name, name)) node = node->next;
    return node;
}
const struct node *node_child(const struct node *parent, struct bytes name) { return named(parent->first, name); }
const struct node *node_again(const struct node *node) { return named(node->next, node->name); }

static const struct node *numbered(const struct node *node, uint32_t number) {
    while (node && node->number != number) node = node->next;
    return node;
}
const struct node *node_numbered(const struct node *parent, uint32_t number) {
    if (!parent->regular) return numbered(parent->first, number);
    uint32_t column = ((const struct node_row *)(const void *)parent)->columns[number];
    return column ? parent->first + (column - 1) : NULL;
}
const struct node *node_numbered_again(const struct node *node) {
    return node->parent->regular ? NULL : numbered(node->next, node->number);
}

/* No text: the format itself decodes what its cells hold. */
static bool binary(const struct format *format) { return format->kind == FORMAT_DBF || format->kind == FORMAT_XLSX; }

enum outcome format_read(const struct format *format, struct bytes file, struct arena *arena, struct node **ret,
                         struct fault *fault) {
    if (file.count > FORMAT_MAX_BYTES) {
        fault_set(fault, REFUSE, "TOO_LARGE", "%zu bytes; a case file may have %u", file.count, FORMAT_MAX_BYTES);
        fault_place(fault, NULL, 1, 1);
        return REFUSE;
    }
    const char *is = disguise_of(file, format->kind);
    if (is) {
        fault_set(fault, REFUSE, "FILE_KIND", "%s", is);
        return fault_as(fault_place(fault, NULL, 1, 1), REFUSE);
    }
    struct format_reading r = {.format = format, .file = file, .arena = arena, .fault = fault};
    if (!binary(format)) TRY(encoding_decode(format, file, arena, &r.text, fault));
    switch (format->kind) {
    case FORMAT_CSV: return csv_read(&r, ret);
    case FORMAT_FIXED: return fixed_read(&r, ret);
    case FORMAT_XML: return xml_read(&r, ret);
    case FORMAT_JSONL: return jsonl_read(&r, ret);
    case FORMAT_DBF: return dbf_read(&r, ret);
    case FORMAT_XLSX: return xlsx_read(&r, ret);
    case FORMAT_JSON:
    default: return json_read(&r, ret);
    }
}

static enum outcome write_text(const struct format *format, const struct node *root, struct buffer *into,
                               struct fault *fault) {
    switch (format->kind) {
    case FORMAT_CSV: return csv_write(format, root, into, fault);
    case FORMAT_FIXED: return fixed_write(format, root, into, fault);
    case FORMAT_XML: return xml_write(format, root, into, fault);
    case FORMAT_JSONL: return jsonl_write(root, into, fault);
    case FORMAT_DBF: return dbf_write(format, root, into, fault);
    case FORMAT_XLSX: return xlsx_write(format, root, into, fault);
    case FORMAT_JSON:
    default: return json_write(root, into, fault);
    }
}

enum outcome format_write(const struct format *format, const struct node *root, struct buffer *into,
                          struct fault *fault) {
    if (binary(format)) return write_text(format, root, into, fault);
    AUTO(buffer_free) struct buffer text;
    /* UTF-8 may be longer than GB18030, never twice */
    buffer_init(&text, into->most > SIZE_MAX / 2 ? into->most : into->most * 2);
    TRY(write_text(format, root, &text, fault));
    size_t from = into->count;
    TRY(encoding_encode(format, buffer_view(&text), into, fault));
    if (!encoding_doubtful(format, bytes_of(into->at + from, into->count - from))) return OK;
    into->count = from; /* once more, behind the mark that leaves no doubt */
    TRY(buffer_add(into, encoding_gb18030_mark(), fault));
    return encoding_encode(format, buffer_view(&text), into, fault);
}

enum outcome format_to_text(const struct format *format, struct bytes file, struct arena *arena, struct bytes *ret,
                            struct fault *fault) {
    return encoding_decode(format, file, arena, ret, fault);
}
enum outcome format_from_text(const struct format *format, struct bytes text, struct buffer *into,
                              struct fault *fault) {
    return encoding_encode(format, text, into, fault);
}
