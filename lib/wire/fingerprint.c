/* Two digests side by side, by OpenSSL's contexts. */
#include "wire/fingerprint.h"
#include "base/fault.h"
#include <openssl/evp.h>
#include <stdlib.h>

struct fingerprint {
    EVP_MD_CTX *sha256, *sm3;
};
static EVP_MD *sha256, *sm3;
__attribute__((constructor)) static void fetch(void) {
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
}

struct fingerprint *fingerprint_new(void) {
    struct fingerprint *made = calloc(1, sizeof *made);
    INVARIANT(made && sha256 && sm3);
    made->sha256 = EVP_MD_CTX_new();
    made->sm3 = EVP_MD_CTX_new();
    INVARIANT(made->sha256 && made->sm3);
    fingerprint_begin(made);
    return made;
}
void fingerprint_free(struct fingerprint *f) {
    if (!f) return;
    EVP_MD_CTX_free(f->sha256);
    EVP_MD_CTX_free(f->sm3);
    free(f);
}
void fingerprint_begin(struct fingerprint *f) {
    INVARIANT(EVP_DigestInit_ex2(f->sha256, sha256, NULL) && EVP_DigestInit_ex2(f->sm3, sm3, NULL));
}
void fingerprint_add(struct fingerprint *f, struct bytes piece) {
    INVARIANT(EVP_DigestUpdate(f->sha256, piece.at, piece.count) && EVP_DigestUpdate(f->sm3, piece.at, piece.count));
}
void fingerprint_end(struct fingerprint *f, struct digest *ret_sha256, struct digest *ret_sm3) {
    INVARIANT(EVP_DigestFinal_ex(f->sha256, ret_sha256->b, NULL) && EVP_DigestFinal_ex(f->sm3, ret_sm3->b, NULL));
}
