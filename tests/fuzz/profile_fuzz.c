/* Whatever stands in a profile, it loads or is refused at a place, without end or crash; `check` finds mistakes exactly
 * where the loader does, and the loader's own among them. Run in the source folder. */
#include "adapters/conversion/profile/mapped.h"
#include "target.h"

static struct directory *directory;
static struct catalogue *catalogue;
static struct arena *arena;
static void begin(void) {
    struct fault f = {0};
    if (arena) return;
    arena = arena_new(1u << 20, 16u << 20);
    INVARIANT(directory_load("schemas/directory.yaml", &directory, &f) == OK &&
              catalogue_load("schemas", &catalogue, &f) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    struct fault f = {0};
    struct profile *profile = NULL;
    const struct fault *all = NULL;
    begin();
    enum outcome outcome = profile_parse("fuzz.yaml", bytes_of(data, count), directory, catalogue, &profile, &f);
    size_t mistakes = profile_check("fuzz.yaml", bytes_of(data, count), directory, catalogue, arena, &all), told = 0;
    INVARIANT(outcome == OK || (outcome == REFUSE && f.line && f.column && f.code[0]));
    INVARIANT(mistakes || outcome == OK); /* what would be lost in the files it receives is told by `check` alone */
    for (size_t i = 0; i < mistakes; i++) {
        INVARIANT(all[i].line && all[i].column && (!i || all[i].line >= all[i - 1].line));
        told += all[i].line == f.line && all[i].column == f.column && strcmp(all[i].code, f.code) == 0;
    }
    INVARIANT(outcome == OK || told);
    if (outcome == OK) INVARIANT(profile_agency(profile) && profile->message_count);
    if (outcome == OK) profile_free(profile);
    arena_reset(arena);
    return 0;
}
