/* 附件上传: papers too large for the record -> chunks in ecocase.files.<agency>. Content is identified by its SHA-256
 * and shipped once, whoever gets it and however often; the journal holds which chunks are acknowledged, so a crash
 * costs at most UPLOAD_NOTE of them. One loop with the engine: uploads_round does a slice of the work. One producer,
 * made when first needed; its callbacks run inside uploads_round. Memory: a slice and UPLOAD_IN_FLIGHT sealed chunks.
 */
#ifndef ECOCASE_ADAPTERS_TRANSFER_TRANSFER_H
#define ECOCASE_ADAPTERS_TRANSFER_TRANSFER_H
#include "adapters/engine/engine.h"

/* What both directions work with. */
struct transfer {
    const char *agency;
    const struct bus_settings *bus;
    const struct profile *profile;
    struct journal *journal;
    struct transport *transport;
    struct engine_status *status;
    bool *scan_now; /* raised: a case file in the outbox need not wait any longer */
};

#define UPLOADS_MAX      4u /* at one time, in turns: a photo does not wait for a video */
#define UPLOAD_IN_FLIGHT 8  /* chunks on their way to Kafka */
#define UPLOAD_NOTE      16 /* acknowledged chunks between two notes in the journal */
/* what was shipped within ten minutes is not shipped again for who does not find it whole */
#define UPLOAD_AGAIN_MS 600000
/* so often whoever waits for what is shipped again hears that it comes: several times before it is thought silent
 * (downloads_*) */
#define UPLOAD_COMING_MS 15000
/* so old may shipped chunks be to be named again: the topic keeps them 130 days, an inbox its records 90 */
#define UPLOAD_REUSE_MS (30 * DAY_MS)
struct uploads;
MUST_USE enum outcome uploads_new(const struct transfer *transfer, struct uploads **ret, struct fault *fault);
void uploads_free(struct uploads *uploads);
/* Where the paper lies in chunks; *ret_ready=false: not yet, ask again. REFUSE: it cannot be read. RETRY: the journal.
 */
MUST_USE enum outcome uploads_want(struct uploads *uploads, const struct outbox_file *paper, struct chunked *ret,
                                   bool *ret_ready, struct fault *fault);
/* That case file waits for it: it is looked at again at once when the paper is shipped. */
void uploads_waits(struct uploads *uploads, const struct outbox_file *paper, struct bytes case_file);
/* A record of ecocase.wanted: if it is ours that is wanted, it is shipped again, from sent/, and answered
 * (chunk_request.h). The journal keeps behind which records all is done (JOURNAL_CHUNK_REQUESTS): who reads on from
 * there after a restart hears again what was left undone, and nothing else. */
void uploads_hear(struct uploads *uploads, const struct bus_message *message);
/* A small record under that key, with the chunks' producer; not waited for. Takes `headers`. */
MUST_USE enum outcome uploads_say(struct uploads *uploads, const char *topic, const struct digest *sha256,
                                  struct bus_headers *headers, struct fault *fault);
/* *ret_more: there is work that waits for nothing. RETRY: Kafka, the journal; what is begun stays begun. */
MUST_USE enum outcome uploads_round(struct uploads *uploads, bool *ret_more, struct fault *fault);

/* ---- 附件下载: chunks of another agency's files topic -> a whole, verified file in the transport's store. A record is
 * delivered when what it names is whole here, or known never to be. The partial file is its own journal: as many whole
 * chunks as it has bytes for are read again and the rest is fetched, and nothing counts before SHA-256 and SM3 of the
 * whole are right. One file at a time, one reader, made when first needed. One loop with the engine: downloads_round
 * does a slice of the work. Memory: the reader's queue and a chunk. */
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
/* What is asked of a sender is said with the producer of `uploads`. */
struct downloads *downloads_new(const struct transfer *transfer, struct uploads *uploads);
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
