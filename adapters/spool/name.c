/* Names for the files ecocase gives an agency, plain wherever they come from. */
#include "adapters/spool/name.h"
#include "base/blank.h"
#include "base/line.h"
#include <strings.h>

#define DOCUMENT_NO_MAX 120u
#define ORIGINAL_MAX    100u

static bool hostile(uint8_t c) { return c < 0x20 || c == 0x7f || strchr("/\\:*?\"<>|'`$&;%~#", c) != NULL; }

/* Length of the UTF-8 character at `at`, 0 where it is none. */
static size_t character(struct bytes text, size_t at) {
    uint8_t c = text.at[at];
    size_t count = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (!count || text.count - at < count) return 0;
    for (size_t i = 1; i < count; i++) {
        if ((text.at[at + i] & 0xc0) != 0x80) return 0;
    }
    if ((c == 0xe0 && text.at[at + 1] < 0xa0) || (c == 0xed && text.at[at + 1] > 0x9f)) return 0;
    if ((c == 0xf0 && text.at[at + 1] < 0x90) || (c == 0xf4 && text.at[at + 1] > 0x8f)) return 0;
    return count;
}

static char *safe(struct bytes text, size_t most, struct arena *arena) {
    char *to = arena_alloc(arena, most + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.count;) {
        size_t length = character(text, i);
        /* invisible ones make one name look like another */
        bool bad = !length || invisible_at(text, i) || blank_at(text, i) || (length == 1 && hostile(text.at[i]));
        size_t grow = bad ? 1 : length;
        if (count + grow > most) break;
        if (bad) to[count] = '_';
        else memcpy(to + count, text.at + i, length);
        count += grow;
        i += length ? length : 1;
    }
    while (count && (to[count - 1] == '.' || to[count - 1] == ' ')) to[--count] = 0;
    if (to[0] == '.') to[0] = '_';
    return to;
}

const char *name_stem(struct bytes event, struct bytes document_no, const struct name_place *place,
                      struct arena *arena) {
    const char *what = safe(event, 32, arena), *number = safe(document_no, DOCUMENT_NO_MAX, arena);
    const char *stem = arena_printf(arena, "%s_%s_%d-%lld", *what ? what : "UNKNOWN", *number ? number : "无文号",
                                    place->lane, (long long)place->sequence);
    return place->generation > 1 ? arena_printf(arena, "%sg%lld", stem, (long long)place->generation) : stem;
}

const char *name_case_file(const char *stem, struct bytes extension, struct arena *arena) {
    const char *end = safe(extension, 16, arena);
    return *end ? arena_printf(arena, "%s.%s", stem, end) : stem;
}

/* A long name keeps its extension. */
const char *name_attachment(const char *stem, size_t nth, struct bytes original, struct arena *arena) {
    size_t left = FILE_NAME_MAX - strlen(stem) - 5, most = left < ORIGINAL_MAX ? left : ORIGINAL_MAX;
    size_t dot = original.count;
    while (dot > 0 && original.at[dot - 1] != '.') dot--;
    size_t end = dot && original.count - dot <= 8 ? original.count - dot + 1 : 0;
    const char *name;
    if (original.count <= most || !end) name = safe(original, most, arena);
    else {
        const char *front = safe(bytes_of(original.at, original.count - end), most - end, arena);
        name = arena_printf(arena, "%s.%s", front, safe(bytes_of(original.at + dot, original.count - dot), end, arena));
    }
    return arena_printf(arena, "%s_%zu_%s", stem, nth, *name ? name : "附件");
}

bool name_plain(struct bytes name) {
    if (!name.count || name.count > 255 || name.at[0] == '.') return false;
    return memchr(name.at, '/', name.count) == NULL && memchr(name.at, 0, name.count) == NULL;
}

const char *name_again(struct bytes name, unsigned n, struct arena *arena) {
    size_t dot = name.count;
    while (dot > 1 && name.at[dot - 1] != '.') dot--;
    size_t front = dot > 1 ? dot - 1 : name.count;
    size_t keep = front, most = 255 > name.count - front + 26 ? 255 - (name.count - front) - 26 : 0;
    while (keep > most || (keep < front && (name.at[keep] & 0xc0) == 0x80)) keep--;
    return arena_printf(arena, "%.*s~%u%.*s", (int)keep, (const char *)name.at, n, (int)(name.count - front),
                        (const char *)name.at + front);
}

static bool ends_in(struct bytes name, const char *end) {
    size_t count = strlen(end);
    return name.count >= count && memcmp(name.at + name.count - count, end, count) == 0;
}

bool name_passed_over(struct bytes name) {
    static const char *const ends[] = {".tmp", ".part", ".filepart", ".partial", ".crdownload", "~"},
                             *const whole[] = {"Thumbs.db", "desktop.ini"};
    if (name.count && (name.at[0] == '.' || (name.count > 1 && memcmp(name.at, "~$", 2) == 0))) return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends_in(name, ends[i])) return true;
    }
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (name.count == strlen(whole[i]) && strncasecmp((const char *)name.at, whole[i], name.count) == 0)
            return true;
    }
    return false;
}

bool name_outbox(struct bytes name) {
    if (!name.count || name.count > NAME_OUTBOX_MAX || name_passed_over(name)) return false;
    for (size_t i = 0; i < name.count;) {
        size_t length = line_character(name.at + i, name.count - i);
        if (!length || name.at[i] < 0x20 || name.at[i] == 0x7f || name.at[i] == '/' ||
            (length == 2 && name.at[i] == 0xc2 && name.at[i + 1] < 0xa0))
            return false;
        i += length;
    }
    return true;
}
