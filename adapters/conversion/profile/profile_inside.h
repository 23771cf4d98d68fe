/* A profile while it is being read, between profile*.c. Threads: the loader's. Memory: the profile's arena. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_PROFILE_PROFILE_INSIDE_H
#define ECOCASE_ADAPTERS_CONVERSION_PROFILE_PROFILE_INSIDE_H
#include "adapters/conversion/profile/mapped.h"
#include "base/settings.h"
#include "wire/event.h"

struct mistakes {
    struct fault *at;
    size_t count;
};
struct profile_reading {
    struct profile *profile;
    struct setting *blocks;    /* NULL: none */
    struct mistakes *mistakes; /* NULL: the first mistake ends the reading */
    struct fault *fault;
};
#define MAX_MISTAKES 200u
/* A mistake that does not keep the rest from being read. With `mistakes` it is noted there, what lies below `at` (NULL:
 * nothing) counts as known, and the answer is OK; without, it is the answer. */
MUST_USE enum outcome profile_noted(struct profile_reading *r, struct setting *at, enum outcome outcome);
void profile_mark_seen(struct setting *at);
/* A block's mistake is met by every message that uses it, and reported once. */
void profile_mistake(struct mistakes *mistakes, const struct fault *fault);
#define NOTE(r, at, expression) TRY(profile_noted((r), (at), (expression)))
/* *ret is freed by the caller, also after a mistake. */
MUST_USE enum outcome profile_build(const char *name, struct bytes yaml, const struct directory *directory,
                                    const struct catalogue *catalogue, struct mistakes *mistakes, struct profile **ret,
                                    struct fault *fault);
/* Date patterns: each one, and no text that two of them read as two times. */
MUST_USE enum outcome profile_check_dates(struct profile_reading *r, const struct setting *at,
                                          const struct texts *dates);
/* A text or a list of texts; absent: `otherwise`. */
MUST_USE enum outcome profile_read_texts(struct profile_reading *r, struct setting *from, const char *key,
                                         struct texts otherwise, struct texts *ret);
const uint32_t *profile_path_numbers(struct profile *profile, const char *const *names, size_t count);
MUST_USE enum outcome profile_read_path(struct profile_reading *r, const struct setting *at, const char *text,
                                        struct native_path *ret);
/* Date patterns under "date", with those of the format's own date cells. */
MUST_USE enum outcome profile_read_dates(struct profile_reading *r, struct setting *from, struct texts otherwise,
                                         struct texts *ret);
/* One of `choices` (ends with NULL); absent: the first. */
MUST_USE enum outcome profile_read_choice(struct profile_reading *r, struct setting *from, const char *key,
                                          const char *const *choices, int *ret);
/* format: its kind, encoding and dates, and the options of that kind; those of another are refused. */
MUST_USE enum outcome profile_read_format(struct profile_reading *r, struct setting *root);
/* xlsx: what a group's `at` may be. */
MUST_USE enum outcome profile_read_sheet_path(struct profile_reading *r, const struct setting *at, const char *name,
                                              struct native_path *ret);
/* Whether a fixed width format has that column under format.columns (the others' are not listed). */
MUST_USE enum outcome profile_check_column(struct profile_reading *r, const struct setting *at, const char *name);
bool profile_path_equal(const struct native_path *a, const struct native_path *b);
/* A map of native paths to texts (`when`, `constants`). */
MUST_USE enum outcome profile_read_fixed(struct profile_reading *r, struct setting *from, const char *key,
                                         const struct fixed_text **ret, size_t *ret_count);
/* The parts that a message and its blocks may have; what stands there already (by the message itself, or an earlier
 * block) is kept. */
struct parts {
    unsigned record; /* IN_* of the event */
    struct mapped_field *fields;
    size_t field_count;
    struct mapped_fact *facts;
    size_t fact_count;
    struct mapped_group *groups;
    size_t group_count;
};
/* What a profile may have; with LIMIT_SETTINGS below it they keep what one takes far under the arena's end. */
#define MAX_FIELDS   64u
#define MAX_FACTS    64u
#define MAX_TEXTS    64u /* of one list: separators, file names, `when` */
#define MAX_DATES    8u  /* patterns of one list */
#define MAX_PLACES   32u /* entries of one `when` or `constants` */
#define MAX_BLOCKS   16u /* in one `use` */
#define MAX_MESSAGES 256u
#define MAX_TABLES   256u
#define MAX_ROWS     8192u /* of one table: all counties of China fit */
/* privacy: which mask what comes is written under; withhold: what never leaves. */
MUST_USE enum outcome profile_read_privacy(struct profile_reading *r, struct setting *root);
MUST_USE enum outcome profile_read_withheld(struct profile_reading *r, struct setting *root);
MUST_USE enum outcome profile_read_parts(struct profile_reading *r, struct setting *from, struct parts *parts);
/* A fact by the names of facts.yaml: its unit, code or table must be what the name asks for. */
MUST_USE enum outcome profile_fact(struct profile_reading *r, struct setting *from, struct mapped_fact *fact);
/* NULL: none; "facts" and "fact_codes" are built in */
const struct code_table *profile_table(const struct profile *profile, const char *name);
/* What is received and would be in no file of the agency, a mistake for each kind of record. */
void profile_vanish(struct profile_reading *r, struct setting *root);
MUST_USE enum outcome profile_read_messages(struct profile_reading *r, struct setting *root);
#endif
