/* See map.h: what the profile withholds, out of a record that was read from a file. */
#include "adapters/conversion/mapping/map.h"

static void leave_out(struct map_item *item, const struct canonical_field *field) {
    size_t kept = 0;
    for (size_t i = 0; i < item->count; i++) {
        if (item->values[i].field != field) item->values[kept++] = item->values[i];
    }
    item->count = kept;
}

void map_withhold(const struct profile *profile, struct map_record *record) {
    for (size_t i = 0; i < profile->withheld_count; i++) {
        const struct withheld *one = &profile->withheld[i];
        struct map_group *group = one->group == GROUP_NONE ? NULL : &record->groups[one->group];
        if (!group) leave_out(&record->own, one->field);
        else if (!one->field) group->count = 0;
        for (size_t k = 0; group && k < group->count; k++) leave_out(&group->items[k], one->field);
    }
}
