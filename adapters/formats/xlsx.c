/* Reads XLSX, Office Open XML (ECMA-376): the zip by libzip, its XML by libxml2. The rows are those of one
 * sheet; further sheets that the profile names are groups; others must be empty or named as ignored, so that nothing is
 * passed over unseen. Formulas count by the value that the spreadsheet program left; nothing is computed, run or
 * fetched. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/xlsx_inside.h"
#include <stdlib.h>

struct listed {
    const char *name, *part;
    struct listed *next;
};
struct contents {
    struct xlsx_book *book;
    struct xlsx_relation *relations;
    const char *folder, *workbook, *strings, *styles;
    struct listed *sheets, *last;
    size_t count, related;
};

static bool ends(const char *text, const char *end) {
    size_t have = strlen(text), want = strlen(end);
    return have >= want && strcmp(text + have - want, end) == 0;
}

/* folder/../x/./y is x/y, with slashes, whatever program wrote it. */
static const char *resolved(struct arena *arena, const char *folder, const char *target) {
    char *path = arena_printf(arena, "%s%s", folder, target), *to = path;
    for (char *p = path; *p; p++) *p = *p == '\\' ? '/' : *p;
    for (const char *p = path; *p;) {
        size_t count = strcspn(p, "/");
        if (count == 2 && p[0] == '.' && p[1] == '.') {
            if (to > path) to--;
            while (to > path && to[-1] != '/') to--;
        } else if (count && !(count == 1 && *p == '.')) {
            memmove(to, p, count);
            to += count;
            if (p[count]) *to++ = '/';
        }
        p += count + (p[count] != '\0');
    }
    *to = '\0';
    return path;
}

static enum outcome on_relation(void *self, const struct xlsx_element *element) {
    struct contents *c = self;
    if (strcmp(element->name, "Relationship") != 0) return OK;
    const char *id = xlsx_attribute(c->book, element, "Id"), *target = xlsx_attribute(c->book, element, "Target"),
               *type = xlsx_attribute(c->book, element, "Type");
    const char *mode = xlsx_attribute(c->book, element, "TargetMode");
    if (!id || !target || !type)
        return xlsx_refuse(c->book, 0, 0, "a relationship of the workbook lacks its id, target or type");
    if (ends(type, "/externalLink"))
        return xlsx_refuse(c->book, 0, 0,
                           "the workbook links to other workbooks: break the links and save it with its values");
    if (mode && strcmp(mode, "External") == 0) return OK;
    if (++c->related > XLSX_RELATIONS)
        return xlsx_refuse_much(c->book, 0, 0, "more than %u relationships", XLSX_RELATIONS);
    struct xlsx_relation *one = arena_alloc(c->book->r->arena, sizeof *one);
    *one = (struct xlsx_relation){
        id, resolved(c->book->r->arena, *target == '/' || *target == '\\' ? "" : c->folder, target), type,
        c->relations};
    c->relations = one;
    return OK;
}

static const char *by_type(const struct contents *c, const char *type) {
    for (const struct xlsx_relation *one = c->relations; one; one = one->next) {
        if (ends(one->type, type)) return one->target;
    }
    return NULL;
}

static enum outcome read_relations(struct contents *c, const char *part, const char *folder) {
    const struct xlsx_handler handler = {on_relation, NULL, NULL, c};
    c->relations = NULL;
    c->folder = folder;
    return xlsx_walk(c->book, part, true, &handler);
}

static bool among(const char *name, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], name) == 0) return true;
    }
    return false;
}

static bool asked_for(const struct format *format, const char *name) {
    return (format->sheet && strcmp(format->sheet, name) == 0) || among(name, format->sheets, format->sheet_count);
}

static enum outcome add_sheet(struct contents *c, const char *name, const char *id) {
    const struct xlsx_relation *one = c->relations;
    const struct format *format = c->book->r->format;
    name = arena_cstr(c->book->r->arena, node_name(bytes_of_cstr(name), c->book->r->arena));
    if (among(name, format->ignored, format->ignored_count)) return OK;
    while (one && strcmp(one->id, id) != 0) one = one->next;
    if (!one || !ends(one->type, "/worksheet"))
        return xlsx_refuse(c->book, 0, 0, "the sheet %s is no worksheet (a chart, a macro or missing)", name);
    if (++c->count > XLSX_SHEETS) return xlsx_refuse_much(c->book, 0, 0, "more than %u sheets", XLSX_SHEETS);
    struct listed *sheet = arena_alloc(c->book->r->arena, sizeof *sheet);
    *sheet = (struct listed){name, one->target, NULL};
    if (c->last) c->last->next = sheet;
    else c->sheets = sheet;
    c->last = sheet;
    return OK;
}

static enum outcome on_workbook(void *self, const struct xlsx_element *element) {
    struct contents *c = self;
    if (strcmp(element->name, "workbookPr") == 0) {
        const char *date = xlsx_attribute(c->book, element, "date1904");
        c->book->from_1904 = date && (strcmp(date, "1") == 0 || strcmp(date, "true") == 0);
    }
    if (strcmp(element->name, "sheet") != 0) return OK;
    const char *name = xlsx_attribute(c->book, element, "name"), *id = xlsx_relation_id(c->book, element),
               *state = xlsx_attribute(c->book, element, "state");
    /* a program's own, which no person can show or remove: it counts where the profile asks for it */
    if (name && state && strcmp(state, "veryHidden") == 0 && !asked_for(c->book->r->format, name)) return OK;
    return name && id ? add_sheet(c, name, id)
                      : xlsx_refuse(c->book, 0, 0, "a sheet of the workbook has no name or no id");
}

static enum outcome read_contents(struct contents *c) {
    struct arena *arena = c->book->r->arena;
    const struct xlsx_handler handler = {on_workbook, NULL, NULL, c};
    TRY(read_relations(c, "_rels/.rels", ""));
    c->workbook = by_type(c, "/officeDocument");
    if (!c->workbook) return xlsx_refuse(c->book, 0, 0, "no .xlsx workbook: no document is named");
    const char *slash = strrchr(c->workbook, '/'), *base = slash ? slash + 1 : c->workbook;
    const char *folder = arena_cstr(arena, bytes_of(c->workbook, (size_t)(base - c->workbook)));
    TRY(read_relations(c, arena_printf(arena, "%s_rels/%s.rels", folder, base), folder));
    c->strings = by_type(c, "/sharedStrings");
    c->styles = by_type(c, "/styles");
    return xlsx_walk(c->book, c->workbook, true, &handler);
}

static enum outcome read_others(struct contents *c, const struct listed *main_sheet, struct node *root) {
    const struct format *format = c->book->r->format;
    for (const struct listed *sheet = c->sheets; sheet; sheet = sheet->next) {
        bool empty = true;
        if (sheet == main_sheet) continue;
        c->book->sheet = sheet->name;
        if (among(sheet->name, format->sheets, format->sheet_count)) {
            const struct xlsx_layout layout = {bytes_of_cstr(sheet->name), 0, 1};
            TRY(xlsx_read_sheet(c->book, sheet->part, &layout, root));
        } else {
            TRY(xlsx_sheet_is_empty(c->book, sheet->part, &empty));
            if (!empty)
                return xlsx_refuse(
                    c->book, 1, 1,
                    "the profile does not name this sheet: remove it, or let the profile name or ignore it");
        }
    }
    return OK;
}

static enum outcome read_book(struct xlsx_book *book, struct node **ret) {
    const struct format *format = book->r->format;
    struct contents c = {.book = book};
    struct node *root;
    TRY(xlsx_open(book));
    TRY(read_contents(&c));
    if (c.strings) TRY(xlsx_read_strings(book, c.strings));
    if (c.styles) TRY(xlsx_read_styles(book, c.styles));
    const struct listed *sheet = c.sheets;
    while (format->sheet && sheet && strcmp(sheet->name, format->sheet) != 0) sheet = sheet->next;
    if (!sheet)
        return xlsx_refuse(book, 0, 0, "the workbook has no sheet %s", format->sheet ? format->sheet : "at all");
    TRY(reading_node(book->r, NULL, BYTES_NONE, 0, &root));
    const struct xlsx_layout layout = {NODE_ROW, format->title ? 1 : 0, format->header_rows == 2 ? 2 : 1};
    book->sheet = sheet->name;
    TRY(xlsx_read_sheet(book, sheet->part, &layout, root));
    if (!root->first) return xlsx_refuse(book, layout.title + layout.header + 1, 1, "no row below the header row");
    TRY(read_others(&c, sheet, root));
    *ret = root;
    return OK;
}

enum outcome xlsx_read(struct format_reading *r, struct node **ret) {
    struct xlsx_book book = {.r = r};
    enum outcome outcome = read_book(&book, ret);
    free(book.strings);
    xlsx_close(&book);
    return outcome;
}
