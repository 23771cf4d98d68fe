/* A case file read as a draft: its record found in the tree, the message chosen, the fields read, what is withheld left
 * out. */
#include "adapters/conversion/mapping/map_draft.h"

/* A further sheet's rows say the case's key too, where they have its column. */
static enum outcome all_rows(const struct map_reading *reading, const struct node *root, struct map_scope *ret) {
    size_t count = 0;
    for (const struct node *row = root->first; row; row = row->next) count++;
    TRY(arena_ready(reading->arena, (count + 1) * sizeof(struct node *), reading->fault));
    const struct node **rows = arena_array(reading->arena, count + 1, sizeof *rows);
    count = 0;
    for (const struct node *row = root->first; row; row = row->next) rows[count++] = row;
    *ret = (struct map_scope){root, rows, count, ""};
    return OK;
}

/* Every row belongs to the one case. */
static enum outcome open_rows(struct map_reading *reading, const struct node *root) {
    struct map_scope all;
    TRY(all_rows(reading, root, &all));
    TRY(arena_ready(reading->arena, (all.base_count + 1) * sizeof(struct node *), reading->fault));
    const struct node **rows = arena_array(reading->arena, all.base_count + 1, sizeof *rows);
    reading->record = (struct map_scope){root, rows, 0, ""};
    for (size_t i = 0; i < all.base_count; i++) {
        if (bytes_equal(all.bases[i]->name, NODE_ROW)) rows[reading->record.base_count++] = all.bases[i];
    }
    if (!reading->profile->has_key) return OK;
    struct bytes key = BYTES_NONE;
    const struct node *node = NULL;
    if (map_read_text(reading, &all, &reading->profile->key, &key, &node) == OK) return OK;
    const struct fault where = *reading->fault;
    fault_set(reading->fault, REFUSE, "SEVERAL_CASES", "one file is one case; this row has another key");
    return fault_place(reading->fault, where.field, where.line, where.column);
}

/* xml, json: the one record, or none, then only what is asked of the document is there. */
static enum outcome open_record(struct map_reading *reading, const struct node *root) {
    const struct native_path *path = &reading->profile->record;
    const struct node **bases = arena_array(reading->arena, 1, sizeof *bases);
    bases[0] = root;
    reading->record = (struct map_scope){root, bases, 1, ""};
    if (!path->count) return OK;
    struct native_path from_document = *path;
    from_document.absolute = true;
    struct map_nodes nodes = map_find(&reading->record, &from_document, reading->arena);
    if (nodes.count > 1) {
        fault_set(reading->fault, REFUSE, "SEVERAL_CASES", "one file is one case; %zu stand here", nodes.count);
        return fault_place(reading->fault, path->text, nodes.at[1]->line, nodes.at[1]->column);
    }
    if (nodes.count) bases[0] = nodes.at[0];
    else reading->record.base_count = 0;
    return OK;
}

static void view_of(struct draft *draft, const struct mapped_message *message) {
    struct draft_view *view = &draft->view;
    const struct map_record *record = &draft->record;
    const struct value *cites = map_get(&record->own, "envelope.cites"),
                       *time = map_get(&record->own, "envelope.business_time");
    const struct map_group *documents = &record->groups[GROUP_DOCUMENTS];
    struct attachment_need *needs = arena_array(draft->arena, documents->count + 1, sizeof *needs);
    *view = (struct draft_view){.event = message->event,
                                .opens = message->opens,
                                .document_no = map_text(&record->own, "envelope.document_no"),
                                .case_no = map_text(&record->own, "agency_case_no"),
                                .cites = cites ? cites->list : NULL,
                                .cite_count = cites ? cites->count : 0,
                                .needs = needs,
                                .business_time = time->number};
    for (size_t i = 0; i < documents->count; i++) {
        const struct map_item *item = &documents->items[i];
        if (!map_text(item, "file_name").count) continue;
        needs[view->need_count++] =
            (struct attachment_need){map_text(item, "file_name"), map_text(item, "title"), map_text(item, "code")};
    }
}

static void leave_out(struct map_item *item, const struct canonical_field *field) {
    size_t kept = 0;
    for (size_t i = 0; i < item->count; i++) {
        if (item->values[i].field != field) item->values[kept++] = item->values[i];
    }
    item->count = kept;
}

/* What the profile withholds, before anything is made of the record. */
static void withhold(const struct profile *profile, struct map_record *record) {
    for (size_t i = 0; i < profile->withheld_count; i++) {
        const struct withheld *one = &profile->withheld[i];
        struct map_group *group = one->group == GROUP_NONE ? NULL : &record->groups[one->group];
        if (!group) leave_out(&record->own, one->field);
        else if (!one->field) group->count = 0;
        for (size_t k = 0; group && k < group->count; k++) leave_out(&group->items[k], one->field);
    }
}

/* As map_draft_read reads it, but on to the end. */
bool map_draft_faults(const struct profile *profile, const char *file_name, struct bytes native, struct arena *arena,
                      struct map_faults *ret, struct fault *fault) {
    struct node *root = NULL;
    struct map_record record;
    struct map_reading reading = {
        .profile = profile, .arena = arena, .rows = format_has_rows(&profile->format), .fault = fault, .all = ret};
    *ret = (struct map_faults){arena_array(arena, MAP_FAULTS_MAX + 1, sizeof *fault), 0};
    enum outcome outcome = format_read(&profile->format, native, arena, &root, fault);
    if (outcome == OK) outcome = reading.rows ? open_rows(&reading, root) : open_record(&reading, root);
    if (outcome == OK) outcome = map_choose(&reading, file_name);
    if (outcome == OK) outcome = map_read_record(&reading, &record);
    if (outcome != OK) ret->at[ret->count++] = *fault;
    return reading.message != NULL;
}

enum outcome map_draft_read(const struct profile *profile, const char *file_name, struct bytes native,
                            struct arena *arena, struct draft **ret, struct fault *fault) {
    struct node *root = NULL;
    struct draft *draft = arena_alloc(arena, sizeof *draft);
    struct map_reading reading = {
        .profile = profile, .arena = arena, .rows = format_has_rows(&profile->format), .fault = fault};
    TRY(format_read(&profile->format, native, arena, &root, fault));
    TRY(reading.rows ? open_rows(&reading, root) : open_record(&reading, root));
    TRY(map_choose(&reading, file_name));
    TRY(map_read_record(&reading, &draft->record));
    withhold(profile, &draft->record);
    draft->arena = arena;
    view_of(draft, reading.message);
    *ret = draft;
    return OK;
}
