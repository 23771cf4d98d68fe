/* The register opened, and its connections made anew where they were lost. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define ARENA_FIRST (1u * MIB)
#define ARENA_MAX   (768u * MIB) /* a window of each lane, and the cases that they touch */

enum outcome registry_open(const struct register_request *request, struct registry *ret, struct fault *fault) {
    *ret = (struct registry){.request = request, .schema = "register"};
    rows_init(&ret->rows);
    ret->arena = arena_new(ARENA_FIRST, ARENA_MAX);
    ret->content = content_reader_new();
    TRY(catalogue_load(request->schemas, &ret->catalogue, fault));
    return rules_load(request->schemas, &ret->rules, fault);
}

void registry_disconnect(struct registry *registry) {
    following_close(registry->record);
    PQfinish(registry->conn);
    registry->record = NULL;
    registry->conn = NULL;
    registry->positions_read = false;
}

void registry_close(struct registry *registry) {
    registry_disconnect(registry);
    rows_free(&registry->rows);
    arena_free(registry->arena);
    content_reader_free(registry->content);
    rules_free(registry->rules);
    catalogue_free(registry->catalogue);
}

/* Numbers of the cases that a poll writes, as they were read: what is there already is not written again (poll.c). */
#define NUMBER_READ                                                                                             \
    "DROP TABLE IF EXISTS pg_temp.number_read; CREATE TEMP TABLE number_read (case_id uuid, referral_id uuid, " \
    "ordinal "                                                                                                  \
    "smallint, number text, folded text) ON COMMIT DELETE ROWS"

enum outcome registry_use(struct registry *registry, const char *schema, struct fault *fault) {
    char sql[128];
    registry->schema = schema;
    registry->positions_read = false;
    snprintf(sql, sizeof sql, "SET search_path = %s, pg_catalog", schema);
    return desk_run(registry->conn, sql, fault);
}

enum outcome registry_connect(struct registry *registry, const char *schema, struct fault *fault) {
    if (registry->record && PQstatus(registry->conn) == CONNECTION_OK) return registry_use(registry, schema, fault);
    registry_disconnect(registry);
    TRY(following_open(registry->request->record, &registry->record, fault));
    TRY(desk_connect(registry->request->reg, &registry->conn, fault));
    TRY(desk_run(registry->conn, NUMBER_READ, fault));
    return registry_use(registry, schema, fault);
}
