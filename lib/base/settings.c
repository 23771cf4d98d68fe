/* libyaml's events made into a tree, with limits applied while they arrive. */
#include "base/settings.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

struct settings {
    struct arena *arena;
    char *name;
    struct setting *root;
};
struct yaml_reading {
    struct settings *settings;
    yaml_parser_t parser;
    struct fault *fault;
    struct bytes yaml;
};

static enum outcome refuse(struct yaml_reading *r, yaml_mark_t mark, const char *code, const char *text) {
    fault_set(r->fault, REFUSE, code, "%s:%zu:%zu: %s", r->settings->name, mark.line + 1, mark.column + 1, text);
    fault_place(r->fault, NULL, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1);
    return REFUSE;
}

/* A byte that is not UTF-8: libyaml tells its offset only. Columns count characters, as libyaml's marks do. */
static yaml_mark_t place_of(const struct yaml_reading *r) {
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < r->yaml.count && i < r->parser.problem_offset; i++) {
        if (r->yaml.at[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((r->yaml.at[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static struct bytes line_at(const struct yaml_reading *r, size_t line) {
    size_t from = 0;
    for (size_t i = 0; i < line && from < r->yaml.count; i++) {
        const uint8_t *feed = memchr(r->yaml.at + from, '\n', r->yaml.count - from);
        from = feed ? (size_t)(feed - r->yaml.at) + 1 : r->yaml.count;
    }
    const uint8_t *end = from < r->yaml.count ? memchr(r->yaml.at + from, '\n', r->yaml.count - from) : NULL;
    return bytes_of(r->yaml.at + from, (end ? (size_t)(end - r->yaml.at) : r->yaml.count) - from);
}

/* No colon but a full-width one. */
static bool full_width(struct bytes line) {
    static const struct bytes colon = BYTES_LITERAL("：");
    if (!line.count || memchr(line.at, ':', line.count)) return false;
    for (size_t i = 0; i + colon.count <= line.count; i++) {
        if (memcmp(line.at + i, colon.at, colon.count) == 0) return true;
    }
    return false;
}

/* What libyaml's words mean for who wrote the file with an ordinary editor or a Chinese input method. It often notices
 * a line later. */
static const char *remedy(const struct yaml_reading *r) {
    size_t at = r->parser.problem_mark.line;
    if (r->parser.error == YAML_READER_ERROR) return " · 请另存为 UTF-8 · save the file as UTF-8";
    struct bytes line = line_at(r, at);
    if (line.count && memchr(line.at, '\t', line.count))
        return " · 缩进请用空格，不用制表符 · indent by blanks, not by tabs";
    bool full = full_width(line) || (at && full_width(line_at(r, at - 1)));
    return full ? " · 冒号请用半角并后加空格 · write the colon as \": \", not full-width" : "";
}

static enum outcome next_event(struct yaml_reading *r, yaml_event_t *ret) {
    if (yaml_parser_parse(&r->parser, ret)) return OK;
    if (r->parser.error == YAML_MEMORY_ERROR) return fault_set(r->fault, FATAL, "INTERNAL", "no memory for YAML");
    char text[320];
    snprintf(text, sizeof text, "%s%s%s%s", r->parser.problem ? r->parser.problem : "not YAML",
             r->parser.context ? ", " : "", r->parser.context ? r->parser.context : "", remedy(r));
    return refuse(r, r->parser.error == YAML_READER_ERROR ? place_of(r) : r->parser.problem_mark, "SETTINGS_SYNTAX",
                  text);
}

static struct setting *node_new(struct yaml_reading *r, enum setting_kind kind, yaml_mark_t mark,
                                struct setting *parent) {
    struct setting *node = arena_alloc(r->settings->arena, sizeof *node);
    node->kind = kind;
    node->line = (uint32_t)mark.line + 1;
    node->column = (uint32_t)mark.column + 1;
    node->parent = parent;
    node->owner = r->settings;
    return node;
}

static enum outcome read_node(struct yaml_reading *r, yaml_event_t *event, struct setting *parent, unsigned depth,
                              struct setting **ret);

static enum outcome read_scalar(struct yaml_reading *r, const yaml_event_t *event, struct setting *parent,
                                struct setting **ret) {
    if (event->data.scalar.anchor)
        return refuse(r, event->start_mark, "SETTINGS_ANCHOR", "anchors are not allowed here");
    if (event->data.scalar.tag) return refuse(r, event->start_mark, "SETTINGS_TAG", "tags are not allowed here");
    struct setting *node = node_new(r, SETTING_TEXT, event->start_mark, parent);
    if (memchr(event->data.scalar.value, 0, event->data.scalar.length)) {
        return refuse(r, event->start_mark, "SETTINGS_SYNTAX", "a NUL character");
    }
    node->text = arena_cstr(r->settings->arena, bytes_of(event->data.scalar.value, event->data.scalar.length));
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *ret = node;
    return OK;
}

/* Puts the key in front of *keys: newest first, for check_duplicates. */
static enum outcome read_key(struct yaml_reading *r, yaml_event_t *event, struct setting *map, struct setting **keys) {
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(r, event->start_mark, "SETTINGS_KEY", "a key must be plain text");
    struct setting *older = *keys;
    TRY(read_scalar(r, event, map, keys));
    (*keys)->next = older;
    return OK;
}

static int by_key(const void *a, const void *b) {
    const struct setting *const *x = a, *const *y = b;
    int order = strcmp((*x)->text, (*y)->text);
    if (order == 0)
        order = (*x)->line != (*y)->line ? ((*x)->line < (*y)->line ? -1 : 1) : (*x)->column < (*y)->column ? -1 : 1;
    return order;
}

/* By sorting, so that a file of many keys costs milliseconds; reports the earliest duplicate. */
static enum outcome check_duplicates(struct yaml_reading *r, const struct setting *map, struct setting *newest) {
    if (map->count < 2) return OK;
    struct setting **keys = arena_array(r->settings->arena, map->count, sizeof(struct setting *));
    for (size_t i = map->count; i-- > 0; newest = newest->next) keys[i] = newest;
    qsort(keys, map->count, sizeof(struct setting *), by_key);
    const struct setting *first = NULL, *second = NULL;
    for (size_t i = 1; i < map->count; i++) {
        if (strcmp(keys[i - 1]->text, keys[i]->text) != 0) continue;
        bool earlier = !second || keys[i]->line < second->line ||
                       (keys[i]->line == second->line && keys[i]->column < second->column);
        if (!earlier) continue;
        first = keys[i - 1];
        second = keys[i];
    }
    if (!second) return OK;
    char text[160];
    snprintf(text, sizeof text, "the key \"%.60s\" stands twice (first at line %u)", second->text, first->line);
    return refuse(r, (yaml_mark_t){.line = second->line - 1, .column = second->column - 1}, "SETTINGS_DUPLICATE", text);
}

static enum outcome read_children(struct yaml_reading *r, struct setting *node, unsigned depth) {
    struct setting **last = &node->first;
    struct setting *keys = NULL;
    yaml_event_type_t end = node->kind == SETTING_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    for (;;) {
        yaml_event_t event;
        TRY(arena_check(r->settings->arena, r->fault));
        TRY(next_event(r, &event));
        if (event.type == end) {
            yaml_event_delete(&event);
            return node->kind == SETTING_MAP ? check_duplicates(r, node, keys) : OK;
        }
        if (node->kind == SETTING_MAP) {
            enum outcome read = read_key(r, &event, node, &keys);
            yaml_event_delete(&event);
            TRY(read);
            TRY(next_event(r, &event));
        }
        struct setting *child = NULL;
        enum outcome read = read_node(r, &event, node, depth + 1, &child);
        yaml_event_delete(&event);
        TRY(read);
        child->key = keys ? keys->text : NULL;
        *last = child;
        last = &child->next;
        node->count++;
    }
}

static enum outcome read_node(struct yaml_reading *r, yaml_event_t *event, struct setting *parent, unsigned depth,
                              struct setting **ret) {
    if (depth > LIMIT_SETTINGS_DEPTH)
        return refuse(r, event->start_mark, "SETTINGS_DEPTH", "nested too deeply (16 levels at most)");
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(r, event->start_mark, "SETTINGS_ALIAS", "aliases are not allowed here");
    if (event->type == YAML_SCALAR_EVENT) return read_scalar(r, event, parent, ret);
    bool map = event->type == YAML_MAPPING_START_EVENT;
    if (!map && event->type != YAML_SEQUENCE_START_EVENT)
        return refuse(r, event->start_mark, "SETTINGS_SYNTAX", "a value is missing");
    if (map ? event->data.mapping_start.anchor != NULL : event->data.sequence_start.anchor != NULL) {
        return refuse(r, event->start_mark, "SETTINGS_ANCHOR", "anchors are not allowed here");
    }
    if (map ? event->data.mapping_start.tag != NULL : event->data.sequence_start.tag != NULL) {
        return refuse(r, event->start_mark, "SETTINGS_TAG", "tags are not allowed here");
    }
    struct setting *node = node_new(r, map ? SETTING_MAP : SETTING_LIST, event->start_mark, parent);
    TRY(read_children(r, node, depth));
    *ret = node;
    return OK;
}

static enum outcome read_document(struct yaml_reading *r) {
    bool have = false;
    for (;;) {
        yaml_event_t event;
        TRY(next_event(r, &event));
        yaml_event_type_t type = event.type;
        enum outcome read = OK;
        if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT &&
            type != YAML_STREAM_END_EVENT) {
            read = have ? refuse(r, event.start_mark, "SETTINGS_SYNTAX", "only one document is allowed")
                        : read_node(r, &event, NULL, 1, &r->settings->root);
            have = true;
        }
        yaml_event_delete(&event);
        TRY(read);
        if (type == YAML_STREAM_END_EVENT) break;
    }
    yaml_mark_t start = {0};
    return have ? OK : refuse(r, start, "SETTINGS_EMPTY", "the file is empty");
}

static enum outcome parse_all(struct settings *settings, const char *name, struct bytes yaml, struct fault *fault) {
    settings->name = arena_printf(settings->arena, "%s", name);
    struct yaml_reading r = {.settings = settings, .fault = fault, .yaml = yaml};
    if (!yaml_parser_initialize(&r.parser)) return fault_set(fault, FATAL, "INTERNAL", "no memory for YAML");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, yaml.count ? yaml.at : (const uint8_t *)"", yaml.count);
    enum outcome read = read_document(&r);
    yaml_parser_delete(&r.parser);
    return read;
}

enum outcome settings_parse(const char *name, struct bytes yaml, struct settings **ret_settings, struct fault *fault) {
    if (yaml.count > LIMIT_SETTINGS) {
        enum outcome what = fault_set(fault, REFUSE, "TOO_LARGE", "%s:1:1: more than %u bytes", name, LIMIT_SETTINGS);
        if (fault) fault_place(fault, NULL, 1, 1);
        return what;
    }
    /* of some editors; libyaml would take it for a column */
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    if (yaml.count >= sizeof mark && memcmp(yaml.at, mark, sizeof mark) == 0)
        yaml = bytes_of(yaml.at + sizeof mark, yaml.count - sizeof mark);
    AUTO(settings_free_auto) struct settings *settings = calloc(1, sizeof *settings);
    if (!settings) return fault_set(fault, FATAL, "INTERNAL", "no memory for settings");
    TRY(arena_open(32768, 64u * MIB, &settings->arena, fault));
    struct arena_scope scope;
    TRY(arena_enter(settings->arena, &scope, fault));
    TRY(arena_leave(settings->arena, &scope, parse_all(settings, name, yaml, fault), fault));
    *ret_settings = settings;
    settings = NULL;
    return OK;
}

enum outcome settings_load(const char *path, struct settings **ret_settings, struct fault *fault) {
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, LIMIT_SETTINGS);
    TRY(buffer_read_file(&text, path, fault));
    return settings_parse(path, buffer_view(&text), ret_settings, fault);
}

void settings_free(struct settings *settings) {
    if (!settings) return;
    arena_free(settings->arena);
    free(settings);
}
void settings_free_auto(struct settings **settings) { settings_free(*settings); }
struct setting *settings_root(const struct settings *settings) { return settings->root; }
const char *settings_name(const struct settings *settings) { return settings->name; }
