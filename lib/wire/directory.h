/* 参与单位名录: who takes part (schemas/directory.yaml). Read-only once loaded; may be shared between threads.
 * A participant's `number` (1..LIMIT_PARTICIPANTS-1) is fixed for ever and is what the ledger stores. */
#ifndef ECOCASE_WIRE_DIRECTORY_H
#define ECOCASE_WIRE_DIRECTORY_H
#include "base/fault.h"
#include "base/settings.h"

/* 订阅 of clues: categories (none: every one) and areas: codes of the rules, a county, or a whole city (none:
 * everywhere). */
struct subscription {
    const char *const *categories;
    size_t category_count;
    const char *const *areas;
    size_t area_count;
    const struct setting *at;
};
enum role { ROLE_AE = 1, ROLE_PSB, ROLE_PRO, ROLE_CRT, ROLE_JUS, ROLE_PI, ROLE_COO };
struct participant {
    int number;
    const char *slug, *name, *english;
    enum role role;
    bool lead;          /* the lead police force */
    const char *region; /* six digits of its city */
    const char *uscc;
    bool receipts; /* wants SYS.ACCEPTED for each accepted submission */
    const char *const *aliases;
    size_t alias_count; /* other names under which papers address it */
    const char *const *leads;
    size_t lead_count; /* categories it leads (may REF.SEND / receive REV) */
    const struct subscription *subscriptions;
    size_t subscription_count;
    const char *const *shares;
    size_t share_count; /* categories in which it is co-competent */
};
struct directory;
MUST_USE enum outcome directory_load(const char *path, struct directory **ret, struct fault *fault);
MUST_USE enum outcome directory_parse(const char *name, struct bytes yaml, struct directory **ret, struct fault *fault);
void directory_free(struct directory *directory);
size_t directory_count(const struct directory *directory);
const struct participant *directory_at(const struct directory *directory, size_t index); /* in file order */
/* NULL when unknown */
const struct participant *directory_by_number(const struct directory *directory, int number);
const struct participant *directory_by_slug(const struct directory *directory, struct bytes slug);
/* name, english or alias */
const struct participant *directory_by_name(const struct directory *directory, struct bytes name);
bool participant_competent(const struct participant *who, struct bytes category, bool lead_only);
const char *role_text(enum role role); /* "AE" ... */
/* The county code is one of the four cities' (or the city itself). NULL or the county's Chinese name. */
const char *directory_county(const struct directory *directory, struct bytes code);
/* The parsed file's own text, for storing it in the ledger. */
struct bytes directory_text(const struct directory *directory);
#endif
