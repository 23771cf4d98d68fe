/* The tree: children added, found by name or by number, and a cell's name. */
#include "adapters/formats/node.h"
#include "base/blank.h"
#include <stdio.h>
#include <string.h>

void node_seat(struct node *parent, struct node *node, struct bytes name) {
    node->name = name;
    node->parent = parent;
    if (!parent) return;
    if (parent->last) parent->last->next = node;
    else parent->first = node;
    parent->last = node;
}
struct bytes node_name(struct bytes written, struct arena *arena) {
    struct bytes name = blank_trim(written);
    size_t at = 0, count = 0;
    while (at < name.count && !invisible_at(name, at)) at++;
    if (at == name.count) return name;
    uint8_t *seen = arena_alloc(arena, name.count);
    for (at = 0; at < name.count;) {
        size_t unseen = invisible_at(name, at);
        if (!unseen) seen[count++] = name.at[at];
        at += unseen ? unseen : 1;
    }
    return bytes_of(seen, count);
}

bool node_is_text(const struct node *node) {
    for (const struct node *child = node->first; child; child = child->next) {
        if (!child->name.count || child->name.at[0] != '@') return false;
    }
    return true;
}

struct node *node_add(struct node *parent, struct bytes name, struct arena *arena) {
    struct node *node = arena_alloc(arena, sizeof *node);
    node_seat(parent, node, name);
    return node;
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
