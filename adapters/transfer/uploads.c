/* The papers that are shipped at one time, in turns: what the outbox asks for, and each round of the loop. */
#include "adapters/transfer/uploads_inside.h"
#include <stdio.h>
#include <stdlib.h>

enum outcome uploads_new(const struct transfer *transfer, struct uploads **ret, struct fault *fault) {
    struct uploads *u = calloc(1, sizeof *u);
    INVARIANT(u);
    u->with = transfer;
    bus_files_topic(bytes_of_cstr(transfer->agency), u->topic);
    enum outcome outcome = journal_offset(transfer->journal, JOURNAL_CHUNK_REQUESTS, &u->done, fault);
    u->heard = u->done;
    if (outcome == OK) *ret = u;
    else free(u);
    return outcome;
}
void uploads_free(struct uploads *u) {
    if (!u) return;
    uploads_stop(u);
    for (size_t i = 0; i < UPLOADS_MAX; i++) fingerprint_free(u->all[i].print);
    free(u);
}

static bool same_paper(const struct outbox_file *a, const struct outbox_file *b) {
    return a->inode == b->inode && a->modified_ns == b->modified_ns && a->size == b->size &&
           bytes_equal(a->name, b->name);
}

/* No slot: later. Digests that are known from before a crash are not made again. */
static void take_on(struct uploads *u, const struct outbox_file *paper, const struct journaled_file *known) {
    struct upload *up = upload_begin(u, paper);
    if (!up || !known) return;
    up->stage = CHOOSING;
    up->file = *known;
}

static struct upload *upload_of(struct uploads *u, const struct outbox_file *paper) {
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        if (u->all[i].stage != FREE && !u->all[i].again && same_paper(&u->all[i].paper, paper)) return &u->all[i];
    }
    return NULL;
}

void uploads_waits(struct uploads *u, const struct outbox_file *paper, struct bytes case_file) {
    struct upload *up = upload_of(u, paper);
    if (up && case_file.count < sizeof up->for_case)
        snprintf(up->for_case, sizeof up->for_case, "%.*s", BYTES_FMT(case_file));
}

enum outcome uploads_want(struct uploads *u, const struct outbox_file *paper, struct chunked *ret, bool *ret_ready,
                          struct fault *fault) {
    char text[UPLOAD_IDENTITY];
    struct journaled_file file = {0};
    struct digest sha256;
    bool known = false;
    *ret_ready = false;
    struct upload *up = upload_of(u, paper);
    if (up && up->stage != FAILED) return OK;
    if (up) {
        up->stage = FREE;
        *fault = up->why;
        return REFUSE;
    }
    TRY(journal_paper(u->with->journal, upload_identity(paper, text), &known, &sha256, fault));
    if (known) TRY(journal_file(u->with->journal, &sha256, &known, &file, fault));
    *ret_ready = known && upload_done(&file) && instant_now() - file.at < UPLOAD_REUSE_MS;
    if (*ret_ready) *ret = file.what;
    else take_on(u, paper, known ? &file : NULL);
    return OK;
}

/* Who wanted it again is answered; whose case file it was for, asks. */
static void fail(struct uploads *u, struct upload *up, enum outcome outcome, const struct fault *fault) {
    bool changed = outcome == RETRY; /* another paper by now */
    if (up->again) chunk_resend_gone(u, &up->expected, fault->text);
    up->why = *fault;
    up->stage = changed || up->again ? FREE : FAILED;
}

enum outcome uploads_round(struct uploads *u, bool *ret_more, struct fault *fault) {
    TRY(uploads_poll(u, fault));
    TRY(chunk_resend_round(u, fault));
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        struct upload *up = &u->all[i];
        enum outcome outcome = upload_advance(u, up, fault);
        if (outcome == REFUSE || (outcome == RETRY && strcmp(fault->code, "FILE_CHANGED") == 0))
            fail(u, up, outcome, fault);
        else TRY(outcome);
        *ret_more = *ret_more || up->stage == HASHING ||
                    (up->stage == SHIPPING && up->sent < up->file.what.count && u->in_flight < UPLOAD_IN_FLIGHT);
    }
    return OK;
}
