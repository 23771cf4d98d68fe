/* 草稿, inside of the mapping: a case file that was read, not yet addressed by ids. Memory: its arena, the caller's. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_DRAFT_H
#define ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_DRAFT_H
#include "adapters/conversion/mapping/map.h"

struct draft {
    struct map_record record;
    struct draft_view view;
    struct arena *arena;
};
#endif
