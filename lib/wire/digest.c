/* One context a thread, made on first use. */
#include "wire/digest.h"
#include "base/fault.h"
#include <openssl/evp.h>
#include <pthread.h>

static _Thread_local EVP_MD_CTX *context;
static pthread_key_t ending; /* only for its destructor: the HTTP front has a thread for each connection */
static EVP_MD *algorithm;
static void let_go(void *at) { EVP_MD_CTX_free(at); }
__attribute__((constructor)) static void fetch(void) {
    algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    INVARIANT(pthread_key_create(&ending, let_go) == 0);
}

static void begin(void) {
    if (!context) {
        context = EVP_MD_CTX_new();
        INVARIANT(pthread_setspecific(ending, context) == 0);
    }
    INVARIANT(context && algorithm && EVP_DigestInit_ex2(context, algorithm, NULL));
}
static void end(struct digest *ret) { INVARIANT(EVP_DigestFinal_ex(context, ret->b, NULL)); }

struct digest digest_of(struct bytes what) {
    struct digest digest;
    begin();
    INVARIANT(EVP_DigestUpdate(context, what.at, what.count));
    end(&digest);
    return digest;
}

struct digest digest_of_list(const struct bytes *parts, size_t count) {
    struct digest digest;
    begin();
    for (size_t i = 0; i < count; i++) {
        uint8_t length[8];
        for (int k = 0; k < 8; k++) length[k] = (uint8_t)((uint64_t)parts[i].count >> (56 - 8 * k));
        INVARIANT(EVP_DigestUpdate(context, length, 8) && EVP_DigestUpdate(context, parts[i].at, parts[i].count));
    }
    end(&digest);
    return digest;
}

void digest_hex(const struct digest *digest, char ret_hex[DIGEST_SIZE * 2 + 1]) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        ret_hex[2 * i] = hex[digest->b[i] >> 4];
        ret_hex[2 * i + 1] = hex[digest->b[i] & 15];
    }
    ret_hex[2 * DIGEST_SIZE] = 0;
}

static int nibble(uint8_t digit) {
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}
bool digest_parse(struct bytes hex, struct digest *ret) {
    struct digest digest;
    if (hex.count != 2 * DIGEST_SIZE) return false;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        int high = nibble(hex.at[2 * i]), low = nibble(hex.at[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        digest.b[i] = (uint8_t)(high << 4 | low);
    }
    *ret = digest;
    return true;
}
