/* For the mapping's tests: profiles out of a text, native files in any encoding, records as JSON. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_FIXTURE_H
#define ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_FIXTURE_H
#include <jansson.h>
#include "adapters/conversion/conversion.h"
#include "adapters/conversion/profile/mapped.h"

extern struct directory *fixture_directory;
extern struct catalogue *fixture_catalogue;
extern struct arena *fixture_arena;
int fixture_open(void **state);
int fixture_close(void **state);
/* The test fails where the profile is refused. */
struct profile *fixture_profile(const char *yaml);
/* code "" where the profile loads. */
struct fault fixture_refused(const char *yaml);
/* A profile with one mistake: where it is reported and what the text says. False, and printed, where the
 * loader's fault (*ret) is another. */
struct wrong_profile {
    const char *yaml, *code;
    uint32_t line, column;
    const char *says;
};
bool fixture_reports(const struct wrong_profile *wrong, struct fault *ret);
size_t fixture_checked(const char *yaml, const struct fault **ret);
struct bytes fixture_encoded(const char *text, const char *encoding);
/* Read and written, with papers of 3 bytes each; `answer_to` a slug or NULL. The test fails where either is refused. */
struct bytes fixture_value(const struct profile *profile, const char *file_name, struct bytes native,
                           const char *answer_to);
json_t *fixture_record(struct bytes value);
/* "parties.0.name" of the record as text; numbers and lists as JSON. */
const char *fixture_at(json_t *record, const char *path);
/* Rendered, decoded to UTF-8. */
const char *fixture_rendered(const struct profile *profile, struct bytes value, const char *encoding);
/* The record of `value` has these texts at these paths. */
struct expected {
    const char *path, *text;
};
void fixture_check(struct bytes value, const struct expected *all, size_t count);
#define CHECK(value, ...)                                        \
    fixture_check(value, (const struct expected[]){__VA_ARGS__}, \
                  sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))
/* The first category of the profile's table; FISH where it has none. */
const char *fixture_category(const struct profile *profile);
/* The profile writes the record in its own form and reads that again: the fields of `same` (NULL at its end) are the
 * same. */
void fixture_goes_and_comes(const struct profile *profile, struct bytes value, const char *const *same);
#endif
