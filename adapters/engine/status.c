/* The status file, written when it has news. */
#include "adapters/engine/engine.h"
#include "base/log.h"
#include "wire/reason.h"
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

static json_t *time_text(instant at) {
    char text[32];
    if (!at) return json_null();
    instant_format(at, text);
    return json_string(text);
}

static json_t *error_of(const struct engine_status *s) {
    if (!s->last_error.code[0]) return json_null();
    const struct reason *reason = reason_find(s->last_error.code);
    json_t *detail = json_string(s->last_error.text);
    bool mended = !s->trouble[0] && s->mended_at >= s->last_error_at;
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "code", s->last_error.code, "zh", reason->zh, "en", reason->en,
                     "detail", detail ? detail : json_null(), "at", time_text(s->last_error_at), "mendedAt",
                     mended ? time_text(s->mended_at) : json_null());
}

static json_t *trouble_of(const struct engine_status *s) {
    if (!s->trouble[0]) return json_null();
    const struct reason *reason = reason_find(s->trouble);
    return json_pack("{s:s, s:s, s:s, s:o}", "code", s->trouble, "zh", reason->zh, "en", reason->en, "since",
                     time_text(s->trouble_since));
}

static json_t *json_of(const char *agency, const struct engine_status *s, int64_t waiting, instant kafka_since,
                       bool running) {
    return json_pack("{s:s, s:b, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:i}", "agency",
                     agency, "running", (int)running, "kafka", s->kafka_up ? "up" : "down", "kafkaSince",
                     time_text(kafka_since), "sent", (json_int_t)s->sent, "failed", (json_int_t)s->failed, "delivered",
                     (json_int_t)s->delivered, "waiting", (json_int_t)waiting, "journaled", (json_int_t)s->journaled,
                     "lag", (json_int_t)s->lag, "alarms", (json_int_t)s->alarms, "stuck", (json_int_t)s->stuck,
                     "trouble", trouble_of(s), "lastSuccess", time_text(s->last_success), "lastError", error_of(s),
                     "at", time_text(instant_now()), "pid", (int)getpid());
}

static bool same(const struct engine_status *a, const struct engine_status *b) {
    return a->sent == b->sent && a->failed == b->failed && a->delivered == b->delivered && a->alarms == b->alarms &&
           a->journaled == b->journaled && a->lag == b->lag && a->kafka_up == b->kafka_up &&
           a->last_error_at == b->last_error_at && a->mended_at == b->mended_at && a->stuck == b->stuck &&
           strcmp(a->trouble, b->trouble) == 0;
}

void status_write(struct status *status, const char *agency, const struct engine_status *s, struct transport *transport,
                  bool running) {
    struct fault fault;
    int64_t now = monotonic_ms();
    struct outbox_counts counts = transport->verbs->counts(transport);
    bool changed = !same(&status->written, s) || counts.waiting != status->counts.waiting ||
                   counts.changes != status->counts.changes || !running || !status->at_ms;
    if (status->at_ms && running && now - status->at_ms < (changed ? 1000 : STATUS_ALIVE_MS)) return;
    instant since = !status->at_ms || status->written.kafka_up != s->kafka_up ? instant_now() : status->kafka_since;
    json_t *root = json_of(agency, s, counts.waiting, since, running);
    char *text = json_dumps(root, JSON_INDENT(2));
    INVARIANT(text);
    if (transport->verbs->write_status(transport, bytes_of_cstr(text), &fault) != OK)
        log_fault_unnamed(LOG_WARN, "status.untold", &fault);
    free(text);
    json_decref(root);
    *status = (struct status){*s, counts, now, since};
}
