/* 泳道: one thread that owns partition i of every outbox and of the clock: read a batch, examine, judge, record, deliver. All of a lane's
 * handles (ledger connection, reader, producer) belong to this thread. Inside of broker/lane. */
#ifndef ECOCASE_BROKER_LANE_H
#define ECOCASE_BROKER_LANE_H
#include <pthread.h>
#include <stdatomic.h>
#include "broker/broker.h"
#include "broker/deliver/deliver.h"
#include "broker/examine/examine.h"

struct lane {
    const struct broker *broker;
    int32_t number;
    pthread_t thread;
    atomic_bool stop;
    atomic_bool wrong_world;    /* the whole instance must stop */
    atomic_llong beat;          /* monotonic ms of the last sign of life */
};
void lane_start(struct lane *lane, const struct broker *broker, int32_t number);
void lane_stop(struct lane *lane); /* waits for the thread; the batch in hand is finished or given up */

/* The case states of this lane, for as long as it is owned; dropped whole when it grows beyond a bound. */
struct cases;
struct cases *cases_new(void);
void cases_free(struct cases *cases);
void cases_drop(struct cases *cases);
bool cases_full(const struct cases *cases);
struct arena *cases_keep(struct cases *cases);
struct case_state *cases_find(struct cases *cases, const struct uuid *id);
struct case_state *cases_add(struct cases *cases, const struct case_state *state);

/* One ownership of a lane, from taking it to losing it. */
struct session {
    struct lane *lane;
    const struct broker *broker;
    struct world world;
    struct ledger *ledger;
    struct directory *directory;
    int32_t directory_version;
    rd_kafka_t *reader;
    struct deliverer *deliverer;
    struct cases *cases;
    struct arena *arena;        /* this batch */
    struct lane_row row;        /* as last recorded */
    rd_kafka_message_t *messages[LIMIT_BATCH];
    size_t message_count;
    bool tick_pending;          /* read, but not every outbox is read up to its end seen afterwards */
    instant tick_time;
    int64_t tick_ends[LIMIT_PARTICIPANTS];
    int64_t tick_next;          /* clock offset behind it */
    int64_t next_tick_ms, next_check_ms;
};
/* reader.c: the outboxes' partitions at the row's offsets; messages of one batch. */
MUST_USE enum outcome session_assign(struct session *session, struct fault *fault);
MUST_USE enum outcome session_read(struct session *session, int wait_ms, struct fault *fault);
MUST_USE enum outcome session_see_tick(struct session *session, instant at, int64_t next, struct fault *fault);
void session_let_go(struct session *session); /* the batch's messages */
/* batch.c: examine, judge, record and deliver what was read. */
MUST_USE enum outcome session_batch(struct session *session, struct fault *fault);
#endif
