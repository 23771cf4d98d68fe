/* 外发: files of the agency -> journaled submissions -> (sender_* produces them) -> sent/. Three things: outbound_*,
 * which speaks no Kafka (outbound.c, outbox_scan.c, candidate.c); sender_*, the producer (sender.c); identity_* and
 * number_*, ids and numbers (identity.c, citation.c, number.c). outbound_prepare: reads, converts and addresses
 * complete papers and journals them in one transaction; bad ones go to failed/ with their reason, incomplete ones wait.
 * outbound_move_acked: moves what is acknowledged. Both may be repeated after any crash. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_OUTBOUND_H
#define ECOCASE_ADAPTERS_OUTBOUND_OUTBOUND_H
#include "adapters/transfer/transfer.h"

/* attachments of waiting case files; of further ones, one that looks like a case file may be taken for one */
#define OUTBOUND_CLAIMS 512u
/* how long an answer waits for the document it cites to come in */
#define OUTBOUND_CITATION_WAIT_MS 30000

/* A file name that a waiting case file names as its attachment: no other may take it. */
struct claim {
    char name[256];
    int64_t until_ms;
};
/* A paper that should go to failed/ and may not be moved: told once, tried less and less often. */
struct stuck {
    char name[256];
    int64_t pause_ms, until_ms; /* until_ms: monotonic; not met again by then, it is gone */
};
#define OUTBOUND_STUCK 32
struct outbound {
    /* what it works with */
    const char *agency;
    const struct catalogue *catalogue;
    const struct directory *directory;
    const struct profile *profile;
    const struct seal *seal; /* the agency's key: who reported a clue leaves it only sealed */
    struct journal *journal;
    struct transport *transport;
    struct uploads *uploads; /* NULL: no Kafka, attachments travel inside the record only */
    struct engine_status *status;
    bool manual_clock;
    /* what it keeps from one look at the outbox to the next; begins as zero */
    int64_t
        waiting_until_ms; /* monotonic: until then a case file may still name it, so no file is failed as unclaimed */
    struct claim claims[OUTBOUND_CLAIMS];
    struct stuck stuck[OUTBOUND_STUCK];
    int64_t claimed_until_ms; /* no claim lasts longer: past it claims[] need not be searched */
};

/* *ret_prepared: how many were journaled; *ret_again_ms: when to look again at the latest. The arena holds up to
 * ENGINE_ARENA. */
MUST_USE enum outcome outbound_prepare(struct outbound *outbound, struct arena *arena, size_t *ret_prepared,
                                       int64_t *ret_again_ms, struct fault *fault);
MUST_USE enum outcome outbound_move_acked(struct outbound *outbound, struct arena *arena, struct fault *fault);
/* Kafka will never take this one: out of the journal and into failed/. */
MUST_USE enum outcome outbound_drop_to_failed(struct outbound *outbound, const struct journaled *row,
                                              const struct fault *why, struct arena *arena, struct fault *fault);

/* ---- 出口: the agency's outbox topic. Produces what the journal holds as prepared, those very bytes, and notes the
 * acknowledgements; and the delivery reports. One producer; its callbacks run inside sender_poll on the engine's
 * thread. */
/* unacknowledged that long: Kafka counts as unreachable (the message stays on its way) */
#define SENDER_WAIT_MS 10000
struct sender;
MUST_USE enum outcome sender_new(struct outbound *outbound, const struct bus_settings *bus, struct sender **ret,
                                 struct fault *fault);
void sender_free(struct sender *sender);
/* Produces prepared rows when nothing is on its way. The arena is used during the call only. */
MUST_USE enum outcome sender_send(struct sender *sender, struct arena *arena, struct fault *fault);
/* Serves acknowledgements; once all that was sent has its answer they are journaled. RETRY: a new producer is needed
 * and made. */
MUST_USE enum outcome sender_poll(struct sender *sender, struct arena *arena, struct fault *fault);
bool sender_idle(const struct sender *sender);

/* 送达报告: "delivered up to" for a lane; said again whenever it grew, SENDER_REPORT_MS after the first growth. */
#define SENDER_REPORT_MS 200
void sender_report_later(struct sender *sender, const struct lane_position *place);
/* Ms until a report is due, -1: none. */
int64_t sender_report_due_ms(const struct sender *sender);
MUST_USE enum outcome sender_reports(struct sender *sender, bool now, struct fault *fault);
void sender_flush(struct sender *sender, int timeout_ms); /* at the end: reports still on their way */

/* ---- 标识: the ids of a submission. The message id comes from agency and content, so the same submission has the same
 * id on every machine and after every loss; it begins with the paper's own time, so that ids of a time lie together in
 * the ledger's index; case and referral come from the citation or, where a case is opened, from the agency's own
 * number. */
struct digest identity_digest(const char *slug, struct bytes native, const struct attachment *attachments, size_t count,
                              struct arena *arena);
/* ret->message_id is set from the business time and `digest`. Cited numbers are looked up in the journal (NULL: nothing
 * is known). On REFUSE the rejection's fault and candidates are filled. */
MUST_USE enum outcome identity_address(struct journal *journal, const struct directory *directory, const char *slug,
                                       const struct draft_view *view, const struct digest *digest, struct arena *arena,
                                       struct address *ret, struct rejection *rejection);

/* ---- 文号: the numbers printed on papers. Job: one form for the many ways of writing the same number, so that a
 * citation finds its document: brackets of any kind around a four-digit year become 〔〕, full-width digits become
 * ASCII, spaces go. Everything else stays: two numbers that differ in anything else are two numbers. Pure. */
#define NUMBER_MAX 512u /* bytes; longer texts are cut before they are compared */
struct bytes number_normal(struct bytes printed, struct arena *arena);
#endif
