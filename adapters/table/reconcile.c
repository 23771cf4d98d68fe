/* What database and store know of each other is brought together again: rows that no trigger noted,
 * outcomes that a restored database forgot, rows that a lost store was to go on with; and what the settings let go is
 * deleted, and parts of attachments whose message never came. */
#include "adapters/table/table_inside.h"
#include "base/log.h"

#define PAGE 500

/* The trigger was disabled, or rows were put in by a restore. */
static enum outcome note_rows(struct table *table, struct fault *fault) {
    const char *only = table->settings->aggregate_type;
    struct link_values v = {0};
    if (only) link_text(&v, only);
    return link_run(
        table->link,
        only ? "INSERT INTO {schema}.{outbox}_outcome (id) SELECT b.id FROM {schema}.{outbox} b WHERE b.aggregatetype "
               "= $1::text AND NOT EXISTS"
               " (SELECT FROM {schema}.{outbox}_outcome o WHERE o.id = b.id) ON CONFLICT DO NOTHING"
             : "INSERT INTO {schema}.{outbox}_outcome (id) SELECT b.id FROM {schema}.{outbox} b WHERE NOT EXISTS"
               " (SELECT FROM {schema}.{outbox}_outcome o WHERE o.id = b.id) ON CONFLICT DO NOTHING",
        &v, NULL, fault);
}

static enum outcome compare(struct table *table, struct bytes id, struct bytes state, struct fault *fault) {
    struct submitted s = {0};
    bool known = false;
    struct link_values v = {0};
    TRY(store_by_key(table->gateway->store, id, table->arena, &known, &s, fault));
    if (known)
        return bytes_equal_cstr(state, verdict_state(s.stage))
                   ? OK
                   : verdict_report(table, &(struct verdict){&s, -1}, 1, fault);
    if (!bytes_equal_cstr(state, "queued")) return OK;
    log_warn("table.lost", "text=\"a row that was taken in is no longer known here; it is taken again\"");
    link_text(&v, arena_cstr(table->arena, id));
    return link_run(table->link,
                    "UPDATE {schema}.{outbox}_outcome SET writes = writes + 1 WHERE id = $1::uuid AND writes = seen",
                    &v, NULL, fault);
}

/* Outcomes that are not final, in pages by id. */
static enum outcome compare_page(struct table *table, char *last, bool *ret_more, struct fault *fault) {
    AUTO(link_result_free) PGresult *rows = NULL;
    struct link_values v = {0};
    link_text(&v, last);
    link_number(&v, PAGE, table->arena);
    TRY(link_ask(table->link,
                 "SELECT id::text, state FROM {schema}.{outbox}_outcome WHERE state IN ('queued', 'sent') AND writes = "
                 "seen AND id > $1::uuid ORDER BY id LIMIT $2::integer",
                 &v, &rows, fault));
    for (int i = 0; i < PQntuples(rows); i++) {
        struct bytes id = link_value(rows, i, 0);
        arena_reset(table->arena);
        TRY(compare(table, id, link_value(rows, i, 1), fault));
        if (id.count != UUID_TEXT) return fault_set(fault, RETRY, "TABLE_SQL", "ids of the outcome table are no UUIDs");
        memcpy(last, id.at, UUID_TEXT);
    }
    *ret_more = PQntuples(rows) == PAGE;
    return OK;
}

static enum outcome let_go(struct table *table, struct fault *fault) {
    struct link_values v = {0};
    if (!table->settings->delete_after_days) return OK;
    link_number(&v, table->settings->delete_after_days, table->arena);
    return link_run(
        table->link,
        "DELETE FROM {schema}.{outbox} b USING {schema}.{outbox}_outcome o WHERE o.id = b.id AND o.writes = o.seen"
        " AND o.state NOT IN ('waiting', 'queued') AND o.changed < now() - make_interval(days => $1::integer)",
        &v, NULL, fault);
}

enum outcome reconcile(struct table *table, struct fault *fault) {
    char last[UUID_TEXT + 1] = "00000000-0000-0000-0000-000000000000";
    TRY(note_rows(table, fault));
    for (bool more = true; more && !atomic_load(&table->gateway->stopping);)
        TRY(compare_page(table, last, &more, fault));
    TRY(parts_clear(table, fault));
    return let_go(table, fault);
}
