/* Whatever the walk lets through, Avro C must decode cleanly and to the last byte. First byte 0: a framed record of the
 * catalogue; 1 to 6: a body of one of the schemas below, which have what ours lack (maps, recursion, empty items, names
 * used twice). Run in the source folder. */
#include "base/limits.h"
#include "target.h"
#include "wire/finding.h"
#include "wire/frame.h"
#include "wire/reason.h"

#define P(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define ITEM                                                                                                           \
    "{\"type\":\"record\",\"name\":\"i\",\"fields\":[" P("f", "{\"type\":\"fixed\",\"name\":\"x\",\"size\":2}") "," P( \
        "b", "\"boolean\"") "]}"
static const char *const extra[] = {
    "{\"type\":\"record\",\"name\":\"t\",\"fields\":[" P("k", "{\"type\":\"array\",\"items\":\"t\"}") "]}",
    "{\"type\":\"array\",\"items\":\"null\"}",
    "{\"type\":\"map\",\"values\":\"int\"}",
    "[\"null\",\"double\",\"string\",\"bytes\",{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"a\",\"b\"]},\"float\","
    "\"boolean\"]",
    "{\"type\":\"record\",\"name\":\"s\",\"fields\":[" P("n", "\"long\"") "," P("u", "[\"null\",\"string\"]") "," P(
        "a", "{\"type\":\"array\",\"items\":" ITEM "}") "," P("o", "[\"null\",\"i\"]") "]}",
    "{\"type\":\"array\",\"items\":\"string\"}"};
#define EXTRA (sizeof extra / sizeof extra[0])

static struct catalogue *catalogue;
static avro_schema_t schemas[EXTRA];
static struct walk_program *programs[EXTRA];

static void begin(void) {
    struct fault f = {0};
    if (catalogue) return;
    INVARIANT(catalogue_load("schemas", &catalogue, &f) == OK);
    static const char *const root[] = {""};
    for (size_t i = 0; i < EXTRA; i++) {
        INVARIANT(avro_schema_from_json_length(extra[i], strlen(extra[i]), &schemas[i]) == 0);
        INVARIANT(walk_program_new(schemas[i], root, i == EXTRA - 1, &programs[i], &f) == OK);
    }
}

/* Avro C takes any number for an enum and crashes when its symbol is asked for later; so it is looked for here. */
static void enums_in_range(avro_value_t *value) {
    size_t count = 0;
    avro_value_t inner;
    avro_type_t type = avro_value_get_type(value);
    if (type == AVRO_ENUM) {
        int symbol = -1;
        INVARIANT(avro_value_get_enum(value, &symbol) == 0 && symbol >= 0);
        INVARIANT(symbol < avro_schema_enum_number_of_symbols(avro_value_get_schema(value)));
    } else if (type == AVRO_UNION) {
        INVARIANT(avro_value_get_current_branch(value, &inner) == 0);
        enums_in_range(&inner);
    } else if (type == AVRO_RECORD || type == AVRO_ARRAY || type == AVRO_MAP) {
        INVARIANT(avro_value_get_size(value, &count) == 0);
        for (size_t i = 0; i < count; i++) {
            INVARIANT(avro_value_get_by_index(value, i, &inner, NULL) == 0);
            enums_in_range(&inner);
        }
    }
}

static void avro_c_decodes(avro_schema_t schema, struct bytes body) {
    avro_value_iface_t *class = avro_generic_class_from_schema(schema);
    avro_value_t value;
    INVARIANT(class && avro_generic_value_new(class, &value) == 0);
    avro_reader_t from = avro_reader_memory((const char *)body.at, (int64_t)body.count);
    INVARIANT(avro_value_read(from, &value) == 0);
    enums_in_range(&value);
    char more;
    INVARIANT(avro_read(from, &more, 1) != 0); /* nothing is left */
    avro_reader_free(from);
    avro_value_decref(&value);
    avro_value_iface_decref(class);
}

/* The items are as many as were counted, and lie inside the body. */
static void items_lie_inside(const struct walk_field *array, struct bytes body) {
    size_t cursor = 0;
    int64_t seen = 0;
    struct bytes item;
    while (walk_items(array, &cursor, &item)) {
        INVARIANT(item.at >= body.at && item.at + item.count <= body.at + body.count);
        seen++;
    }
    INVARIANT(seen == array->number);
}

/* The records are as many as were counted; what finding_note says of them is of its own list. */
static void records_are_read(struct submission *s) {
    const struct walk_field *array =
        s->kind == RECORD_CASE_FILE || s->kind == RECORD_CLUE ? &s->parties : &s->penalties;
    struct walk_field members[8];
    size_t cursor = 0;
    int64_t seen = 0;
    while (walk_records(s->schema->items, array, &cursor, members)) seen++;
    INVARIANT(seen == array->number);
    struct findings found;
    finding_note(catalogue_divisions(catalogue), s, &found);
    INVARIANT(found.count <= LIMIT_FINDINGS);
    for (size_t i = 0; i < found.count; i++)
        INVARIANT(strcmp(reason_find(found.one[i].code)->code, found.one[i].code) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    begin();
    if (count == 0) return 0;
    struct fault f = {0};
    struct bytes body = bytes_of(data + 1, count - 1);
    if (data[0] == 0) {
        struct submission s;
        uint32_t id = 0;
        if (record_read(catalogue, bytes_of(data, count), &s, &f) != OK) return 0;
        INVARIANT(frame_open(bytes_of(data, count), &id, &body, &f) == OK);
        items_lie_inside(&s.recipients, body);
        items_lie_inside(&s.copies, body);
        items_lie_inside(&s.cites, body);
        if (s.kind == RECORD_CASE_FILE) items_lie_inside(&s.declared_missing, body);
        if (s.kind == RECORD_CASE_FILE || s.kind == RECORD_CASE_STEP || s.kind == RECORD_CLUE) records_are_read(&s);
        avro_c_decodes(s.schema->schema, body);
    } else if (data[0] <= EXTRA) {
        struct walk_field root = {0};
        size_t which = data[0] - 1u;
        if (walk_run(programs[which], body, &root, &f) != OK) return 0;
        if (which == EXTRA - 1) items_lie_inside(&root, body);
        avro_c_decodes(schemas[which], body);
    }
    return 0;
}
