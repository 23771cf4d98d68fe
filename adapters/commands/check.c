/* `ecocase-adapter check`: every mistake of a profile, one a line. */
#include "adapters/commands/commands.h"
#include "adapters/commands/commands_inside.h"
#include "adapters/conversion/profile/profile.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "wire/reason.h"
#include <stdio.h>

/* The place stands in front of a fault's text already; the reason goes between. */
static void print_fault(const struct fault *fault) {
    char place[32];
    const char *text = fault->text, *at = NULL;
    snprintf(place, sizeof place, ":%u:%u: ", fault->line, fault->column);
    if (fault->line) at = strstr(text, place);
    if (at) printf("%.*s%s%s · %s\n", (int)(at - text), text, place, reason_find(fault->code)->zh, at + strlen(place));
    else printf("%s · %s: %s\n", reason_find(fault->code)->zh, reason_find(fault->code)->en, text);
}

static enum outcome checked(struct loaded *loaded, const char *profile, const char *schemas, size_t *ret_mistakes,
                            struct fault *fault) {
    AUTO(buffer_free) struct buffer yaml;
    const struct fault *all = NULL;
    buffer_init(&yaml, LIMIT_SETTINGS);
    TRY(loaded_schemas(loaded, schemas, fault));
    TRY(buffer_read_file(&yaml, profile, fault));
    *ret_mistakes =
        profile_check(profile, buffer_view(&yaml), loaded->directory, loaded->catalogue, loaded->arena, &all);
    for (size_t i = 0; i < *ret_mistakes; i++) print_fault(&all[i]);
    return OK;
}

int check_run(const char *profile, const char *schemas) {
    AUTO(loaded_close) struct loaded loaded = {.arena = arena_new(1u << 20, 64u << 20)};
    struct fault fault = {0};
    size_t mistakes = 0;
    if (checked(&loaded, profile, schemas, &mistakes, &fault) != OK) {
        print_fault(&fault);
        return 1;
    }
    if (mistakes) printf("%zu 处错误 · %zu mistake%s\n", mistakes, mistakes, mistakes == 1 ? "" : "s");
    else printf("%s: 无误 · no mistakes\n", profile);
    return mistakes != 0;
}
