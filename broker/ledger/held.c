/* What a probe asks of the ledger: which lanes an instance holds, and whether they are worked. See ledger.h. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>

#define ASKED_SECONDS 15 /* a lane at work asks something every second */
#define TICKS         4  /* on a real clock each tick moves the lane's row */

enum outcome ledger_held(struct ledger *ledger, const char *instance, int tick_seconds, struct held *ret,
                         struct fault *fault) {
    char asked[16], moved[16];
    snprintf(asked, sizeof asked, "%d", ASKED_SECONDS);
    snprintf(moved, sizeof moved, "%d", ASKED_SECONDS + TICKS * tick_seconds);
    const char *const values[] = {instance, asked, moved};
    AUTO(result_clear)
    PGresult *result =
        PQexecParams(ledger->conn,
                     "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.pid = "
                     "l.owner_pid AND a.backend_start = l.owner_start"
                     " AND a.state_change > clock_timestamp() - make_interval(secs => $2::int))"
                     " AND (w.manual_clock OR l.changed > clock_timestamp() - make_interval(secs => $3::int)))"
                     " FROM ecocase.lane AS l CROSS JOIN ecocase.world AS w WHERE l.owner = $1",
                     3, NULL, values, NULL, NULL, 1);
    TRY(ledger_judge_result(ledger, result, "held", fault));
    *ret = (struct held){(int32_t)column_int(result, 0, 0), (int32_t)column_int(result, 0, 1)};
    return OK;
}
