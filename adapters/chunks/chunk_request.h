/* 补发: what a recipient's adapter asks of a sender's when chunks have expired, are missing or damaged, and what that
 * one answers. Records only. Request: ecocase.wanted, written and read by all; answer: the sender's own files topic,
 * among the chunks. Either: key = SHA-256 of the content in hex, no value, headers as named here, numbers in decimal.
 * Whoever asks proves by the chunks' key that the broker gave it the record; so nobody else can make a sender ship.
 * Pure. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_CHUNK_REQUEST_H
#define ECOCASE_ADAPTERS_CHUNKS_CHUNK_REQUEST_H
#include "adapters/chunks/chunks.h"
#include "bus/bus.h"

#define CHUNK_REQUEST_SLUG 64
struct chunk_request {
    struct digest sha256, proof;
    char sender[CHUNK_REQUEST_SLUG], by[CHUNK_REQUEST_SLUG];
    int64_t first, last; /* where they were looked for: not there, or not whole */
    int32_t count, chunk_size;
};
enum answer_kind { ANSWER_NONE, ANSWER_COMING, ANSWER_THERE, ANSWER_GONE };
struct chunk_answer {
    enum answer_kind kind;
    int64_t first, last;         /* of ANSWER_THERE */
    char to[CHUNK_REQUEST_SLUG]; /* empty: whoever listens */
};

struct digest chunk_request_proof(const struct chunked *what, const char *by);
/* Headers for uploads_say. */
struct bus_headers *chunk_request_headers(const struct chunk_request *request);
struct bus_headers *chunk_answer_headers(const struct chunk_answer *answer);
/* False: not one that could be answered. */
bool chunk_request_read(const struct bus_message *message, struct chunk_request *ret);
struct chunk_answer chunk_answer_read(const struct bus_message *message); /* ANSWER_NONE: a chunk */
#endif
