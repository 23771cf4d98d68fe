/* What the formats of rows share: names gathered, continued rows joined, texts cut into rows. */
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/column.h"
#include <stdio.h>
#include <stdlib.h>

enum outcome(column_refuse)(struct fault *fault, struct bytes name, const char *why) {
    char text[sizeof fault->field] = "";
    if (name.count) snprintf(text, sizeof text, "%.*s", BYTES_FMT(name));
    (void)fault_set(fault, REFUSE, "TOO_LARGE", "%s", why);
    return fault_place(fault, text, 0, 0);
}

static enum outcome add_name(struct column_names *names, struct bytes name, struct fault *fault) {
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? names->capacity * 2 : 64;
        struct bytes *more = realloc(names->at, capacity * sizeof *more);
        if (!more) return fault_set(fault, FATAL, "INTERNAL", "no memory for the names of columns");
        names->at = more;
        names->capacity = capacity;
    }
    names->at[names->count++] = name;
    return OK;
}

/* Rows mostly have the same ones in the same order. */
enum outcome column_names_of(const struct node *root, struct bytes rows, struct column_names *ret,
                             struct fault *fault) {
    for (const struct node *row = root->first; row; row = row->next) {
        size_t place = 0;
        if (!bytes_equal(row->name, rows)) continue;
        for (const struct node *cell = row->first; cell; cell = cell->next, place++) {
            size_t i = 0;
            if (place < ret->count && bytes_equal(ret->at[place], cell->name)) continue;
            while (i < ret->count && !bytes_equal(ret->at[i], cell->name)) i++;
            if (i == ret->count) TRY(add_name(ret, cell->name, fault));
        }
    }
    return OK;
}

void column_names_free(struct column_names *names) {
    free(names->at);
    *names = (struct column_names){0};
}

static bool continues(const struct format *format, const struct node *cell) {
    const struct format_column *column = format_column(format, cell->name);
    return column && column->continues;
}

/* A row that says nothing but in continuing columns, and something there. */
static bool only_continues(const struct format *format, const struct node *row) {
    bool any = false;
    for (const struct node *cell = row->first; cell; cell = cell->next) {
        if (!cell->text.count) continue;
        if (!continues(format, cell)) return false;
        any = true;
    }
    return any;
}

static struct node *named(struct node *row, struct bytes name) {
    struct node *cell = row->first;
    while (cell && !bytes_equal(cell->name, name)) cell = cell->next;
    return cell;
}

/* The texts of one column from `first` on, through the `count` rows below it. */
static void join_cell(struct node *first, const struct node *below, size_t count, struct arena *arena) {
    size_t capacity = first->text.count, used = first->text.count;
    const struct node *row = below;
    for (size_t i = 0; i < count; i++, row = row->next) {
        const struct node *cell = node_child(row, first->name);
        capacity += cell ? cell->text.count : 0;
    }
    if (capacity == used) return;
    if (arena_ready(arena, capacity, NULL) != OK) return;
    uint8_t *to = arena_alloc(arena, capacity);
    if (used) memcpy(to, first->text.at, used);
    row = below;
    for (size_t i = 0; i < count; i++, row = row->next) {
        const struct node *cell = node_child(row, first->name);
        if (!cell || !cell->text.count) continue;
        memcpy(to + used, cell->text.at, cell->text.count);
        used += cell->text.count;
    }
    first->text = bytes_of(to, used);
}

void column_join(const struct format *format, struct node *root, struct arena *arena) {
    bool any = false;
    for (size_t i = 0; i < format->column_count; i++) any = any || format->columns[i].continues;
    for (struct node *row = any ? root->first : NULL; row; row = row->next) {
        size_t count = 0;
        struct node *after = row->next;
        for (; after && only_continues(format, after); after = after->next) count++;
        if (!count) continue;
        for (size_t i = 0; i < format->column_count; i++) {
            struct node *cell =
                format->columns[i].continues ? named(row, bytes_of_cstr(format->columns[i].name)) : NULL;
            if (cell) join_cell(cell, row->next, count, arena);
        }
        row->next = after;
        if (!after) root->last = row;
    }
}

static struct bytes rest(struct bytes text, size_t from) {
    return from ? bytes_of(text.at + from, text.count - from) : text;
} /* an empty one may be nowhere */
static struct column_text behind(const struct column_text *text, size_t plain, size_t coded) {
    return (struct column_text){rest(text->text, plain), rest(text->encoded, coded)};
}

/* How far the width reaches, and where the last character that is no blank ends within it. */
struct reach {
    size_t plain, coded;
    uint32_t used;
};
static struct reach reach(const struct format *format, const struct column_text *text, uint32_t width,
                          bool by_characters, struct reach *ret_solid) {
    struct reach all = {0};
    *ret_solid = all;
    while (all.plain < text->text.count && all.coded < text->encoded.count) {
        size_t step = encoding_step(format, text->encoded, all.coded);
        uint32_t takes = by_characters ? 1 : (uint32_t)step;
        if (all.used + takes > width) break;
        bool blank = text->text.at[all.plain] == ' ';
        (void)encoding_next(text->text, &all.plain);
        all.coded += step;
        all.used += takes;
        if (!blank) *ret_solid = all;
    }
    return all;
}

/* Blanks at the end would be taken for filling, so they begin the next piece; a piece of nothing but blanks would be no
 * row, so it is left out. */
struct column_text column_piece(const struct format *format, struct column_text *text, uint32_t width,
                                bool by_characters, uint32_t *ret_used) {
    struct reach solid, all = reach(format, text, width, by_characters, &solid);
    while (all.plain < text->text.count && all.used && !solid.used) {
        *text = behind(text, all.plain, all.coded);
        all = reach(format, text, width, by_characters, &solid);
    }
    if (all.plain < text->text.count) all = solid;
    struct column_text piece = {bytes_of(text->text.at, all.plain), bytes_of(text->encoded.at, all.coded)};
    *text = behind(text, all.plain, all.coded);
    *ret_used = all.used;
    return piece;
}

enum outcome column_encode(const struct format *format, struct bytes text, struct buffer *scratch, struct buffer *plain,
                           struct column_text *ret, struct fault *fault) {
    const struct format unmarked = {.encoding = format->encoding};
    buffer_clear(scratch);
    buffer_clear(plain);
    for (size_t i = 0; i < text.count;) {
        struct bytes one = encoding_next(text, &i);
        bool line_end = format->kind == FORMAT_FIXED && (one.at[0] == '\r' || one.at[0] == '\n');
        if (!one.at[0]) one = ENCODING_REPLACEMENT;
        TRY(buffer_add(plain, line_end ? BYTES_LITERAL(" ") : one, fault));
    }
    TRY(encoding_encode(&unmarked, buffer_view(plain), scratch, fault));
    *ret = (struct column_text){buffer_view(plain), buffer_view(scratch)};
    return OK;
}

size_t column_rows(const struct format *format, struct column_text text, uint32_t width, bool by_characters) {
    size_t rows = 0;
    uint32_t used = 1;
    for (; text.text.count && used && rows < COLUMN_ROWS; rows++)
        (void)column_piece(format, &text, width, by_characters, &used);
    return text.text.count ? 0 : rows ? rows : 1;
}
