/* 指纹: SHA-256 and SM3 (GB/T 32905) of the same bytes, given piece by piece, over OpenSSL. One owner, one thread. */
#ifndef ECOCASE_WIRE_FINGERPRINT_H
#define ECOCASE_WIRE_FINGERPRINT_H
#include "wire/digest.h"

struct fingerprint;
struct fingerprint *fingerprint_new(void);
void fingerprint_free(struct fingerprint *fingerprint);
void fingerprint_begin(struct fingerprint *fingerprint); /* forgets what it was given */
void fingerprint_add(struct fingerprint *fingerprint, struct bytes piece);
/* Begin again before giving it more. */
void fingerprint_end(struct fingerprint *fingerprint, struct digest *ret_sha256, struct digest *ret_sm3);
#endif
