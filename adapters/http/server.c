/* The daemon and the course of a request. Each connection has a thread, so one that waits or writes
 * holds up no other. */
#include "adapters/http/http_inside.h"
#include "base/limits.h"
#include "base/log.h"
#include <stdlib.h>

#define HEADERS_MS   15000 /* TLS handshake and the first request's headers */
#define BODY_REST_MS 30000 /* and PACE_MIN bytes a millisecond from there on */
#define PACE_MIN     16
/* a refused body up to this is read to its end, so that the client hears why */
#define SWALLOW_MAX (8 * (int64_t)MIB)

static void allow_time(const struct asked *asked, int64_t ms) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(asked->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info) deadline_extend(asked->http->deadlines, info->connect_fd, ms);
}

static enum outcome admit(struct asked *asked, const char *method, struct fault *fault) {
    if (asked->route.kind == ROUTE_NONE) return fault_set(fault, REFUSE, "HTTP_NOT_FOUND", "no such address");
    if (asked->route.kind != ROUTE_HEALTH) TRY(auth_admit(asked, fault));
    if (strcmp(method, asked->route.method) != 0)
        return fault_set(fault, REFUSE, "HTTP_METHOD", "only %s here", asked->route.method);
    int64_t most = asked->route.kind == ROUTE_SUBMIT ? asked->http->settings->body_most : (int64_t)KIB;
    if (asked->declared > most)
        return fault_set(fault, REFUSE, "TOO_LARGE", "a body of %lld bytes, at most %lld are taken",
                         (long long)asked->declared, (long long)most);
    if (asked->route.kind != ROUTE_SUBMIT) return OK;
    TRY(parcel_space(asked->http->gateway, asked->declared > 0 ? asked->declared : 0, fault));
    return form_new(asked, fault);
}

static struct asked *begin(struct http *http, struct MHD_Connection *connection, const char *path, const char *method) {
    struct asked *asked = calloc(1, sizeof *asked);
    INVARIANT(asked);
    *asked = (struct asked){.http = http,
                            .connection = connection,
                            .path = path,
                            .route = route_find(path),
                            .declared = -1,
                            .begun_ms = monotonic_ms()};
    asked->arena = arena_new(4096, GATEWAY_ARENA);
    const char *length = asked_header(asked, "Content-Length");
    if (length && !request_number(length, 0, INT64_MAX, -1, &asked->declared)) asked->declared = INT64_MAX;
    else if (!length && !asked_header(asked, "Transfer-Encoding")) asked->declared = 0;
    if (admit(asked, method, &asked->early) != OK) asked->early_status = answer_status(&asked->early);
    allow_time(asked, BODY_REST_MS);
    return asked;
}

static void refuse_later(struct asked *asked, const struct fault *fault) {
    asked->early = *fault;
    asked->early_status = answer_status(fault);
}

/* Too long a body to be read for nothing: answered at once, and the connection ends. */
static bool not_worth_reading(const struct asked *asked) {
    return asked->early_status && (asked->declared > SWALLOW_MAX || asked->received > SWALLOW_MAX);
}

static void take(struct asked *asked, const char *data, size_t count) {
    struct fault fault = {0};
    asked->received += (int64_t)count;
    atomic_fetch_add(&asked->http->received_bytes, (long long)count);
    /* the pace is kept from the beginning of the body, not from the last byte: a byte now and then buys no time */
    allow_time(asked, asked->begun_ms + BODY_REST_MS + asked->received / PACE_MIN - monotonic_ms());
    if (asked->early_status || asked->route.kind != ROUTE_SUBMIT) return;
    if (asked->received > asked->http->settings->body_most) {
        fault_set(&fault, REFUSE, "TOO_LARGE", "the body is longer than %lld bytes",
                  (long long)asked->http->settings->body_most);
        refuse_later(asked, &fault);
    } else if (form_take(asked, data, count, &fault) != OK) refuse_later(asked, &fault);
}

static enum MHD_Result answer(struct asked *asked) {
    int64_t wait = 0;
    if (asked->early_status) return answer_fault(asked, asked->early_status, &asked->early);
    if (request_number(asked_query(asked, "wait"), 0, HTTP_WAIT_MAX_S, 0, &wait))
        allow_time(asked, BODY_REST_MS + wait * 1000);
    switch (asked->route.kind) {
    case ROUTE_HEALTH: return health_answer(asked);
    case ROUTE_METRICS: return metrics_answer(asked);
    case ROUTE_SUBMIT: return submit_answer(asked);
    case ROUTE_SUBMISSION: return submission_answer(asked);
    case ROUTE_INBOX: return inbox_answer(asked);
    case ROUTE_MESSAGE: return message_answer(asked);
    case ROUTE_FILE: return file_answer(asked);
    case ROUTE_ACKNOWLEDGE: return acknowledge_answer(asked);
    case ROUTE_NONE: break;
    }
    return MHD_NO;
}

static enum MHD_Result on_request(void *of, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *count, void **context) {
    struct asked *asked = *context;
    (void)version;
    if (!asked) {
        *context = asked = begin(of, connection, path, method);
        return not_worth_reading(asked) ? answer_fault(asked, asked->early_status, &asked->early) : MHD_YES;
    }
    if (*count) {
        take(asked, data, *count);
        *count = 0;
        /* in the midst of a body no answer can be given */
        return not_worth_reading(asked) ? MHD_NO : MHD_YES;
    }
    return asked->answered ? MHD_YES : answer(asked);
}

static void on_end(void *of, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how) {
    struct http *http = of;
    struct asked *asked = *context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    (void)how;
    if (info) deadline_extend(http->deadlines, info->connect_fd, http->settings->idle_seconds * 1000 + HEADERS_MS);
    if (!asked) return;
    form_free(asked);
    arena_free(asked->arena);
    free(asked);
    *context = NULL;
}

static void on_connection(void *of, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what) {
    struct http *http = of;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    (void)context;
    if (!info) return;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) deadline_opened(http->deadlines, info->connect_fd, HEADERS_MS);
    else deadline_closed(http->deadlines, info->connect_fd);
}

static void on_log(void *of, const char *format, va_list arguments) {
    char text[256];
    (void)of;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = 0;
    log_warn("http.server", "text=\"%s\"", text);
}

enum outcome server_start(struct http *http, struct fault *fault) {
    const struct http_settings *s = http->settings;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[8] = {{MHD_OPTION_END, 0, NULL}};
    union {
        const char *from;
        char *to;
    } certificate = {s->certificate}, key = {s->private_key}, ca = {s->client_ca};
    char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    size_t count = 0;
    if (s->address.ss_family == AF_INET6) flags |= MHD_USE_IPv6;
    if (s->certificate) {
        TRY(auth_certificate(s->certificate, &http->certificate_until, fault));
        flags |= MHD_USE_TLS;
        tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.to};
        tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, key.to};
        tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities};
        if (s->client_ca) tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, ca.to};
        tls[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    http->deadlines = deadline_new((size_t)s->connections + 64);
    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, http, MHD_OPTION_SOCK_ADDR,
        &s->address, MHD_OPTION_NOTIFY_COMPLETED, on_end, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)s->per_address, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 * KIB, MHD_OPTION_THREAD_STACK_SIZE, (size_t)512 * KIB,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (http->daemon) return OK;
    return fault_set(fault, FATAL, "HTTP_LISTEN", "%s", s->listen);
}

void server_stop(struct http *http) {
    if (http->daemon) MHD_stop_daemon(http->daemon);
    deadline_free(http->deadlines);
    http->daemon = NULL;
    http->deadlines = NULL;
}
