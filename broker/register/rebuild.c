/* A register made beside the one that people read, and put in its place when it has caught up. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>

static enum outcome ask_number(PGconn *conn, const char *sql, int64_t *ret, struct fault *fault) {
    AUTO(desk_result_free) PGresult *result = NULL;
    TRY(desk_ask(conn, sql, 0, NULL, &result, fault));
    *ret = PQntuples(result) ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    return OK;
}

/* One at a time: two would write into the same schema. */
static enum outcome only_builder(PGconn *conn, struct fault *fault) {
    AUTO(desk_result_free) PGresult *result = NULL;
    TRY(desk_ask(conn, "SELECT pg_try_advisory_lock(" BUILDER_LOCK ")", 0, NULL, &result, fault));
    if (PQgetvalue(result, 0, 0)[0] == 't') return OK;
    return fault_set(fault, FATAL, "REGISTER_BUSY",
                     "the register is being built or verified by somebody else: wait until that is done");
}

static enum outcome catch_up(struct registry *registry, const struct register_listener *listener, int64_t *ret_events,
                             struct fault *fault) {
    struct poll_count count = {.more = true};
    int64_t shown_ms = monotonic_ms(), of = 0;
    while (count.more) {
        TRY(poll_once(registry, &count, fault));
        *ret_events += count.events;
        if (!listener->progress || monotonic_ms() - shown_ms < 2000) continue;
        shown_ms = monotonic_ms();
        TRY(ask_number(registry->conn, "SELECT coalesce(sum(recorded), 0) FROM position", &of, fault));
        listener->progress(listener->opaque, *ret_events, of);
    }
    return OK;
}

enum outcome build_beside(struct registry *registry, const char *schema, const struct register_listener *listener,
                          int64_t *ret_events, struct fault *fault) {
    *ret_events = 0;
    TRY(only_builder(registry->conn, fault));
    TRY(schema_make(registry->conn, registry->request->schemas, schema, fault));
    TRY(registry_use(registry, schema, fault));
    return catch_up(registry, listener, ret_events, fault);
}

enum outcome rebuild_beside(struct registry *registry, const struct register_listener *listener, int64_t *ret_events,
                            struct fault *fault) {
    return build_beside(registry, "register_new", listener, ret_events, fault);
}

enum outcome lock_writer(struct registry *registry, struct fault *fault) {
    int version = 0;
    TRY(desk_run(registry->conn, "BEGIN", fault));
    TRY(schema_look(registry->conn, "register", &version, fault));
    return version ? desk_run(registry->conn, "LOCK TABLE register.position IN ACCESS EXCLUSIVE MODE", fault) : OK;
}

/* Whoever writes the register waits at its first statement, and then finds other positions than it knew. */
static enum outcome swap(struct registry *registry, struct fault *fault) {
    struct poll_count count;
    TRY(lock_writer(registry, fault));
    TRY(poll_within(registry, &count, fault));
    TRY(schema_swap(registry->conn, "register_new", fault));
    return desk_run(registry->conn, "COMMIT", fault);
}

void let_others_build(PGconn *conn) {
    if (PQstatus(conn) == CONNECTION_OK) PQclear(PQexec(conn, "SELECT pg_advisory_unlock(" BUILDER_LOCK ")"));
}

enum outcome rebuild_put_in_place(struct registry *registry, struct fault *fault) {
    enum outcome outcome = swap(registry, fault);
    if (outcome != OK) desk_roll_back(registry->conn);
    let_others_build(registry->conn);
    if (outcome == OK) outcome = registry_use(registry, "register", fault);
    return outcome;
}

enum outcome register_rebuild(const struct register_request *request, const struct register_listener *listener,
                              int64_t *ret_events, struct fault *fault) {
    struct registry registry;
    enum outcome outcome = registry_open(request, &registry, fault);
    if (outcome == OK) outcome = registry_connect(&registry, "register", fault);
    if (outcome == OK) outcome = rebuild_beside(&registry, listener, ret_events, fault);
    if (outcome == OK) outcome = rebuild_put_in_place(&registry, fault);
    registry_close(&registry);
    return outcome;
}
