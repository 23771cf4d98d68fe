/* 请求: the texts of a request taken apart: path, query numbers, credentials, keys, media types. Pure; for outside
 * input of any kind. */
#ifndef ECOCASE_ADAPTERS_HTTP_REQUEST_H
#define ECOCASE_ADAPTERS_HTTP_REQUEST_H
#include "base/bytes.h"

enum route_kind {
    ROUTE_NONE,
    ROUTE_HEALTH,
    ROUTE_METRICS,
    ROUTE_SUBMIT,
    ROUTE_SUBMISSION,
    ROUTE_INBOX,
    ROUTE_MESSAGE,
    ROUTE_FILE,
    ROUTE_ACKNOWLEDGE
};
struct route {
    enum route_kind kind;
    const char *method; /* the one method of this path; another one is 405 */
    struct bytes id;    /* view into the path */
    unsigned nth;       /* ROUTE_FILE: from 0 */
};
/* The path as it came, without the query. ROUTE_NONE: no such path. */
struct route route_find(const char *path);
/* Decimal digits only, from least to most. An absent text is `otherwise`. */
bool request_number(const char *text, int64_t least, int64_t most, int64_t otherwise, int64_t *ret);
/* What follows "Bearer ", else the API-key header; BYTES_NONE when there is neither. */
struct bytes request_credential(const char *authorization, const char *api_key);
/* 1 to 255 printable ASCII characters; quotes around it are taken off (draft-ietf-httpapi-idempotency-key-header). */
bool request_idempotency_key(const char *text, struct bytes *ret);
/* True for multipart/form-data; *ret_sound: with a boundary as RFC 2046 allows it. */
bool request_multipart(const char *content_type, bool *ret_sound);
/* Range of RFC 9110: the one range of bytes that `text` asks for of a file of `size`. RANGE_ALL: none, several, or a
 * text that is none (then the whole file is the answer, as it may be); RANGE_NOTHING: none of its bytes are there. */
enum range { RANGE_ALL, RANGE_PART, RANGE_NOTHING };
enum range request_range(const char *text, int64_t size, int64_t *ret_from, int64_t *ret_count);
#endif
