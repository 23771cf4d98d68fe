/* Cutting a paper into chunks, and sealing and opening one. */
#include "adapters/chunks/chunks.h"
#include "base/limits.h"
#include <openssl/evp.h>

static EVP_CIPHER *cipher;
__attribute__((constructor)) static void fetch(void) { cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL); }

void chunked_cut(struct chunked *what, int64_t size, int32_t chunk_size) {
    what->size = size;
    what->chunk_size = chunk_size;
    what->count = (int32_t)((size + chunk_size - 1) / chunk_size);
}

enum outcome chunked_check(const struct chunked *w, struct fault *fault) {
    bool sized = w->size > 0 && w->size <= LIMIT_FILE && w->chunk_size >= (int32_t)LIMIT_CHUNK_MIN &&
                 w->chunk_size <= (int32_t)LIMIT_CHUNK;
    struct chunked cut = {0};
    if (sized) chunked_cut(&cut, w->size, w->chunk_size);
    bool placed = w->partition >= 0 && w->first_offset >= 0 && w->last_offset >= w->first_offset + w->count - 1;
    if (sized && placed && cut.count == w->count) return OK;
    return fault_set(fault, REFUSE, "CHUNKS_MALFORMED", "size %lld, %d chunks of %d, offsets %lld to %lld",
                     (long long)w->size, w->count, w->chunk_size, (long long)w->first_offset,
                     (long long)w->last_offset);
}

bool chunked_same(const struct chunked *a, const struct chunked *b) {
    return memcmp(a->sha256.b, b->sha256.b, DIGEST_SIZE) == 0 && memcmp(a->sm3.b, b->sm3.b, DIGEST_SIZE) == 0 &&
           a->size == b->size && a->partition == b->partition && a->first_offset == b->first_offset &&
           a->last_offset == b->last_offset && a->count == b->count && a->chunk_size == b->chunk_size &&
           memcmp(a->key, b->key, CHUNK_KEY) == 0;
}

int64_t chunk_start(const struct chunked *what, int32_t index) { return (int64_t)index * what->chunk_size; }
size_t chunk_length(const struct chunked *what, int32_t index) {
    int64_t left = what->size - chunk_start(what, index);
    return (size_t)(left < what->chunk_size ? left : what->chunk_size);
}

static void big_endian(int32_t number, uint8_t ret[4]) {
    for (int i = 0; i < 4; i++) ret[i] = (uint8_t)((uint32_t)number >> (24 - 8 * i));
}

struct sealing {
    EVP_CIPHER_CTX *context;
    uint8_t nonce[12], about[DIGEST_SIZE + 8];
};
static void begin(struct sealing *s, const struct chunked *what, int32_t index, int sealing) {
    int done = 0;
    *s = (struct sealing){.context = EVP_CIPHER_CTX_new()};
    big_endian(index, s->nonce + 8);
    memcpy(s->about, what->sha256.b, DIGEST_SIZE);
    big_endian(index, s->about + DIGEST_SIZE);
    big_endian(what->count, s->about + DIGEST_SIZE + 4);
    INVARIANT(s->context && cipher && EVP_CipherInit_ex2(s->context, cipher, what->key, s->nonce, sealing, NULL));
    INVARIANT(EVP_CipherUpdate(s->context, NULL, &done, s->about, sizeof s->about));
}

void chunk_seal(const struct chunked *what, int32_t index, struct bytes plain, uint8_t *ret_sealed) {
    struct sealing s;
    int done = 0, last = 0;
    INVARIANT(plain.count <= LIMIT_CHUNK);
    begin(&s, what, index, 1);
    INVARIANT(EVP_CipherUpdate(s.context, ret_sealed, &done, plain.at, (int)plain.count) &&
              (size_t)done == plain.count);
    INVARIANT(EVP_CipherFinal_ex(s.context, ret_sealed + done, &last) && last == 0);
    INVARIANT(EVP_CIPHER_CTX_ctrl(s.context, EVP_CTRL_AEAD_GET_TAG, CHUNK_SEAL, ret_sealed + done));
    EVP_CIPHER_CTX_free(s.context);
}

bool chunk_open(const struct chunked *what, int32_t index, struct bytes sealed, uint8_t *ret_plain) {
    struct sealing s;
    uint8_t tag[CHUNK_SEAL];
    int done = 0, last = 0;
    if (sealed.count != chunk_length(what, index) + CHUNK_SEAL) return false;
    size_t count = sealed.count - CHUNK_SEAL;
    memcpy(tag, sealed.at + count, CHUNK_SEAL);
    begin(&s, what, index, 0);
    bool good = EVP_CipherUpdate(s.context, ret_plain, &done, sealed.at, (int)count) && (size_t)done == count &&
                EVP_CIPHER_CTX_ctrl(s.context, EVP_CTRL_AEAD_SET_TAG, CHUNK_SEAL, tag) &&
                EVP_CipherFinal_ex(s.context, ret_plain + done, &last);
    EVP_CIPHER_CTX_free(s.context);
    return good;
}
