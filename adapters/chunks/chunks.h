/* 分块: a paper too large for the record travels beside it, cut into chunks, as records of ecocase.files.<sender>. The
 * topic can be read by every participant, the chunks only by who has the key, which stands in the record: so the broker
 * decides who reads a paper by deciding who gets the record. A chunk is sealed with AES-256-GCM: nonce = its index (a
 * key is used for one content only), additional data = content's SHA-256, index and count, so that none can be changed,
 * moved or taken for another's. Record: key = SHA-256 in hex; value = sealed bytes, the tag (16 bytes) last; headers as
 * named here. Pure. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_CHUNKS_H
#define ECOCASE_ADAPTERS_CHUNKS_CHUNKS_H
#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"
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

/* ---- 落盘: one paper that comes in chunks, growing as `<sha256>.<chunk size>.part` in a folder until it is whole and
 * verified, and `<sha256>` from then on. Chunks come in order. Whatever was written before a crash is read again and
 * kept; it counts only by the digests of the whole. Not Kafka's business. One owner. RETRY: DISK_FULL, FILE_WRITE,
 * FILE_READ. */
struct partial_file;
struct partial_file *partial_file_new(void);
void partial_file_free(struct partial_file *partial);
/* RETRY/DISK_FULL unless what is missing and `reserve` bytes have room. */
MUST_USE enum outcome partial_file_open(struct partial_file *partial, int folder, const struct chunked *what,
                                        int64_t reserve, struct fault *fault);
/* A slice of what is there already. */
MUST_USE enum outcome partial_file_read_again(struct partial_file *partial, bool *ret_done, struct fault *fault);
int32_t partial_file_next(const struct partial_file *partial); /* index of the chunk it waits for */
bool partial_file_whole(const struct partial_file *partial);
bool partial_file_resumed(const struct partial_file *partial); /* it began with what was there already */
/* *ret_taken=false: damaged, not what was sealed; nothing is written. */
MUST_USE enum outcome partial_file_take(struct partial_file *partial, struct bytes sealed, bool *ret_taken,
                                        struct fault *fault);
/* REFUSE/CHUNKS_MISMATCH; else it is durable under its name. May be repeated after RETRY. */
MUST_USE enum outcome partial_file_finish(struct partial_file *partial, struct fault *fault);
void partial_file_close(struct partial_file *partial);  /* what is there stays */
void partial_file_forget(struct partial_file *partial); /* and goes */

/* ---- 密封 · who reported a clue (程序规定173: kept secret, also from those who get copies). The broker forwards a
 * record byte for byte and the ledger keeps it for ever, so the identity leaves the agency only sealed under a key that
 * never does: `.reporter.key` in the spool (64 hex digits, mode 600, made at the first start; whoever loses it loses
 * what is sealed). AES-256-GCM as for chunks; each record has a key of its own, SHA-256(key ‖ message id), so that
 * nothing sealed can be moved to another record, and sealing is a pure function of its input. The length says nothing:
 * filled up to 256 bytes. Threads: any. */
#define SEAL_KEY       32u
#define SEAL_ID        17u /* 16 hex digits of the key's SHA-256 */
#define SEAL_FILE      ".reporter.key"
#define SEAL_ALGORITHM "AES-256-GCM-SHA256"
struct seal {
    uint8_t key[SEAL_KEY];
    char id[SEAL_ID];
};
struct seal_place {
    const char *sender;
    struct uuid message_id;
}; /* of the record */
/* Of the spool; `make`: where there is none yet. REFUSE/"SEAL_KEY": no such file, or not as it was written;
 * RETRY/"FILE_WRITE". */
MUST_USE enum outcome seal_load(const char *spool, bool make, struct seal *ret, struct fault *fault);
struct bytes seal_close(const struct seal *seal, const struct seal_place *place, struct bytes plain,
                        struct arena *arena);
/* False: sealed under another key, or for another record, or damaged. */
bool seal_open(const struct seal *seal, const struct seal_place *place, struct bytes sealed, struct arena *arena,
               struct bytes *ret_plain);
#endif
