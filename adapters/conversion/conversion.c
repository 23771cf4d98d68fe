/* The conversion's door: each way over formats, profile and mapping. */
#include "adapters/conversion/conversion.h"
#include "adapters/conversion/mapping/map_draft.h"
#include "adapters/formats/codepage.h"
#include "base/limits.h"
#include "wire/frame.h"

#define BODY_FIRST 2048u
/* no native file makes as much; what is too large for a record is refused by its size */
#define BODY_MAX (64u * MIB)
/* rows repeat the record's fields in each row; beyond, the engine writes canonical JSON */
#define RENDERED_MAX (24u * MIB)

enum outcome conversion_to_text(const struct profile *profile, struct bytes file, struct arena *arena,
                                struct bytes *ret, struct fault *fault) {
    return format_to_text(&profile->format, file, arena, ret, fault);
}
enum outcome conversion_from_text(const struct profile *profile, struct bytes text, struct buffer *into,
                                  struct fault *fault) {
    return format_from_text(&profile->format, text, into, fault);
}
const char *conversion_media_type(struct bytes file_name) { return map_media_type(file_name); }

/* A person finds a cell by its name; the reader's own faults, which have no field, say it already. */
static enum outcome name_cell(struct fault *fault) {
    const struct fault was = *fault;
    char cell[NODE_CELL];
    if (!was.line || !was.column || !*was.field) return REFUSE;
    node_cell_name(was.line, was.column, cell);
    (void)fault_set_at(fault, was.site, REFUSE, was.code, "cell %s: %s", cell, was.text);
    return fault_as(fault_place(fault, was.field, was.line, was.column), REFUSE);
}

enum outcome conversion_read(const struct profile *profile, const char *file_name, struct bytes native,
                             struct arena *arena, struct draft **ret, struct fault *fault) {
    struct arena_scope scope;
    TRY(arena_enter(arena, &scope, fault));
    enum outcome outcome = map_draft_read(profile, file_name, native, arena, ret, fault);
    bool full = arena_check(arena, NULL) == REFUSE;
    outcome = arena_leave(arena, &scope, outcome, fault);
    if (full) return fault_as(fault_place(fault, NULL, 1, 1), REFUSE);
    return outcome == REFUSE && profile->format.kind == FORMAT_XLSX ? name_cell(fault) : outcome;
}

struct file_faults conversion_faults(const struct profile *profile, const char *file_name, struct bytes native,
                                     const struct fault *first, struct arena *arena) {
    struct arena_scope scope;
    struct map_faults all;
    struct fault fault = {0};
    struct fault *copy = arena_alloc(arena, sizeof *copy);
    const struct file_faults one = {false, copy, 1};
    *copy = *first;
    if (arena_enter(arena, &scope, &fault) != OK) return one;
    bool recognised = map_draft_faults(profile, file_name, native, arena, &all, &fault);
    if (arena_leave(arena, &scope, OK, &fault) != OK || !all.count) return one;
    for (size_t i = 0; i < all.count && profile->format.kind == FORMAT_XLSX; i++) (void)name_cell(&all.at[i]);
    return (struct file_faults){recognised, all.at, all.count};
}

void conversion_view(const struct draft *draft, struct draft_view *ret) { *ret = draft->view; }

/* ---- the .cpg file beside a DBF table ---- */
#define LANGUAGE_DRIVER 29u

/* 0x4d and 0x7a are GBK's. */
static bool header_says(struct bytes table) {
    return table.count > LANGUAGE_DRIVER && (table.at[LANGUAGE_DRIVER] == 0x4d || table.at[LANGUAGE_DRIVER] == 0x7a);
}

bool conversion_sidecar(const struct profile *profile, struct bytes file_name, struct bytes native, struct arena *arena,
                        struct conversion_sidecar *ret) {
    size_t stem = file_name.count;
    while (stem && file_name.at[stem - 1] != '.') stem--;
    if (profile->format.kind != FORMAT_DBF || stem < 2) return false;
    bool upper = stem < file_name.count && file_name.at[stem] >= 'A' && file_name.at[stem] <= 'Z';
    ret->name =
        bytes_of_cstr(arena_printf(arena, "%.*s%s", (int)stem, (const char *)file_name.at, upper ? "CPG" : "cpg"));
    ret->needed = profile->format.cpg && !header_says(native);
    return true;
}

enum outcome conversion_sidecar_check(const struct profile *profile, struct bytes content, struct fault *fault) {
    return codepage_check(profile->format.encoding, content, fault);
}

static enum outcome write_out(struct bytes body, const struct schema_entry *schema, struct buffer *into,
                              struct fault *fault) {
    uint8_t frame[FRAME_SIZE];
    if (body.count + FRAME_SIZE > LIMIT_VALUE) {
        return fault_set(fault, REFUSE, "TOO_LARGE", "the record would have %zu bytes, at most %u",
                         body.count + FRAME_SIZE, LIMIT_VALUE);
    }
    frame_write(frame, schema->id);
    TRY(buffer_reserve(into, FRAME_SIZE + body.count, fault)); /* all of it or nothing */
    TRY(buffer_add(into, bytes_of(frame, FRAME_SIZE), fault));
    return buffer_add(into, body, fault);
}

static enum outcome fits(const struct draft *draft, const struct attachment *attachments, size_t count,
                         struct fault *fault) {
    size_t total = 0;
    INVARIANT(count == draft->view.need_count);
    for (size_t i = 0; i < count; i++) total += attachments[i].content.count;
    if (total <= LIMIT_ATTACHMENTS) return OK;
    return fault_set(fault, REFUSE, "TOO_LARGE", "the attachments have %zu bytes together, at most %u", total,
                     LIMIT_ATTACHMENTS);
}

enum outcome conversion_write(const struct profile *profile, const struct draft *draft, const struct address *address,
                              const struct attachment *attachments, size_t attachment_count, struct buffer *ret_value,
                              struct fault *fault) {
    const struct schema_entry *schema = catalogue_newest(profile->catalogue, canonical_kind(draft->record.record));
    AUTO(buffer_free) struct buffer body;
    struct fault why = {0};
    struct arena_scope scope;
    struct submission said;
    buffer_init(&body, BODY_MAX);
    const struct map_encoding encoding = {&draft->record, profile, address, attachments, draft->arena, &body, &why};
    TRY(fits(draft, attachments, attachment_count, fault));
    TRY(buffer_reserve(&body, BODY_FIRST, fault));
    TRY(arena_enter(draft->arena, &scope, fault));
    TRY(arena_leave(draft->arena, &scope, map_encode(&encoding, fault), fault));
    TRY(write_out(buffer_view(&body), schema, ret_value, fault));
    enum outcome outcome = record_read(profile->catalogue, buffer_view(ret_value), &said, fault);
    if (outcome != OK) buffer_clear(ret_value);
    return outcome;
}

static enum outcome attachments_of(const struct profile *profile, struct bytes value, const char *role,
                                   struct arena *arena, const struct native_file **ret, size_t *ret_count,
                                   struct fault *fault) {
    struct map_record record;
    TRY(map_decode(profile, value, role, arena, &record, fault));
    const struct map_group *documents = &record.groups[GROUP_DOCUMENTS];
    struct native_file *files = arena_array(arena, documents->count + 1, sizeof *files);
    size_t count = 0;
    for (size_t i = 0; i < documents->count; i++) {
        const struct map_item *item = &documents->items[i];
        struct bytes name = map_text(item, "file_name");
        if (item->has_content)
            files[count++] =
                (struct native_file){name.count ? name : map_text(item, "title"), item->content, item->chunked};
    }
    *ret = files;
    *ret_count = count;
    return OK;
}

enum outcome conversion_attachments(const struct profile *profile, struct bytes value, const char *role,
                                    struct arena *arena, const struct native_file **ret, size_t *ret_count,
                                    struct fault *fault) {
    struct arena_scope scope;
    TRY(arena_enter(arena, &scope, fault));
    return arena_leave(arena, &scope, attachments_of(profile, value, role, arena, ret, ret_count, fault), fault);
}

static enum outcome render(const struct profile *profile, struct bytes value, const struct inbox_facts *facts,
                           const struct bytes *attachment_names, size_t attachment_count, struct arena *arena,
                           struct native_case *ret, struct fault *fault) {
    struct map_record record;
    AUTO(buffer_free) struct buffer content;
    struct native_case made = {.extension = bytes_of_cstr(profile->extension)};
    buffer_init(&content, RENDERED_MAX);
    TRY(map_decode(profile, value, facts->role, arena, &record, fault));
    TRY(attachments_of(profile, value, facts->role, arena, &made.attachments, &made.attachment_count, fault));
    map_add_inbox(&record, facts, arena);
    map_name_papers(&record.groups[GROUP_DOCUMENTS], attachment_names, attachment_count, arena);
    struct map_writing w = {.profile = profile, .record = &record, .arena = arena};
    TRY(map_render(&w, &content, fault));
    TRY(arena_ready(arena, content.count + 1, fault));
    made.content = arena_copy(arena, buffer_view(&content));
    if (profile->format.cpg) made.sidecar = codepage_text(profile->format.encoding);
    *ret = made;
    return OK;
}

enum outcome conversion_render(const struct profile *profile, struct bytes value, const struct inbox_facts *facts,
                               const struct bytes *attachment_names, size_t attachment_count, struct arena *arena,
                               struct native_case *ret, struct fault *fault) {
    struct arena_scope scope;
    TRY(arena_enter(arena, &scope, fault));
    enum outcome outcome = render(profile, value, facts, attachment_names, attachment_count, arena, ret, fault);
    return arena_leave(arena, &scope, outcome, fault);
}
