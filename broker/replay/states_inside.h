/* The case states of a lane while it is replayed: a growing table from case id to state, all in one arena that is
 * copied together whenever what was superseded outweighs what is alive. One thread. Pointers hold until the next
 * states_find_or_add. */
#ifndef ECOCASE_REPLAY_STATES_INSIDE_H
#define ECOCASE_REPLAY_STATES_INSIDE_H
#include "base/arena.h"
#include "broker/model/model.h"

struct states;
/* Beside each referral: the events that name it, as count and running digest; and whether its row was met. */
struct mentions {
    uint32_t count;
    uint64_t digest;
    bool met;
};
struct past_case {
    struct case_state state;
    struct mentions mentions[LIMIT_REFERRALS_PER_CASE];
};

struct states *states_new(void);
void states_free(struct states *states);
struct arena *states_keep(struct states *states);
struct past_case *states_find(const struct states *states, const struct uuid *id);
struct past_case *states_find_or_add(struct states *states, const struct uuid *id);
/* Every case: NULL beyond the last. */
struct past_case *states_next(const struct states *states, size_t *place);
/* The referral and its place; NULL when the case has none of this id. */
struct referral *past_case_referral(const struct past_case *past, const struct uuid *id, size_t *ret_place);
void mentions_add(struct mentions *mentions, int64_t serial);
#endif
