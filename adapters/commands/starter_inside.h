/* Inside of the starting profile (starter*.c): a sample file, and what is recognised in it. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_STARTER_INSIDE_H
#define ECOCASE_ADAPTERS_COMMANDS_STARTER_INSIDE_H
#include "adapters/conversion/canonical/canonical.h"
#include "adapters/formats/format.h"

#define LEAVES_MAX     400u
#define PATH_BYTES_MAX 1000u /* bytes; longer ones are not offered */
#define PLACES_MAX     48u
/* 叶: one place of the sample that holds a value: its path from the record (csv: the column), the first value, and the
 * path's parts. */
struct leaf {
    const char *path, *parent, *name;
    struct bytes text;
    bool repeated; /* below something that stands there several times, or such itself */
    bool listed;   /* only itself stands there several times */
    bool used;
};
struct placed {
    enum group_kind group;
    const char *canonical;
    struct leaf *leaf;
};
struct sample {
    const struct directory *directory;
    const struct participant *agency; /* whose sample it is */
    struct arena *arena;
    struct format format;
    unsigned record; /* IN_*: the one that the paper travels in */
    struct leaf leaves[LEAVES_MAX];
    size_t leaf_count;
    struct placed placed[PLACES_MAX];
    size_t placed_count;
    const char *dates[8];
    size_t date_count;
    struct leaf *kind; /* where the file says what it is; NULL: nowhere */
};
/* Kind, encoding, separator, namespace: from the bytes and the name. REFUSE where no format takes it. */
MUST_USE enum outcome sample_read(struct sample *sample, const char *name, struct bytes file, struct fault *fault);
/* Fills placed[], dates[] and kind. */
void sample_guess(struct sample *sample);
/* of the record itself; NULL: none */
const struct placed *sample_placed(const struct sample *sample, const char *canonical);
/* Takes back what was placed at a path; false: nothing was. */
bool sample_drop(struct sample *sample, const char *field);
#endif
