/* Inside of the HTTP transport: a request and its answer, each on a thread of its own. */
#ifndef ECOCASE_ADAPTERS_HTTP_HTTP_INSIDE_H
#define ECOCASE_ADAPTERS_HTTP_HTTP_INSIDE_H
#include <jansson.h>
#include <microhttpd.h>
#include <sys/stat.h>
#include "adapters/gateway/gateway.h"
#include "adapters/http/http.h"
#include "adapters/http/request.h"
#include "adapters/http/settings_inside.h"

/* in the spool: store.sqlite, and a folder for each submission not yet placed */
#define HTTP_FOLDER     ".http"
#define HTTP_WAIT_MAX_S 60 /* long-poll */
#define HTTP_LIST_MAX   200

struct deadlines;
struct http {
    struct gateway *gateway;
    struct http_settings *settings;
    struct MHD_Daemon *daemon;
    struct deadlines *deadlines;
    pthread_t pusher;
    bool pushing;
    atomic_llong answers[6], pushed, push_failures, received_bytes;
    instant certificate_until; /* INSTANT_NONE: no TLS */
};

/* ---- one request: its own thread ---- */
struct asked {
    struct http *http;
    struct MHD_Connection *connection;
    struct route route;
    const char *path;
    struct arena *arena;
    struct parcel *parcel;          /* POST of a submission: what is being received */
    struct MHD_PostProcessor *form; /* NULL: the body is the case file */
    size_t open;                    /* place of the part being written */
    char open_key[16];
    struct fault part_fault; /* why a part was not taken */
    struct fault early;      /* decided before the body was there; answered once it is read */
    unsigned early_status;
    int64_t declared, received; /* body bytes; declared -1: chunked */
    int64_t begun_ms;           /* monotonic */
    const char *content_range;  /* of the answer; NULL: none */
    bool answered;
};
/* ---- asked.c */
const char *asked_header(const struct asked *asked, const char *name);
const char *asked_query(const struct asked *asked, const char *name);

/* ---- answer.c: each gives what MHD wants back */
/* takes body */
enum MHD_Result answer_json(struct asked *asked, unsigned status, json_t *body, const char *location);
/* RFC 9457 */
enum MHD_Result answer_fault(struct asked *asked, unsigned status, const struct fault *fault);
/* With all that is wrong with the files handed in, as `faults`. */
enum MHD_Result answer_faults(struct asked *asked, const struct fault *first, const struct file_faults *all);
enum MHD_Result answer_text(struct asked *asked, unsigned status, const char *type, const char *text);
/* takes file; the range asked for */
enum MHD_Result answer_file(struct asked *asked, int file, const struct stat *facts, const char *name);
unsigned answer_status(const struct fault *fault); /* of a fault of ours: 4xx, 5xx */

/* ---- auth.c */
MUST_USE enum outcome auth_admit(const struct asked *asked, struct fault *fault);
MUST_USE enum outcome auth_certificate(const char *pem, instant *ret_until, struct fault *fault);

/* ---- form.c: the body, streamed into a parcel */
MUST_USE enum outcome form_new(struct asked *asked, struct fault *fault);
MUST_USE enum outcome form_take(struct asked *asked, const char *data, size_t count, struct fault *fault);
MUST_USE enum outcome form_finish(struct asked *asked, struct fault *fault);
void form_free(struct asked *asked); /* what was not accepted is removed */
/* ---- submit.c */
enum MHD_Result submit_answer(struct asked *asked);
enum MHD_Result submission_answer(struct asked *asked);
/* ---- inbox.c */
enum MHD_Result inbox_answer(struct asked *asked);
enum MHD_Result message_answer(struct asked *asked);
enum MHD_Result file_answer(struct asked *asked);
enum MHD_Result acknowledge_answer(struct asked *asked);
json_t *message_json(const struct http *http, const struct message *message);
/* ---- health.c */
enum MHD_Result health_answer(struct asked *asked);
enum MHD_Result metrics_answer(struct asked *asked);

/* ---- server.c */
MUST_USE enum outcome server_start(struct http *http, struct fault *fault);
void server_stop(struct http *http);
/* ---- deadline.c: connections and how long each may take. Slow clients are cut. */
struct deadlines *deadline_new(size_t most);
void deadline_free(struct deadlines *deadlines); /* stops the watch */
void deadline_opened(struct deadlines *deadlines, int descriptor, int64_t most_ms);
void deadline_extend(struct deadlines *deadlines, int descriptor, int64_t most_ms);
void deadline_closed(struct deadlines *deadlines, int descriptor);
int64_t deadline_cut(const struct deadlines *deadlines);
/* ---- pusher.c: a thread */
void *pusher_run(void *http);
#endif
