/* Fields, facts and groups of a message or a block. */
#include "adapters/conversion/profile/profile_inside.h"
#include "adapters/conversion/profile/value.h"

static bool one_of(const char *text, const char *const *symbols) {
    while (*symbols && strcmp(*symbols, text) != 0) symbols++;
    return *symbols != NULL;
}

static enum outcome check_symbol(struct profile_reading *r, struct setting *at, const struct canonical_field *canonical,
                                 const char *text) {
    bool agency = canonical->kind == VALUE_AGENCY || canonical->kind == VALUE_AGENCIES;
    if (!text ||
        (canonical->kind == VALUE_SYMBOL ? one_of(text, canonical->symbols)
                                         : !agency || directory_by_slug(r->profile->directory, bytes_of_cstr(text))))
        return OK;
    return setting_fault(at, r->fault, "SETTINGS_TYPE", "\"%s\" is no value of %s%s", text, canonical->path,
                         agency ? " (slugs of schemas/directory.yaml)" : "");
}

/* What the profile says itself is written in canonical form; it must be one. */
static enum outcome check_constant(struct profile_reading *r, struct setting *at,
                                   const struct canonical_field *canonical, const char *text) {
    struct value value = {0};
    struct fault why = {0};
    TRY(check_symbol(r, at, canonical, text));
    if (!text || value_constant(r->profile, canonical, text, r->profile->arena, &value, &why) == OK) return OK;
    return setting_fault(at, r->fault, "SETTINGS_TYPE",
                         "%s cannot be \"%.80s\": times as 2026-06-08 10:20, amounts in 元, numbers plainly",
                         canonical->path, text);
}

static enum outcome read_table(struct profile_reading *r, struct setting *from, struct mapped_field *field) {
    const char *name = NULL;
    TRY(setting_text_or(from, "table", NULL, &name, r->fault));
    if (!name) return OK;
    struct setting *at = setting_get(from, "table");
    enum value_kind kind = field->canonical->kind;
    field->table = profile_table(r->profile, name);
    if (!field->table)
        return setting_fault(at, r->fault, "SETTINGS_MISSING", "there is no table \"%s\" under tables", name);
    if (kind == VALUE_TIME || kind == VALUE_AMOUNT || kind == VALUE_NUMBER || kind == VALUE_COUNT) {
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s is no text: it takes no table", field->canonical->path);
    }
    for (size_t i = 0; i < field->table->count; i++)
        TRY(check_symbol(r, at, field->canonical, field->table->rows[i].canonical));
    return OK;
}

static enum outcome read_unit(struct profile_reading *r, struct setting *from, const struct canonical_field *canonical,
                              const struct unit_pair **ret) {
    const char *unit = NULL, *as = NULL;
    TRY(setting_text_or(from, "unit", NULL, &unit, r->fault));
    TRY(setting_text_or(from, "as", NULL, &as, r->fault));
    if (canonical && canonical->kind == VALUE_AMOUNT) {
        if (as)
            return setting_fault(setting_get(from, "as"), r->fault, "SETTINGS_TYPE",
                                 "an amount needs no \"as\": it is kept in fen");
        if (!unit) unit = "元";
        as = "fen";
    } else if (!unit && !as) {
        return OK;
    } else if (canonical && (canonical->kind != VALUE_NUMBER && canonical->kind != VALUE_TEXT)) {
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "%s takes no unit", canonical->path);
    } else if (!unit || !as) {
        return setting_fault(from, r->fault, "SETTINGS_MISSING", "unit and as belong together: unit: 市斤, as: kg");
    }
    *ret = scalar_unit(unit, as);
    if (!*ret)
        return setting_fault(setting_get(from, "unit"), r->fault, "SETTINGS_TYPE",
                             "\"%s\" cannot be turned into %s (docs/ADAPTERS.md, Units)", unit, as);
    return OK;
}

static enum outcome read_dates(struct profile_reading *r, struct setting *from, struct mapped_field *field) {
    struct setting *at = setting_get(from, "date");
    if (at && field->canonical->kind != VALUE_TIME)
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s is no time", field->canonical->path);
    if (field->canonical->kind != VALUE_TIME) return OK;
    return profile_read_dates(r, from, r->profile->dates, &field->dates);
}

static enum outcome read_separators(struct profile_reading *r, struct setting *from, struct mapped_field *field) {
    bool list = field->canonical->kind == VALUE_LIST || field->canonical->kind == VALUE_AGENCIES;
    struct setting *at = setting_get(from, "separator");
    if (at && !list) return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s is no list", field->canonical->path);
    if (!list) return OK;
    struct texts otherwise = format_is_flat(&r->profile->format) ? r->profile->list : (struct texts){NULL, 0};
    return profile_read_texts(r, from, "separator", otherwise, &field->separators);
}

static enum outcome read_options(struct profile_reading *r, struct setting *from, struct mapped_field *field) {
    const char *path = NULL;
    TRY(setting_text_or(from, "at", NULL, &path, r->fault));
    TRY(setting_text_or(from, "value", NULL, &field->constant, r->fault));
    TRY(setting_text_or(from, "otherwise", NULL, &field->otherwise, r->fault));
    TRY(setting_bool_or(from, "required", false, &field->required, r->fault));
    TRY(setting_bool_or(from, "bare", false, &field->bare, r->fault));
    if (!path == !field->constant)
        return setting_fault(from, r->fault, "SETTINGS_MISSING", "%s needs either at: PATH or value: TEXT",
                             field->canonical->path);
    field->placed = path != NULL;
    if (path) TRY(profile_read_path(r, setting_get(from, "at"), path, &field->at));
    bool json = r->profile->format.kind == FORMAT_JSON || r->profile->format.kind == FORMAT_JSONL;
    if (field->bare && !json)
        return setting_fault(setting_get(from, "bare"), r->fault, "SETTINGS_TYPE", "bare is for jsonl and json only");
    NOTE(r, NULL, check_constant(r, setting_get(from, "value"), field->canonical, field->constant));
    NOTE(r, NULL, check_constant(r, setting_get(from, "otherwise"), field->canonical, field->otherwise));
    NOTE(r, NULL, read_table(r, from, field));
    NOTE(r, NULL, read_unit(r, from, field->canonical, &field->unit));
    NOTE(r, NULL, read_dates(r, from, field));
    return read_separators(r, from, field);
}

static enum outcome read_field(struct profile_reading *r, struct setting *from, const struct canonical_field *canonical,
                               struct mapped_field *ret) {
    *ret = (struct mapped_field){.canonical = canonical};
    if (from->kind == SETTING_MAP) return read_options(r, from, ret);
    if (from->kind != SETTING_TEXT)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "%s: a native path, or {at: PATH, …}", from->key);
    ret->placed = true;
    TRY(profile_read_path(r, from, from->text, &ret->at));
    if (canonical->kind == VALUE_AMOUNT) ret->unit = scalar_unit("元", "fen");
    if (canonical->kind == VALUE_TIME) ret->dates = r->profile->dates;
    bool list = canonical->kind == VALUE_LIST || canonical->kind == VALUE_AGENCIES;
    if (list && format_is_flat(&r->profile->format)) ret->separators = r->profile->list;
    return OK;
}

/* A map's own keys are looked up by the file's order, so each is asked for by name. */
static struct setting *own(struct setting *map, struct setting *child) { return setting_get(map, child->key); }

static enum outcome wrong_field(struct profile_reading *r, const struct setting *one,
                                const struct canonical_field *canonical, const struct parts *parts) {
    if (!canonical)
        return setting_fault(one, r->fault, "SETTINGS_UNKNOWN",
                             "\"%s\" is no canonical field (docs/ADAPTERS.md, Fields)", one->key);
    return setting_fault(one, r->fault, "SETTINGS_TYPE", "%s is no field of %s, in which this event travels", one->key,
                         canonical_record_name(parts->record));
}

static enum outcome read_fields(struct profile_reading *r, struct setting *from, struct parts *parts) {
    struct setting *map = setting_get(from, "fields");
    if (!map) return OK;
    if (map->kind != SETTING_MAP)
        return setting_fault(map, r->fault, "SETTINGS_TYPE", "fields: canonical field: native path");
    size_t before = parts->field_count;
    for (struct setting *child = map->first; child; child = child->next) {
        struct setting *one = own(map, child);
        const struct canonical_field *canonical = canonical_find(one->key, GROUP_NONE);
        struct mapped_field field;
        bool had = false;
        if (!canonical || !(canonical->records & parts->record)) {
            NOTE(r, one, wrong_field(r, one, canonical, parts));
            continue;
        }
        NOTE(r, one, read_field(r, one, canonical, &field));
        for (size_t i = 0; i < before; i++) had = had || parts->fields[i].canonical == canonical;
        if (had) continue;
        if (parts->field_count == MAX_FIELDS)
            return setting_fault(one, r->fault, "TOO_MANY", "more than %u fields", MAX_FIELDS);
        parts->fields[parts->field_count++] = field;
    }
    return OK;
}

static enum outcome read_fact(struct profile_reading *r, struct setting *from, struct mapped_fact *ret) {
    const char *path = NULL, *as = NULL;
    *ret = (struct mapped_fact){0};
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "a fact is {name, at, unit, as}");
    TRY(setting_text(from, "name", &ret->name, r->fault));
    TRY(setting_text(from, "at", &path, r->fault));
    TRY(setting_text_or(from, "as", NULL, &as, r->fault));
    TRY(setting_text_or(from, "unit", "", &ret->unit_text, r->fault));
    TRY(setting_bool_or(from, "required", false, &ret->required, r->fault));
    if (as) {
        TRY(read_unit(r, from, NULL, &ret->unit));
        ret->unit_text = as;
    }
    TRY(profile_read_path(r, setting_get(from, "at"), path, &ret->at));
    return profile_fact(r, from, ret);
}

static enum outcome read_facts(struct profile_reading *r, struct setting *from, struct parts *parts) {
    struct setting *list = setting_get(from, "facts");
    if (!list) return OK;
    if (list->kind != SETTING_LIST)
        return setting_fault(list, r->fault, "SETTINGS_TYPE", "facts: a list of {name, at, unit, as, code, table}");
    if (!(canonical_group_records(GROUP_FACTS) & parts->record)) {
        return setting_fault(list, r->fault, "SETTINGS_TYPE",
                             "facts belong to CaseFile, CaseStep and Clue; this event travels in %s",
                             canonical_record_name(parts->record));
    }
    for (struct setting *one = list->first; one; one = one->next) {
        struct mapped_fact fact = {0};
        bool had = false;
        NOTE(r, one, read_fact(r, one, &fact));
        if (!fact.name) continue;
        for (size_t i = 0; i < parts->fact_count; i++)
            had = had || (strcmp(parts->facts[i].name, fact.name) == 0 &&
                          strcmp(parts->facts[i].unit_text, fact.unit_text) == 0);
        if (had) continue;
        if (parts->fact_count == MAX_FACTS)
            return setting_fault(one, r->fault, "TOO_MANY", "more than %u facts", MAX_FACTS);
        parts->facts[parts->fact_count++] = fact;
    }
    return OK;
}

/* A needed member that the group does not map; NULL: none. */
static const char *missing_of(const struct mapped_group *group) {
    const struct canonical_field *field;
    for (size_t i = 0; (field = canonical_at(i)) != NULL; i++) {
        bool mapped = field->group != group->kind || !field->needed;
        for (size_t j = 0; j < group->field_count; j++) mapped = mapped || group->fields[j].canonical == field;
        if (!mapped) return field->path;
    }
    return NULL;
}

static enum outcome read_members(struct profile_reading *r, struct setting *from, struct mapped_group *group) {
    struct setting *map = NULL;
    TRY(setting_need(from, "fields", SETTING_MAP, &map, r->fault));
    struct mapped_field *fields = arena_array(r->profile->arena, map->count + 1, sizeof *fields);
    for (struct setting *child = map->first; child; child = child->next) {
        struct setting *one = own(map, child);
        const struct canonical_field *canonical = canonical_find(one->key, group->kind);
        if (canonical) NOTE(r, one, read_field(r, one, canonical, &fields[group->field_count++]));
        else
            NOTE(r, one,
                 setting_fault(one, r->fault, "SETTINGS_UNKNOWN",
                               "\"%s\" is no member of %s (docs/ADAPTERS.md, Groups)", one->key,
                               canonical_group_name(group->kind)));
    }
    group->fields = fields;
    return OK;
}

static enum outcome read_group(struct profile_reading *r, struct setting *from, enum group_kind kind,
                               struct mapped_group *ret) {
    const char *path = NULL;
    *ret = (struct mapped_group){.kind = kind};
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "a group is {at, fields: {member: path}}");
    TRY(setting_text_or(from, "at", NULL, &path, r->fault));
    TRY(setting_bool_or(from, "distinct", false, &ret->distinct, r->fault));
    TRY(profile_read_texts(r, from, "split", (struct texts){NULL, 0}, &ret->split));
    bool sheets = r->profile->format.kind == FORMAT_XLSX;
    if (format_is_flat(&r->profile->format) && !sheets && path) {
        return setting_fault(setting_get(from, "at"), r->fault, "SETTINGS_TYPE",
                             "a group of this kind of format has no \"at\": its items are the rows");
    }
    if (!format_has_rows(&r->profile->format) && ret->distinct) {
        return setting_fault(setting_get(from, "distinct"), r->fault, "SETTINGS_TYPE",
                             "distinct is for formats with rows only");
    }
    ret->placed = path != NULL;
    if (path)
        TRY(sheets ? profile_read_sheet_path(r, setting_get(from, "at"), path, &ret->at)
                   : profile_read_path(r, setting_get(from, "at"), path, &ret->at));
    TRY(read_members(r, from, ret));
    const char *missing = missing_of(ret);
    return missing ? setting_fault(from, r->fault, "SETTINGS_MISSING", "%s needs the member \"%s\"", from->key, missing)
                   : OK;
}

static enum outcome find_group(struct profile_reading *r, const struct setting *one, const struct parts *parts,
                               enum group_kind *ret) {
    *ret = 0;
    while (*ret < GROUP_COUNT && strcmp(canonical_group_name(*ret), one->key) != 0) (*ret)++;
    if (*ret == GROUP_COUNT)
        return setting_fault(one, r->fault, "SETTINGS_UNKNOWN", "\"%s\" is no group (docs/ADAPTERS.md, Groups)",
                             one->key);
    if (canonical_group_records(*ret) & parts->record) return OK;
    return setting_fault(one, r->fault, "SETTINGS_TYPE", "%s is no group of %s, in which this event travels", one->key,
                         canonical_record_name(parts->record));
}

static enum outcome read_one_group(struct profile_reading *r, struct setting *one, struct parts *parts) {
    enum group_kind kind;
    struct mapped_group group;
    TRY(find_group(r, one, parts, &kind));
    TRY(read_group(r, one, kind, &group));
    for (size_t i = 0; i < parts->group_count; i++) {
        if (parts->groups[i].kind == kind) return OK;
    }
    parts->groups[parts->group_count++] = group;
    return OK;
}

static enum outcome read_groups(struct profile_reading *r, struct setting *from, struct parts *parts) {
    struct setting *map = setting_get(from, "groups");
    if (!map) return OK;
    if (map->kind != SETTING_MAP)
        return setting_fault(map, r->fault, "SETTINGS_TYPE", "groups: parties: {…}, items: {…}");
    for (struct setting *child = map->first; child; child = child->next) {
        struct setting *one = own(map, child);
        NOTE(r, one, read_one_group(r, one, parts));
    }
    return OK;
}

enum outcome profile_read_parts(struct profile_reading *r, struct setting *from, struct parts *parts) {
    NOTE(r, setting_get(from, "fields"), read_fields(r, from, parts));
    NOTE(r, setting_get(from, "facts"), read_facts(r, from, parts));
    return read_groups(r, from, parts);
}
