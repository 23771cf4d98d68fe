/* A mask over a decoded record, field by field of its schema. */
#include "adapters/conversion/canonical/mask.h"

#define SCRATCH_MAX (64u << 20) /* a record has 1.5 MiB */
struct masking {
    const struct mask *mask;
    unsigned record;
    struct arena *arena;
};

static const struct privacy_row *row_of(const struct masking *m, const char *path) {
    const struct privacy *p = m->mask->privacy;
    for (size_t i = 0; i < p->row_count; i++) {
        if (strcmp(p->rows[i].path, path) == 0) return p->rows[i].records & m->record ? &p->rows[i] : NULL;
    }
    return NULL;
}

static struct bytes text_of(avro_value_t *value) {
    const char *at = NULL;
    size_t count = 0;
    int symbol = 0;
    if (avro_value_get_type(value) == AVRO_ENUM) {
        return avro_value_get_enum(value, &symbol)
                   ? BYTES_NONE
                   : bytes_of_cstr(avro_schema_enum_get(avro_value_get_schema(value), symbol));
    }
    if (avro_value_get_type(value) != AVRO_STRING || avro_value_get_string(value, &at, &count) != 0 || !count)
        return BYTES_NONE;
    return bytes_of(at, count - 1);
}

static bool holds(avro_value_t *record, const struct privacy_condition *condition) {
    avro_value_t member;
    if (avro_value_get_by_name(record, condition->member, &member, NULL) != 0) return false;
    struct bytes text = text_of(&member);
    for (size_t i = 0; i < condition->texts.count; i++) {
        if (bytes_equal_cstr(text, condition->texts.at[i])) return true;
    }
    return false;
}

static bool shown_whole(avro_value_t *record, const struct privacy_row *row) {
    size_t held = 0;
    while (held < row->condition_count && holds(record, &row->full_when[held])) held++;
    return row->condition_count && held == row->condition_count;
}

/* The type's empty value. */
static int empty(avro_value_t *value) {
    avro_value_t branch;
    switch (avro_value_get_type(value)) {
    case AVRO_UNION: return avro_value_set_branch(value, 0, &branch) || avro_value_set_null(&branch);
    case AVRO_STRING: return avro_value_set_string_len(value, "", 1);
    case AVRO_DOUBLE: return avro_value_set_double(value, 0);
    case AVRO_INT64: return avro_value_set_long(value, 0);
    case AVRO_ARRAY:
    case AVRO_BYTES:
    case AVRO_INT32:
    case AVRO_FLOAT:
    case AVRO_BOOLEAN:
    case AVRO_NULL:
    case AVRO_ENUM:
    case AVRO_RECORD:
    case AVRO_FIXED:
    case AVRO_MAP:
    case AVRO_LINK:
    default: return avro_value_reset(value);
    }
}

static int treat(const struct masking *m, const struct treatment *t, avro_value_t *value);

static int treat_all(const struct masking *m, const struct treatment *t, avro_value_t *list) {
    size_t count = 0;
    int bad = avro_value_get_size(list, &count);
    for (size_t i = 0; i < count && !bad; i++) {
        avro_value_t one;
        bad = avro_value_get_by_index(list, i, &one, NULL) || treat(m, t, &one);
    }
    return bad;
}

static int treat_text(const struct masking *m, const struct treatment *t, avro_value_t *value) {
    const struct privacy *p = m->mask->privacy;
    struct bytes text = text_of(value), made = BYTES_NONE;
    if (t->verb == TREATMENT_SURNAME) made = mask_surname(text, &p->compound, t->tail, m->arena);
    if (t->verb == TREATMENT_MIDDLE) made = mask_middle(text, t->front, t->back, m->arena);
    if (t->verb == TREATMENT_NUMBERS) made = mask_numbers(text, m->arena);
    if (t->verb == TREATMENT_COUNTY) made = mask_county(text, p->divisions, m->arena);
    return avro_value_set_string_len(value, arena_cstr(m->arena, made), made.count + 1);
}

static int treat(const struct masking *m, const struct treatment *t, avro_value_t *value) {
    avro_value_t branch;
    double number = 0;
    if (t->verb == TREATMENT_FULL || t->verb == TREATMENT_SEALED) return 0;
    if (t->verb == TREATMENT_DROP) return empty(value);
    switch (avro_value_get_type(value)) {
    case AVRO_UNION: return avro_value_get_current_branch(value, &branch) || treat(m, t, &branch);
    case AVRO_NULL: return 0;
    case AVRO_ARRAY: return treat_all(m, t, value);
    case AVRO_STRING: return treat_text(m, t, value);
    case AVRO_DOUBLE:
        return t->verb != TREATMENT_GRID || avro_value_get_double(value, &number) ||
               avro_value_set_double(value, mask_grid(number, t->step));
    case AVRO_BYTES:
    case AVRO_INT32:
    case AVRO_INT64:
    case AVRO_FLOAT:
    case AVRO_BOOLEAN:
    case AVRO_ENUM:
    case AVRO_RECORD:
    case AVRO_FIXED:
    case AVRO_MAP:
    case AVRO_LINK:
    default: return -1; /* the loader has paired verbs and kinds */
    }
}

static int mask_fields(const struct masking *m, avro_value_t *record, const char *prefix);

static int mask_items(const struct masking *m, avro_value_t *list, const char *path) {
    size_t count = 0;
    int bad = avro_value_get_size(list, &count);
    for (size_t i = 0; i < count && !bad; i++) {
        avro_value_t item;
        bad = avro_value_get_by_index(list, i, &item, NULL);
        if (!bad && avro_value_get_type(&item) == AVRO_RECORD) bad = mask_fields(m, &item, path);
    }
    return bad;
}

static int mask_fields(const struct masking *m, avro_value_t *record, const char *prefix) {
    size_t count = 0;
    int bad = avro_value_get_size(record, &count);
    for (size_t i = 0; i < count && !bad; i++) {
        avro_value_t field;
        const char *name = NULL;
        if (avro_value_get_by_index(record, i, &field, &name) != 0) return -1;
        if (arena_check(m->arena, NULL) != OK) return -1;
        const char *path = *prefix ? arena_printf(m->arena, "%s.%s", prefix, name) : name;
        const struct privacy_row *row = row_of(m, path);
        if (row && !shown_whole(record, row)) bad = treat(m, &row->treatments[m->mask->index], &field);
        else if (avro_value_get_type(&field) == AVRO_RECORD) bad = mask_fields(m, &field, path);
        if (!bad && avro_value_get_type(&field) == AVRO_ARRAY) bad = mask_items(m, &field, path);
    }
    return bad;
}

bool mask_hides(const struct mask *mask) { return mask && !mask->whole; }

enum outcome mask_apply(const struct mask *mask, unsigned record, avro_value_t *value, struct fault *fault) {
    if (!mask_hides(mask)) return OK;
    AUTO(arena_free_auto) struct arena *arena = NULL;
    struct arena_scope scope;
    TRY(arena_open(64u << 10, SCRATCH_MAX, &arena, fault));
    TRY(arena_enter(arena, &scope, fault));
    const struct masking m = {mask, record, arena};
    enum outcome outcome =
        mask_fields(&m, value, "") == 0 ? OK : fault_set(fault, FATAL, "INTERNAL", "a record could not be masked");
    return arena_leave(arena, &scope, outcome, fault);
}
