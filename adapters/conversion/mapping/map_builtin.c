/* 内置映射: how a record looks to an agency whose profile has no words for it: every canonical field under its Chinese
 * name (canonical_names.c), so that nothing is lost. */
#include "adapters/conversion/mapping/map.h"
#include "wire/event.h"

/* The few codes whose words are not any agency's own. */
static const struct code_row role_rows[] = {{"主送", "to"}, {"抄送", "copy"}, {"通知", "notice"}};
static const struct code_row kind_rows[] = {{"自然人", "PERSON"}, {"单位", "ORGANISATION"}};
static const struct code_row truth_rows[] = {{"是", "true"}, {"否", "false"}};
static const struct code_table roles = {"role", role_rows, 3, false}, kinds = {"kind", kind_rows, 2, false},
                               truths = {"truth", truth_rows, 2, false};

static struct native_path path_of(const char *name, struct arena *arena) {
    const char **names = arena_array(arena, 1, sizeof *names);
    names[0] = name;
    return (struct native_path){names, 1, false, name, NULL};
}

static const struct code_table *table_of(const struct profile *profile, const char *path, enum group_kind group) {
    if (group == GROUP_FACTS) return strcmp(path, "name") == 0 ? &profile->facts : &profile->fact_codes;
    if (strcmp(path, "inbox.role") == 0) return &roles;
    if (strcmp(path, "statutory") == 0) return &truths;
    return group == GROUP_PARTIES && strcmp(path, "kind") == 0 ? &kinds : NULL;
}

struct wanted {
    const struct profile *profile;
    unsigned record;
    struct arena *arena;
};

/* Times with all they have, whatever the profile's own form leaves out. */
static size_t fields_of(const struct wanted *wanted, enum group_kind group, struct mapped_field **ret) {
    size_t named = 0, count = 0;
    const struct canonical_name *names = canonical_names(group, &named);
    struct mapped_field *fields = arena_array(wanted->arena, named, sizeof *fields);
    bool flat = format_is_flat(&wanted->profile->format);
    for (size_t i = 0; i < named; i++) {
        const struct canonical_name *name = &names[i];
        const struct canonical_field *canonical = canonical_find(name->path, group);
        if (!canonical || (group == GROUP_NONE && !(canonical->records & wanted->record))) continue;
        const char *zh = flat ? arena_printf(wanted->arena, "%s%s", canonical_group_zh(group), name->zh) : name->zh;
        fields[count++] =
            (struct mapped_field){.canonical = canonical,
                                  .placed = true,
                                  .at = path_of(zh, wanted->arena),
                                  .table = table_of(wanted->profile, name->path, group),
                                  .separators = flat ? wanted->profile->list : (struct texts){0},
                                  .unit = canonical->kind == VALUE_AMOUNT ? scalar_unit("元", "fen") : NULL};
    }
    *ret = fields;
    return count;
}

const struct mapped_message *map_builtin(const struct profile *profile, const struct map_record *record,
                                         struct arena *arena) {
    const struct wanted wanted = {profile, record->record, arena};
    struct mapped_message *message = arena_alloc(arena, sizeof *message);
    struct mapped_group *list = arena_array(arena, GROUP_COUNT, sizeof *list);
    struct fixed_text *kind = arena_alloc(arena, sizeof *kind);
    const struct event_entry *event = catalogue_event(profile->catalogue, bytes_of_cstr(record->event));
    struct mapped_field *fields = NULL;
    const char **name = arena_array(arena, 1, sizeof *name);
    name[0] = event ? event->zh : record->event;
    *kind = (struct fixed_text){path_of(record->record == IN_NOTICE ? "通知类型" : "文书种类", arena), {name, 1}};
    *message = (struct mapped_message){.event = record->event,
                                       .record = record->record,
                                       .receives = true,
                                       .when = kind,
                                       .when_count = 1,
                                       .groups = list};
    message->field_count = fields_of(&wanted, GROUP_NONE, &fields);
    message->fields = fields;
    for (enum group_kind group = 0; group < GROUP_COUNT; group++) {
        if (!(canonical_group_records(group) & record->record)) continue;
        struct mapped_group *one = &list[message->group_count++];
        *one = (struct mapped_group){.kind = group,
                                     .placed = !format_is_flat(&profile->format),
                                     .at = path_of(canonical_group_zh(group), arena)};
        one->field_count = fields_of(&wanted, group, &fields);
        one->fields = fields;
    }
    return message;
}
