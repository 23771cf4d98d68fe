/* 交换库: what a gateway must still know after a crash: which submissions it accepted (by idempotency key, with the
 * digest of their bytes) and what became of them, and which messages lie in inbox/ for the client, in which order,
 * acknowledged or not. SQLite, WAL, synchronous=FULL, store.sqlite in the gateway's own folder. The submissions' own
 * journal (journal/journal.h) stays the engine's alone. Threads: any; each call is one transaction under the store's
 * lock. Texts come back in the caller's arena. Failures: RETRY/"JOURNAL": nothing of the call counts. */
#ifndef ECOCASE_ADAPTERS_GATEWAY_STORE_H
#define ECOCASE_ADAPTERS_GATEWAY_STORE_H
#include "base/arena.h"
#include "base/fault.h"
#include "base/time.h"
#include "base/uuid.h"
#include "wire/digest.h"

/* finished submissions and acknowledged messages: as long as the inbox topics */
#define STORE_KEEP_MS (90 * DAY_MS)

struct store;
MUST_USE enum outcome store_open(const char *path, struct store **ret, struct fault *fault);
void store_close(struct store *store);
/* Sleeps until something changed since `seen` (0: nothing seen yet), at most `ms`; gives what to pass next. Wakes for
 * good once stopped. */
int64_t store_wait(struct store *store, int64_t seen, int64_t ms);
int64_t store_changes(struct store *store);
void store_stop_waiting(struct store *store);
/* Readable after changes, for those that wait for more than the store; read by store_drain. One such waiter. */
int store_wake_descriptor(const struct store *store);
void store_drain(struct store *store);
/* A small durable write: does the store work at all? */
MUST_USE enum outcome store_probe(struct store *store, struct fault *fault);
MUST_USE enum outcome store_purge(struct store *store, instant before, struct fault *fault);

/* ---- 提交 submissions: queued -> placed (in outbox/) -> sent -> accepted | refused; or failed
 * ------------------------ */
enum submission_stage {
    STAGE_QUEUED,
    STAGE_PLACED,
    STAGE_SENT,
    STAGE_ACCEPTED,
    STAGE_REFUSED,
    STAGE_FAILED,
    STAGE_COUNT
};
struct submitted {
    char id[UUID_TEXT + 1];
    enum submission_stage stage;
    struct digest digest;
    struct bytes names;  /* JSON list of file names, the case file first */
    struct bytes file;   /* name of the case file in outbox/, empty until placed */
    struct bytes key;    /* as it was accepted under */
    struct bytes answer; /* JSON: the receipt, the refusal or the failure; empty: none yet */
    instant at, changed_at;
};
/* Inserts what->id, digest, names under `key`; when the key is known, `found` is what is stored under it; `full`, `why`
 * QUEUE_FULL: `most` submissions are not yet placed. Several are one transaction. */
struct accepting {
    struct bytes key;
    const struct submitted *what;
    bool known, full;
    struct submitted found;
    struct fault why;
};
MUST_USE enum outcome store_accept(struct store *store, struct accepting *list, size_t count, int64_t most,
                                   struct arena *arena, struct fault *fault);
MUST_USE enum outcome store_submission(struct store *store, const char *id, struct arena *arena, bool *ret_known,
                                       struct submitted *ret, struct fault *fault);
MUST_USE enum outcome store_by_key(struct store *store, struct bytes key, struct arena *arena, bool *ret_known,
                                   struct submitted *ret, struct fault *fault);
/* For a client that cannot ask and must be told: those whose stage was not reported yet, oldest first, at most `most`
 * (room of *ret). */
MUST_USE enum outcome store_unreported(struct store *store, size_t most, struct arena *arena, struct submitted **ret,
                                       size_t *ret_count, struct fault *fault);
MUST_USE enum outcome store_reported(struct store *store, const struct submitted *what, size_t count,
                                     struct fault *fault);
/* Those not yet placed, oldest first. */
MUST_USE enum outcome store_queued(struct store *store, size_t most, struct arena *arena, struct submitted **ret,
                                   size_t *ret_count, struct fault *fault);
MUST_USE enum outcome store_file_used(struct store *store, const char *file, bool *ret_used, struct fault *fault);
/* Before the files are moved: under which name each case file will lie in outbox/, and which file it is. */
struct naming {
    const char *id, *file;
    uint64_t inode;
};
MUST_USE enum outcome store_name(struct store *store, const struct naming *list, size_t count, struct fault *fault);
MUST_USE enum outcome store_placed(struct store *store, const struct submitted *list, size_t count,
                                   struct fault *fault);
/* One that was not placed and never can be: failed, `why` as beside a file in failed/. */
MUST_USE enum outcome store_lost(struct store *store, const char *id, struct bytes why, struct fault *fault);

/* ---- 变化 what the engine did
 * ---------------------------------------------------------------------------------------- */
enum change_kind { CHANGE_SENT, CHANGE_FAILED, CHANGE_ACCEPTED, CHANGE_REFUSED, CHANGE_ARRIVED };
struct change {
    enum change_kind kind;
    struct bytes name;              /* SENT, FAILED: in outbox/; ACCEPTED, REFUSED: in sent/; ARRIVED: in inbox/ */
    uint64_t inode;                 /* SENT, FAILED */
    struct bytes text;              /* SENT: name in sent/; FAILED, ACCEPTED, REFUSED: JSON */
    struct bytes message, case_key; /* ARRIVED: which message the file is of, and whose order it keeps */
};
/* All or nothing; the same again changes nothing. Files of one message must come together, the case file last. */
MUST_USE enum outcome store_apply(struct store *store, const struct change *changes, size_t count, struct fault *fault);

/* ---- 收件 the client's inbox
 * ----------------------------------------------------------------------------------------- */
struct message {
    int64_t position; /* grows; a cursor */
    struct bytes id, case_key;
    const struct bytes *files;
    size_t file_count; /* the case file is the last one */
    bool acknowledged;
    int64_t attempts; /* of the webhook */
    instant at;
};
/* Unacknowledged ones after the cursor, in order. */
MUST_USE enum outcome store_messages(struct store *store, int64_t after, size_t most, struct arena *arena,
                                     struct message **ret, size_t *ret_count, struct fault *fault);
MUST_USE enum outcome store_message(struct store *store, struct bytes id, struct arena *arena, bool *ret_known,
                                    struct message *ret, struct fault *fault);
MUST_USE enum outcome store_acknowledge(struct store *store, struct bytes id, struct fault *fault);
/* The oldest message not yet pushed that is due and has no older unpushed one of its case before it. */
MUST_USE enum outcome store_due(struct store *store, instant now, struct arena *arena, bool *ret_known,
                                struct message *ret, instant *ret_next, struct fault *fault);
/* next = 0: the client has it; else: not before then. */
MUST_USE enum outcome store_pushed(struct store *store, struct bytes id, instant next, struct fault *fault);

struct store_counts {
    int64_t stages[STAGE_COUNT], unacknowledged, unpushed, unreported;
};
MUST_USE enum outcome store_count(struct store *store, struct store_counts *ret, struct fault *fault);
#endif
