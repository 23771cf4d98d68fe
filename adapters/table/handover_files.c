/* A message's files on their way into the inbox tables: whole in one statement, or, what is large, ahead of its row in
 * parts (parts.c). */
#include "adapters/table/table_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* In inbox/, or in done/ after a crash; -1: it is gone (the agency took it out of the folder). */
static int64_t size_of(const struct handover *h, const char *name, enum gateway_folder *ret_where) {
    const int *folders = h->table->gateway->folders;
    struct stat facts;
    *ret_where = fstatat(folders[AT_INBOX], name, &facts, AT_SYMLINK_NOFOLLOW) == 0 ? AT_INBOX : AT_DONE;
    if (fstatat(folders[*ret_where], name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(facts.st_mode)) return -1;
    return facts.st_size;
}

/* *ret_size -1: gone. Content only up to `most`. */
enum outcome handover_read(struct handover *h, const char *name, int64_t most, int64_t *ret_size, struct fault *fault) {
    char path[64 + 256];
    enum gateway_folder where;
    buffer_free(&h->content);
    buffer_init(&h->content, (size_t)most);
    *ret_size = size_of(h, name, &where);
    if (*ret_size < 0 || *ret_size > most) return OK;
    snprintf(path, sizeof path, "/proc/self/fd/%d/%.255s", h->table->gateway->folders[where], name);
    enum outcome outcome = buffer_read_file(&h->content, path, fault);
    return outcome == OK ? OK : fault_as(outcome, RETRY);
}

/* Which of a message's files it is, and from what size on it goes ahead in parts. The case file is rarely among the
 * files. */
size_t handover_nth(const struct handover *h, size_t file) { return file + 1 == h->message->file_count ? 0 : file + 1; }
static int64_t at_once(size_t nth) { return nth ? (int64_t)TABLE_PART : (int64_t)HANDOVER_CASE_MAX; }

/* Its parts are there, put ahead; up to the settings' size the server makes one value of them. */
static enum outcome put_parts(struct handover *h, size_t nth, const char *name, int64_t size, struct fault *fault) {
    struct table *table = h->table;
    struct link_values v = {0};
    int64_t put = 0;
    bool one = size <= table->settings->attachment_most;
    link_text(&v, h->id);
    link_number(&v, (int64_t)nth, table->arena);
    link_text(&v, name);
    link_text(&v, conversion_media_type(bytes_of_cstr(name)));
    link_number(&v, size, table->arena);
    link_text(&v, arena_printf(table->arena, "done/%s", name));
    TRY(link_run(table->link,
                 one ? "INSERT INTO {schema}.{inbox}_file (id, nth, name, media, size, path, content)"
                       " SELECT $1::uuid, $2::integer, $3::text, $4::text, $5::bigint, $6::text, string_agg(content, "
                       "''::bytea ORDER BY part)"
                       " FROM {schema}.{inbox}_part WHERE id = $1::uuid AND nth = $2::integer HAVING "
                       "sum(octet_length(content)) = $5::bigint"
                     : "INSERT INTO {schema}.{inbox}_file (id, nth, name, media, size, path, parts)"
                       " SELECT $1::uuid, $2::integer, $3::text, $4::text, $5::bigint, $6::text, count(*)"
                       " FROM {schema}.{inbox}_part WHERE id = $1::uuid AND nth = $2::integer HAVING "
                       "sum(octet_length(content)) = $5::bigint",
                 &v, &put, fault));
    if (!put) return fault_set(fault, RETRY, "TABLE_SQL", "parts of an attachment went away before its row came");
    return one ? parts_forget(&(struct parts){.table = table, .id = h->id, .nth = nth}, fault) : OK;
}

enum outcome handover_file(struct handover *h, size_t nth, struct bytes name, struct fault *fault) {
    struct table *table = h->table;
    struct link_values v = {0};
    int64_t size = 0;
    const char *text = arena_cstr(table->arena, name);
    TRY(handover_read(h, text, at_once(nth), &size, fault));
    if (size > at_once(nth)) return put_parts(h, nth, text, size, fault);
    link_text(&v, h->id);
    link_number(&v, (int64_t)nth, table->arena);
    link_text(&v, text);
    link_text(&v, conversion_media_type(name));
    link_number(&v, size < 0 ? 0 : size, table->arena);
    if (size >= 0) link_bytes(&v, buffer_view(&h->content));
    else link_text(&v, NULL);
    link_text(&v, size >= 0 ? arena_printf(table->arena, "done/%s", text) : NULL);
    return link_run(table->link,
                    "INSERT INTO {schema}.{inbox}_file (id, nth, name, media, size, content, path)"
                    " VALUES ($1::uuid, $2::integer, $3::text, $4::text, $5::bigint, $6::bytea, $7::text)",
                    &v, NULL, fault);
}

/* One of its files, if it is to go ahead. */
static enum outcome file_ahead(struct handover *h, size_t i, int64_t *left, bool *ret_whole, struct fault *fault) {
    const char *name = arena_cstr(h->table->arena, h->message->files[i]);
    enum gateway_folder where;
    struct parts parts = {.table = h->table, .id = h->id, .nth = handover_nth(h, i), .size = size_of(h, name, &where)};
    *ret_whole = true;
    if (parts.size <= at_once(parts.nth)) return OK;
    int file = openat(h->table->gateway->folders[where], name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return fault_set(fault, RETRY, "FILE_READ", "%s: %s", name, strerror(errno));
    enum outcome outcome = parts_put(&parts, file, left, ret_whole, fault);
    close(file);
    return outcome;
}

/* What is large of it goes ahead of its row. */
enum outcome handover_ahead(struct handover *h, int64_t *left, bool *ret_whole, struct fault *fault) {
    *ret_whole = true;
    for (size_t i = 0; i < h->message->file_count; i++) {
        bool whole = false;
        TRY(file_ahead(h, i, left, &whole, fault));
        *ret_whole = *ret_whole && whole;
    }
    return OK;
}
