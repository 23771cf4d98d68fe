/* See convert.h: the .cpg file beside a DBF table. */
#include "adapters/engine/map.h"
#include "adapters/formats/codepage.h"

bool convert_sidecar(const struct profile *profile, struct bytes file_name, struct arena *arena, struct convert_sidecar *ret) {
    size_t stem = file_name.count;
    while (stem && file_name.at[stem - 1] != '.') stem--;
    if (profile->format.kind != FORMAT_DBF || stem < 2) return false;
    bool upper = stem < file_name.count && file_name.at[stem] >= 'A' && file_name.at[stem] <= 'Z';
    ret->name = bytes_of_cstr(arena_printf(arena, "%.*s%s", (int)stem, (const char *)file_name.at, upper ? "CPG" : "cpg"));
    ret->needed = profile->format.cpg;
    return true;
}

enum outcome convert_sidecar_check(const struct profile *profile, struct bytes content, struct fault *fault) {
    return codepage_check(profile->format.encoding, content, fault);
}
