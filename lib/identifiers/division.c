/* The list of divisions, read from divisions.yaml and searched. It is short: a search is a run over whole numbers. */
#include "identifiers/division.h"
#include "base/settings.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_AREAS 32
struct bounds {
    int32_t area;
    int32_t west, east, south, north; /* hundredths of a degree */
};
struct division_list {
    struct settings *settings; /* owns the names */
    struct division *entries;
    size_t count;
    int32_t areas[MAX_AREAS]; /* four digits */
    size_t area_count;
    struct bounds bounds[MAX_AREAS];
    size_t bounds_count;
};

/* `count` digits; -1: not so. */
static int32_t code_of(struct bytes text, size_t count) {
    int32_t code = 0;
    if (text.count != count) return -1;
    for (size_t i = 0; i < count; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return -1;
        code = code * 10 + (text.at[i] - '0');
    }
    return code;
}

static enum outcome setting_code(struct setting *from, const char *key, int32_t *ret, struct fault *fault) {
    const char *text = NULL;
    TRY(setting_text(from, key, &text, fault));
    *ret = code_of(bytes_of_cstr(text), 6);
    return *ret < 0 ? setting_fault(setting_get(from, key), fault, "SETTINGS_TYPE",
                                    "%s must be six digits, not \"%.20s\"", key, text)
                    : OK;
}

static bool meets(const struct division *a, const struct division *b) {
    return a->code == b->code && (!a->until || b->from < a->until) && (!b->until || a->from < b->until);
}

static enum outcome read_division(struct division_list *list, struct setting *from, struct fault *fault) {
    struct division *d = &list->entries[list->count];
    int64_t since = 0, until = 0;
    TRY(setting_code(from, "code", &d->code, fault));
    TRY(setting_text(from, "name", &d->name, fault));
    TRY(setting_int(from, "from", 1949, 2199, &since, fault));
    TRY(setting_int_or(from, "until", since + 1, 2199, 0, &until, fault));
    d->from = (int16_t)since;
    d->until = (int16_t)until;
    if (until) TRY(setting_code(from, "next", &d->next, fault));
    for (size_t i = 0; i < list->count; i++) {
        if (meets(&list->entries[i], d))
            return setting_fault(from, fault, "SETTINGS_DUPLICATE", "%06d has two names at one time", d->code);
    }
    list->count++;
    return OK;
}

static enum outcome read_area(const struct setting *from, const char *text, int32_t *ret, struct fault *fault) {
    *ret = code_of(bytes_of_cstr(text), 4);
    return *ret < 0 ? setting_fault(from, fault, "SETTINGS_TYPE", "an area is the first four digits of a code") : OK;
}

static enum outcome read_bounds(struct division_list *list, struct setting *from, struct fault *fault) {
    struct bounds *b = &list->bounds[list->bounds_count++];
    const struct {
        const char *key;
        int32_t *into;
        int64_t most;
    } sides[] = {
        {"west", &b->west, 18000}, {"east", &b->east, 18000}, {"south", &b->south, 9000}, {"north", &b->north, 9000}};
    from->seen = true;
    if (from->kind != SETTING_MAP)
        return setting_fault(from, fault, "SETTINGS_TYPE", "bounds are west, east, south and north");
    TRY(read_area(from, from->key, &b->area, fault));
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        int64_t side = 0;
        TRY(setting_int(from, sides[i].key, -sides[i].most, sides[i].most, &side, fault));
        *sides[i].into = (int32_t)side;
    }
    return b->west < b->east && b->south < b->north
               ? OK
               : setting_fault(from, fault, "SETTINGS_TYPE", "west before east, south before north");
}

/* What stands for an abolished code must be one of today. */
static enum outcome check_next(const struct division_list *list, const struct setting *at, const struct division *d,
                               struct fault *fault) {
    for (size_t i = 0; d->next && i < list->count; i++) {
        if (list->entries[i].code == d->next && !list->entries[i].until) return OK;
    }
    return d->next ? setting_fault(at, fault, "SETTINGS_MISSING", "next: %06d is no code of today", d->next) : OK;
}

static enum outcome load(struct division_list *list, const char *folder, struct fault *fault) {
    char path[4096];
    struct setting *divisions = NULL, *areas = NULL, *bounds = NULL;
    snprintf(path, sizeof path, "%s/divisions.yaml", folder);
    TRY(settings_load(path, &list->settings, fault));
    struct setting *root = settings_root(list->settings);
    TRY(setting_need(root, "divisions", SETTING_LIST, &divisions, fault));
    TRY(setting_need(root, "areas", SETTING_LIST, &areas, fault));
    TRY(setting_need(root, "bounds", SETTING_MAP, &bounds, fault));
    if (areas->count > MAX_AREAS || bounds->count > MAX_AREAS)
        return setting_fault(areas, fault, "TOO_MANY", "more than %d areas", MAX_AREAS);
    list->entries = calloc(divisions->count + 1, sizeof *list->entries);
    INVARIANT(list->entries);
    for (struct setting *one = divisions->first; one; one = one->next) TRY(read_division(list, one, fault));
    for (struct setting *one = areas->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT) return setting_fault(one, fault, "SETTINGS_TYPE", "an area is a text");
        TRY(read_area(one, one->text, &list->areas[list->area_count++], fault));
    }
    for (struct setting *one = bounds->first; one; one = one->next) TRY(read_bounds(list, one, fault));
    size_t index = 0;
    for (const struct setting *one = divisions->first; one; one = one->next)
        TRY(check_next(list, one, &list->entries[index++], fault));
    return settings_check_unknown(root, fault);
}

enum outcome division_list_load(const char *folder, struct division_list **ret, struct fault *fault) {
    struct division_list *list = calloc(1, sizeof *list);
    INVARIANT(list);
    enum outcome outcome = load(list, folder, fault);
    if (outcome == OK) *ret = list;
    else division_list_free(list);
    return outcome;
}

void division_list_free(struct division_list *list) {
    if (!list) return;
    settings_free(list->settings);
    free(list->entries);
    free(list);
}

size_t division_count(const struct division_list *list) { return list->count; }
const struct division *division_entry(const struct division_list *list, size_t index) { return &list->entries[index]; }

static const struct division *any(const struct division_list *list, int32_t code) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].code == code) return &list->entries[i];
    }
    return NULL;
}

static bool complete(const struct division_list *list, int32_t code) {
    for (size_t i = 0; i < list->area_count; i++) {
        if (list->areas[i] == code / 100) return true;
    }
    return false;
}

const struct division *division_in_use(const struct division_list *list, struct bytes code, instant at) {
    int32_t number = code_of(code, 6);
    int year = civil_of(at).year;
    for (size_t i = 0; i < list->count; i++) {
        const struct division *d = &list->entries[i];
        if (d->code == number && d->from <= year && (!d->until || year <= d->until)) return d;
    }
    return NULL;
}

const char *division_check(const struct division_list *list, struct bytes code, instant at) {
    int32_t number = code_of(code, 6);
    if (number < 0) return "DIVISION_FORM";
    if (!any(list, number)) return complete(list, number) ? "DIVISION_UNKNOWN" : NULL;
    return division_in_use(list, code, at) ? NULL : "DIVISION_CLOSED";
}

const char *division_remark(const struct division_list *list, struct bytes code) {
    int32_t number = code_of(code, 6);
    return number >= 0 && complete(list, number) && !any(list, number) ? "ID_DIVISION_UNKNOWN" : NULL;
}

const char *division_place_remark(const struct division_list *list, struct bytes code, const struct coordinate *at) {
    int32_t number = code_of(code, 6);
    double x = at->longitude * 100, y = at->latitude * 100;
    if (number < 0 || !at->has_longitude || !at->has_latitude) return NULL;
    for (size_t i = 0; i < list->bounds_count; i++) {
        const struct bounds *b = &list->bounds[i];
        if (b->area == number / 100)
            return x >= b->west && x <= b->east && y >= b->south && y <= b->north ? NULL : "COORDINATE_REGION";
    }
    return NULL;
}
