/* What examine and judge read of a record: frame, schema, one walk, then each field to its place (record_fields.c). */
#include "wire/frame.h"
#include "wire/record_inside.h"

static enum outcome id_of(const struct walk_field *field, const char *name, bool optional, struct uuid *ret,
                          struct fault *fault) {
    *ret = (struct uuid){0};
    if (optional && !field->present) return OK;
    if (uuid_parse(field->at, ret)) return OK;
    fault_set(fault, REFUSE, "ENVELOPE_UUID", "%s is not a UUID", name);
    if (fault) fault_place(fault, name, 0, 0);
    return REFUSE;
}

/* A number that cannot be is -2: the judge refuses it. Hours and kilometres are kept in tenths. */
static int64_t count_of(const struct walk_field *field, bool tenths) {
    if (!field->present) return -1;
    if (tenths)
        return field->real >= 0 && field->real <= LIMIT_OPERATION_COUNT / 10 ? (int64_t)(field->real * 10 + 0.5) : -2;
    return field->number >= 0 && field->number <= LIMIT_OPERATION_COUNT ? field->number : -2;
}

/* Everything but ids, which alone can be wrong. */
static inline void put(const struct record_field *field, const struct walk_field *from, struct submission *s) {
    void *at = (char *)s + field->at, *also = (char *)s + field->also;
    switch (field->form) {
    case FORM_TEXT: *(struct bytes *)at = from->at; break;
    case FORM_TIME: *(instant *)at = from->present ? from->number : INSTANT_NONE; break;
    case FORM_NUMBER: *(int64_t *)at = from->number; break;
    case FORM_INT: *(int32_t *)at = (int32_t)from->number; break;
    case FORM_LIST:
        *(int64_t *)also = from->present ? from->number : 0;
        *(struct walk_field *)at = *from;
        break;
    case FORM_FIELD: *(struct walk_field *)at = *from; break;
    case FORM_COUNT: *(int64_t *)at = count_of(from, false); break;
    case FORM_TENTHS: *(int64_t *)at = count_of(from, true); break;
    case FORM_SKIP:
    case FORM_ID:
    case FORM_ID_NULL: break;
    }
}

static enum outcome read_fields(const struct record_field *fields, size_t count, const struct walk_field *from,
                                struct submission *s, struct fault *fault) {
    for (size_t i = 0; i < count; i++) {
        const struct record_field *field = &fields[i];
        if (field->form != FORM_ID && field->form != FORM_ID_NULL) {
            put(field, &from[i], s);
            continue;
        }
        TRY(id_of(&from[i], field->path, field->form == FORM_ID_NULL, (struct uuid *)((char *)s + field->at), fault));
        if (field->also) *(struct bytes *)((char *)s + field->also) = from[i].at;
    }
    return OK;
}

static bool in_chunks(const struct schema_entry *schema) {
    bool clue = schema->kind == RECORD_CLUE || schema->kind == RECORD_CLUE_STEP;
    bool operation = schema->kind == RECORD_OPERATION || schema->kind == RECORD_OPERATION_STEP;
    return clue || operation || (schema->kind == RECORD_CASE_FILE && schema->version >= 2) ||
           (schema->kind == RECORD_CASE_STEP && schema->version >= 3);
}

enum outcome record_read(const struct catalogue *catalogue, struct bytes value, struct submission *ret,
                         struct fault *fault) {
    uint32_t id = 0;
    struct bytes body = BYTES_NONE;
    struct walk_field found[RECORD_MAX_FIELDS];
    size_t enveloped = 0, count = 0;
    TRY(frame_open(value, &id, &body, fault));
    const struct schema_entry *schema = catalogue_by_id(catalogue, id);
    if (!schema) return fault_set(fault, REFUSE, "SCHEMA_UNKNOWN", "schema id %u", id);
    TRY(walk_run(schema->program, body, found, fault));
    *ret = (struct submission){.kind = schema->kind,
                               .schema = schema,
                               .found_time = INSTANT_NONE,
                               .report_time = INSTANT_NONE,
                               .approval_time = INSTANT_NONE,
                               .decided_time = INSTANT_NONE,
                               .lane = -1,
                               .operation = {.start = INSTANT_NONE, .end = INSTANT_NONE, .reply_by = INSTANT_NONE}};
    ret->chunked_form = in_chunks(schema);
    const struct record_field *envelope = record_envelope(&enveloped), *own = record_fields(schema->kind, &count);
    TRY(read_fields(envelope, enveloped, found, ret, fault));
    return read_fields(own, count, found + enveloped, ret, fault);
}
