/* 脱敏: what of a record the recipient's own files show. The table is schemas/privacy.yaml (masks, fields, treatments);
 * a mask is one of its columns; mask.h applies one. Job: load the table so that nothing unknown is left in it (REFUSE
 * at file:line:column). Memory: the table owns its masks; it borrows the divisions. Threads: read-only once loaded. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CANONICAL_PRIVACY_H
#define ECOCASE_ADAPTERS_CONVERSION_CANONICAL_PRIVACY_H
#include "adapters/conversion/canonical/canonical.h"
#include "adapters/conversion/scalar/scalar.h"
#include "base/settings.h"

#define PRIVACY_MASKS 8u
enum treatment_verb {
    TREATMENT_FULL,
    TREATMENT_DROP,
    TREATMENT_COUNTY,
    TREATMENT_SEALED,
    TREATMENT_SURNAME,
    TREATMENT_MIDDLE,
    TREATMENT_GRID,
    TREATMENT_NUMBERS
};
struct treatment {
    enum treatment_verb verb;
    const char *tail;
    size_t front, back;
    double step;
};
struct privacy_condition {
    const char *member;
    struct texts texts;
};
struct privacy_row {
    const char *path;                    /* "title", "parties.name"; a whole group: "documents"; "reporter" */
    const struct canonical_field *field; /* NULL: a group, or the reporter */
    unsigned records;                    /* IN_* */
    /* all hold: shown whole; count 0: never */
    const struct privacy_condition *full_when;
    size_t condition_count;
    struct treatment treatments[PRIVACY_MASKS]; /* by mask */
};
struct privacy;
struct mask {
    const struct privacy *privacy;
    size_t index;
    const char *name;
    bool whole;
};
#define PRIVACY_ARRIVALS 4u
/* to, copy, notice, alert: the header's roles */
extern const char *const privacy_arrivals[PRIVACY_ARRIVALS];

MUST_USE enum outcome privacy_load(const char *schemas_folder, const struct division_list *divisions,
                                   struct privacy **ret, struct fault *fault);
void privacy_free(struct privacy *privacy);
const struct mask *privacy_mask(const struct privacy *privacy, const char *name); /* NULL: no such mask */
/* All masks' names, for a fault: "HANDLER, COPY, …". */
const char *privacy_names(const struct privacy *privacy);
/* What the table says of how a record came (index of privacy_arrivals) to a participant of that role. */
const struct mask *privacy_usual(const struct privacy *privacy, size_t arrival, enum role role);
/* For the loader's and the appliers' rooms only. */
struct privacy {
    struct arena *arena;
    struct settings *settings;
    const struct division_list *divisions;
    struct mask masks[PRIVACY_MASKS];
    size_t mask_count;
    /* participants: NULL: as it came */
    const struct mask *arrivals[PRIVACY_ARRIVALS], *participants[ROLE_COO + 1];
    struct texts compound, plain;
    const struct privacy_row *rows;
    size_t row_count;
};
#endif
