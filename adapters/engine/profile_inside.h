/* Inside of profile*.c: a profile while it is being read. Not for others. */
#ifndef ECOCASE_ADAPTERS_PROFILE_INSIDE_H
#define ECOCASE_ADAPTERS_PROFILE_INSIDE_H
#include "adapters/engine/profile.h"
#include "base/settings.h"
#include "wire/event.h"

struct reading {
    struct profile *profile;
    struct setting *blocks;          /* NULL: none */
    struct fault *fault;
};
/* A text or a list of texts; absent: `otherwise`. */
MUST_USE enum outcome read_texts(struct reading *r, struct setting *from, const char *key, struct texts otherwise, struct texts *ret);
MUST_USE enum outcome read_path(struct reading *r, const struct setting *at, const char *text, struct native_path *ret);
bool path_equal(const struct native_path *a, const struct native_path *b);
/* A map of native paths to texts (`when`, `constants`). */
MUST_USE enum outcome read_fixed(struct reading *r, struct setting *from, const char *key, const struct fixed_text **ret, size_t *ret_count);
/* The parts that a message and its blocks may have; what stands there already (by the message itself, or an earlier block) is kept. */
struct parts {
    unsigned record;                 /* IN_* of the event */
    struct mapped_field *fields; size_t field_count;
    struct mapped_fact *facts; size_t fact_count;
    struct mapped_group *groups; size_t group_count;
};
#define MOST_FIELDS 64u
#define MOST_FACTS 64u
MUST_USE enum outcome read_parts(struct reading *r, struct setting *from, struct parts *parts);
MUST_USE enum outcome read_messages(struct reading *r, struct setting *root);
#endif
