/* Responses, and problems as RFC 9457 has them. */
#include "adapters/http/http_inside.h"
#include "adapters/spool/transport.h"
#include "base/log.h"
#include "wire/reason.h"
#include <stdlib.h>
#include <unistd.h>

#define PACE_MIN     16 /* bytes a millisecond that a client must take */
#define PACE_REST_MS 30000

static void add(struct MHD_Response *response, const char *name, const char *value) {
    if (MHD_add_response_header(response, name, value) != MHD_YES) log_warn("http.header", "name=%s", name);
}

static enum MHD_Result send_off(struct asked *asked, unsigned status, struct MHD_Response *response, int64_t size) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(asked->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!response) return MHD_NO;
    if (info) deadline_extend(asked->http->deadlines, info->connect_fd, PACE_REST_MS + size / PACE_MIN);
    add(response, "Cache-Control", "no-store");
    add(response, "X-Content-Type-Options", "nosniff");
    if (asked->route.method && status == MHD_HTTP_METHOD_NOT_ALLOWED) add(response, "Allow", asked->route.method);
    if (status == MHD_HTTP_UNAUTHORIZED) add(response, "WWW-Authenticate", "Bearer realm=\"ecocase\"");
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE) add(response, "Retry-After", "5");
    if (asked->content_range) add(response, "Content-Range", asked->content_range);
    asked->answered = true;
    atomic_fetch_add(&asked->http->answers[status / 100 < 6 ? status / 100 : 0], 1);
    enum MHD_Result queued = MHD_queue_response(asked->connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static struct MHD_Response *of_text(char *text, size_t count, const char *type) {
    struct MHD_Response *response = MHD_create_response_from_buffer(count, text, MHD_RESPMEM_MUST_FREE);
    if (response) add(response, "Content-Type", type);
    else free(text);
    return response;
}

static enum MHD_Result send_json(struct asked *asked, unsigned status, json_t *body, const char *type,
                                 const char *location) {
    char *text = json_dumps(body, JSON_COMPACT);
    INVARIANT(text);
    json_decref(body);
    size_t count = strlen(text);
    struct MHD_Response *response = of_text(text, count, type);
    if (response && location) add(response, "Location", location);
    return send_off(asked, status, response, (int64_t)count);
}

enum MHD_Result answer_json(struct asked *asked, unsigned status, json_t *body, const char *location) {
    return send_json(asked, status, body, "application/json; charset=utf-8", location);
}

unsigned answer_status(const struct fault *fault) {
    static const struct {
        const char *code;
        unsigned status;
    } known[] = {{"HTTP_UNAUTHORIZED", 401}, {"HTTP_NOT_FOUND", 404}, {"HTTP_METHOD", 405},     {"HTTP_REQUEST", 400},
                 {"HTTP_GONE", 410},         {"HTTP_RANGE", 416},     {"IDEMPOTENCY_KEY", 400}, {"TOO_LARGE", 413},
                 {"QUEUE_FULL", 503},        {"INTERNAL", 500}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].code, fault->code) == 0) return known[i].status;
    }
    return fault->what == REFUSE ? 422 : 503;
}

static json_t *text_of(const char *text) {
    json_t *value = json_string(text);
    return value ? value : json_string("?");
}

static json_t *problem(struct asked *asked, unsigned status, const struct fault *fault) {
    const struct reason *reason = reason_find(fault->code);
    json_t *body = json_object();
    json_object_set_new(body, "type", json_string(arena_printf(asked->arena, "urn:ecocase:problem:%s", fault->code)));
    json_object_set_new(body, "title", json_string(arena_printf(asked->arena, "%s · %s", reason->zh, reason->en)));
    json_object_set_new(body, "status", json_integer((json_int_t)status));
    json_object_set_new(body, "detail", text_of(fault->text));
    json_object_set_new(body, "code", text_of(fault->code));
    json_object_set_new(body, "zh", json_string(reason->zh));
    json_object_set_new(body, "en", json_string(reason->en));
    json_object_set_new(body, "field", text_of(fault->field));
    json_object_set_new(body, "line", fault->line ? json_integer(fault->line) : json_null());
    json_object_set_new(body, "column", fault->column ? json_integer(fault->column) : json_null());
    log_info("http.problem", "status=%u code=%s", status, fault->code);
    return body;
}
static enum MHD_Result send_problem(struct asked *asked, unsigned status, json_t *body) {
    return send_json(asked, status, body, "application/problem+json; charset=utf-8", NULL);
}

enum MHD_Result answer_fault(struct asked *asked, unsigned status, const struct fault *fault) {
    return send_problem(asked, status, problem(asked, status, fault));
}

enum MHD_Result answer_faults(struct asked *asked, const struct fault *first, const struct file_faults *all) {
    struct rejection rejection = {.fault = *first};
    unsigned status = answer_status(first);
    json_t *body = problem(asked, status, first);
    rejection_faults(&rejection, all->at, all->count);
    if (rejection.more) json_object_update(body, rejection.more);
    rejection_clear(&rejection);
    return send_problem(asked, status, body);
}

enum MHD_Result answer_text(struct asked *asked, unsigned status, const char *type, const char *text) {
    char *copy = strdup(text);
    INVARIANT(copy);
    size_t count = strlen(copy);
    return send_off(asked, status, of_text(copy, count, type), (int64_t)count);
}

/* RFC 8187: any name, as percent-encoded UTF-8. */
static const char *disposition(struct arena *arena, const char *name) {
    static const char digits[] = "0123456789ABCDEF",
                      plain[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~";
    char *to = arena_alloc(arena, 3 * strlen(name) + 1), *at = to;
    for (const char *from = name; *from; from++) {
        unsigned char c = (unsigned char)*from;
        if (strchr(plain, c)) *at++ = (char)c;
        else {
            *at++ = '%';
            *at++ = digits[c >> 4];
            *at++ = digits[c & 15];
        }
    }
    return arena_printf(arena, "attachment; filename*=UTF-8''%s", to);
}

static enum MHD_Result out_of_range(struct asked *asked, int64_t size) {
    struct fault fault = {0};
    (void)fault_set(&fault, REFUSE, "HTTP_RANGE", "the file has %lld bytes", (long long)size);
    asked->content_range = arena_printf(asked->arena, "bytes */%lld", (long long)size);
    return answer_fault(asked, MHD_HTTP_RANGE_NOT_SATISFIABLE, &fault);
}

/* A download that broke off goes on where it was: If-Range says of which file. What a message holds never changes, so
 * its place in the file system is enough. */
enum MHD_Result answer_file(struct asked *asked, int file, const struct stat *facts, const char *name) {
    int64_t from = 0, count = facts->st_size;
    const char *tag = arena_printf(asked->arena, "\"%llx-%llx\"", (unsigned long long)facts->st_ino,
                                   (unsigned long long)facts->st_size),
               *same = asked_header(asked, "If-Range");
    enum range range = same && strcmp(same, tag) != 0
                           ? RANGE_ALL
                           : request_range(asked_header(asked, "Range"), facts->st_size, &from, &count);
    struct MHD_Response *response =
        range == RANGE_NOTHING ? NULL : MHD_create_response_from_fd_at_offset64((uint64_t)count, file, (uint64_t)from);
    if (!response) {
        close(file);
        return range == RANGE_NOTHING ? out_of_range(asked, facts->st_size) : MHD_NO;
    }
    add(response, "Content-Type", "application/octet-stream");
    add(response, "Content-Disposition", disposition(asked->arena, name));
    add(response, "Accept-Ranges", "bytes");
    add(response, "ETag", tag);
    if (range == RANGE_PART) {
        asked->content_range = arena_printf(asked->arena, "bytes %lld-%lld/%lld", (long long)from,
                                            (long long)(from + count - 1), (long long)facts->st_size);
    }
    return send_off(asked, range == RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response, count);
}
