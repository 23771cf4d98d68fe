/* The client's inbox. A message is listed until it is acknowledged, so nothing is lost with a
 * client; acknowledging moves its files to done/, as an agency does with folders. */
#include "adapters/http/http_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static json_t *file_json(const struct http *http, const struct message *m, size_t nth) {
    struct stat facts;
    char name[256], href[256];
    snprintf(name, sizeof name, "%.*s", BYTES_FMT(m->files[nth]));
    snprintf(href, sizeof href, "/v1/inbox/%.*s/files/%zu", BYTES_FMT(m->id), nth);
    bool there = fstatat(http->gateway->folders[AT_INBOX], name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
    json_t *named = json_string(name);
    return json_pack("{s:o, s:o, s:s, s:b}", "name", named ? named : json_string("?"), "size",
                     there ? json_integer(facts.st_size) : json_null(), "href", href, "caseFile",
                     nth + 1 == m->file_count);
}

json_t *message_json(const struct http *http, const struct message *m) {
    char at[32], href[128];
    json_t *files = json_array();
    instant_format(m->at, at);
    snprintf(href, sizeof href, "/v1/inbox/%.*s", BYTES_FMT(m->id));
    for (size_t i = 0; i < m->file_count; i++) json_array_append_new(files, file_json(http, m, i));
    struct bytes event = gateway_event(m);
    json_t *code = json_stringn((const char *)event.at, event.count);
    return json_pack("{s:s%, s:s, s:I, s:o, s:s, s:b, s:o}", "id", (const char *)m->id.at, (size_t)m->id.count, "href",
                     href, "position", (json_int_t)m->position, "event", code ? code : json_string(""), "arrivedAt", at,
                     "acknowledged", (int)m->acknowledged, "files", files);
}

static enum MHD_Result list_answer(struct asked *asked, const struct message *list, size_t count, int64_t after) {
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(items, message_json(asked->http, &list[i]));
    int64_t next = count ? list[count - 1].position : after;
    return answer_json(asked, MHD_HTTP_OK, json_pack("{s:o, s:I}", "items", items, "next", (json_int_t)next), NULL);
}

enum MHD_Result inbox_answer(struct asked *asked) {
    struct store *store = asked->http->gateway->store;
    struct fault fault = {0};
    struct message *list = NULL;
    size_t count = 0;
    int64_t after = 0, limit = 0, wait = 0;
    bool sound = request_number(asked_query(asked, "after"), 0, INT64_MAX, 0, &after) &&
                 request_number(asked_query(asked, "limit"), 1, HTTP_LIST_MAX, 50, &limit) &&
                 request_number(asked_query(asked, "wait"), 0, HTTP_WAIT_MAX_S, 0, &wait);
    if (!sound) {
        fault_set(&fault, REFUSE, "HTTP_REQUEST", "after, limit (1 to %d) and wait (0 to %d seconds) are whole numbers",
                  HTTP_LIST_MAX, HTTP_WAIT_MAX_S);
        return answer_fault(asked, MHD_HTTP_BAD_REQUEST, &fault);
    }
    for (int64_t until = monotonic_ms() + wait * 1000;;) {
        int64_t seen = store_changes(store);
        if (store_messages(store, after, (size_t)limit, asked->arena, &list, &count, &fault) != OK)
            return answer_fault(asked, answer_status(&fault), &fault);
        int64_t left = until - monotonic_ms();
        if (count || left <= 0 || atomic_load(&asked->http->gateway->stopping))
            return list_answer(asked, list, count, after);
        arena_reset(asked->arena);
        store_wait(store, seen, left);
    }
}

/* 0: found; else what was answered is in *ret. */
static bool find(struct asked *asked, struct message *ret, enum MHD_Result *ret_answered) {
    struct fault fault = {0};
    bool known = false;
    enum outcome outcome =
        store_message(asked->http->gateway->store, asked->route.id, asked->arena, &known, ret, &fault);
    if (outcome == OK && known) return true;
    if (outcome == OK) fault_set(&fault, REFUSE, "HTTP_NOT_FOUND", "no message %.*s", BYTES_FMT(asked->route.id));
    *ret_answered = answer_fault(asked, answer_status(&fault), &fault);
    return false;
}

enum MHD_Result message_answer(struct asked *asked) {
    struct message m;
    enum MHD_Result answered;
    if (!find(asked, &m, &answered)) return answered;
    return answer_json(asked, MHD_HTTP_OK, message_json(asked->http, &m), NULL);
}

enum MHD_Result file_answer(struct asked *asked) {
    struct message m;
    struct stat facts;
    struct fault fault = {0};
    enum MHD_Result answered;
    if (!find(asked, &m, &answered)) return answered;
    if (asked->route.nth >= m.file_count) {
        fault_set(&fault, REFUSE, "HTTP_NOT_FOUND", "the message has %zu files", m.file_count);
        return answer_fault(asked, MHD_HTTP_NOT_FOUND, &fault);
    }
    const char *name = arena_cstr(asked->arena, m.files[asked->route.nth]);
    int file = openat(asked->http->gateway->folders[AT_INBOX], name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && errno == ENOENT)
        file = openat(asked->http->gateway->folders[AT_DONE], name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file >= 0 && fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) return answer_file(asked, file, &facts, name);
    if (file >= 0) close(file);
    fault_set(&fault, REFUSE, "HTTP_GONE", "%.200s", name);
    return answer_fault(asked, MHD_HTTP_GONE, &fault);
}

enum MHD_Result acknowledge_answer(struct asked *asked) {
    struct message m;
    struct fault fault = {0};
    enum MHD_Result answered;
    if (!find(asked, &m, &answered)) return answered;
    if (!m.acknowledged && gateway_put_away(asked->http->gateway, &m, asked->arena, &fault) != OK)
        return answer_fault(asked, answer_status(&fault), &fault);
    m.acknowledged = true;
    return answer_json(asked, MHD_HTTP_OK, message_json(asked->http, &m), NULL);
}
