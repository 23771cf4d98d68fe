/* 前台: what the transports before the spool share (HTTP, the agency's own tables). Job: a transport that stands before
 * another one. What is handed in is kept durably in a folder of its own (a parcel), noted in the store, then placed
 * into outbox/ as if the agency had put it there; what the engine does with papers passes through here on its way to
 * the spool and is noted, so that the owner can tell. Nothing else differs: journal, names, failed/, receipts are the
 * spool's. Gateways may stand one before the other. Threads: the verbs come from the engine's one thread; the feeder
 * has its own; the rest is for any thread of the owner. */
#ifndef ECOCASE_ADAPTERS_GATEWAY_GATEWAY_H
#define ECOCASE_ADAPTERS_GATEWAY_GATEWAY_H
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include "adapters/conversion/conversion.h"
#include "adapters/gateway/store.h"
#include "adapters/spool/name.h"
#include "adapters/spool/transport.h"
#include "base/limits.h"
#include <openssl/evp.h>

#define GATEWAY_ARENA (16u << 20) /* of one piece of work; conversions have one of their own */
enum gateway_folder { AT_ROOT, AT_OUTBOX, AT_SENT, AT_FAILED, AT_INBOX, AT_DONE, AT_OWN, AT_COUNT };
/* settings: of the owner; journal: path of the engine's, which is open already; it is only read. */
struct gateway_place {
    const char *settings, *spool, *journal, *agency;
    const struct profile *profile;
};
/* What is asked of who opened the gateway; each may be NULL. */
struct gateway_owner {
    void *of;
    void (*close)(void *of);     /* the gateway is stopping: end your threads, free what is yours */
    json_t *(*status)(void *of); /* a member `name` of the adapter's status; from the engine's thread */
    const char *name;
    const atomic_llong *changes; /* grows when that status is to be written anew */
};
struct gateway {
    struct transport transport;
    struct transport *base;
    struct gateway_owner owner;
    struct store *store;
    const struct profile *profile;
    const char *agency, *own; /* own: name of its folder in the spool */
    int folders[AT_COUNT];
    struct arena *pending_arena; /* engine's thread: changes since the last seal */
    struct change *pending;
    size_t pending_count, pending_capacity;
    pthread_mutex_t mapping; /* one conversion at a time: it may take much memory */
    pthread_t feeder;
    bool feeding;
    atomic_bool stopping;
    pthread_mutex_t status_door;
    json_t *status;   /* as last written by the engine */
    int64_t alive_ms; /* monotonic: its last sign of life */
};
/* Opens store and folder `own`, finishes what the last run left, lists what lies in inbox/ and is not in the store. */
MUST_USE enum outcome gateway_open(const struct gateway_place *place, const char *own, struct transport *base,
                                   struct gateway **ret, struct fault *fault);
/* From here on the engine's verbs come in, accepted submissions are fed, and closing the transport closes the owner. */
struct transport *gateway_begin(struct gateway *gateway, const struct gateway_owner *owner);
/* Not begun: the base stays open. */
void gateway_free(struct gateway *gateway);
/* The client has the message: its files go to done/, then it is noted. Done again after a crash it finds nothing left
 * to move. */
MUST_USE enum outcome gateway_put_away(const struct gateway *gateway, const struct message *message,
                                       struct arena *arena, struct fault *fault);
struct bytes gateway_event(const struct message *message); /* its event code */

/* ---- 包裹: a submission being handed in. Its files lie in the gateway's folder as <name>/0 (the case file), 1, 2 …;
 * nothing of it is in memory but names and digests. Once taken in, the folder bears the submission's id and waits for
 * the feeder. Threads: one owner each. Failures: RETRY/FILE_WRITE; REFUSE as the engine would refuse the file, with
 * line and column. */
struct received {
    char name[NAME_OUTBOX_MAX + 1];
    int file;
    int64_t size;
    EVP_MD_CTX *sum;
    struct digest digest;
    bool there;
};
struct parcel {
    char name[64]; /* of its folder */
    int folder;
    struct received files[LIMIT_ATTACHMENT_COUNT + 1];
    size_t count; /* places used; place 0 is kept for the case file */
    bool kept;    /* its folder is the submission's now */
};
#define PARCEL_RESERVE (INT64_C(64) << 20) /* bytes of the disk left free for everything else */
/* RETRY/DISK_FULL unless so many bytes have room. */
MUST_USE enum outcome parcel_space(const struct gateway *gateway, int64_t bytes, struct fault *fault);
MUST_USE enum outcome parcel_new(const struct gateway *gateway, struct parcel **ret, struct fault *fault);
void parcel_free(const struct gateway *gateway, struct parcel *parcel); /* what was not taken in is removed */
/* name: name_outbox, or empty for a case file whose name the gateway shall give. */
MUST_USE enum outcome parcel_begin_file(struct parcel *parcel, size_t place, struct bytes name, struct fault *fault);
MUST_USE enum outcome parcel_add(struct parcel *parcel, size_t place, struct bytes what, struct fault *fault);
/* All was received: its sums are done. */
void parcel_finish(struct parcel *parcel);
struct digest parcel_digest(const struct parcel *parcel);
/* Under an idempotency key: read as the engine will read it, so that what is wrong is told at once; then durable on
 * return. `again`: the key was used before, `said` is that submission. Several share the syncs and the transaction.
 * outcome REFUSE with `why`: nothing is kept of that one (QUEUE_FULL: `most` submissions wait already); the others
 * stand. */
struct handed {
    struct parcel *parcel;
    struct bytes key;
    struct submitted said;
    bool again;
    enum outcome outcome;
    struct fault why;
    struct file_faults all; /* of the files, `why` the first of them; none where it is no fault of theirs */
};
MUST_USE enum outcome parcel_take_in(struct gateway *gateway, struct handed *list, size_t count, int64_t most,
                                     struct arena *arena, struct fault *fault);
void parcel_remove_folder(const struct gateway *gateway, const char *name);
#endif
