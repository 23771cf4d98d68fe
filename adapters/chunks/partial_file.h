/* 落盘: one paper that comes in chunks, growing as `<sha256>.<chunk size>.part` in a folder until it is whole and
 * verified and then is
 * `<sha256>`. Chunks come in order. Whatever was written before a crash is read again and kept; it counts only by the
 * digests of the whole. Not Kafka's business. One owner. RETRY: DISK_FULL, FILE_WRITE, FILE_READ. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_PARTIAL_FILE_H
#define ECOCASE_ADAPTERS_CHUNKS_PARTIAL_FILE_H
#include "adapters/chunks/chunk.h"

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
#endif
