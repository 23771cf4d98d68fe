/* Which format reads and writes a file, around what they share: the size, the disguise, the encoding. */
#include "adapters/formats/disguise.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/format_inside.h"

/* binary: no text, the format itself decodes what its cells hold. */
struct verbs {
    enum outcome (*read)(struct format_reading *r, struct node **ret);
    enum outcome (*write)(const struct format *format, const struct node *root, struct buffer *into,
                          struct fault *fault);
    bool binary;
};
static const struct verbs verbs[] = {
    [FORMAT_CSV] = {csv_read, csv_write, false},       [FORMAT_XML] = {xml_read, xml_write, false},
    [FORMAT_JSON] = {json_read, json_write, false},    [FORMAT_JSONL] = {jsonl_read, jsonl_write, false},
    [FORMAT_FIXED] = {fixed_read, fixed_write, false}, [FORMAT_DBF] = {dbf_read, dbf_write, true},
    [FORMAT_XLSX] = {xlsx_read, xlsx_write, true}};
static const struct verbs *verbs_of(const struct format *format) { return &verbs[format->kind]; }

/* ^Z, with which programs of DOS' line end a text. */
static struct bytes without_end_mark(struct bytes text) {
    while (text.count && text.at[text.count - 1] == 0x1a) text.count--;
    return text;
}

static enum outcome read_tree(struct format_reading *r, struct node **ret) {
    const struct verbs *verb = verbs_of(r->format);
    if (verb->binary) return verb->read(r, ret);
    r->file = without_end_mark(r->file);
    TRY(encoding_decode(r->format, r->file, r->arena, &r->text, r->fault));
    r->text = without_end_mark(r->text); /* of UTF-16 */
    return verb->read(r, ret);
}

/* A file that needs more memory than a file may is refused as a whole. */
static enum outcome leave(const struct format_reading *r, const struct arena_scope *scope, enum outcome outcome) {
    bool full = arena_check(r->arena, NULL) == REFUSE;
    outcome = arena_leave(r->arena, scope, outcome, r->fault);
    return full ? fault_as(fault_place(r->fault, NULL, 1, 1), REFUSE) : outcome;
}

enum outcome format_read(const struct format *format, struct bytes file, struct arena *arena, struct node **ret,
                         struct fault *fault) {
    if (file.count > FORMAT_MAX_BYTES) {
        fault_set(fault, REFUSE, "TOO_LARGE", "%zu bytes; a case file may have %u", file.count, FORMAT_MAX_BYTES);
        fault_place(fault, NULL, 1, 1);
        return REFUSE;
    }
    const char *is = disguise_of(file, format->kind);
    if (is) {
        fault_set(fault, REFUSE, "FILE_KIND", "%s", is);
        return fault_as(fault_place(fault, NULL, 1, 1), REFUSE);
    }
    struct format_reading r = {.format = format, .file = file, .arena = arena, .fault = fault};
    struct arena_scope scope;
    TRY(arena_enter(arena, &scope, fault));
    return leave(&r, &scope, read_tree(&r, ret));
}

enum outcome format_write(const struct format *format, const struct node *root, struct buffer *into,
                          struct fault *fault) {
    const struct verbs *verb = verbs_of(format);
    if (verb->binary) return verb->write(format, root, into, fault);
    AUTO(buffer_free) struct buffer text;
    /* UTF-8 may be longer than GB18030, never twice */
    buffer_init(&text, into->most > SIZE_MAX / 2 ? into->most : into->most * 2);
    TRY(verb->write(format, root, &text, fault));
    size_t from = into->count;
    TRY(encoding_encode(format, buffer_view(&text), into, fault));
    if (!encoding_doubtful(format, bytes_of(into->at + from, into->count - from))) return OK;
    into->count = from; /* once more, behind the mark that leaves no doubt */
    TRY(buffer_add(into, encoding_gb18030_mark(), fault));
    return encoding_encode(format, buffer_view(&text), into, fault);
}

enum outcome format_to_text(const struct format *format, struct bytes file, struct arena *arena, struct bytes *ret,
                            struct fault *fault) {
    struct arena_scope scope;
    TRY(arena_enter(arena, &scope, fault));
    return arena_leave(arena, &scope, encoding_decode(format, file, arena, ret, fault), fault);
}
enum outcome format_from_text(const struct format *format, struct bytes text, struct buffer *into,
                              struct fault *fault) {
    return encoding_encode(format, text, into, fault);
}
