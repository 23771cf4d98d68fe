/* Reads and writes CSV by RFC 4180: quoted cells with doubled quotes and line ends in them, CRLF or LF, any
 * one-character separator, a header row. What the standard leaves open and other readers guess is refused with its
 * place: a quote within a plain cell, text after a closing quote, rows that are shorter or longer than the header, a
 * header without rows, a lone carriage return, a blank line between rows. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/column.h"

struct sheet {
    struct format_reading *r;
    size_t at; /* the next byte */
    struct bytes names[FORMAT_MAX_COLUMNS];
    uint32_t numbers[FORMAT_MAX_COLUMNS];
    size_t columns;
    uint32_t *places; /* of the columns, for struct node_row */
};
static bool ended(const struct sheet *s) { return s->at >= s->r->text.count; }
static uint8_t here(const struct sheet *s) { return ended(s) ? 0 : s->r->text.at[s->at]; }
static bool crlf(const struct sheet *s) {
    return here(s) == '\r' && s->at + 1 < s->r->text.count && s->r->text.at[s->at + 1] == '\n';
}
static bool line_ends(const struct sheet *s) { return ended(s) || here(s) == '\n' || crlf(s); }
static void skip_line_end(struct sheet *s) {
    if (!ended(s)) s->at += crlf(s) ? 2 : 1;
}
static bool separates(const struct sheet *s) { return !ended(s) && here(s) == (uint8_t)s->r->format->separator; }

static enum outcome plain_cell(struct sheet *s, struct bytes *ret) {
    const uint8_t separator = (uint8_t)s->r->format->separator, *text = s->r->text.at;
    size_t from = s->at, end = s->r->text.count;
    for (;; s->at++) {
        while (s->at < end && text[s->at] != separator && text[s->at] != '"' && text[s->at] != '\n' &&
               text[s->at] != '\r')
            s->at++;
        if (separates(s) || line_ends(s)) break;
        if (here(s) == '"')
            return reading_refuse(s->r, s->at, "CSV_SYNTAX",
                                  "a quote within a cell without quotes: put the cell in quotes and double it");
        if (here(s) == '\r')
            return reading_refuse(s->r, s->at, "CSV_SYNTAX",
                                  "a carriage return without a line feed: lines end in CRLF or LF");
    }
    *ret = bytes_of(s->r->text.at + from, s->at - from);
    return OK;
}

/* Between the quotes, with doubled ones made single. */
static struct bytes undoubled(struct sheet *s, size_t from, size_t doubled) {
    struct bytes inside = bytes_of(s->r->text.at + from, s->at - from);
    if (!doubled) return inside;
    uint8_t *to = arena_alloc(s->r->arena, inside.count);
    size_t count = 0;
    for (size_t i = 0; i < inside.count; i++) {
        to[count++] = inside.at[i];
        if (inside.at[i] == '"') i++;
    }
    return bytes_of(to, count);
}

static enum outcome quoted_cell(struct sheet *s, struct bytes *ret) {
    size_t open = s->at++, doubled = 0;
    for (;; s->at++) {
        if (ended(s)) return reading_refuse(s->r, open, "CSV_SYNTAX", "a quote opens here and never closes");
        if (here(s) != '"') continue;
        bool again = s->at + 1 < s->r->text.count && s->r->text.at[s->at + 1] == '"';
        if (!again) break;
        doubled++;
        s->at++;
    }
    TRY(arena_ready(s->r->arena, s->at - open, s->r->fault));
    *ret = undoubled(s, open + 1, doubled);
    s->at++;
    if (separates(s) || line_ends(s)) return OK;
    return reading_refuse(s->r, s->at, "CSV_SYNTAX", "text after a closing quote: double the quotes within a cell");
}

static enum outcome cell(struct sheet *s, struct bytes *ret) {
    return here(s) == '"' ? quoted_cell(s, ret) : plain_cell(s, ret);
}

static enum outcome header_name(struct sheet *s) {
    size_t from = s->at;
    struct bytes name;
    if (s->columns == FORMAT_MAX_COLUMNS)
        return reading_refuse(s->r, from, "TOO_MANY", "more than %u columns", FORMAT_MAX_COLUMNS);
    TRY(cell(s, &name));
    name = node_name(name, s->r->arena);
    if (!name.count)
        return reading_refuse(s->r, from, "CSV_SYNTAX", "column %zu has no name in the header row", s->columns + 1);
    for (size_t i = 0; i < s->columns; i++) {
        if (!bytes_equal(name, s->names[i])) continue;
        return reading_refuse(s->r, from, "CSV_SYNTAX", "columns %zu and %zu have the same name in the header row",
                              i + 1, s->columns + 1);
    }
    s->names[s->columns++] = name;
    return OK;
}

/* A header of one column that holds one sign again and again was written with another separator than the profile's. */
static enum outcome check_separator(struct sheet *s) {
    static const char signs[] = ",;|\t";
    for (const char *sign = signs; *sign && s->columns == 1; sign++) {
        size_t count = 0;
        for (size_t i = 0; i < s->names[0].count; i++) count += s->names[0].at[i] == (uint8_t)*sign;
        if (count < 2) continue;
        return reading_refuse(s->r, 0, "CSV_SYNTAX",
                              "the header row is one column that holds %zu times %s: should format.separator of the "
                              "agency's profile say so?",
                              count, *sign == '\t' ? "a tab" : (char[]){'"', *sign, '"', 0});
    }
    return OK;
}

static void number(struct sheet *s) {
    const struct numbering *numbering = s->r->format->numbering;
    if (!numbering) return;
    s->places = arena_array(s->r->arena, numbering_count(numbering) + 1, sizeof *s->places);
    for (size_t i = 0; i < s->columns; i++) {
        s->numbers[i] = numbering_find(numbering, s->names[i]);
        if (s->numbers[i]) s->places[s->numbers[i]] = (uint32_t)i + 1;
    }
}

static enum outcome header(struct sheet *s) {
    if (line_ends(s))
        return reading_refuse(s->r, s->at, "CSV_SYNTAX",
                              "the first line must be the header row with the columns' names");
    TRY(header_name(s));
    while (separates(s)) {
        s->at++;
        TRY(header_name(s));
    }
    TRY(check_separator(s));
    skip_line_end(s);
    number(s);
    return OK;
}

static enum outcome row(struct sheet *s, struct node *root) {
    struct node_row *made = arena_alloc(s->r->arena, sizeof *made);
    struct node *row = &made->node, *cells;
    TRY(reading_seat(s->r, root, row, NODE_ROW, s->at));
    row->regular = s->places != NULL;
    made->columns = s->places;
    cells = arena_array(s->r->arena, s->columns, sizeof *cells);
    for (size_t i = 0; i < s->columns; i++) {
        struct node *one = &cells[i];
        if (i) {
            if (!separates(s)) {
                return reading_refuse(s->r, s->at, "CSV_SYNTAX",
                                      "the row has %zu cells, the header row %zu: the row ends too early", i,
                                      s->columns);
            }
            s->at++;
        }
        TRY(reading_seat(s->r, row, one, s->names[i], s->at));
        one->number = s->numbers[i];
        TRY(cell(s, &one->text));
        one->scalar = true;
    }
    if (separates(s)) {
        return reading_refuse(
            s->r, s->at, "CSV_SYNTAX",
            "the row has more cells than the header row's %zu: a cell with a separator in it needs quotes", s->columns);
    }
    skip_line_end(s);
    return OK;
}

/* "sep=;" tells a spreadsheet program which separator the file has; it is no row. */
static enum outcome separator_line(struct sheet *s) {
    struct bytes text = s->r->text;
    size_t from = s->at, left = text.count - from;
    if (left < 5 || strncasecmp((const char *)text.at + from, "sep=", 4) != 0) return OK;
    if (left > 5 && text.at[from + 5] != '\r' && text.at[from + 5] != '\n') return OK;
    if (text.at[from + 4] != (uint8_t)s->r->format->separator)
        return reading_refuse(s->r, from, "CSV_SYNTAX",
                              "the file says that its separator is %c: format.separator of the agency's profile says "
                              "another",
                              text.at[from + 4]);
    s->at = from + 5;
    skip_line_end(s);
    return OK;
}

enum outcome csv_read(struct format_reading *r, struct node **ret) {
    struct sheet *s = arena_alloc(r->arena, sizeof *s);
    struct node *root;
    s->r = r;
    INVARIANT(r->format->separator && !strchr("\"\r\n", r->format->separator));
    TRY(reading_node(r, NULL, BYTES_NONE, 0, &root));
    TRY(separator_line(s));
    TRY(header(s));
    size_t blank = 0; /* 1 + where the first of the blank lines just read begins */
    while (!ended(s)) {
        if (line_ends(s)) {
            if (!blank) blank = s->at + 1;
            skip_line_end(s);
            continue;
        }
        if (blank) return reading_refuse(r, blank - 1, "CSV_SYNTAX", "a blank line between rows");
        TRY(row(s, root));
    }
    if (!root->first) return reading_refuse(r, s->at, "CSV_SYNTAX", "no row below the header row");
    *ret = root;
    return OK;
}

static enum outcome write_cell(char separator, struct bytes text, bool alone, struct buffer *into,
                               struct fault *fault) {
    bool quote = alone && !text.count; /* a line with nothing on it would be no row */
    /* or the first cell's would be taken for a web page or a PDF (disguise.c) */
    if (text.count && (text.at[0] == '<' || text.at[0] == '%')) quote = true;
    for (size_t i = 0; i < text.count && !quote; i++)
        quote = text.at[i] == (uint8_t)separator || memchr("\"\r\n", text.at[i], 3);
    /* or the first cell's would be taken for the file's mark */
    if (text.count >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0) quote = true;
    if (quote) TRY(buffer_add_cstr(into, "\"", fault));
    for (size_t i = 0; i < text.count;) {
        struct bytes one = encoding_next(text, &i);
        if (!one.at[0]) one = ENCODING_REPLACEMENT; /* the reader takes no NUL */
        if (one.at[0] == '"') TRY(buffer_add_cstr(into, "\"", fault));
        TRY(buffer_add(into, one, fault));
    }
    return quote ? buffer_add_cstr(into, "\"", fault) : OK;
}

static enum outcome write_line(char separator, const struct column_names *names, const struct node *row,
                               struct buffer *into, struct fault *fault) {
    const struct node *likely = row ? row->first : NULL;
    for (size_t i = 0; i < names->count; i++) {
        struct bytes text = names->at[i];
        if (row) {
            const struct node *cell = likely && bytes_equal(likely->name, text) ? likely : node_child(row, text);
            if (cell) likely = cell->next;
            text = cell ? cell->text : BYTES_NONE;
        }
        if (i) TRY(buffer_add(into, bytes_of(&separator, 1), fault));
        TRY(write_cell(separator, text, names->count == 1, into, fault));
    }
    return buffer_add_cstr(into, "\r\n", fault);
}

enum outcome csv_write(const struct format *format, const struct node *root, struct buffer *into, struct fault *fault) {
    AUTO(column_names_free) struct column_names names = {0};
    TRY(column_names_of(root, NODE_ROW, &names, fault));
    TRY(write_line(format->separator, &names, NULL, into, fault));
    for (const struct node *row = root->first; row; row = row->next)
        TRY(write_line(format->separator, &names, row, into, fault));
    return OK;
}
