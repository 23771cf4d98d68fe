/* A row of the outbox table becomes a parcel, as a request of HTTP does. Looked at is what the
 * trigger noted (writes > seen), oldest first: a transaction that commits late is found whenever it commits, because
 * nothing is passed over by a high-water mark. */
#include "adapters/spool/name.h"
#include "adapters/table/table_inside.h"
#include "base/failpoint.h"

#define GROUP_FILES 128 /* open at one time, of the rows that are taken together */
/* of attachments; a row with more is taken by itself, so that no other waits until it is read */
#define GROUP_BYTES (16 * (int64_t)MIB)

const char *intake_name(const struct table *table, struct bytes id, const char *type, struct arena *arena) {
    const char *at = table->settings->file_name, *name = "";
    if (!at) at = arena_printf(arena, "{id}.%s", profile_extension(table->gateway->profile));
    while (*at) {
        size_t plain = strcspn(at, "{");
        bool is_id = strncmp(at + plain, "{id}", 4) == 0, is_type = strncmp(at + plain, "{type}", 6) == 0;
        if (at[plain] && !is_id && !is_type) plain++;
        name = arena_printf(arena, "%s%.*s%.*s", name, (int)plain, at,
                            is_id     ? (int)id.count
                            : is_type ? (int)strlen(type)
                                      : 0,
                            is_id ? (const char *)id.at : type);
        at += plain + (is_id ? 4 : is_type ? 6 : 0);
    }
    return name;
}

static enum outcome take_payload(struct taking *t, struct bytes payload, struct fault *fault) {
    const char *name = intake_name(t->table, t->id, t->type, t->table->arena);
    AUTO(buffer_free) struct buffer file;
    buffer_init(&file, 2 * LIMIT_NATIVE_FILE);
    if (!name_outbox(bytes_of_cstr(name)))
        return intake_refuse_at(fault, "FIELD_FILE_NAME", "type", "type does not make a plain file name");
    TRY(parcel_begin_file(t->parcel, 0, bytes_of_cstr(name), fault));
    if (t->table->settings->payload == PAYLOAD_BYTEA) return parcel_add(t->parcel, 0, payload, fault);
    TRY(conversion_from_text(t->table->gateway->profile, payload, &file, fault));
    return parcel_add(t->parcel, 0, buffer_view(&file), fault);
}

static enum outcome take_row(struct taking *t, struct fault *fault) {
    AUTO(link_result_free) PGresult *row = NULL;
    struct link_values v = {0};
    bool bytea = t->table->settings->payload == PAYLOAD_BYTEA;
    link_text(&v, arena_cstr(t->table->arena, t->id));
    link_number(&v, LIMIT_NATIVE_FILE, t->table->arena);
    const char *sql =
        bytea ? "SELECT o.writes::text, o.state, o.digest, b.id::text, left(b.aggregatetype, 256), left(b.type, 256), "
                "octet_length(b.payload)::text,"
                " CASE WHEN octet_length(b.payload) <= $2::bigint THEN b.payload END, (SELECT count(*) FROM "
                "{schema}.{outbox}_file f WHERE f.id = o.id)::text"
                " FROM {schema}.{outbox}_outcome o LEFT JOIN {schema}.{outbox} b ON b.id = o.id WHERE o.id = $1::uuid"
              : "SELECT o.writes::text, o.state, o.digest, b.id::text, left(b.aggregatetype, 256), left(b.type, 256), "
                "octet_length(b.payload::text)::text,"
                " CASE WHEN octet_length(b.payload::text) <= $2::bigint THEN b.payload::text END, (SELECT count(*) "
                "FROM {schema}.{outbox}_file f WHERE f.id = o.id)::text"
                " FROM {schema}.{outbox}_outcome o LEFT JOIN {schema}.{outbox} b ON b.id = o.id WHERE o.id = $1::uuid";
    TRY(link_ask(t->table->link, sql, &v, &row, fault));
    if (PQntuples(row) != 1)
        return fault_set(fault, RETRY, "TABLE_SQL", "an outcome row went away while it was looked at");
    t->writes = link_int(row, 0, 0);
    t->files = link_int(row, 0, 8);
    t->state = arena_copy(t->table->arena, link_value(row, 0, 1));
    t->digest = arena_copy(t->table->arena, link_value(row, 0, 2));
    if (!link_value(row, 0, 3).at)
        return fault_set(fault, REFUSE, "TABLE_ROW_GONE", "the row was deleted before it was taken");
    t->aggregate = arena_cstr(t->table->arena, link_value(row, 0, 4));
    t->type = arena_cstr(t->table->arena, link_value(row, 0, 5));
    const char *only = t->table->settings->aggregate_type;
    if (only && strcmp(only, t->aggregate) != 0)
        return intake_refuse_at(fault, "TABLE_ROW_GONE", "aggregatetype",
                                "the row's aggregatetype is not ours any more");
    if (!link_int(row, 0, 6)) return intake_refuse_at(fault, "FIELD_MISSING", "payload", "payload is empty");
    if (!link_value(row, 0, 7).at)
        return intake_refuse_at(fault, "TOO_LARGE", "payload",
                                "a case file has at most 4 MiB; attachments go into the _file table");
    return take_payload(t, link_value(row, 0, 7), fault);
}

/* One snapshot: a row and its attachments belong together. A statement that failed has ended the transaction for the
 * others too (*ret_apart). */
static enum outcome take_all(struct taking *list, size_t count, bool *ret_apart, struct fault *fault) {
    struct link *link = list->table->link;
    enum outcome outcome = OK;
    TRY(link_begin(link, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", fault));
    for (size_t i = 0; i < count && outcome == OK && !*ret_apart; i++) {
        struct taking *t = &list[i];
        t->outcome = take_row(t, &t->why);
        if (t->outcome == OK && t->files) t->outcome = intake_files(t, &t->why);
        *ret_apart = t->outcome == REFUSE && strcmp(t->why.code, "TABLE_DATA") == 0;
        if (t->outcome == OK || t->outcome == REFUSE) continue;
        outcome = t->outcome;
        *fault = t->why;
    }
    outcome = link_end(link, *ret_apart ? REFUSE : outcome, fault);
    return *ret_apart ? OK : outcome;
}

static bool same_digest(struct bytes hex, const struct digest *digest) {
    char text[2 * DIGEST_SIZE + 1];
    digest_hex(digest, text);
    return bytes_equal_cstr(hex, text);
}

/* A row that failed before it was ever taken in may be corrected in place: nothing was kept of it. */
static bool stands(const struct taking *t) { return t->digest.count && !bytes_equal_cstr(t->state, "failed"); }

/* Taken in, and the store, which was to go on with it, no longer knows it. */
static bool lost(const struct taking *t) { return bytes_equal_cstr(t->state, "queued"); }

/* The database's own memory first: it is asked again after a restored spool; then the store's. *ret_over: it is told
 * already. */
static enum outcome look_up(struct taking *t, const struct digest *digest, struct handed *h, bool *ret_over,
                            struct fault *fault) {
    struct table *table = t->table;
    *h = (struct handed){.parcel = t->parcel, .key = t->id};
    *ret_over = true;
    if (stands(t) && !same_digest(t->digest, digest)) return verdict_conflict(table, t->id, t->writes, fault);
    TRY(store_by_key(table->gateway->store, t->id, table->arena, &h->again, &h->said, fault));
    if (!h->again && stands(t) && !lost(t)) return verdict_seen(table, t->id, t->writes, fault);
    *ret_over = false;
    return OK;
}

/* What was taken in, now or before, is reported together; then who used an id for other content, and what cannot be
 * taken.
 */
static enum outcome report(struct taking *const *rows, const struct handed *list, size_t count, struct fault *fault) {
    struct table *table = rows[0]->table;
    struct verdict *all = arena_array(table->arena, count, sizeof *all);
    size_t taken_in = 0;
    bool full = false;
    for (size_t i = 0; i < count; i++) {
        if (list[i].outcome == OK) all[taken_in++] = (struct verdict){&list[i].said, rows[i]->writes};
    }
    TRY(verdict_report(table, all, taken_in, fault));
    for (size_t i = 0; i < count; i++) {
        const struct handed *h = &list[i];
        struct digest digest = parcel_digest(rows[i]->parcel);
        full = full || (h->outcome != OK && strcmp(h->why.code, "QUEUE_FULL") == 0);
        if (h->outcome != OK && !full)
            TRY(verdict_refuse(table, h->key, rows[i]->writes, &digest, &h->why, &h->all, fault));
        else if (h->outcome == OK && memcmp(h->said.digest.b, digest.b, sizeof digest.b) != 0)
            TRY(verdict_conflict(table, h->key, rows[i]->writes, fault));
        if (full) *fault = h->why;
        if (full) return fault_as(REFUSE, RETRY); /* the rest stays in the table */
    }
    return OK;
}

/* Never over a first outcome that stands. */
static enum outcome refuse(struct taking *t, struct fault *fault) {
    struct table *table = t->table;
    struct submitted s = {0};
    bool known = false;
    TRY(store_by_key(table->gateway->store, t->id, table->arena, &known, &s, fault));
    if (!known && (!stands(t) || lost(t))) return verdict_refuse(table, t->id, t->writes, NULL, &t->why, NULL, fault);
    if (known) TRY(verdict_report(table, &(struct verdict){&s, t->writes}, 1, fault));
    return strcmp(t->why.code, "TABLE_ROW_GONE") == 0 ? verdict_seen(table, t->id, t->writes, fault)
                                                      : verdict_conflict(table, t->id, t->writes, fault);
}

static enum outcome settle(struct taking *list, size_t count, struct fault *fault) {
    struct table *table = list->table;
    struct handed *handed = arena_array(table->arena, count, sizeof *handed);
    struct taking **rows = arena_array(table->arena, count, sizeof *rows);
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        bool over = false;
        if (list[i].outcome == REFUSE) {
            TRY(refuse(&list[i], fault));
            continue;
        }
        parcel_finish(list[i].parcel);
        struct digest digest = parcel_digest(list[i].parcel);
        TRY(look_up(&list[i], &digest, &handed[open], &over, fault));
        if (!over) rows[open++] = &list[i];
    }
    if (!open) return OK;
    TRY(parcel_take_in(table->gateway, handed, open, table->settings->queue_most, table->arena, fault));
    FAILPOINT("table.taken");
    return report(rows, handed, open, fault);
}

static enum outcome take_parcels(struct taking *list, size_t count, bool *ret_apart, struct fault *fault) {
    for (size_t i = 0; i < count; i++) TRY(parcel_new(list->table->gateway, &list[i].parcel, fault));
    TRY(take_all(list, count, ret_apart, fault));
    FAILPOINT("table.read");
    return *ret_apart && count > 1 ? OK : settle(list, count, fault);
}

static enum outcome take_group(struct table *table, const PGresult *rows, int from, int count, bool *ret_apart,
                               struct fault *fault) {
    arena_reset(table->arena);
    struct taking *list = arena_array(table->arena, (size_t)count, sizeof *list);
    for (int i = 0; i < count; i++) list[i] = (struct taking){.table = table, .id = link_value(rows, from + i, 0)};
    enum outcome outcome = take_parcels(list, (size_t)count, ret_apart, fault);
    for (int i = 0; i < count; i++) parcel_free(table->gateway, list[i].parcel);
    return outcome;
}

static int group_of(const PGresult *rows, int from) {
    int count = 0;
    for (int64_t files = 0, bytes = 0; from + count < PQntuples(rows); count++) {
        files += 1 + link_int(rows, from + count, 1);
        bytes += link_int(rows, from + count, 2);
        if (count && (files > GROUP_FILES || bytes > GROUP_BYTES)) break;
    }
    return count;
}

enum outcome intake_round(struct table *table, bool *ret_more, struct fault *fault) {
    AUTO(link_result_free) PGresult *rows = NULL;
    struct link_values v = {0};
    link_number(&v, table->settings->batch, table->arena);
    TRY(link_ask(
        table->link,
        "SELECT o.id::text, (SELECT count(*) FROM {schema}.{outbox}_file f WHERE f.id = o.id)::text,"
        " (coalesce((SELECT sum(octet_length(f.content)) FROM {schema}.{outbox}_file f WHERE f.id = o.id), 0)"
        " + coalesce((SELECT sum(octet_length(p.content)) FROM {schema}.{outbox}_part p WHERE p.id = o.id), 0))::text"
        " FROM {schema}.{outbox}_outcome o WHERE o.writes > o.seen ORDER BY o.position LIMIT $1::integer",
        &v, &rows, fault));
    for (int from = 0, count; from < PQntuples(rows); from += count) {
        bool apart = false, ignored = false;
        count = group_of(rows, from);
        if (atomic_load(&table->gateway->stopping)) return OK;
        TRY(take_group(table, rows, from, count, &apart, fault));
        for (int i = 0; apart && count > 1 && i < count; i++)
            TRY(take_group(table, rows, from + i, 1, &ignored, fault));
    }
    *ret_more = *ret_more || PQntuples(rows) == (int)table->settings->batch;
    return OK;
}
