/* Whether it works, truthfully: 200 only when Kafka is reached, the engine's loop lives, its journal
 * and this gateway's store can be written. */
#include "adapters/http/http_inside.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "wire/reason.h"

#define ALIVE_MS  30000 /* the loop gives a sign of life every second; a large batch may take some */
#define RECENT_MS 15000 /* trouble that lasts is met again within 5 s */

static bool troubled(const json_t *status, const char *code) {
    const json_t *error = json_object_get(status, "lastError");
    const char *last = json_string_value(json_object_get(error, "code")),
               *at = json_string_value(json_object_get(error, "at"));
    instant when = 0;
    return last && at && strcmp(last, code) == 0 && instant_parse(bytes_of_cstr(at), &when) &&
           instant_now() - when < RECENT_MS;
}

static void add(json_t *reasons, json_t *checks, const char *what, const char *code) {
    const struct reason *reason = code ? reason_find(code) : NULL;
    json_object_set_new(checks, what, json_string(code ? "fail" : "pass"));
    if (reason)
        json_array_append_new(reasons, json_pack("{s:s, s:s, s:s, s:s}", "check", what, "code", code, "zh", reason->zh,
                                                 "en", reason->en));
}

/* The body; *ret_well. */
static json_t *look(struct http *http, bool *ret_well) {
    json_t *checks = json_object(), *reasons = json_array();
    struct fault fault = {0};
    bool stores = store_probe(http->gateway->store, &fault) == OK;
    pthread_mutex_lock(&http->gateway->status_door);
    const char *kafka = json_string_value(json_object_get(http->gateway->status, "kafka"));
    bool alive = http->gateway->status && monotonic_ms() - http->gateway->alive_ms < ALIVE_MS;
    add(reasons, checks, "engine", alive ? NULL : "HTTP_STALLED");
    add(reasons, checks, "kafka", kafka && strcmp(kafka, "up") == 0 ? NULL : "KAFKA_UNREACHABLE");
    add(reasons, checks, "journal", stores && !troubled(http->gateway->status, "JOURNAL") ? NULL : "JOURNAL");
    add(reasons, checks, "files", troubled(http->gateway->status, "FILE_WRITE") ? "FILE_WRITE" : NULL);
    pthread_mutex_unlock(&http->gateway->status_door);
    *ret_well = json_array_size(reasons) == 0;
    return json_pack("{s:s, s:s, s:o, s:o}", "status", *ret_well ? "pass" : "fail", "agency", http->gateway->agency,
                     "checks", checks, "reasons", reasons);
}

enum MHD_Result health_answer(struct asked *asked) {
    bool well = false;
    json_t *body = look(asked->http, &well);
    return answer_json(asked, well ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, body, NULL);
}

static enum outcome engine_metrics(struct http *http, struct buffer *out, struct fault *fault) {
    static const struct {
        const char *member, *name, *type;
    } all[] = {{"sent", "sent_total", "counter"},
               {"failed", "failed_total", "counter"},
               {"delivered", "delivered_total", "counter"},
               {"waiting", "waiting", "gauge"},
               {"lag", "inbox_lag", "gauge"},
               {"alarms", "alarms_total", "counter"}};
    enum outcome outcome = OK;
    pthread_mutex_lock(&http->gateway->status_door);
    for (size_t i = 0; i < sizeof all / sizeof all[0] && outcome == OK; i++) {
        long long value = json_integer_value(json_object_get(http->gateway->status, all[i].member));
        outcome = buffer_printf(out, fault, "# TYPE ecocase_adapter_%s %s\necocase_adapter_%s %lld\n", all[i].name,
                                all[i].type, all[i].name, value);
    }
    pthread_mutex_unlock(&http->gateway->status_door);
    return outcome;
}

static enum outcome http_metrics(struct http *http, struct buffer *out, struct fault *fault) {
    static const char *const stages[STAGE_COUNT] = {"queued", "placed", "sent", "accepted", "refused", "failed"};
    struct store_counts counts;
    bool well = false;
    json_decref(look(http, &well));
    TRY(store_count(http->gateway->store, &counts, fault));
    TRY(buffer_printf(out, fault,
                      "# TYPE ecocase_adapter_healthy gauge\necocase_adapter_healthy %d\n# TYPE "
                      "ecocase_adapter_http_responses_total counter\n",
                      well));
    for (size_t i = 1; i < 6; i++)
        TRY(buffer_printf(out, fault, "ecocase_adapter_http_responses_total{class=\"%zuxx\"} %lld\n", i,
                          (long long)atomic_load(&http->answers[i])));
    TRY(buffer_add_cstr(out, "# TYPE ecocase_adapter_http_submissions gauge\n", fault));
    for (size_t i = 0; i < STAGE_COUNT; i++)
        TRY(buffer_printf(out, fault, "ecocase_adapter_http_submissions{state=\"%s\"} %lld\n", stages[i],
                          (long long)counts.stages[i]));
    const struct {
        const char *name, *type;
        long long value;
    } rest[] = {{"http_received_bytes_total", "counter", atomic_load(&http->received_bytes)},
                {"http_slow_clients_cut_total", "counter", deadline_cut(http->deadlines)},
                {"http_unacknowledged", "gauge", counts.unacknowledged},
                {"webhook_pushed_total", "counter", atomic_load(&http->pushed)},
                {"webhook_failures_total", "counter", atomic_load(&http->push_failures)}};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        TRY(buffer_printf(out, fault, "# TYPE ecocase_adapter_%s %s\necocase_adapter_%s %lld\n", rest[i].name,
                          rest[i].type, rest[i].name, rest[i].value));
    }
    if (http->certificate_until == INSTANT_NONE) return OK;
    return buffer_printf(
        out, fault,
        "# TYPE ecocase_adapter_certificate_expires_seconds gauge\necocase_adapter_certificate_expires_seconds %lld\n",
        (long long)((http->certificate_until - instant_now()) / 1000));
}

enum MHD_Result metrics_answer(struct asked *asked) {
    AUTO(buffer_free) struct buffer out;
    struct fault fault = {0};
    buffer_init(&out, 64u * KIB);
    enum outcome outcome = engine_metrics(asked->http, &out, &fault);
    if (outcome == OK) outcome = http_metrics(asked->http, &out, &fault);
    if (outcome != OK) return answer_fault(asked, answer_status(&fault), &fault);
    return answer_text(asked, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
                       arena_cstr(asked->arena, buffer_view(&out)));
}
