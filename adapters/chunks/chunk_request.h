/* 补发: what a recipient's adapter asks of a sender's when chunks have expired, are missing or damaged, and what that
 * one answers. Records only. Request: ecocase.wanted, written and read by all; answer: the sender's own files topic,
 * among the chunks. Either: key = SHA-256 of the content in hex, no value, headers as named here, numbers in decimal.
 * Whoever asks proves by the chunks' key that the broker gave it the record; so nobody else can make a sender ship.
 * Pure. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_CHUNK_REQUEST_H
#define ECOCASE_ADAPTERS_CHUNKS_CHUNK_REQUEST_H
#include "adapters/chunks/chunk.h"
#include "bus/bus.h"

#define WANTED_SLUG 64
struct wanted {
    struct digest sha256, proof;
    char sender[WANTED_SLUG], by[WANTED_SLUG];
    int64_t first, last; /* where they were looked for: not there, or not whole */
    int32_t count, chunk_size;
};
enum answer_kind { ANSWER_NONE, ANSWER_COMING, ANSWER_THERE, ANSWER_GONE };
struct wanted_answer {
    enum answer_kind kind;
    int64_t first, last;  /* of ANSWER_THERE */
    char to[WANTED_SLUG]; /* empty: whoever listens */
};

struct digest wanted_proof(const struct chunked *what, const char *by);
/* Headers for rd_kafka_producev, which takes them. */
rd_kafka_headers_t *wanted_headers(const struct wanted *wanted);
rd_kafka_headers_t *wanted_answer_headers(const struct wanted_answer *answer);
/* False: not one that could be answered. */
bool wanted_read(const rd_kafka_message_t *message, struct wanted *ret);
struct wanted_answer wanted_answer_read(const rd_kafka_message_t *message); /* ANSWER_NONE: a chunk */
#endif
