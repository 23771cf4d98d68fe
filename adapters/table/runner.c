/* The owner's thread. Each round hands over, tells and takes in what there is; then it sleeps until
 * the database notifies, the store has news, or the poll's time has come. Trouble rests longer and longer, is told once
 * per kind, and its end too. */
#include "adapters/table/table_inside.h"
#include "base/log.h"
#include <poll.h>

#define REST_FIRST_MS 200
#define REST_MAX_MS   3000 /* a refused connection costs nothing beside what waits */
#define RECONCILE_MS  3600000
#define SLICE_MS      500 /* so long a stop may wait */

/* Once a connection: is it our database, and is it what table-setup makes? */
static enum outcome greet(struct table *table, struct fault *fault) {
    AUTO(link_result_free) PGresult *row = NULL;
    struct link_values v = {0};
    link_text(&v, table->gateway->agency);
    TRY(link_run(table->link, "UPDATE {schema}.{inbox}_count SET agency = $1::text WHERE agency IS NULL", &v, NULL,
                 fault));
    TRY(link_ask(table->link, "SELECT agency, current_setting('server_encoding') FROM {schema}.{inbox}_count", NULL,
                 &row, fault));
    if (PQntuples(row) != 1) return fault_set(fault, RETRY, "TABLE_SQL", "the _count table is empty: run table-setup");
    if (!bytes_equal_cstr(link_value(row, 0, 0), table->gateway->agency)) {
        return fault_set(fault, RETRY, "WRONG_WORLD", "these tables belong to agency %.*s, not to %s",
                         BYTES_FMT(link_value(row, 0, 0)), table->gateway->agency);
    }
    if (!bytes_equal_cstr(link_value(row, 0, 1), "UTF8"))
        return fault_set(fault, RETRY, "TABLE_SQL", "the database's encoding must be UTF8");
    return link_run(table->link, "LISTEN {channel}", NULL, NULL, fault);
}

static enum outcome count(struct table *table, struct table_status *into, struct fault *fault) {
    AUTO(link_result_free) PGresult *row = NULL;
    TRY(link_ask(table->link,
                 "SELECT count(*)::text, coalesce(extract(epoch FROM clock_timestamp() - min(inserted))::bigint, "
                 "0)::text FROM {schema}.{outbox}_outcome"
                 " WHERE writes > seen",
                 NULL, &row, fault));
    into->waiting = link_int(row, 0, 0);
    into->oldest_s = link_int(row, 0, 1);
    return OK;
}

static enum outcome go_round(struct table *table, struct table_status *status, bool *ret_more, struct fault *fault) {
    arena_reset(table->arena);
    if (!link_up(table->link)) {
        table->reconcile_ms = 0;
        TRY(link_connect(table->link, fault));
        TRY(greet(table, fault));
        log_info("table.connected", "schema=%s", table->settings->schema);
    }
    if (monotonic_ms() >= table->reconcile_ms) {
        TRY(reconcile(table, fault));
        table->reconcile_ms = monotonic_ms() + RECONCILE_MS;
    }
    TRY(handover_round(table, ret_more, fault));
    arena_reset(table->arena);
    TRY(verdict_round(table, ret_more, fault));
    TRY(intake_round(table, ret_more, fault));
    return count(table, status, fault);
}

/* Trouble of ours (a full disk) leaves the connection alone; so does a row that cannot be held. */
static void note(struct table *table, struct table_status *s, enum outcome outcome, const struct fault *fault) {
    struct store_counts counts;
    struct fault ignored;
    bool up = outcome == OK || (link_up(table->link) && strncmp(fault->code, "TABLE_", 6) != 0 &&
                                strcmp(fault->code, "WRONG_WORLD") != 0);
    if (outcome != OK && strcmp(s->last_error.code, fault->code) != 0)
        log_fault_unnamed(LOG_WARN, "table.trouble", fault);
    if (outcome == OK && s->last_error.code[0] && !s->up) log_info("table.mended", "code=%s", s->last_error.code);
    if (up != s->up) s->since = instant_now();
    s->up = up;
    if (outcome == OK) s->last_success = instant_now();
    else {
        s->last_error = *fault;
        s->last_error_at = instant_now();
    }
    if (store_count(table->gateway->store, &counts, &ignored) == OK) {
        s->unreported = counts.unreported;
        s->undelivered = counts.unacknowledged;
    }
    table_report(table, s);
}

static void wait_for_news(struct table *table, int64_t ms) {
    for (int64_t until = monotonic_ms() + ms, left = ms; left > 0 && !atomic_load(&table->gateway->stopping);
         left = until - monotonic_ms()) {
        struct pollfd fds[] = {{store_wake_descriptor(table->gateway->store), POLLIN, 0},
                               {link_descriptor(table->link), POLLIN, 0}};
        if (poll(fds, 2, (int)(left < SLICE_MS ? left : SLICE_MS)) <= 0) continue;
        if (fds[0].revents) return;
        if (fds[1].revents && link_notified(table->link)) return;
    }
}

void *runner_run(void *of) {
    struct table *table = of;
    struct table_status status = {.since = instant_now()};
    int64_t rest = 0;
    while (!atomic_load(&table->gateway->stopping)) {
        struct fault fault = {0};
        bool more = false;
        store_drain(table->gateway->store);
        link_notified(table->link);
        enum outcome outcome = go_round(table, &status, &more, &fault);
        if (atomic_load(&table->gateway->stopping)) break;
        struct fault ignored;
        if (outcome != OK && link_up(table->link) && count(table, &status, &ignored) != OK)
            log_fault_unnamed(LOG_WARN, "table.uncounted", &ignored);
        if (strcmp(fault.code, "WRONG_WORLD") == 0 || (outcome == RETRY && strcmp(fault.code, "TABLE_SQL") == 0))
            link_drop(table->link);
        note(table, &status, outcome, &fault);
        rest = outcome == OK ? 0 : rest * 2 > REST_MAX_MS ? REST_MAX_MS : rest ? rest * 2 : REST_FIRST_MS;
        if (rest) {
            for (int64_t until = monotonic_ms() + rest;
                 monotonic_ms() < until && !atomic_load(&table->gateway->stopping);)
                poll(NULL, 0, 100);
        } else if (!more) wait_for_news(table, table->settings->poll_ms);
    }
    return NULL;
}
