/* One poll: a snapshot of the record, the rows of what is new in it, one transaction. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define WINDOW      INT64_C(1000) /* events of a lane in one poll; with as many cases */
#define QUIET_MS    1000
#define CASES_ASKED 400u /* in one question, as a lane's batch */

struct touched { /* cases that the windows touched, each once, with its lane */
    struct touched_case {
        struct uuid id;
        int32_t lane;
    } *at;
    size_t count;
};
struct poll {
    struct registry *registry;
    const struct followed *followed;
    struct past_event_list events[LIMIT_LANES];
    struct touched touched;
};

static int by_id(const void *a, const void *b) {
    return memcmp(((const struct touched_case *)a)->id.b, ((const struct touched_case *)b)->id.b, 16);
}

/* An accepted paper or an alert changes its case; the others leave it as it was. */
static void touch(struct poll *poll, int32_t lane, const struct past_event_list *events) {
    for (size_t i = 0; i < events->count; i++) {
        const struct ledger_event *e = &events->at[i].event;
        if ((e->kind == 'A' || e->kind == 'T') && !uuid_is_nil(&e->case_id))
            poll->touched.at[poll->touched.count++] = (struct touched_case){e->case_id, lane};
    }
}
static void each_once(struct touched *touched) {
    size_t kept = 0;
    qsort(touched->at, touched->count, sizeof *touched->at, by_id);
    for (size_t i = 0; i < touched->count; i++) {
        if (!kept || by_id(&touched->at[kept - 1], &touched->at[i]) != 0) touched->at[kept++] = touched->at[i];
    }
    touched->count = kept;
}

static enum outcome check_source(struct registry *registry, const struct followed *followed, struct fault *fault) {
    if (!registry->ledger_id[0] || strcmp(registry->ledger_id, followed->ledger_id) == 0) return OK;
    return fault_set(fault, REFUSE, "REGISTER_AHEAD", "the record is ledger %s, the register followed %s",
                     followed->ledger_id, registry->ledger_id);
}

/* The event at the position itself must still be the one that was followed; then what stands behind it. */
static enum outcome check_place(struct poll *poll, const struct lane_row *row, struct fault *fault) {
    struct registry *registry = poll->registry;
    const struct position *p = &registry->positions[row->lane];
    struct past_event_list last;
    if (p->serial == 0) return OK;
    TRY(following_events(registry->record, row->lane, p->serial - 1, 1, registry->arena, &last, fault));
    return position_check_event(registry, row->lane, &last, fault);
}
static enum outcome read_lane(struct poll *poll, size_t n, struct poll_count *count, struct fault *fault) {
    struct registry *registry = poll->registry;
    const struct lane_row *row = &poll->followed->lanes[n];
    struct past_event_list *events = &poll->events[n];
    int64_t after = registry->positions[n].serial;
    TRY(position_check_lane(registry, row, fault));
    if (row->serial <= after) return OK;
    TRY(check_place(poll, row, fault));
    TRY(following_events(registry->record, row->lane, after, WINDOW, registry->arena, events, fault));
    touch(poll, row->lane, events);
    for (size_t i = 0; i < events->count; i++) event_rows(registry, row->lane, &events->at[i]);
    count->events += (int64_t)events->count;
    count->more = count->more || events->upto < row->serial;
    return OK;
}

static enum outcome read_cases(struct poll *poll, struct fault *fault) {
    struct registry *registry = poll->registry;
    each_once(&poll->touched);
    for (size_t from = 0; from < poll->touched.count; from += CASES_ASKED) {
        size_t count = poll->touched.count - from < CASES_ASKED ? poll->touched.count - from : CASES_ASKED;
        struct uuid *ids = arena_array(registry->arena, count, sizeof *ids);
        struct case_state *states = arena_array(registry->arena, count, sizeof *states);
        for (size_t i = 0; i < count; i++) ids[i] = poll->touched.at[from + i].id;
        TRY(following_cases(registry->record, ids, count, registry->arena, states, fault));
        for (size_t i = 0; i < count; i++) case_rows(registry, poll->touched.at[from + i].lane, &states[i]);
    }
    return OK;
}

static enum outcome read_record(struct poll *poll, struct poll_count *count, struct fault *fault) {
    struct registry *registry = poll->registry;
    poll->followed = registry->snapshot;
    if (!poll->followed) TRY(following_begin(registry->record, &poll->followed, fault));
    TRY(check_source(registry, poll->followed, fault));
    poll->touched.at =
        arena_array(registry->arena, (size_t)WINDOW * poll->followed->lane_count, sizeof *poll->touched.at);
    for (size_t n = 0; n < poll->followed->lane_count; n++) TRY(read_lane(poll, n, count, fault));
    return read_cases(poll, fault);
}

/* ---- writing */
static struct position next_of(const struct poll *poll, size_t n) {
    const struct lane_row *row = &poll->followed->lanes[n];
    const struct past_event_list *events = &poll->events[n];
    struct position next = poll->registry->positions[n];
    next.known = true;
    next.generation = row->generation;
    next.recorded = row->serial;
    next.published = row->published;
    next.lane_time = row->time;
    memcpy(next.given, row->sequence, sizeof next.given);
    memcpy(next.delivered, row->delivered, sizeof next.delivered);
    if (events->count) {
        const struct ledger_event *last = &events->at[events->count - 1].event;
        next.serial = last->serial;
        next.message_id = last->message_id;
        next.broker_time = last->broker_time;
    }
    return next;
}

static enum outcome write_lane(struct poll *poll, size_t n, struct fault *fault) {
    struct registry *registry = poll->registry;
    struct position next = next_of(poll, n), *now = &registry->positions[n];
    if (memcmp(&next, now, sizeof next) == 0) return OK;
    TRY(position_write(registry, (int32_t)n, &next, fault));
    return marks_write(registry, &poll->followed->lanes[n], fault);
}

static enum outcome sum_lane(struct poll *poll, size_t n, struct fault *fault) {
    char lane[24], after[24], upto[24];
    const struct position *p = &poll->registry->positions[n];
    const char *const values[] = {lane, after, upto};
    AUTO(desk_result_free) PGresult *result = NULL;
    if (!poll->events[n].count) return OK;
    snprintf(lane, sizeof lane, "%zu", n);
    snprintf(after, sizeof after, "%lld", (long long)p->serial);
    snprintf(upto, sizeof upto, "%lld", (long long)poll->events[n].upto);
    return desk_ask(poll->registry->conn, "SELECT sum_events($1, $2, $3)", 3, values, &result, fault);
}

static enum outcome call_cases(struct poll *poll, const char *sql, struct fault *fault) {
    char *text = arena_alloc(poll->registry->arena, poll->touched.count * (UUID_TEXT + 1) + 3), *at = text;
    const char *const values[] = {text};
    AUTO(desk_result_free) PGresult *result = NULL;
    if (!poll->touched.count) return OK;
    *at++ = '{';
    for (size_t i = 0; i < poll->touched.count; i++) {
        if (i) *at++ = ',';
        uuid_format(&poll->touched.at[i].id, at);
        at += UUID_TEXT;
    }
    *at++ = '}';
    *at = '\0';
    return desk_ask(poll->registry->conn, sql, 1, values, &result, fault);
}

/* A case's numbers are read with each of its events and seldom change; their index is dear (0121). */
static const char NUMBERS[] =
    "INSERT INTO number AS n SELECT * FROM number_read ON CONFLICT (case_id, referral_id, ordinal) DO UPDATE SET "
    "number = excluded.number, folded = excluded.folded WHERE n.number <> "
    "excluded.number; DELETE FROM number AS n USING (SELECT r.case_id, r.referral_id, max(r.ordinal) AS last FROM "
    "number_read AS r GROUP BY 1, 2) AS l WHERE n.case_id = l.case_id AND "
    "n.referral_id = l.referral_id AND n.ordinal > l.last; DELETE FROM number_read";

static enum outcome write_source(struct poll *poll, struct fault *fault) {
    char directory[16], rules[16];
    const char *const values[] = {poll->followed->ledger_id, poll->followed->world.manual_clock ? "t" : "f", directory,
                                  rules};
    AUTO(desk_result_free) PGresult *result = NULL;
    snprintf(directory, sizeof directory, "%d", poll->followed->world.directory_version);
    snprintf(rules, sizeof rules, "%d", rules_version(poll->registry->rules));
    return desk_ask(poll->registry->conn,
                    "INSERT INTO source (ledger_id, manual_clock, directory, rules) VALUES ($1, $2, $3, $4) ON "
                    "CONFLICT (only_row) DO UPDATE "
                    "SET directory = excluded.directory, rules = excluded.rules, followed_at = clock_timestamp()",
                    4, values, &result, fault);
}

static enum outcome write_rows(struct poll *poll, struct fault *fault) {
    struct registry *registry = poll->registry;
    size_t lanes = poll->followed->lane_count;
    for (size_t n = 0; n < lanes; n++) TRY(write_lane(poll, n, fault));
    TRY(names_write(registry, poll->followed, fault));
    TRY(write_source(poll, fault));
    TRY(call_cases(poll, "SELECT forget_cases($1)", fault));
    TRY(rows_send(&registry->rows, registry->conn, fault));
    if (registry->rows.count[TABLE_NUMBER]) TRY(desk_run(registry->conn, NUMBERS, fault));
    TRY(call_cases(poll, "SELECT write_cases($1)", fault));
    for (size_t n = 0; n < lanes; n++) TRY(sum_lane(poll, n, fault));
    return OK;
}

/* Known by heart only what is committed. */
static void learn(const struct poll *poll) {
    struct registry *registry = poll->registry;
    for (size_t n = 0; n < poll->followed->lane_count; n++) registry->positions[n] = next_of(poll, n);
    snprintf(registry->ledger_id, sizeof registry->ledger_id, "%s", poll->followed->ledger_id);
    registry->directory_version = poll->followed->world.directory_version;
    registry->named = true;
    registry->wrote_ms = monotonic_ms();
}

/* A quiet record costs one write a second, by which status sees that it is followed. */
static bool nothing_new(const struct poll *poll) {
    const struct registry *registry = poll->registry;
    if (!registry->named || poll->followed->world.directory_version != registry->directory_version) return false;
    for (size_t n = 0; n < poll->followed->lane_count; n++) {
        struct position next = next_of(poll, n);
        if (memcmp(&next, &registry->positions[n], sizeof next) != 0) return false;
    }
    return monotonic_ms() - registry->wrote_ms < QUIET_MS;
}

static enum outcome poll_with(struct registry *registry, bool own, struct poll_count *ret, struct fault *fault) {
    struct poll poll = {.registry = registry};
    *ret = (struct poll_count){0};
    arena_reset(registry->arena);
    rows_clear(&registry->rows);
    if (!registry->positions_read) TRY(positions_read(registry, fault));
    enum outcome outcome = read_record(&poll, ret, fault);
    if (!registry->snapshot) following_end(registry->record);
    if (outcome == OK && own && nothing_new(&poll)) return OK;
    if (outcome == OK && own) outcome = desk_run(registry->conn, "BEGIN", fault);
    if (outcome == OK) outcome = write_rows(&poll, fault);
    if (outcome == OK && own) outcome = desk_run(registry->conn, "COMMIT", fault);
    if (outcome == OK) {
        learn(&poll);
        return OK;
    }
    registry->positions_read = false; /* a COMMIT whose answer was lost may have happened */
    if (own) desk_roll_back(registry->conn);
    return outcome;
}

enum outcome poll_once(struct registry *registry, struct poll_count *ret, struct fault *fault) {
    return poll_with(registry, true, ret, fault);
}
enum outcome poll_within(struct registry *registry, struct poll_count *ret, struct fault *fault) {
    return poll_with(registry, false, ret, fault);
}
