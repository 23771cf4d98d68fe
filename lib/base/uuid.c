/* UUIDs made of names, times and digests; their text read and written. */
#include "base/uuid.h"
#include "base/fault.h"
#include <openssl/evp.h>
#include <openssl/rand.h>

const struct uuid UUID_ECOCASE = {
    {0x6f, 0x0d, 0x5b, 0x1e, 0x5c, 0x1b, 0x5e, 0x0e, 0x9a, 0x55, 0x0e, 0xc0, 0xca, 0x5e, 0x00, 0x00}};

static int nibble(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool uuid_parse(struct bytes text, struct uuid *ret_uuid) {
    if (text.count != UUID_TEXT) return false;
    struct uuid uuid;
    size_t at = 0;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (text.at[at++] != '-') return false;
        }
        int high = nibble(text.at[at]), low = nibble(text.at[at + 1]);
        if (high < 0 || low < 0) return false;
        uuid.b[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *ret_uuid = uuid;
    return true;
}

void uuid_format(const struct uuid *uuid, char ret_text[UUID_TEXT + 1]) {
    static const char hex[] = "0123456789abcdef";
    char *at = ret_text;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
        *at++ = hex[uuid->b[i] >> 4];
        *at++ = hex[uuid->b[i] & 15];
    }
    *at = 0;
}

static void stamp(struct uuid *uuid, unsigned version) {
    uuid->b[6] = (uint8_t)((uuid->b[6] & 0x0f) | version << 4);
    uuid->b[8] = (uint8_t)((uuid->b[8] & 0x3f) | 0x80);
}

struct uuid uuid_v5(const struct uuid *space, struct bytes name) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    INVARIANT(context && EVP_DigestInit_ex(context, EVP_sha1(), NULL) && EVP_DigestUpdate(context, space->b, 16) &&
              EVP_DigestUpdate(context, name.at, name.count) && EVP_DigestFinal_ex(context, digest, NULL));
    EVP_MD_CTX_free(context);
    struct uuid uuid;
    memcpy(uuid.b, digest, 16);
    stamp(&uuid, 5);
    return uuid;
}

static void begin_with(struct uuid *uuid, int64_t unix_ms) {
    for (int i = 0; i < 6; i++) uuid->b[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
}

struct uuid uuid_v7(int64_t unix_ms) {
    struct uuid uuid;
    INVARIANT(RAND_bytes(uuid.b, 16) == 1);
    begin_with(&uuid, unix_ms);
    stamp(&uuid, 7);
    return uuid;
}

struct uuid uuid_v8(int64_t unix_ms, const uint8_t digest[32]) {
    struct uuid uuid;
    memcpy(uuid.b, digest, 16);
    begin_with(&uuid, unix_ms > 0 ? unix_ms : 0);
    stamp(&uuid, 8);
    return uuid;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b) { return memcmp(a->b, b->b, 16) == 0; }

bool uuid_is_nil(const struct uuid *uuid) {
    static const struct uuid nil;
    return uuid_equal(uuid, &nil);
}
