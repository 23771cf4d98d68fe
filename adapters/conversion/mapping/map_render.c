/* A delivered record in the agency's own words, or in the built-in ones where the
 * profile has none. */
#include "adapters/conversion/mapping/map.h"

static void add_text(struct map_item *item, const char *path, enum group_kind group, struct bytes text,
                     struct arena *arena) {
    const struct value value = {.field = canonical_find(path, group), .text = text};
    if (value.field && text.count) map_add(item, &value, arena);
}

/* "缺少必填内容（title）；…" */
static struct bytes reasons_text(const struct map_record *record, struct arena *arena) {
    const struct map_group *reasons = &record->groups[GROUP_REASONS];
    struct bytes *parts = arena_array(arena, reasons->count + 1, sizeof *parts);
    for (size_t i = 0; i < reasons->count && arena_check(arena, NULL) == OK; i++) {
        struct bytes zh = map_text(&reasons->items[i], "zh"), field = map_text(&reasons->items[i], "field");
        parts[i] = zh;
        if (field.count) parts[i] = bytes_of_cstr(arena_printf(arena, "%.*s（%.*s）", BYTES_FMT(zh), BYTES_FMT(field)));
    }
    return scalar_join(parts, reasons->count, "；", arena);
}

void map_add_inbox(struct map_record *record, const struct inbox_facts *facts, struct arena *arena) {
    add_text(&record->own, "inbox.role", GROUP_NONE, bytes_of_cstr(facts->role), arena);
    add_text(&record->own, "inbox.lane", GROUP_NONE, bytes_of_cstr(arena_printf(arena, "%d", facts->lane)), arena);
    add_text(&record->own, "inbox.sequence", GROUP_NONE,
             bytes_of_cstr(arena_printf(arena, "%lld", (long long)facts->sequence)), arena);
    if (record->record == IN_NOTICE)
        add_text(&record->own, "reasons.text", GROUP_NONE, reasons_text(record, arena), arena);
}

/* The file names as they will lie beside the case file; a paper without content has none there. */
void map_name_papers(struct map_group *documents, const struct bytes *names, size_t count, struct arena *arena) {
    size_t used = 0;
    for (size_t i = 0; i < documents->count && arena_check(arena, NULL) == OK; i++) {
        struct map_item *item = &documents->items[i],
                        kept = {.has_content = item->has_content, .content = item->content, .chunked = item->chunked};
        struct bytes was = map_text(item, "file_name");
        for (size_t k = 0; k < item->count; k++) {
            if (strcmp(item->values[k].field->path, "file_name") != 0) map_add(&kept, &item->values[k], arena);
        }
        if (!map_get(&kept, "title")) add_text(&kept, "title", GROUP_DOCUMENTS, was, arena);
        if (item->has_content && used < count) add_text(&kept, "file_name", GROUP_DOCUMENTS, names[used++], arena);
        *item = kept;
    }
}

static void leave_facts(struct map_writing *w) {
    const struct map_group *facts = &w->record->groups[GROUP_FACTS];
    for (size_t i = 0; i < facts->count; i++) {
        bool taken = false;
        for (size_t k = 0; k < w->message->fact_count && !taken; k++) {
            bool again = false;
            for (size_t before = 0; before < i; before++)
                again = again || map_fact_takes(&w->message->facts[k], &facts->items[before]);
            taken = !again && map_fact_takes(&w->message->facts[k], &facts->items[i]);
        }
        if (!taken) *map_append(&w->facts, w->arena) = facts->items[i];
    }
}

static const struct mapped_message *message_for(const struct profile *profile, const struct map_record *record) {
    for (size_t i = 0; i < profile->message_count; i++) {
        if (profile->messages[i].receives && strcmp(profile->messages[i].event, record->event) == 0)
            return &profile->messages[i];
    }
    return NULL;
}

/* What a file may hold when it is read holds for writing too. */
static enum outcome within(const struct map_writing *w, struct fault *fault) {
    size_t columns = w->message->when_count + w->message->constant_count + w->message->field_count +
                     w->message->fact_count + 1,
           items = 0;
    for (size_t i = 0; i < w->message->group_count; i++) {
        columns += w->message->groups[i].field_count;
        items += map_write_group(w, w->message->groups[i].kind)->count;
    }
    size_t nodes =
        format_has_rows(&w->profile->format) ? map_row_count(w) * columns + items * 10 : items * 10 + columns;
    return nodes > FORMAT_MAX_NODES ? fault_set(fault, REFUSE, "TOO_LARGE", "the file would have %zu cells, at most %u",
                                                nodes, FORMAT_MAX_NODES)
                                    : OK;
}

enum outcome map_render(struct map_writing *w, struct buffer *into, struct fault *fault) {
    const struct format *format = &w->profile->format;
    w->message = message_for(w->profile, w->record);
    if (!w->message) w->message = map_builtin(w->profile, w->record, w->arena);
    leave_facts(w);
    TRY(within(w, fault));
    const struct node *tree = format_is_flat(format)    ? map_write_rows(w)
                              : format_has_rows(format) ? map_write_lines(w)
                                                        : map_write_tree(w);
    TRY(arena_check(w->arena, fault));
    return format_write(format, tree, into, fault);
}
