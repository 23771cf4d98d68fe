/* HTTP 设置: the file given by --http: where to listen, who may come, limits, the webhook. It holds no secret itself:
 * keys stand as digests, the webhook's secret in a file of its own. Grammar: docs/HTTP.md. Paths are taken from the
 * folder the file lies in. Every mistake is refused at file:line:column. Read-only once loaded; texts live as long as
 * it. */
#ifndef ECOCASE_ADAPTERS_HTTP_SETTINGS_INSIDE_H
#define ECOCASE_ADAPTERS_HTTP_SETTINGS_INSIDE_H
#include <sys/socket.h>
#include "base/arena.h"
#include "base/fault.h"
#include "base/time.h"
#include "wire/digest.h"

#define HTTP_KEYS_MAX 16u
/* characters of an API key: its plain SHA-256 is enough at rest only while it cannot be guessed */
#define HTTP_KEY_MIN    32u
#define HTTP_KEY_MAX    256u
#define HTTP_SECRET_MIN 24u
struct http_key {
    const char *name;
    struct digest digest;
    instant until; /* INSTANT_NONE: no end */
};
struct http_webhook {
    const char *url;                    /* NULL: no webhook */
    struct bytes secret;                /* of the HMAC */
    const char *ca, *certificate, *key; /* paths or NULL */
    int64_t retry_most_ms, time_out_ms;
};
struct http_settings {
    struct settings *tree;
    struct arena *arena;
    const char *listen;
    struct sockaddr_storage address;
    const char *certificate, *private_key, *client_ca; /* PEM texts, NULL: none */
    const char **clients;
    size_t client_count; /* common names let in; none listed: all of that CA */
    struct http_key keys[HTTP_KEYS_MAX];
    size_t key_count;
    int64_t body_most, queue_most;
    int64_t connections, per_address, idle_seconds;
    struct http_webhook webhook;
};
MUST_USE enum outcome http_settings_load(const char *path, struct http_settings **ret, struct fault *fault);
void http_settings_free(struct http_settings *settings);
#endif
