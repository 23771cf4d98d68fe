/* Writes DBF. First the columns that the profile declares, whatever the message has, then the others, as
 * texts as wide as their longest. A field's name has ten bytes: a longer one (the built-in mapping's) is cut and
 * numbered. A text beyond 254 bytes goes on in the records below, as one longer than its column does where the profile
 * says so. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/calendar.h"
#include "adapters/formats/column.h"
#include "adapters/formats/dbf_file.h"
#include <stdio.h>

#define TEXT_MAX   254u
#define FIELDS_MAX 255u
#define LENGTH_MAX 65000u
struct field {
    struct bytes name;
    struct format_column form;
    char shown[11];
};
struct writing {
    const struct format *format;
    struct buffer encoded, plain;
    struct fault *fault;
    struct field fields[FIELDS_MAX];
    size_t count;
    DBFHandle handle;
    int record;
};

static struct field *field_of(struct writing *w, struct bytes name) {
    for (size_t i = 0; i < w->count; i++) {
        if (bytes_equal(w->fields[i].name, name)) return &w->fields[i];
    }
    return NULL;
}

static enum outcome add_field(struct writing *w, struct bytes name, const struct format_column *form) {
    if (w->count == FIELDS_MAX) return column_refuse(w->fault, name, "a DBF table has at most 255 fields");
    struct field *field = &w->fields[w->count++];
    *field = (struct field){.name = name};
    if (form) field->form = *form;
    field->form.continues = field->form.continues || !form;
    if (field->form.type == COLUMN_DATE) field->form.width = 8;
    return OK;
}

/* Widths that nobody gave are those of the longest text. */
static enum outcome measure(struct writing *w, const struct node *root, const bool *given) {
    for (const struct node *row = root->first; row; row = row->next) {
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            struct field *field = field_of(w, cell->name);
            struct column_text text;
            if (given[field - w->fields]) continue;
            TRY(column_encode(w->format, cell->text, &w->encoded, &w->plain, &text, w->fault));
            uint32_t most = field->form.type == COLUMN_NUMBER ? 20 : TEXT_MAX,
                     wide = text.encoded.count > most ? most : (uint32_t)text.encoded.count;
            if (wide > field->form.width) field->form.width = wide;
        }
    }
    for (size_t i = 0; i < w->count; i++) w->fields[i].form.width += !w->fields[i].form.width;
    return OK;
}

static bool shown_before(const struct writing *w, const struct field *field) {
    for (const struct field *one = w->fields; one < field; one++) {
        if (strcmp(one->shown, field->shown) == 0) return true;
    }
    return false;
}

/* As much of the name as goes into ten bytes, with a number where another has the same. */
static enum outcome show(struct writing *w, struct field *field) {
    for (unsigned number = 0; number < 100; number++) {
        struct column_text text;
        uint32_t used = 0;
        char digits[12] = "";
        if (number) snprintf(digits, sizeof digits, "%u", number + 1);
        TRY(column_encode(w->format, field->name, &w->encoded, &w->plain, &text, w->fault));
        struct column_text piece = column_piece(w->format, &text, (uint32_t)(10 - strlen(digits)), false, &used);
        size_t count = piece.encoded.count; /* at most 10 with the digits */
        memset(field->shown, 0, sizeof field->shown);
        if (count) memcpy(field->shown, piece.encoded.at, count);
        memcpy(field->shown + count, digits, strlen(digits));
        if (*field->shown && !shown_before(w, field)) return OK;
    }
    return column_refuse(w->fault, field->name, "a DBF field's name has at most ten bytes, and these are taken");
}

static enum outcome plan(struct writing *w, const struct node *root) {
    bool given[FIELDS_MAX] = {false};
    for (size_t i = 0; i < w->format->column_count; i++) {
        TRY(add_field(w, bytes_of_cstr(w->format->columns[i].name), &w->format->columns[i]));
        given[i] = w->fields[i].form.width != 0;
    }
    for (const struct node *row = root->first; row; row = row->next) {
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            if (!field_of(w, cell->name)) TRY(add_field(w, cell->name, NULL));
        }
    }
    TRY(measure(w, root, given));
    size_t length = 1;
    for (size_t i = 0; i < w->count; i++) {
        TRY(show(w, &w->fields[i]));
        length += w->fields[i].form.width;
    }
    return length > LENGTH_MAX ? column_refuse(w->fault, BYTES_NONE, "a DBF record is longer than 65000 bytes") : OK;
}

static enum outcome add_fields(struct writing *w) {
    for (size_t i = 0; i < w->count; i++) {
        const struct field *field = &w->fields[i];
        char type = field->form.type == COLUMN_NUMBER ? 'N' : field->form.type == COLUMN_DATE ? 'D' : 'C';
        if (DBFAddNativeFieldType(w->handle, field->shown, type, (int)field->form.width, (int)field->form.decimals) <
            0) {
            return column_refuse(w->fault, field->name, "shapelib cannot add the field");
        }
    }
    return OK;
}

/* -12.5 → "  -12.50": as many decimals as declared, at the right. */
static enum outcome number_text(struct writing *w, const struct field *field, struct bytes text, char *to,
                                size_t capacity) {
    size_t point = 0, digits = 0;
    for (size_t i = 0; i < text.count; i++) {
        bool sign = i == 0 && text.at[i] == '-', dot = text.at[i] == '.' && !point;
        if (dot) point = i + 1;
        digits += text.at[i] >= '0' && text.at[i] <= '9';
        if (!sign && !dot && (text.at[i] < '0' || text.at[i] > '9'))
            return column_refuse(w->fault, field->name, "no plain number, in a number field");
    }
    size_t decimals = point ? text.count - point : 0, whole = point ? point - 1 : text.count,
           width = whole + (field->form.decimals ? field->form.decimals + 1 : 0);
    if (!digits || decimals > field->form.decimals || width > field->form.width)
        return column_refuse(w->fault, field->name, "a number that its field cannot hold");
    int made =
        snprintf(to, capacity, "%*s%.*s", (int)(field->form.width - width), "", (int)whole, (const char *)text.at);
    if (!field->form.decimals) return OK;
    (void)snprintf(to + made, capacity - (size_t)made, ".%.*s%0*d", (int)decimals,
                   (const char *)text.at + (point ? point : 0), (int)(field->form.decimals - decimals), 0);
    to[field->form.width] = '\0';
    return OK;
}

static enum outcome date_text(struct writing *w, const struct field *field, struct bytes text, char *to,
                              size_t capacity) {
    struct civil day;
    if (!calendar_read(text, &day) || !calendar_is_day(&day))
        return column_refuse(w->fault, field->name, "no day, in a date field");
    (void)snprintf(to, capacity, "%04d%02d%02d", day.year, day.month, day.day);
    return OK;
}

/* The `nth` record of the row. */
static enum outcome write_cell(struct writing *w, size_t index, struct bytes text, size_t nth) {
    const struct field *field = &w->fields[index];
    char shown[TEXT_MAX + 2] = "";
    if (field->form.type == COLUMN_TEXT) {
        struct column_text left, piece = {BYTES_NONE, BYTES_NONE};
        uint32_t used = 0;
        TRY(column_encode(w->format, text, &w->encoded, &w->plain, &left, w->fault));
        for (size_t i = 0; i <= nth; i++) piece = column_piece(w->format, &left, field->form.width, false, &used);
        if (left.text.count && !field->form.continues)
            return column_refuse(w->fault, field->name, "a text is longer than its field: widen it or let it continue");
        (void)snprintf(shown, sizeof shown, "%.*s", BYTES_FMT(piece.encoded));
    } else if (text.count && nth == 0) {
        TRY(field->form.type == COLUMN_NUMBER ? number_text(w, field, text, shown, sizeof shown)
                                              : date_text(w, field, text, shown, sizeof shown));
    }
    return DBFWriteAttributeDirectly(w->handle, w->record, (int)index, shown)
               ? OK
               : column_refuse(w->fault, field->name, "shapelib cannot write the field");
}

static enum outcome write_row(struct writing *w, const struct node *row) {
    size_t rows = 1;
    for (size_t i = 0; i < w->count; i++) {
        const struct field *field = &w->fields[i];
        const struct node *cell = field->form.continues ? node_child(row, field->name) : NULL;
        struct column_text text;
        if (!cell) continue;
        TRY(column_encode(w->format, cell->text, &w->encoded, &w->plain, &text, w->fault));
        size_t needs = column_rows(w->format, text, field->form.width, false);
        if (!needs) return column_refuse(w->fault, field->name, "a text that needs more than 1000 records");
        rows = needs > rows ? needs : rows;
    }
    for (size_t nth = 0; nth < rows; nth++, w->record++) {
        for (size_t i = 0; i < w->count; i++) {
            const struct node *cell = node_child(row, w->fields[i].name);
            bool said = cell && (w->fields[i].form.continues || nth == 0);
            TRY(write_cell(w, i, said ? cell->text : BYTES_NONE, w->fields[i].form.continues ? nth : 0));
        }
    }
    return OK;
}

static enum outcome write_table(struct writing *w, const struct node *root) {
    TRY(plan(w, root));
    TRY(add_fields(w));
    for (const struct node *row = root->first; row; row = row->next) TRY(write_row(w, row));
    return OK;
}

enum outcome dbf_write(const struct format *format, const struct node *root, struct buffer *into, struct fault *fault) {
    struct writing w = {.format = format, .fault = fault};
    struct dbf_file file = {.written = into};
    buffer_init(&w.encoded, into->most);
    buffer_init(&w.plain, into->most);
    buffer_clear(into);
    w.handle = dbf_file_create(&file, format->encoding == ENCODING_GB18030 ? "LDID/77" : "LDID/0");
    enum outcome outcome =
        w.handle ? write_table(&w, root) : column_refuse(w.fault, BYTES_NONE, "shapelib cannot create a table");
    if (w.handle) DBFClose(w.handle);
    if (file.why.what == FATAL) {
        outcome = FATAL;
        if (fault) *fault = file.why;
    } else if (outcome == OK && file.failed)
        outcome = column_refuse(w.fault, BYTES_NONE, "the table is larger than a file may be");
    buffer_free(&w.encoded);
    buffer_free(&w.plain);
    return outcome;
}
