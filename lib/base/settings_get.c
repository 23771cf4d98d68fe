/* The typed getters of settings.h: every mistake names file:line:column, the key and what was expected. */
#include "base/settings.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum outcome setting_fault_at(const struct setting *at, struct fault *fault, const char *code, const char *format,
                              ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fault_set(fault, REFUSE, code, "%s:%u:%u: %s", settings_name(at->owner), at->line, at->column, text);
    return fault_place(fault, at->key, at->line, at->column);
}

struct setting *setting_get(struct setting *map, const char *key) {
    if (map->kind != SETTING_MAP) return NULL;
    for (struct setting *child = map->first; child; child = child->next) {
        if (strcmp(child->key, key) == 0) {
            if (!child->seen) child->seen = true; /* a tree already asked may be shared between threads */
            return child;
        }
    }
    return NULL;
}

static const char *kind_text(enum setting_kind kind) {
    return kind == SETTING_TEXT ? "a text" : kind == SETTING_LIST ? "a list" : "a map";
}

enum outcome setting_need(struct setting *map, const char *key, enum setting_kind kind, struct setting **ret,
                          struct fault *fault) {
    if (map->kind != SETTING_MAP)
        return setting_fault(map, fault, "SETTINGS_TYPE", "expected a map with the key \"%s\"", key);
    struct setting *child = setting_get(map, key);
    if (!child) return setting_fault(map, fault, "SETTINGS_MISSING", "the key \"%s\" is missing", key);
    if (child->kind != kind)
        return setting_fault(child, fault, "SETTINGS_TYPE", "\"%s\" must be %s", key, kind_text(kind));
    *ret = child;
    return OK;
}

enum outcome setting_text(struct setting *map, const char *key, const char **ret, struct fault *fault) {
    struct setting *child = NULL;
    TRY(setting_need(map, key, SETTING_TEXT, &child, fault));
    if (!child->text[0] && !child->quoted)
        return setting_fault(child, fault, "SETTINGS_TYPE", "\"%s\" has no value", key);
    *ret = child->text;
    return OK;
}

enum outcome setting_text_or(struct setting *map, const char *key, const char *otherwise, const char **ret,
                             struct fault *fault) {
    if (setting_get(map, key)) return setting_text(map, key, ret, fault);
    *ret = otherwise;
    return OK;
}

enum outcome setting_int(struct setting *map, const char *key, int64_t least, int64_t most, int64_t *ret,
                         struct fault *fault) {
    struct setting *child = NULL;
    TRY(setting_need(map, key, SETTING_TEXT, &child, fault));
    char *end;
    errno = 0;
    long long value = strtoll(child->text, &end, 10);
    bool plain = child->text[0] == '-' || (child->text[0] >= '0' && child->text[0] <= '9');
    if (errno || !plain || end == child->text || *end || value < least || value > most) {
        return setting_fault(child, fault, "SETTINGS_TYPE",
                             "\"%s\" must be a whole number from %lld to %lld, not \"%.40s\"", key, (long long)least,
                             (long long)most, child->text);
    }
    *ret = value;
    return OK;
}

enum outcome setting_int_or(struct setting *map, const char *key, int64_t least, int64_t most, int64_t otherwise,
                            int64_t *ret, struct fault *fault) {
    if (setting_get(map, key)) return setting_int(map, key, least, most, ret, fault);
    *ret = otherwise;
    return OK;
}

enum outcome setting_bool_or(struct setting *map, const char *key, bool otherwise, bool *ret, struct fault *fault) {
    const char *text = "";
    *ret = otherwise;
    if (!setting_get(map, key)) return OK;
    TRY(setting_text(map, key, &text, fault));
    if (strcmp(text, "true") == 0) *ret = true;
    else if (strcmp(text, "false") == 0) *ret = false;
    else
        return setting_fault(setting_get(map, key), fault, "SETTINGS_TYPE",
                             "\"%s\" must be true or false, not \"%.40s\"", key, text);
    return OK;
}

/* Edits (insert, delete, replace a byte) that make one key into the other; both cut at 60 bytes. */
static unsigned distance(const char *a, const char *b) {
    enum { LONGEST = 60 };
    unsigned row[LONGEST + 1];
    size_t a_count = strnlen(a, LONGEST), b_count = strnlen(b, LONGEST);
    for (size_t k = 0; k <= b_count; k++) row[k] = (unsigned)k;
    for (size_t i = 1; i <= a_count; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t k = 1; k <= b_count; k++) {
            unsigned best = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            if (row[k] + 1 < best) best = row[k] + 1;
            if (row[k - 1] + 1 < best) best = row[k - 1] + 1;
            row[k] = best;
        }
    }
    return row[b_count];
}

static const struct setting *nearest_known(const struct setting *map, const char *key) {
    const struct setting *nearest = NULL;
    unsigned least = 0;
    for (const struct setting *child = map->first; child; child = child->next) {
        if (!child->seen) continue;
        unsigned far = distance(key, child->key);
        if (nearest && far >= least) continue;
        nearest = child;
        least = far;
    }
    return nearest;
}

enum outcome settings_check_unknown(struct setting *map, struct fault *fault) {
    for (struct setting *child = map->first; child; child = child->next) {
        if (map->kind == SETTING_MAP && !child->seen) {
            const struct setting *near = nearest_known(map, child->key);
            return setting_fault(child, fault, "SETTINGS_UNKNOWN", "the key \"%.60s\" is not known here%s%.60s%s",
                                 child->key, near ? "; the nearest known one is \"" : "", near ? near->key : "",
                                 near ? "\"" : "");
        }
        if (child->kind != SETTING_TEXT) TRY(settings_check_unknown(child, fault));
    }
    return OK;
}
