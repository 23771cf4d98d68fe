/* 适配器: what the parts of a running adapter share: how much they take at a time, how it stands with them, and what
 * wakes their loop. Outbound, inbound and transfer work in turn on one thread (run/run.h); librdkafka keeps threads of
 * its own. */
#ifndef ECOCASE_ADAPTERS_ENGINE_ENGINE_H
#define ECOCASE_ADAPTERS_ENGINE_ENGINE_H
#include "adapters/chunks/chunks.h"
#include "adapters/conversion/conversion.h"
#include "adapters/journal/journal.h"
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

struct engine_status {
    int64_t sent, failed, delivered, alarms; /* since the start; alarms: ever */
    int64_t journaled;                       /* submissions that Kafka has not taken */
    int64_t lag;                             /* inbox records not yet delivered, as far as known */
    instant last_success, last_error_at;
    struct fault last_error; /* code "" : none */
    /* code "": all parts work. mended_at: since when they do again, after the last trouble; 0: there was none */
    char trouble[sizeof((struct fault *)0)->code];
    instant trouble_since, mended_at;
    int64_t stuck; /* papers that may not be moved to failed/ */
    bool kafka_up;
    /* all inbox partitions are read to their end: what is not known now has not come */
    bool inbox_current;
};

/* ---- 状态: .status.json of the spool, what an operator or a probe reads: is Kafka there, what was sent and delivered,
 * what waits, what went wrong last. Written when something changed, at most once a second, and every STATUS_ALIVE_MS as
 * a sign of life. */
#define STATUS_ALIVE_MS 30000
struct status {
    struct engine_status written;
    struct outbox_counts counts;
    int64_t at_ms;
    instant kafka_since;
};
void status_write(struct status *status, const char *agency, const struct engine_status *now,
                  struct transport *transport, bool running);

/* ---- 唤醒: what ends the loop's sleep before its time: a signal, or something that came into a queue of Kafka's. One
 * descriptor for the process. Threads: wake_now is async-signal-safe and may be called from any; the rest is the
 * engine's. */
void wake_open(void);
void wake_close(void);
void wake_now(void);
int wake_descriptor(void); /* readable when woken; -1: not open */
void wake_drain(void);
#endif
