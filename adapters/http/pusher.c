/* 推送, the webhook. It is told of each message, in the order of its case, until it answers 2xx;
 * signed as https://www.standardwebhooks.com has it: HMAC-SHA256 over "id.timestamp.body". The files are fetched, and
 * the message acknowledged, as with a listing. A message that is refused again and again holds up its own case only. */
#include "adapters/http/http_inside.h"
#include "base/log.h"
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define FIRST_REST_MS   1000
#define TROUBLE_REST_MS 2000
#define IDLE_MS         60000

/* 1 s, 2 s, 4 s … up to the most. */
static int64_t rest_ms(const struct http_webhook *w, int64_t attempts) {
    int64_t rest = attempts < 20 ? FIRST_REST_MS << attempts : w->retry_most_ms;
    return rest < w->retry_most_ms ? rest : w->retry_most_ms;
}

static const char *signature(const struct http_webhook *w, const char *signed_text, struct arena *arena) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    char *text = arena_alloc(arena, 2 * EVP_MAX_MD_SIZE);
    INVARIANT(HMAC(EVP_sha256(), w->secret.at, (int)w->secret.count, (const unsigned char *)signed_text,
                   strlen(signed_text), sum, &count));
    EVP_EncodeBlock((unsigned char *)text, sum, (int)count);
    return text;
}

static size_t swallow(char *data, size_t one, size_t count, void *of) {
    (void)data, (void)of;
    return one * count;
}

static struct curl_slist *headers_of(const struct http *http, const struct message *m, const char *body,
                                     struct arena *arena) {
    const char *at = arena_printf(arena, "%lld", (long long)(instant_now() / 1000)), *id = arena_cstr(arena, m->id);
    const char *sum = signature(&http->settings->webhook, arena_printf(arena, "%s.%s.%s", id, at, body), arena);
    const char *lines[] = {"Content-Type: application/json", arena_printf(arena, "webhook-id: %s", id),
                           arena_printf(arena, "webhook-timestamp: %s", at),
                           arena_printf(arena, "webhook-signature: v1,%s", sum)};
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        list = curl_slist_append(list, lines[i]);
        INVARIANT(list);
    }
    return list;
}

static void set(CURL *curl, CURLoption option, const char *value) {
    if (value) INVARIANT(curl_easy_setopt(curl, option, value) == CURLE_OK);
}
static void set_number(CURL *curl, CURLoption option, long value) {
    INVARIANT(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

/* The status, 0 when there was no answer. */
static long post(const struct http *http, CURL *curl, const struct message *m, const char *body, struct arena *arena) {
    const struct http_webhook *w = &http->settings->webhook;
    struct curl_slist *headers = headers_of(http, m, body, arena);
    long status = 0;
    curl_easy_reset(curl);
    set(curl, CURLOPT_URL, w->url);
    set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    set(curl, CURLOPT_CAINFO, w->ca);
    set(curl, CURLOPT_SSLCERT, w->certificate);
    set(curl, CURLOPT_SSLKEY, w->key);
    set(curl, CURLOPT_POSTFIELDS, body);
    set(curl, CURLOPT_PROXY, "");
    set_number(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    set_number(curl, CURLOPT_TIMEOUT_MS, (long)w->time_out_ms);
    set_number(curl, CURLOPT_NOSIGNAL, 1);
    INVARIANT(curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK);
    INVARIANT(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow) == CURLE_OK);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    else log_warn("http.push", "text=\"%s\"", curl_easy_strerror(code));
    curl_slist_free_all(headers);
    return status;
}

static enum outcome push(struct http *http, CURL *curl, const struct message *m, struct arena *arena,
                         struct fault *fault) {
    json_t *event = json_pack("{s:s, s:s, s:o}", "type", "ecocase.message.arrived", "agency", http->gateway->agency,
                              "data", message_json(http, m));
    char *body = json_dumps(event, JSON_COMPACT);
    INVARIANT(body);
    long status = post(http, curl, m, body, arena);
    free(body);
    json_decref(event);
    bool taken = status >= 200 && status < 300;
    atomic_fetch_add(taken ? &http->pushed : &http->push_failures, 1);
    if (!taken) log_warn("http.push", "status=%ld attempts=%lld", status, (long long)m->attempts + 1);
    return store_pushed(http->gateway->store, m->id,
                        taken ? 0 : instant_now() + rest_ms(&http->settings->webhook, m->attempts), fault);
}

static enum outcome push_next(struct http *http, CURL *curl, struct arena *arena, int64_t *ret_ms,
                              struct fault *fault) {
    struct message m;
    bool known = false;
    instant next = 0, now = instant_now();
    TRY(store_due(http->gateway->store, now, arena, &known, &m, &next, fault));
    *ret_ms = known ? 0 : next > now && next - now < IDLE_MS ? next - now : IDLE_MS;
    return known ? push(http, curl, &m, arena, fault) : OK;
}

void *pusher_run(void *of) {
    struct http *http = of;
    CURL *curl = curl_easy_init();
    INVARIANT(curl);
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, GATEWAY_ARENA);
    while (!atomic_load(&http->gateway->stopping)) {
        struct fault fault = {0};
        int64_t seen = store_changes(http->gateway->store), ms = 0;
        arena_reset(arena);
        if (push_next(http, curl, arena, &ms, &fault) != OK) {
            log_fault_unnamed(LOG_ERROR, "http.push", &fault);
            ms = TROUBLE_REST_MS;
        }
        if (ms) store_wait(http->gateway->store, seen, ms);
    }
    curl_easy_cleanup(curl);
    return NULL;
}
