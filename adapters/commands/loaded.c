/* The one loader of profile, participants and rules for the commands. */
#include "adapters/commands/commands_inside.h"
#include "wire/reason.h"
#include <stdio.h>

void loaded_close(struct loaded *loaded) {
    profile_free(loaded->profile);
    catalogue_free(loaded->catalogue);
    directory_free(loaded->directory);
    arena_free(loaded->arena);
}

enum outcome loaded_schemas(struct loaded *loaded, const char *schemas, struct fault *fault) {
    TRY(directory_load(arena_printf(loaded->arena, "%s/directory.yaml", schemas), &loaded->directory, fault));
    return loaded_catalogue(loaded, schemas, fault);
}

enum outcome loaded_catalogue(struct loaded *loaded, const char *schemas, struct fault *fault) {
    return catalogue_load(schemas, &loaded->catalogue, fault);
}

enum outcome loaded_profile(struct loaded *loaded, const char *path, struct fault *fault) {
    return profile_load(path, loaded->directory, loaded->catalogue, &loaded->profile, fault);
}

int command_failed(const struct fault *fault) {
    const struct reason *reason = reason_find(fault->code);
    fprintf(stderr, "ecocase-adapter: %s · %s: %s\n", reason->zh, reason->en, fault->text);
    return 1;
}
