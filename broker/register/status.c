/* How far the register is behind, asked of its own rows, and of the record where that may be read. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>

static int64_t number(const PGresult *result, int column) {
    return PQgetisnull(result, 0, column) ? 0 : strtoll(PQgetvalue(result, 0, column), NULL, 10);
}

static const char STANDING[] =
    "SELECT (SELECT coalesce(sum(p.recorded - p.serial), 0) FROM position AS p), (extract(epoch FROM clock_timestamp() "
    "- s.followed_at) * 1000)::bigint, "
    "(extract(epoch FROM s.built_at) * 1000)::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, EXISTS "
    "(SELECT FROM pg_locks AS l WHERE "
    "l.locktype = 'advisory' AND l.classid = 1633771873 AND l.objid = 1 AND l.granted) FROM source AS s";

static enum outcome ask_register(struct registry *registry, struct register_status *ret, struct fault *fault) {
    AUTO(desk_result_free) PGresult *row = NULL;
    TRY(schema_look(registry->conn, "register", &ret->version, fault));
    if (!ret->version) return OK;
    TRY(desk_ask(registry->conn, STANDING, 0, NULL, &row, fault));
    if (PQntuples(row) == 0) return OK;
    ret->events = number(row, 0);
    ret->quiet_ms = number(row, 1);
    ret->built = number(row, 2);
    ret->now = number(row, 3);
    ret->followed = PQgetvalue(row, 0, 4)[0] == 't';
    return OK;
}

/* The first event of a lane that is not in the register. Test ledgers have a clock of their own: no age there. */
static enum outcome oldest_unread(struct registry *registry, const struct followed *followed, size_t n,
                                  struct register_status *ret, struct fault *fault) {
    struct past_event_list first;
    int64_t after = registry->positions[n].serial;
    ret->events += followed->lanes[n].serial - after;
    if (followed->world.manual_clock || followed->lanes[n].serial <= after) return OK;
    TRY(following_events(registry->record, (int32_t)n, after, 1, registry->arena, &first, fault));
    int64_t age = first.count ? followed->world.now - first.at[0].event.broker_time : 0;
    if (age > ret->behind_ms) ret->behind_ms = age;
    return OK;
}

static enum outcome ask_record(struct registry *registry, struct register_status *ret, struct fault *fault) {
    const struct followed *followed = NULL;
    TRY(positions_read(registry, fault));
    TRY(following_begin(registry->record, &followed, fault));
    enum outcome outcome = OK;
    ret->events = 0;
    if (registry->ledger_id[0] && strcmp(registry->ledger_id, followed->ledger_id) != 0)
        outcome = fault_set(fault, REFUSE, "REGISTER_AHEAD", "the record is ledger %s, the register followed %s",
                            followed->ledger_id, registry->ledger_id);
    for (size_t n = 0; outcome == OK && n < followed->lane_count; n++) {
        outcome = position_check_lane(registry, &followed->lanes[n], fault);
        if (outcome == OK) outcome = oldest_unread(registry, followed, n, ret, fault);
    }
    following_end(registry->record);
    if (outcome != REFUSE || strcmp(fault->code, "REGISTER_AHEAD") != 0) return outcome;
    ret->ahead = true;
    snprintf(ret->why, sizeof ret->why, "%.*s", (int)sizeof ret->why - 1, fault->text);
    return OK;
}

enum outcome register_status(const struct register_request *request, struct register_status *ret, struct fault *fault) {
    struct registry registry = {.request = request, .schema = "register"};
    *ret = (struct register_status){.built = INSTANT_NONE, .now = INSTANT_NONE};
    registry.arena = arena_new(1u * MIB, 64u * MIB);
    enum outcome outcome = desk_connect(request->reg, &registry.conn, fault);
    if (outcome == OK) outcome = desk_run(registry.conn, "SET search_path = register, pg_catalog", fault);
    if (outcome == OK) outcome = ask_register(&registry, ret, fault);
    if (outcome == OK && ret->version && request->record) {
        outcome = following_open(request->record, &registry.record, fault);
        if (outcome == OK) outcome = ask_record(&registry, ret, fault);
    }
    registry_disconnect(&registry);
    arena_free(registry.arena);
    return outcome;
}
