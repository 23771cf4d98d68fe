/* Inside of xlsx*.c: a workbook while it is being read. Job: the parts of the zip file within bounds, XML of a part as
 * a stream, the types of cells. Memory: the arena, but for a part's bytes. Threads: one. Every refusal names the sheet
 * and the cell (`C5`) in its text and has the row as line, the column as column. */
#ifndef ECOCASE_ADAPTERS_FORMATS_XLSX_INSIDE_H
#define ECOCASE_ADAPTERS_FORMATS_XLSX_INSIDE_H
#include "adapters/formats/reading_inside.h"
#include <libxml/xmlreader.h>
#include <zip.h>

#define XLSX_ENTRIES 1000        /* files in the zip */
#define XLSX_PART    (16u << 20) /* one part, unpacked: a sheet of 200 000 cells is half of it */
/* all parts that are read, unpacked; known by the zip's own sizes before any is unpacked */
#define XLSX_PARTS     (32u << 20)
#define XLSX_TEXTS     (16u << 20) /* texts of all cells */
#define XLSX_STRINGS   400000u     /* shared strings */
#define XLSX_STYLES    65000u
#define XLSX_SHEETS    255u
#define XLSX_RELATIONS 2000u
#define XLSX_FORMATS   5000u /* of numbers, the workbook's own */

struct xlsx_relation {
    const char *id, *target, *type;
    struct xlsx_relation *next;
};
struct xlsx_book {
    struct format_reading *r;
    zip_t *zip;
    size_t unpacked, texts; /* bytes so far */
    bool from_1904;         /* day 0 is 1904-01-01 */
    struct xlsx_text *strings;
    size_t string_count;
    struct xlsx_style *styles;
    size_t style_count;
    const char *sheet; /* the one being read; NULL: none */
};
/* A shared text; struck: a run of it is struck out. */
struct xlsx_text {
    struct bytes text;
    bool struck;
};
/* How a cell shows its number. code: its own format where that adds to the number or changes it, else NULL. */
struct xlsx_style {
    bool date, struck;
    const char *code;
};
/* REFUSE; row 0: the book as a whole. */
enum outcome xlsx_refuse_at(struct xlsx_book *book, const char *site, const char *code, uint32_t row, uint32_t column,
                            const char *format, ...) __attribute__((format(printf, 6, 7)));
#define xlsx_refuse(book, row, column, ...)                                                                         \
    fault_as(xlsx_refuse_at((book), __FILE__ ":" FAULT_STR(__LINE__), "XLSX_SYNTAX", (row), (column), __VA_ARGS__), \
             REFUSE)
#define xlsx_refuse_much(book, row, column, ...)                                                                  \
    fault_as(xlsx_refuse_at((book), __FILE__ ":" FAULT_STR(__LINE__), "TOO_LARGE", (row), (column), __VA_ARGS__), \
             REFUSE)

/* ---- xlsx_part.c */
MUST_USE enum outcome xlsx_open(struct xlsx_book *book);
void xlsx_close(struct xlsx_book *book);
/* UTF-8 of a part, without DTD; the buffer owns it. *ret_there false: no such part. */
MUST_USE enum outcome xlsx_part(struct xlsx_book *book, const char *name, struct buffer *into, bool *ret_there);
/* What an XML part's elements do: `open` at each start tag, `text` for text, `close` at each end. */
struct xlsx_element {
    xmlTextReaderPtr reader;
    const char *name;
    int depth;
    bool empty;
};
struct xlsx_handler {
    enum outcome (*open)(void *self, const struct xlsx_element *element);
    enum outcome (*close)(void *self, const struct xlsx_element *element); /* also of an empty element */
    enum outcome (*text)(void *self, struct bytes text);
    void *self;
};
MUST_USE enum outcome xlsx_walk(struct xlsx_book *book, const char *part, bool needed,
                                const struct xlsx_handler *handler);
/* The attribute's beginning, for what repeats with the cells and must take nothing of the arena; false: the element has
 * none. */
#define XLSX_SHORT 64
bool xlsx_short(const struct xlsx_element *element, const char *name, char ret[XLSX_SHORT]);
/* In the arena; NULL: the element has no such attribute. */
const char *xlsx_attribute(struct xlsx_book *book, const struct xlsx_element *element, const char *name);
const char *xlsx_relation_id(struct xlsx_book *book, const struct xlsx_element *element);
/* ---- xlsx_cell.c */
MUST_USE enum outcome xlsx_read_strings(struct xlsx_book *book, const char *part);
MUST_USE enum outcome xlsx_read_styles(struct xlsx_book *book, const char *part);
/* "_x000D_" is what it stands for. */
struct bytes xlsx_unescaped(struct bytes text, struct arena *arena);
/* A cell's text by its type (attribute t, "": a number) and style. */
struct xlsx_cell {
    uint32_t row, column, style;
    char type[XLSX_SHORT];
    struct bytes value;
    bool has_value, formula, struck;
};
/* Whether a style switches its property on: <strike/>, <strike val="1"/>. */
bool xlsx_is_on(const struct xlsx_element *element);
/* ---- xlsx_number.c: a number as its format shows it: with literal text (5万元), leading zeros (000123), per cent.
 * False: the format changes the number (thousands), or by conditions. */
bool xlsx_shown(double number, const char *plain, const char *code, struct arena *arena, const char **ret);
/* Does it do any of this? */
bool xlsx_format_shows(const char *code);
MUST_USE enum outcome xlsx_cell_text(struct xlsx_book *book, const struct xlsx_cell *cell, struct bytes *ret);
/* "C5" → 5, 3; false: no cell's name. */
bool xlsx_cell_of(const char *name, uint32_t *ret_row, uint32_t *ret_column);
/* ---- xlsx_sheet.c: rows become children of root, named `name`. `title`: rows above the header, `header`: 1 or 2 rows
 * of it. */
struct xlsx_layout {
    struct bytes name;
    uint32_t title, header;
};
MUST_USE enum outcome xlsx_read_sheet(struct xlsx_book *book, const char *part, const struct xlsx_layout *layout,
                                      struct node *root);
/* Whether any cell of the sheet holds anything. */
MUST_USE enum outcome xlsx_sheet_is_empty(struct xlsx_book *book, const char *part, bool *ret);
#endif
