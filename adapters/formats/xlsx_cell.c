/* The texts of a workbook's cells: shared strings, number formats, dates. ECMA-376 part 1, 18.3.1.4 (cells), 18.8.30
 * (number formats), 18.17.4.1 (dates as serial numbers). A number whose format shows a day or time is a date;
 * 1900-02-29, which Excel counts, is refused. An integer of more digits than a number can hold (an identity number
 * typed into a number cell) has lost its last ones and is refused. */
#include "adapters/formats/xlsx_inside.h"
#include "base/time.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DAYS_MAX 2958465 /* 9999-12-31 */
#define EXACT    1e15    /* whole numbers of up to 15 digits are kept */

bool xlsx_cell_of(const char *name, uint32_t *ret_row, uint32_t *ret_column) {
    uint32_t column = 0, row = 0;
    for (; *name >= 'A' && *name <= 'Z' && column < 20000; name++) column = column * 26 + (uint32_t)(*name - 'A') + 1;
    for (; *name >= '0' && *name <= '9' && row < 20000000; name++) row = row * 10 + (uint32_t)(*name - '0');
    *ret_row = row;
    *ret_column = column;
    return !*name && row && column && column <= 16384 && row <= 1048576;
}

/* ---- shared strings: <si><t>…</t></si>, or runs <si><r><t>…</t></r></si>; what says how it is read aloud (rPh) is
 * left out ------------- */
struct strings {
    struct xlsx_book *book;
    struct buffer text;
    size_t capacity;
    bool taken, aloud, struck;
};

bool xlsx_is_on(const struct xlsx_element *element) {
    char value[XLSX_SHORT];
    return !xlsx_short(element, "val", value) || strcmp(value, "0") != 0 ? strcmp(value, "false") != 0 : false;
}

struct bytes xlsx_unescaped(struct bytes text, struct arena *arena) {
    uint8_t *to = arena_alloc(arena, text.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.count; i++) {
        unsigned code = 0;
        bool escape = text.count - i >= 7 && text.at[i] == '_' && text.at[i + 1] == 'x' && text.at[i + 6] == '_';
        char digits[5] = {0};
        if (escape) memcpy(digits, text.at + i + 2, 4);
        for (size_t k = 0; escape && k < 4; k++) escape = isxdigit((unsigned char)digits[k]);
        if (escape) code = (unsigned)strtoul(digits, NULL, 16);
        bool known = escape && (code == '_' || code == '\t' || code == '\n' || code == '\r');
        to[count++] = known ? (uint8_t)code : text.at[i];
        if (known) i += 6;
    }
    return bytes_of(to, count);
}

static enum outcome keep(struct xlsx_book *book, struct bytes text, uint32_t row, uint32_t column, struct bytes *ret) {
    book->texts += text.count;
    if (book->texts > XLSX_TEXTS)
        return xlsx_refuse_much(book, row, column, "the texts of the workbook have more than %u bytes", XLSX_TEXTS);
    TRY(arena_ready(book->r->arena, text.count + 1, book->r->fault));
    *ret = xlsx_unescaped(text, book->r->arena);
    return OK;
}

static enum outcome strings_open(void *self, const struct xlsx_element *element) {
    struct strings *s = self;
    if (strcmp(element->name, "si") == 0) {
        buffer_clear(&s->text);
        s->struck = false;
    }
    if (strcmp(element->name, "strike") == 0 && xlsx_is_on(element)) s->struck = true;
    if (strcmp(element->name, "rPh") == 0) s->aloud = true;
    s->taken = strcmp(element->name, "t") == 0 && !s->aloud && !element->empty;
    return OK;
}

static enum outcome strings_text(void *self, struct bytes text) {
    struct strings *s = self;
    return s->taken ? buffer_add(&s->text, text, s->book->r->fault) : OK;
}

static enum outcome strings_close(void *self, const struct xlsx_element *element) {
    struct strings *s = self;
    struct xlsx_book *book = s->book;
    s->taken = false;
    if (strcmp(element->name, "rPh") == 0) s->aloud = false;
    if (strcmp(element->name, "si") != 0) return OK;
    if (book->string_count == XLSX_STRINGS) return xlsx_refuse_much(book, 0, 0, "more than %u texts", XLSX_STRINGS);
    if (book->string_count == s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 256;
        struct xlsx_text *more = realloc(book->strings, capacity * sizeof *more);
        if (!more) return fault_set(book->r->fault, FATAL, "INTERNAL", "no memory for shared strings");
        book->strings = more;
        s->capacity = capacity;
    }
    struct xlsx_text *one = &book->strings[book->string_count++];
    one->struck = s->struck;
    return keep(book, buffer_view(&s->text), 0, 0, &one->text);
}

enum outcome xlsx_read_strings(struct xlsx_book *book, const char *part) {
    struct strings s = {.book = book};
    const struct xlsx_handler handler = {strings_open, strings_close, strings_text, &s};
    buffer_init(&s.text, XLSX_PART);
    enum outcome outcome = xlsx_walk(book, part, false, &handler);
    buffer_free(&s.text);
    return outcome;
}

/* ---- styles
 * --------------------------------------------------------------------------------------------------------------- */
struct own_format {
    long id;
    bool date;
    const char *code; /* NULL: it shows the number and no more */
    struct own_format *next;
};
struct styles {
    struct xlsx_book *book;
    struct own_format *own;
    size_t own_count;
    bool of_cells, in_font;
    bool *struck; /* by font */
    size_t font_count;
};

/* A code that shows years, months, days, hours, minutes or seconds, in its first section, outside quotes and brackets.
 */
static bool shows_date(const char *code) {
    for (const char *p = code; *p && *p != ';'; p++) {
        if (*p == '"') {
            const char *end = strchr(p + 1, '"');
            if (!end) return false;
            p = end;
        } else if (*p == '[') {
            /* [h]: hours beyond a day */
            if (strchr("hHmMsS", p[1]) && (p[2] == ']' || p[2] == p[1])) return true;
            const char *end = strchr(p, ']');
            if (!end) return false;
            p = end;
        } else if (*p == '\\' || *p == '_' || *p == '*') {
            if (p[1]) p++;
        } else if (strchr("yYmMdDhHsS", *p)) {
            return true;
        }
    }
    return false;
}

/* 18.8.30: the numbers that every workbook knows, with those of East Asia. */
static struct xlsx_style style_of(const struct styles *s, long id, long font) {
    bool struck = font >= 0 && (size_t)font < s->font_count && s->struck[font];
    for (const struct own_format *one = s->own; one; one = one->next) {
        if (one->id == id) return (struct xlsx_style){one->date, struck, one->date ? NULL : one->code};
    }
    bool date = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
    return (struct xlsx_style){date, struck, id == 9 ? "0%" : id == 10 ? "0.00%" : NULL};
}

static enum outcome font_open(struct styles *s, const struct xlsx_element *element) {
    if (strcmp(element->name, "font") == 0) {
        if (s->font_count == XLSX_STYLES) return xlsx_refuse_much(s->book, 0, 0, "more than %u fonts", XLSX_STYLES);
        s->in_font = !element->empty;
        s->struck[s->font_count++] = false;
    } else if (s->in_font && strcmp(element->name, "strike") == 0) {
        s->struck[s->font_count - 1] = xlsx_is_on(element);
    }
    return OK;
}

static enum outcome styles_open(void *self, const struct xlsx_element *element) {
    struct styles *s = self;
    struct xlsx_book *book = s->book;
    if (strcmp(element->name, "cellXfs") == 0) s->of_cells = true;
    if (strcmp(element->name, "fonts") == 0) s->font_count = 0;
    TRY(font_open(s, element));
    bool format = strcmp(element->name, "numFmt") == 0, style = s->of_cells && strcmp(element->name, "xf") == 0;
    if (!format && !style) return OK;
    char id[XLSX_SHORT], font[XLSX_SHORT];
    long number = xlsx_short(element, "numFmtId", id) ? strtol(id, NULL, 10) : 0;
    if (format) {
        if (++s->own_count > XLSX_FORMATS)
            return xlsx_refuse_much(book, 0, 0, "more than %u formats of numbers", XLSX_FORMATS);
        struct own_format *one = arena_alloc(book->r->arena, sizeof *one);
        const char *code = xlsx_attribute(book, element, "formatCode");
        *one = (struct own_format){number, code && shows_date(code), code && xlsx_format_shows(code) ? code : NULL,
                                   s->own};
        s->own = one;
        return OK;
    }
    if (book->style_count == XLSX_STYLES) return xlsx_refuse_much(book, 0, 0, "more than %u styles", XLSX_STYLES);
    long of_font = xlsx_short(element, "fontId", font) ? strtol(font, NULL, 10) : -1;
    book->styles[book->style_count++] = style_of(s, number, of_font);
    return OK;
}

static enum outcome styles_close(void *self, const struct xlsx_element *element) {
    struct styles *s = self;
    if (strcmp(element->name, "cellXfs") == 0) s->of_cells = false;
    if (strcmp(element->name, "font") == 0) s->in_font = false;
    return OK;
}

enum outcome xlsx_read_styles(struct xlsx_book *book, const char *part) {
    struct styles s = {.book = book, .struck = arena_array(book->r->arena, XLSX_STYLES, sizeof *s.struck)};
    const struct xlsx_handler handler = {styles_open, styles_close, NULL, &s};
    book->styles = arena_array(book->r->arena, XLSX_STYLES, sizeof *book->styles);
    return xlsx_walk(book, part, false, &handler);
}

/* ---- one cell
 * ------------------------------------------------------------------------------------------------------------- */
static enum outcome date_text(struct xlsx_book *book, const struct xlsx_cell *cell, double serial, struct bytes *ret) {
    if (serial < 0 || serial >= DAYS_MAX + 1)
        return xlsx_refuse(book, cell->row, cell->column, "the number %.10g is no day", serial);
    long long seconds = llround(serial * 86400), day = seconds / 86400, second = seconds % 86400;
    int year, month, date;
    if (!book->from_1904 && day == 60) return xlsx_refuse(book, cell->row, cell->column, "1900-02-29 never was");
    date_of_day((int32_t)(day + (book->from_1904 ? day_of_date(1904, 1, 1)
                                 : day > 60      ? day_of_date(1899, 12, 30)
                                                 : day_of_date(1899, 12, 31))),
                &year, &month, &date);
    char time[16];
    snprintf(time, sizeof time, "%02d:%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    const char *text =
        arena_printf(book->r->arena, "%04d-%02d-%02d%s%s", year, month, date, second ? " " : "", second ? time : "");
    if (!day && !book->from_1904) text = arena_printf(book->r->arena, "%s", time);
    *ret = bytes_of_cstr(text);
    return OK;
}

/* As a person would write it: no exponent, no digits beyond what the number holds. */
static const char *number_text(struct arena *arena, double number) {
    double size = fabs(number);
    if (size < EXACT && floor(size) >= size) return arena_printf(arena, "%.0f", number + 0.0);
    if (size >= EXACT || size < 1e-5) return arena_printf(arena, "%.15g", number);
    int decimals = 14 - (int)floor(log10(size));
    char *text = arena_printf(arena, "%.*f", decimals < 0 ? 0 : decimals > 19 ? 19 : decimals, number);
    size_t count = strlen(text);
    if (!strchr(text, '.')) return text;
    while (count && text[count - 1] == '0') text[--count] = '\0';
    if (count && text[count - 1] == '.') text[--count] = '\0'; /* 14599.999999999998 */
    return text;
}

static enum outcome number(struct xlsx_book *book, const struct xlsx_cell *cell, struct bytes *ret) {
    char text[XLSX_SHORT], *end = NULL;
    snprintf(text, sizeof text, "%.*s", BYTES_FMT(cell->value));
    double value = strtod(text, &end);
    if (cell->value.count >= sizeof text || !*text || *end || !isfinite(value) || strpbrk(text, "xXnN "))
        return xlsx_refuse(book, cell->row, cell->column, "\"%.40s\" is no number", text);
    const struct xlsx_style *style = cell->style < book->style_count ? &book->styles[cell->style] : NULL;
    if (style && style->date) return date_text(book, cell, value, ret);
    if (fabs(value) >= EXACT) {
        return xlsx_refuse(
            book, cell->row, cell->column,
            "a number of more than 15 digits has lost its last ones: format the column as text and enter it anew");
    }
    const char *shown = number_text(book->r->arena, value);
    if (style && style->code && !xlsx_shown(value, shown, style->code, book->r->arena, &shown))
        return xlsx_refuse(book, cell->row, cell->column,
                           "the cell shows another number than it holds (its format is %.60s): format the column as "
                           "General and enter what is meant",
                           style->code);
    *ret = bytes_of_cstr(shown);
    return OK;
}

/* 18.18.11: a day, or a day and a time, in ISO 8601; seconds' fractions are the program's rounding. */
static enum outcome iso_date(struct xlsx_book *book, const struct xlsx_cell *cell, struct bytes *ret) {
    int y, mo, d, h = 0, mi = 0, n = 0;
    double s = 0;
    char text[XLSX_SHORT];
    snprintf(text, sizeof text, "%.*s", BYTES_FMT(cell->value));
    bool day = sscanf(text, "%4d-%2d-%2d%n", &y, &mo, &d, &n) == 3 && n == 10;
    bool timed = day && text[10] == 'T' && sscanf(text + 11, "%2d:%2d:%lf%n", &h, &mi, &s, &n) == 3;
    const char *rest = timed ? text + 11 + n : text + 10;
    if (!day || (*rest && strcmp(rest, "Z") != 0)) return keep(book, cell->value, cell->row, cell->column, ret);
    struct civil civil = {.year = y, .month = mo, .day = d};
    if (!civil_valid(&civil) || h > 23 || mi > 59 || s >= 60)
        return xlsx_refuse(book, cell->row, cell->column, "\"%.40s\" is no time", text);
    instant at = instant_of(&civil) + (h * 60 + mi) * INT64_C(60000) + (instant)llround(s) * 1000;
    civil = civil_of(at);
    bool midnight = !civil.hour && !civil.minute && !civil.second;
    *ret = bytes_of_cstr(midnight ? arena_printf(book->r->arena, "%04d-%02d-%02d", civil.year, civil.month, civil.day)
                                  : arena_printf(book->r->arena, "%04d-%02d-%02d %02d:%02d:%02d", civil.year,
                                                 civil.month, civil.day, civil.hour, civil.minute, civil.second));
    return OK;
}

/* What was crossed out, and what stands instead of it: one value is meant, and both are there. */
static enum outcome struck(struct xlsx_book *book, const struct xlsx_cell *cell) {
    return xlsx_refuse(book, cell->row, cell->column,
                       "the cell has struck-out text: delete what no longer holds, and take the strike off the rest");
}

static enum outcome shared(struct xlsx_book *book, const struct xlsx_cell *cell, struct bytes *ret) {
    char text[XLSX_SHORT], *end = NULL;
    snprintf(text, sizeof text, "%.*s", BYTES_FMT(cell->value));
    unsigned long index = strtoul(text, &end, 10);
    if (cell->value.count >= sizeof text || !isdigit((unsigned char)*text) || *end || index >= book->string_count)
        return xlsx_refuse(book, cell->row, cell->column, "there is no shared text \"%.20s\"", text);
    if (book->strings[index].struck) return struck(book, cell);
    *ret = book->strings[index].text;
    return OK;
}

enum outcome xlsx_cell_text(struct xlsx_book *book, const struct xlsx_cell *cell, struct bytes *ret) {
    const char *type = *cell->type ? cell->type : "n";
    *ret = BYTES_NONE;
    bool number_like = strcmp(type, "n") == 0 || strcmp(type, "b") == 0 || strcmp(type, "d") == 0;
    if (cell->formula && (!cell->has_value || (number_like && !cell->value.count)))
        return xlsx_refuse(book, cell->row, cell->column,
                           "a formula without its value: open the workbook in a spreadsheet program and save it");
    if (!cell->has_value || (number_like && !cell->value.count)) return OK;
    if (cell->struck || (cell->style < book->style_count && book->styles[cell->style].struck))
        return struck(book, cell);
    if (strcmp(type, "d") == 0) return iso_date(book, cell, ret);
    if (strcmp(type, "n") == 0) return number(book, cell, ret);
    if (strcmp(type, "s") == 0) return shared(book, cell, ret);
    if (strcmp(type, "str") == 0 || strcmp(type, "inlineStr") == 0)
        return keep(book, cell->value, cell->row, cell->column, ret);
    if (strcmp(type, "b") == 0) {
        *ret = bytes_equal_cstr(cell->value, "1") ? BYTES_LITERAL("TRUE") : BYTES_LITERAL("FALSE");
        return OK;
    }
    if (strcmp(type, "e") == 0)
        return xlsx_refuse(book, cell->row, cell->column, "the cell holds the error %.*s", BYTES_FMT(cell->value));
    return xlsx_refuse(book, cell->row, cell->column, "a cell of the unknown type \"%.20s\"", type);
}
