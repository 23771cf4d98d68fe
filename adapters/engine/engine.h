/* 适配器: what the parts of a running adapter share, between an agency's transport and Kafka. Outbound, inbound and
 * transfer work on it in turn on one thread (run/run.h); librdkafka keeps threads of its own. */
#ifndef ECOCASE_ADAPTERS_ENGINE_ENGINE_H
#define ECOCASE_ADAPTERS_ENGINE_ENGINE_H
#include "adapters/conversion/conversion.h"
#include "adapters/journal/journal.h"
#include "adapters/chunks/chunks.h"
#include "adapters/spool/transport.h"
#include "bus/bus.h"

#define ENGINE_JOURNAL ".journal.sqlite" /* in the spool */
#define ENGINE_BATCH   256u              /* inbox records delivered together: they share fsyncs and transactions */
/* case files prepared together: they share a sync and a transaction; each takes some 30 KiB meanwhile */
#define ENGINE_TAKE 128u
/* submissions on their way to Kafka, then moved, together: they share its round trip and the syncs of the folders */
#define ENGINE_SEND  512u
#define ENGINE_BYTES (8u << 20) /* bytes of either */
/* submissions in the journal that Kafka has not taken; more papers wait in the outbox */
#define ENGINE_QUEUE       1024
#define ENGINE_QUEUE_BYTES (64 << 20) /* or so many bytes of them */
/* a batch of native files, parsed: at most ENGINE_FULL and one more file */
#define ENGINE_ARENA (512u << 20)
/* with that much in the arena no further file of a batch is read: some ten of 100 KB */
#define ENGINE_READ (12u << 20)
/* and with that much, attachments included, what was read waits for the next one */
#define ENGINE_FULL (128u << 20)
/* attachments of waiting case files; beyond, one that looks like a case file may be taken for one */
#define ENGINE_CLAIMS 512u
/* an answer may be quicker than the document it cites: so long it waits for it */
#define ENGINE_CITATION_WAIT_MS 30000

struct engine_status {
    int64_t sent, failed, delivered, alarms; /* since the start; alarms: ever */
    int64_t journaled;                       /* submissions that Kafka has not taken */
    int64_t lag;                             /* inbox records not yet delivered, as far as known */
    instant last_success, last_error_at;
    struct fault last_error; /* code "" : none */
    bool kafka_up;
};
/* A file name that a waiting case file names as its attachment: nobody else's meanwhile. */
struct claim {
    char name[256];
    int64_t until_ms;
};
struct engine {
    const struct catalogue *catalogue;
    const struct directory *directory;
    const struct profile *profile;
    const struct participant *self;
    struct journal *journal;
    struct transport *transport;
    struct uploads *uploads; /* NULL: no Kafka, attachments travel inside the record only */
    struct downloads *downloads;
    struct seal seal; /* under which who reported a clue is sealed */
    bool manual_clock;
    /* monotonic: case files wait for attachments until then, so nothing is unclaimed */
    int64_t waiting_until_ms;
    struct claim claims[ENGINE_CLAIMS];
    bool scan_now;            /* a case file need not wait any longer */
    int64_t claimed_until_ms; /* the latest of them: mostly there are none to look through */
    /* all inbox partitions are read to their end: what is not known now has not come */
    bool inbox_current;
    struct engine_status status;
};
#endif
