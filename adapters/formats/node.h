/* 原生文件 as a tree, whatever it was written in: one shape between the formats (csv.c, xml.c, json.c …) and the
 * mapping. All text is UTF-8 without the byte order mark and untrimmed; encodings are the formats' affair. Memory:
 * everything lives in the arena; a read tree may borrow from the arena's copy of the file. Threads: any. No I/O. CSV:
 * the root's children are the rows (name "row"), a row's children the cells, named by the header, in its order; an
 * empty cell is a node with empty text. Fixed width, DBF and XLSX likewise; JSON lines: each line is a row, an object
 * in it as in JSON. XLSX: a further sheet's rows are children of the root named by the sheet. XML: the root is the root
 * element; attributes are children named "@name", before elements; an element with text has `scalar`. JSON: the root is
 * the outermost value; an array is repeated children of one name (an empty array is no child; an array inside an array
 * is refused); null is an absent child. */
#ifndef ECOCASE_ADAPTERS_FORMATS_NODE_H
#define ECOCASE_ADAPTERS_FORMATS_NODE_H
#include "base/arena.h"

struct node {
    struct bytes name, text;
    /* has a value of its own (json text/number/boolean, xml element without element children, cell) */
    bool scalar;
    bool bare;             /* json: number or boolean, read and written without quotes */
    bool many;             /* json, writing: an array even if it is alone; reading: was in an array */
    bool regular;          /* csv, reading: this is the node of a struct node_row */
    uint32_t line, column; /* where the value begins, 1-based, column in characters; 0: made by us */
    uint32_t number;       /* of the name in format->numbering; 0: it has none */
    struct node *first, *last, *next, *parent;
};
/* A row whose cells lie side by side, in the header's order. */
struct node_row {
    struct node node;
    const uint32_t *columns; /* by number of the name: the column, counted from 1; 0: none */
};
#define NODE_ROW BYTES_LITERAL("row") /* name of a row */
/* A name as it was written, without the blanks before and behind it and without what is invisible within it
 * (base/blank.h). Every reader's names go through here, as every value is trimmed: a column that ends in a blank is the
 * column it shows. */
struct bytes node_name(struct bytes written, struct arena *arena);
/* A value stands here, not only what is below it; attributes of XML do not count. */
bool node_is_text(const struct node *node);
/* A new last child (arena-owned; name and text are borrowed). */
struct node *node_add(struct node *parent, struct bytes name, struct arena *arena);
/* Puts a node that has memory of its own there. */
void node_seat(struct node *parent, struct node *node, struct bytes name);
/* "C5": how a spreadsheet calls row 5, column 3. */
#define NODE_CELL 24
void node_cell_name(uint32_t row, uint32_t column, char ret_name[NODE_CELL]);
/* First child of that name, NULL if none; node_again: the next sibling of the same name. */
const struct node *node_child(const struct node *parent, struct bytes name);
const struct node *node_again(const struct node *node);
/* The same by the name's number in format->numbering, not 0: in a file that was read. */
const struct node *node_numbered(const struct node *parent, uint32_t number);
const struct node *node_numbered_again(const struct node *node);
#endif
