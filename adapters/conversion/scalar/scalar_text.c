/* Trimming, full-width forms, splitting, code tables and agencies. */
#include "adapters/conversion/scalar/scalar.h"
#include "base/blank.h"
#include "wire/directory.h"
#include <strings.h>

static bool one_of(struct bytes text, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (text.count == strlen(list[i]) && strncasecmp((const char *)text.at, list[i], text.count) == 0) return true;
    }
    return false;
}

enum placeholder scalar_placeholder(struct bytes text, enum placeholder_in in) {
    static const char *const errors[] = {"#N/A", "#NA", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"};
    static const char *const programs[] = {"NULL", "(null)", "<null>", "[null]",    "\\N",          "nil",
                                           "None", "NaN",    "N/A",    "undefined", "NOT AVAILABLE"};
    static const char *const people[] = {"无", "/",  "\\", "-",  "--",  "---",  "—",
                                         "——", "－", "*",  "**", "***", "暂无", "空"};
    static const char *const unknown[] = {"不详", "未知", "不明"};
#define AMONG(list) one_of(text, list, sizeof(list) / sizeof *(list))
    if (AMONG(errors)) return PLACEHOLDER_ERROR;
    if (AMONG(programs) || (in != IN_ANY_TEXT && AMONG(people))) return PLACEHOLDER_NOTHING;
    return in == IN_NUMBER_OF_A_PERSON && AMONG(unknown) ? PLACEHOLDER_NOTHING : PLACEHOLDER_NONE;
}

struct bytes scalar_trim(struct bytes text) { return blank_trim(text); }

/* The ASCII form of the full-width character at `at`; 0: none. All are three bytes: U+FF01..U+FF5E, and the Chinese
 * full stop-like point and minus that stand in numbers typed with a Chinese keyboard. */
static char half_of(struct bytes text, size_t at) {
    if (text.count - at < 3) return 0;
    const uint8_t *c = text.at + at;
    uint32_t point = (uint32_t)(c[0] & 0x0f) << 12 | (uint32_t)(c[1] & 0x3f) << 6 | (c[2] & 0x3f);
    if ((c[0] & 0xf0) != 0xe0) return 0;
    if (point >= 0xff10 && point <= 0xff19) return (char)('0' + (point - 0xff10));
    switch (point) {
    case 0xff0e: return '.';
    case 0xff0c: return ',';
    case 0xff1a: return ':';
    case 0xff0d:
    case 0x2212:
    case 0x2014: return '-';
    case 0xff0b: return '+';
    case 0xff0f: return '/';
    case 0x3000: return ' ';
    default: return 0;
    }
}

struct bytes scalar_half_width(struct bytes text, struct arena *arena) {
    if (arena_ready(arena, text.count + 1, NULL) != OK) return BYTES_NONE;
    uint8_t *to = arena_alloc(arena, text.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.count;) {
        char half = half_of(text, i);
        to[count++] = half ? (uint8_t)half : text.at[i];
        i += half ? 3 : 1;
    }
    return bytes_of(to, count);
}

/* Length of the separator that begins at `at`, the longest if several do; 0: none. */
static size_t separator_at(struct bytes text, size_t at, const struct texts *separators) {
    size_t longest = 0;
    for (size_t i = 0; i < separators->count; i++) {
        struct bytes one = bytes_of_cstr(separators->at[i]);
        if (one.count > longest && one.count <= text.count - at && memcmp(text.at + at, one.at, one.count) == 0)
            longest = one.count;
    }
    return longest;
}

const struct bytes *scalar_split(struct bytes text, const struct texts *separators, bool keep_empty,
                                 struct arena *arena, size_t *ret_count) {
    size_t most = 1, count = 0, from = 0;
    for (size_t i = 0; i < text.count; i++) most += separator_at(text, i, separators) > 0;
    *ret_count = 0;
    if (arena_ready(arena, most * sizeof(struct bytes), NULL) != OK) return NULL;
    struct bytes *parts = arena_array(arena, most, sizeof *parts);
    for (size_t i = 0; i <= text.count;) {
        size_t length = i < text.count ? separator_at(text, i, separators) : 0;
        if (i < text.count && !length) {
            i++;
            continue;
        }
        struct bytes part = scalar_trim(bytes_of(text.at + from, i - from));
        if (keep_empty || part.count) parts[count++] = part;
        i += length ? length : 1;
        from = i;
    }
    *ret_count = count;
    return parts;
}

struct bytes scalar_join(const struct bytes *parts, size_t count, const char *separator, struct arena *arena) {
    size_t between = strlen(separator), total = 0;
    for (size_t i = 0; i < count; i++) total += parts[i].count + between;
    if (arena_ready(arena, total + 1, NULL) != OK) return BYTES_NONE;
    uint8_t *text = arena_alloc(arena, total + 1);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (i) memcpy(text + used, separator, between), used += between;
        if (parts[i].count) memcpy(text + used, parts[i].at, parts[i].count);
        used += parts[i].count;
    }
    return bytes_of(text, used);
}

enum outcome scalar_code(struct bytes text, const struct code_table *table, struct arena *arena, struct bytes *ret,
                         struct fault *fault) {
    for (size_t i = 0; table && i < table->count; i++) {
        if (!bytes_equal_cstr(text, table->rows[i].native)) continue;
        *ret = bytes_of_cstr(table->rows[i].canonical);
        return OK;
    }
    if (table && !table->open)
        return fault_set(fault, REFUSE, "FIELD_CODE", "\"%.*s\" is not in the table %s of the profile", BYTES_FMT(text),
                         table->name);
    TRY(arena_ready(arena, text.count + 1, fault));
    *ret = arena_copy(arena, text);
    return OK;
}

struct bytes scalar_code_text(struct bytes canonical, const struct code_table *table) {
    for (size_t i = 0; table && i < table->count; i++) {
        if (bytes_equal_cstr(canonical, table->rows[i].canonical)) return bytes_of_cstr(table->rows[i].native);
    }
    return canonical;
}

enum outcome scalar_agency(struct bytes text, const struct code_table *table, const struct directory *directory,
                           struct arena *arena, const struct participant **ret, struct fault *fault) {
    struct bytes name = text;
    struct fault ignored;
    if (table && scalar_code(text, table, arena, &name, &ignored) != OK) name = text;
    const struct participant *found = directory_by_slug(directory, name);
    if (!found) found = directory_by_name(directory, name);
    if (!found)
        return fault_set(fault, REFUSE, "UNKNOWN_RECIPIENT", "\"%.*s\" is no participant's name, alias or slug",
                         BYTES_FMT(text));
    *ret = found;
    return OK;
}

struct bytes scalar_agency_text(struct bytes slug, const struct code_table *table, const struct directory *directory) {
    struct bytes native = scalar_code_text(slug, table);
    if (table && native.at != slug.at) return native;
    const struct participant *found = directory_by_slug(directory, slug);
    return found ? bytes_of_cstr(found->name) : slug;
}
