/* Avro -> the pivot. A field that no canonical path names
 * (ids, sizes) is passed over. */
#include "adapters/conversion/canonical/decoded.h"
#include "adapters/conversion/mapping/map.h"
#include "adapters/conversion/canonical/mask.h"

static struct bytes text_of(const avro_value_t *value, struct arena *arena) {
    const char *at = NULL;
    size_t count = 0;
    if (avro_value_get_string(value, &at, &count) != 0 || !count) return BYTES_NONE;
    return arena_ready(arena, count, NULL) == OK ? arena_copy(arena, bytes_of(at, count - 1)) : BYTES_NONE;
}

static bool take_list(const avro_value_t *value, struct arena *arena, struct value *ret) {
    size_t count = 0;
    if (avro_value_get_size(value, &count) != 0) return false;
    if (arena_ready(arena, (count + 1) * sizeof(struct bytes), NULL) != OK) return false;
    struct bytes *list = arena_array(arena, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        avro_value_t item;
        if (avro_value_get_by_index(value, i, &item, NULL) == 0) list[i] = text_of(&item, arena);
    }
    ret->list = list;
    ret->count = count;
    return count > 0;
}

/* False: nothing is said. An amount of zero is none. */
static bool take_value(avro_value_t *value, struct arena *arena, struct value *ret) {
    avro_value_t branch;
    int symbol = 0, flag = 0;
    switch (avro_value_get_type(value)) {
    case AVRO_UNION: return avro_value_get_current_branch(value, &branch) == 0 && take_value(&branch, arena, ret);
    case AVRO_STRING: ret->text = text_of(value, arena); return ret->text.count > 0;
    case AVRO_ARRAY: return take_list(value, arena, ret);
    case AVRO_INT64:
        return avro_value_get_long(value, &ret->number) == 0 && (ret->number != 0 || ret->field->kind != VALUE_AMOUNT);
    case AVRO_DOUBLE: return avro_value_get_double(value, &ret->real) == 0;
    case AVRO_ENUM:
        if (avro_value_get_enum(value, &symbol) != 0) return false;
        ret->text = arena_copy(arena, bytes_of_cstr(avro_schema_enum_get(avro_value_get_schema(value), symbol)));
        return true;
    case AVRO_BOOLEAN:
        if (avro_value_get_boolean(value, &flag) != 0) return false;
        ret->text = flag ? BYTES_LITERAL("true") : BYTES_LITERAL("false");
        return true;
    case AVRO_BYTES:
    case AVRO_INT32:
    case AVRO_FLOAT:
    case AVRO_NULL:
    case AVRO_RECORD:
    case AVRO_FIXED:
    case AVRO_MAP:
    case AVRO_LINK:
    default: return false;
    }
}

static void take_content(avro_value_t *value, struct arena *arena, struct map_item *item) {
    avro_value_t branch;
    const void *at = NULL;
    size_t count = 0;
    if (avro_value_get_current_branch(value, &branch) != 0 || avro_value_get_type(&branch) != AVRO_BYTES) return;
    item->has_content = avro_value_get_bytes(&branch, &at, &count) == 0;
    if (item->has_content && arena_ready(arena, count + 1, NULL) == OK)
        item->content = arena_copy(arena, bytes_of(at, count));
}

static bool take_digest(const avro_value_t *record, const char *name, struct digest *ret) {
    avro_value_t field;
    const char *hex = NULL;
    size_t count = 0;
    if (avro_value_get_by_name(record, name, &field, NULL) != 0 || avro_value_get_string(&field, &hex, &count) != 0)
        return false;
    return digest_parse(bytes_of(hex, count ? count - 1 : 0), ret);
}

static int64_t take_number(const avro_value_t *record, const char *name) {
    avro_value_t field;
    int32_t small = 0;
    int64_t number = -1;
    if (avro_value_get_by_name(record, name, &field, NULL) != 0) return -1;
    if (avro_value_get_type(&field) != AVRO_INT32) return avro_value_get_long(&field, &number) == 0 ? number : -1;
    return avro_value_get_int(&field, &small) == 0 ? small : -1;
}

/* Numbers that cannot be stay as they are: who fetches the chunks checks them. */
static void take_chunks(const avro_value_t *document, struct arena *arena, struct map_item *item) {
    avro_value_t field, chunks, key;
    const void *at = NULL;
    size_t count = 0;
    if (avro_value_get_by_name(document, "chunks", &field, NULL) != 0) return;
    if (avro_value_get_current_branch(&field, &chunks) != 0 || avro_value_get_type(&chunks) != AVRO_RECORD) return;
    struct chunked *made = arena_alloc(arena, sizeof *made);
    bool whole = take_digest(document, "sha256", &made->sha256) && take_digest(document, "sm3", &made->sm3) &&
                 avro_value_get_by_name(&chunks, "key", &key, NULL) == 0 &&
                 avro_value_get_bytes(&key, &at, &count) == 0 && count == CHUNK_KEY;
    if (whole) memcpy(made->key, at, CHUNK_KEY);
    made->size = whole ? take_number(document, "size") : -1;
    made->partition = (int32_t)take_number(&chunks, "partition");
    made->first_offset = take_number(&chunks, "first_offset");
    made->last_offset = take_number(&chunks, "last_offset");
    made->count = (int32_t)take_number(&chunks, "count");
    made->chunk_size = (int32_t)take_number(&chunks, "chunk_size");
    item->has_content = true;
    item->content = BYTES_NONE;
    item->chunked = made;
}

/* items of all groups: what a native file may hold; a record with more is delivered as canonical JSON */
#define DECODED_MAX 10000u

struct decoding {
    struct map_record *into;
    struct arena *arena;
    size_t items;
};

static void take_fields(struct decoding *d, avro_value_t *record, enum group_kind group, const char *prefix,
                        struct map_item *item);

static void take_group(struct decoding *d, avro_value_t *value, enum group_kind kind) {
    size_t count = 0;
    if (avro_value_get_size(value, &count) != 0) return;
    d->items += count;
    for (size_t i = 0; i < count && d->items <= DECODED_MAX && arena_check(d->arena, NULL) == OK; i++) {
        avro_value_t one;
        if (avro_value_get_by_index(value, i, &one, NULL) == 0)
            take_fields(d, &one, kind, "", map_append(&d->into->groups[kind], d->arena));
    }
}

static void take_fields(struct decoding *d, avro_value_t *record, enum group_kind group, const char *prefix,
                        struct map_item *item) {
    size_t count = 0;
    if (avro_value_get_size(record, &count) != 0) return;
    if (group == GROUP_DOCUMENTS) take_chunks(record, d->arena, item);
    for (size_t i = 0; i < count; i++) {
        avro_value_t field;
        const char *name = NULL;
        if (avro_value_get_by_index(record, i, &field, &name) != 0) continue;
        const char *path = *prefix ? arena_printf(d->arena, "%s.%s", prefix, name) : name;
        struct value value = {.field = canonical_find(path, group)};
        enum group_kind kind = group == GROUP_NONE && !*prefix ? canonical_group_named(name) : GROUP_NONE;
        if (kind != GROUP_NONE) take_group(d, &field, kind);
        else if (avro_value_get_type(&field) == AVRO_RECORD) take_fields(d, &field, group, path, item);
        else if (group == GROUP_DOCUMENTS && strcmp(name, "content") == 0 && !item->chunked)
            take_content(&field, d->arena, item);
        else if (value.field && take_value(&field, d->arena, &value)) map_add(item, &value, d->arena);
    }
}

enum outcome map_decode(const struct profile *profile, struct bytes value, const char *role, struct arena *arena,
                        struct map_record *ret, struct fault *fault) {
    AUTO(decoded_close) struct decoded decoded = {0};
    struct decoding d = {ret, arena, 0};
    TRY(decoded_open(profile->catalogue, value, &decoded, fault));
    *ret = (struct map_record){.record = canonical_record(decoded.said.kind)};
    if (!ret->record)
        return fault_set(fault, REFUSE, "UNKNOWN_MESSAGE", "a %s is not for an agency", decoded.said.schema->name);
    ret->event = arena_cstr(arena, decoded.said.event);
    TRY(mask_apply(profile_mask(profile, role, decoded.said.event), ret->record, &decoded.value, fault));
    take_fields(&d, &decoded.value, GROUP_NONE, "", &ret->own);
    return d.items > DECODED_MAX ? fault_set(fault, REFUSE, "TOO_LARGE", "%zu items, at most %u", d.items, DECODED_MAX)
                                 : OK;
}
