/* 前台: what the transports before the spool share (HTTP, the agency's own tables). Job: a transport that stands before
 * another one. What is handed in is kept durably in a folder of its own (parcel.h), noted in the store, then placed
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
#include "adapters/spool/transport.h"

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
    const atomic_llong *changes; /* grows when that status is to be told anew */
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
    json_t *status;   /* as last told by the engine */
    int64_t alive_ms; /* monotonic: its last sign of life */
};
/* Opens store and folder `own`, finishes what the last run left, takes the census of inbox/. */
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
#endif
