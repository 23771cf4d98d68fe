/* Reads and writes 定长文本: rows without a separator, each column of the profile's width, filled with blanks or
 * zeros; lines end in CRLF or LF. Widths count bytes of the file's encoding (a Chinese character of GB18030 takes two,
 * as on the systems that write such files) or characters. Refused with its place: a row shorter or longer than the
 * columns, a character across the border of two columns, a blank line between rows. Filling is taken off; what else a
 * column holds stays as it is. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/column.h"

struct rows {
    struct format_reading *r;
    size_t at, raw;
}; /* the same place in the text and in the file */

static const uint8_t mark[] = {0x84, 0x31, 0x95, 0x33}, mark8[] = {0xef, 0xbb, 0xbf};
static size_t behind_mark(const struct format_reading *r) {
    bool gb = r->format->encoding == ENCODING_GB18030;
    size_t count = gb ? sizeof mark : sizeof mark8;
    return r->file.count >= count && memcmp(r->file.at, gb ? mark : mark8, count) == 0 ? count : 0;
}

static bool ended(const struct rows *s) { return s->at >= s->r->text.count; }
static bool crlf(const struct rows *s) {
    return s->at + 1 < s->r->text.count && s->r->text.at[s->at] == '\r' && s->r->text.at[s->at + 1] == '\n';
}
static bool line_ends(const struct rows *s) { return ended(s) || s->r->text.at[s->at] == '\n' || crlf(s); }
static void skip_line_end(struct rows *s) {
    size_t step = ended(s) ? 0 : crlf(s) ? 2 : 1;
    s->at += step;
    s->raw += step;
}

/* One character; what it takes of a column's width. */
static uint32_t step(struct rows *s) {
    size_t bytes = s->raw < s->r->file.count ? encoding_step(s->r->format, s->r->file, s->raw) : 1;
    (void)encoding_next(s->r->text, &s->at);
    s->raw += bytes;
    return s->r->format->by_characters ? 1 : (uint32_t)bytes;
}

static struct bytes unfilled(const struct format_column *column, struct bytes text) {
    while (column->right && text.count > (column->pad == '0') && text.at[0] == (uint8_t)column->pad)
        text = bytes_of(text.at + 1, text.count - 1);
    while (!column->right && text.count && text.at[text.count - 1] == (uint8_t)column->pad) text.count--;
    bool blank = true; /* a column of nothing but blanks says nothing, whatever fills it */
    for (size_t i = 0; i < text.count && blank; i++) blank = text.at[i] == ' ';
    return blank ? BYTES_NONE : text;
}

static enum outcome cell(struct rows *s, struct node *row, const struct format_column *column) {
    struct node *node;
    uint32_t used = 0;
    size_t from = s->at;
    TRY(reading_node(s->r, row, bytes_of_cstr(column->name), from, &node));
    while (used < column->width) {
        size_t before = s->at;
        if (line_ends(s)) {
            return reading_refuse(s->r, s->at, "FIXED_SYNTAX", "the row ends within the column %s, %u of %u %s",
                                  column->name, used, column->width,
                                  s->r->format->by_characters ? "characters" : "bytes");
        }
        if (s->r->text.at[s->at] == '\r')
            return reading_refuse(s->r, s->at, "FIXED_SYNTAX",
                                  "a carriage return without a line feed: lines end in CRLF or LF");
        used += step(s);
        if (used > column->width)
            return reading_refuse(s->r, before, "FIXED_SYNTAX",
                                  "a character across the end of the column %s (%u bytes)", column->name,
                                  column->width);
    }
    node->text = unfilled(column, bytes_of(s->r->text.at + from, s->at - from));
    node->scalar = true;
    return OK;
}

static enum outcome row(struct rows *s, struct node *root) {
    struct node *node;
    TRY(reading_node(s->r, root, NODE_ROW, s->at, &node));
    for (size_t i = 0; i < s->r->format->column_count; i++) TRY(cell(s, node, &s->r->format->columns[i]));
    if (!line_ends(s))
        return reading_refuse(s->r, s->at, "FIXED_SYNTAX", "the row is longer than the columns of the profile");
    skip_line_end(s);
    return OK;
}

enum outcome fixed_read(struct format_reading *r, struct node **ret) {
    struct rows s = {r, 0, behind_mark(r)};
    struct node *root;
    size_t blank = 0; /* 1 + where the first of the blank lines just read begins */
    const char *marked = encoding_marked(r->file), *charset = encoding_charset(r->format);
    if (marked && strcmp(marked, charset) != 0) {
        return reading_refuse(r, 0, "ENCODING",
                              "a fixed width file in %s, whose widths are not those of %s: save it in the encoding of "
                              "the agency's profile",
                              marked, charset);
    }
    TRY(reading_node(r, NULL, BYTES_NONE, 0, &root));
    while (!ended(&s)) {
        if (line_ends(&s)) {
            if (!blank) blank = s.at + 1;
            skip_line_end(&s);
            continue;
        }
        if (blank) return reading_refuse(r, blank - 1, "FIXED_SYNTAX", "a blank line between rows");
        TRY(row(&s, root));
    }
    if (!root->first) return reading_refuse(r, 0, "FIXED_SYNTAX", "no row: the file is empty");
    column_join(r->format, root, r->arena);
    *ret = root;
    return OK;
}

/* ---- writing
 * -------------------------------------------------------------------------------------------------------------- */
struct writing {
    const struct format *format;
    struct buffer *into, encoded, plain;
    struct fault *fault;
};

static enum outcome fill(struct writing *w, char with, uint32_t count) {
    while (count--) TRY(buffer_add(w->into, bytes_of(&with, 1), w->fault));
    return OK;
}

/* The `nth` piece of the cell. */
static enum outcome write_cell(struct writing *w, const struct format_column *column, struct bytes text, size_t nth) {
    struct column_text left, piece = {BYTES_NONE, BYTES_NONE};
    uint32_t used = 0;
    TRY(column_encode(w->format, text, &w->encoded, &w->plain, &left, w->fault));
    for (size_t i = 0; i <= nth; i++)
        piece = column_piece(w->format, &left, column->width, w->format->by_characters, &used);
    if (left.text.count && !column->continues)
        return column_refuse(w->fault, bytes_of_cstr(column->name),
                             "a text is longer than its column: widen it or let it continue");
    char pad = piece.text.count ? column->pad : ' ';
    if (column->right) TRY(fill(w, pad, column->width - used));
    TRY(buffer_add(w->into, piece.text, w->fault));
    return column->right ? OK : fill(w, pad, column->width - used);
}

static enum outcome rows_of(struct writing *w, const struct node *row, size_t *ret) {
    *ret = 1;
    for (size_t i = 0; i < w->format->column_count; i++) {
        const struct format_column *column = &w->format->columns[i];
        const struct node *cell = column->continues ? node_child(row, bytes_of_cstr(column->name)) : NULL;
        struct column_text text;
        if (!cell) continue;
        TRY(column_encode(w->format, cell->text, &w->encoded, &w->plain, &text, w->fault));
        size_t rows = column_rows(w->format, text, column->width, w->format->by_characters);
        if (!rows)
            return column_refuse(w->fault, bytes_of_cstr(column->name),
                                 "a text is longer than its column: widen it or let it continue");
        *ret = rows > *ret ? rows : *ret;
    }
    return OK;
}

static enum outcome write_row(struct writing *w, const struct node *row) {
    size_t rows = 1;
    TRY(rows_of(w, row, &rows));
    for (size_t nth = 0; nth < rows; nth++) {
        for (size_t i = 0; i < w->format->column_count; i++) {
            const struct format_column *column = &w->format->columns[i];
            const struct node *cell = node_child(row, bytes_of_cstr(column->name));
            bool said = cell && (column->continues || nth == 0);
            TRY(write_cell(w, column, said ? cell->text : BYTES_NONE, column->continues ? nth : 0));
        }
        TRY(buffer_add_cstr(w->into, "\r\n", w->fault));
    }
    return OK;
}

/* A cell that no column is there for would be lost. */
static enum outcome check_columns(const struct format *format, const struct node *root, struct fault *fault) {
    for (const struct node *row = root->first; row; row = row->next) {
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            if (!cell->text.count || format_column(format, cell->name)) continue;
            return column_refuse(fault, cell->name, "the profile has no column for this text");
        }
    }
    return OK;
}

enum outcome fixed_write(const struct format *format, const struct node *root, struct buffer *into,
                         struct fault *fault) {
    struct writing w = {.format = format, .into = into, .fault = fault};
    TRY(check_columns(format, root, fault));
    buffer_init(&w.encoded, into->most);
    buffer_init(&w.plain, into->most);
    enum outcome outcome = OK;
    for (const struct node *row = root->first; row && outcome == OK; row = row->next) outcome = write_row(&w, row);
    buffer_free(&w.encoded);
    buffer_free(&w.plain);
    return outcome;
}
