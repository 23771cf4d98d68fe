/* 草稿, inside of the mapping: a case file that was read, not yet addressed by ids. Memory: its arena, the caller's. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_DRAFT_H
#define ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_DRAFT_H
#include "adapters/conversion/mapping/map.h"

struct draft {
    struct map_record record;
    struct draft_view view;
    struct arena *arena;
};
/* REFUSE with the place in the native file. */
MUST_USE enum outcome map_draft_read(const struct profile *profile, const char *file_name, struct bytes native,
                                     struct arena *arena, struct draft **ret, struct fault *fault);
/* Of a file that was refused: every fault that does not keep the rest from being read, in the order of reading. True:
 * a message was found in it, so it is a case file. */
bool map_draft_faults(const struct profile *profile, const char *file_name, struct bytes native, struct arena *arena,
                      struct map_faults *ret, struct fault *fault);
#endif
