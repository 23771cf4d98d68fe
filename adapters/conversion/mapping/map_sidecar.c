/* See convert.h: the .cpg file beside a DBF table. */
#include "adapters/conversion/mapping/map.h"
#include "adapters/formats/codepage.h"

#define LANGUAGE_DRIVER 29u

/* 0x4d and 0x7a are GBK's. */
static bool header_says(struct bytes table) {
    return table.count > LANGUAGE_DRIVER && (table.at[LANGUAGE_DRIVER] == 0x4d || table.at[LANGUAGE_DRIVER] == 0x7a);
}

bool conversion_sidecar(const struct profile *profile, struct bytes file_name, struct bytes native, struct arena *arena,
                        struct conversion_sidecar *ret) {
    size_t stem = file_name.count;
    while (stem && file_name.at[stem - 1] != '.') stem--;
    if (profile->format.kind != FORMAT_DBF || stem < 2) return false;
    bool upper = stem < file_name.count && file_name.at[stem] >= 'A' && file_name.at[stem] <= 'Z';
    ret->name =
        bytes_of_cstr(arena_printf(arena, "%.*s%s", (int)stem, (const char *)file_name.at, upper ? "CPG" : "cpg"));
    ret->needed = profile->format.cpg && !header_says(native);
    return true;
}

enum outcome conversion_sidecar_check(const struct profile *profile, struct bytes content, struct fault *fault) {
    return codepage_check(profile->format.encoding, content, fault);
}

enum outcome conversion_to_text(const struct profile *profile, struct bytes file, struct arena *arena,
                                struct bytes *ret, struct fault *fault) {
    return format_to_text(&profile->format, file, arena, ret, fault);
}
enum outcome conversion_from_text(const struct profile *profile, struct bytes text, struct buffer *into,
                                  struct fault *fault) {
    return format_from_text(&profile->format, text, into, fault);
}
