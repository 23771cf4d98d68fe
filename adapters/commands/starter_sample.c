/* A sample's format and its leaves. */
#include "adapters/commands/starter_inside.h"
#include "adapters/conversion/scalar/scalar.h"
#include "adapters/formats/disguise.h"
#include <jansson.h>
#include <strings.h>

static bool is_utf8(struct bytes file) {
    json_t *text = json_stringn((const char *)file.at, file.count);
    json_decref(text);
    return text != NULL;
}

/* What begins with the byte order mark of UTF-8 or UTF-16 is answered in UTF-8 with one: Excel and Notepad read either.
 */
static bool marked(struct bytes file) {
    static const struct {
        const char *mark;
        size_t count;
    } all[] = {{"\xef\xbb\xbf", 3}, {"\xff\xfe", 2}, {"\xfe\xff", 2}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (file.count >= all[i].count && memcmp(file.at, all[i].mark, all[i].count) == 0) return true;
    }
    return false;
}

static bool ends(const char *name, const char *with) {
    size_t count = strlen(name), most = strlen(with);
    return count >= most && strcasecmp(name + count - most, with) == 0;
}

/* The separator that stands most often in the first line. */
static char separator_of(struct bytes file) {
    static const char all[] = {',', '\t', ';', '|'};
    size_t best = 0;
    char ret = ',';
    for (size_t i = 0; i < sizeof all; i++) {
        size_t count = 0;
        for (size_t k = 0; k < file.count && file.at[k] != '\n'; k++) count += file.at[k] == (uint8_t)all[i];
        if (count > best) best = count, ret = all[i];
    }
    return ret;
}

static enum outcome guess_format(struct sample *s, const char *name, struct bytes file, struct fault *fault) {
    struct format *format = &s->format;
    bool bom = marked(file);
    struct bytes text = file;
    *format = (struct format){.kind = FORMAT_CSV,
                              .encoding = bom || is_utf8(file) ? ENCODING_UTF8 : ENCODING_GB18030,
                              .bom = bom,
                              .header_rows = 1};
    bool workbook = ends(name, ".xlsx") || (file.count >= 4 && memcmp(file.at, "PK\x03\x04", 4) == 0);
    const char *is = workbook ? NULL : disguise_of(file, FORMAT_XML);
    if (is) return fault_set(fault, REFUSE, "FILE_KIND", "%s: %s", name, is);
    if (ends(name, ".dbf")) return format->kind = FORMAT_DBF, OK;
    if (workbook) return format->kind = FORMAT_XLSX, format->encoding = ENCODING_UTF8, OK;
    TRY(format_to_text(format, file, s->arena, &text, fault));
    struct bytes plain = scalar_trim(text);
    if (ends(name, ".jsonl") || ends(name, ".ndjson")) format->kind = FORMAT_JSONL;
    else if (ends(name, ".xml") || (plain.count && *plain.at == '<')) format->kind = FORMAT_XML;
    else if (ends(name, ".json") || (plain.count && (*plain.at == '{' || *plain.at == '['))) format->kind = FORMAT_JSON;
    else format->separator = separator_of(text);
    return OK;
}

static bool plain_name(struct bytes name) {
    return name.count && !memchr(name.at, '/', name.count) && !memchr(name.at, 0, name.count) && name.at[0] != '{';
}

static const struct leaf *leaf_at(const struct sample *s, const char *path) {
    for (size_t i = 0; i < s->leaf_count; i++) {
        if (strcmp(s->leaves[i].path, path) == 0) return &s->leaves[i];
    }
    return NULL;
}

static void add_leaf(struct sample *s, const char *parent, const struct node *node, bool repeated, bool listed) {
    const char *name = arena_cstr(s->arena, node->name),
               *path = *parent ? arena_printf(s->arena, "%s/%s", parent, name) : name;
    struct bytes text = scalar_trim(node->text);
    if (!text.count || strlen(path) > PATH_BYTES_MAX || s->leaf_count == LEAVES_MAX || leaf_at(s, path)) return;
    s->leaves[s->leaf_count++] = (struct leaf){path, parent, name, text, repeated, listed, false};
}

/* format_read bounds the depth. */
static void gather(struct sample *s, const struct node *node, const char *path, bool repeated) {
    bool rows = format_has_rows(&s->format), flat = format_is_flat(&s->format);
    for (const struct node *one = node->first; one; one = one->next) {
        bool again = repeated || (!flat && (one->many || node_again(one) || node_child(node, one->name) != one));
        if (rows && !node->parent) {
            gather(s, one, path, false);
            continue;
        }
        if (flat ? !one->name.count : !plain_name(one->name)) continue;
        add_leaf(s, path, one, again, again && !repeated);
        const char *name = arena_cstr(s->arena, one->name);
        if (one->first) gather(s, one, *path ? arena_printf(s->arena, "%s/%s", path, name) : name, again);
    }
}

/* A root "{uri}name" names the namespace of all. */
static enum outcome read_again_in_namespace(struct sample *s, struct bytes file, struct node **root,
                                            struct fault *fault) {
    struct bytes name = (*root)->name;
    const uint8_t *end = name.count && name.at[0] == '{' ? memchr(name.at, '}', name.count) : NULL;
    s->format.root = arena_cstr(s->arena, name);
    if (!end) return OK;
    size_t uri = (size_t)(end - name.at) - 1;
    s->format.name_space = arena_cstr(s->arena, bytes_of(name.at + 1, uri));
    s->format.root = arena_cstr(s->arena, bytes_of(end + 1, name.count - uri - 2));
    return format_read(&s->format, file, s->arena, root, fault);
}

/* A workbook may have a title above its header, and a header of two rows. */
static enum outcome read_headed(struct sample *s, struct bytes file, struct node **root, struct fault *fault) {
    static const struct {
        const char *title;
        uint32_t rows;
    } all[] = {{"案件", 1}, {NULL, 2}, {"案件", 2}};
    struct fault other;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        s->format.title = all[i].title;
        s->format.header_rows = all[i].rows;
        if (format_read(&s->format, file, s->arena, root, &other) == OK) return OK;
    }
    return fault ? fault->what : REFUSE;
}

enum outcome sample_read(struct sample *s, const char *name, struct bytes file, struct fault *fault) {
    struct node *root = NULL;
    TRY(guess_format(s, name, file, fault));
    enum outcome outcome = format_read(&s->format, file, s->arena, &root, fault);
    if (outcome == REFUSE && s->format.kind == FORMAT_XLSX) outcome = read_headed(s, file, &root, fault);
    TRY(outcome);
    if (s->format.kind == FORMAT_XML) TRY(read_again_in_namespace(s, file, &root, fault));
    gather(s, root, "", false);
    return OK;
}
