/* A submission is taken in and answered, the same key again as the first time; and what became of it
 * is shown. */
#include "adapters/http/http_inside.h"

static const char *const stages[STAGE_COUNT] = {"queued", "queued", "sent", "accepted", "refused", "failed"};

static json_t *time_text(instant at) {
    char text[32];
    instant_format(at, text);
    return json_string(text);
}

static enum MHD_Result accepted(struct asked *asked, const struct submitted *s) {
    const char *where = arena_printf(asked->arena, "/v1/submissions/%s", s->id);
    return answer_json(asked, MHD_HTTP_ACCEPTED,
                       json_pack("{s:s, s:s, s:o}", "id", s->id, "href", where, "acceptedAt", time_text(s->at)), where);
}

enum MHD_Result submit_answer(struct asked *asked) {
    struct http *http = asked->http;
    struct fault fault = {0};
    struct bytes key = BYTES_NONE;
    if (!request_idempotency_key(asked_header(asked, "Idempotency-Key"), &key)) {
        fault_set(&fault, REFUSE, "IDEMPOTENCY_KEY",
                  "give each submission a key of its own, a UUID for example, and the same one when you try again");
        return answer_fault(asked, MHD_HTTP_BAD_REQUEST, &fault);
    }
    enum outcome outcome = form_finish(asked, &fault);
    struct handed h = {.parcel = asked->parcel, .key = key};
    struct digest digest = outcome == OK ? parcel_digest(asked->parcel) : (struct digest){0};
    if (outcome == OK) outcome = parcel_take_in(http->gateway, &h, 1, http->settings->queue_most, asked->arena, &fault);
    if (outcome == OK && h.outcome != OK) return answer_faults(asked, &h.why, &h.all);
    if (outcome != OK) return answer_fault(asked, answer_status(&fault), &fault);
    if (h.again && memcmp(h.said.digest.b, digest.b, sizeof digest.b) != 0) {
        fault_set(&fault, REFUSE, "IDEMPOTENCY_CONFLICT", "it belongs to submission %s", h.said.id);
        return answer_fault(asked, answer_status(&fault), &fault);
    }
    return accepted(asked, &h.said);
}

static json_t *parsed(struct bytes text) {
    json_t *value = text.count ? json_loadb((const char *)text.at, text.count, 0, NULL) : NULL;
    return value ? value : json_null();
}

static json_t *submission_json(const struct submitted *s) {
    json_t *body = json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", s->id, "state", stages[s->stage], "acceptedAt",
                             time_text(s->at), "changedAt", time_text(s->changed_at), "files", parsed(s->names));
    json_object_set_new(body, "error", s->stage == STAGE_FAILED ? parsed(s->answer) : json_null());
    json_object_set_new(body, "receipt",
                        s->stage == STAGE_ACCEPTED || s->stage == STAGE_REFUSED ? parsed(s->answer) : json_null());
    return body;
}

/* With ?wait=SECONDS: until there is a last word on it, at most so long. */
enum MHD_Result submission_answer(struct asked *asked) {
    struct store *store = asked->http->gateway->store;
    struct fault fault = {0};
    struct submitted s;
    int64_t wait = 0, seen = 0, until;
    bool known = false;
    const char *id = arena_cstr(asked->arena, asked->route.id);
    if (!request_number(asked_query(asked, "wait"), 0, HTTP_WAIT_MAX_S, 0, &wait)) {
        fault_set(&fault, REFUSE, "HTTP_REQUEST", "wait is a number of seconds from 0 to %d", HTTP_WAIT_MAX_S);
        return answer_fault(asked, MHD_HTTP_BAD_REQUEST, &fault);
    }
    until = monotonic_ms() + wait * 1000;
    for (;;) {
        seen = store_changes(store);
        if (store_submission(store, id, asked->arena, &known, &s, &fault) != OK)
            return answer_fault(asked, answer_status(&fault), &fault);
        int64_t left = until - monotonic_ms();
        if (!known || s.stage >= STAGE_ACCEPTED || left <= 0 || atomic_load(&asked->http->gateway->stopping)) break;
        store_wait(store, seen, left);
        arena_reset(asked->arena);
        id = arena_cstr(asked->arena, asked->route.id);
    }
    if (known) return answer_json(asked, MHD_HTTP_OK, submission_json(&s), NULL);
    fault_set(&fault, REFUSE, "HTTP_NOT_FOUND", "no submission %.60s", id);
    return answer_fault(asked, MHD_HTTP_NOT_FOUND, &fault);
}
