/* The HTTP transport: opening and closing. */
#include "adapters/http/http_inside.h"
#include "base/log.h"
#include <stdlib.h>

static void release(void *of) {
    struct http *http = of;
    server_stop(http);
    if (http->pushing) pthread_join(http->pusher, NULL);
    http_settings_free(http->settings);
    free(http);
}

static void log_begun(const struct http *http) {
    const struct http_settings *s = http->settings;
    log_info("http.listening", "address=%s tls=%s keys=%zu certificates=%s webhook=%s", s->listen,
             s->certificate ? "yes" : "no", s->key_count, s->client_ca ? "yes" : "no", s->webhook.url ? "yes" : "no");
    if (http->certificate_until != INSTANT_NONE && http->certificate_until - instant_now() < 30 * DAY_MS) {
        log_warn("http.certificate", "days_left=%lld", (long long)((http->certificate_until - instant_now()) / DAY_MS));
    }
}

static enum outcome open_all(struct http *http, const struct gateway_place *place, struct transport *base,
                             struct fault *fault) {
    TRY(http_settings_load(place->settings, &http->settings, fault));
    TRY(gateway_open(place, HTTP_FOLDER, base, &http->gateway, fault));
    return server_start(http, fault);
}

enum outcome http_open(const struct gateway_place *place, struct transport **transport, struct fault *fault) {
    struct http *http = calloc(1, sizeof *http);
    INVARIANT(http);
    http->certificate_until = INSTANT_NONE;
    enum outcome outcome = open_all(http, place, *transport, fault);
    if (outcome != OK) {
        struct gateway *gateway = http->gateway;
        release(http);
        gateway_free(gateway);
        return outcome;
    }
    *transport = gateway_begin(http->gateway, &(struct gateway_owner){.of = http, .close = release});
    if (http->settings->webhook.url) {
        INVARIANT(pthread_create(&http->pusher, NULL, pusher_run, http) == 0);
        http->pushing = true;
    }
    log_begun(http);
    return OK;
}
