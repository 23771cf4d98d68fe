/* What every part of a profile is read with: mistakes, texts, paths, dates, choices, tables. */
#include "adapters/conversion/profile/profile_inside.h"
#include <strings.h>

void profile_mark_seen(struct setting *at) {
    at->seen = true;
    for (struct setting *child = at->first; child; child = child->next) profile_mark_seen(child);
}

/* A block's mistake is met by every message that uses it, and reported once. */
void profile_mistake(struct mistakes *mistakes, const struct fault *fault) {
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct fault *had = &mistakes->at[i];
        if (had->line == fault->line && had->column == fault->column && strcmp(had->code, fault->code) == 0) return;
    }
    if (mistakes->count < MAX_MISTAKES) mistakes->at[mistakes->count++] = *fault;
}

enum outcome profile_noted(struct profile_reading *r, struct setting *at, enum outcome outcome) {
    TRY(arena_check(r->profile->arena, r->fault)); /* no mistake of the file's */
    if (outcome != REFUSE || !r->mistakes || r->mistakes->count == MAX_MISTAKES) return outcome;
    profile_mistake(r->mistakes, r->fault);
    if (at) profile_mark_seen(at);
    return OK;
}

enum outcome profile_read_texts(struct profile_reading *r, struct setting *from, const char *key,
                                struct texts otherwise, struct texts *ret) {
    struct setting *at = setting_get(from, key);
    *ret = otherwise;
    if (!at) return OK;
    if (at->kind == SETTING_MAP)
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s must be a text or a list of texts", key);
    if (at->count > MAX_TEXTS)
        return setting_fault(at, r->fault, "TOO_MANY", "%s has more than %u texts", key, MAX_TEXTS);
    const char **texts = arena_array(r->profile->arena, at->count + 1, sizeof *texts);
    size_t count = 0;
    if (at->kind == SETTING_TEXT) texts[count++] = at->text;
    for (const struct setting *one = at->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT)
            return setting_fault(one, r->fault, "SETTINGS_TYPE", "%s must be a text or a list of texts", key);
        texts[count++] = one->text;
    }
    for (size_t i = 0; i < count; i++) {
        if (!*texts[i]) return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s must not be empty", key);
    }
    *ret = (struct texts){texts, count};
    return OK;
}

const uint32_t *profile_path_numbers(struct profile *profile, const char *const *names, size_t count) {
    uint32_t *numbers = arena_array(profile->arena, count, sizeof *numbers);
    for (size_t i = 0; i < count; i++) numbers[i] = numbering_add(profile->numbering, bytes_of_cstr(names[i]));
    return numbers;
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

enum outcome profile_read_path(struct profile_reading *r, const struct setting *at, const char *text,
                               struct native_path *ret) {
    bool flat = format_is_flat(&r->profile->format);
    if (r->profile->format.kind == FORMAT_JSONL && *text == '/') {
        return setting_fault(at, r->fault, "SETTINGS_TYPE",
                             "\"%s\": json lines have no document; paths begin in the line", text);
    }
    const char *from = text + (!flat && *text == '/');
    size_t most = 1, count = 0;
    for (const char *p = from; *p && !flat; p++) most += *p == '/';
    if (most > MAX_PATH) return setting_fault(at, r->fault, "TOO_MANY", "a path of more than %u names", MAX_PATH);
    const char **names = arena_array(r->profile->arena, most, sizeof *names);
    for (const char *end; count < most; from = end + 1) {
        end = flat ? from + strlen(from) : from + strcspn(from, "/");
        names[count++] =
            arena_cstr(r->profile->arena, node_name(bytes_of(from, (size_t)(end - from)), r->profile->arena));
        if (!*names[count - 1]) return setting_fault(at, r->fault, "SETTINGS_TYPE", "\"%s\" has an empty name", text);
        if (*from == '@' && (r->profile->format.kind != FORMAT_XML || *end)) {
            if (!flat)
                return setting_fault(at, r->fault, "SETTINGS_TYPE", "\"%s\": an attribute stands last and in xml only",
                                     text);
        }
        if (!*end) break;
    }
    *ret =
        (struct native_path){names, count, !flat && *text == '/', text, profile_path_numbers(r->profile, names, count)};
    return profile_check_column(r, at, text);
}

bool profile_path_equal(const struct native_path *a, const struct native_path *b) {
    return strcmp(a->text, b->text) == 0;
}

enum outcome profile_read_fixed(struct profile_reading *r, struct setting *from, const char *key,
                                const struct fixed_text **ret, size_t *ret_count) {
    struct setting *map = setting_get(from, key);
    *ret = NULL;
    *ret_count = 0;
    if (!map) return OK;
    if (map->kind != SETTING_MAP) return setting_fault(map, r->fault, "SETTINGS_TYPE", "%s: native path: text", key);
    if (map->count > MAX_PLACES)
        return setting_fault(map, r->fault, "TOO_MANY", "%s has more than %u places", key, MAX_PLACES);
    struct fixed_text *all = arena_array(r->profile->arena, map->count + 1, sizeof *all);
    size_t count = 0;
    for (const struct setting *child = map->first; child; child = child->next) {
        struct fixed_text *one = &all[count++];
        TRY(profile_read_path(r, child, child->key, &one->at));
        TRY(profile_read_texts(r, map, child->key, (struct texts){NULL, 0}, &one->texts));
        if (!one->texts.count)
            return setting_fault(child, r->fault, "SETTINGS_TYPE", "%s: a text is missing", child->key);
    }
    *ret = all;
    *ret_count = count;
    return OK;
}

enum outcome profile_read_choice(struct profile_reading *r, struct setting *from, const char *key,
                                 const char *const *choices, int *ret) {
    const char *text = NULL;
    TRY(setting_text_or(from, key, choices[0], &text, r->fault));
    for (*ret = 0; choices[*ret]; (*ret)++) {
        if (strcmp(choices[*ret], text) == 0) return OK;
    }
    const char *known = "";
    for (size_t i = 0; choices[i]; i++)
        known = arena_printf(r->profile->arena, "%s%s%s", known, i ? ", " : "", choices[i]);
    const char *of_gbk = strncasecmp(text, "gb", 2) == 0 && strcmp(key, "encoding") == 0
                             ? " (GB18030 takes GBK and GB2312 files too)"
                             : "";
    return setting_fault(setting_get(from, key), r->fault, "SETTINGS_TYPE", "%s cannot be \"%.80s\"; one of: %s%s", key,
                         text, known, of_gbk);
}

static enum outcome check_dates(struct profile_reading *r, const struct setting *at, const struct texts *dates,
                                struct arena *arena) {
    if (dates->count > MAX_DATES)
        return setting_fault(at, r->fault, "TOO_MANY", "more than %u date patterns", MAX_DATES);
    for (size_t i = 0; i < dates->count; i++) {
        if (!scalar_is_time_pattern(dates->at[i])) {
            return setting_fault(at, r->fault, "SETTINGS_TYPE",
                                 "\"%s\" is no date pattern, or one that can be read in two ways: yyyy MM dd HH mm ss, "
                                 "or M d H m s before something that is no digit",
                                 dates->at[i]);
        }
        for (size_t k = 0; k < dates->count; k++) {
            if (k == i || !scalar_time_ambiguous(dates->at[i], dates->at[k], arena)) continue;
            return setting_fault(at, r->fault, "SETTINGS_TYPE",
                                 "\"%s\" and \"%s\" read one text as two times: keep one of them", dates->at[i],
                                 dates->at[k]);
        }
    }
    return OK;
}

enum outcome profile_check_dates(struct profile_reading *r, const struct setting *at, const struct texts *dates) {
    AUTO(arena_free_auto) struct arena *arena = NULL;
    struct arena_scope scope;
    TRY(arena_open(4096, 8u << 20, &arena, r->fault));
    TRY(arena_enter(arena, &scope, r->fault));
    return arena_leave(arena, &scope, check_dates(r, at, dates, arena), r->fault);
}

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

const struct code_table *profile_table(const struct profile *profile, const char *name) {
    for (size_t i = 0; i < profile->table_count; i++) {
        if (strcmp(profile->tables[i].name, name) == 0) return &profile->tables[i];
    }
    if (strcmp(name, profile->facts.name) == 0) return &profile->facts;
    return strcmp(name, profile->fact_codes.name) == 0 ? &profile->fact_codes : NULL;
}
