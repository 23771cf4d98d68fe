/* The catalogue loaded: each schema with the programs that walk its records. */
#include "wire/catalogue.h"
#include "base/limits.h"
#include "base/settings.h"
#include "identifiers/division.h"
#include "wire/event.h"
#include "wire/fact.h"
#include "wire/record_inside.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SCHEMAS 64
struct schema_class {
    _Atomic(avro_value_iface_t *) made;
};
struct catalogue {
    struct schema_entry entries[MAX_SCHEMAS];
    size_t count;
    struct event_list *events;
    struct division_list *divisions;
    char *folder;
    struct fact_list *facts;
};
static const char *const kind_names[] = {"CaseFile", "CaseStep", "Notice",    "DeliveryReport", "Tick",
                                         "Clue",     "ClueStep", "Operation", "OperationStep"};
#define KINDS (sizeof kind_names / sizeof kind_names[0])

static enum outcome compile(struct schema_entry *entry, struct fault *fault) {
    const char *paths[RECORD_MAX_FIELDS];
    size_t enveloped = 0, count = 0;
    const struct record_field *envelope = record_envelope(&enveloped), *own = record_fields(entry->kind, &count);
    struct walk_program *program = NULL;
    INVARIANT(enveloped + count <= RECORD_MAX_FIELDS);
    for (size_t i = 0; i < enveloped; i++) paths[i] = envelope[i].path;
    for (size_t i = 0; i < count; i++) paths[enveloped + i] = own[i].path;
    TRY(walk_program_new(entry->schema, paths, enveloped + count, &program, fault));
    entry->program = program;
    return OK;
}

static enum outcome compile_items(struct schema_entry *entry, struct fault *fault) {
    const char *const *paths = NULL;
    size_t count = 0;
    struct walk_program *program = NULL;
    const char *name = record_items(entry->kind, &paths, &count);
    if (!name) return OK;
    avro_schema_t items = avro_schema_array_items(avro_schema_record_field_get(entry->schema, name));
    TRY(walk_program_new(items, paths, count, &program, fault));
    entry->items = program;
    return OK;
}

/* What is read stays with the entry, also when it fails; catalogue_free lets it go. The analyzer loses sight of that,
 * since the entry is an array's element. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static enum outcome make_programs(struct schema_entry *entry, const char *file, struct fault *fault) {
    char full_name[1024];
    if (avro_schema_from_json_length((const char *)entry->json.at, entry->json.count, &entry->schema) != 0) {
        return fault_set(fault, FATAL, "SETTINGS_TYPE", "%s: %s", file, avro_strerror());
    }
    snprintf(full_name, sizeof full_name, "%s.%s", avro_schema_namespace(entry->schema),
             avro_schema_name(entry->schema));
    entry->full_name = strdup(full_name);
    TRY(compile(entry, fault));
    entry->class = calloc(1, sizeof *entry->class);
    INVARIANT(entry->class);
    return compile_items(entry, fault);
}
#pragma GCC diagnostic pop

static enum outcome load_entry(struct catalogue *catalogue, const char *folder, struct setting *from,
                               struct fault *fault) {
    struct schema_entry *entry = &catalogue->entries[catalogue->count];
    int64_t id = 0, version = 0;
    const char *name = NULL, *file = NULL;
    TRY(setting_int(from, "id", 1, INT32_MAX, &id, fault));
    TRY(setting_int(from, "version", 1, 10000, &version, fault));
    TRY(setting_text(from, "name", &name, fault));
    TRY(setting_text(from, "file", &file, fault));
    if (catalogue_by_id(catalogue, (uint32_t)id))
        return setting_fault(from, fault, "SETTINGS_DUPLICATE", "schema id %lld stands twice", (long long)id);
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kind_names[i], name) == 0) entry->kind = (enum record_kind)(i + 1);
    }
    if (!entry->kind) return setting_fault(from, fault, "SETTINGS_TYPE", "\"%s\" is no record type of ecocase", name);
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    struct buffer text;
    buffer_init(&text, LIMIT_SETTINGS);
    enum outcome read = buffer_read_file(&text, path, fault);
    entry->json = buffer_view(&text); /* owned by the entry from here on */
    catalogue->count++;
    entry->name = strdup(name);
    TRY(read);
    entry->id = (uint32_t)id;
    entry->version = (int)version;
    return make_programs(entry, path, fault);
}

static enum outcome load_all(struct catalogue *catalogue, const char *folder, struct fault *fault) {
    AUTO(settings_free_auto) struct settings *settings = NULL;
    struct setting *list = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/catalogue.yaml", folder);
    TRY(settings_load(path, &settings, fault));
    TRY(setting_need(settings_root(settings), "schemas", SETTING_LIST, &list, fault));
    for (struct setting *entry = list->first; entry; entry = entry->next) {
        if (catalogue->count == MAX_SCHEMAS)
            return setting_fault(entry, fault, "TOO_MANY", "more than %d schemas", MAX_SCHEMAS);
        TRY(load_entry(catalogue, folder, entry, fault));
    }
    for (size_t kind = RECORD_CASE_FILE; kind <= KINDS; kind++) {
        if (!catalogue_newest(catalogue, (enum record_kind)kind)) {
            return setting_fault(list, fault, "SETTINGS_MISSING", "no schema for %s", kind_names[kind - 1]);
        }
    }
    return settings_check_unknown(settings_root(settings), fault);
}

/* Those of the newest version of the rules: what is written today is written by them. */
static enum outcome load_words(struct catalogue *catalogue, const char *schemas_folder, struct fault *fault) {
    char path[1024];
    snprintf(path, sizeof path, "%s/rules", schemas_folder);
    TRY(division_list_load(path, &catalogue->divisions, fault));
    snprintf(path, sizeof path, "%s/rules/facts.yaml", schemas_folder);
    return fact_list_load(path, &catalogue->facts, fault);
}

enum outcome catalogue_load(const char *schemas_folder, struct catalogue **ret, struct fault *fault) {
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    INVARIANT(catalogue);
    catalogue->folder = strdup(schemas_folder);
    INVARIANT(catalogue->folder);
    enum outcome loaded = load_all(catalogue, schemas_folder, fault);
    if (loaded == OK) loaded = event_list_load(schemas_folder, &catalogue->events, fault);
    if (loaded == OK) loaded = load_words(catalogue, schemas_folder, fault);
    if (loaded == OK) *ret = catalogue;
    else catalogue_free(catalogue);
    return loaded;
}

static void let_go(const void *owned) {
    union {
        const void *borrowed;
        void *owned;
    } both = {owned};
    free(both.owned);
}

void catalogue_free(struct catalogue *catalogue) {
    if (!catalogue) return;
    for (size_t i = 0; i < catalogue->count; i++) {
        struct schema_entry *entry = &catalogue->entries[i];
        union {
            const struct walk_program *borrowed;
            struct walk_program *owned;
        } program = {entry->program}, items = {entry->items};
        walk_program_free(program.owned);
        walk_program_free(items.owned);
        if (entry->class && entry->class->made) avro_value_iface_decref(entry->class->made);
        free(entry->class);
        if (entry->schema) avro_schema_decref(entry->schema);
        let_go(entry->name);
        let_go(entry->full_name);
        let_go(entry->json.at);
    }
    event_list_free(catalogue->events);
    division_list_free(catalogue->divisions);
    fact_list_free(catalogue->facts);
    free(catalogue->folder);
    free(catalogue);
}
avro_value_iface_t *catalogue_class(const struct schema_entry *entry) {
    avro_value_iface_t *made = atomic_load(&entry->class->made), *none = NULL;
    if (made) return made;
    made = avro_generic_class_from_schema(entry->schema);
    if (!made || atomic_compare_exchange_strong(&entry->class->made, &none, made)) return made;
    avro_value_iface_decref(made); /* another thread was quicker */
    return none;
}
const struct division_list *catalogue_divisions(const struct catalogue *catalogue) { return catalogue->divisions; }
const struct fact_list *catalogue_facts(const struct catalogue *catalogue) { return catalogue->facts; }
const char *catalogue_folder(const struct catalogue *catalogue) { return catalogue->folder; }
const struct event_entry *catalogue_event(const struct catalogue *catalogue, struct bytes code) {
    return event_find(catalogue->events, code);
}

const struct schema_entry *catalogue_by_id(const struct catalogue *catalogue, uint32_t id) {
    for (size_t i = 0; i < catalogue->count; i++) {
        if (catalogue->entries[i].id == id) return &catalogue->entries[i];
    }
    return NULL;
}
#define COMING 16u /* ids that newer programs may know: beyond, it is no id */
bool catalogue_may_come(const struct catalogue *catalogue, uint32_t id) {
    uint32_t last = 0;
    for (size_t i = 0; i < catalogue->count; i++) {
        if (catalogue->entries[i].id > last) last = catalogue->entries[i].id;
    }
    return id > last && id - last <= COMING;
}
const struct schema_entry *catalogue_newest(const struct catalogue *catalogue, enum record_kind kind) {
    const struct schema_entry *newest = NULL;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct schema_entry *entry = &catalogue->entries[i];
        if (entry->kind == kind && (!newest || entry->version > newest->version)) newest = entry;
    }
    return newest;
}
