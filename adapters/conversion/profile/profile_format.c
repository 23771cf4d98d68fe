/* `format`: the kind of the agency's files and what belongs to it: columns of fixed width, DBF and XLSX, sheets of a
 * workbook, the XSD beside an XML profile. */
#include "adapters/conversion/profile/profile_inside.h"
#include "adapters/formats/xml_schema.h"
#include "adapters/spool/name.h"

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

static enum outcome read_columns(struct profile_reading *r, struct setting *from) {
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

/* What spreadsheet programs take for a sheet's name. */
static enum outcome check_sheet(struct profile_reading *r, const struct setting *at, const char *name) {
    size_t characters = 0;
    for (const char *p = name; *p; p++) characters += (*p & 0xc0) != 0x80;
    bool plain = characters && characters <= 31 && !strpbrk(name, "[]:*?/\\") && name[0] != '\'' &&
                 name[strlen(name) - 1] != '\'';
    if (plain && !bytes_equal(bytes_of_cstr(name), NODE_ROW)) return OK;
    return setting_fault(at, r->fault, "SETTINGS_TYPE",
                         "\"%s\" cannot be a sheet: at most 31 characters, none of [ ] : * ? / \\, and not \"row\"",
                         name);
}

static const char *sheet_name(const struct profile_reading *r, const char *written) {
    return arena_cstr(r->profile->arena, node_name(bytes_of_cstr(written), r->profile->arena));
}

static enum outcome read_sheet_list(struct profile_reading *r, struct setting *from, const char *key,
                                    const char *const **ret, size_t *ret_count) {
    struct texts list = {NULL, 0};
    TRY(profile_read_texts(r, from, key, list, &list));
    const char **names = arena_array(r->profile->arena, list.count + 1, sizeof *names);
    for (size_t i = 0; i < list.count; i++) {
        names[i] = sheet_name(r, list.at[i]);
        TRY(check_sheet(r, setting_get(from, key), names[i]));
    }
    *ret = names;
    *ret_count = list.count;
    return OK;
}

static enum outcome read_sheets(struct profile_reading *r, struct setting *from) {
    struct format *format = &r->profile->format;
    int64_t header = 0;
    TRY(setting_text_or(from, "sheet", NULL, &format->sheet, r->fault));
    if (format->sheet) format->sheet = sheet_name(r, format->sheet);
    if (format->sheet) TRY(check_sheet(r, setting_get(from, "sheet"), format->sheet));
    TRY(read_sheet_list(r, from, "sheets", &format->sheets, &format->sheet_count));
    TRY(read_sheet_list(r, from, "ignore_sheets", &format->ignored, &format->ignored_count));
    TRY(setting_text_or(from, "title", NULL, &format->title, r->fault));
    TRY(setting_int_or(from, "header", 1, 2, 1, &header, r->fault));
    format->header_rows = (uint32_t)header;
    if (format->sheet_count && !format->sheet)
        return setting_fault(setting_get(from, "sheets"), r->fault, "SETTINGS_MISSING",
                             "sheets need sheet: the one with the case");
    return OK;
}

enum outcome profile_read_sheet_path(struct profile_reading *r, const struct setting *at, const char *name,
                                     struct native_path *ret) {
    const struct format *format = &r->profile->format;
    const char **names = arena_array(r->profile->arena, 1, sizeof *names);
    for (size_t i = 0; i < format->sheet_count; i++) {
        if (strcmp(format->sheets[i], name) != 0) continue;
        names[0] = format->sheets[i];
        *ret = (struct native_path){names, 1, true, format->sheets[i], profile_path_numbers(r->profile, names, 1)};
        return OK;
    }
    return setting_fault(at, r->fault, "SETTINGS_MISSING", "there is no sheet \"%s\" under format.sheets", name);
}

/* The XSD of an XML profile, which lies beside it. */
static enum outcome read_schema(struct profile_reading *r, struct setting *from) {
    struct profile *p = r->profile;
    struct fault why = {0};
    const char *name = NULL;
    TRY(setting_text_or(from, "schema", NULL, &name, r->fault));
    if (!name) return OK;
    struct setting *at = setting_get(from, "schema");
    if (!name_plain(bytes_of_cstr(name)))
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "schema: the name of an XSD file beside the profile");
    const char *path = settings_name(p->settings), *slash = strrchr(path, '/');
    path = arena_printf(p->arena, "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, name);
    enum outcome loaded = xml_schema_load(path, &p->schema, &why);
    if (loaded == FATAL) return *r->fault = why, FATAL;
    if (loaded != OK) {
        return setting_fault(at, r->fault, "XML_SCHEMA", "%s:%u:%u: %s", name, why.line ? why.line : 1,
                             why.column ? why.column : 1, why.text);
    }
    p->format.schema = p->schema;
    return OK;
}

static enum outcome read_separator(struct profile_reading *r, struct setting *from) {
    const char *text = NULL;
    TRY(setting_text_or(from, "separator", ",", &text, r->fault));
    if (strcmp(text, "\\t") == 0) text = "\t";
    unsigned char one = (unsigned char)text[0];
    if (strlen(text) != 1 || one >= 0x80 || one == '"' || one == '\n' || one == '\r') {
        return setting_fault(setting_get(from, "separator"), r->fault, "SETTINGS_TYPE",
                             "separator is one ASCII character or \\t");
    }
    r->profile->format.separator = text[0];
    return OK;
}

#define ROWS (1u << FORMAT_CSV | 1u << FORMAT_JSONL | 1u << FORMAT_FIXED | 1u << FORMAT_DBF | 1u << FORMAT_XLSX)

/* What belongs to one kind of format is refused in the others. */
static enum outcome read_kind_options(struct profile_reading *r, struct setting *from) {
    struct profile *p = r->profile;
    static const struct {
        const char *key;
        unsigned kinds;
    } only[] = {{"separator", 1u << FORMAT_CSV},
                {"cpg", 1u << FORMAT_DBF},
                {"width", 1u << FORMAT_FIXED},
                {"sheet", 1u << FORMAT_XLSX},
                {"sheets", 1u << FORMAT_XLSX},
                {"ignore_sheets", 1u << FORMAT_XLSX},
                {"title", 1u << FORMAT_XLSX},
                {"header", 1u << FORMAT_XLSX},
                {"columns", 1u << FORMAT_FIXED | 1u << FORMAT_DBF | 1u << FORMAT_XLSX},
                {"key", ROWS},
                {"schema", 1u << FORMAT_XML},
                {"root", 1u << FORMAT_XML},
                {"namespace", 1u << FORMAT_XML},
                {"prefix", 1u << FORMAT_XML},
                {"record", 1u << FORMAT_XML | 1u << FORMAT_JSON}};
    for (size_t i = 0; i < sizeof only / sizeof only[0]; i++) {
        struct setting *at = setting_get(from, only[i].key);
        if (at && !(only[i].kinds & 1u << p->format.kind))
            return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s is not for this kind of format", only[i].key);
    }
    const char *record = NULL, *key = NULL;
    static const char *const counts[] = {"bytes", "characters", NULL};
    int counted = 0;
    TRY(read_separator(r, from));
    TRY(setting_bool_or(from, "cpg", false, &p->format.cpg, r->fault));
    TRY(profile_read_choice(r, from, "width", counts, &counted));
    p->format.by_characters = counted == 1;
    TRY(read_columns(r, from));
    TRY(read_sheets(r, from));
    TRY(setting_text_or(from, "root", NULL, &p->format.root, r->fault));
    TRY(setting_text_or(from, "namespace", NULL, &p->format.name_space, r->fault));
    TRY(setting_text_or(from, "prefix", NULL, &p->format.prefix, r->fault));
    TRY(setting_text_or(from, "record", NULL, &record, r->fault));
    TRY(setting_text_or(from, "key", NULL, &key, r->fault));
    if (p->format.kind == FORMAT_XML && !p->format.root)
        return setting_fault(from, r->fault, "SETTINGS_MISSING", "xml needs root: the name of the root element");
    if (p->format.prefix && !p->format.name_space)
        return setting_fault(setting_get(from, "prefix"), r->fault, "SETTINGS_MISSING", "a prefix needs a namespace");
    TRY(read_schema(r, from));
    if (record) TRY(profile_read_path(r, setting_get(from, "record"), record, &p->record));
    if (key) TRY(profile_read_path(r, setting_get(from, "key"), key, &p->key));
    p->has_key = key != NULL;
    return OK;
}

enum outcome profile_read_format(struct profile_reading *r, struct setting *root) {
    static const char *const kinds[] = {"csv", "xml", "json", "jsonl", "fixed", "dbf", "xlsx", NULL},
                             *const encodings[] = {"UTF-8", "GB18030", NULL};
    struct profile *p = r->profile;
    struct setting *from = NULL;
    const char *kind = NULL;
    int which = 0, encoding = 0;
    TRY(setting_need(root, "format", SETTING_MAP, &from, r->fault));
    TRY(setting_text(from, "kind", &kind, r->fault));
    TRY(profile_read_choice(r, from, "kind", kinds, &which));
    TRY(profile_read_choice(r, from, "encoding", encodings, &encoding));
    p->format.kind = (enum format_kind)which;
    p->format.encoding = (enum format_encoding)encoding;
    TRY(setting_bool_or(from, "bom", false, &p->format.bom, r->fault));
    if (p->format.bom && p->format.encoding != ENCODING_UTF8)
        return setting_fault(setting_get(from, "bom"), r->fault, "SETTINGS_TYPE", "a BOM is for UTF-8 only");
    TRY(setting_text_or(from, "extension", kinds[which], &p->extension, r->fault));
    TRY(profile_read_texts(r, from, "list", (struct texts){NULL, 0}, &p->list));
    TRY(profile_read_dates(r, from, (struct texts){NULL, 0}, &p->dates));
    return read_kind_options(r, from);
}
