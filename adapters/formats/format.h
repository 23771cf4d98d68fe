/* 格式: how an agency's case files are written, and reading and writing one as a tree (node.h). Job: the one door of
 * the formats; the profile says which, and with what options. Memory: the caller's arena and buffer. Threads: any. No
 * I/O. */
#ifndef ECOCASE_ADAPTERS_FORMATS_FORMAT_H
#define ECOCASE_ADAPTERS_FORMATS_FORMAT_H
#include "adapters/formats/node.h"
#include "adapters/formats/numbering.h"
#include "base/buffer.h"
#include "base/fault.h"

enum format_kind { FORMAT_CSV, FORMAT_XML, FORMAT_JSON, FORMAT_JSONL, FORMAT_FIXED, FORMAT_DBF, FORMAT_XLSX };
enum column_type { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_DATE };
/* 列: of a fixed width, DBF or XLSX file. `width`: fixed and dbf, bytes of the file's encoding (fixed by_characters:
 * characters). */
struct format_column {
    const char *name;
    enum column_type type; /* dbf, xlsx: how it is written */
    uint32_t width, decimals;
    bool right;     /* fixed: filled at the left */
    char pad;       /* fixed: what fills it, ' ' or '0' */
    bool continues; /* 续行, fixed and dbf: a text longer than the column goes on in the rows below */
};
enum format_encoding { ENCODING_UTF8, ENCODING_GB18030 };
struct format {
    enum format_kind kind;
    enum format_encoding encoding;
    bool cpg;          /* dbf: a .cpg file is written, and must lie, beside it */
    bool bom;          /* written (UTF-8); when reading UTF-8 one is always accepted */
    char separator;    /* csv; ',' or '\t' … */
    const char *sheet; /* xlsx: the sheet with the rows; NULL: the first */
    const char *const *sheets;
    size_t sheet_count; /* xlsx: further ones, groups */
    const char *const *ignored;
    size_t ignored_count; /* xlsx: sheets that are passed over */
    /* xlsx: written in a row above the header; not NULL: there is such a row when reading */
    const char *title;
    uint32_t header_rows; /* xlsx: 1, or 2: names below names, "当事人/姓名" */
    /* xml: XSD that what is read must conform to (xml_schema.h); NULL: none */
    const struct xml_schema *schema;
    const char *root; /* xml: name of the root element; NULL: any (json, csv: NULL) */
    /* fixed: all of the row; dbf, xlsx: those whose form matters */
    const struct format_column *columns;
    size_t column_count;
    bool by_characters; /* fixed: widths count characters, not bytes */
    /* of the names that are looked for by node_numbered; NULL: of none */
    const struct numbering *numbering;
    const char *name_space, *prefix; /* xml; NULL: none. Elements of another namespace are named "{uri}name" */
};
/* The root's children are rows of one case. */
static inline bool format_has_rows(const struct format *format) {
    return format->kind != FORMAT_XML && format->kind != FORMAT_JSON;
}
/* Rows of plain cells: no nesting, names are columns. */
static inline bool format_is_flat(const struct format *format) {
    return format_has_rows(format) && format->kind != FORMAT_JSONL;
}
/* The form of a column, NULL: the format says nothing of it. */
static inline const struct format_column *format_column(const struct format *format, struct bytes name) {
    for (size_t i = 0; i < format->column_count; i++) {
        if (bytes_equal_cstr(name, format->columns[i].name)) return &format->columns[i];
    }
    return NULL;
}
#define FORMAT_MAX_DEPTH   32u        /* nesting; deeper is refused: no form of an agency comes near */
#define FORMAT_MAX_NODES   200000u    /* nodes of one file */
#define FORMAT_MAX_COLUMNS 1000u      /* csv columns */
#define FORMAT_MAX_BYTES   (4u << 20) /* bytes of one case file: TOO_LARGE above */
/* of the arena one reading takes at most: copies of the file, 16 MiB of nodes, 16 MiB of JSON names */
#define FORMAT_MAX_ARENA (56u << 20)
/* REFUSE: ENCODING, CSV_SYNTAX, XML_SYNTAX, XML_SCHEMA, JSON_SYNTAX, FIXED_SYNTAX, DBF_SYNTAX, XLSX_SYNTAX, TOO_LARGE,
 * TOO_MANY with line and column of the native file; FATAL: no memory, no converter. Places in dbf: record and field, in
 * xlsx: row and column of the sheet (which the text names), a fault of the whole file 1:1. A value in quotes begins at
 * its opening quote, an XML element's behind its start tag. Refused besides what is no CSV, XML or JSON: csv rows
 * shorter or longer than the header, columns without a name or with the same one, no row at all; xml DTDs and another
 * root element than `root`; json names twice in one object, arrays in arrays, anything but an object outermost; NUL
 * characters everywhere. XML text beside element children is kept in `text`; the encoding that an XML declaration names
 * is not looked at. */
MUST_USE enum outcome format_read(const struct format *format, struct bytes file, struct arena *arena,
                                  struct node **ret, struct fault *fault);
/* Writes the tree in the format's encoding. Never refuses content (only TOO_LARGE past into->most; fixed and dbf also
 * for a text that its column cannot hold, or that no column is there for): a character that the format cannot hold
 * becomes U+FFFD (XML; NUL in csv; bytes that are not UTF-8) or is escaped (JSON), one that an XML name cannot hold
 * becomes '_'; GB18030 holds all of Unicode. csv: columns are the names of all rows' cells in the order they come,
 * names in one row are unique. xml: a root without a name is written as format->root. json: children of one name become
 * one array, where the first of them stands. */
MUST_USE enum outcome format_write(const struct format *format, const struct node *root, struct buffer *into,
                                   struct fault *fault);
/* A file that is a text (not DBF, XLSX) as UTF-8 without byte order mark, and a text as a file, in the format's
 * encoding. */
MUST_USE enum outcome format_to_text(const struct format *format, struct bytes file, struct arena *arena,
                                     struct bytes *ret, struct fault *fault);
MUST_USE enum outcome format_from_text(const struct format *format, struct bytes text, struct buffer *into,
                                       struct fault *fault);
#endif
