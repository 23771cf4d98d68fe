/* Inside of the commands: what they share. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_COMMANDS_INSIDE_H
#define ECOCASE_ADAPTERS_COMMANDS_COMMANDS_INSIDE_H
#include <jansson.h>
#include "adapters/conversion/profile/profile.h"
#include "wire/record.h"

/* ---- loaded.c: what a command reads before it begins, and its memory; what is not asked for stays NULL. Begins as
 * {.arena = arena_new(…)}. */
struct loaded {
    struct arena *arena;
    struct catalogue *catalogue;
    struct directory *directory;
    struct profile *profile;
};
void loaded_close(struct loaded *loaded);
/* Participants and rules, of the folder that --schemas names. */
MUST_USE enum outcome loaded_schemas(struct loaded *loaded, const char *schemas, struct fault *fault);
MUST_USE enum outcome loaded_catalogue(struct loaded *loaded, const char *schemas, struct fault *fault);
/* and after them the profile */
MUST_USE enum outcome loaded_profile(struct loaded *loaded, const char *path, struct fault *fault);
/* One line on stderr; the exit status. */
int command_failed(const struct fault *fault);

/* ---- fact_note.c: what thresholds will not compare of a record's facts: canonical ones that the broker will remark
 * on, and names that are not canonical, of which it says nothing. Appends {code, field, zh, en}. */
void fact_note(const struct catalogue *catalogue, const struct submission *said, json_t *into);
#endif
