/* 落盘: one paper that comes in chunks, growing as `<sha256>.<chunk size>.part` in a folder until it is whole and
 * verified and then is
 * `<sha256>`. Chunks come in order. Whatever was written before a crash is read again and kept; it counts only by the
 * digests of the whole. Not Kafka's business. One owner. RETRY: DISK_FULL, FILE_WRITE, FILE_READ. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_PARTIAL_FILE_H
#define ECOCASE_ADAPTERS_CHUNKS_PARTIAL_FILE_H
#include "adapters/chunks/chunk.h"

struct landing;
struct landing *landing_new(void);
void landing_free(struct landing *landing);
/* RETRY/DISK_FULL unless what is missing and `reserve` bytes have room. */
MUST_USE enum outcome landing_open(struct landing *landing, int folder, const struct chunked *what, int64_t reserve,
                                   struct fault *fault);
/* A slice of what is there already. */
MUST_USE enum outcome landing_read_again(struct landing *landing, bool *ret_done, struct fault *fault);
int32_t landing_next(const struct landing *landing); /* index of the chunk it waits for */
bool landing_whole(const struct landing *landing);
bool landing_resumed(const struct landing *landing); /* it began with what was there already */
/* *ret_taken=false: damaged, not what was sealed; nothing is written. */
MUST_USE enum outcome landing_take(struct landing *landing, struct bytes sealed, bool *ret_taken, struct fault *fault);
/* REFUSE/CHUNKS_MISMATCH; else it is durable under its name. May be repeated after RETRY. */
MUST_USE enum outcome landing_finish(struct landing *landing, struct fault *fault);
void landing_close(struct landing *landing);  /* what is there stays */
void landing_forget(struct landing *landing); /* and goes */
#endif
