/* Where the register stands in each lane, and whether the record is still the one that it was followed in. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>

static int64_t number(const PGresult *result, int row, int column) {
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}
/* Microseconds would be more than an instant has; what is written has milliseconds only. */
static instant instant_at(const PGresult *result, int row, int column) {
    return PQgetisnull(result, row, column) ? INSTANT_NONE : (instant)number(result, row, column);
}

static enum outcome read_source(struct registry *registry, struct fault *fault) {
    AUTO(desk_result_free) PGresult *source = NULL;
    registry->ledger_id[0] = '\0';
    registry->directory_version = 0;
    registry->named = false;
    TRY(desk_ask(registry->conn, "SELECT ledger_id, directory, rules FROM source", 0, NULL, &source, fault));
    if (PQntuples(source) == 0) return OK;
    snprintf(registry->ledger_id, sizeof registry->ledger_id, "%s", PQgetvalue(source, 0, 0));
    registry->directory_version = (int32_t)number(source, 0, 1);
    registry->named = registry->rules && number(source, 0, 2) == rules_version(registry->rules);
    return OK;
}

static enum outcome read_marks(struct registry *registry, struct fault *fault) {
    AUTO(desk_result_free) PGresult *marks = NULL;
    TRY(desk_ask(registry->conn, "SELECT lane, participant, given, delivered FROM recipient_mark", 0, NULL, &marks,
                 fault));
    for (int i = 0; i < PQntuples(marks); i++) {
        int64_t lane = number(marks, i, 0), participant = number(marks, i, 1);
        if (lane < 0 || lane >= LIMIT_LANES || participant < 0 || participant >= LIMIT_PARTICIPANTS) continue;
        registry->positions[lane].given[participant] = number(marks, i, 2);
        registry->positions[lane].delivered[participant] = number(marks, i, 3);
    }
    return OK;
}

enum outcome positions_read(struct registry *registry, struct fault *fault) {
    AUTO(desk_result_free) PGresult *rows = NULL;
    memset(registry->positions, 0, sizeof registry->positions);
    for (size_t i = 0; i < LIMIT_LANES; i++)
        registry->positions[i].broker_time = registry->positions[i].lane_time = INSTANT_NONE;
    TRY(read_source(registry, fault));
    TRY(desk_ask(registry->conn,
                 "SELECT lane, generation, serial, coalesce(message_id, '00000000-0000-0000-0000-000000000000'), "
                 "(extract(epoch FROM broker_time) * 1000)::bigint, recorded, published, (extract(epoch FROM "
                 "lane_time) * 1000)::bigint FROM position",
                 0, NULL, &rows, fault));
    for (int i = 0; i < PQntuples(rows); i++) {
        int64_t lane = number(rows, i, 0);
        if (lane < 0 || lane >= LIMIT_LANES) continue;
        struct position *p = &registry->positions[lane];
        p->known = true;
        p->generation = number(rows, i, 1);
        p->serial = number(rows, i, 2);
        (void)uuid_parse(bytes_of_cstr(PQgetvalue(rows, i, 3)), &p->message_id);
        p->broker_time = instant_at(rows, i, 4);
        p->recorded = number(rows, i, 5);
        p->published = number(rows, i, 6);
        p->lane_time = instant_at(rows, i, 7);
    }
    TRY(read_marks(registry, fault));
    registry->positions_read = true;
    return OK;
}

struct position_text {
    char lane[16], serial[24], generation[24], recorded[24], published[24], before[24], id[UUID_TEXT + 1], time[32],
        lane_time[32];
};
static void to_text(int32_t lane, int64_t before, const struct position *p, struct position_text *ret) {
    snprintf(ret->lane, sizeof ret->lane, "%d", lane);
    snprintf(ret->serial, sizeof ret->serial, "%lld", (long long)p->serial);
    snprintf(ret->generation, sizeof ret->generation, "%lld", (long long)p->generation);
    snprintf(ret->recorded, sizeof ret->recorded, "%lld", (long long)p->recorded);
    snprintf(ret->published, sizeof ret->published, "%lld", (long long)p->published);
    snprintf(ret->before, sizeof ret->before, "%lld", (long long)before);
    uuid_format(&p->message_id, ret->id);
    if (p->broker_time != INSTANT_NONE) instant_format(p->broker_time, ret->time);
    if (p->lane_time != INSTANT_NONE) instant_format(p->lane_time, ret->lane_time);
}

enum outcome position_write(struct registry *registry, int32_t lane, const struct position *next, struct fault *fault) {
    const struct position *now = &registry->positions[lane];
    struct position_text t;
    AUTO(desk_result_free) PGresult *written = NULL;
    to_text(lane, now->serial, next, &t);
    const char *const values[] = {t.lane,
                                  t.generation,
                                  t.serial,
                                  uuid_is_nil(&next->message_id) ? NULL : t.id,
                                  next->broker_time == INSTANT_NONE ? NULL : t.time,
                                  t.recorded,
                                  t.published,
                                  next->lane_time == INSTANT_NONE ? NULL : t.lane_time,
                                  t.before};
    TRY(desk_ask(registry->conn,
                 now->known ? "UPDATE position SET generation = $2, serial = $3, message_id = $4, broker_time = $5, "
                              "recorded = $6, published "
                              "= $7, lane_time = $8 WHERE lane = $1 AND serial = $9::bigint RETURNING lane"
                            : "INSERT INTO position SELECT $1::smallint, $2::bigint, $3::bigint, $4::uuid, "
                              "$5::timestamptz, $6::bigint, "
                              "$7::bigint, $8::timestamptz WHERE $9::bigint = 0 ON CONFLICT DO NOTHING RETURNING lane",
                 9, values, &written, fault));
    if (PQntuples(written) == 1) return OK;
    return fault_set(fault, REFUSE, "REGISTER_MOVED", "lane %d of the register was written by somebody else", lane);
}

enum outcome marks_write(struct registry *registry, const struct lane_row *row, struct fault *fault) {
    const struct position *now = &registry->positions[row->lane];
    for (int i = 0; i < (int)LIMIT_PARTICIPANTS; i++) {
        if (now->given[i] == row->sequence[i] && now->delivered[i] == row->delivered[i]) continue;
        char texts[4][24];
        const int64_t numbers[] = {row->lane, i, row->sequence[i], row->delivered[i]};
        const char *const values[] = {texts[0], texts[1], texts[2], texts[3]};
        AUTO(desk_result_free) PGresult *written = NULL;
        for (size_t n = 0; n < 4; n++) snprintf(texts[n], sizeof texts[n], "%lld", (long long)numbers[n]);
        TRY(desk_ask(registry->conn,
                     "INSERT INTO recipient_mark VALUES ($1, $2, $3, $4) ON CONFLICT (lane, participant) DO UPDATE SET "
                     "given = excluded.given, "
                     "delivered = excluded.delivered",
                     4, values, &written, fault));
    }
    return OK;
}

enum outcome position_check_lane(const struct registry *registry, const struct lane_row *row, struct fault *fault) {
    const struct position *p = &registry->positions[row->lane];
    if (!p->known) return OK;
    if (p->generation != row->generation)
        return fault_set(fault, REFUSE, "REGISTER_AHEAD", "lane %d is of generation %lld, the register followed %lld",
                         row->lane, (long long)row->generation, (long long)p->generation);
    if (p->serial > row->serial)
        return fault_set(fault, REFUSE, "REGISTER_AHEAD", "lane %d ends at %lld, the register followed it to %lld",
                         row->lane, (long long)row->serial, (long long)p->serial);
    return OK;
}

enum outcome position_check_event(const struct registry *registry, int32_t lane, const struct past_event_list *events,
                                  struct fault *fault) {
    const struct position *p = &registry->positions[lane];
    const struct ledger_event *e = events->count ? &events->at[0].event : NULL;
    if (e && e->serial == p->serial && uuid_equal(&e->message_id, &p->message_id) && e->broker_time == p->broker_time)
        return OK;
    return fault_set(fault, REFUSE, "REGISTER_AHEAD", "event %d/%lld is %s", lane, (long long)p->serial,
                     e && e->serial == p->serial ? "another than the one that was followed" : "no longer there");
}
