/* See profile_inside.h: `format`, the kind of the agency's files and what belongs to it. */
#include "adapters/conversion/profile/profile_inside.h"

/* Cells that are dates say them so, whatever the agency writes into cells of text. */
static const char *const dbf_dates[] = {"yyyyMMdd"}, *const xlsx_dates[] = {"yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"};

enum outcome profile_read_dates(struct profile_reading *r, struct setting *from, struct texts otherwise,
                                struct texts *ret) {
    const enum format_kind kind = r->profile->format.kind;
    struct setting *at = setting_get(from, "date");
    TRY(profile_read_texts(r, from, "date", otherwise, ret));
    if (at) TRY(profile_check_dates(r, at, ret));
    size_t more = kind == FORMAT_DBF ? 1 : kind == FORMAT_XLSX ? 2 : 0;
    if (!at || !more) return OK;
    const char **all = arena_array(r->profile->arena, ret->count + more, sizeof *all);
    for (size_t i = 0; i < ret->count; i++) all[i] = ret->at[i];
    for (size_t i = 0; i < more; i++) all[ret->count + i] = kind == FORMAT_DBF ? dbf_dates[i] : xlsx_dates[i];
    *ret = (struct texts){all, ret->count + more};
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
    TRY(profile_read_columns(r, from));
    TRY(profile_read_sheets(r, from));
    TRY(setting_text_or(from, "root", NULL, &p->format.root, r->fault));
    TRY(setting_text_or(from, "namespace", NULL, &p->format.name_space, r->fault));
    TRY(setting_text_or(from, "prefix", NULL, &p->format.prefix, r->fault));
    TRY(setting_text_or(from, "record", NULL, &record, r->fault));
    TRY(setting_text_or(from, "key", NULL, &key, r->fault));
    if (p->format.kind == FORMAT_XML && !p->format.root)
        return setting_fault(from, r->fault, "SETTINGS_MISSING", "xml needs root: the name of the root element");
    if (p->format.prefix && !p->format.name_space)
        return setting_fault(setting_get(from, "prefix"), r->fault, "SETTINGS_MISSING", "a prefix needs a namespace");
    TRY(profile_read_schema(r, from));
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
