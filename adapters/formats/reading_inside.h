/* One reading of one file, between format.c and the formats. Job: count nodes, know places, refuse with them. Memory:
 * the arena. Threads: a reading belongs to one. The format's text is UTF-8 already (encoding.c), without byte order
 * mark and NUL. Failures: as format.h says. */
#ifndef ECOCASE_ADAPTERS_FORMATS_READING_INSIDE_H
#define ECOCASE_ADAPTERS_FORMATS_READING_INSIDE_H
#include "adapters/formats/format.h"

struct place {
    size_t offset;
    uint32_t line, column;
};
/* Moves to that offset of the text; backwards by counting anew. Columns count characters. */
void place_move(struct place *place, struct bytes text, size_t offset);

struct format_reading {
    const struct format *format;
    /* file: as it came, for dbf and xlsx, which are no text, and for widths in bytes */
    struct bytes text, file;
    struct arena *arena;
    struct fault *fault;
    struct place place;
    uint32_t nodes;
};
/* A new last child of `parent` (NULL: the root) whose value begins at `offset`; REFUSE TOO_MANY. */
MUST_USE enum outcome reading_node(struct format_reading *r, struct node *parent, struct bytes name, size_t offset,
                                   struct node **ret);
/* The same in memory that the format has for it; its number is the format's to give. */
MUST_USE enum outcome reading_seat(struct format_reading *r, struct node *parent, struct node *node, struct bytes name,
                                   size_t offset);
/* The node's value begins at `offset`. */
void reading_place(struct format_reading *r, struct node *node, size_t offset);
/* Adds the place of `offset` to the fault just set; answers REFUSE. */
enum outcome reading_at(struct format_reading *r, size_t offset);
#define reading_refuse(r, offset, code, ...) \
    fault_as((fault_as(fault_set((r)->fault, REFUSE, code, __VA_ARGS__), REFUSE), reading_at(r, offset)), REFUSE)
#endif
