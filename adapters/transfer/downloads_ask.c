/* Chunks that are not there, or not whole, are asked of their sender; its answers. */
#include "adapters/transfer/downloads_inside.h"
#include "adapters/transfer/transfer.h"
#include "base/log.h"
#include <stdio.h>

#define ASK_MS 2000

static enum outcome give_up(struct downloads *d, const struct fault *why, const char *because) {
    struct fault reported = *why;
    snprintf(reported.field, sizeof reported.field, "%s", because);
    return downloads_give_up(d, &reported);
}

bool downloads_expects(const struct downloads *d) { return d->asked && d->last == UNKNOWN_OFFSET; }

void downloads_begin_to_wait(struct downloads *d) {
    d->patience_ms = monotonic_ms() + DOWNLOAD_ANSWER_MS;
    d->coming_ms = monotonic_ms() + DOWNLOAD_COMING_MS;
}

enum outcome downloads_missed(struct downloads *d, const struct fault *why) {
    if (d->asked) return give_up(d, &d->why, "again");
    if (downloads_silent(d)) return give_up(d, why, "unanswered");
    d->why = *why;
    d->stage = ASKING;
    downloads_begin_to_wait(d);
    return OK;
}

enum outcome downloads_ask(struct downloads *d, struct fault *fault) {
    int64_t low = 0, high = 0;
    struct chunk_request request = {.sha256 = d->what.sha256,
                                    .first = d->what.first_offset,
                                    .last = d->what.last_offset,
                                    .count = d->what.count,
                                    .chunk_size = d->what.chunk_size};
    bool no_topic = false;
    enum outcome outcome =
        bus_range(bus_reader_client(d->reader), d->topic, d->what.partition, ASK_MS, &low, &high, &no_topic, fault);
    if (no_topic && monotonic_ms() >= d->patience_ms) return give_up(d, &d->why, "unanswered");
    TRY(outcome);
    snprintf(request.sender, sizeof request.sender, "%s", d->sender);
    snprintf(request.by, sizeof request.by, "%s", d->with->agency);
    request.proof = chunk_request_proof(&d->what, request.by);
    TRY(uploads_say(d->uploads, TOPIC_WANTED, &request.sha256, chunk_request_headers(&request), fault));
    log_warn("download.asked", "sender=%s code=%s chunk=%d of=%d", d->sender, d->why.code,
             partial_file_next(d->partial), d->what.count);
    d->asked = true;
    d->damaged = false;
    downloads_begin_to_wait(d);
    d->first = d->at = high; /* from here on its chunks, from whichever on, are in order */
    d->last = UNKNOWN_OFFSET;
    d->stage = ASSIGNING;
    return OK;
}

void downloads_heard(struct downloads *d, const struct bus_message *message) {
    struct chunk_answer answer = chunk_answer_read(message);
    bool for_us = !answer.to[0] || strcmp(answer.to, d->with->agency) == 0;
    if (!downloads_expects(d) || answer.kind == ANSWER_NONE || !for_us) return;
    d->patience_ms = monotonic_ms() + DOWNLOAD_ANSWER_MS;
    if (answer.kind == ANSWER_GONE) {
        enum outcome outcome = give_up(d, &d->why, "gone");
        (void)outcome;
    } else if (answer.kind == ANSWER_THERE) {
        d->first = answer.first;
        d->last = answer.last;
        d->at = -1;
        d->stage = ASSIGNING;
    }
}

/* While Kafka is away nobody can speak. */
void downloads_wait(struct downloads *d) {
    int64_t now = monotonic_ms();
    if (!downloads_expects(d)) return;
    if (!d->with->status->kafka_up) downloads_begin_to_wait(d);
    if (now < d->patience_ms && now < d->coming_ms) return;
    bool silent = now >= d->patience_ms;
    if (silent) downloads_note_silent(d);
    enum outcome outcome = give_up(d, &d->why, silent ? "unanswered" : "again");
    (void)outcome;
}
