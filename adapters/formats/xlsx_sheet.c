/* Reads one sheet of a workbook, streamed. Refused: cells or rows out of order, a column that holds something but has
 * no name, or the same one as another, a blank row between rows; blank rows at the end are what spreadsheets leave. A
 * header of two rows: a name above others is merged over them, "当事人/姓名"; one that stands alone is merged downwards
 * or has nothing below. */
#include "adapters/formats/xlsx_inside.h"
#include <stdlib.h>

struct merge {
    uint32_t from, to;
    struct merge *next;
}; /* columns, in the header's first row */
struct sheet {
    struct xlsx_book *book;
    const struct xlsx_layout *layout;
    struct node *root;
    /* by column, from 1 */
    struct bytes row_cells[FORMAT_MAX_COLUMNS + 1], above[FORMAT_MAX_COLUMNS + 1], names[FORMAT_MAX_COLUMNS + 1];
    struct merge *merges;
    struct buffer value;
    struct xlsx_cell cell;
    /* last: the last column with a name; blank: the first blank row since the last row with something, 0: none */
    uint32_t row, column, last, blank;
    bool in_value, aloud, hidden;
    size_t merge_count, filled; /* cells of the sheet that hold something */
};

static enum outcome open_row(struct sheet *s, const struct xlsx_element *element) {
    char number[XLSX_SHORT], *end = NULL;
    bool numbered = xlsx_short(element, "r", number);
    unsigned long row = numbered ? strtoul(number, &end, 10) : s->row + 1;
    if ((numbered && (!*number || *end)) || row <= s->row || row > 1048576)
        return xlsx_refuse(s->book, s->row + 1, 1, "the rows of the sheet are out of order");
    uint32_t first = s->layout ? s->layout->title + s->layout->header : 0, begin = s->row > first ? s->row : first;
    if (row > begin + 1 && !s->blank) s->blank = begin + 1;
    memset(s->row_cells, 0,
           sizeof s->row_cells[0] * (s->column < FORMAT_MAX_COLUMNS ? s->column + 1 : FORMAT_MAX_COLUMNS + 1));
    s->row = (uint32_t)row;
    s->column = 0;
    s->hidden = xlsx_short(element, "hidden", number) && strcmp(number, "0") != 0 && strcmp(number, "false") != 0;
    return OK;
}

static enum outcome open_cell(struct sheet *s, const struct xlsx_element *element) {
    char name[XLSX_SHORT], style[XLSX_SHORT];
    bool named = xlsx_short(element, "r", name), styled = xlsx_short(element, "s", style);
    uint32_t row = s->row, column = s->column + 1;
    if (named && (!xlsx_cell_of(name, &row, &column) || row != s->row || column <= s->column)) {
        return xlsx_refuse(s->book, s->row ? s->row : 1, s->column + 1, "the cell \"%.20s\" is out of order", name);
    }
    s->column = column;
    s->cell =
        (struct xlsx_cell){.row = s->row, .column = column, .style = styled ? (uint32_t)strtoul(style, NULL, 10) : 0};
    (void)xlsx_short(element, "t", s->cell.type);
    buffer_clear(&s->value);
    return OK;
}

static enum outcome on_open(void *self, const struct xlsx_element *element) {
    struct sheet *s = self;
    if (strcmp(element->name, "row") == 0) return open_row(s, element);
    if (strcmp(element->name, "c") == 0) return open_cell(s, element);
    if (strcmp(element->name, "f") == 0) s->cell.formula = true;
    if (strcmp(element->name, "rPh") == 0) s->aloud = true;
    if (strcmp(element->name, "strike") == 0 && xlsx_is_on(element)) s->cell.struck = true;
    bool inline_text = strcmp(element->name, "t") == 0 && strcmp(s->cell.type, "inlineStr") == 0 && !s->aloud;
    s->in_value = !element->empty && (inline_text || strcmp(element->name, "v") == 0);
    if (s->in_value) s->cell.has_value = true;
    return OK;
}

static enum outcome on_text(void *self, struct bytes text) {
    struct sheet *s = self;
    return s->in_value ? buffer_add(&s->value, text, s->book->r->fault) : OK;
}

static enum outcome close_cell(struct sheet *s) {
    struct bytes text;
    s->cell.value = buffer_view(&s->value);
    TRY(xlsx_cell_text(s->book, &s->cell, &text));
    if (!text.count) return OK;
    s->filled++;
    if (!s->layout) return OK;
    if (s->column > FORMAT_MAX_COLUMNS) {
        return fault_as(xlsx_refuse_at(s->book, __FILE__, "TOO_MANY", s->row, s->column, "more than %u columns",
                                       FORMAT_MAX_COLUMNS),
                        REFUSE);
    }
    s->row_cells[s->column] = text;
    return OK;
}

/* The name above, its own or one that is merged over the column. */
static struct bytes above(const struct sheet *s, uint32_t column) {
    for (const struct merge *merge = s->merges; merge; merge = merge->next) {
        if (column >= merge->from && column <= merge->to) return s->above[merge->from];
    }
    return s->above[column];
}

static enum outcome take_names(struct sheet *s) {
    for (uint32_t i = 1; i <= FORMAT_MAX_COLUMNS; i++) {
        struct bytes name = node_name(s->row_cells[i], s->book->r->arena),
                     over = s->layout->header == 2 ? node_name(above(s, i), s->book->r->arena) : BYTES_NONE;
        if (over.count && name.count)
            name = bytes_of_cstr(arena_printf(s->book->r->arena, "%.*s/%.*s", BYTES_FMT(over), BYTES_FMT(name)));
        else if (over.count) name = over;
        for (uint32_t k = 1; name.count && k < i; k++) {
            if (bytes_equal(s->names[k], name))
                return xlsx_refuse(s->book, s->row, i, "two columns have the same name in the header row");
        }
        s->names[i] = name;
        if (name.count) s->last = i;
    }
    return s->last ? OK
                   : xlsx_refuse(s->book, s->row, 1, "the header row is empty: the columns' names must stand here");
}

static enum outcome node_at(struct sheet *s, struct node *parent, struct bytes name, uint32_t column,
                            struct node **ret) {
    if (s->book->r->nodes == FORMAT_MAX_NODES) {
        return fault_as(xlsx_refuse_at(s->book, __FILE__, "TOO_MANY", s->row, column, "more than %u values in one file",
                                       FORMAT_MAX_NODES),
                        REFUSE);
    }
    TRY(arena_check(s->book->r->arena, s->book->r->fault));
    s->book->r->nodes++;
    *ret = node_add(parent, name, s->book->r->arena);
    (*ret)->number = numbering_find(s->book->r->format->numbering, name);
    (*ret)->line = s->row;
    (*ret)->column = column;
    return OK;
}

static enum outcome take_row(struct sheet *s) {
    struct node *row = NULL, *cell;
    if (s->blank) return xlsx_refuse(s->book, s->blank, 1, "a blank row between rows");
    if (s->hidden)
        return xlsx_refuse(s->book, s->row, 1,
                           "the row is hidden (a filter, a group): show it if it is meant, or delete it");
    TRY(node_at(s, s->root, s->layout->name, 1, &row));
    for (uint32_t i = 1; i <= FORMAT_MAX_COLUMNS && (i <= s->column || i <= s->last); i++) {
        if (!s->row_cells[i].count && !s->names[i].count) continue;
        if (!s->names[i].count) return xlsx_refuse(s->book, s->row, i, "the column has no name in the header row");
        TRY(node_at(s, row, s->names[i], i, &cell));
        cell->text = s->row_cells[i];
        cell->scalar = true;
    }
    return OK;
}

static enum outcome close_row(struct sheet *s) {
    if (!s->layout) return OK;
    uint32_t header = s->layout->title + s->layout->header;
    if (s->row == header - 1 && s->layout->header == 2) memcpy(s->above, s->row_cells, sizeof s->above);
    if (s->row == header) return take_names(s);
    if (s->row < header) return OK;
    bool any = false;
    for (uint32_t i = 1; i <= s->column && i <= FORMAT_MAX_COLUMNS; i++) any = any || s->row_cells[i].count;
    if (any && !s->last)
        return xlsx_refuse(s->book, header, 1, "the header row is empty: the columns' names must stand here");
    if (any) return take_row(s);
    if (!s->blank) s->blank = s->row;
    return OK;
}

static enum outcome on_close(void *self, const struct xlsx_element *element) {
    struct sheet *s = self;
    s->in_value = false;
    if (strcmp(element->name, "rPh") == 0) s->aloud = false;
    if (strcmp(element->name, "c") == 0) return close_cell(s);
    return strcmp(element->name, "row") == 0 ? close_row(s) : OK;
}

/* <mergeCell ref="B2:D2"/> stands behind the rows, so it is looked for first. */
static enum outcome on_merge(void *self, const struct xlsx_element *element) {
    struct sheet *s = self;
    if (strcmp(element->name, "mergeCell") != 0) return OK;
    char range[XLSX_SHORT], *colon;
    uint32_t top = 0, left = 0, bottom = 0, right = 0;
    (void)xlsx_short(element, "ref", range);
    if ((colon = strchr(range, ':'))) *colon = '\0';
    bool whole = colon && xlsx_cell_of(range, &top, &left) && xlsx_cell_of(colon + 1, &bottom, &right);
    if (!whole || top > bottom || left > right)
        return xlsx_refuse(s->book, 1, 1, "\"%.20s:%.20s\" are no merged cells", range, colon ? colon + 1 : "");
    if (top != s->layout->title + 1 || bottom != top) return OK;
    if (++s->merge_count > FORMAT_MAX_COLUMNS)
        return xlsx_refuse_much(s->book, top, left, "more than %u merged names", FORMAT_MAX_COLUMNS);
    struct merge *merge = arena_alloc(s->book->r->arena, sizeof *merge);
    *merge = (struct merge){left, right, s->merges};
    s->merges = merge;
    return OK;
}

static enum outcome walk(struct sheet *s, const char *part) {
    const struct xlsx_handler merges = {on_merge, NULL, NULL, s}, rows = {on_open, on_close, on_text, s};
    if (s->layout && s->layout->header == 2) TRY(xlsx_walk(s->book, part, true, &merges));
    return xlsx_walk(s->book, part, true, &rows);
}

/* NULL: no memory, and the reading's arena says so. */
static struct sheet *sheet_of(struct xlsx_book *book, const struct xlsx_layout *layout, struct node *root) {
    struct sheet *s = calloc(1, sizeof *s);
    if (!s) arena_fail(book->r->arena);
    if (!s) return NULL;
    s->book = book;
    s->layout = layout;
    s->root = root;
    buffer_init(&s->value, XLSX_PART);
    return s;
}

static void sheet_close(struct sheet *s) {
    buffer_free(&s->value);
    free(s);
}

enum outcome xlsx_read_sheet(struct xlsx_book *book, const char *part, const struct xlsx_layout *layout,
                             struct node *root) {
    struct sheet *s = sheet_of(book, layout, root);
    if (!s) return arena_check(book->r->arena, book->r->fault);
    enum outcome outcome = walk(s, part);
    sheet_close(s);
    return outcome;
}

enum outcome xlsx_sheet_is_empty(struct xlsx_book *book, const char *part, bool *ret) {
    struct sheet *s = sheet_of(book, NULL, NULL);
    if (!s) return arena_check(book->r->arena, book->r->fault);
    enum outcome outcome = walk(s, part);
    *ret = !s->filled;
    sheet_close(s);
    return outcome;
}
