/* The outbox is taken into the journal, what is acknowledged is moved to sent/, what cannot be taken to failed/. */
#include "adapters/outbound/outbound.h"
#include "adapters/outbound/outbound_inside.h"
#include "adapters/journal/journal.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <strings.h>

#define WAIT_AGAIN_MS 300
#define FAIL_AGAIN_MS 5000 /* doubled each time it fails again */
#define FAIL_REST_MS  300000
#define FULL_AGAIN_MS 20   /* the queue is full and goes down */
#define FULL_DOWN_MS  1000 /* and does not */

/* Those that are met again are stuck; the others were taken away meanwhile. */
static void count_stuck(struct outbound *o, int64_t now_ms) {
    o->status->stuck = 0;
    for (size_t i = 0; i < OUTBOUND_STUCK; i++) o->status->stuck += o->stuck[i].until_ms > now_ms;
}

static struct stuck *stuck_named(struct outbound *o, struct bytes name, int64_t now_ms) {
    struct stuck *free_one = NULL;
    for (size_t i = 0; i < OUTBOUND_STUCK; i++) {
        struct stuck *one = &o->stuck[i];
        if (one->until_ms <= now_ms) free_one = one;
        else if (bytes_equal_cstr(name, one->name)) return one;
    }
    if (!free_one || name.count >= sizeof free_one->name) return NULL;
    *free_one = (struct stuck){0};
    memcpy(free_one->name, name.at, name.count);
    return free_one;
}

/* It stays in outbox/ and is tried again later; the others go on. */
static void leave_stuck(struct outbox_scan *scan, struct bytes name, const struct fault *fault) {
    struct outbound *o = scan->outbound;
    struct stuck *one = stuck_named(o, name, scan->now_ms);
    int64_t pause = one && one->pause_ms ? 2 * one->pause_ms : FAIL_AGAIN_MS;
    if (pause > FAIL_REST_MS) pause = FAIL_REST_MS;
    if (!one || !one->pause_ms) log_fault_unnamed(LOG_ERROR, "outbound.not_failed", fault);
    if (one) one->pause_ms = pause, one->until_ms = scan->now_ms + 2 * pause;
    o->transport->verbs->put_off(o->transport, name, pause);
    o->status->last_error = *fault;
    o->status->last_error_at = instant_now();
}

static void note_unstuck(struct outbox_scan *scan, struct bytes name) {
    for (size_t i = 0; i < OUTBOUND_STUCK; i++) {
        struct stuck *one = &scan->outbound->stuck[i];
        if (one->until_ms <= scan->now_ms || !bytes_equal_cstr(name, one->name)) continue;
        *one = (struct stuck){0};
        log_info("outbound.mended", "code=FILE_WRITE");
    }
}

static enum outcome move_to_failed(struct outbox_scan *scan, const struct outbox_file *papers, size_t count,
                                   const struct rejection *rejection, struct fault *fault) {
    struct outbound *o = scan->outbound;
    struct bytes why = rejection_write(rejection, scan->arena);
    enum outcome outcome = o->transport->verbs->fail(o->transport, papers, count, why, fault);
    if (outcome != OK) {
        leave_stuck(scan, papers[0].name, fault);
        return OK;
    }
    note_unstuck(scan, papers[0].name);
    o->status->failed++;
    o->status->last_error = rejection->fault;
    o->status->last_error_at = instant_now();
    log_warn("outbound.failed", "code=%s line=%u column=%u papers=%zu", rejection->fault.code, rejection->fault.line,
             rejection->fault.column, count);
    return OK;
}

static bool extend_claim(struct outbox_scan *scan, struct bytes name, int64_t until_ms) {
    for (size_t i = 0; i < OUTBOUND_CLAIMS; i++) {
        struct claim *claim = &scan->outbound->claims[i];
        if (claim->until_ms <= scan->now_ms || !bytes_equal_cstr(name, claim->name)) continue;
        claim->until_ms = until_ms;
        return true;
    }
    return false;
}
/* While it waits, what it names is not taken for something else. */
static void claim_needs(struct outbox_scan *scan, const struct candidate *c) {
    struct claim *claims = scan->outbound->claims;
    size_t at = 0;
    scan->outbound->claimed_until_ms = scan->now_ms + 4 * WAIT_AGAIN_MS;
    for (size_t i = 0; i < c->view.need_count; i++) {
        struct bytes name = c->view.needs[i].file_name;
        /* it may lie there, put off as unrecognised */
        if (!c->with[i]) scan->outbound->transport->verbs->put_off(scan->outbound->transport, name, 0);
        if (!name.count || name.count >= sizeof claims[0].name ||
            extend_claim(scan, name, scan->now_ms + 4 * WAIT_AGAIN_MS))
            continue;
        while (at < OUTBOUND_CLAIMS && claims[at].until_ms > scan->now_ms) at++;
        if (at == OUTBOUND_CLAIMS) return;
        memcpy(claims[at].name, name.at, name.count);
        claims[at].name[name.count] = 0;
        claims[at].until_ms = scan->now_ms + 4 * WAIT_AGAIN_MS;
    }
}

/* It is a case file: a message was found in it. One in which none was found may be the attachment of a case file that
 * is still to come. */
static bool recognised(const struct candidate *c) {
    return c->faults.recognised || strcmp(c->fault.code, "FILE_READ") == 0;
}

/* True: it is put off, because an attachment may arrive before its case file. It waits as long as a case file waits for
 * its attachments, and is looked at less and less often, so that many such files hold up no other. */
static bool wait_for_claim(struct outbox_scan *scan, const struct candidate *c) {
    struct outbound *o = scan->outbound;
    int64_t left = profile_attachment_wait_ms(o->profile) - c->paper->waited_ms, pause = c->paper->waited_ms;
    if (recognised(c) || left <= 0) return false;
    if (pause < WAIT_AGAIN_MS) pause = WAIT_AGAIN_MS;
    o->transport->verbs->put_off(o->transport, c->paper->name, pause < left ? pause : left + 1);
    return true;
}

static enum outcome prepare_one(struct outbox_scan *scan, struct candidate *c, struct fault *fault) {
    struct outbound *o = scan->outbound;
    struct rejection rejection = {.fault = c->fault};
    bool wait = false;
    /* another file's attachment that looks like a case file */
    if (outbox_scan_claims(scan, c->paper->name)) return OK;
    enum outcome outcome = c->outcome;
    if (outcome == REFUSE && wait_for_claim(scan, c)) return OK;
    if (outcome == REFUSE) rejection_faults(&rejection, c->faults.at, c->faults.count);
    if (outcome == OK) outcome = candidate_prepare(scan, c, &rejection, &wait, fault);
    if (outcome == OK && wait) {
        o->waiting_until_ms = scan->now_ms + 4 * WAIT_AGAIN_MS;
        claim_needs(scan, c);
        o->transport->verbs->put_off(o->transport, c->paper->name, WAIT_AGAIN_MS);
    }
    if (outcome != OK && outcome != REFUSE && rejection.fault.what == outcome) *fault = rejection.fault;
    if (outcome == REFUSE) {
        size_t count = 0;
        const struct outbox_file *papers = candidate_papers(scan, c, &count);
        outcome = move_to_failed(scan, papers, count, &rejection, fault);
    }
    rejection_clear(&rejection);
    return outcome;
}

/* Distinguish unrecognised data files from unclaimed attachments by extension. */
static bool looks_like_data(struct bytes name) {
    static const char *const data[] = {".csv",   ".tsv", ".txt", ".xml", ".json",
                                       ".jsonl", ".dat", ".dbf", ".xls", ".xlsx"};
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++) {
        size_t count = strlen(data[i]);
        if (name.count >= count && strncasecmp((const char *)name.at + name.count - count, data[i], count) == 0)
            return true;
    }
    return memchr(name.at, '.', name.count) == NULL;
}

/* Only when every case file was looked at and none waits is it certain that nobody names these. */
static enum outcome fail_unclaimed(struct outbox_scan *scan, struct fault *fault) {
    struct outbound *o = scan->outbound;
    if (scan->more || scan->now_ms < o->waiting_until_ms) return OK;
    for (size_t i = 0; i < scan->paper_count; i++) {
        const struct outbox_file *paper = &scan->papers[i];
        if (!paper->readable || paper->waited_ms <= 2 * profile_attachment_wait_ms(o->profile)) continue;
        if (profile_takes(o->profile, arena_cstr(scan->arena, paper->name)) || outbox_scan_claims(scan, paper->name))
            continue;
        struct rejection rejection = {0};
        fault_set(&rejection.fault, REFUSE, looks_like_data(paper->name) ? "UNKNOWN_FORMAT" : "UNCLAIMED", "%.*s",
                  BYTES_FMT(paper->name));
        TRY(move_to_failed(scan, paper, 1, &rejection, fault));
    }
    return OK;
}

static enum outcome prepare_all(struct outbox_scan *scan, struct fault *fault) {
    for (size_t i = 0; i < scan->candidate_count; i++) {
        if (i && arena_used(scan->arena) > ENGINE_FULL) {
            scan->more = true;
            return OK;
        }
        TRY(prepare_one(scan, &scan->candidates[i], fault));
    }
    return OK;
}

/* The journal's queue is bounded: without Kafka, what is beyond it waits in the agency's own outbox. */
static enum outcome queue_full(struct outbound *o, bool *ret_full, struct fault *fault) {
    int64_t bytes = 0;
    TRY(journal_queue(o->journal, &o->status->journaled, &bytes, fault));
    *ret_full = o->status->journaled >= ENGINE_QUEUE || bytes >= ENGINE_QUEUE_BYTES;
    return OK;
}

enum outcome outbound_prepare(struct outbound *o, struct arena *arena, size_t *ret_prepared, int64_t *ret_again_ms,
                              struct fault *fault) {
    struct outbox_scan *scan = arena_alloc(arena, sizeof *scan);
    *scan = (struct outbox_scan){.outbound = o, .arena = arena, .now_ms = monotonic_ms()};
    *ret_prepared = 0;
    count_stuck(o, scan->now_ms);
    TRY(o->transport->verbs->list_complete(o->transport, arena, &scan->papers, &scan->paper_count, ret_again_ms,
                                           fault));
    bool full = false;
    TRY(queue_full(o, &full, fault));
    if (full) *ret_again_ms = o->status->kafka_up ? FULL_AGAIN_MS : FULL_DOWN_MS;
    if (full || !scan->paper_count) return OK;
    outbox_scan_read(scan);
    TRY(journal_begin(o->journal, fault));
    enum outcome outcome = prepare_all(scan, fault);
    FAILPOINT("out.journaling");
    if (outcome == OK) outcome = journal_commit(o->journal, fault);
    if (outcome != OK) {
        journal_rollback(o->journal);
        return outcome;
    }
    FAILPOINT("out.journaled");
    for (size_t i = 0; i < scan->candidate_count; i++) {
        if (scan->candidates[i].journaled) candidate_put_away(scan, &scan->candidates[i]);
    }
    TRY(fail_unclaimed(scan, fault));
    *ret_prepared = scan->prepared;
    o->status->journaled += (int64_t)scan->prepared;
    if (scan->more) *ret_again_ms = 0;
    return OK;
}

/* The case file gets its reserved name, the attachments keep theirs. */
static enum outcome move_row(struct outbound *o, const struct journaled *row, struct arena *arena,
                             struct fault *fault) {
    size_t count = 0;
    const struct outbox_file *papers = papers_read(row->papers, arena, &count);
    for (size_t i = 0; i < count; i++) {
        FAILPOINT("out.moving");
        TRY(o->transport->verbs->move_to_sent(o->transport, &papers[i], i == 0 ? row->sent_as : papers[i].name, fault));
    }
    return OK;
}

/* The folders are synced by now, this commit is not: if a power cut loses it, the next run finds the file gone from
 * outbox/, and notes it again. */
static enum outcome note_moved(struct outbound *o, const struct journaled *rows, size_t count, struct fault *fault) {
    TRY(journal_begin_repeatable(o->journal, fault));
    enum outcome outcome = OK;
    for (size_t i = 0; i < count && outcome == OK; i++)
        outcome = journal_advance(o->journal, rows[i].row, JOURNALED_MOVED, fault);
    if (outcome == OK) outcome = journal_commit(o->journal, fault);
    if (outcome != OK) journal_rollback(o->journal);
    return outcome;
}

enum outcome outbound_move_acked(struct outbound *o, struct arena *arena, struct fault *fault) {
    for (;;) {
        struct journaled *rows = NULL;
        size_t count = 0;
        TRY(journal_in_state(o->journal, JOURNALED_ACKED, ENGINE_SEND, ENGINE_BYTES, arena, &rows, &count, fault));
        if (!count) return OK;
        for (size_t i = 0; i < count; i++) TRY(move_row(o, &rows[i], arena, fault));
        TRY(o->transport->verbs->sync_moved(o->transport, fault));
        FAILPOINT("out.moved");
        TRY(note_moved(o, rows, count, fault));
        FAILPOINT("out.noted");
        o->status->sent += (int64_t)count;
        o->status->last_success = instant_now();
        for (size_t i = 0; i < count; i++) {
            char id[UUID_TEXT + 1];
            uuid_format(&rows[i].message_id, id);
            log_info("outbound.sent", "event=%.*s message=%s", BYTES_FMT(rows[i].event), id);
        }
    }
}

enum outcome outbound_drop_to_failed(struct outbound *o, const struct journaled *row, const struct fault *why,
                                     struct arena *arena, struct fault *fault) {
    struct outbox_scan scan = {.outbound = o, .arena = arena, .now_ms = monotonic_ms()};
    struct rejection rejection = {.fault = *why, .message_id = row->message_id};
    size_t count = 0;
    const struct outbox_file *papers = papers_read(row->papers, arena, &count);
    TRY(journal_begin(o->journal, fault));
    enum outcome outcome = journal_drop(o->journal, row->row, fault);
    if (outcome == OK) outcome = journal_commit(o->journal, fault);
    if (outcome != OK) journal_rollback(o->journal);
    TRY(outcome);
    return count ? move_to_failed(&scan, papers, count, &rejection, fault) : OK;
}
