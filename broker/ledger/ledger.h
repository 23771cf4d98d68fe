/* 台账: a lane's way into the ledger, and its set-up; nothing else of the broker writes to Postgres (history.h reads
 * the past). One struct ledger = one connection of one lane; one thread. Every write of a batch happens in one
 * transaction with the lane's offsets; the fence (epoch and next offsets) is the last statement before COMMIT.
 * Outcomes: RETRY connection lost before COMMIT was sent (nothing happened); UNSURE COMMIT's answer was lost: take the
 * lane again, its row says whether the batch is in; FATAL LANE_LOST (another instance took the lane) or WRONG_WORLD. */
#ifndef ECOCASE_LEDGER_H
#define ECOCASE_LEDGER_H
#include "base/arena.h"
#include "base/fault.h"
#include "broker/model/model.h"
#include "wire/directory.h"

struct ledger;
/* FATAL LEDGER_EMPTY, LEDGER_OLD, LEDGER_NEWER, LEDGER_OTHER: not a ledger that this program may open. */
MUST_USE enum outcome ledger_connect(const char *conninfo, struct ledger **ret, struct fault *fault);
void ledger_free(struct ledger *ledger);

/* What the ledger as a whole was created with. */
struct ledger_world {
    char cluster_id[64];
    char person_secret[80];
    bool manual_clock;
    int32_t lanes;
    int64_t generation;
    int32_t directory_version;
    instant now;    /* Postgres' clock when it answered, */
    int64_t now_ms; /* and the monotonic one */
};
MUST_USE enum outcome ledger_world(struct ledger *ledger, struct ledger_world *ret, struct fault *fault);
/* Directory text as stored (by `ecocase-broker setup`), newest version; caller frees with free(). */
MUST_USE enum outcome ledger_directory(struct ledger *ledger, char **ret_yaml, int32_t *ret_version,
                                       struct fault *fault);

/* Raises the epoch, notes this owner, ends the former owner's backend if it is still there (after lock_timeout when it
 * holds the row, and always before returning), and reads the row. */
MUST_USE enum outcome ledger_take(struct ledger *ledger, int32_t lane, const char *instance, struct lane_row *ret,
                                  struct fault *fault);
/* Gives the lane up cleanly (hand-over without waiting); harmless when it is lost already. */
void ledger_release(struct ledger *ledger, const struct lane_row *row);
/* For probes: how many lanes the rows give to this instance, and how many of these are worked: the owner's backend is
 * there and asked something lately and, where ticks move the lane (real clock, one every tick_seconds), the row was
 * written lately. */
struct lanes_held {
    int32_t lanes, worked;
    char said[256]; /* by its lanes (ledger_say), "" nothing */
};
MUST_USE enum outcome ledger_held(struct ledger *ledger, const char *instance, int tick_seconds, struct lanes_held *ret,
                                  struct fault *fault);

/* Words (ASCII, some 40 letters) that probes see as long as this connection lasts; "" takes them back. */
MUST_USE enum outcome ledger_say(struct ledger *ledger, const char *words, struct fault *fault);

/* Case states for a batch: one query over all ids; referrals are allocated from `keep`. ret[i] belongs to ids[i]. */
MUST_USE enum outcome ledger_cases(struct ledger *ledger, const struct uuid *ids, size_t count, struct arena *keep,
                                   struct case_state *ret, struct fault *fault);
/* Known submissions for a batch: which of (sender, message id) were judged before, with hash, kind and place of
 * the first event. */
struct submission_key {
    int16_t sender;
    struct uuid message_id;
};
MUST_USE enum outcome ledger_known(struct ledger *ledger, const struct submission_key *keys, size_t count,
                                   struct known_submission *ret, struct fault *fault);

/* 他案: penalties in any case, this lane's or another's, of parties with one of these keys (person.h): the newest
 * `most` of each party; and document numbers of referrals whose parent is one of these. Arena memory. */
struct earlier_penalty {
    size_t party; /* index into the keys */
    struct uuid case_id;
    struct bytes category, penalty;
};
MUST_USE enum outcome ledger_penalties(struct ledger *ledger, const char *const *keys, size_t count, size_t most,
                                       struct arena *arena, struct earlier_penalty **ret, size_t *ret_count,
                                       struct fault *fault);
struct child_referral {
    struct uuid parent;
    struct bytes numbers;
};
MUST_USE enum outcome ledger_child_referrals(struct ledger *ledger, const struct uuid *parents, size_t count,
                                             struct arena *arena, struct child_referral **ret, size_t *ret_count,
                                             struct fault *fault);

/* Cases of this lane with an alert due at `time` (referral.alarm_at), the oldest first, at most `most`; none of
 * referrals in which one of `held` (participants by bit) has part. */
MUST_USE enum outcome ledger_alarms(struct ledger *ledger, int32_t lane, instant time, uint64_t held, size_t most,
                                    struct uuid *ret, size_t *ret_count, struct fault *fault);

struct ledger_batch {
    const struct ledger_event *events;
    size_t event_count;
    struct referral *const *referrals;
    size_t referral_count; /* dirty ones, each once */
    /* as read or last written: the fence compares epoch and next offsets with it */
    const struct lane_row *before;
    const struct lane_row *after;
};
/* REFUSE with code SUBMISSION_RACE: another lane recorded one of the new submissions meanwhile; nothing was written;
 * look known ones up again and judge the batch anew (with the case cache dropped). *ret_directory_version is what is
 * stored now. */
MUST_USE enum outcome ledger_record(struct ledger *ledger, const struct ledger_batch *batch,
                                    int32_t *ret_directory_version, struct fault *fault);

/* Events with serial > after, at most after + most, in order, for publishing again after a take-over. Arena memory. */
MUST_USE enum outcome ledger_unpublished(struct ledger *ledger, int32_t lane, int64_t after, size_t most,
                                         struct arena *arena, struct ledger_event **ret_events, size_t *ret_count,
                                         struct fault *fault);
/* The recorded event of a repeat, to answer again (kind, answer and states are enough to build the same notice). */
MUST_USE enum outcome ledger_event_at(struct ledger *ledger, int32_t lane, int64_t serial, struct arena *arena,
                                      struct ledger_event *ret, struct fault *fault);

/* 恢复 · `ecocase-broker recover`, after a restore: what Kafka shows of each lane, then one transaction that ends
 * owners' backends, raises every epoch above those seen and gives all lanes that generation. Lanes are counted from 0.
 */
MUST_USE enum outcome ledger_lanes(struct ledger *ledger, struct lane_row *ret, size_t capacity, size_t *ret_count,
                                   struct fault *fault);
/* Ends of topics at the recovery: up to there the lane reads in the order of Kafka's times, so that what was judged
 * before is judged again in the same order. All 0: it never recovered in this generation. */
struct recovered_up_to {
    int64_t clock, outbox[LIMIT_PARTICIPANTS];
};
struct lane_seen {
    struct given_out {
        int64_t generation, epoch, serial; /* the highest that inboxes show, 0: none */
    } given_out;
    struct recovered_up_to up_to;
};
struct lane_begun {
    int64_t epoch;
    int64_t behind[LIMIT_PARTICIPANTS]; /* the lane gives out to each behind this sequence */
};
MUST_USE enum outcome ledger_recover(struct ledger *ledger, int64_t generation, const struct lane_seen *lanes,
                                     size_t count, struct lane_begun *ret, struct fault *fault);
MUST_USE enum outcome ledger_recovered_up_to(struct ledger *ledger, int32_t lane, struct recovered_up_to *ret,
                                             struct fault *fault);

/* `ecocase-broker setup`: tables, views and roles from schemas/ledger where there are none, the world row, lanes, the
 * directory's text (a new version when it changed). REFUSE when the tables are of another
 * version (schema_version.h), an unchangeable setting (clock, lanes) differs, or the cluster id does (WRONG_WORLD). */
struct ledger_setup {
    const char *schemas_folder;
    const char *cluster_id;
    bool manual_clock;
    int32_t lanes;
    const struct directory *directory;
};
/* Does the directory still have every participant that the ledger has, under its slug? OK for no ledger yet. REFUSE:
 * PARTICIPANT_GONE, SLUG_CHANGED. Part of ledger_set_up; apart, for what is done before it. */
MUST_USE enum outcome ledger_check_directory(const char *conninfo, const struct directory *directory,
                                             struct fault *fault);
MUST_USE enum outcome ledger_set_up(const char *conninfo, const struct ledger_setup *setup, struct fault *fault);
#endif
