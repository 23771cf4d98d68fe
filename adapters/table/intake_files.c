/* An attachment is one value (content) or, where that is NULL, the rows of the _part table in their
 * order: PostgreSQL holds no value of a gigabyte. Either is read in slices, so it is never in memory as a whole, here
 * or, its storage being EXTERNAL, there. */
#include "adapters/spool/name.h"
#include "adapters/table/table_inside.h"
#include <stdio.h>

enum outcome intake_refuse_at(struct fault *fault, const char *code, const char *field, const char *what) {
    fault_set(fault, REFUSE, code, "%s", what);
    return fault_place(fault, field, 0, 0);
}

/* declared < 0: the agency does not say how large it is */
struct attached {
    struct bytes name;
    int64_t size, declared, parts, last;
    bool content;
};

/* One value: of a part, or of the whole (part 0). */
static enum outcome take_value(struct taking *t, size_t place, const char *name, int64_t part, struct fault *fault) {
    static const char whole[] = "SELECT substring(content FROM $3::integer FOR $4::integer) FROM "
                                "{schema}.{outbox}_file WHERE id = $1::uuid AND name = $2::text";
    static const char one[] = "SELECT substring(content FROM $3::integer FOR $4::integer) FROM {schema}.{outbox}_part "
                              "WHERE id = $1::uuid AND name = $2::text AND part = $5::integer";
    for (int64_t at = 0, got = TABLE_PART; got == TABLE_PART; at += got) {
        AUTO(link_result_free) PGresult *slice = NULL;
        struct link_values v = {0};
        link_text(&v, arena_cstr(t->table->arena, t->id));
        link_text(&v, name);
        link_number(&v, at + 1, t->table->arena);
        link_number(&v, TABLE_PART, t->table->arena);
        if (part) link_number(&v, part, t->table->arena);
        TRY(link_ask(t->table->link, part ? one : whole, &v, &slice, fault));
        if (PQntuples(slice) != 1)
            return fault_set(fault, RETRY, "TABLE_SQL", "an attachment went away while it was read");
        struct bytes value = link_value(slice, 0, 0);
        got = (int64_t)value.count;
        TRY(parcel_add(t->parcel, place, value, fault));
    }
    return OK;
}

/* What its rows say of it, before any of it is read. */
static enum outcome check(const struct taking *t, const struct attached *a, const char *name, struct fault *fault) {
    char what[200] = "";
    if (!name_outbox(a->name))
        return intake_refuse_at(fault, "FIELD_FILE_NAME", "name",
                                "an attachment's name is not a plain file name of at most 200 bytes");
    if (bytes_equal_cstr(a->name, t->parcel->files[0].name))
        return intake_refuse_at(fault, "FIELD_FILE_NAME", name, "an attachment has the case file's name");
    if (!a->content && !a->parts)
        return intake_refuse_at(fault, "FIELD_MISSING", name, "content is NULL and the _part table has nothing of it");
    if (a->size > LIMIT_FILE) {
        snprintf(what, sizeof what, "%lld bytes, at most %lld", (long long)a->size, (long long)LIMIT_FILE);
        return intake_refuse_at(fault, "TOO_LARGE", name, what);
    }
    if (a->content && a->parts)
        snprintf(what, sizeof what, "it has content and %lld rows of the _part table: one or the other",
                 (long long)a->parts);
    else if (a->parts != a->last)
        snprintf(what, sizeof what, "parts are numbered 1 to n: the last is %lld, there are %lld", (long long)a->last,
                 (long long)a->parts);
    else if (a->declared >= 0 && a->declared != a->size)
        snprintf(what, sizeof what, "size says %lld bytes, there are %lld", (long long)a->declared, (long long)a->size);
    return what[0] ? intake_refuse_at(fault, "TABLE_PARTS", name, what) : OK;
}

static enum outcome take_file(struct taking *t, size_t place, const struct attached *a, struct fault *fault) {
    const char *name = arena_cstr(t->table->arena, a->name);
    TRY(check(t, a, name, fault));
    TRY(parcel_begin_file(t->parcel, place, a->name, fault));
    if (a->content) return take_value(t, place, name, 0, fault);
    for (int64_t part = 1; part <= a->parts; part++) TRY(take_value(t, place, name, part, fault));
    return OK;
}

enum outcome intake_files(struct taking *t, struct fault *fault) {
    AUTO(link_result_free) PGresult *rows = NULL;
    struct link_values v = {0};
    struct attached list[LIMIT_ATTACHMENT_COUNT];
    int64_t all = 0;
    link_text(&v, arena_cstr(t->table->arena, t->id));
    link_number(&v, LIMIT_ATTACHMENT_COUNT + 1, t->table->arena);
    TRY(link_ask(t->table->link,
                 "SELECT left(f.name, 256), (f.content IS NOT NULL)::integer::text, coalesce(octet_length(f.content), "
                 "p.size, 0)::text, coalesce(f.size, -1)::text,"
                 " p.count::text, coalesce(p.last, 0)::text FROM {schema}.{outbox}_file f CROSS JOIN LATERAL (SELECT "
                 "count(*), max(part) AS last,"
                 " sum(octet_length(content)) AS size FROM {schema}.{outbox}_part WHERE id = f.id AND name = f.name) p"
                 " WHERE f.id = $1::uuid ORDER BY f.name COLLATE \"C\" LIMIT $2::integer",
                 &v, &rows, fault));
    if (PQntuples(rows) > (int)LIMIT_ATTACHMENT_COUNT)
        return fault_set(fault, REFUSE, "TOO_MANY", "more than %u attachments", LIMIT_ATTACHMENT_COUNT);
    for (int i = 0; i < PQntuples(rows); i++) {
        list[i] = (struct attached){.name = arena_copy(t->table->arena, link_value(rows, i, 0)),
                                    .content = link_int(rows, i, 1) != 0,
                                    .size = link_int(rows, i, 2),
                                    .declared = link_int(rows, i, 3),
                                    .parts = link_int(rows, i, 4),
                                    .last = link_int(rows, i, 5)};
        all += list[i].size;
    }
    /* else it would fill the disk of all others anew at each try */
    TRY(parcel_space(t->table->gateway, all, fault));
    for (int i = 0; i < PQntuples(rows); i++) TRY(take_file(t, (size_t)i + 1, &list[i], fault));
    return OK;
}
