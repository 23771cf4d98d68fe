/* Inside of wire/walk: the flat node program that a schema is compiled to. Not for others. */
#ifndef ECOCASE_WIRE_WALK_PROGRAM_H
#define ECOCASE_WIRE_WALK_PROGRAM_H
#include "wire/walk.h"

enum node_kind {
    NODE_NULL,
    NODE_BOOLEAN,
    NODE_INT,
    NODE_LONG,
    NODE_FLOAT,
    NODE_DOUBLE,
    NODE_BYTES,
    NODE_STRING,
    NODE_FIXED,
    NODE_ENUM,
    NODE_ARRAY,
    NODE_MAP,
    NODE_UNION,
    NODE_RECORD
};
struct walk_node {
    uint8_t kind;
    int16_t wanted;   /* index into ret_fields, -1: not wanted */
    uint32_t size;    /* fixed: bytes; enum: symbols; union: branches; record: fields */
    uint32_t first;   /* array/map: item node; union/record: index into children */
    const char *path; /* for faults */
};
struct walk_program {
    struct walk_node *nodes;
    size_t node_count, node_room;
    uint32_t *children;
    size_t child_count, child_room;
    size_t wanted_count;
    /* the records being compiled: a link to one is recursion */
    struct {
        avro_schema_t schema;
        uint32_t node;
    } named[64];
    size_t named_count;
};
#endif
