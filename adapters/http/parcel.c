/* See parcel.h. */
#define _GNU_SOURCE /* renameat2 */
#include "adapters/http/parcel.h"
#include "adapters/transports/durable.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORM_ROOM 65536u /* a part's headers must fit */

static enum outcome written(const char *what, struct fault *fault) { return fault_set(fault, RETRY, "FILE_WRITE", "%s: %s", what, strerror(errno)); }

static enum outcome open_place(struct parcel *p, size_t place, struct bytes name, struct fault *fault) {
    struct received *r = &p->files[place];
    char path[24];
    snprintf(path, sizeof path, "%zu", place);
    r->file = openat(p->folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0664);
    if (r->file < 0) return written("a file of the submission", fault);
    r->sum = EVP_MD_CTX_new();
    PROMISE(r->sum && EVP_DigestInit_ex(r->sum, EVP_sha256(), NULL) == 1);
    if (name.count) memcpy(r->name, name.at, name.count);
    r->name[name.count] = 0;
    r->there = true;
    p->open = place;
    return OK;
}

static enum outcome append(struct parcel *p, const char *data, size_t count, struct fault *fault) {
    struct received *r = &p->files[p->open];
    PROMISE(EVP_DigestUpdate(r->sum, data, count) == 1);
    for (size_t at = 0; at < count;) {
        ssize_t wrote = write(r->file, data + at, count - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return written("a file of the submission", fault);
        at += (size_t)wrote;
    }
    r->size += (int64_t)count;
    return OK;
}

static enum outcome request_wrong(struct fault *fault, const char *why, const char *what) { return fault_set(fault, REFUSE, "HTTP_REQUEST", "%s%.100s", why, what ? what : ""); }

static enum outcome new_part(struct parcel *p, const char *key, const char *file_name, const char *encoding, struct fault *fault) {
    bool is_case = strcmp(key, "case") == 0;
    struct bytes name = bytes_of_cstr(file_name);
    if (!is_case && strcmp(key, "attachment") != 0) return request_wrong(fault, "a part is called case or attachment, not ", key);
    if (encoding && strcasecmp(encoding, "binary") != 0 && strcasecmp(encoding, "8bit") != 0 && strcasecmp(encoding, "7bit") != 0) {
        return request_wrong(fault, "parts are sent as they are, not with Content-Transfer-Encoding ", encoding);
    }
    if (is_case ? p->files[0].there : !name.count) return request_wrong(fault, is_case ? "there is one case part" : "an attachment needs filename=\"…\" (UTF-8)", NULL);
    if (name.count && !request_name(name)) return request_wrong(fault, "not a plain file name of at most 200 bytes: ", file_name);
    for (size_t i = 0; i < p->count; i++) {
        if (p->files[i].there && name.count && bytes_equal_cstr(name, p->files[i].name)) return request_wrong(fault, "two parts have one file name: ", file_name);
    }
    if (!is_case && p->count > LIMIT_ATTACHMENT_COUNT) return fault_set(fault, REFUSE, "TOO_MANY", "more than %u attachments", LIMIT_ATTACHMENT_COUNT);
    snprintf(p->open_key, sizeof p->open_key, "%s", key);
    return open_place(p, is_case ? 0 : p->count++, name, fault);
}

/* libmicrohttpd may tell a part's beginning twice, the first time empty. */
static bool same_part(const struct parcel *p, const char *key, const char *file_name) {
    const struct received *r = &p->files[p->open];
    return r->there && r->size == 0 && strcmp(p->open_key, key) == 0 && strcmp(r->name, file_name ? file_name : "") == 0;
}

static enum MHD_Result on_part(void *of, enum MHD_ValueKind kind, const char *key, const char *file_name, const char *type, const char *encoding,
                               const char *data, uint64_t offset, size_t count) {
    struct parcel *p = of;
    (void)kind, (void)type;
    if (p->fault.what != OK) return MHD_NO;
    enum outcome outcome = offset || same_part(p, key, file_name) ? OK : new_part(p, key, file_name, encoding, &p->fault);
    if (outcome == OK) outcome = append(p, data, count, &p->fault);
    return outcome == OK ? MHD_YES : MHD_NO;
}

static enum outcome open_body(struct asked *asked, struct parcel *p, struct fault *fault) {
    const char *name = asked_query(asked, "name");
    bool sound = false;
    p->count = 1;
    if (request_multipart(asked_header(asked, "Content-Type"), &sound)) {
        if (!sound) return request_wrong(fault, "multipart/form-data without a sound boundary", NULL);
        p->form = MHD_create_post_processor(asked->connection, FORM_ROOM, on_part, p);
        return p->form ? OK : request_wrong(fault, "multipart/form-data cannot be read", NULL);
    }
    if (name && !request_name(bytes_of_cstr(name))) return request_wrong(fault, "name is not a plain file name of at most 200 bytes", NULL);
    return open_place(p, 0, bytes_of_cstr(name), fault);
}

enum outcome parcel_new(struct asked *asked, struct fault *fault) {
    struct parcel *p = calloc(1, sizeof *p);
    struct uuid id = uuid_v7(instant_now());
    char text[UUID_TEXT + 1];
    PROMISE(p);
    asked->parcel = p;
    for (size_t i = 0; i <= LIMIT_ATTACHMENT_COUNT; i++) p->files[i].file = -1;
    uuid_format(&id, text);
    snprintf(p->name, sizeof p->name, "in-%s", text);
    p->folder = -1;
    if (mkdirat(asked->http->folders[AT_OWN], p->name, 0775) != 0) return written("a folder for the submission", fault);
    p->folder = openat(asked->http->folders[AT_OWN], p->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (p->folder < 0) return written("a folder for the submission", fault);
    return open_body(asked, p, fault);
}

enum outcome parcel_take(struct asked *asked, const char *data, size_t count, struct fault *fault) {
    struct parcel *p = asked->parcel;
    if (!p->form) return append(p, data, count, fault);
    if (MHD_post_process(p->form, data, count) == MHD_YES && p->fault.what == OK) return OK;
    if (p->fault.what == OK) return request_wrong(fault, "the multipart body is malformed", NULL);
    *fault = p->fault;
    return fault->what;
}

enum outcome parcel_finish(struct asked *asked, struct fault *fault) {
    struct parcel *p = asked->parcel;
    if (p->form) {
        enum MHD_Result whole = MHD_destroy_post_processor(p->form);
        p->form = NULL;
        if (p->fault.what != OK) {
            *fault = p->fault;
            return fault->what;
        }
        if (whole != MHD_YES) return request_wrong(fault, "the multipart body ends before its closing boundary", NULL);
    }
    if (!p->files[0].there || !p->files[0].size) return request_wrong(fault, "there is no case file in the request", NULL);
    for (size_t i = 0; i < p->count; i++) {
        struct received *r = &p->files[i];
        PROMISE(EVP_DigestFinal_ex(r->sum, r->digest.b, NULL) == 1);
        if (fsync(r->file) != 0) return written("a file of the submission", fault);
    }
    return OK;
}

enum outcome parcel_keep(struct asked *asked, const char *id, struct fault *fault) {
    struct parcel *p = asked->parcel;
    int own = asked->http->folders[AT_OWN];
    TRY(durable_sync_folder(p->folder, fault));
    if (renameat2(own, p->name, own, id, RENAME_NOREPLACE) != 0) return written("the submission's folder", fault);
    snprintf(p->name, sizeof p->name, "%s", id);
    return durable_sync_folder(own, fault);
}

void parcel_remove_folder(const struct http *http, const char *name) {
    int folder = openat(http->folders[AT_OWN], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *list = folder >= 0 ? fdopendir(folder) : NULL;
    if (!list) return;
    for (const struct dirent *entry; (entry = readdir(list));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) unlinkat(folder, entry->d_name, 0);
    }
    closedir(list);
    unlinkat(http->folders[AT_OWN], name, AT_REMOVEDIR);
}

void parcel_free(struct asked *asked) {
    struct parcel *p = asked->parcel;
    if (!p) return;
    if (p->form) MHD_destroy_post_processor(p->form);
    for (size_t i = 0; i <= LIMIT_ATTACHMENT_COUNT; i++) {
        EVP_MD_CTX_free(p->files[i].sum);
        if (p->files[i].file >= 0) close(p->files[i].file);
    }
    if (p->folder >= 0) close(p->folder);
    if (!p->kept) parcel_remove_folder(asked->http, p->name);
    free(p);
    asked->parcel = NULL;
}
