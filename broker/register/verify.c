/* The register made once more from the record and compared: both are brought to the same end in one snapshot of the
 * record while the writer waits, then each table must hold the same rows. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define SHOWN  "74" /* characters of a row: two ids, or what stands first; never as far as personal data */
#define LISTED "20" /* differences of one table; all are counted */

/* Tables of a register but the one that says when it was made. */
static const char TABLES[] =
    "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'register_check'::regnamespace AND c.relkind = 'r' "
    "AND c.relname NOT IN ('source', 'schema_version') ORDER BY c.relname";

static enum outcome compare(struct registry *registry, const char *table, const struct register_listener *listener,
                            struct register_verified *ret, struct fault *fault) {
    char sql[1200];
    AUTO(desk_result_free) PGresult *rows = NULL;
    snprintf(sql, sizeof sql,
             "WITH d AS (SELECT 'record' AS what, left(m::text, " SHOWN
             ") AS row FROM (TABLE register_check.%s EXCEPT ALL TABLE register.%s) AS m "
             "UNION ALL SELECT 'register', left(o::text, " SHOWN
             ") FROM (TABLE register.%s EXCEPT ALL TABLE register_check.%s) AS o) "
             "SELECT what, row, count(*) OVER () FROM d ORDER BY row, what LIMIT " LISTED,
             table, table, table, table);
    TRY(desk_ask(registry->conn, sql, 0, NULL, &rows, fault));
    if (PQntuples(rows)) ret->differences += strtoll(PQgetvalue(rows, 0, 2), NULL, 10);
    for (int i = 0; listener->difference && i < PQntuples(rows); i++)
        listener->difference(listener->opaque, table, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1));
    return OK;
}

static enum outcome compare_all(struct registry *registry, const struct register_listener *listener,
                                struct register_verified *ret, struct fault *fault) {
    AUTO(desk_result_free) PGresult *tables = NULL;
    TRY(desk_ask(registry->conn, TABLES, 0, NULL, &tables, fault));
    ret->tables = PQntuples(tables);
    for (int i = 0; i < ret->tables; i++) TRY(compare(registry, PQgetvalue(tables, i, 0), listener, ret, fault));
    return OK;
}

static enum outcome follow_to_end(struct registry *registry, const char *schema, struct fault *fault) {
    struct poll_count count = {.more = true};
    TRY(registry_use(registry, schema, fault));
    while (count.more) TRY(poll_within(registry, &count, fault));
    return desk_run(registry->conn, "SELECT tidy_sums()", fault);
}

/* The writer waits from here on; it finds its positions moved and reads them again. */
static enum outcome level_and_compare(struct registry *registry, const struct register_listener *listener,
                                      struct register_verified *ret, struct fault *fault) {
    TRY(lock_writer(registry, fault));
    TRY(following_begin(registry->record, &registry->snapshot, fault));
    TRY(follow_to_end(registry, "register", fault));
    TRY(follow_to_end(registry, "register_check", fault));
    TRY(compare_all(registry, listener, ret, fault));
    return desk_run(registry->conn, "COMMIT", fault);
}

static enum outcome verify(struct registry *registry, const struct register_listener *listener,
                           struct register_verified *ret, struct fault *fault) {
    int version = 0;
    TRY(registry_connect(registry, "register", fault));
    TRY(schema_look(registry->conn, "register", &version, fault));
    if (version != REGISTER_VERSION)
        return fault_set(fault, FATAL, "REGISTER_EMPTY",
                         "there is no register of version %d to verify: start ecocase-register", REGISTER_VERSION);
    TRY(build_beside(registry, "register_check", listener, &ret->events, fault));
    enum outcome outcome = level_and_compare(registry, listener, ret, fault);
    if (registry->snapshot) following_end(registry->record);
    registry->snapshot = NULL;
    desk_roll_back(registry->conn);
    if (outcome == OK) outcome = schema_drop(registry->conn, "register_check", fault);
    let_others_build(registry->conn);
    return outcome;
}

enum outcome register_verify(const struct register_request *request, const struct register_listener *listener,
                             struct register_verified *ret, struct fault *fault) {
    struct registry registry;
    *ret = (struct register_verified){0};
    enum outcome outcome = registry_open(request, &registry, fault);
    if (outcome == OK) outcome = verify(&registry, listener, ret, fault);
    registry_close(&registry);
    return outcome;
}
