/* What is put ahead survives a crash of either side, and is gone on with. Nobody reads it before
 * the message's row is there. */
#include "adapters/table/table_inside.h"
#include "base/failpoint.h"
#include <errno.h>
#include <unistd.h>

static void name_it(const struct parts *p, struct link_values *v) {
    link_text(v, p->id);
    link_number(v, (int64_t)p->nth, p->table->arena);
}

/* How many lie there; 0 if they are not the beginning of this file. */
static enum outcome count(const struct parts *p, int64_t *ret, struct fault *fault) {
    AUTO(link_result_free) PGresult *row = NULL;
    struct link_values v = {0};
    name_it(p, &v);
    TRY(link_ask(p->table->link,
                 "SELECT count(*)::text, coalesce(max(part), 0)::text, coalesce(sum(octet_length(content)), 0)::text "
                 "FROM {schema}.{inbox}_part"
                 " WHERE id = $1::uuid AND nth = $2::integer",
                 &v, &row, fault));
    int64_t there = link_int(row, 0, 0), last = link_int(row, 0, 1), bytes = link_int(row, 0, 2),
            full = there * (int64_t)TABLE_PART;
    *ret = there;
    if (there == last && bytes == (full < p->size ? full : p->size)) return OK;
    *ret = 0;
    return parts_forget(p, fault);
}

/* Its length is not what it was: somebody writes into it. */
static enum outcome read_part(const struct parts *p, int file, int64_t at, struct buffer *into, struct fault *fault) {
    size_t want = (size_t)(p->size - at < (int64_t)TABLE_PART ? p->size - at : (int64_t)TABLE_PART);
    uint8_t piece[64u * KIB];
    buffer_clear(into);
    while (into->count < want) {
        size_t left = want - into->count;
        ssize_t got = pread(file, piece, left < sizeof piece ? left : sizeof piece, (off_t)(at + (int64_t)into->count));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            return fault_set(fault, RETRY, "FILE_READ", "an attachment in inbox/: %s",
                             got < 0 ? strerror(errno) : "it has become shorter");
        TRY(buffer_add(into, bytes_of(piece, (size_t)got), fault));
    }
    return OK;
}

static enum outcome put_one(const struct parts *p, int64_t part, struct bytes content, struct fault *fault) {
    struct link_values v = {0};
    name_it(p, &v);
    link_number(&v, part, p->table->arena);
    link_bytes(&v, content);
    TRY(link_run(p->table->link,
                 "INSERT INTO {schema}.{inbox}_part (id, nth, part, content) VALUES ($1::uuid, $2::integer, "
                 "$3::integer, $4::bytea)",
                 &v, NULL, fault));
    FAILPOINT("table.part");
    return OK;
}

enum outcome parts_put(const struct parts *p, int file, int64_t *left, bool *ret_whole, struct fault *fault) {
    AUTO(buffer_free) struct buffer content;
    int64_t part = 0;
    buffer_init(&content, TABLE_PART);
    TRY(count(p, &part, fault));
    for (int64_t at = part * (int64_t)TABLE_PART; at < p->size && *left > 0; at += (int64_t)TABLE_PART) {
        TRY(read_part(p, file, at, &content, fault));
        TRY(put_one(p, ++part, buffer_view(&content), fault));
        *left -= (int64_t)TABLE_PART;
    }
    *ret_whole = part * (int64_t)TABLE_PART >= p->size;
    return OK;
}

enum outcome parts_forget(const struct parts *p, struct fault *fault) {
    struct link_values v = {0};
    name_it(p, &v);
    return link_run(p->table->link, "DELETE FROM {schema}.{inbox}_part WHERE id = $1::uuid AND nth = $2::integer", &v,
                    NULL, fault);
}

enum outcome parts_clear(struct table *table, struct fault *fault) {
    return link_run(table->link,
                    "DELETE FROM {schema}.{inbox}_part p WHERE p.written < now() - interval '7 days'"
                    " AND NOT EXISTS (SELECT FROM {schema}.{inbox} i WHERE i.id = p.id)",
                    NULL, NULL, fault);
}
