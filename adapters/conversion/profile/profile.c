/* A profile's file as a whole: its own keys, its tables, its life. */
#define _GNU_SOURCE /* FNM_CASEFOLD */
#include "adapters/conversion/canonical/privacy.h"
#include "adapters/conversion/profile/profile_inside.h"
#include "adapters/formats/xml_schema.h"
#include "base/limits.h"
#include "wire/fact.h"
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX        (64u << 20) /* 256 KiB of YAML cannot fill it: the limits of profile_inside.h */
#define WAIT_MAX_SECONDS 86400

static enum outcome read_table(struct profile_reading *r, struct setting *from, struct code_table *ret) {
    *ret = (struct code_table){.name = from->key};
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "a table is native text: canonical text");
    if (from->count > MAX_ROWS)
        return setting_fault(from, r->fault, "TOO_MANY", "a table of more than %u rows", MAX_ROWS);
    struct code_row *rows = arena_array(r->profile->arena, from->count + 1, sizeof *rows);
    ret->rows = rows;
    for (struct setting *child = from->first; child; child = child->next) {
        bool text = child->kind == SETTING_TEXT && (child->quoted || child->text[0]);
        child->seen = true; /* asked for by its place: by its name would cost a look at all before it */
        if (!text)
            NOTE(r, child,
                 setting_fault(child, r->fault, "SETTINGS_TYPE", "\"%s\" needs one canonical text (\"\" for none)",
                               child->key));
        if (text && !child->key[0])
            NOTE(r, child,
                 setting_fault(child, r->fault, "SETTINGS_TYPE", "an empty native text needs no table: use otherwise"));
        rows[ret->count++] = (struct code_row){child->key, text ? child->text : ""};
    }
    return OK;
}

static enum outcome read_tables(struct profile_reading *r, struct setting *root) {
    struct setting *map = setting_get(root, "tables");
    if (!map) return OK;
    if (map->kind != SETTING_MAP)
        return setting_fault(map, r->fault, "SETTINGS_TYPE", "tables: name: {native text: canonical text}");
    if (map->count > MAX_TABLES) return setting_fault(map, r->fault, "TOO_MANY", "more than %u tables", MAX_TABLES);
    struct code_table *tables = arena_array(r->profile->arena, map->count + 1, sizeof *tables);
    r->profile->tables = tables;
    for (struct setting *child = map->first; child; child = child->next) {
        NOTE(r, child, read_table(r, setting_get(map, child->key), &tables[r->profile->table_count++]));
    }
    return OK;
}

/* Names of facts and of their codes, both ways. */
static void make_fact_tables(struct profile *p) {
    const struct fact_list *list = catalogue_facts(p->catalogue);
    size_t capacity = 0, count = 0;
    struct code_row *rows = arena_array(p->arena, fact_count(list), sizeof *rows);
    for (size_t i = 0; i < fact_count(list); i++)
        rows[i] = (struct code_row){fact_at(list, i)->zh, fact_at(list, i)->name};
    p->facts = (struct code_table){"facts", rows, fact_count(list), true};
    for (size_t i = 0; i < fact_codes_count(list); i++) capacity += fact_codes_at(list, i)->count;
    rows = arena_array(p->arena, capacity, sizeof *rows);
    for (size_t i = 0; i < fact_codes_count(list); i++) {
        const struct fact_codes *codes = fact_codes_at(list, i);
        for (size_t k = 0; k < codes->count; k++)
            rows[count++] = (struct code_row){codes->one[k].zh, codes->one[k].code};
    }
    p->fact_codes = (struct code_table){"fact_codes", rows, count, true};
}

static enum outcome read_agency(struct profile_reading *r, struct setting *root) {
    const char *agency = NULL;
    TRY(setting_text(root, "agency", &agency, r->fault));
    r->profile->agency = directory_by_slug(r->profile->directory, bytes_of_cstr(agency));
    if (r->profile->agency) return OK;
    const struct participant *meant = directory_by_name(r->profile->directory, bytes_of_cstr(agency));
    if (meant)
        return setting_fault(setting_get(root, "agency"), r->fault, "UNKNOWN_RECIPIENT", "write the slug: %s",
                             meant->slug);
    return setting_fault(setting_get(root, "agency"), r->fault, "UNKNOWN_RECIPIENT",
                         "no participant \"%.80s\" in schemas/directory.yaml; here stands its slug", agency);
}

static enum outcome read_rest(struct profile_reading *r, struct setting *root) {
    const char *rest = NULL;
    TRY(setting_text_or(root, "rest", NULL, &rest, r->fault));
    if (!rest) return OK;
    struct native_path *path = arena_alloc(r->profile->arena, sizeof *path);
    TRY(profile_read_path(r, setting_get(root, "rest"), rest, path));
    r->profile->rest = path;
    return OK;
}

static enum outcome read_all(struct profile_reading *r, struct setting *root) {
    struct profile *p = r->profile;
    static const char *const stops[] = {"stop", "remark", NULL};
    int64_t wait = 0;
    int which = 0;
    if (root->kind != SETTING_MAP)
        return setting_fault(root, r->fault, "SETTINGS_TYPE", "a profile begins with agency: SLUG");
    NOTE(r, NULL, read_agency(r, root));
    TRY(profile_read_format(r, root)); /* without its kind nothing else can be judged */
    const char **every = arena_array(p->arena, 1, sizeof *every);
    every[0] = arena_printf(p->arena, "*.%s", p->extension);
    NOTE(r, NULL, profile_read_texts(r, root, "files", (struct texts){every, 1}, &p->files));
    NOTE(r, NULL, setting_int_or(root, "attachment_wait", 0, WAIT_MAX_SECONDS, 30, &wait, r->fault));
    p->attachment_wait_ms = wait * 1000;
    NOTE(r, NULL,
         setting_int_or(root, "attachment_inside", 0, LIMIT_ATTACHMENTS, LIMIT_ATTACHMENTS, &p->attachment_inside,
                        r->fault));
    NOTE(r, NULL,
         setting_int_or(root, "attachment_chunk", LIMIT_CHUNK_MIN, LIMIT_CHUNK, LIMIT_CHUNK, &p->attachment_chunk,
                        r->fault));
    NOTE(r, NULL, profile_read_choice(r, root, "identifiers", stops, &which));
    p->identifiers_stop = which == 0;
    NOTE(r, setting_get(root, "privacy"), profile_read_privacy(r, root));
    NOTE(r, setting_get(root, "withhold"), profile_read_withheld(r, root));
    NOTE(r, setting_get(root, "tables"), read_tables(r, root));
    r->blocks = setting_get(root, "blocks");
    if (r->blocks && r->blocks->kind != SETTING_MAP)
        return setting_fault(r->blocks, r->fault, "SETTINGS_TYPE", "blocks: name: {fields, facts, groups}");
    NOTE(r, NULL, read_rest(r, root));
    NOTE(r, NULL, profile_read_messages(r, root));
    if (r->mistakes && !r->mistakes->count) profile_vanish(r, root);
    return settings_check_unknown(root, r->fault);
}

static enum outcome build(struct profile_reading *r, const char *name, struct bytes yaml) {
    struct profile *profile = r->profile;
    profile->format.numbering = profile->numbering = numbering_new(profile->arena);
    make_fact_tables(profile);
    TRY(settings_parse(name, yaml, &profile->settings, r->fault));
    return read_all(r, settings_root(profile->settings));
}

enum outcome profile_build(const char *name, struct bytes yaml, const struct directory *directory,
                           const struct catalogue *catalogue, struct mistakes *mistakes, struct profile **ret,
                           struct fault *fault) {
    struct profile *profile = calloc(1, sizeof *profile);
    struct arena_scope scope;
    *ret = profile;
    if (!profile) return fault_set(fault, FATAL, "INTERNAL", "no memory for a profile");
    profile->directory = directory;
    profile->catalogue = catalogue;
    TRY(arena_open(64u << 10, ARENA_MAX, &profile->arena, fault));
    TRY(arena_enter(profile->arena, &scope, fault));
    struct profile_reading r = {profile, NULL, mistakes, fault};
    return arena_leave(profile->arena, &scope, build(&r, name, yaml), fault);
}

enum outcome profile_parse(const char *name, struct bytes yaml, const struct directory *directory,
                           const struct catalogue *catalogue, struct profile **ret, struct fault *fault) {
    struct profile *profile = NULL;
    enum outcome outcome = profile_build(name, yaml, directory, catalogue, NULL, &profile, fault);
    if (outcome == OK) *ret = profile;
    else profile_free(profile);
    return outcome;
}

enum outcome profile_load(const char *path, const struct directory *directory, const struct catalogue *catalogue,
                          struct profile **ret, struct fault *fault) {
    AUTO(buffer_free) struct buffer yaml;
    buffer_init(&yaml, LIMIT_SETTINGS);
    TRY(buffer_read_file(&yaml, path, fault));
    return profile_parse(path, buffer_view(&yaml), directory, catalogue, ret, fault);
}

void profile_free(struct profile *profile) {
    if (!profile) return;
    xml_schema_free(profile->schema);
    privacy_free(profile->privacy);
    settings_free(profile->settings);
    arena_free(profile->arena);
    free(profile);
}
const char *profile_agency(const struct profile *profile) { return profile->agency->slug; }
const char *profile_extension(const struct profile *profile) { return profile->extension; }
int64_t profile_attachment_wait_ms(const struct profile *profile) { return profile->attachment_wait_ms; }
size_t profile_attachment_inside(const struct profile *profile) { return (size_t)profile->attachment_inside; }
int32_t profile_attachment_chunk(const struct profile *profile) { return (int32_t)profile->attachment_chunk; }
enum profile_form profile_form(const struct profile *profile) {
    enum format_kind kind = profile->format.kind;
    if (kind == FORMAT_DBF || kind == FORMAT_XLSX) return PROFILE_BINARY;
    return kind == FORMAT_JSON ? PROFILE_JSON : PROFILE_TEXT;
}
const struct privacy *profile_privacy(const struct profile *profile) { return profile->privacy; }
bool profile_takes(const struct profile *profile, const char *file_name) {
    for (size_t i = 0; i < profile->files.count; i++) {
        if (fnmatch(profile->files.at[i], file_name, FNM_CASEFOLD) == 0) return true;
    }
    return false;
}
