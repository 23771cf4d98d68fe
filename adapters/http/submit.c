/* See http_inside.h: a submission is read as the engine will read it, so that what is wrong with it is told at once; then it is made
 * durable and answered. The same key again is answered as the first time. */
#include "adapters/http/parcel.h"
#include "base/buffer.h"
#include "base/point.h"
#include <stdio.h>
#include <stdlib.h>

#define MAPPING_ARENA (512u << 20) /* as the engine's: one native file, parsed */

static const char *const stages[STAGE_COUNT] = {"queued", "queued", "sent", "accepted", "refused", "failed"};

static json_t *time_text(instant at) {
    char text[32];
    instant_format(at, text);
    return json_string(text);
}

static enum MHD_Result accepted(struct asked *asked, const struct submitted *s) {
    const char *where = arena_printf(asked->arena, "/v1/submissions/%s", s->id);
    return answer_json(asked, MHD_HTTP_ACCEPTED, json_pack("{s:s, s:s, s:o}", "id", s->id, "href", where, "acceptedAt", time_text(s->at)), where);
}

static struct digest digest_all(const struct asked *asked) {
    const struct parcel *p = asked->parcel;
    struct bytes parts[2 * (LIMIT_ATTACHMENT_COUNT + 1)];
    for (size_t i = 0; i < p->count; i++) {
        parts[2 * i] = bytes_of_cstr(p->files[i].name);
        parts[2 * i + 1] = bytes_of(p->files[i].digest.b, sizeof p->files[i].digest.b);
    }
    return digest_of_list(parts, 2 * p->count);
}

static bool among(const struct parcel *p, struct bytes name) {
    for (size_t i = 1; i < p->count; i++) {
        if (bytes_equal_cstr(name, p->files[i].name)) return true;
    }
    return false;
}

static enum outcome whole(const struct parcel *p, const struct draft_view *view, struct fault *fault) {
    for (size_t n = 0; n < view->need_count; n++) {
        struct bytes name = view->needs[n].file_name;
        if (!name.count || among(p, name)) continue;
        fault_set(fault, REFUSE, "MISSING_ATTACHMENT", "%.*s: no attachment part has this filename", BYTES_FMT(name));
        char field[96];
        snprintf(field, sizeof field, "%.*s", name.count < 90 ? (int)name.count : 90, (const char *)name.at);
        return fault_place(fault, field, 0, 0);
    }
    for (size_t i = 1; i < p->count; i++) {
        bool named = false;
        for (size_t n = 0; n < view->need_count && !named; n++) named = bytes_equal_cstr(view->needs[n].file_name, p->files[i].name);
        if (!named) return fault_set(fault, REFUSE, "UNCLAIMED", "%.200s", p->files[i].name);
    }
    return OK;
}

static enum outcome map(const struct asked *asked, struct bytes native, struct fault *fault) {
    const struct parcel *p = asked->parcel;
    struct draft *draft = NULL;
    struct draft_view view;
    AUTO(arena_free_auto) struct arena *arena = arena_new(64u << 10, MAPPING_ARENA);
    TRY(convert_read(asked->http->profile, p->files[0].name, native, arena, &draft, fault));
    convert_view(draft, &view);
    return whole(p, &view, fault);
}

static enum outcome check(struct asked *asked, struct fault *fault) {
    struct parcel *p = asked->parcel;
    char path[96];
    AUTO(buffer_free) struct buffer native;
    buffer_init(&native, LIMIT_NATIVE_FILE);
    if (!profile_takes(asked->http->profile, p->files[0].name)) {
        return fault_set(fault, REFUSE, "UNKNOWN_FORMAT", "%.200s: the name must be one that the profile's `files` takes", p->files[0].name);
    }
    if (p->files[0].size > (int64_t)LIMIT_NATIVE_FILE) return fault_set(fault, REFUSE, "TOO_LARGE", "a case file has at most %u bytes", LIMIT_NATIVE_FILE);
    snprintf(path, sizeof path, "/proc/self/fd/%d/0", p->folder);
    TRY(buffer_read_file(&native, path, fault));
    pthread_mutex_lock(&asked->http->mapping);
    enum outcome outcome = map(asked, buffer_view(&native), fault);
    pthread_mutex_unlock(&asked->http->mapping);
    return outcome;
}

static struct bytes names_json(const struct asked *asked) {
    const struct parcel *p = asked->parcel;
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++) json_array_append_new(list, json_string(p->files[i].name));
    char *text = json_dumps(list, JSON_COMPACT);
    PROMISE(text);
    struct bytes copy = arena_copy(asked->arena, bytes_of_cstr(text));
    free(text);
    json_decref(list);
    return copy;
}

static void name_case(struct asked *asked, const char *id) {
    struct received *r = &asked->parcel->files[0];
    if (!r->name[0]) snprintf(r->name, sizeof r->name, "%s.%s", id, profile_extension(asked->http->profile));
}

/* *ret_again: the key was used before, *ret is that submission. */
static enum outcome take_in(struct asked *asked, struct bytes key, struct submitted *ret, bool *ret_again, struct fault *fault) {
    struct store *store = asked->http->store;
    struct uuid id = uuid_v7(instant_now());
    struct submitted made = {.digest = digest_all(asked), .at = instant_now()};
    TRY(store_by_key(store, key, asked->arena, ret_again, ret, fault));
    if (*ret_again) return OK;
    uuid_format(&id, made.id);
    name_case(asked, made.id);
    TRY(check(asked, fault));
    made.names = names_json(asked);
    POINT("http.received");
    TRY(parcel_keep(asked, made.id, fault));
    POINT("http.kept");
    enum outcome outcome = store_accept(store, key, &made, asked->http->settings->queue_most, asked->arena, ret_again, ret, fault);
    asked->parcel->kept = outcome == OK && !*ret_again;
    if (asked->parcel->kept) *ret = made;
    POINT("http.accepted");
    return outcome;
}

enum MHD_Result submit_answer(struct asked *asked) {
    struct fault fault = {0};
    struct bytes key = BYTES_NONE;
    struct submitted s;
    bool again = false;
    if (!request_idempotency_key(asked_header(asked, "Idempotency-Key"), &key)) {
        fault_set(&fault, REFUSE, "IDEMPOTENCY_KEY", "give each submission a key of its own, a UUID for example, and the same one when you try again");
        return answer_fault(asked, MHD_HTTP_BAD_REQUEST, &fault);
    }
    enum outcome outcome = parcel_finish(asked, &fault);
    struct digest digest = outcome == OK ? digest_all(asked) : (struct digest){0};
    if (outcome == OK) outcome = take_in(asked, key, &s, &again, &fault);
    if (outcome != OK) return answer_fault(asked, answer_status(&fault), &fault);
    if (again && memcmp(s.digest.b, digest.b, sizeof digest.b) != 0) {
        fault_set(&fault, REFUSE, "IDEMPOTENCY_CONFLICT", "it belongs to submission %s", s.id);
        return answer_fault(asked, answer_status(&fault), &fault);
    }
    return accepted(asked, &s);
}

static json_t *parsed(struct bytes text) {
    json_t *value = text.count ? json_loadb((const char *)text.at, text.count, 0, NULL) : NULL;
    return value ? value : json_null();
}

static json_t *submission_json(const struct submitted *s) {
    json_t *body = json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", s->id, "state", stages[s->stage], "acceptedAt", time_text(s->at), "changedAt",
                             time_text(s->changed_at), "files", parsed(s->names));
    json_object_set_new(body, "error", s->stage == STAGE_FAILED ? parsed(s->answer) : json_null());
    json_object_set_new(body, "receipt", s->stage == STAGE_ACCEPTED || s->stage == STAGE_REFUSED ? parsed(s->answer) : json_null());
    return body;
}

/* With ?wait=SECONDS: until there is a last word on it, at most so long. */
enum MHD_Result submission_answer(struct asked *asked) {
    struct store *store = asked->http->store;
    struct fault fault = {0};
    struct submitted s;
    int64_t wait = 0, seen = 0, until;
    bool known = false;
    const char *id = arena_cstr(asked->arena, asked->route.id);
    if (!request_number(asked_query(asked, "wait"), 0, HTTP_WAIT_MOST_S, 0, &wait)) {
        fault_set(&fault, REFUSE, "HTTP_REQUEST", "wait is a number of seconds from 0 to %d", HTTP_WAIT_MOST_S);
        return answer_fault(asked, MHD_HTTP_BAD_REQUEST, &fault);
    }
    until = monotonic_ms() + wait * 1000;
    for (;;) {
        seen = store_changes(store);
        if (store_submission(store, id, asked->arena, &known, &s, &fault) != OK) return answer_fault(asked, answer_status(&fault), &fault);
        int64_t left = until - monotonic_ms();
        if (!known || s.stage >= STAGE_ACCEPTED || left <= 0 || atomic_load(&asked->http->stopping)) break;
        store_wait(store, seen, left);
        arena_reset(asked->arena);
        id = arena_cstr(asked->arena, asked->route.id);
    }
    if (known) return answer_json(asked, MHD_HTTP_OK, submission_json(&s), NULL);
    fault_set(&fault, REFUSE, "HTTP_NOT_FOUND", "no submission %.60s", id);
    return answer_fault(asked, MHD_HTTP_NOT_FOUND, &fault);
}
