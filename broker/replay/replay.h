/* 重演: a ledger's submissions judged again, lane by lane in the order of their serials, from empty case states, with
 * the rules, the directory and the lane time recorded with each, by the same code as the lanes (entry, judge); what
 * comes of it is compared with what is recorded. Reads one snapshot, writes nothing. Memory: the referrals of one lane.
 * What the ledger does not hold, or what was an input of the judgement, is taken as recorded: the records' headers and
 * Kafka times, what was known of other cases then, the value of a repeat, and the key of a record refused for its key.
 */
#ifndef ECOCASE_REPLAY_H
#define ECOCASE_REPLAY_H
#include "base/fault.h"
#include "base/uuid.h"

struct difference {
    int32_t lane;
    int64_t serial;       /* of the event; 0: about a referral's row or the lane's */
    struct uuid referral; /* nil: none */
    char field[48];
    char recorded[120], replayed[120]; /* cut at a character */
};
struct replay_request {
    const char *conninfo, *schemas;
    int32_t lane; /* -1: all */
    /* serials reported, in every lane chosen; to 0: to the end, and the rows of referrals and lane too */
    int64_t from, to;
};
struct replay_listener {
    void (*differ)(void *opaque, const struct difference *difference);
    void (*progress)(void *opaque, int32_t lane, int64_t serial, int64_t last); /* every 1000 events */
    void *opaque;
};
struct replay_count {
    int32_t lanes;
    int64_t accepted, refused, repeated, dead, alerts, referrals, differences;
};
/* Not OK: it could not be done (no connection, no right, rules or directory of a version that cannot be loaded). */
MUST_USE enum outcome replay(const struct replay_request *request, const struct replay_listener *listener,
                             struct replay_count *ret, struct fault *fault);
#endif
