/* See profile_inside.h: what an XLSX workbook has besides columns. */
#include "adapters/conversion/profile/profile_inside.h"

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

static enum outcome read_sheet_list(struct profile_reading *r, struct setting *from, const char *key,
                                    const char *const **ret, size_t *ret_count) {
    struct texts list = {NULL, 0};
    TRY(profile_read_texts(r, from, key, list, &list));
    for (size_t i = 0; i < list.count; i++) TRY(check_sheet(r, setting_get(from, key), list.at[i]));
    *ret = list.at;
    *ret_count = list.count;
    return OK;
}

enum outcome profile_read_sheets(struct profile_reading *r, struct setting *from) {
    struct format *format = &r->profile->format;
    int64_t header = 0;
    TRY(setting_text_or(from, "sheet", NULL, &format->sheet, r->fault));
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
