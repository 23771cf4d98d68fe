/* See profile_inside.h: the columns of fixed width and DBF files, and what only some kinds of format have. */
#include "adapters/conversion/profile/profile_inside.h"
#include "adapters/formats/format.h"

#define WIDTH_MAX 32000 /* of a fixed column */

static enum outcome read_type(struct profile_reading *r, struct setting *from, struct format_column *column) {
    const char *type = NULL;
    TRY(setting_text_or(from, "type", "text", &type, r->fault));
    bool number = strcmp(type, "number") == 0, date = strcmp(type, "date") == 0;
    column->type = number ? COLUMN_NUMBER : date ? COLUMN_DATE : COLUMN_TEXT;
    if (number || date || strcmp(type, "text") == 0) return OK;
    return setting_fault(setting_get(from, "type"), r->fault, "SETTINGS_TYPE",
                         "type is text, number or date, not \"%s\"", type);
}

static enum outcome read_fill(struct profile_reading *r, struct setting *from, struct format_column *column) {
    const char *align = NULL, *pad = NULL;
    TRY(setting_text_or(from, "align", "left", &align, r->fault));
    TRY(setting_text_or(from, "pad", " ", &pad, r->fault));
    column->right = strcmp(align, "right") == 0;
    column->pad = *pad;
    if (!column->right && strcmp(align, "left") != 0) {
        return setting_fault(setting_get(from, "align"), r->fault, "SETTINGS_TYPE",
                             "align is left or right, not \"%s\"", align);
    }
    if (strcmp(pad, " ") != 0 && !(column->right && strcmp(pad, "0") == 0)) {
        return setting_fault(setting_get(from, "pad"), r->fault, "SETTINGS_TYPE",
                             "pad is a blank, or \"0\" where align is right");
    }
    return OK;
}

/* What a column may say in this kind of format. */
static enum outcome check_options(struct profile_reading *r, struct setting *from) {
    static const struct {
        const char *key;
        unsigned kinds;
    } only[] = {{"align", 1u << FORMAT_FIXED},
                {"pad", 1u << FORMAT_FIXED},
                {"type", 1u << FORMAT_DBF | 1u << FORMAT_XLSX},
                {"decimals", 1u << FORMAT_DBF},
                {"continues", 1u << FORMAT_FIXED | 1u << FORMAT_DBF}};
    for (size_t i = 0; i < sizeof only / sizeof only[0]; i++) {
        struct setting *at = setting_get(from, only[i].key);
        if (at && !(only[i].kinds & 1u << r->profile->format.kind)) {
            return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s is not for the columns of this kind of format",
                                 only[i].key);
        }
    }
    return OK;
}

/* A width that cannot be left out: dbf and xlsx have widths of their own. */
static enum outcome read_width(struct profile_reading *r, struct setting *from, struct format_column *column) {
    const enum format_kind kind = r->profile->format.kind;
    int64_t most = kind == FORMAT_FIXED ? WIDTH_MAX : kind == FORMAT_DBF ? 254 : 255, width = 0, decimals = 0;
    if (kind == FORMAT_DBF && column->type == COLUMN_NUMBER) most = 20;
    if (kind == FORMAT_FIXED) TRY(setting_int(from, "width", 1, most, &width, r->fault));
    else TRY(setting_int_or(from, "width", 1, most, 0, &width, r->fault));
    TRY(setting_int_or(from, "decimals", 0, 15, 0, &decimals, r->fault));
    if (kind == FORMAT_DBF && column->type == COLUMN_DATE && width && width != 8) {
        return setting_fault(setting_get(from, "width"), r->fault, "SETTINGS_TYPE", "a dbf date has 8 digits");
    }
    if (decimals && (column->type != COLUMN_NUMBER || !width || decimals + 2 > width)) {
        return setting_fault(setting_get(from, "decimals"), r->fault, "SETTINGS_TYPE",
                             "decimals need type: number and a width that holds them");
    }
    column->width = (uint32_t)width;
    column->decimals = (uint32_t)decimals;
    return OK;
}

static enum outcome read_column(struct profile_reading *r, struct setting *from, struct format_column *ret) {
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "a column is {name, width, …}");
    TRY(setting_text(from, "name", &ret->name, r->fault));
    if (!*ret->name)
        return setting_fault(setting_get(from, "name"), r->fault, "SETTINGS_TYPE", "a column needs a name");
    if (r->profile->format.kind == FORMAT_DBF) TRY(profile_check_column(r, setting_get(from, "name"), ret->name));
    TRY(check_options(r, from));
    TRY(read_type(r, from, ret));
    TRY(read_width(r, from, ret));
    TRY(read_fill(r, from, ret));
    TRY(setting_bool_or(from, "continues", false, &ret->continues, r->fault));
    if (ret->continues && !ret->width)
        return setting_fault(setting_get(from, "continues"), r->fault, "SETTINGS_MISSING",
                             "a column that continues needs its width");
    if (!ret->continues || (ret->type == COLUMN_TEXT && !ret->right)) return OK;
    return setting_fault(setting_get(from, "continues"), r->fault, "SETTINGS_TYPE",
                         "only a text that begins at the left can continue below");
}

enum outcome profile_read_columns(struct profile_reading *r, struct setting *from) {
    struct format *format = &r->profile->format;
    struct setting *list = setting_get(from, "columns");
    if (!list && format->kind == FORMAT_FIXED)
        return setting_fault(from, r->fault, "SETTINGS_MISSING", "fixed needs columns: [{name, width}, …]");
    if (!list) return OK;
    if (list->kind != SETTING_LIST || !list->first)
        return setting_fault(list, r->fault, "SETTINGS_TYPE", "columns: a list of {name, width, …}");
    if (list->count > FORMAT_MAX_COLUMNS)
        return setting_fault(list, r->fault, "TOO_MANY", "more than %u columns", FORMAT_MAX_COLUMNS);
    struct format_column *columns = arena_array(r->profile->arena, list->count, sizeof *columns);
    format->columns = columns;
    for (struct setting *one = list->first; one; one = one->next) {
        struct format_column *column = &columns[format->column_count];
        TRY(read_column(r, one, column));
        for (size_t i = 0; i < format->column_count; i++) {
            if (strcmp(columns[i].name, column->name) == 0)
                return setting_fault(one, r->fault, "SETTINGS_TYPE", "there are two columns \"%s\"", column->name);
        }
        format->column_count++;
    }
    return OK;
}

/* Of the file's own encoding: a Chinese character takes two bytes of GB18030, three of UTF-8. */
static size_t width_of(const struct format *format, const char *name) {
    size_t width = 0;
    for (const char *p = name; *p; p++) {
        bool begins = (*p & 0xc0) != 0x80, ascii = !(*p & 0x80);
        width += format->encoding == ENCODING_UTF8 || ascii ? 1 : begins ? 2 : 0;
    }
    return width;
}

enum outcome profile_check_column(struct profile_reading *r, const struct setting *at, const char *name) {
    const struct format *format = &r->profile->format;
    if (format->kind == FORMAT_DBF && width_of(format, name) > 10) {
        return setting_fault(at, r->fault, "SETTINGS_TYPE",
                             "\"%s\" is longer than ten bytes: no DBF field can have this name", name);
    }
    for (size_t i = 0; i < format->column_count; i++) {
        if (strcmp(format->columns[i].name, name) == 0) return OK;
    }
    if (format->kind != FORMAT_FIXED) return OK;
    return setting_fault(at, r->fault, "SETTINGS_MISSING", "there is no column \"%s\" under format.columns", name);
}
