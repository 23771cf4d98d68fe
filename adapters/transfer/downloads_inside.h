/* Inside of the downloads: downloads.c (what is fetched, and how), downloads_ask.c (what is not there, asked of its
 * sender), downloads_lost.c (what will not come). */
#ifndef ECOCASE_ADAPTERS_TRANSFER_DOWNLOADS_INSIDE_H
#define ECOCASE_ADAPTERS_TRANSFER_DOWNLOADS_INSIDE_H
#include "adapters/transfer/transfer.h"
#include "adapters/chunks/chunks.h"
#include "adapters/chunks/chunk_request.h"
#include "base/limits.h"

#define LOST_MAX       64u
#define UNKNOWN_OFFSET INT64_MAX

enum download_stage { IDLE, OPENING, READING_AGAIN, ASSIGNING, FETCHING, CLOSING, ASKING };
struct lost {
    char topic[TOPIC_NAME];
    struct chunked what;
    struct fault why;
};
struct downloads {
    const struct transfer *with;
    struct uploads *uploads;
    struct bus_reader *reader;
    enum download_stage stage;
    char topic[TOPIC_NAME], sender[CHUNK_REQUEST_SLUG];
    struct partial_file *partial; /* the file being fetched */
    struct chunked what;
    /* offsets where its chunks are looked for: what the record says, or where they are shipped again */
    int64_t first, last;
    int64_t at;      /* offset after the last message looked at, -1: none */
    int64_t gone_ms; /* since when what should be there is not; 0: it is */
    bool damaged;    /* the chunk that is next was there, but not as it was sealed */
    bool asked;      /* its sender */
    /* monotonic: until then a word of it, or a chunk, is waited for; and a chunk */
    int64_t patience_ms, coming_ms;
    struct fault why; /* why it was asked */
    struct {
        char topic[TOPIC_NAME];
        int64_t until_ms;
    } silent[LIMIT_PARTICIPANTS];
    struct lost lost[LOST_MAX];
    size_t lost_count; /* ever; the newest LOST_MAX are known */
    int64_t changes;
    bool unswept;
};

/* ---- downloads_lost.c */
/* NULL: it may come yet */
const struct lost *downloads_lost(const struct downloads *downloads, const char *topic, const struct chunked *what);
void downloads_lose(struct downloads *downloads, const char *topic, const struct chunked *what,
                    const struct fault *why);
void downloads_end(struct downloads *downloads); /* of the file being fetched: there, or lost */
/* OK: it is lost, and that is known */
enum outcome downloads_give_up(struct downloads *downloads, const struct fault *why);
bool downloads_silent(const struct downloads *downloads); /* its sender did not answer lately */
void downloads_note_silent(struct downloads *downloads);

/* ---- downloads_ask.c */
/* It is not there, or not whole: its sender is asked, unless it was. */
enum outcome downloads_missed(struct downloads *downloads, const struct fault *why);
/* ASKING: what is shipped from now on is read. */
MUST_USE enum outcome downloads_ask(struct downloads *downloads, struct fault *fault);
/* an answer of its sender, to anybody */
void downloads_heard(struct downloads *downloads, const struct bus_message *message);
void downloads_begin_to_wait(struct downloads *downloads); /* it was asked, or a chunk came */
/* nothing came: waited for long enough, it is given up */
void downloads_wait(struct downloads *downloads);
bool downloads_expects(const struct downloads *downloads); /* it is shipped again, nobody knows where yet */
#endif
