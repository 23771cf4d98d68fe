/* What a message's file shows of a record: asked when writing what is left (map_rest.c) and when a profile is checked
 * (profile_vanish.c), so that the two agree. */
#include "adapters/conversion/profile/mapped.h"

/* The i-th name from the document's start. */
static const char *name_at(const struct profile *profile, const struct native_path *path, size_t index) {
    size_t before = path->absolute || format_has_rows(&profile->format) ? 0 : profile->record.count;
    return index < before ? profile->record.names[index] : path->names[index - before];
}

static size_t depth_of(const struct profile *profile, const struct native_path *path) {
    return path->count + (path->absolute || format_has_rows(&profile->format) ? 0 : profile->record.count);
}

bool mapped_same_place(const struct profile *profile, const struct native_path *a, const struct native_path *b) {
    size_t depth = depth_of(profile, a);
    if (depth != depth_of(profile, b)) return false;
    for (size_t i = 0; i < depth; i++) {
        if (strcmp(name_at(profile, a, i), name_at(profile, b, i)) != 0) return false;
    }
    return true;
}

bool mapped_always_written(const struct profile *profile, const struct mapped_message *message,
                           const struct native_path *at) {
    for (size_t i = 0; i < message->when_count; i++) {
        if (mapped_same_place(profile, &message->when[i].at, at)) return true;
    }
    for (size_t i = 0; i < message->constant_count; i++) {
        if (mapped_same_place(profile, &message->constants[i].at, at)) return true;
    }
    return false;
}

bool mapped_shows_items(const struct profile *profile, const struct mapped_group *group) {
    return group && (group->placed || group->split.count || format_has_rows(&profile->format));
}

bool mapped_needs_no_place(const char *path, enum group_kind group) {
    if (group == GROUP_DOCUMENTS) return strcmp(path, "media_type") == 0;
    return group == GROUP_NONE && (strcmp(path, "envelope.event") == 0 || strncmp(path, "inbox.", 6) == 0);
}
