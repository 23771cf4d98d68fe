/* The register as its files share it: both connections, what is known by heart, and the rows of the poll under way. */
#ifndef ECOCASE_REGISTER_REGISTRY_INSIDE_H
#define ECOCASE_REGISTER_REGISTRY_INSIDE_H
#include "broker/ledger/following.h"
#include "broker/register/content_inside.h"
#include "broker/register/register.h"
#include "broker/register/rows_inside.h"
#include "broker/rules/procedure.h"
#include "wire/catalogue.h"

/* Where a lane was followed to: what the register holds, and of its last event what makes it that event. */
struct position {
    bool known; /* has a row */
    int64_t generation, serial;
    struct uuid message_id; /* nil: it had none */
    instant broker_time;    /* INSTANT_NONE: no event yet */
    /* as last written */
    int64_t recorded, published;
    instant lane_time;
    int64_t given[LIMIT_PARTICIPANTS], delivered[LIMIT_PARTICIPANTS];
};
struct registry {
    const struct register_request *request;
    struct catalogue *catalogue;
    struct rules *rules;
    struct content_reader *content;
    struct following *record;
    const struct followed *snapshot; /* held from poll to poll by whoever began it; NULL: each poll has its own */
    PGconn *conn;                    /* the register's */
    const char *schema;
    struct arena *arena; /* of a poll */
    struct rows rows;
    bool positions_read, named;
    char ledger_id[96];
    int32_t directory_version;
    int64_t wrote_ms; /* monotonic, of the last transaction */
    struct position positions[LIMIT_LANES];
};
/* Loads schemas; connections are opened when they are needed. */
MUST_USE enum outcome registry_open(const struct register_request *request, struct registry *ret, struct fault *fault);
void registry_close(struct registry *registry);
/* Both connections, new where one was lost; the register's with `schema` in its search_path. */
MUST_USE enum outcome registry_connect(struct registry *registry, const char *schema, struct fault *fault);
void registry_disconnect(struct registry *registry);
/* From now on the tables are those of another schema. */
MUST_USE enum outcome registry_use(struct registry *registry, const char *schema, struct fault *fault);

/* ---- connection.c: the register's Postgres */
MUST_USE enum outcome desk_run(PGconn *conn, const char *sql, struct fault *fault);
/* Text parameters, text result. */
MUST_USE enum outcome desk_ask(PGconn *conn, const char *sql, int count, const char *const *values, PGresult **ret,
                               struct fault *fault);
void desk_result_free(PGresult **result);
void desk_roll_back(PGconn *conn);
MUST_USE enum outcome desk_connect(const char *conninfo, PGconn **ret, struct fault *fault);

/* ---- schema.c */
#define REGISTER_VERSION 1
/* A register of that name: missing (*ret_version 0), or of which version. */
MUST_USE enum outcome schema_look(PGconn *conn, const char *schema, int *ret_version, struct fault *fault);
MUST_USE enum outcome schema_make(PGconn *conn, const char *schemas_folder, const char *schema, struct fault *fault);
MUST_USE enum outcome schema_drop(PGconn *conn, const char *schema, struct fault *fault);
/* One register takes the name of another, which goes on as register_old for an hour. Within a transaction that holds
 * position's lock. */
MUST_USE enum outcome schema_swap(PGconn *conn, const char *made, struct fault *fault);
MUST_USE enum outcome schema_drop_old(PGconn *conn, struct fault *fault);

/* ---- position.c */
MUST_USE enum outcome positions_read(struct registry *registry, struct fault *fault);
/* The first statement of a poll's transaction, for each lane that goes on. REFUSE REGISTER_MOVED: somebody else wrote.
 */
MUST_USE enum outcome position_write(struct registry *registry, int32_t lane, const struct position *next,
                                     struct fault *fault);
MUST_USE enum outcome marks_write(struct registry *registry, const struct lane_row *row, struct fault *fault);
/* REFUSE REGISTER_AHEAD: the record is not the one that was followed, or is behind it. The second: `events` is what
 * stands at the position's serial. */
MUST_USE enum outcome position_check_lane(const struct registry *registry, const struct lane_row *row,
                                          struct fault *fault);
MUST_USE enum outcome position_check_event(const struct registry *registry, int32_t lane,
                                           const struct past_event_list *events, struct fault *fault);

/* ---- poll.c: everything up to the snapshot's lanes, or one window of each. *ret_more: there is more to read. */
struct poll_count {
    int64_t events;
    bool more;
};
MUST_USE enum outcome poll_once(struct registry *registry, struct poll_count *ret, struct fault *fault);
/* The same within the register's transaction that is open, which stays open. */
MUST_USE enum outcome poll_within(struct registry *registry, struct poll_count *ret, struct fault *fault);

/* ---- follower.c, rebuild.c. Advisory locks of the register's database: who follows, and who builds beside. */
#define FOLLOWER_LOCK_CLASS 1633771873
#define FOLLOWER_LOCK       "1633771873, 1"
#define BUILDER_LOCK        "1633771873, 2"
MUST_USE enum outcome follower_lock(PGconn *conn, bool *ret_held, struct fault *fault);
MUST_USE enum outcome rebuild_beside(struct registry *registry, const struct register_listener *listener,
                                     int64_t *ret_events, struct fault *fault);
MUST_USE enum outcome rebuild_put_in_place(struct registry *registry, struct fault *fault);
MUST_USE enum outcome build_beside(struct registry *registry, const char *schema,
                                   const struct register_listener *listener, int64_t *ret_events, struct fault *fault);
MUST_USE enum outcome lock_writer(struct registry *registry, struct fault *fault);
void let_others_build(PGconn *conn);

/* ---- rows of what was read */
void event_rows(struct registry *registry, int32_t lane, const struct past_event *event);
void case_rows(struct registry *registry, int32_t lane, const struct case_state *state);
/* A row of a table of case states, as far as its referral. */
void row_of_referral(struct rows *rows, enum table_name table, const struct referral *referral);
void operation_rows(struct rows *rows, const struct referral *referral);
/* names.c: names of the directory's versions and of the rules that this program has; once each. */
MUST_USE enum outcome names_write(struct registry *registry, const struct followed *followed, struct fault *fault);
#endif
