/* 日志库: what the adapter must still know after a crash: submissions with their exact bytes, the numbers papers are
 * cited by, what was delivered, and how far each lane and inbox partition is read. SQLite, WAL, synchronous=FULL: what
 * is committed survives a power cut (but for journal_begin_repeatable). One owner, one thread, one process per file.
 * Texts come back in the caller's arena. A failure of SQLite is RETRY/"JOURNAL": the caller rolls back, waits and does
 * the step again; nothing counts before journal_commit. What waiting does not mend is FATAL, whenever it is found:
 * JOURNAL_DAMAGED. Every fault names the file. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_JOURNAL_H
#define ECOCASE_ADAPTERS_JOURNAL_JOURNAL_H
#include "adapters/chunks/chunks.h"
#include "adapters/spool/transport.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/time.h"
#include "base/uuid.h"

struct journal;
/* FATAL besides: JOURNAL_UNREADABLE (not to be opened, or not to be written), JOURNAL_SCHEMA (tables of another version
 * or program). */
MUST_USE enum outcome journal_open(const char *path, struct journal **ret, struct fault *fault);
void journal_close(struct journal *journal);
MUST_USE enum outcome journal_begin(struct journal *journal, struct fault *fault);
/* Of a step that may be done again: its commit costs no sync, and is durable with the next that does or at the next
 * checkpoint. A killed process loses nothing of it; a power cut may undo it, never a later one without it. */
MUST_USE enum outcome journal_begin_repeatable(struct journal *journal, struct fault *fault);
MUST_USE enum outcome journal_commit(struct journal *journal, struct fault *fault);
void journal_rollback(struct journal *journal); /* nothing outside a transaction */

/* ---- outbound: prepared -> acked -> moved --------------------------------------------------------------------------
 */
/* Stored in journals: never renumber. Acknowledged is found in two ways: a whole batch by one mark (journal_acked), its
 * rows still saying prepared; or, where another of the batch failed, by the row itself (journal_advance). */
enum journaled_state { JOURNALED_PREPARED = 0, JOURNALED_ACKED = 1, JOURNALED_MOVED = 2 };
struct journaled {
    int64_t row; /* given by the journal; order of preparation */
    enum journaled_state state;
    struct digest digest; /* of the whole submission */
    struct uuid message_id, case_id, referral_id;
    struct bytes file, sent_as;       /* name in outbox/ and in sent/ */
    struct bytes event, document_no;  /* as printed */
    struct bytes papers;              /* case file and attachments with their identity, see papers_write */
    struct bytes key, value, headers; /* value: empty once moved; headers: see headers_write */
    instant business_time, at;
    bool answered; /* the ledger has it: it was accepted, or refused */
};
MUST_USE enum outcome journal_prepare(struct journal *journal, const struct journaled *what, struct fault *fault);
MUST_USE enum outcome journal_by_digest(struct journal *journal, const struct digest *digest, struct arena *arena,
                                        bool *ret_known, struct journaled *ret, struct fault *fault);
MUST_USE enum outcome journal_by_message(struct journal *journal, const struct uuid *message_id, struct arena *arena,
                                         bool *ret_known, struct journaled *ret, struct fault *fault);
MUST_USE enum outcome journal_by_sent_as(struct journal *journal, struct bytes sent_as, bool *ret_known,
                                         struct fault *fault);
/* The oldest rows in `state`, at most `most` of them and (but for the first) `most_bytes` of values. Only what is
 * prepared comes with its value. */
MUST_USE enum outcome journal_in_state(struct journal *journal, enum journaled_state state, size_t most,
                                       size_t most_bytes, struct arena *arena, struct journaled **ret,
                                       size_t *ret_count, struct fault *fault);
/* All that is prepared up to this row is acknowledged: one mark for a whole batch, a transaction of its own,
 * repeatable. */
MUST_USE enum outcome journal_acked(struct journal *journal, int64_t row, struct fault *fault);
/* What Kafka has not taken: rows and bytes of their values. */
MUST_USE enum outcome journal_queue(struct journal *journal, int64_t *ret_rows, int64_t *ret_bytes,
                                    struct fault *fault);
MUST_USE enum outcome journal_advance(struct journal *journal, int64_t row, enum journaled_state state,
                                      struct fault *fault);
/* no such submission: nothing */
MUST_USE enum outcome journal_answered(struct journal *journal, const struct uuid *message_id, struct fault *fault);
/* with its numbers */
MUST_USE enum outcome journal_drop(struct journal *journal, int64_t row, struct fault *fault);

/* ---- numbers -------------------------------------------------------------------------------------------------------
 */
struct number_entry {
    struct bytes number; /* normal form, see number_normal */
    bool of_case;        /* a case number; else a document number */
    struct uuid message_id, case_id, referral_id, parent_referral_id;
    /* slug of the other party: sender of what came in, first recipient of what went out */
    struct bytes other;
    struct bytes event;
    bool came_in;
};
/* known: nothing */
MUST_USE enum outcome journal_number_add(struct journal *journal, const struct number_entry *entry,
                                         struct fault *fault);
MUST_USE enum outcome journal_numbers(struct journal *journal, struct bytes number, bool of_case, struct arena *arena,
                                      /* newest first */
                                      struct number_entry **ret, size_t *ret_count, struct fault *fault);
MUST_USE enum outcome journal_numbers_forget(struct journal *journal, const struct uuid *message_id,
                                             struct fault *fault);

/* ---- inbound -------------------------------------------------------------------------------------------------------
 */
struct lane_position {
    int32_t lane;
    int64_t generation, sequence, epoch;
    instant broker_time;
};
struct delivery_entry {
    struct lane_position place;
    struct uuid message_id;
    int32_t partition;
    int64_t offset;
    struct bytes stem, files; /* files: JSON, see rendered.files; empty once revealed */
    struct digest meaning;    /* arrival_meaning: what tells it from another with the same id */
};
enum delivered { DELIVERED_NEVER, DELIVERED_SAME, DELIVERED_OTHERWISE /* that id, with another meaning */ };
MUST_USE enum outcome journal_stage(struct journal *journal, const struct delivery_entry *entry, struct fault *fault);
MUST_USE enum outcome journal_staged(struct journal *journal, struct arena *arena, struct delivery_entry **ret,
                                     size_t *ret_count, struct fault *fault);
/* All staged rows are revealed. */
MUST_USE enum outcome journal_revealed(struct journal *journal, struct fault *fault);
/* *ret_generation: of that delivery, where there is one. A row of version 2 has no meaning and counts as the same. */
MUST_USE enum outcome journal_delivered(struct journal *journal, const struct uuid *message_id,
                                        const struct digest *meaning, enum delivered *ret, int64_t *ret_generation,
                                        struct fault *fault);
MUST_USE enum outcome journal_positions(struct journal *journal, struct lane_position *ret, size_t capacity,
                                        size_t *ret_count, struct fault *fault);
MUST_USE enum outcome journal_position_put(struct journal *journal, const struct lane_position *place,
                                           struct fault *fault);
#define JOURNAL_CHUNK_REQUESTS (-1) /* in the place of an inbox partition: ecocase.wanted */
/* The next offset to read, -1 when none is known. */
MUST_USE enum outcome journal_offset(struct journal *journal, int32_t partition, int64_t *ret, struct fault *fault);
MUST_USE enum outcome journal_offset_put(struct journal *journal, int32_t partition, int64_t offset,
                                         struct fault *fault);

/* ---- papers in chunks ---------------------------------------------------------------------------
 */
/* so long the digest of a paper is remembered: its chunks may be wanted again as long as they are kept */
#define JOURNAL_PAPER_MS (400 * DAY_MS)
struct journaled_file {
    struct chunked what;
    int32_t acked; /* chunks, from the first on */
    instant at;    /* begun */
};
MUST_USE enum outcome journal_file(struct journal *journal, const struct digest *sha256, bool *ret_known,
                                   struct journaled_file *ret, struct fault *fault);
/* over what was known */
MUST_USE enum outcome journal_file_put(struct journal *journal, const struct journaled_file *file, struct fault *fault);
/* `identity`: whatever tells a paper from every other. */
MUST_USE enum outcome journal_paper(struct journal *journal, struct bytes identity, bool *ret_known,
                                    struct digest *ret_sha256, struct fault *fault);
MUST_USE enum outcome journal_paper_put(struct journal *journal, struct bytes identity, const struct digest *sha256,
                                        struct fault *fault);
/* Identities of papers that had this content, newest first. */
MUST_USE enum outcome journal_papers_of(struct journal *journal, const struct digest *sha256, struct arena *arena,
                                        struct bytes *ret, size_t capacity, size_t *ret_count, struct fault *fault);

/* ---- alarms and facts ----------------------------------------------------------------------------------------------
 */
MUST_USE enum outcome journal_alarm(struct journal *journal, const char *kind, const char *text, struct fault *fault);
MUST_USE enum outcome journal_alarms(struct journal *journal, int64_t *ret_count, struct fault *fault);
/* A fact written once (the Kafka cluster's id, the agency): kept on the first call; ret_same=false when another was
 * kept. */
MUST_USE enum outcome journal_fact(struct journal *journal, const char *name, struct bytes value, bool *ret_same,
                                   struct fault *fault);

/* ---- A submission's papers as the journal keeps them: JSON list of {name, size, modified, inode}, the case file
 * first. */
struct bytes papers_write(const struct outbox_file *papers, size_t count, struct arena *arena);
/* What cannot be read back counts as no papers. */
const struct outbox_file *papers_read(struct bytes json, struct arena *arena, size_t *ret_count);

/* ---- A record's headers as the journal keeps them, in their order. */
struct header {
    struct bytes name, value;
};
struct bytes headers_write(const struct header *list, size_t count, struct arena *arena);
/* The next one off the front of *left. False: there is none; of a damaged list something is left. */
bool headers_next(struct bytes *left, struct header *ret);
#endif
