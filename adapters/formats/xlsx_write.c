/* Writes XLSX by libxlsxwriter, into a file without a name (memfd), since it writes files only. Every cell is
 * a text, never a formula, but for the columns that the profile calls numbers or dates. The same tree makes the same
 * bytes: the book's times are fixed. */
#define _GNU_SOURCE /* memfd_create */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/calendar.h"
#include "adapters/formats/column.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define CREATED    1577808000 /* 2020-01-01 00:00 +08:00 */
#define TEXT_MAX   32767u     /* characters of a cell (ECMA-376's applications hold no more) */
#define SHEETS_MAX 255
struct book {
    const struct node *root;
    const struct format *format;
    struct fault *fault;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *text, *day, *time, *name, *title;
    struct column_names names;
    struct buffer scratch;
};

static bool looks_escaped(struct bytes text, size_t at) {
    if (text.count - at < 7 || text.at[at] != '_' || text.at[at + 1] != 'x' || text.at[at + 6] != '_') return false;
    for (size_t i = 2; i < 6; i++) {
        if (!isxdigit(text.at[at + i])) return false;
    }
    return true;
}

/* As a C string: what XML cannot hold becomes U+FFFD, what would be taken for an escape is escaped. */
static enum outcome plain(struct book *b, struct bytes text, const char **ret) {
    size_t characters = 0;
    buffer_clear(&b->scratch);
    for (size_t i = 0; i < text.count; characters++) {
        bool escaped = looks_escaped(text, i);
        struct bytes one = encoding_next(text, &i);
        bool control = one.at[0] < 0x20 && !strchr("\t\n\r", one.at[0]),
             none = one.count == 3 && one.at[0] == 0xef && one.at[1] == 0xbf && one.at[2] >= 0xbe;
        if (!one.at[0] || control || none) one = ENCODING_REPLACEMENT;
        if (one.at[0] == '\r') one = BYTES_LITERAL("_x000D_"); /* XML would make it a line feed */
        TRY(buffer_add(&b->scratch, escaped ? BYTES_LITERAL("_x005F_") : one, b->fault));
    }
    TRY(buffer_add(&b->scratch, bytes_of("", 1), b->fault));
    *ret = (const char *)b->scratch.at;
    return characters > TEXT_MAX
               ? column_refuse(b->fault, BYTES_NONE, "a text of more than 32767 characters: no cell holds it")
               : OK;
}

static bool is_number(struct bytes text) {
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < text.count; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        digits += digit;
        points += text.at[i] == '.';
        if (!digit && text.at[i] != '.' && !(text.at[i] == '-' && i == 0)) return false;
    }
    return digits && digits <= 15 && points <= 1;
}

static lxw_error put_date(struct book *b, lxw_row_t row, lxw_col_t column, const struct civil *at) {
    lxw_datetime when = {at->year, at->month, at->day, at->hour, at->minute, (double)at->second};
    return worksheet_write_datetime(b->sheet, row, column, &when, calendar_is_day(at) ? b->day : b->time);
}

static enum outcome put(struct book *b, lxw_row_t row, lxw_col_t column, struct bytes name, struct bytes text) {
    const struct format_column *form = format_column(b->format, name);
    const char *cstr = NULL;
    struct civil at;
    lxw_error error;
    TRY(plain(b, text, &cstr));
    if (form && form->type == COLUMN_NUMBER && is_number(text))
        error = worksheet_write_number(b->sheet, row, column, strtod(cstr, NULL), NULL);
    else if (form && form->type == COLUMN_DATE && calendar_read(text, &at) && at.year >= 1901)
        error = put_date(b, row, column, &at);
    else error = worksheet_write_string(b->sheet, row, column, cstr, b->text);
    return error == LXW_NO_ERROR ? OK : column_refuse(b->fault, name, lxw_strerror(error));
}

/* "当事人/姓名" → 3; text.count: one name. */
static size_t parent_of(const struct book *b, struct bytes name) {
    const uint8_t *slash = b->format->header_rows == 2 ? memchr(name.at, '/', name.count) : NULL;
    size_t at = slash ? (size_t)(slash - name.at) : name.count;
    return at && at + 1 < name.count ? at : name.count;
}

static enum outcome put_name(struct book *b, lxw_row_t row, lxw_col_t from, lxw_row_t last_row, lxw_col_t to,
                             struct bytes name) {
    const char *cstr = NULL;
    TRY(plain(b, name, &cstr));
    lxw_error error = row == last_row && from == to
                          ? worksheet_write_string(b->sheet, row, from, cstr, b->name)
                          : worksheet_merge_range(b->sheet, row, from, last_row, to, cstr, b->name);
    return error == LXW_NO_ERROR ? OK : column_refuse(b->fault, name, lxw_strerror(error));
}

/* Two rows: neighbours with the same parent share it. */
static enum outcome put_two_rows(struct book *b, lxw_row_t row) {
    for (size_t i = 0, next; i < b->names.count; i = next) {
        struct bytes name = b->names.at[i];
        size_t parent = parent_of(b, name);
        next = i + 1;
        if (parent == name.count) {
            TRY(put_name(b, row, (lxw_col_t)i, row + 1, (lxw_col_t)i, name));
            continue;
        }
        while (next < b->names.count && parent_of(b, b->names.at[next]) == parent &&
               memcmp(b->names.at[next].at, name.at, parent) == 0)
            next++;
        TRY(put_name(b, row, (lxw_col_t)i, row, (lxw_col_t)(next - 1), bytes_of(name.at, parent)));
        for (size_t k = i; k < next; k++) {
            struct bytes child = bytes_of(b->names.at[k].at + parent + 1, b->names.at[k].count - parent - 1);
            TRY(put_name(b, row + 1, (lxw_col_t)k, row + 1, (lxw_col_t)k, child));
        }
    }
    return OK;
}

static enum outcome put_header(struct book *b, bool main_sheet, lxw_row_t *ret_row) {
    lxw_row_t row = 0;
    const char *cstr = NULL;
    if (main_sheet && b->format->title) {
        TRY(plain(b, bytes_of_cstr(b->format->title), &cstr));
        size_t last = b->names.count > 1 ? b->names.count - 1 : 0;
        lxw_error error = last ? worksheet_merge_range(b->sheet, 0, 0, 0, (lxw_col_t)last, cstr, b->title)
                               : worksheet_write_string(b->sheet, 0, 0, cstr, b->title);
        if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
            return fault_set(b->fault, FATAL, "INTERNAL", "no memory for a workbook");
        if (error != LXW_NO_ERROR) return column_refuse(b->fault, BYTES_NONE, lxw_strerror(error));
        row++;
    }
    if (main_sheet && b->format->header_rows == 2) {
        TRY(put_two_rows(b, row));
        *ret_row = row + 2;
        return OK;
    }
    for (size_t i = 0; i < b->names.count; i++) TRY(put_name(b, row, (lxw_col_t)i, row, (lxw_col_t)i, b->names.at[i]));
    *ret_row = row + 1;
    return OK;
}

static void set_widths(struct book *b) {
    for (size_t i = 0; i < b->names.count; i++) {
        const struct format_column *form = format_column(b->format, b->names.at[i]);
        if (form && form->width) worksheet_set_column(b->sheet, (lxw_col_t)i, (lxw_col_t)i, form->width, NULL);
    }
}

static enum outcome put_sheet(struct book *b, struct bytes rows, const char *title) {
    lxw_row_t row = 0;
    bool main_sheet = bytes_equal(rows, NODE_ROW);
    column_names_free(&b->names);
    TRY(column_names_of(b->root, rows, &b->names, b->fault));
    if (b->names.count > FORMAT_MAX_COLUMNS) return column_refuse(b->fault, rows, "more than 1000 columns");
    b->sheet = workbook_add_worksheet(b->book, title);
    if (!b->sheet) return column_refuse(b->fault, rows, "no name for a sheet");
    TRY(put_header(b, main_sheet, &row));
    set_widths(b);
    for (const struct node *one = b->root->first; one; one = one->next) {
        if (!bytes_equal(one->name, rows)) continue;
        for (size_t i = 0; i < b->names.count; i++) {
            const struct node *cell = node_child(one, b->names.at[i]);
            if (cell && cell->text.count) TRY(put(b, row, (lxw_col_t)i, b->names.at[i], cell->text));
        }
        row++;
    }
    return OK;
}

static enum outcome put_all(struct book *b) {
    struct bytes done[SHEETS_MAX];
    char title[128];
    size_t count = 0;
    TRY(put_sheet(b, NODE_ROW, b->format->sheet));
    done[count++] = NODE_ROW;
    for (const struct node *one = b->root->first; one; one = one->next) {
        size_t i = 0;
        while (i < count && !bytes_equal(done[i], one->name)) i++;
        if (i < count) continue;
        if (count == SHEETS_MAX) return column_refuse(b->fault, one->name, "more than 255 sheets");
        done[count++] = one->name;
        snprintf(title, sizeof title, "%.*s", BYTES_FMT(one->name));
        TRY(put_sheet(b, one->name, title));
    }
    return OK;
}

static lxw_format *style(lxw_workbook *book, const char *number, bool heading) {
    lxw_format *format = workbook_add_format(book);
    if (!format) return NULL;
    if (number) format_set_num_format(format, number);
    if (heading) {
        format_set_bold(format);
        format_set_align(format, LXW_ALIGN_CENTER);
        format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    }
    return format;
}

static void open_book(struct book *b, const char *path) {
    char creator[] = "ecocase";
    b->book = workbook_new(path);
    if (!b->book) return;
    lxw_doc_properties properties = {.author = creator, .created = CREATED};
    workbook_set_properties(b->book, &properties);
    b->text = style(b->book, "@", false);
    b->day = style(b->book, "yyyy-mm-dd", false);
    b->time = style(b->book, "yyyy-mm-dd hh:mm:ss", false);
    b->name = style(b->book, "@", true);
    b->title = style(b->book, NULL, true);
}

static enum outcome read_back(int file, struct buffer *into, struct fault *fault) {
    off_t size = lseek(file, 0, SEEK_END);
    if (size <= 0) return fault_set(fault, RETRY, "FILE_WRITE", "a workbook could not be written: %s", strerror(errno));
    TRY(buffer_reserve(into, (size_t)size, fault));
    ssize_t got = pread(file, into->at + into->count, (size_t)size, 0);
    if (got != size)
        return fault_set(fault, RETRY, "FILE_READ", "a workbook just written could not be read: %s", strerror(errno));
    into->count += (size_t)size;
    return OK;
}

static enum outcome make(struct book *b, int file, struct buffer *into) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    open_book(b, path);
    if (!b->book) return fault_set(b->fault, FATAL, "INTERNAL", "no memory for a workbook");
    bool styled = b->text && b->day && b->time && b->name && b->title;
    enum outcome outcome =
        styled ? put_all(b) : fault_set(b->fault, FATAL, "INTERNAL", "no memory for a workbook's styles");
    lxw_error error = workbook_close(b->book); /* frees it in any case */
    if (outcome != OK) return outcome;
    if (error != LXW_NO_ERROR)
        return fault_set(b->fault, RETRY, "FILE_WRITE", "a workbook could not be written: %s", lxw_strerror(error));
    return read_back(file, into, b->fault);
}

enum outcome xlsx_write(const struct format *format, const struct node *root, struct buffer *into,
                        struct fault *fault) {
    struct book b = {.root = root, .format = format, .fault = fault};
    int file = memfd_create("workbook", MFD_CLOEXEC);
    if (file < 0) return fault_set(fault, RETRY, "FILE_WRITE", "no file in memory for a workbook: %s", strerror(errno));
    buffer_init(&b.scratch, into->most);
    enum outcome outcome = make(&b, file, into);
    buffer_free(&b.scratch);
    column_names_free(&b.names);
    close(file);
    return outcome;
}
