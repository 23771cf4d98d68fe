/* Compiles an Avro schema into a walk_program (see walk_program.h). Runs once a schema, at start. */
#include "wire/walk_program.h"
#include <stdio.h>
#include <stdlib.h>

struct compiling {
    struct walk_program *program;
    const char *const *paths;
    size_t path_count;
    uint64_t found;
    struct fault *fault;
};

static uint32_t node_add(struct walk_program *p) {
    if (p->node_count == p->node_room) {
        p->node_room = p->node_room ? p->node_room * 2 : 64;
        p->nodes = realloc(p->nodes, p->node_room * sizeof *p->nodes);
        INVARIANT(p->nodes);
    }
    p->nodes[p->node_count] = (struct walk_node){.wanted = -1};
    return (uint32_t)p->node_count++;
}

static uint32_t children_add(struct walk_program *p, size_t count) {
    while (p->child_count + count > p->child_room) {
        p->child_room = p->child_room ? p->child_room * 2 : 64;
        p->children = realloc(p->children, p->child_room * sizeof *p->children);
        INVARIANT(p->children);
    }
    uint32_t first = (uint32_t)p->child_count;
    p->child_count += count;
    return first;
}

static enum outcome compile(struct compiling *c, avro_schema_t schema, const char *path, uint32_t *ret);

static enum outcome compile_record(struct compiling *c, avro_schema_t schema, const char *path, uint32_t at) {
    size_t count = avro_schema_record_size(schema);
    uint32_t first = children_add(c->program, count);
    c->program->nodes[at].size = (uint32_t)count;
    c->program->nodes[at].first = first;
    for (size_t i = 0; i < count; i++) {
        char below[160];
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", avro_schema_record_field_name(schema, (int)i));
        uint32_t child;
        TRY(compile(c, avro_schema_record_field_get_by_index(schema, (int)i), below, &child));
        c->program->children[first + i] = child;
    }
    return OK;
}

static enum outcome compile_union(struct compiling *c, avro_schema_t schema, const char *path, uint32_t at) {
    size_t count = avro_schema_union_size(schema);
    uint32_t first = children_add(c->program, count);
    c->program->nodes[at].size = (uint32_t)count;
    c->program->nodes[at].first = first;
    int16_t wanted = c->program->nodes[at].wanted;
    for (size_t i = 0; i < count; i++) {
        uint32_t child;
        TRY(compile(c, avro_schema_union_branch(schema, (int)i), path, &child));
        /* the branch's value answers for the union */
        if (child > at) c->program->nodes[child].wanted = wanted;
        c->program->children[first + i] = child;
    }
    return OK;
}

static enum node_kind kind_of(avro_schema_t schema) {
    switch (avro_typeof(schema)) {
    case AVRO_NULL: return NODE_NULL;
    case AVRO_BOOLEAN: return NODE_BOOLEAN;
    case AVRO_INT32: return NODE_INT;
    case AVRO_INT64: return NODE_LONG;
    case AVRO_FLOAT: return NODE_FLOAT;
    case AVRO_DOUBLE: return NODE_DOUBLE;
    case AVRO_BYTES: return NODE_BYTES;
    case AVRO_STRING: return NODE_STRING;
    case AVRO_FIXED: return NODE_FIXED;
    case AVRO_ENUM: return NODE_ENUM;
    case AVRO_ARRAY: return NODE_ARRAY;
    case AVRO_MAP: return NODE_MAP;
    case AVRO_UNION: return NODE_UNION;
    case AVRO_RECORD:
    case AVRO_LINK:
    default: return NODE_RECORD;
    }
}

static enum outcome compile(struct compiling *c, avro_schema_t schema, const char *path, uint32_t *ret) {
    struct walk_program *p = c->program;
    if (avro_typeof(schema) == AVRO_LINK) {
        avro_schema_t target = avro_schema_link_target(schema);
        for (size_t i = 0; i < p->named_count; i++) {
            if (p->named[i].schema == target) {
                *ret = p->named[i].node;
                return OK;
            }
        }
        /* nodes of its own, so that its fields have paths and places of their own */
        return compile(c, target, path, ret);
    }
    uint32_t at = node_add(p);
    *ret = at;
    enum node_kind kind = kind_of(schema);
    p->nodes[at].kind = (uint8_t)kind;
    p->nodes[at].path = strdup(path);
    for (size_t i = 0; i < c->path_count; i++) {
        if (!(c->found & UINT64_C(1) << i) && strcmp(c->paths[i] + (c->paths[i][0] == '?'), path) == 0) {
            p->nodes[at].wanted = (int16_t)i;
            c->found |= UINT64_C(1) << i;
        }
    }
    if (kind == NODE_FIXED) p->nodes[at].size = (uint32_t)avro_schema_fixed_size(schema);
    if (kind == NODE_ENUM) p->nodes[at].size = (uint32_t)avro_schema_enum_number_of_symbols(schema);
    if (kind == NODE_RECORD) {
        INVARIANT(p->named_count < 64);
        p->named[p->named_count].schema = schema;
        p->named[p->named_count++].node = at;
        TRY(compile_record(c, schema, path, at));
        p->named_count--;
        return OK;
    }
    if (kind == NODE_UNION) return compile_union(c, schema, path, at);
    if (kind == NODE_ARRAY || kind == NODE_MAP) {
        char below[160];
        uint32_t child;
        snprintf(below, sizeof below, "%s[]", path);
        TRY(compile(c, kind == NODE_ARRAY ? avro_schema_array_items(schema) : avro_schema_map_values(schema), below,
                    &child));
        p->nodes[at].first = child;
    }
    return OK;
}

enum outcome walk_program_new(avro_schema_t schema, const char *const *paths, size_t count, struct walk_program **ret,
                              struct fault *fault) {
    INVARIANT(count < 64);
    struct walk_program *program = calloc(1, sizeof *program);
    INVARIANT(program);
    program->wanted_count = count;
    struct compiling c = {.program = program, .paths = paths, .path_count = count, .fault = fault};
    uint32_t root;
    enum outcome compiled = compile(&c, schema, "", &root);
    for (size_t i = 0; compiled == OK && i < count; i++) {
        if (!(c.found & UINT64_C(1) << i) && paths[i][0] != '?')
            compiled = fault_set(fault, FATAL, "INTERNAL", "no field \"%s\" in the schema", paths[i]);
    }
    if (compiled != OK) {
        walk_program_free(program);
        return compiled;
    }
    *ret = program;
    return OK;
}

void walk_program_free(struct walk_program *program) {
    if (!program) return;
    for (size_t i = 0; i < program->node_count; i++) {
        union {
            const char *borrowed;
            char *owned;
        } path = {program->nodes[i].path};
        free(path.owned);
    }
    free(program->nodes);
    free(program->children);
    free(program);
}
