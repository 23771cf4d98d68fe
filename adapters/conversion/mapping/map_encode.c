/* The pivot as Avro, field by field of the catalogue's newest schema, so that a field
 * that a later version adds is written with its empty value until the mapping knows it. Ids and the sender come from
 * the engine, papers from the outbox. Avro C has the schema; its generic values are not made, only their bytes (the
 * specification's binary encoding), since each would be several allocations. */
#include "adapters/conversion/mapping/map.h"
#include "adapters/chunks/chunks.h"
#include "wire/binary.h"
#include "wire/digest.h"
#include <avro.h>
#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

/* Where in the record we are: a group's item, or GROUP_NONE and a prefix of the path. */
struct spot {
    enum group_kind group;
    const struct map_item *item;
    const struct attachment *paper;
    const char *prefix;
};

/* 0: put. */
static int put_long(const struct map_encoding *e, int64_t number) { return binary_long(e->into, number, e->why) != OK; }

static int put_bytes(const struct map_encoding *e, struct bytes content) {
    return binary_bytes(e->into, content, e->why) != OK;
}

/* As Avro C has it, a text ends at a NUL. */
static int put_text(const struct map_encoding *e, struct bytes text) {
    const uint8_t *nul = text.count ? memchr(text.at, 0, text.count) : NULL;
    return put_bytes(e, nul ? bytes_of(text.at, (size_t)(nul - text.at)) : text);
}

static int put_texts(const struct map_encoding *e, const struct bytes *list, size_t count) {
    int bad = count ? put_long(e, (int64_t)count) : 0;
    for (size_t i = 0; i < count && !bad; i++) bad = put_text(e, list[i]);
    return bad || put_long(e, 0);
}

static int put_enum(const struct map_encoding *e, avro_schema_t schema, struct bytes symbol) {
    int index = symbol.count ? avro_schema_enum_get_by_name(schema, arena_cstr(e->arena, symbol)) : 0;
    return put_long(e, index < 0 ? 0 : index);
}

static int put_double(const struct map_encoding *e, double real) {
    uint64_t bits;
    uint8_t made[8];
    memcpy(&bits, &real, sizeof bits);
    for (size_t i = 0; i < sizeof made; i++) made[i] = (uint8_t)(bits >> 8 * i);
    return buffer_add(e->into, bytes_of(made, sizeof made), e->why) != OK;
}

static avro_schema_t meant(avro_schema_t schema) {
    return avro_typeof(schema) == AVRO_LINK ? avro_schema_link_target(schema) : schema;
}
/* Of a union: null is its branch 0, what it is otherwise its branch 1. */
static int put_branch(const struct map_encoding *e, avro_schema_t schema, avro_schema_t *ret) {
    *ret = meant(avro_schema_union_branch(schema, 1));
    return put_long(e, 1);
}

/* `said` NULL: the type's empty value. */
static int put_value(const struct map_encoding *e, avro_schema_t schema, const struct value *said) {
    avro_schema_t branch;
    switch (avro_typeof(schema)) {
    case AVRO_UNION: return said ? put_branch(e, schema, &branch) || put_value(e, branch, said) : put_long(e, 0);
    case AVRO_STRING: return put_text(e, said ? said->text : BYTES_NONE);
    case AVRO_ARRAY: return put_texts(e, said ? said->list : NULL, said ? said->count : 0);
    case AVRO_ENUM: return put_enum(e, schema, said ? said->text : BYTES_NONE);
    case AVRO_INT64: return put_long(e, said ? said->number : 0);
    case AVRO_DOUBLE: return put_double(e, said ? said->real : 0);
    case AVRO_BYTES:
    case AVRO_INT32:
    case AVRO_FLOAT:
    case AVRO_BOOLEAN:
    case AVRO_NULL:
    case AVRO_RECORD:
    case AVRO_FIXED:
    case AVRO_MAP:
    case AVRO_LINK:
    default: return -1; /* no record of ours that is sent has such a field */
    }
}

static int put_id(const struct map_encoding *e, avro_schema_t schema, const struct uuid *id) {
    char text[UUID_TEXT + 1];
    uuid_format(id, text);
    const struct value said = {.text = bytes_of(text, UUID_TEXT)};
    bool null = avro_typeof(schema) == AVRO_UNION && uuid_is_nil(id);
    return put_value(e, schema, null ? NULL : &said);
}

/* What no case file says. -1: not one of these, 0: put, 1: failed. */
static int put_ours(const struct map_encoding *e, avro_schema_t schema, const char *path) {
    const struct address *a = e->address;
    const struct {
        const char *path;
        const struct uuid *id;
    } ids[] = {{"envelope.message_id", &a->message_id},
               {"envelope.case_id", &a->case_id},
               {"envelope.referral_id", &a->referral_id},
               {"envelope.parent_referral_id", &a->parent_referral_id},
               {"envelope.in_reply_to", &a->in_reply_to}};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (strcmp(path, ids[i].path) == 0) return put_id(e, schema, ids[i].id) != 0;
    }
    if (strcmp(path, "envelope.event") == 0) return put_text(e, bytes_of_cstr(e->record->event)) != 0;
    if (strcmp(path, "envelope.sender") == 0) return put_text(e, bytes_of_cstr(e->profile->agency->slug)) != 0;
    if (strcmp(path, "envelope.recipients") != 0 || map_get(&e->record->own, path) || !a->answer_to) return -1;
    struct bytes slug = bytes_of_cstr(a->answer_to->slug);
    return put_texts(e, &slug, 1) != 0;
}

const char *map_media_type(struct bytes name) {
    static const char *const known[][2] = {
        {".pdf", "application/pdf"},
        {".txt", "text/plain"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".png", "image/png"},
        {".tif", "image/tiff"},
        {".tiff", "image/tiff"},
        {".ofd", "application/ofd"},
        {".xml", "application/xml"},
        {".json", "application/json"},
        {".csv", "text/csv"},
        {".doc", "application/msword"},
        {".xls", "application/vnd.ms-excel"},
        {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {".mp4", "video/mp4"},
        {".mp3", "audio/mpeg"},
        {".wav", "audio/wav"},
        {".zip", "application/zip"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t count = strlen(known[i][0]);
        if (name.count > count && strncasecmp((const char *)name.at + name.count - count, known[i][0], count) == 0)
            return known[i][1];
    }
    return "application/octet-stream";
}

static int put_chunk_field(const struct map_encoding *e, avro_schema_t schema, const char *name,
                           const struct chunked *c) {
    const struct {
        const char *name;
        int64_t number;
    } numbers[] = {{"partition", c->partition},
                   {"first_offset", c->first_offset},
                   {"last_offset", c->last_offset},
                   {"count", c->count},
                   {"chunk_size", c->chunk_size}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].name, name) == 0) return put_long(e, numbers[i].number);
    }
    return strcmp(name, "key") == 0 ? put_bytes(e, bytes_of(c->key, sizeof c->key)) : put_value(e, schema, NULL);
}

static int put_chunks(const struct map_encoding *e, avro_schema_t schema, const struct chunked *c) {
    avro_schema_t record;
    int bad = put_branch(e, schema, &record);
    for (int i = 0; !bad && i < (int)avro_schema_record_size(record); i++) {
        bad = put_chunk_field(e, meant(avro_schema_record_field_get_by_index(record, i)),
                              avro_schema_record_field_name(record, i), c);
    }
    return bad != 0;
}

static int put_digest(const struct map_encoding *e, const struct digest *digest) {
    char hex[DIGEST_SIZE * 2 + 1] = "";
    if (digest) digest_hex(digest, hex);
    return put_text(e, bytes_of_cstr(hex));
}

/* A document's own: -1 not one of these. */
static int put_paper(const struct map_encoding *e, avro_schema_t schema, const char *name, const struct spot *spot) {
    avro_schema_t branch;
    const struct attachment *paper = spot->paper;
    const struct chunked *chunked = paper ? paper->chunked : NULL;
    if (strcmp(name, "size") == 0)
        return put_long(e, chunked ? chunked->size : paper ? (int64_t)paper->content.count : 0);
    if (strcmp(name, "media_type") == 0 && !map_get(spot->item, name)) {
        return put_text(e, bytes_of_cstr(map_media_type(map_text(spot->item, "file_name"))));
    }
    if (strcmp(name, "sha256") == 0) {
        if (!paper || chunked) return put_digest(e, chunked ? &chunked->sha256 : NULL);
        struct digest digest = digest_of(paper->content);
        return put_digest(e, &digest);
    }
    if (strcmp(name, "sm3") == 0) return put_digest(e, chunked ? &chunked->sm3 : NULL);
    if (strcmp(name, "chunks") == 0 && chunked) return put_chunks(e, schema, chunked);
    if (strcmp(name, "content") != 0) return -1;
    if (!paper || chunked) return put_value(e, schema, NULL) != 0;
    return put_branch(e, schema, &branch) || put_bytes(e, paper->content);
}

/* 举报人, the one part of a record that is sealed before it is encoded (seal.h). Without a key it is left out: it never
 * goes out open. Empty: nothing is said, or there is no key. */
static json_t *reporter_of(const struct map_item *own) {
    json_t *all = json_object();
    for (size_t i = 0; i < own->count && all; i++) {
        const struct value *value = &own->values[i];
        if (strncmp(value->field->path, "reporter.", 9) != 0 || !value->text.count) continue;
        json_t *text = json_stringn((const char *)value->text.at, value->text.count);
        if (json_object_set_new(all, value->field->path + 9, text) != 0) json_decref(all), all = NULL;
    }
    return all;
}

static struct bytes sealed_reporter(const struct map_encoding *e) {
    struct bytes sealed = BYTES_NONE;
    json_t *all = reporter_of(&e->record->own);
    const struct seal_place place = {e->profile->agency->slug, e->address->message_id};
    bool said = all && e->address->seal && json_object_size(all);
    char *text = said ? json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (!all || (said && !text)) arena_fail(e->arena);
    if (text) sealed = seal_close(e->address->seal, &place, bytes_of_cstr(text), e->arena);
    free(text);
    json_decref(all);
    return sealed;
}

/* Null, or sealed. */
static int put_reporter(const struct map_encoding *e, avro_schema_t schema) {
    avro_schema_t record;
    struct bytes sealed = sealed_reporter(e);
    if (!sealed.count) return put_value(e, schema, NULL);
    int bad = put_branch(e, schema, &record);
    for (int i = 0; !bad && i < (int)avro_schema_record_size(record); i++) {
        const char *name = avro_schema_record_field_name(record, i);
        bad = strcmp(name, "algorithm") == 0 ? put_text(e, BYTES_LITERAL(SEAL_ALGORITHM))
              : strcmp(name, "key_id") == 0  ? put_text(e, bytes_of_cstr(e->address->seal->id))
              : strcmp(name, "content") == 0
                  ? put_bytes(e, sealed)
                  : put_value(e, meant(avro_schema_record_field_get_by_index(record, i)), NULL);
    }
    return bad != 0;
}

static int put_record(const struct map_encoding *e, avro_schema_t schema, const struct spot *spot);

static int put_group(const struct map_encoding *e, avro_schema_t schema, enum group_kind kind,
                     const struct attachment *papers) {
    const struct map_group *group = &e->record->groups[kind];
    avro_schema_t item = meant(avro_schema_array_items(schema));
    int bad = group->count ? put_long(e, (int64_t)group->count) : 0;
    for (size_t i = 0; i < group->count && !bad; i++) {
        bool file = kind == GROUP_DOCUMENTS && map_text(&group->items[i], "file_name").count;
        const struct spot spot = {kind, &group->items[i], file ? papers : NULL, ""};
        bad = put_record(e, item, &spot) || arena_check(e->arena, NULL) != OK;
        if (file) papers++;
    }
    return bad || put_long(e, 0);
}

static int put_field(const struct map_encoding *e, avro_schema_t schema, const char *name, const struct spot *spot) {
    const char *path = *spot->prefix ? arena_printf(e->arena, "%s.%s", spot->prefix, name) : name;
    int put = spot->group == GROUP_DOCUMENTS ? put_paper(e, schema, name, spot)
              : spot->group == GROUP_NONE    ? put_ours(e, schema, path)
                                             : -1;
    if (put >= 0) return put;
    if (spot->group == GROUP_NONE && strcmp(path, "reporter") == 0) return put_reporter(e, schema);
    const struct spot inside = {GROUP_NONE, spot->item, spot->paper, path};
    if (avro_typeof(schema) == AVRO_RECORD) return put_record(e, schema, &inside);
    enum group_kind kind = spot->group == GROUP_NONE && !*spot->prefix ? canonical_group_named(name) : GROUP_NONE;
    if (kind != GROUP_NONE) return put_group(e, schema, kind, spot->paper);
    return put_value(e, schema, map_get(spot->item, path));
}

static int put_record(const struct map_encoding *e, avro_schema_t schema, const struct spot *spot) {
    int bad = 0;
    for (int i = 0; i < (int)avro_schema_record_size(schema) && !bad; i++) {
        bad = put_field(e, meant(avro_schema_record_field_get_by_index(schema, i)),
                        avro_schema_record_field_name(schema, i), spot);
    }
    return bad;
}

enum outcome map_encode(const struct map_encoding *e, struct fault *fault) {
    const struct schema_entry *schema = catalogue_newest(e->profile->catalogue, canonical_kind(e->record->record));
    const struct spot spot = {GROUP_NONE, &e->record->own, e->papers, ""};
    if (put_record(e, schema->schema, &spot) == 0) return OK;
    if (e->why->what != OK) return *fault = *e->why, fault->what;
    return fault_set(fault, REFUSE, "INTERNAL", "a field of %s is of no kind that can be sent",
                     canonical_record_name(e->record->record));
}
