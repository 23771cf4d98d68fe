/* Requests for chunks and their answers, as headers of a record and back. */
#include "adapters/chunks/chunk_request.h"

#define H_SENDER "ecocase_sender"
#define H_BY     "ecocase_by"
#define H_PROOF  "ecocase_proof"
#define H_FIRST  "ecocase_first"
#define H_LAST   "ecocase_last"
#define H_SIZE   "ecocase_chunk_size"
#define H_ANSWER "ecocase_answer"
#define H_TO     "ecocase_to"
static const char *const kinds[] = {
    [ANSWER_NONE] = "", [ANSWER_COMING] = "coming", [ANSWER_THERE] = "there", [ANSWER_GONE] = "gone"};

struct digest chunk_request_proof(const struct chunked *what, const char *by) {
    const struct bytes parts[] = {bytes_of(what->key, CHUNK_KEY), BYTES_LITERAL(TOPIC_WANTED),
                                  bytes_of(what->sha256.b, DIGEST_SIZE), bytes_of_cstr(by)};
    return digest_of_list(parts, sizeof parts / sizeof parts[0]);
}

struct bus_headers *chunk_request_headers(const struct chunk_request *w) {
    char proof[DIGEST_SIZE * 2 + 1];
    struct bus_headers *headers = bus_headers_new(7);
    digest_hex(&w->proof, proof);
    bus_headers_add_text(headers, H_SENDER, w->sender);
    bus_headers_add_text(headers, H_BY, w->by);
    bus_headers_add_text(headers, H_PROOF, proof);
    bus_headers_add_number(headers, H_FIRST, w->first);
    bus_headers_add_number(headers, H_LAST, w->last);
    bus_headers_add_number(headers, CHUNK_HEADER_COUNT, w->count);
    bus_headers_add_number(headers, H_SIZE, w->chunk_size);
    return headers;
}

struct bus_headers *chunk_answer_headers(const struct chunk_answer *answer) {
    struct bus_headers *headers = bus_headers_new(4);
    bus_headers_add_text(headers, H_ANSWER, kinds[answer->kind]);
    if (answer->to[0]) bus_headers_add_text(headers, H_TO, answer->to);
    if (answer->kind == ANSWER_THERE) bus_headers_add_number(headers, H_FIRST, answer->first);
    if (answer->kind == ANSWER_THERE) bus_headers_add_number(headers, H_LAST, answer->last);
    return headers;
}

static bool slug_of(const struct bus_message *message, const char *name, char ret[CHUNK_REQUEST_SLUG]) {
    struct bytes text = bus_header(message, name);
    if (!text.count || text.count >= CHUNK_REQUEST_SLUG || memchr(text.at, 0, text.count)) return false;
    memcpy(ret, text.at, text.count);
    ret[text.count] = 0;
    return true;
}

static bool number_of(const struct bus_message *message, const char *name, int64_t most, int64_t *ret) {
    return bus_header_number(message, name, ret) && *ret <= most;
}

bool chunk_request_read(const struct bus_message *message, struct chunk_request *ret) {
    int64_t count = 0, size = 0;
    *ret = (struct chunk_request){0};
    bool named = digest_parse(bus_message_key(message), &ret->sha256) &&
                 digest_parse(bus_header(message, H_PROOF), &ret->proof) && slug_of(message, H_SENDER, ret->sender) &&
                 slug_of(message, H_BY, ret->by);
    bool numbered =
        number_of(message, H_FIRST, INT64_MAX, &ret->first) && number_of(message, H_LAST, INT64_MAX, &ret->last) &&
        number_of(message, CHUNK_HEADER_COUNT, INT32_MAX, &count) && number_of(message, H_SIZE, INT32_MAX, &size);
    ret->count = (int32_t)count;
    ret->chunk_size = (int32_t)size;
    return named && numbered;
}

struct chunk_answer chunk_answer_read(const struct bus_message *message) {
    struct chunk_answer answer = {0};
    struct bytes kind = bus_header(message, H_ANSWER);
    for (enum answer_kind i = ANSWER_COMING; i <= ANSWER_GONE; i++) {
        if (bytes_equal_cstr(kind, kinds[i])) answer.kind = i;
    }
    bool placed = number_of(message, H_FIRST, INT64_MAX, &answer.first) &&
                  number_of(message, H_LAST, INT64_MAX, &answer.last) && answer.first <= answer.last;
    if (answer.kind == ANSWER_THERE && !placed) answer.kind = ANSWER_NONE;
    if (bus_header(message, H_TO).count && !slug_of(message, H_TO, answer.to)) answer.kind = ANSWER_NONE;
    return answer;
}
