/* 台账的过去: a whole ledger read in order, from one snapshot and without writing, while lanes go on. Rows stream one
 * by one: the memory needed is one row's, in the arena given. One query is under way at a time; it is read to its end
 * (*ret_more false) or the history is closed. One thread. Outcomes: RETRY the connection was lost; FATAL the rows
 * cannot be read (no ledger, no right to read it). */
#ifndef ECOCASE_LEDGER_HISTORY_H
#define ECOCASE_LEDGER_HISTORY_H
#include "broker/ledger/ledger.h"

struct history;
MUST_USE enum outcome history_open(const char *conninfo, struct history **ret, struct ledger_world *ret_world,
                                   struct fault *fault);
void history_close(struct history *history);
MUST_USE enum outcome history_lane(struct history *history, int32_t lane, struct lane_row *ret, struct fault *fault);
/* The directory's text of a version; caller frees with free(). */
MUST_USE enum outcome history_directory(struct history *history, int32_t version, char **ret_yaml, struct fault *fault);

struct past_event {
    struct ledger_event event;
    int32_t directory; /* version by which it was judged */
    /* where its message id was judged first; kind and hash only where that is another event */
    struct known_submission submission;
};
/* Events of a lane by rising serial. */
MUST_USE enum outcome history_ask_events(struct history *history, int32_t lane, struct fault *fault);
MUST_USE enum outcome history_next_event(struct history *history, struct arena *arena, struct past_event *ret,
                                         bool *ret_more, struct fault *fault);

struct past_referral {
    const struct referral *referral;
    size_t event_count;
    const int64_t *events; /* serials */
};
/* Referral rows of a lane, in no order. */
MUST_USE enum outcome history_ask_referrals(struct history *history, int32_t lane, struct fault *fault);
MUST_USE enum outcome history_next_referral(struct history *history, struct arena *arena, struct past_referral *ret,
                                            bool *ret_more, struct fault *fault);
#endif
