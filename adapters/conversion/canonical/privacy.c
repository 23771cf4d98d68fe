/* Loads schemas/privacy.yaml. */
#include "adapters/conversion/canonical/privacy.h"
#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX      (16u << 20) /* a file of LIMIT_SETTINGS cannot fill it */
#define MAX_LISTED     256u
#define MAX_CONDITIONS 4u
#define VERBS          "full, drop, county, numbers, sealed, {surname: TEXT}, {middle: [FRONT, BACK]} or {grid: DEGREES}"
const char *const privacy_arrivals[PRIVACY_ARRIVALS] = {"to", "copy", "notice", "alert"};

const struct mask *privacy_mask(const struct privacy *p, const char *name) {
    for (size_t i = 0; i < p->mask_count; i++) {
        if (strcmp(p->masks[i].name, name) == 0) return &p->masks[i];
    }
    return NULL;
}

const char *privacy_names(const struct privacy *p) {
    const char *all = "";
    for (size_t i = 0; i < p->mask_count; i++)
        all = arena_printf(p->arena, "%s%s%s", all, i ? ", " : "", p->masks[i].name);
    return all;
}

const struct mask *privacy_usual(const struct privacy *p, size_t arrival, enum role role) {
    return p->participants[role] ? p->participants[role] : p->arrivals[arrival];
}

/* A text, or a list of texts that may be empty. */
static enum outcome read_list(struct privacy *p, struct setting *from, struct texts *ret, struct fault *fault) {
    const char **texts = arena_array(p->arena, from->count + 1, sizeof *texts);
    size_t count = 0;
    if (from->kind == SETTING_MAP || from->count > MAX_LISTED)
        return setting_fault(from, fault, "SETTINGS_TYPE", "a text, or a list of at most %u", MAX_LISTED);
    if (from->kind == SETTING_TEXT) texts[count++] = from->text;
    for (const struct setting *one = from->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT) return setting_fault(one, fault, "SETTINGS_TYPE", "must be a text");
        texts[count++] = one->text;
    }
    *ret = (struct texts){texts, count};
    return OK;
}

static enum outcome read_masks(struct privacy *p, struct setting *root, struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(root, "masks", SETTING_LIST, &list, fault));
    if (!list->count || list->count > PRIVACY_MASKS)
        return setting_fault(list, fault, "TOO_MANY", "1 to %u masks", PRIVACY_MASKS);
    for (struct setting *one = list->first; one; one = one->next) {
        struct mask *mask = &p->masks[p->mask_count];
        const char *name = NULL, *label = NULL;
        *mask = (struct mask){.privacy = p, .index = p->mask_count};
        TRY(setting_text(one, "name", &name, fault));
        TRY(setting_text(one, "zh", &label, fault));
        TRY(setting_text(one, "en", &label, fault));
        TRY(setting_bool_or(one, "whole", false, &mask->whole, fault));
        if (privacy_mask(p, name))
            return setting_fault(one, fault, "SETTINGS_DUPLICATE", "the mask %s stands twice", name);
        mask->name = name;
        p->mask_count++;
    }
    return OK;
}

static enum outcome read_mask(const struct privacy *p, struct setting *map, const char *key, const struct mask **ret,
                              struct fault *fault) {
    const char *name = NULL;
    TRY(setting_text(map, key, &name, fault));
    *ret = privacy_mask(p, name);
    return *ret ? OK
                : setting_fault(setting_get(map, key), fault, "SETTINGS_TYPE", "\"%s\" is no mask; masks: %s", name,
                                privacy_names(p));
}

static enum outcome read_usual(struct privacy *p, struct setting *root, struct fault *fault) {
    struct setting *arrivals = NULL, *participants = NULL;
    TRY(setting_need(root, "arrivals", SETTING_MAP, &arrivals, fault));
    TRY(setting_need(root, "participants", SETTING_MAP, &participants, fault));
    for (size_t i = 0; i < PRIVACY_ARRIVALS; i++)
        TRY(read_mask(p, arrivals, privacy_arrivals[i], &p->arrivals[i], fault));
    for (enum role role = ROLE_AE; role <= ROLE_COO; role++) {
        if (setting_get(participants, role_text(role)))
            TRY(read_mask(p, participants, role_text(role), &p->participants[role], fault));
    }
    return OK;
}

static enum outcome read_count(const struct setting *from, size_t *ret, struct fault *fault) {
    if (!from || from->kind != SETTING_TEXT || strlen(from->text) != 1 || from->text[0] < '0' || from->text[0] > '9') {
        return setting_fault(from ? from : NULL, fault, "SETTINGS_TYPE", "a number of characters from 0 to 9");
    }
    *ret = (size_t)(from->text[0] - '0');
    return OK;
}

static enum outcome read_measured(struct privacy *p, struct setting *from, struct treatment *ret, struct fault *fault) {
    struct setting *surname = setting_get(from, "surname"), *middle = setting_get(from, "middle"),
                   *grid = setting_get(from, "grid");
    (void)p;
    if (from->count == 1 && surname && surname->kind == SETTING_TEXT && *surname->text) {
        *ret = (struct treatment){.verb = TREATMENT_SURNAME, .tail = surname->text};
        return OK;
    }
    if (from->count == 1 && middle && middle->kind == SETTING_LIST && middle->count == 2) {
        *ret = (struct treatment){.verb = TREATMENT_MIDDLE};
        TRY(read_count(middle->first, &ret->front, fault));
        return read_count(middle->first->next, &ret->back, fault);
    }
    char *end = NULL;
    double step = from->count == 1 && grid && grid->kind == SETTING_TEXT ? strtod(grid->text, &end) : 0;
    if (!end || *end || !(step >= 0.0001 && step <= 1))
        return setting_fault(from, fault, "SETTINGS_TYPE", "a treatment is " VERBS " (0.0001 to 1)");
    *ret = (struct treatment){.verb = TREATMENT_GRID, .step = step};
    return OK;
}

static enum outcome read_treatment(struct privacy *p, struct setting *from, struct treatment *ret,
                                   struct fault *fault) {
    static const char *const plain[] = {[TREATMENT_FULL] = "full",
                                        [TREATMENT_DROP] = "drop",
                                        [TREATMENT_COUNTY] = "county",
                                        [TREATMENT_SEALED] = "sealed",
                                        [TREATMENT_NUMBERS] = "numbers"};
    if (from->kind == SETTING_MAP) return read_measured(p, from, ret, fault);
    for (size_t i = 0; from->kind == SETTING_TEXT && i < sizeof plain / sizeof plain[0]; i++) {
        if (!plain[i] || strcmp(plain[i], from->text) != 0) continue;
        *ret = (struct treatment){.verb = (enum treatment_verb)i};
        return OK;
    }
    return setting_fault(from, fault, "SETTINGS_TYPE", "\"%s\" is no treatment: " VERBS,
                         from->kind == SETTING_TEXT ? from->text : "[…]");
}

/* Who reported is sealed and nothing else is; a group is whole or not there; names and numbers need a text, a grid
 * needs a number. */
static enum outcome check_treatment(const struct privacy_row *row, const struct treatment *t, const struct setting *at,
                                    struct fault *fault) {
    bool reporter = strcmp(row->path, "reporter") == 0, simple = t->verb == TREATMENT_FULL || t->verb == TREATMENT_DROP;
    enum value_kind kind = row->field ? row->field->kind : VALUE_TEXT;
    bool fits = reporter ? t->verb == TREATMENT_SEALED
                : !row->field || kind == VALUE_SYMBOL
                    ? simple && (row->field ? t->verb == TREATMENT_FULL : true)
                    : simple || (kind == VALUE_NUMBER ? t->verb == TREATMENT_GRID
                                                      : (kind == VALUE_TEXT || kind == VALUE_LIST) &&
                                                            t->verb != TREATMENT_GRID && t->verb != TREATMENT_SEALED);
    return fits ? OK : setting_fault(at, fault, "SETTINGS_TYPE", "%s cannot be treated so", row->path);
}

static bool name_field(const char *path, struct privacy_row *ret) {
    const char *dot = strchr(path, '.');
    ret->path = path;
    ret->field = canonical_find(path, GROUP_NONE);
    for (enum group_kind kind = 0; kind < GROUP_COUNT && !ret->field; kind++) {
        const char *group = canonical_group_name(kind);
        if (strcmp(group, path) == 0) return true;
        if (dot && strncmp(group, path, (size_t)(dot - path)) == 0 && !group[dot - path])
            ret->field = canonical_find(dot + 1, kind);
    }
    return ret->field || strcmp(path, "reporter") == 0;
}

static enum outcome read_records(struct privacy *p, struct setting *from, struct privacy_row *ret,
                                 struct fault *fault) {
    struct texts names = {0};
    ret->records = ~0u;
    if (!setting_get(from, "records")) return OK;
    TRY(read_list(p, setting_get(from, "records"), &names, fault));
    ret->records = 0;
    for (size_t i = 0; i < names.count; i++) {
        unsigned found = 0;
        for (unsigned record = IN_CASE; record <= IN_OPERATION_STEP; record <<= 1)
            found |= strcmp(canonical_record_name(record), names.at[i]) == 0 ? record : 0;
        if (!found)
            return setting_fault(setting_get(from, "records"), fault, "SETTINGS_TYPE",
                                 "\"%s\" is no record that agencies get", names.at[i]);
        ret->records |= found;
    }
    return OK;
}

static enum outcome read_conditions(struct privacy *p, struct setting *from, struct privacy_row *ret,
                                    struct fault *fault) {
    struct setting *map = setting_get(from, "full_when");
    if (!map) return OK;
    if (map->kind != SETTING_MAP || !ret->field || ret->field->group == GROUP_NONE || map->count > MAX_CONDITIONS) {
        return setting_fault(map, fault, "SETTINGS_TYPE", "full_when: {member of the same group: text}, at most %u",
                             MAX_CONDITIONS);
    }
    struct privacy_condition *all = arena_array(p->arena, map->count + 1, sizeof *all);
    ret->full_when = all;
    for (struct setting *one = map->first; one; one = one->next) {
        one->seen = true;
        if (!canonical_find(one->key, ret->field->group))
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "\"%s\" is no member of that group", one->key);
        all[ret->condition_count].member = one->key;
        TRY(read_list(p, one, &all[ret->condition_count++].texts, fault));
    }
    return OK;
}

static enum outcome read_row(struct privacy *p, struct setting *from, struct privacy_row *ret, struct fault *fault) {
    if (!name_field(from->key, ret))
        return setting_fault(from, fault, "SETTINGS_UNKNOWN",
                             "\"%s\" is no field of a record (docs/ADAPTERS.md, Canonical paths)", from->key);
    if (from->kind != SETTING_MAP)
        return setting_fault(from, fault, "SETTINGS_TYPE", "a field is {MASK: treatment, …}");
    TRY(read_records(p, from, ret, fault));
    TRY(read_conditions(p, from, ret, fault));
    for (size_t i = 0; i < p->mask_count; i++) {
        struct setting *at = setting_get(from, p->masks[i].name);
        if (p->masks[i].whole && at)
            return setting_fault(at, fault, "SETTINGS_TYPE", "%s is whole: nothing is masked in it", p->masks[i].name);
        if (p->masks[i].whole) continue;
        if (!at)
            return setting_fault(from, fault, "SETTINGS_MISSING", "%s does not say what %s shows of it", from->key,
                                 p->masks[i].name);
        TRY(read_treatment(p, at, &ret->treatments[i], fault));
        TRY(check_treatment(ret, &ret->treatments[i], at, fault));
    }
    return OK;
}

static enum outcome read_fields(struct privacy *p, struct setting *map, struct fault *fault) {
    if (map->count > MAX_LISTED) return setting_fault(map, fault, "TOO_MANY", "more than %u fields", MAX_LISTED);
    struct privacy_row *rows = arena_array(p->arena, map->count + 1, sizeof *rows);
    p->rows = rows;
    for (struct setting *one = map->first; one; one = one->next) {
        one->seen = true;
        TRY(read_row(p, one, &rows[p->row_count++], fault));
    }
    return OK;
}

static bool is_listed(const struct privacy *p, const char *path) {
    for (size_t i = 0; i < p->plain.count; i++) {
        if (strcmp(p->plain.at[i], path) == 0) return true;
    }
    const char *dot = strchr(path, '.');
    for (size_t i = 0; i < p->row_count; i++) {
        const char *row = p->rows[i].path;
        size_t count = strlen(row);
        /* a whole group, the reporter */
        bool above = !p->rows[i].field && dot && (size_t)(dot - path) == count && memcmp(row, path, count) == 0;
        if (above || strcmp(row, path) == 0) return true;
    }
    return false;
}

/* Fail-safe: a field that the table does not know would be shown to everybody. */
static enum outcome check_complete(const struct privacy *p, const struct setting *fields, struct fault *fault) {
    const struct canonical_field *field;
    for (size_t i = 0; (field = canonical_at(i)); i++) {
        if (field->kind != VALUE_TEXT && field->kind != VALUE_LIST && field->kind != VALUE_NUMBER) continue;
        const char *path = field->group == GROUP_NONE
                               ? field->path
                               : arena_printf(p->arena, "%s.%s", canonical_group_name(field->group), field->path);
        if (!is_listed(p, path))
            return setting_fault(fields, fault, "SETTINGS_MISSING",
                                 "nothing is said of %s: put it into fields or into plain", path);
    }
    return OK;
}

static enum outcome check_plain(const struct privacy *p, const struct setting *list, struct fault *fault) {
    const struct setting *one = list->first;
    struct privacy_row row = {0};
    for (size_t i = 0; i < p->plain.count; i++, one = one->next) {
        if (!name_field(p->plain.at[i], &row) || !row.field)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "\"%s\" is no field of a record", p->plain.at[i]);
    }
    return OK;
}

static enum outcome load(struct privacy *p, const char *path, struct fault *fault) {
    struct setting *plain = NULL, *fields = NULL, *compound = NULL;
    TRY(settings_load(path, &p->settings, fault));
    struct setting *root = settings_root(p->settings);
    TRY(read_masks(p, root, fault));
    TRY(read_usual(p, root, fault));
    TRY(setting_need(root, "compound_surnames", SETTING_LIST, &compound, fault));
    TRY(setting_need(root, "plain", SETTING_LIST, &plain, fault));
    TRY(setting_need(root, "fields", SETTING_MAP, &fields, fault));
    TRY(read_list(p, compound, &p->compound, fault));
    TRY(read_list(p, plain, &p->plain, fault));
    TRY(check_plain(p, plain, fault));
    TRY(read_fields(p, fields, fault));
    TRY(check_complete(p, fields, fault));
    return settings_check_unknown(root, fault);
}

static enum outcome open_load(struct privacy *p, const char *schemas_folder, struct fault *fault) {
    struct arena_scope scope;
    TRY(arena_open(16u << 10, ARENA_MAX, &p->arena, fault));
    TRY(arena_enter(p->arena, &scope, fault));
    enum outcome outcome = load(p, arena_printf(p->arena, "%s/privacy.yaml", schemas_folder), fault);
    return arena_leave(p->arena, &scope, outcome, fault);
}

enum outcome privacy_load(const char *schemas_folder, const struct division_list *divisions, struct privacy **ret,
                          struct fault *fault) {
    struct privacy *p = calloc(1, sizeof *p);
    if (!p) return fault_set(fault, FATAL, "INTERNAL", "no memory for the masks");
    p->divisions = divisions;
    enum outcome outcome = open_load(p, schemas_folder, fault);
    if (outcome == OK) *ret = p;
    else privacy_free(p);
    return outcome;
}

void privacy_free(struct privacy *p) {
    if (!p) return;
    settings_free(p->settings);
    arena_free(p->arena);
    free(p);
}
