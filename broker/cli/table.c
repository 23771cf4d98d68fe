/* Cells gathered, measured and printed. Source of the wide ranges: Unicode 15 EastAsianWidth W and F, joined to runs.
 */
#include "broker/cli/table.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/fault.h"

struct run {
    uint32_t first, last;
};
static const struct run wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0x33FF}, {0x3400, 0x4DBF},
                                  {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},  {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                                  {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
                                  {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
static const struct run none[] = {
    {0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
static const struct run unsafe[] = {{0, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};

static size_t within(const struct run *runs, size_t count, uint32_t point) {
    for (size_t i = 0; i < count; i++) {
        if (point >= runs[i].first && point <= runs[i].last) return 1;
    }
    return 0;
}
#define WITHIN(runs, point) within((runs), sizeof(runs) / sizeof *(runs), (point))

/* The text comes from Postgres and is UTF-8; a broken byte would still be taken alone. */
static size_t decode(const char *text, uint32_t *ret_point) {
    const unsigned char *at = (const unsigned char *)text;
    size_t count = at[0] < 0x80 ? 1 : at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : at[0] >= 0xC0 ? 2 : 1;
    uint32_t point = count == 1 ? at[0] : at[0] & (0xFFu >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *ret_point = 0x80;
            return 1;
        }
        point = point << 6 | (at[i] & 0x3Fu);
    }
    *ret_point = point;
    return count;
}

static size_t point_width(uint32_t point) { return WITHIN(none, point) ? 0 : WITHIN(wide, point) ? 2 : 1; }

size_t table_width(const char *text) {
    size_t width = 0;
    while (*text) {
        uint32_t point;
        text += decode(text, &point);
        width += point_width(point);
    }
    return width;
}

/* A safe copy, cut to `most` columns where most > 0. */
static char *safe_copy(const char *text, size_t most) {
    char *copy = malloc(strlen(text) + 4);
    INVARIANT(copy);
    size_t count = 0, width = 0, cut_at = 0;
    while (*text) {
        uint32_t point;
        size_t bytes = decode(text, &point);
        if (most > 0 && width + point_width(point) > most) {
            memcpy(copy + cut_at, "…", sizeof "…");
            return copy;
        }
        width += point_width(point);
        if (point == '\n' || point == '\t') copy[count++] = ' ';
        else if (WITHIN(unsafe, point)) copy[count++] = '?';
        else {
            memcpy(copy + count, text, bytes);
            count += bytes;
        }
        text += bytes;
        if (most > 0 && width + 1 <= most) cut_at = count;
    }
    copy[count] = '\0';
    return copy;
}

void table_start(struct table *table, size_t columns) {
    INVARIANT(columns > 0 && columns <= TABLE_COLUMNS);
    *table = (struct table){.columns = columns};
}

void table_free(struct table *table) {
    for (size_t i = 0; i < table->cell_count; i++) free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

void table_cell(struct table *table, const char *text) {
    if (table->cell_count == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 256;
        table->cells = realloc(table->cells, table->capacity * sizeof *table->cells);
        INVARIANT(table->cells);
    }
    size_t column = table->cell_count % table->columns;
    table->cells[table->cell_count++] = safe_copy(text ? text : "", table->most[column]);
}

static void print_row(const struct table *table, size_t first, const size_t *widths, FILE *to) {
    size_t shown = table->shown ? table->shown : table->columns;
    for (size_t c = 0; c < shown; c++) {
        const char *cell = table->cells[first + c];
        fputs(cell, to);
        if (c + 1 == shown) break;
        for (size_t pad = table_width(cell); pad < widths[c] + 2; pad++) fputc(' ', to);
    }
    fputc('\n', to);
}

static void measure(const struct table *table, size_t *ret) {
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = table_width(table->cells[i]), column = i % table->columns;
        if (width > ret[column]) ret[column] = width;
    }
}

#define LEAST 11 /* columns of a terminal: a day, five Chinese characters */
void table_fit(struct table *table, size_t width) {
    size_t widths[TABLE_COLUMNS] = {0}, sum = 0, widest = 0;
    measure(table, widths);
    for (size_t c = 0; c < table->columns; c++) sum += widths[c] + 2;
    for (; sum > width + 2; sum--) {
        for (size_t c = 0; c < table->columns; c++) {
            if (widths[c] > widths[widest]) widest = c; /* the first of the widest */
        }
        if (widths[widest] <= LEAST) break;
        widths[widest]--;
    }
    table->shown = table->columns;
    for (; sum > width + 2 && table->shown > 1; table->shown--) sum -= widths[table->shown - 1] + 2;
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t most = widths[i % table->columns];
        if (table_width(table->cells[i]) <= most) continue;
        char *cut = safe_copy(table->cells[i], most);
        free(table->cells[i]);
        table->cells[i] = cut;
    }
}

void table_print(const struct table *table, FILE *to) {
    size_t widths[TABLE_COLUMNS] = {0};
    INVARIANT(table->cell_count % table->columns == 0);
    measure(table, widths);
    for (size_t first = 0; first < table->cell_count; first += table->columns) {
        if (first == 0 && table->heads_bold) fputs("\033[1m", to);
        print_row(table, first, widths, to);
        if (first == 0 && table->heads_bold) fputs("\033[0m", to);
        if (first > 0) continue;
        size_t shown = table->shown ? table->shown : table->columns;
        for (size_t c = 0; c < shown; c++) {
            for (size_t i = 0; i < widths[c]; i++) fputc('-', to);
            fputs(c + 1 < shown ? "  " : "\n", to);
        }
    }
}
