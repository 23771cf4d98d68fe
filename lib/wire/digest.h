/* SHA-256 over OpenSSL. Threads: any (a thread-local context is reused). */
#ifndef ECOCASE_WIRE_DIGEST_H
#define ECOCASE_WIRE_DIGEST_H
#include "base/bytes.h"
#define DIGEST_SIZE 32
struct digest {
    uint8_t b[DIGEST_SIZE];
};
struct digest digest_of(struct bytes what);
/* Over several runs, each preceded by its length as 8 bytes big-endian, so that no two lists collide. */
struct digest digest_of_list(const struct bytes *parts, size_t count);
void digest_hex(const struct digest *digest, char ret_hex[DIGEST_SIZE * 2 + 1]);
/* False: not 64 hex digits in lower case; *ret is then left alone. */
bool digest_parse(struct bytes hex, struct digest *ret);
#endif
