/* 附件下载: chunks of another agency's files topic -> a whole, verified file in the transport's store. A record is
 * delivered when what it names is whole here, or known never to be. The half file is its own journal: as many whole
 * chunks as it has bytes for are read again and the rest is fetched, and nothing counts before SHA-256 and SM3 of the
 * whole are right. One file at a time, one reader, made when first needed. One loop with the engine: downloads_round
 * does a slice of the work. Memory: the reader's queue and a chunk. */
#ifndef ECOCASE_ADAPTERS_TRANSFER_DOWNLOADS_H
#define ECOCASE_ADAPTERS_TRANSFER_DOWNLOADS_H
#include "adapters/engine/engine.h"

#define DOWNLOAD_RESERVE (64 << 20) /* bytes of the disk left free for everything else */
/* so long its sender may be silent (no word, no chunk) about chunks that are wanted again (chunk_request.h); it speaks
 * each UPLOAD_COMING_MS */
#define DOWNLOAD_ANSWER_MS 60000
#define DOWNLOAD_COMING_MS 600000 /* and so long it may say that they come without that one comes */
/* a sender that was silent is not waited for again within ten minutes */
#define DOWNLOAD_SILENT_MS 600000
/* so long a topic or an end of it that should be there may be missing, as after a change of leader */
#define DOWNLOAD_GONE_MS 60000
enum fetched { FETCH_WAITING, FETCH_READY, FETCH_LOST };
struct downloads;
MUST_USE enum outcome downloads_new(struct engine *engine, const struct bus_settings *bus, struct downloads **ret,
                                    struct fault *fault);
void downloads_free(struct downloads *downloads);
/* Begins to fetch it unless another is being fetched. FETCH_LOST: it never will be here; *ret_why says what to do about
 * it, its `field` what the sender, asked to ship it again, did: "gone" (has it no longer), "unanswered" (was or fell
 * silent), "again" (shipped it, or said so, in vain), "" (was not asked). */
enum fetched downloads_state(struct downloads *downloads, struct bytes sender, const struct chunked *what,
                             struct fault *ret_why);
/* Name of the file in the store. */
void downloads_name(const struct chunked *what, char ret_name[80]);
/* Delivered: the store need not have it any longer. */
void downloads_release(struct downloads *downloads, const struct chunked *what);
/* Nothing is wanted: whatever lies in the store is forgotten. */
void downloads_sweep(struct downloads *downloads);
/* Raised whenever a state may have changed. */
int64_t downloads_changes(const struct downloads *downloads);
/* Chunks that are not there, or not whole, are asked of their sender, once; they come behind the end that the topic
 * then has. RETRY: Kafka, no room on the disk; what is there stays. */
MUST_USE enum outcome downloads_round(struct downloads *downloads, bool *ret_more, struct fault *fault);
#endif
