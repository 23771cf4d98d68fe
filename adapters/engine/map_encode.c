/* See convert.h: convert_write. The pivot as Avro, field by field of the catalogue's newest schema, so that a field that a later version
 * adds is written with its empty value until the mapping knows it. Ids and the sender come from the engine, papers from the outbox. */
#include "adapters/engine/map_draft.h"
#include "adapters/engine/seal.h"
#include "base/limits.h"
#include "wire/digest.h"
#include "wire/frame.h"
#include <avro.h>
#include <strings.h>

struct encoding { const struct map_record *record; const struct profile *profile; const struct address *address; struct arena *arena; };
/* Where in the record we are: a group's item, or GROUP_NONE and a prefix of the path. */
struct spot { enum group_kind group; const struct map_item *item; const struct attachment *paper; const char *prefix; };

static int put_text(avro_value_t *value, struct bytes text, struct arena *arena) {
    return avro_value_set_string_len(value, arena_cstr(arena, text), text.count + 1);
}

static int put_texts(avro_value_t *value, const struct bytes *list, size_t count, struct arena *arena) {
    avro_value_t item;
    int bad = avro_value_reset(value);
    for (size_t i = 0; i < count && !bad; i++) bad = avro_value_append(value, &item, NULL) || put_text(&item, list[i], arena);
    return bad;
}

static int put_enum(avro_value_t *value, struct bytes symbol, struct arena *arena) {
    int index = symbol.count ? avro_schema_enum_get_by_name(avro_value_get_schema(value), arena_cstr(arena, symbol)) : 0;
    return avro_value_set_enum(value, index < 0 ? 0 : index);
}

/* `said` NULL: the type's empty value. */
static int put_value(const struct encoding *e, avro_value_t *value, const struct map_value *said) {
    avro_value_t branch;
    switch (avro_value_get_type(value)) {
    case AVRO_UNION:
        if (!said) return avro_value_set_branch(value, 0, &branch) || avro_value_set_null(&branch);
        return avro_value_set_branch(value, 1, &branch) || put_value(e, &branch, said);
    case AVRO_STRING: return put_text(value, said ? said->text : BYTES_NONE, e->arena);
    case AVRO_ARRAY: return put_texts(value, said ? said->list : NULL, said ? said->count : 0, e->arena);
    case AVRO_ENUM: return put_enum(value, said ? said->text : BYTES_NONE, e->arena);
    case AVRO_INT64: return avro_value_set_long(value, said ? said->number : 0);
    case AVRO_DOUBLE: return avro_value_set_double(value, said ? said->real : 0);
    case AVRO_BYTES: case AVRO_INT32: case AVRO_FLOAT: case AVRO_BOOLEAN: case AVRO_NULL: case AVRO_RECORD: case AVRO_FIXED: case AVRO_MAP: case AVRO_LINK:
    default: return -1; /* no record of ours that is sent has such a field */
    }
}

static int put_id(const struct encoding *e, avro_value_t *value, const struct uuid *id) {
    char text[UUID_TEXT + 1];
    uuid_format(id, text);
    const struct map_value said = {.text = bytes_of(text, UUID_TEXT)};
    bool null = avro_value_get_type(value) == AVRO_UNION && uuid_is_nil(id);
    return put_value(e, value, null ? NULL : &said);
}

/* What no case file says. -1: not one of these, 0: put, 1: failed. */
static int put_ours(const struct encoding *e, avro_value_t *value, const char *path) {
    const struct address *a = e->address;
    const struct { const char *path; const struct uuid *id; } ids[] = {{"envelope.message_id", &a->message_id}, {"envelope.case_id", &a->case_id},
        {"envelope.referral_id", &a->referral_id}, {"envelope.parent_referral_id", &a->parent_referral_id}, {"envelope.in_reply_to", &a->in_reply_to}};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (strcmp(path, ids[i].path) == 0) return put_id(e, value, ids[i].id) != 0;
    }
    if (strcmp(path, "envelope.event") == 0) return put_text(value, bytes_of_cstr(e->record->event), e->arena) != 0;
    if (strcmp(path, "envelope.sender") == 0) return put_text(value, bytes_of_cstr(e->profile->agency->slug), e->arena) != 0;
    if (strcmp(path, "envelope.recipients") != 0 || map_get(&e->record->own, path) || !a->answer_to) return -1;
    struct bytes slug = bytes_of_cstr(a->answer_to->slug);
    return put_texts(value, &slug, 1, e->arena) != 0;
}

const char *convert_media_type(struct bytes name) {
    static const char *const known[][2] = {{".pdf", "application/pdf"}, {".txt", "text/plain"}, {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},
        {".png", "image/png"}, {".tif", "image/tiff"}, {".tiff", "image/tiff"}, {".ofd", "application/ofd"}, {".xml", "application/xml"},
        {".json", "application/json"}, {".csv", "text/csv"}, {".doc", "application/msword"}, {".xls", "application/vnd.ms-excel"},
        {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, {".mp4", "video/mp4"}, {".mp3", "audio/mpeg"},
        {".wav", "audio/wav"}, {".zip", "application/zip"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t count = strlen(known[i][0]);
        if (name.count > count && strncasecmp((const char *)name.at + name.count - count, known[i][0], count) == 0) return known[i][1];
    }
    return "application/octet-stream";
}

static int put_chunks(avro_value_t *value, const struct chunked *c) {
    avro_value_t branch, field;
    uint8_t key[CHUNK_KEY]; /* copied by Avro, which wants to be able to write to it */
    const struct { const char *name; int64_t number; bool wide; } numbers[] = {{"partition", c->partition, false}, {"first_offset", c->first_offset, true},
        {"last_offset", c->last_offset, true}, {"count", c->count, false}, {"chunk_size", c->chunk_size, false}};
    int bad = avro_value_set_branch(value, 1, &branch);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && !bad; i++) {
        bad = avro_value_get_by_name(&branch, numbers[i].name, &field, NULL);
        if (!bad) bad = numbers[i].wide ? avro_value_set_long(&field, numbers[i].number) : avro_value_set_int(&field, (int32_t)numbers[i].number);
    }
    memcpy(key, c->key, sizeof key);
    return bad || avro_value_get_by_name(&branch, "key", &field, NULL) || avro_value_set_bytes(&field, key, sizeof key);
}

static int put_digest(const struct encoding *e, avro_value_t *value, const struct digest *digest) {
    char hex[DIGEST_SIZE * 2 + 1] = "";
    if (digest) digest_hex(digest, hex);
    return put_text(value, bytes_of_cstr(hex), e->arena);
}

static int put_bytes(avro_value_t *value, struct bytes content, struct arena *arena) {
    void *at = arena_alloc(arena, content.count + 1);
    if (content.count) memcpy(at, content.at, content.count);
    return avro_value_set_bytes(value, at, content.count);
}

/* A document's own: -1 not one of these. */
static int put_paper(const struct encoding *e, avro_value_t *value, const char *name, const struct spot *spot) {
    avro_value_t branch;
    const struct attachment *paper = spot->paper;
    const struct chunked *chunked = paper ? paper->chunked : NULL;
    if (strcmp(name, "size") == 0) return avro_value_set_long(value, chunked ? chunked->size : paper ? (int64_t)paper->content.count : 0);
    if (strcmp(name, "media_type") == 0 && !map_get(spot->item, name)) {
        return put_text(value, bytes_of_cstr(convert_media_type(map_text(spot->item, "file_name"))), e->arena);
    }
    if (strcmp(name, "sha256") == 0) {
        struct digest digest = digest_of(paper ? paper->content : BYTES_NONE);
        return put_digest(e, value, !paper ? NULL : chunked ? &chunked->sha256 : &digest);
    }
    if (strcmp(name, "sm3") == 0) return put_digest(e, value, chunked ? &chunked->sm3 : NULL);
    if (strcmp(name, "chunks") == 0 && chunked) return put_chunks(value, chunked);
    if (strcmp(name, "content") != 0) return -1;
    if (!paper || chunked) return put_value(e, value, NULL);
    return avro_value_set_branch(value, 1, &branch) || put_bytes(&branch, paper->content, e->arena);
}

/* Null, or sealed. */
static int put_reporter(const struct encoding *e, avro_value_t *value) {
    avro_value_t branch, algorithm, key, content;
    struct bytes sealed = map_reporter(&e->record->own, e->address, e->profile->agency->slug, e->arena);
    if (!sealed.count) return put_value(e, value, NULL);
    return avro_value_set_branch(value, 1, &branch) || avro_value_get_by_name(&branch, "algorithm", &algorithm, NULL) ||
           put_text(&algorithm, BYTES_LITERAL(SEAL_ALGORITHM), e->arena) || avro_value_get_by_name(&branch, "key_id", &key, NULL) ||
           put_text(&key, bytes_of_cstr(e->address->seal->id), e->arena) || avro_value_get_by_name(&branch, "content", &content, NULL) ||
           put_bytes(&content, sealed, e->arena);
}

static int put_record(const struct encoding *e, avro_value_t *value, const struct spot *spot);

static int put_group(const struct encoding *e, avro_value_t *value, enum group_kind kind, const struct attachment *papers) {
    const struct map_group *group = &e->record->groups[kind];
    avro_value_t item;
    int bad = avro_value_reset(value);
    for (size_t i = 0; i < group->count && !bad; i++) {
        bool file = kind == GROUP_DOCUMENTS && map_text(&group->items[i], "file_name").count;
        const struct spot spot = {kind, &group->items[i], file ? papers : NULL, ""};
        bad = avro_value_append(value, &item, NULL) || put_record(e, &item, &spot);
        if (file) papers++;
    }
    return bad;
}

static int put_field(const struct encoding *e, avro_value_t *value, const char *name, const struct spot *spot) {
    const char *path = *spot->prefix ? arena_printf(e->arena, "%s.%s", spot->prefix, name) : name;
    int put = spot->group == GROUP_DOCUMENTS ? put_paper(e, value, name, spot) : spot->group == GROUP_NONE ? put_ours(e, value, path) : -1;
    if (put >= 0) return put;
    if (spot->group == GROUP_NONE && strcmp(path, "reporter") == 0) return put_reporter(e, value);
    const struct spot inside = {GROUP_NONE, spot->item, spot->paper, path};
    if (avro_value_get_type(value) == AVRO_RECORD) return put_record(e, value, &inside);
    enum group_kind kind = spot->group == GROUP_NONE && !*spot->prefix ? map_group_named(name) : GROUP_NONE;
    if (kind != GROUP_NONE) return put_group(e, value, kind, spot->paper);
    return put_value(e, value, map_get(spot->item, path));
}

static int put_record(const struct encoding *e, avro_value_t *value, const struct spot *spot) {
    size_t count = 0;
    int bad = avro_value_get_size(value, &count);
    for (size_t i = 0; i < count && !bad; i++) {
        avro_value_t field;
        const char *name = NULL;
        bad = avro_value_get_by_index(value, i, &field, &name) || put_field(e, &field, name, spot);
    }
    return bad;
}

static enum outcome write_out(avro_value_t *value, const struct schema_entry *schema, struct buffer *into, struct fault *fault) {
    uint8_t frame[FRAME_SIZE];
    size_t count = 0;
    if (avro_value_sizeof(value, &count) != 0) return fault_set(fault, REFUSE, "INTERNAL", "Avro: %s", avro_strerror());
    if (count + FRAME_SIZE > LIMIT_VALUE) {
        return fault_set(fault, REFUSE, "TOO_LARGE", "the record would have %zu bytes, at most %u", count + FRAME_SIZE, LIMIT_VALUE);
    }
    frame_write(frame, schema->id);
    TRY(buffer_add(into, bytes_of(frame, FRAME_SIZE), fault));
    TRY(buffer_reserve(into, count, fault));
    avro_writer_t writer = avro_writer_memory((char *)into->at + into->count, (int64_t)count);
    int bad = !writer || avro_value_write(writer, value);
    if (writer) avro_writer_free(writer);
    if (bad) return fault_set(fault, REFUSE, "INTERNAL", "Avro: %s", avro_strerror());
    into->count += count;
    return OK;
}

static enum outcome fits(const struct draft *draft, const struct attachment *attachments, size_t count, struct fault *fault) {
    size_t total = 0;
    PROMISE(count == draft->view.need_count);
    for (size_t i = 0; i < count; i++) total += attachments[i].content.count;
    if (total <= LIMIT_ATTACHMENTS) return OK;
    return fault_set(fault, REFUSE, "TOO_LARGE", "the attachments have %zu bytes together, at most %u", total, LIMIT_ATTACHMENTS);
}

enum outcome convert_write(const struct profile *profile, const struct draft *draft, const struct address *address, const struct attachment *attachments,
                           size_t attachment_count, struct buffer *ret_value, struct fault *fault) {
    const struct schema_entry *schema = catalogue_newest(profile->catalogue, canonical_kind(draft->record.record));
    const struct encoding e = {&draft->record, profile, address, draft->arena};
    const struct spot spot = {GROUP_NONE, &draft->record.own, attachments, ""};
    struct submission said;
    avro_value_t value;
    TRY(fits(draft, attachments, attachment_count, fault));
    avro_value_iface_t *class = catalogue_class(schema);
    PROMISE(class && avro_generic_value_new(class, &value) == 0);
    enum outcome outcome = put_record(&e, &value, &spot) ? fault_set(fault, REFUSE, "INTERNAL", "Avro: %s", avro_strerror()) : OK;
    if (outcome == OK) outcome = write_out(&value, schema, ret_value, fault);
    avro_value_decref(&value);
    return outcome == OK ? record_read(profile->catalogue, buffer_view(ret_value), &said, fault) : outcome;
}
