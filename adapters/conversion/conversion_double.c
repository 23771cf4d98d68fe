/* 替身: the conversion's door (conversion.h) without profiles, for the engine's own tests. A native file is JSON
 * {"event", "cites"…, "attachments": [file names], "record": {canonical fields}}; what is left out is empty. A profile
 * file holds "<slug> <attachment wait in ms>". A case file named "bad…" cannot be read, a title "unrenderable" cannot
 * be written. No chunks: attachments that do not fit inside the record are not for it. */
#include "adapters/conversion/canonical/canonical_json.h"
#include "adapters/conversion/conversion.h"
#include "adapters/conversion/conversion_double.h"
#include "base/limits.h"
#include "wire/digest.h"
#include "wire/frame.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct profile {
    char agency[64];
    int64_t wait_ms;
    const struct catalogue *catalogue;
};
struct draft {
    struct bytes kept;
    struct draft_view view;
};

enum outcome profile_load(const char *path, const struct directory *directory, const struct catalogue *catalogue,
                          struct profile **ret, struct fault *fault) {
    struct profile *profile = calloc(1, sizeof *profile);
    FILE *file = fopen(path, "re");
    long wait_ms = 0;
    (void)directory;
    INVARIANT(profile && file && fscanf(file, "%63s %ld", profile->agency, &wait_ms) == 2);
    fclose(file);
    (void)fault;
    profile->wait_ms = wait_ms;
    profile->catalogue = catalogue;
    *ret = profile;
    return OK;
}
void profile_free(struct profile *profile) { free(profile); }
const char *profile_agency(const struct profile *profile) { return profile->agency; }
const char *profile_extension(const struct profile *profile) {
    (void)profile;
    return "json";
}
int64_t profile_attachment_wait_ms(const struct profile *profile) { return profile->wait_ms; }
size_t profile_attachment_inside(const struct profile *profile) {
    (void)profile;
    return LIMIT_ATTACHMENTS;
}
int32_t profile_attachment_chunk(const struct profile *profile) {
    (void)profile;
    return (int32_t)LIMIT_CHUNK;
}
bool profile_takes(const struct profile *profile, const char *name) {
    (void)profile;
    return strlen(name) > 5 && strcmp(name + strlen(name) - 5, ".json") == 0;
}

enum profile_form profile_form(const struct profile *profile) {
    (void)profile;
    return PROFILE_JSON;
}
enum outcome conversion_to_text(const struct profile *profile, struct bytes file, struct arena *arena,
                                struct bytes *ret, struct fault *fault) {
    (void)profile, (void)fault;
    *ret = arena_copy(arena, file);
    return OK;
}
enum outcome conversion_from_text(const struct profile *profile, struct bytes text, struct buffer *into,
                                  struct fault *fault) {
    (void)profile;
    return buffer_add(into, text, fault);
}

const char *conversion_media_type(struct bytes name) {
    (void)name;
    return "application/octet-stream";
}

static struct bytes text_of(const json_t *json, struct arena *arena) {
    return json_is_string(json) ? arena_copy(arena, bytes_of(json_string_value(json), json_string_length(json)))
                                : BYTES_NONE;
}
static json_t *envelope_of(const json_t *root) { return json_object_get(json_object_get(root, "record"), "envelope"); }

static void view_of(struct draft *draft, const json_t *root, struct arena *arena) {
    json_t *envelope = envelope_of(root), *cites = json_object_get(envelope, "cites"),
           *needs = json_object_get(root, "attachments");
    struct draft_view *view = &draft->view;
    view->event = arena_cstr(arena, text_of(json_object_get(envelope, "event"), arena));
    view->opens = strcmp(view->event, "REF.SEND") == 0 || strcmp(view->event, "REV.SEND") == 0 ||
                  strcmp(view->event, "JUR.FORWARD") == 0;
    view->document_no = text_of(json_object_get(envelope, "document_no"), arena);
    view->case_no = text_of(json_object_get(json_object_get(root, "record"), "agency_case_no"), arena);
    view->business_time = json_integer_value(json_object_get(envelope, "business_time"));
    struct bytes *list = arena_array(arena, json_array_size(cites) + 1, sizeof *list);
    for (size_t i = 0; i < json_array_size(cites); i++)
        list[view->cite_count++] = text_of(json_array_get(cites, i), arena);
    struct attachment_need *need = arena_array(arena, json_array_size(needs) + 1, sizeof *need);
    for (size_t i = 0; i < json_array_size(needs); i++)
        need[view->need_count++].file_name = text_of(json_array_get(needs, i), arena);
    view->cites = list;
    view->needs = need;
}

enum outcome conversion_read(const struct profile *profile, const char *name, struct bytes native, struct arena *arena,
                             struct draft **ret, struct fault *fault) {
    json_error_t error;
    (void)profile;
    json_t *root = json_loadb((const char *)native.at, native.count, 0, &error);
    if (!root || strncmp(name, "bad", 3) == 0) {
        json_decref(root);
        fault_set(fault, REFUSE, "JSON_SYNTAX", "not the double's JSON");
        return fault_place(fault, "record", 3, 7);
    }
    if (strncmp(name, "wrong", 5) == 0) { /* a case file, two of whose values are wrong */
        json_decref(root);
        fault_set(fault, REFUSE, "ID_NUMBER_CHECK", "wrong");
        return fault_place(fault, "number", 1, 2);
    }
    struct draft *draft = arena_alloc(arena, sizeof *draft);
    draft->kept = arena_copy(arena, native);
    view_of(draft, root, arena);
    json_decref(root);
    *ret = draft;
    return OK;
}
struct file_faults conversion_faults(const struct profile *profile, const char *name, struct bytes native,
                                     const struct fault *first, struct arena *arena) {
    (void)profile, (void)native;
    bool recognised = strncmp(name, "wrong", 5) == 0;
    struct fault *copies = arena_array(arena, 2, sizeof *copies);
    copies[0] = copies[1] = *first;
    return (struct file_faults){recognised, copies, recognised ? 2 : 1};
}
bool conversion_sidecar(const struct profile *profile, struct bytes file_name, struct bytes native, struct arena *arena,
                        struct conversion_sidecar *ret) {
    (void)profile, (void)file_name, (void)native, (void)arena, (void)ret;
    return false;
}
enum outcome conversion_sidecar_check(const struct profile *profile, struct bytes content, struct fault *fault) {
    (void)profile, (void)content, (void)fault;
    return OK;
}
void conversion_view(const struct draft *draft, struct draft_view *ret) { *ret = draft->view; }

struct encoding {
    struct buffer *into;
    const struct attachment *attachments;
    struct fault *fault;
};
static enum outcome put_long(struct encoding *e, int64_t number) {
    uint64_t value = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
    uint8_t bytes[10];
    size_t count = 0;
    for (; value > 0x7f; value >>= 7) bytes[count++] = (uint8_t)(value | 0x80);
    bytes[count++] = (uint8_t)value;
    return buffer_add(e->into, bytes_of(bytes, count), e->fault);
}
static enum outcome put_run(struct encoding *e, struct bytes run) {
    TRY(put_long(e, (int64_t)run.count));
    return buffer_add(e->into, run, e->fault);
}
static enum outcome encode(struct encoding *e, const json_t *schema, const json_t *value);

static enum outcome encode_record(struct encoding *e, const json_t *schema, const json_t *value) {
    size_t i;
    json_t *field;
    json_array_foreach(json_object_get(schema, "fields"), i, field) {
        TRY(encode(e, json_object_get(field, "type"),
                   json_object_get(value, json_string_value(json_object_get(field, "name")))));
    }
    return OK;
}
static enum outcome encode_array(struct encoding *e, const json_t *schema, const json_t *value) {
    if (json_array_size(value)) TRY(put_long(e, (int64_t)json_array_size(value)));
    for (size_t i = 0; i < json_array_size(value); i++)
        TRY(encode(e, json_object_get(schema, "items"), json_array_get(value, i)));
    return put_long(e, 0);
}
static enum outcome encode(struct encoding *e, const json_t *schema, const json_t *value) {
    static const uint8_t zero[8];
    bool there = value && !json_is_null(value);
    if (json_is_array(schema)) { /* null first */
        TRY(put_long(e, there));
        return there ? encode(e, json_array_get(schema, 1), value) : OK;
    }
    const json_t *inner = json_is_object(schema) ? json_object_get(schema, "type") : schema;
    const char *type = json_string_value(inner);
    INVARIANT(type);
    if (strcmp(type, "record") == 0) return encode_record(e, schema, value);
    if (strcmp(type, "array") == 0) return encode_array(e, schema, value);
    if (strcmp(type, "string") == 0) return put_run(e, bytes_of(json_string_value(value), json_string_length(value)));
    if (strcmp(type, "bytes") == 0) return put_run(e, e->attachments[json_integer_value(value)].content);
    if (strcmp(type, "double") == 0) return buffer_add(e->into, bytes_of(zero, 8), e->fault);
    if (strcmp(type, "boolean") == 0) return buffer_add(e->into, bytes_of(zero, 1), e->fault);
    return put_long(e, json_integer_value(value)); /* int, long; an enum's first symbol */
}

static void put_id(json_t *envelope, const char *name, const struct uuid *id) {
    char text[UUID_TEXT + 1];
    uuid_format(id, text);
    if (!uuid_is_nil(id)) json_object_set_new(envelope, name, json_string(text));
}
static json_t *document_of(const struct attachment *attachment, size_t index) {
    char hex[DIGEST_SIZE * 2 + 1];
    struct digest digest = digest_of(attachment->content);
    digest_hex(&digest, hex);
    json_t *name = json_stringn((const char *)attachment->file_name.at, attachment->file_name.count);
    return json_pack("{s:O, s:o, s:I, s:s, s:I}", "title", name, "file_name", name, "size",
                     (json_int_t)attachment->content.count, "sha256", hex, "content", (json_int_t)index);
}

enum outcome conversion_write(const struct profile *profile, const struct draft *draft, const struct address *a,
                              const struct attachment *attachments, size_t count, struct buffer *ret_value,
                              struct fault *fault) {
    json_t *root = json_loadb((const char *)draft->kept.at, draft->kept.count, 0, NULL),
           *record = json_object_get(root, "record"), *envelope = envelope_of(root);
    const struct schema_entry *entry =
        catalogue_newest(profile->catalogue, draft->view.opens ? RECORD_CASE_FILE : RECORD_CASE_STEP);
    json_t *schema = json_loadb((const char *)entry->json.at, entry->json.count, 0, NULL), *documents = json_array();
    uint8_t frame[FRAME_SIZE];
    put_id(envelope, "message_id", &a->message_id);
    put_id(envelope, "case_id", &a->case_id);
    put_id(envelope, "referral_id", &a->referral_id);
    put_id(envelope, "parent_referral_id", &a->parent_referral_id);
    put_id(envelope, "in_reply_to", &a->in_reply_to);
    json_object_set_new(envelope, "sender", json_string(profile->agency));
    if (!json_array_size(json_object_get(envelope, "recipients")) && a->answer_to) {
        json_object_set_new(envelope, "recipients", json_pack("[s]", a->answer_to->slug));
    }
    for (size_t i = 0; i < count; i++) json_array_append_new(documents, document_of(&attachments[i], i));
    json_object_set_new(record, "documents", documents);
    struct encoding e = {ret_value, attachments, fault};
    frame_write(frame, entry->id);
    enum outcome outcome = buffer_add(ret_value, bytes_of(frame, FRAME_SIZE), fault);
    if (outcome == OK) outcome = encode(&e, schema, record);
    json_decref(schema);
    json_decref(root);
    return outcome;
}

struct double_ways double_ways;
const struct mask *profile_mask(const struct profile *profile, const char *role, struct bytes event) {
    (void)profile, (void)role, (void)event;
    return double_ways.mask;
}

enum outcome conversion_attachments(const struct profile *profile, struct bytes value, const char *role,
                                    struct arena *arena, const struct native_file **ret, size_t *ret_count,
                                    struct fault *fault) {
    json_t *root = NULL, *one;
    size_t i, count = 0;
    (void)role;
    TRY(canonical_json(profile->catalogue, value, NULL, &root, fault));
    json_t *documents = json_object_get(json_object_get(root, "value"), "documents");
    struct native_file *files = arena_array(arena, json_array_size(documents) + 1, sizeof *files);
    json_array_foreach(documents, i, one) {
        struct bytes content = text_of(json_object_get(one, "content"), arena);
        uint8_t *plain = arena_alloc(arena, content.count + 4);
        int length = EVP_DecodeBlock(plain, content.at, (int)content.count);
        files[count].name = text_of(json_object_get(one, "file_name"), arena);
        int64_t size = json_integer_value(json_object_get(one, "size"));
        files[count++].content = bytes_of(plain, size <= length ? (size_t)size : (size_t)(length > 0 ? length : 0));
    }
    json_decref(root);
    *ret = files;
    *ret_count = count;
    return OK;
}

enum outcome conversion_render(const struct profile *profile, struct bytes value, const struct inbox_facts *facts,
                               const struct bytes *names, size_t count, struct arena *arena, struct native_case *ret,
                               struct fault *fault) {
    json_t *root = NULL, *list = json_array();
    const struct native_file *files = NULL;
    enum outcome outcome = conversion_attachments(profile, value, facts->role, arena, &files, &count, fault);
    if (outcome == OK) outcome = canonical_json(profile->catalogue, value, NULL, &root, fault);
    const char *title = json_string_value(json_object_get(json_object_get(root, "value"), "title"));
    if (outcome == OK && (double_ways.refuses || (title && strcmp(title, "unrenderable") == 0)))
        outcome = fault_set(fault, REFUSE, "FIELD_CODE", "the double cannot write this");
    for (size_t i = 0; i < count && outcome == OK; i++)
        json_array_append_new(list, json_stringn((const char *)names[i].at, names[i].count));
    json_object_set(root, "attachments", list);
    json_object_set_new(root, "role", json_string(facts->role));
    char *text = outcome == OK ? json_dumps(root, JSON_INDENT(1)) : NULL;
    if (text)
        *ret = (struct native_case){BYTES_LITERAL("json"), arena_copy(arena, bytes_of_cstr(text)), BYTES_NONE, files,
                                    count};
    free(text);
    json_decref(list);
    json_decref(root);
    return outcome;
}
