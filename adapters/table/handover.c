/* What came lies in inbox/ until the database has it. A message is one row and its files, in one
 * transaction with the mark of its lane, which the agency's deleting does not touch: after an unknown COMMIT the mark
 * says whether it is there. Positions are given in that transaction too, by the only writer: without gaps, and never
 * seen out of order. What is large goes ahead of it (parts.c), a bounded piece a round: only its lane, whose order is
 * the cases', waits for that. */
#include "adapters/table/table_inside.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <stdio.h>
#include <stdlib.h>

#define HANDOVER_BATCH 64u
#define AHEAD_MAX      (32 * (int64_t)MIB) /* of large attachments a round; then others have their turn */
/* "<lane>-<generation>-<sequence>"; the lane may be negative. */
static void read_place(struct handover *h) {
    char text[80];
    char *end = NULL;
    snprintf(text, sizeof text, "%.*s", BYTES_FMT(h->message->id));
    h->lane = strtoll(text, &end, 10);
    h->generation = *end == '-' ? strtoll(end + 1, &end, 10) : 0;
    h->sequence = *end == '-' ? strtoll(end + 1, &end, 10) : 0;
}

static void take_uuid(sqlite3_stmt *row, int column, char ret[UUID_TEXT + 1]) {
    struct uuid id;
    if (sqlite3_column_bytes(row, column) != (int)sizeof id.b) return;
    memcpy(id.b, sqlite3_column_blob(row, column), sizeof id.b);
    uuid_format(&id, ret);
}

/* The record's own message id, as receipts and the other side cite it. A journal that was lost no longer knows it: then
 * one derived from its place. */
static enum outcome identify(struct handover *h, struct fault *fault) {
    static const char sql[] =
        "SELECT d.message_id, n.case_id FROM delivery d LEFT JOIN number n ON n.message_id = d.message_id"
        " WHERE d.lane = ? AND d.generation = ? AND d.sequence = ? LIMIT 1";
    struct table *table = h->table;
    sqlite3_stmt *ask = NULL;
    if (sqlite3_prepare_v2(table->journal, sql, -1, &ask, NULL) != SQLITE_OK)
        return fault_set(fault, RETRY, "JOURNAL", "%s", sqlite3_errmsg(table->journal));
    sqlite3_bind_int64(ask, 1, h->lane);
    sqlite3_bind_int64(ask, 2, h->generation);
    sqlite3_bind_int64(ask, 3, h->sequence);
    int stepped = sqlite3_step(ask);
    if (stepped == SQLITE_ROW) take_uuid(ask, 0, h->id), take_uuid(ask, 1, h->of_case);
    sqlite3_finalize(ask);
    if (stepped != SQLITE_ROW && stepped != SQLITE_DONE)
        return fault_set(fault, RETRY, "JOURNAL", "%s", sqlite3_errmsg(table->journal));
    if (!h->id[0]) {
        const char *name =
            arena_printf(table->arena, "table:%s:%.*s", table->gateway->agency, BYTES_FMT(h->message->id));
        struct uuid derived = uuid_v5(&UUID_ECOCASE, bytes_of_cstr(name));
        uuid_format(&derived, h->id);
    }
    return OK;
}

/* The order's key: the case; what belongs to none keeps the order of its lane. */
static const char *aggregate_of(const struct handover *h) {
    struct bytes key = h->message->case_key;
    if (h->of_case[0]) return h->of_case;
    if (key.count != 32) return arena_printf(h->table->arena, "lane-%lld", h->lane);
    const char *hex = arena_cstr(h->table->arena, key);
    return arena_printf(h->table->arena, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool canonical(struct bytes name) {
    struct bytes end = BYTES_LITERAL(".canonical.json");
    return name.count > end.count && memcmp(name.at + name.count - end.count, end.at, end.count) == 0;
}

/* False: it is no text that a column could hold. */
static bool payload_of(struct handover *h, struct bytes name, struct link_values *v) {
    struct table *table = h->table;
    struct bytes file = buffer_view(&h->content), text = file;
    struct fault ignored;
    if (table->settings->payload == PAYLOAD_BYTEA) {
        link_bytes(v, file);
        return true;
    }
    if (!canonical(name) && conversion_to_text(table->gateway->profile, file, table->arena, &text, &ignored) != OK)
        return false;
    if (text.count && memchr(text.at, 0, text.count)) return false;
    link_text(v, arena_cstr(table->arena, text));
    return true;
}

static enum outcome put_row(struct handover *h, struct fault *fault) {
    struct table *table = h->table;
    const struct message *m = h->message;
    struct bytes name = m->file_count ? m->files[m->file_count - 1] : BYTES_NONE;
    struct link_values v = {0};
    int64_t size = 0;
    if (!h->without_payload) TRY(handover_read(h, arena_cstr(table->arena, name), HANDOVER_CASE_MAX, &size, fault));
    h->without_payload =
        h->without_payload || size < 0 || size > (int64_t)HANDOVER_CASE_MAX || !payload_of(h, name, &v);
    if (h->without_payload) link_text(&v, NULL);
    link_text(&v, h->id);
    link_text(&v, table->settings->aggregate_type ? table->settings->aggregate_type : "ecocase");
    link_text(&v, aggregate_of(h));
    link_text(&v, arena_cstr(table->arena, gateway_event(m)));
    link_text(&v, arena_cstr(table->arena, name));
    link_number(&v, h->lane, table->arena);
    link_number(&v, h->generation, table->arena);
    link_number(&v, h->sequence, table->arena);
    return link_run(table->link,
                    "WITH c AS (UPDATE {schema}.{inbox}_count SET last = last + 1 RETURNING last)"
                    " INSERT INTO {schema}.{inbox} (position, payload, id, aggregatetype, aggregateid, type, name, "
                    "lane, generation, sequence)"
                    " SELECT c.last, $1::{payload}, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::integer, "
                    "$8::bigint, $9::bigint FROM c",
                    &v, NULL, fault);
}

/* Does the database have it already: handed over before, and deleted by the agency since, perhaps? */
static enum outcome look(struct handover *h, bool *ret_had, struct fault *fault) {
    AUTO(link_result_free) PGresult *there = NULL;
    struct link_values v = {0};
    link_number(&v, h->lane, h->table->arena);
    link_number(&v, h->generation, h->table->arena);
    link_number(&v, h->sequence, h->table->arena);
    link_text(&v, h->id);
    TRY(link_ask(h->table->link,
                 "SELECT 'marked' FROM {schema}.{inbox}_mark WHERE lane = $1::integer AND (generation, sequence) >= "
                 "($2::bigint, $3::bigint)"
                 " UNION ALL SELECT 'there' FROM {schema}.{inbox} WHERE id = $4::uuid",
                 &v, &there, fault));
    *ret_had = PQntuples(there) > 0;
    return OK;
}

static enum outcome mark(struct handover *h, struct fault *fault) {
    struct link_values v = {0};
    link_number(&v, h->lane, h->table->arena);
    link_number(&v, h->generation, h->table->arena);
    link_number(&v, h->sequence, h->table->arena);
    return link_run(h->table->link,
                    "INSERT INTO {schema}.{inbox}_mark AS m (lane, generation, sequence) VALUES ($1::integer, "
                    "$2::bigint, $3::bigint) ON CONFLICT (lane) DO UPDATE"
                    " SET generation = excluded.generation, sequence = excluded.sequence"
                    " WHERE (m.generation, m.sequence) < (excluded.generation, excluded.sequence)",
                    &v, NULL, fault);
}

static enum outcome put(struct handover *h, struct fault *fault) {
    const struct message *m = h->message;
    TRY(mark(h, fault));
    TRY(put_row(h, fault));
    for (size_t i = 0; i < m->file_count; i++) {
        if (handover_nth(h, i) || h->without_payload) TRY(handover_file(h, handover_nth(h, i), m->files[i], fault));
    }
    FAILPOINT("table.delivering");
    return OK;
}

static enum outcome hand_over(struct handover *h, struct fault *fault) {
    /* once it is told, its files go to done/ */
    TRY(link_begin(h->table->link, "BEGIN; SET LOCAL synchronous_commit TO DEFAULT", fault));
    return link_end(h->table->link, put(h, fault), fault);
}

/* *ret_whole false: what is large of it is still on its way. */
static enum outcome bring(struct handover *h, int64_t *left, bool *ret_whole, struct fault *fault) {
    bool had = false;
    *ret_whole = true;
    TRY(look(h, &had, fault));
    if (had) return mark(h, fault);
    TRY(handover_ahead(h, left, ret_whole, fault));
    if (!*ret_whole) return OK;
    enum outcome outcome = hand_over(h, fault);
    if (outcome != REFUSE || h->without_payload) return outcome;
    h->without_payload = true; /* a NUL in JSON, say: the file as it is, then */
    return hand_over(h, fault);
}

static enum outcome hand_one(struct handover *h, int64_t *left, bool *ret_whole, struct fault *fault) {
    TRY(identify(h, fault));
    enum outcome outcome = bring(h, left, ret_whole, fault);
    buffer_free(&h->content);
    TRY(outcome);
    if (!*ret_whole) return OK;
    FAILPOINT("table.delivered");
    log_info("table.delivered", "lane=%lld sequence=%lld", h->lane, h->sequence);
    return gateway_put_away(h->table->gateway, h->message, h->table->arena, fault);
}

static bool among(const long long *lanes, size_t count, long long lane) {
    while (count && lanes[count - 1] != lane) count--;
    return count > 0;
}

/* The list lives in an arena of its own, beside what one message takes. */
enum outcome handover_round(struct table *table, bool *ret_more, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *listed = arena_new(64u << 10, TABLE_ARENA);
    struct message *list = NULL;
    long long waiting[HANDOVER_BATCH]; /* lanes */
    size_t count = 0, waits = 0;
    int64_t left = AHEAD_MAX;
    TRY(store_messages(table->gateway->store, 0, HANDOVER_BATCH, listed, &list, &count, fault));
    for (size_t i = 0; i < count && !atomic_load(&table->gateway->stopping); i++) {
        struct handover h = {.table = table, .message = &list[i]};
        bool whole = true;
        arena_reset(table->arena);
        read_place(&h);
        if (among(waiting, waits, h.lane)) continue;
        TRY(hand_one(&h, &left, &whole, fault));
        if (!whole) waiting[waits++] = h.lane;
    }
    *ret_more = *ret_more || count == HANDOVER_BATCH || waits;
    return OK;
}
