/* 跟随台账: what a follower (the register) reads of the record, poll by poll, while lanes go on: each poll is one
 * snapshot, in which lanes' rows, events up to them and present states of cases belong together. Nothing is written and
 * no lane waits. One connection, one thread; how the record is stored stays below this header. Outcomes: RETRY the
 * connection was lost or the server is busy: open anew; FATAL the record cannot be read (no ledger, no right). */
#ifndef ECOCASE_LEDGER_FOLLOWING_H
#define ECOCASE_LEDGER_FOLLOWING_H
#include "broker/ledger/history.h"

struct following;
MUST_USE enum outcome following_open(const char *conninfo, struct following **ret, struct fault *fault);
void following_close(struct following *following);

/* One snapshot from begin to end. What begin answers lives in the handle until the next begin. */
struct followed {
    struct ledger_world world;
    char ledger_id[96]; /* no other ledger has it: its cluster, and when it was made */
    size_t lane_count;
    struct lane_row lanes[LIMIT_LANES]; /* by lane */
};
MUST_USE enum outcome following_begin(struct following *following, const struct followed **ret, struct fault *fault);
void following_end(struct following *following);

/* Committed events of a lane with serial > after, in order: at most `most` serials, fewer where their values are large.
 * *ret_upto: the window's end, behind which the next begins. */
struct past_event_list {
    const struct past_event *at;
    size_t count;
    int64_t upto;
};
MUST_USE enum outcome following_events(struct following *following, int32_t lane, int64_t after, int64_t most,
                                       struct arena *arena, struct past_event_list *ret, struct fault *fault);
/* As ledger_cases. */
MUST_USE enum outcome following_cases(struct following *following, const struct uuid *ids, size_t count,
                                      struct arena *arena, struct case_state *ret, struct fault *fault);
/* The directory's text of a version; caller frees with free(). */
MUST_USE enum outcome following_directory(struct following *following, int32_t version, char **ret_yaml,
                                          struct fault *fault);
#endif
