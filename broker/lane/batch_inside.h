/* Inside of broker/lane: one batch of a lane. batch.c examines, looks up and records; events.c judges and makes the
 * event rows; alarms.c makes those of what the time brings. */
#ifndef ECOCASE_LANE_BATCH_INSIDE_H
#define ECOCASE_LANE_BATCH_INSIDE_H
#include "broker/entry/entry.h"
#include "broker/lane/session_inside.h"

struct related_cases;
struct batch {
    struct session *s;
    struct item *items; /* records of outboxes; ticks went into s->ticks */
    size_t count;
    struct ledger_event *events;
    size_t event_count;
    struct lane_row after;
    size_t ticks;   /* judged with this batch */
    bool delivered; /* by the mutant */
    struct referral **dirty;
    size_t dirty_count;
    struct related_cases *related_cases; /* what the ledger knew of other cases; NULL: nothing was asked */
    uint32_t *seen;                      /* (sender, message id) answered in this batch: index into events + 1 */
    size_t seen_places;                  /* a power of two */
};
/* related_cases.c: what must be known of other cases, asked before judging; then for each item, with what this batch
 * itself has brought. */
MUST_USE enum outcome related_cases_look_up(struct batch *batch, struct fault *fault);
struct bytes related_cases_of(const struct batch *batch, const struct item *item, const struct case_state *state);
void related_cases_note(struct batch *batch, const struct item *item, const struct case_state *state);
/* events.c: judges every item in order; fills events, after, ticks. Changes nothing else but the cached case states. */
void batch_judge(struct batch *batch);
struct entry_context batch_entry_context(struct batch *batch);
/* batch_write.c: the states of these cases into the cache; events, dirty referrals and lane row into the ledger; events
 * to their recipients. */
MUST_USE enum outcome batch_load_cases(struct batch *batch, const struct uuid *ids, size_t count, struct fault *fault);
MUST_USE enum outcome batch_write(struct batch *batch, struct fault *fault);
MUST_USE enum outcome batch_deliver(struct batch *batch, struct fault *fault);
/* batch_mutant.c: nothing in an ordinary build */
MUST_USE enum outcome batch_mutate(struct batch *batch, struct fault *fault);
#endif
