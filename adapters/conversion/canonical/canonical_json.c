/* Any record as JSON, under a mask. */
#include "adapters/conversion/canonical/canonical_json.h"
#include "adapters/conversion/canonical/decoded.h"
#include "adapters/conversion/canonical/mask.h"
#include "base/line.h"
#include <openssl/evp.h>
#include <stdlib.h>

json_t *canonical_base64(struct bytes bytes) {
    unsigned char *text = malloc(bytes.count / 3 * 4 + 8);
    INVARIANT(bytes.count < (1u << 30));
    if (!text) return NULL;
    int count = EVP_EncodeBlock(text, bytes.at, (int)bytes.count);
    json_t *value = json_stringn((const char *)text, (size_t)count);
    free(text);
    return value;
}

static bool utf8(struct bytes text) {
    for (size_t i = 0, step; i < text.count; i += step) {
        step = line_character(text.at + i, text.count - i);
        if (!step) return false;
    }
    return true;
}

static json_t *text(const char *at, size_t count) {
    json_t *value = json_stringn(at, count && at ? count : 0);
    return value || utf8(bytes_of(at, count)) ? value : canonical_base64(bytes_of(at, count));
}

static json_t *number(avro_value_t *value, avro_type_t type) {
    int32_t small = 0;
    int64_t large = 0;
    double real = 0;
    float single = 0;
    int flag = 0;
    if (type == AVRO_INT32) return avro_value_get_int(value, &small) ? NULL : json_integer(small);
    if (type == AVRO_INT64) return avro_value_get_long(value, &large) ? NULL : json_integer(large);
    if (type == AVRO_FLOAT) return avro_value_get_float(value, &single) ? NULL : json_real((double)single);
    if (type == AVRO_DOUBLE) return avro_value_get_double(value, &real) ? NULL : json_real(real);
    return avro_value_get_boolean(value, &flag) ? NULL : json_boolean(flag);
}

/* NULL: no memory. */
static json_t *json_of(avro_value_t *value);

static json_t *sequence_of(avro_value_t *value) {
    json_t *list = json_array();
    size_t count = 0;
    avro_value_get_size(value, &count);
    for (size_t i = 0; i < count && list; i++) {
        avro_value_t item;
        if (avro_value_get_by_index(value, i, &item, NULL) != 0) continue;
        if (json_array_append_new(list, json_of(&item)) != 0) json_decref(list), list = NULL;
    }
    return list;
}

static json_t *members_of(avro_value_t *value) {
    json_t *map = json_object();
    size_t count = 0;
    avro_value_get_size(value, &count);
    for (size_t i = 0; i < count && map; i++) {
        avro_value_t member;
        const char *name = NULL;
        if (avro_value_get_by_index(value, i, &member, &name) != 0 || !name) continue;
        if (json_object_set_new(map, name, json_of(&member)) != 0) json_decref(map), map = NULL;
    }
    return map;
}

/* The walk let the bytes through, so depth and sizes are bounded. */
static json_t *json_of(avro_value_t *value) {
    const void *at = NULL;
    const char *string = NULL;
    size_t count = 0;
    int symbol = 0;
    avro_value_t branch;
    avro_type_t type = avro_value_get_type(value);
    json_t *json = NULL;
    if (type == AVRO_NULL) json = json_null();
    else if (type == AVRO_STRING)
        json = avro_value_get_string(value, &string, &count) ? NULL : text(string, count ? count - 1 : 0);
    else if (type == AVRO_BYTES)
        json = avro_value_get_bytes(value, &at, &count) ? NULL : canonical_base64(bytes_of(at, count));
    else if (type == AVRO_FIXED)
        json = avro_value_get_fixed(value, &at, &count) ? NULL : canonical_base64(bytes_of(at, count));
    else if (type == AVRO_ENUM)
        json = avro_value_get_enum(value, &symbol)
                   ? NULL
                   : json_string(avro_schema_enum_get(avro_value_get_schema(value), symbol));
    else if (type == AVRO_UNION) json = avro_value_get_current_branch(value, &branch) ? NULL : json_of(&branch);
    else if (type == AVRO_ARRAY) json = sequence_of(value);
    else if (type == AVRO_RECORD || type == AVRO_MAP) json = members_of(value);
    else json = number(value, type);
    return json;
}

enum outcome canonical_json(const struct catalogue *catalogue, struct bytes value, const struct mask *mask,
                            json_t **ret, struct fault *fault) {
    AUTO(decoded_close) struct decoded decoded = {0};
    TRY(decoded_open(catalogue, value, &decoded, fault));
    const struct schema_entry *schema = decoded.said.schema;
    TRY(mask_apply(mask, canonical_record(schema->kind), &decoded.value, fault));
    json_t *root = json_object();
    bool whole = root && json_object_set_new(root, "record", json_string(schema->full_name)) == 0 &&
                 json_object_set_new(root, "version", json_integer(schema->version)) == 0 &&
                 json_object_set_new(root, "value", json_of(&decoded.value)) == 0;
    if (!whole) {
        json_decref(root);
        return fault_set(fault, FATAL, "INTERNAL", "no memory for a record's JSON");
    }
    *ret = root;
    return OK;
}
