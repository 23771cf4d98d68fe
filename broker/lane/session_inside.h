/* Inside of broker/lane: one ownership of a lane, and the cached states of its cases. The lane's thread only. */
#ifndef ECOCASE_LANE_SESSION_INSIDE_H
#define ECOCASE_LANE_SESSION_INSIDE_H
#include "broker/deliver/deliver.h"
#include "broker/examine/examine.h"
#include "broker/lane/lane.h"
#include "broker/lane/ticks_inside.h"

/* The case states of this lane, for as long as it is owned; dropped whole when it grows beyond a bound. */
struct cases;
struct cases *cases_new(void);
void cases_free(struct cases *cases);
void cases_drop(struct cases *cases);
bool cases_full(const struct cases *cases); /* fewer places than one batch may need */
struct arena *cases_keep(struct cases *cases);
struct case_state *cases_find(const struct cases *cases, const struct uuid *id);
struct case_state *cases_add(struct cases *cases, const struct case_state *state);

/* Why an outbox is not read on (held.c). */
struct hold {
    int64_t offset; /* of the record that cannot be read */
    int64_t since_ms, told_ms;
    char code[24], text[160];
};

/* One ownership of a lane, from taking it to losing it. */
struct session {
    struct lane *lane;
    const struct broker *broker;
    struct ledger_world world;
    struct ledger *ledger;
    struct directory *directory;
    int32_t directory_version, newest_directory; /* followed; known to exist */
    struct bus_reader *reader;
    struct deliverer *deliverer;
    struct cases *cases;
    struct arena *arena; /* this batch */
    struct lane_row row; /* as last recorded */
    struct ticks ticks;
    bool assigned[LIMIT_PARTICIPANTS]; /* its outbox is read */
    int64_t seen[LIMIT_PARTICIPANTS];  /* each outbox is read up to here, its end markers too */
    bool held_unsaid;                  /* probes do not know of it yet */
    uint64_t held;                     /* outboxes, by bit of the participant's number, that are not read on */
    struct hold holds[LIMIT_PARTICIPANTS];
    int64_t clock_from;  /* the clock is not read before this offset */
    bool reassign;       /* the reader reads what it shall not, or not from there */
    bool unsure;         /* the outboxes may not be those that the ledger has read (same_outbox.c) */
    bool outbox_missing; /* look again soon */
    bool outbox_misfit;  /* look again by and by (topic_needs.h) */
    bool in_order;       /* in_order.c reads: a tick is judged where it stands */
    bool alarms_due;     /* the lane's time may have brought something to tell (alarms.c) */
    struct bus_message *messages[LIMIT_BATCH];
    size_t message_count;
    int64_t next_tick_ms, next_check_ms, next_misfit_ms, next_ahead_ms, note_ms;
    unsigned careful; /* batches that still look for repeats before they are recorded */
};
/* session.c */
MUST_USE enum outcome session_open(struct session *session, struct fault *fault);
void session_close(struct session *session);
/* recorded, not known to be acknowledged */
MUST_USE enum outcome session_publish_again(struct session *session, struct fault *fault);
/* what a recovery has to judge again */
MUST_USE enum outcome session_judge_again(struct session *session, struct fault *fault);
/* the newest directory, between two batches */
MUST_USE enum outcome session_follow(struct session *session, struct fault *fault);
/* held.c: from here on that outbox is not read, told at once and each minute. */
void session_hold(struct session *session, int number, int64_t offset, const char *code, const char *text);
bool session_holds(const struct session *session, int number);
bool session_holds_at(const struct session *session, int number, int64_t offset);
/* in the log each minute, and to probes */
MUST_USE enum outcome session_tell_held(struct session *session, struct fault *fault);
/* same_outbox.c: these, of participants with these numbers (0: the clock, passed over), compared with the ledger; the
 * row's offset goes back where they differ. The reader is to be assigned afterwards. */
MUST_USE enum outcome session_same_outboxes(struct session *session, const struct directory *directory,
                                            const char *const *topics, const int *numbers, size_t count,
                                            struct fault *fault);
/* reader.c: the outboxes' partitions at the row's offsets; messages of one batch. */
MUST_USE enum outcome session_assign(struct session *session, const struct directory *directory, struct fault *fault);
MUST_USE enum outcome session_read(struct session *session, int wait_ms, struct fault *fault);
/* Whose outbox it comes from; NULL: nobody's, the clock say. */
const struct participant *session_owner(const struct session *session, const struct bus_message *message);
void session_let_go(struct session *session); /* the batch's messages */
/* for ticks that were just read */
MUST_USE enum outcome session_ask_ends(struct session *session, struct fault *fault);
/* in_order.c: what a recovery has to judge again, before anything else; nothing where there was none. The reader is
 * assigned as by session_assign afterwards. */
MUST_USE enum outcome session_recover_in_order(struct session *session, const struct recovered_up_to *up_to,
                                               struct fault *fault);
/* batch.c: examine, judge, record and deliver what was read; without messages only the lane row is written. */
MUST_USE enum outcome session_batch(struct session *session, struct fault *fault);
/* alarms.c: alerts due at the lane's time, some of them in one transaction; alarms_due stays true until there is none.
 */
MUST_USE enum outcome session_alarms(struct session *session, struct fault *fault);
#endif
