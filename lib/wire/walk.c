/* A walk over the bytes of a record, the hot path: one pass, no allocation. */
#include "base/limits.h"
#include "wire/walk_program.h"

struct walking {
    const struct walk_program *program;
    const uint8_t *at, *end;
    int64_t number; /* what read_long read; no local's address is taken on the hot path */
    uint32_t items;
    struct walk_field *fields;
    struct fault *fault;
};

#define BAD(code, node, text) fault_path(w, node, fault_set(w->fault, REFUSE, code, "%s at %s", text, (node)->path))

static enum outcome fault_path(struct walking *w, const struct walk_node *node, enum outcome what) {
    if (w->fault) fault_place(w->fault, node->path, 0, 0);
    return what;
}

static __attribute__((noinline)) enum outcome read_longer(struct walking *w, const struct walk_node *node) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (w->at == w->end) return BAD("AVRO_TRUNCATED", node, "ends inside a number");
        uint8_t byte = *w->at++;
        if (shift == 63 && byte > 1) return BAD("AVRO_VARINT", node, "a number of more than 64 bits");
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            w->number = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
            return OK;
        }
    }
    return BAD("AVRO_VARINT", node, "a number of more than 10 bytes");
}

/* Into w->number. Most numbers are lengths of one byte. */
static inline enum outcome read_long(struct walking *w, const struct walk_node *node) {
    if (w->at == w->end || *w->at & 0x80) return read_longer(w, node);
    int byte = *w->at++;
    w->number = (byte >> 1) ^ -(byte & 1);
    return OK;
}

static inline bool ascii8(const uint8_t *at) {
    uint64_t eight;
    memcpy(&eight, at, 8);
    return !(eight & UINT64_C(0x8080808080808080));
}

/* How many bytes the character at `at` has, 0 if it is none (RFC 3629: not overlong, no surrogate, at most U+10FFFF).
 */
static inline size_t character(const uint8_t *at, size_t rest) {
    uint8_t c = *at;
    if (c < 0x80) return 1;
    size_t count = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || rest < count) return 0;
    uint8_t low = 0x80, high = 0xbf;
    if (c == 0xe0) low = 0xa0;
    if (c == 0xed) high = 0x9f;
    if (c == 0xf0) low = 0x90;
    if (c == 0xf4) high = 0x8f;
    if (at[1] < low || at[1] > high) return 0;
    for (size_t i = 2; i < count; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    return count;
}

/* Quick over the two things our texts are made of: runs of ASCII, and of Chinese (U+1000..U+CFFF: no special cases). */
static bool utf8_valid(const uint8_t *at, size_t count) {
    const uint8_t *end = at + count;
    while (at < end) {
        while (end - at >= 8 && ascii8(at)) at += 8;
        if (end - at < 8 && count >= 8 && ascii8(end - 8)) return true;
        while (end - at >= 3 && at[0] >= 0xe1 && at[0] <= 0xec && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80)
            at += 3;
        if (at == end) return true;
        size_t step = character(at, (size_t)(end - at));
        if (step == 0) return false;
        at += step;
    }
    return true;
}

static inline void note(struct walking *w, const struct walk_node *node, struct bytes at, int64_t number, double real) {
    if (node->wanted < 0) return;
    w->fields[node->wanted] = (struct walk_field){.present = true, .at = at, .number = number, .real = real};
}

static enum outcome walk_node(struct walking *w, const struct walk_node *node, unsigned depth);

/* A length, then as many bytes: string and bytes. */
static inline enum outcome walk_raw(struct walking *w, const struct walk_node *node) {
    TRY(read_long(w, node));
    int64_t count = w->number;
    if (count < 0 || count > w->end - w->at) return BAD("AVRO_LENGTH", node, "a length beyond the end");
    const uint8_t *at = w->at;
    if (node->kind == NODE_STRING && !utf8_valid(at, (size_t)count)) return BAD("AVRO_UTF8", node, "not UTF-8");
    w->at += count;
    note(w, node, bytes_of(at, (size_t)count), count, 0);
    return OK;
}

static inline enum outcome walk_number(struct walking *w, const struct walk_node *node) {
    const uint8_t *start = w->at;
    TRY(read_long(w, node));
    if (node->kind == NODE_INT && (w->number < INT32_MIN || w->number > INT32_MAX))
        return BAD("AVRO_VARINT", node, "more than 32 bits");
    note(w, node, bytes_of(start, (size_t)(w->at - start)), w->number, 0);
    return OK;
}

static enum outcome walk_block(struct walking *w, const struct walk_node *node, int64_t count, unsigned depth) {
    const struct walk_node *item = &w->program->nodes[node->first];
    static const struct walk_node key = {.kind = NODE_STRING, .wanted = -1, .path = "map key"};
    for (int64_t i = 0; i < count; i++) {
        if (node->kind == NODE_MAP) TRY(walk_raw(w, &key));
        TRY(walk_node(w, item, depth + 1));
    }
    return OK;
}

static enum outcome walk_blocks(struct walking *w, const struct walk_node *node, unsigned depth) {
    const uint8_t *start = w->at;
    int64_t total = 0;
    for (;;) {
        TRY(read_long(w, node));
        int64_t count = w->number, size = -1;
        if (count == 0) break;
        if (count < 0) {
            if (count < -(int64_t)LIMIT_WALK_ITEMS) return BAD("AVRO_ITEMS", node, "too many items");
            count = -count;
            TRY(read_long(w, node));
            size = w->number;
            if (size < 0 || size > w->end - w->at) return BAD("AVRO_LENGTH", node, "a block size beyond the end");
        }
        if (count > (int64_t)LIMIT_WALK_ITEMS - w->items) return BAD("AVRO_ITEMS", node, "too many items");
        w->items += (uint32_t)count;
        total += count;
        const uint8_t *block = w->at;
        TRY(walk_block(w, node, count, depth));
        if (size >= 0 && w->at - block != size) return BAD("AVRO_LENGTH", node, "a block size that is not the block's");
    }
    note(w, node, bytes_of(start, (size_t)(w->at - start)), total, 0);
    return OK;
}

static enum outcome walk_fixed_size(struct walking *w, const struct walk_node *node, size_t count) {
    if ((size_t)(w->end - w->at) < count) return BAD("AVRO_TRUNCATED", node, "ends inside a value");
    double real = 0;
    if (node->kind == NODE_DOUBLE) memcpy(&real, w->at, 8);
    note(w, node, bytes_of(w->at, count), 0, real);
    w->at += count;
    return OK;
}

static enum outcome walk_record(struct walking *w, const struct walk_node *node, unsigned depth) {
    const uint8_t *start = w->at;
    const uint32_t *children = &w->program->children[node->first];
    for (uint32_t i = 0; i < node->size; i++) {
        const struct walk_node *child = &w->program->nodes[children[i]];
        /* most fields: without the dispatch */
        if (child->kind == NODE_STRING && depth < LIMIT_WALK_DEPTH) TRY(walk_raw(w, child));
        else TRY(walk_node(w, child, depth + 1));
    }
    note(w, node, bytes_of(start, (size_t)(w->at - start)), 0, 0);
    return OK;
}

static enum outcome walk_node(struct walking *w, const struct walk_node *node, unsigned depth) {
    if (depth > LIMIT_WALK_DEPTH) return BAD("AVRO_DEPTH", node, "nested too deeply");
    switch ((enum node_kind)node->kind) {
    case NODE_NULL: return OK;
    case NODE_BOOLEAN:
        if (w->at == w->end) return BAD("AVRO_TRUNCATED", node, "ends before a boolean");
        if (*w->at > 1) return BAD("AVRO_BOOLEAN", node, "a boolean other than 0 or 1");
        note(w, node, bytes_of(w->at, 1), *w->at, 0);
        w->at++;
        return OK;
    case NODE_INT:
    case NODE_LONG: return walk_number(w, node);
    case NODE_FLOAT: return walk_fixed_size(w, node, 4);
    case NODE_DOUBLE: return walk_fixed_size(w, node, 8);
    case NODE_FIXED: return walk_fixed_size(w, node, node->size);
    case NODE_BYTES:
    case NODE_STRING: return walk_raw(w, node);
    case NODE_ENUM:
        TRY(read_long(w, node));
        if (w->number < 0 || w->number >= node->size) return BAD("AVRO_ENUM", node, "an enum value out of range");
        note(w, node, BYTES_NONE, w->number, 0);
        return OK;
    case NODE_ARRAY:
    case NODE_MAP: return walk_blocks(w, node, depth);
    case NODE_UNION:
        TRY(read_long(w, node));
        if (w->number < 0 || w->number >= node->size) return BAD("AVRO_UNION", node, "a union branch out of range");
        node = &w->program->nodes[w->program->children[node->first + (uint32_t)w->number]];
        return node->kind == NODE_NULL ? OK : walk_node(w, node, depth + 1);
    case NODE_RECORD: return walk_record(w, node, depth);
    }
    return BAD("INTERNAL", node, "an unknown node");
}

enum outcome walk_run(const struct walk_program *program, struct bytes body, struct walk_field *ret_fields,
                      struct fault *fault) {
    if (body.count > LIMIT_VALUE)
        return fault_set(fault, REFUSE, "TOO_LARGE", "%zu bytes; a record may have %u", body.count, LIMIT_VALUE);
    memset(ret_fields, 0, program->wanted_count * sizeof *ret_fields);
    struct walking w = {
        .program = program, .at = body.at, .end = body.at + body.count, .fields = ret_fields, .fault = fault};
    TRY(walk_node(&w, &program->nodes[0], 0));
    if (w.at != w.end)
        return fault_set(fault, REFUSE, "AVRO_TRAILING", "%zu bytes follow the value", (size_t)(w.end - w.at));
    return OK;
}

/* The blocks were checked by walk_run; numbers cannot run out here. */
static int64_t trusted_long(const struct walk_field *array, size_t *cursor) {
    uint64_t value = 0;
    unsigned shift = 0;
    while (*cursor < array->at.count) {
        uint8_t byte = array->at.at[(*cursor)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
        shift += 7;
    }
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* The cursor's low 40 bits are the position, the rest the items left in the block. */
#define LEFT_SHIFT 40
static bool at_item(const struct walk_field *array, const size_t *cursor, size_t *ret_at, size_t *ret_left) {
    size_t at = *cursor & ((UINT64_C(1) << LEFT_SHIFT) - 1), left = *cursor >> LEFT_SHIFT;
    if (!array->present || at >= array->at.count) return false;
    if (left == 0) {
        int64_t count = trusted_long(array, &at);
        if (count < 0) {
            count = -count;
            (void)trusted_long(array, &at);
        }
        if (count == 0) return false;
        left = (size_t)count;
    }
    *ret_at = at;
    *ret_left = left;
    return true;
}

bool walk_items(const struct walk_field *array, size_t *cursor, struct bytes *ret_item) {
    size_t at = 0, left = 0;
    if (!at_item(array, cursor, &at, &left)) return false;
    int64_t length = trusted_long(array, &at);
    *ret_item = bytes_of(array->at.at + at, (size_t)length);
    at += (size_t)length;
    *cursor = (left - 1) << LEFT_SHIFT | at;
    return true;
}

bool walk_records(const struct walk_program *item, const struct walk_field *array, size_t *cursor,
                  struct walk_field *ret_fields) {
    size_t at = 0, left = 0;
    if (!item || !at_item(array, cursor, &at, &left)) return false;
    memset(ret_fields, 0, item->wanted_count * sizeof *ret_fields);
    struct walking w = {
        .program = item, .at = array->at.at + at, .end = array->at.at + array->at.count, .fields = ret_fields};
    if (walk_node(&w, &item->nodes[0], 1) != OK) return false; /* walk_run let it through; never so */
    *cursor = (left - 1) << LEFT_SHIFT | (size_t)(w.at - array->at.at);
    return true;
}
