/* A request's body, whole or in parts, into a parcel. */
#include "adapters/spool/name.h"
#include "adapters/http/http_inside.h"
#include <stdio.h>
#include <strings.h>

#define FORM_ROOM 65536u /* a part's headers must fit */

static enum outcome request_wrong(struct fault *fault, const char *why, const char *what) {
    return fault_set(fault, REFUSE, "HTTP_REQUEST", "%s%.100s", why, what ? what : "");
}

static enum outcome new_part(struct asked *asked, const char *key, const char *file_name, const char *encoding,
                             struct fault *fault) {
    struct parcel *p = asked->parcel;
    bool is_case = strcmp(key, "case") == 0;
    struct bytes name = bytes_of_cstr(file_name);
    if (!is_case && strcmp(key, "attachment") != 0)
        return request_wrong(fault, "a part is called case or attachment, not ", key);
    if (encoding && strcasecmp(encoding, "binary") != 0 && strcasecmp(encoding, "8bit") != 0 &&
        strcasecmp(encoding, "7bit") != 0) {
        return request_wrong(fault, "parts are sent as they are, not with Content-Transfer-Encoding ", encoding);
    }
    if (is_case ? p->files[0].there : !name.count)
        return request_wrong(fault, is_case ? "there is one case part" : "an attachment needs filename=\"…\" (UTF-8)",
                             NULL);
    if (name.count && !name_outbox(name))
        return request_wrong(fault, "not a plain file name of at most 200 bytes: ", file_name);
    for (size_t i = 0; i < p->count; i++) {
        if (p->files[i].there && name.count && bytes_equal_cstr(name, p->files[i].name))
            return request_wrong(fault, "two parts have one file name: ", file_name);
    }
    if (!is_case && p->count > LIMIT_ATTACHMENT_COUNT)
        return fault_set(fault, REFUSE, "TOO_MANY", "more than %u attachments", LIMIT_ATTACHMENT_COUNT);
    snprintf(asked->open_key, sizeof asked->open_key, "%s", key);
    asked->open = is_case ? 0 : p->count;
    return parcel_begin_file(p, asked->open, name, fault);
}

/* libmicrohttpd may tell a part's beginning twice, the first time empty. */
static bool same_part(const struct asked *asked, const char *key, const char *file_name) {
    const struct received *r = &asked->parcel->files[asked->open];
    return r->there && r->size == 0 && strcmp(asked->open_key, key) == 0 &&
           strcmp(r->name, file_name ? file_name : "") == 0;
}

static enum MHD_Result on_part(void *of, enum MHD_ValueKind kind, const char *key, const char *file_name,
                               const char *type, const char *encoding, const char *data, uint64_t offset,
                               size_t count) {
    struct asked *asked = of;
    (void)kind, (void)type;
    if (asked->part_fault.what != OK) return MHD_NO;
    enum outcome outcome =
        offset || same_part(asked, key, file_name) ? OK : new_part(asked, key, file_name, encoding, &asked->part_fault);
    if (outcome == OK) outcome = parcel_add(asked->parcel, asked->open, bytes_of(data, count), &asked->part_fault);
    return outcome == OK ? MHD_YES : MHD_NO;
}

enum outcome form_new(struct asked *asked, struct fault *fault) {
    const char *name = asked_query(asked, "name");
    bool sound = false;
    TRY(parcel_new(asked->http->gateway, &asked->parcel, fault));
    if (request_multipart(asked_header(asked, "Content-Type"), &sound)) {
        if (!sound) return request_wrong(fault, "multipart/form-data without a sound boundary", NULL);
        asked->form = MHD_create_post_processor(asked->connection, FORM_ROOM, on_part, asked);
        return asked->form ? OK : request_wrong(fault, "multipart/form-data cannot be read", NULL);
    }
    if (name && !name_outbox(bytes_of_cstr(name)))
        return request_wrong(fault, "name is not a plain file name of at most 200 bytes", NULL);
    return parcel_begin_file(asked->parcel, 0, bytes_of_cstr(name), fault);
}

enum outcome form_take(struct asked *asked, const char *data, size_t count, struct fault *fault) {
    if (!asked->form) return parcel_add(asked->parcel, 0, bytes_of(data, count), fault);
    if (MHD_post_process(asked->form, data, count) == MHD_YES && asked->part_fault.what == OK) return OK;
    if (asked->part_fault.what == OK) return request_wrong(fault, "the multipart body is malformed", NULL);
    *fault = asked->part_fault;
    return fault->what;
}

enum outcome form_finish(struct asked *asked, struct fault *fault) {
    const struct received *first = &asked->parcel->files[0];
    if (asked->form) {
        enum MHD_Result whole = MHD_destroy_post_processor(asked->form);
        asked->form = NULL;
        if (asked->part_fault.what != OK) {
            *fault = asked->part_fault;
            return fault->what;
        }
        if (whole != MHD_YES) return request_wrong(fault, "the multipart body ends before its closing boundary", NULL);
    }
    if (!first->there || !first->size) return request_wrong(fault, "there is no case file in the request", NULL);
    parcel_finish(asked->parcel);
    return OK;
}

void form_free(struct asked *asked) {
    if (asked->form) MHD_destroy_post_processor(asked->form);
    parcel_free(asked->http->gateway, asked->parcel);
    asked->form = NULL;
    asked->parcel = NULL;
}
