/* YAML files as trees with places. Job: read what people write (profiles, rules, directory) and name every mistake by
 * file:line:column. Over libyaml's events with limits: 256 KiB, depth 16, no aliases, anchors, tags or duplicate keys;
 * one document. Ownership: the tree owns everything and lives until settings_free; texts are NUL-terminated UTF-8 views
 * into it. Threads: once its keys were asked for, a tree is read-only and may be shared. Faults: REFUSE with code
 * SETTINGS_* and line/column set (TOO_LARGE past the size: 1:1); fault.text begins with "file:line:column: ". A file
 * that settings_load cannot read at all has no place: base/buffer.h's FILE_READ and TOO_LARGE, "file: reason". */
#ifndef ECOCASE_BASE_SETTINGS_H
#define ECOCASE_BASE_SETTINGS_H
#include "base/bytes.h"
#include "base/fault.h"
#include "base/time.h"

struct settings;
enum setting_kind { SETTING_TEXT, SETTING_LIST, SETTING_MAP };
struct setting {
    enum setting_kind kind;
    uint32_t line, column; /* 1-based */
    const char *key;       /* NUL-terminated; NULL in a list or at the root */
    const char *text;      /* SETTING_TEXT: the scalar; quoted tells "" from absent */
    bool quoted;
    struct setting *first; /* children in file order */
    struct setting *next;  /* sibling */
    const struct setting *parent;
    const struct settings *owner;
    bool seen;    /* set by the getters; settings_check_unknown reports keys nobody asked for */
    size_t count; /* number of children */
};
MUST_USE enum outcome settings_load(const char *path, struct settings **ret_settings, struct fault *fault);
MUST_USE enum outcome settings_parse(const char *name, struct bytes yaml, struct settings **ret_settings,
                                     struct fault *fault);
void settings_free(struct settings *settings);
void settings_free_auto(struct settings **settings);
struct setting *settings_root(const struct settings *settings);
const char *settings_name(const struct settings *settings);

/* NULL when absent. `setting_get` marks the key as seen. */
struct setting *setting_get(struct setting *map, const char *key);
/* Required / optional typed getters: REFUSE naming file:line:column, the key and what was expected. */
MUST_USE enum outcome setting_need(struct setting *map, const char *key, enum setting_kind kind, struct setting **ret,
                                   struct fault *fault);
MUST_USE enum outcome setting_text(struct setting *map, const char *key, const char **ret, struct fault *fault);
MUST_USE enum outcome setting_text_or(struct setting *map, const char *key, const char *otherwise, const char **ret,
                                      struct fault *fault);
MUST_USE enum outcome setting_int(struct setting *map, const char *key, int64_t least, int64_t most, int64_t *ret,
                                  struct fault *fault);
MUST_USE enum outcome setting_int_or(struct setting *map, const char *key, int64_t least, int64_t most,
                                     int64_t otherwise, int64_t *ret, struct fault *fault);
MUST_USE enum outcome setting_bool_or(struct setting *map, const char *key, bool otherwise, bool *ret,
                                      struct fault *fault);
/* A fault at this node's place: fault_set + file:line:column in front of the text. */
#define setting_fault(...) fault_as(setting_fault_at(__VA_ARGS__), REFUSE)
enum outcome setting_fault_at(const struct setting *at, struct fault *fault, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* REFUSE at the first key below `map` (recursively) that no getter asked for, with the nearest known sibling if any. */
MUST_USE enum outcome settings_check_unknown(struct setting *map, struct fault *fault);
#endif
