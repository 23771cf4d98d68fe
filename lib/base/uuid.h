/* UUIDs (RFC 9562). v5 from a namespace and a name (SHA-1); v7 time-ordered; "v8" as v7, with the bits of a SHA-256
 * digest instead of random ones: for message ids that must be the same for the same content. Text form: 36 lower-case
 * characters. */
#ifndef ECOCASE_BASE_UUID_H
#define ECOCASE_BASE_UUID_H
#include "base/bytes.h"

struct uuid {
    uint8_t b[16];
};
#define UUID_TEXT 36
bool uuid_parse(struct bytes text, struct uuid *ret_uuid); /* accepts only the 36-character form, any case */
void uuid_format(const struct uuid *uuid, char ret_text[UUID_TEXT + 1]);
struct uuid uuid_v5(const struct uuid *space, struct bytes name);
struct uuid uuid_v7(int64_t unix_ms);
struct uuid uuid_v8(int64_t unix_ms, const uint8_t digest[32]); /* a time before 1970, or none, counts as 0 */
bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *uuid);
extern const struct uuid UUID_ECOCASE; /* the namespace of all our derived ids */
#endif
