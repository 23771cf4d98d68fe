/* 分块: a paper too large for the record travels beside it, cut into chunks, as records of ecocase.files.<sender>. The
 * topic can be read by every participant, the chunks only by who has the key, which stands in the record: so the broker
 * decides who reads a paper by deciding who gets the record. A chunk is sealed with AES-256-GCM: nonce = its index (a
 * key is used for one content only), additional data = content's SHA-256, index and count, so that none can be changed,
 * moved or taken for another's. Record: key = SHA-256 in hex; value = sealed bytes, the tag (16 bytes) last; headers as
 * named here. Pure. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_CHUNK_H
#define ECOCASE_ADAPTERS_CHUNKS_CHUNK_H
#include "base/fault.h"
#include "wire/digest.h"

#define CHUNK_SEAL         16u
#define CHUNK_KEY          32u
#define CHUNK_HEADER_INDEX "ecocase_chunk" /* decimal, from 0 */
#define CHUNK_HEADER_COUNT "ecocase_chunks"
/* What the record says of such a paper: Document.chunks with its digests. */
struct chunked {
    struct digest sha256, sm3;
    int64_t size;
    int32_t partition;
    int64_t first_offset, last_offset;
    int32_t count, chunk_size;
    uint8_t key[CHUNK_KEY];
};
/* Cuts a content of `size` bytes; offsets are left alone. */
void chunked_cut(struct chunked *what, int64_t size, int32_t chunk_size);
/* Said by another party: REFUSE/"CHUNKS_MALFORMED" where the numbers cannot be. */
MUST_USE enum outcome chunked_check(const struct chunked *what, struct fault *fault);
bool chunked_same(const struct chunked *a, const struct chunked *b); /* said the same in every part */
/* Bytes of one chunk, and where they stand in the content. */
size_t chunk_length(const struct chunked *what, int32_t index);
int64_t chunk_start(const struct chunked *what, int32_t index);
/* `ret_sealed` has room for plain.count + CHUNK_SEAL. */
void chunk_seal(const struct chunked *what, int32_t index, struct bytes plain, uint8_t *ret_sealed);
/* `ret_plain` has room for sealed.count - CHUNK_SEAL. False: not this chunk, or not as it was sealed. */
bool chunk_open(const struct chunked *what, int32_t index, struct bytes sealed, uint8_t *ret_plain);
#endif
