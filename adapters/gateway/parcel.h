/* 包裹: a submission being handed in. Its files lie in the gateway's folder as <name>/0 (the case file), 1, 2 …;
 * nothing of it is in memory but names and digests. Once taken in, the folder bears the submission's id and waits for
 * the feeder. Threads: one owner each. Failures: RETRY/FILE_WRITE; REFUSE as the engine would refuse the file, with
 * line and column. */
#ifndef ECOCASE_ADAPTERS_GATEWAY_PARCEL_H
#define ECOCASE_ADAPTERS_GATEWAY_PARCEL_H
#include "adapters/spool/name.h"
#include "adapters/gateway/gateway.h"
#include "base/limits.h"
#include <openssl/evp.h>

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
};
MUST_USE enum outcome parcel_take_in(struct gateway *gateway, struct handed *list, size_t count, int64_t most,
                                     struct arena *arena, struct fault *fault);
void parcel_remove_folder(const struct gateway *gateway, const char *name);
#endif
