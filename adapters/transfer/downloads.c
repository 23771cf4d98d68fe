/* One paper of another agency's files topic is fetched at a time, chunk by chunk. */
#include "adapters/transfer/downloads_inside.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MESSAGES_A_ROUND 8
#define ASK_MS           2000

struct downloads *downloads_new(const struct transfer *transfer, struct uploads *uploads) {
    struct downloads *d = calloc(1, sizeof *d);
    INVARIANT(d);
    d->with = transfer;
    d->uploads = uploads;
    d->partial = partial_file_new();
    d->unswept = true; /* a partial file of the last run that nobody wants any more */
    return d;
}

static enum outcome start(struct downloads *d, struct fault *fault) {
    static const struct bus_reading reading = {
        .group = "ecocase-files", .queue_kib = 16384, .queue_messages = 100000, .wait_ms = 500, .backoff_ms = 200};
    if (d->reader) return OK;
    TRY(bus_reader_open(d->with->bus, &reading, &d->reader, fault));
    bus_reader_wake(d->reader, wake_descriptor());
    return OK;
}

/* The reader goes with each file (when none of its messages is held any more): what it still has of one shall not wait
 * in memory for the next. */
static void stop(struct downloads *d) {
    bus_reader_close(d->reader);
    d->reader = NULL;
}

void downloads_free(struct downloads *d) {
    if (!d) return;
    stop(d);
    partial_file_free(d->partial);
    free(d);
}

static int store(const struct downloads *d) {
    return d->with->transport->verbs->attachments_folder(d->with->transport);
}
void downloads_name(const struct chunked *what, char ret_name[80]) { digest_hex(&what->sha256, ret_name); }
int64_t downloads_changes(const struct downloads *d) { return d->changes; }

enum fetched downloads_state(struct downloads *d, struct bytes sender, const struct chunked *what,
                             struct fault *ret_why) {
    char name[80], topic[TOPIC_NAME];
    bus_files_topic(sender, topic);
    const struct lost *lost = downloads_lost(d, topic, what);
    if (!lost && chunked_check(what, ret_why) != OK) {
        downloads_lose(d, topic, what, ret_why);
        return FETCH_LOST;
    }
    if (lost) *ret_why = lost->why;
    if (lost) return FETCH_LOST;
    downloads_name(what, name);
    if (faccessat(store(d), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return FETCH_READY;
    if (d->stage != IDLE) return FETCH_WAITING;
    d->what = *what;
    d->first = what->first_offset;
    d->last = what->last_offset;
    d->at = -1;
    d->stage = OPENING;
    d->gone_ms = 0;
    d->damaged = d->asked = false;
    d->unswept = true;
    memcpy(d->topic, topic, sizeof d->topic);
    snprintf(d->sender, sizeof d->sender, "%.*s", BYTES_FMT(sender));
    return FETCH_WAITING;
}

void downloads_release(struct downloads *d, const struct chunked *what) {
    char name[80];
    downloads_name(what, name);
    unlinkat(store(d), name, 0);
}

void downloads_sweep(struct downloads *d) {
    if (!d->unswept || d->stage != IDLE) return;
    int copy = openat(store(d), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    if (!folder && copy >= 0) close(copy);
    if (!folder) return;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) unlinkat(store(d), entry->d_name, 0);
    }
    closedir(folder);
    d->unswept = false;
    d->lost_count = 0;
}

/* The k-th chunk never lies before first + k: in order, each at least once. */
static int64_t position(const struct downloads *d) {
    return d->at >= 0 ? d->at : d->first + partial_file_next(d->partial);
}

static enum outcome assign(struct downloads *d, struct fault *fault) {
    TRY(start(d, fault));
    const struct bus_position from = {d->topic, d->what.partition, position(d)};
    enum outcome outcome = bus_assign(d->reader, &from, 1, fault);
    if (outcome == OK) d->stage = FETCHING;
    return outcome;
}

/* Not there, though it was acknowledged: after a while it is taken for lost. */
static enum outcome gone(struct downloads *d, const char *code, const char *what, struct fault *fault) {
    struct fault why;
    int64_t now = monotonic_ms();
    if (!d->gone_ms) d->gone_ms = now;
    fault_set(&why, REFUSE, code, "%s[%d]: %s", d->topic, d->what.partition, what);
    if (now - d->gone_ms >= DOWNLOAD_GONE_MS) return downloads_missed(d, &why);
    d->stage = ASSIGNING;
    return fault_set(fault, RETRY, code, "%s", why.text);
}

/* Where the reader may not start: before the beginning of what is kept, or behind the end. */
static enum outcome out_of_range(struct downloads *d, struct fault *fault) {
    struct fault why;
    int64_t low = 0, high = 0, start = position(d);
    d->stage = ASSIGNING;
    TRY(bus_range(bus_reader_client(d->reader), d->topic, d->what.partition, ASK_MS, &low, &high, NULL, fault));
    if (low <= start) return gone(d, "CHUNK_MISSING", "it ends before the last chunk", fault);
    fault_set(&why, REFUSE, "CHUNKS_EXPIRED", "%s[%d] begins at %lld, the chunks at %lld", d->topic, d->what.partition,
              (long long)low, (long long)start);
    return downloads_missed(d, &why);
}

static enum outcome missing(struct downloads *d) {
    struct fault why;
    fault_set(&why, REFUSE, d->damaged ? "CHUNK_CORRUPT" : "CHUNK_MISSING",
              "%s[%d]: chunk %d of %d, offsets %lld to %lld", d->topic, d->what.partition,
              partial_file_next(d->partial), d->what.count, (long long)d->first, (long long)d->last);
    return downloads_missed(d, &why);
}

static enum outcome hear(struct downloads *d, const struct bus_message *message, struct fault *fault) {
    switch (bus_message_event(message)) {
    case BUS_END:
        if (downloads_expects(d)) return OK;
        return bus_message_offset(message) > d->last ? missing(d)
                                                     : gone(d, "CHUNK_MISSING", "it ends before the last chunk", fault);
    case BUS_OFFSET_GONE: return out_of_range(d, fault);
    case BUS_NO_TOPIC: return gone(d, "CHUNKS_EXPIRED", "there is no such topic or partition", fault);
    case BUS_DENIED: return gone(d, "KAFKA_UNREACHABLE", bus_error_text(bus_message_error(message)), fault);
    case BUS_RECORD:
    case BUS_DOWN:
    case BUS_UNREADABLE:
    case BUS_TROUBLE:
    default: return OK; /* Kafka is away: the reader goes on by itself */
    }
}

/* Takes the chunk that is next; others' chunks and repeats of what is had lie between. */
static enum outcome take(struct downloads *d, const struct bus_message *message, struct fault *fault) {
    char key[80];
    bool taken = false;
    struct bytes sealed = bus_message_value(message);
    downloads_name(&d->what, key);
    bool ours = bytes_equal_cstr(bus_message_key(message), key);
    if (ours && !sealed.count) {
        downloads_heard(d, message);
    } else if (ours) {
        char index[16];
        snprintf(index, sizeof index, "%d", partial_file_next(d->partial));
        bool next = bytes_equal_cstr(bus_header(message, CHUNK_HEADER_INDEX), index);
        if (next) TRY(partial_file_take(d->partial, sealed, &taken, fault));
        d->damaged = !taken && (next || d->damaged);
        if (taken) FAILPOINT("fetch.taken");
        if (taken) downloads_begin_to_wait(d);
    }
    d->gone_ms = 0;
    if (d->stage != FETCHING) return OK; /* the answer said where they are, or that they are not */
    d->at = bus_message_offset(message) + 1;
    if (partial_file_whole(d->partial)) d->stage = CLOSING;
    else if (bus_message_offset(message) >= d->last) return missing(d);
    return OK;
}

static enum outcome fetch(struct downloads *d, bool *ret_more, struct fault *fault) {
    enum outcome outcome = OK;
    for (int i = 0; i < MESSAGES_A_ROUND && d->stage == FETCHING && outcome == OK; i++) {
        struct bus_message *message = bus_read(d->reader, 0);
        if (bus_drained(d->reader, message)) return assign(d, fault);
        if (!message) {
            downloads_wait(d);
            return OK;
        }
        outcome = bus_message_event(message) == BUS_RECORD ? take(d, message, fault) : hear(d, message, fault);
        bus_message_free(message);
    }
    if (outcome != OK &&
        d->stage == FETCHING) { /* what could not be written is read again, once there is room for all */
        d->at = -1;
        d->stage = OPENING;
    }
    *ret_more = true;
    return outcome;
}

static enum outcome finish(struct downloads *d, struct fault *fault) {
    enum outcome outcome = partial_file_finish(d->partial, fault);
    if (outcome == REFUSE &&
        partial_file_resumed(
            d->partial)) { /* what was there before may have been torn, or another's: once more from the start */
        partial_file_forget(d->partial);
        d->at = -1;
        d->stage = OPENING;
        return OK;
    }
    if (outcome == REFUSE) return downloads_give_up(d, fault);
    TRY(outcome);
    log_info("download.done", "chunks=%d bytes=%lld", d->what.count, (long long)d->what.size);
    downloads_end(d);
    return OK;
}

static enum outcome go_on(struct downloads *d, bool *ret_more, struct fault *fault) {
    bool whole = false;
    if (d->stage == OPENING) {
        TRY(partial_file_open(d->partial, store(d), &d->what, DOWNLOAD_RESERVE, fault));
        d->stage = READING_AGAIN;
        if (partial_file_resumed(d->partial))
            log_info("download.resumed", "have=%d of=%d", partial_file_next(d->partial), d->what.count);
    }
    if (d->stage == READING_AGAIN) {
        TRY(partial_file_read_again(d->partial, &whole, fault));
        *ret_more = true;
        if (whole) d->stage = partial_file_whole(d->partial) ? CLOSING : ASSIGNING;
    }
    if (d->stage == ASKING) TRY(downloads_ask(d, fault));
    if (d->stage == ASSIGNING) TRY(assign(d, fault));
    if (d->stage == FETCHING) TRY(fetch(d, ret_more, fault));
    return d->stage == CLOSING ? finish(d, fault) : OK;
}

enum outcome downloads_round(struct downloads *d, bool *ret_more, struct fault *fault) {
    enum outcome outcome = go_on(d, ret_more, fault);
    if (d->stage == IDLE) stop(d);
    return outcome;
}
