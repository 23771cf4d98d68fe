/* Inside of the uploads: uploads.c (what becomes of a paper), uploads_produce.c (Kafka), chunk_resend.c (what others
 * want again). Not for others. */
#ifndef ECOCASE_ADAPTERS_TRANSFER_UPLOADS_INSIDE_H
#define ECOCASE_ADAPTERS_TRANSFER_UPLOADS_INSIDE_H
#include "adapters/transfer/transfer.h"
#include "adapters/chunks/chunk_request.h"
#include "wire/fingerprint.h"

#define SLICE (1u << 20)
/* requests that wait for a turn; who hears nothing asks again with its next record */
#define CHUNK_REQUESTS_MAX 16u
struct pending_request {
    struct chunk_request request;
    int64_t offset /* in ecocase.wanted */, due_ms; /* looked at again then, if no slot is free before; 0: at once */
};

/* FREE ▸ HASHING ▸ CHOOSING (its digests are known) ▸ SHIPPING ▸ FREE; FAILED is reported once. */
enum upload_stage { FREE, HASHING, CHOOSING, SHIPPING, FAILED };
struct upload {
    enum upload_stage stage;
    char name[256], for_case[256]; /* for_case: the case file that waits for it */
    struct outbox_file paper;      /* its name is `name` */
    struct fingerprint *print;
    int64_t hashed;
    struct journaled_file file;
    int32_t sent, noted;
    /* another one each time the chunks begin anew: late acknowledgements are not taken for others */
    uint32_t turn;
    bool again; /* wanted again: it has to have the digest `expected` */
    struct digest expected;
    int64_t asked_at;  /* offset of who wants it; what lies behind it is heard again after a crash */
    int64_t coming_ms; /* when whoever waits hears again that it comes */
    struct fault why;
};
struct uploads {
    const struct transfer *with;
    struct bus_producer *producer;
    char topic[TOPIC_NAME];
    struct upload all[UPLOADS_MAX];
    int in_flight;
    int error; /* the producer is done for */
    int64_t heard_ms;
    struct pending_request requests[CHUNK_REQUESTS_MAX];
    size_t request_count;
    /* offsets of ecocase.wanted: behind the last record heard; behind all that is done, as journaled. -1: none */
    int64_t heard, done;
    uint8_t slice[SLICE];
};

/* ---- upload.c */
#define UPLOAD_IDENTITY 400
/* What tells this paper from every other, for the journal: "inode modified_ns size name". */
struct bytes upload_identity(const struct outbox_file *paper, char text[UPLOAD_IDENTITY]);
bool upload_done(const struct journaled_file *file); /* all its chunks are acknowledged */
/* In a slot of its own, HASHING. NULL: none is free, or no paper that could be shipped. */
struct upload *upload_begin(struct uploads *uploads, const struct outbox_file *paper);
/* As far as it goes without waiting. REFUSE: it cannot be shipped. */
MUST_USE enum outcome upload_advance(struct uploads *uploads, struct upload *upload, struct fault *fault);

/* ---- uploads_produce.c */
MUST_USE enum outcome uploads_start(struct uploads *uploads, struct fault *fault);
/* what is on its way may arrive all the same: whoever reads takes each chunk once */
void uploads_stop(struct uploads *uploads);
/* Kafka has what was acknowledged */
MUST_USE enum outcome uploads_there(struct uploads *uploads, const struct journaled_file *file, bool *ret,
                                    struct fault *fault);
/* takes sealed */
MUST_USE enum outcome uploads_produce(struct uploads *uploads, struct upload *upload, uint8_t *sealed, size_t count,
                                      struct fault *fault);
/* Callbacks run in here. RETRY: the producer failed and is gone. */
MUST_USE enum outcome uploads_poll(struct uploads *uploads, struct fault *fault);

/* ---- chunk_resend.c */
MUST_USE enum outcome chunk_resend_round(struct uploads *uploads, struct fault *fault);
/* tells all who may listen, and the operator */
void chunk_resend_gone(struct uploads *uploads, const struct digest *sha256, const char *why);
#endif
