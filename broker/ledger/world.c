/* The ledger as a whole: what it was created with, the directory it holds, and for probes which lanes an instance
 * works. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define ASKED_SECONDS 15 /* a lane at work asks something every second */
#define TICKS         4  /* on a real clock each tick moves the lane's row */

enum outcome ledger_world(struct ledger *ledger, struct ledger_world *ret, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    AUTO(result_clear)
    PGresult *result = PQexecParams(ledger->conn,
                                    "SELECT cluster_id, manual_clock, lanes, generation, coalesce((SELECT max(version) "
                                    "FROM ecocase.directory), 0), person_secret, clock_timestamp() FROM ecocase.world",
                                    0, NULL, NULL, NULL, NULL, 1);
    TRY(ledger_judge_result(ledger, result, "world", fault));
    if (PQntuples(result) != 1) {
        return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger was never set up: run `ecocase-broker setup` first");
    }
    column_cstr(result, 0, 0, ret->cluster_id, sizeof ret->cluster_id);
    ret->manual_clock = column_bool(result, 0, 1);
    ret->lanes = (int32_t)column_int(result, 0, 2);
    ret->generation = column_int(result, 0, 3);
    ret->directory_version = (int32_t)column_int(result, 0, 4);
    column_cstr(result, 0, 5, ret->person_secret, sizeof ret->person_secret);
    ret->now = column_instant(result, 0, 6);
    ret->now_ms = monotonic_ms();
    return OK;
}

enum outcome ledger_directory(struct ledger *ledger, char **ret_yaml, int32_t *ret_version, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    AUTO(result_clear)
    PGresult *result =
        PQexecParams(ledger->conn, "SELECT version, text FROM ecocase.directory ORDER BY version DESC LIMIT 1", 0, NULL,
                     NULL, NULL, NULL, 1);
    TRY(ledger_judge_result(ledger, result, "directory", fault));
    if (PQntuples(result) != 1) {
        return fault_set(fault, FATAL, "LEDGER_EMPTY",
                         "the ledger holds no directory: run `ecocase-broker setup` first");
    }
    struct bytes text = column_bytes(result, 0, 1);
    char *yaml = calloc(text.count + 1, 1);
    INVARIANT(yaml);
    if (text.count > 0) memcpy(yaml, text.at, text.count);
    *ret_yaml = yaml;
    *ret_version = (int32_t)column_int(result, 0, 0);
    return OK;
}

/* Beside the backend, since it ends with it: nobody has to clear it after a crash. */
enum outcome ledger_say(struct ledger *ledger, const char *words, struct fault *fault) {
    char name[64];
    snprintf(name, sizeof name, "ecocase-broker%s%s", *words ? " " : "", words);
    TRY(ledger_ready(ledger, fault));
    const char *const values[] = {name};
    AUTO(result_clear)
    PGresult *result =
        PQexecParams(ledger->conn, "SELECT set_config('application_name', $1, false)", 1, NULL, values, NULL, NULL, 1);
    return ledger_judge_result(ledger, result, "say", fault);
}

enum outcome ledger_held(struct ledger *ledger, const char *instance, int tick_seconds, struct lanes_held *ret,
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
                     " AND (w.manual_clock OR l.changed > clock_timestamp() - make_interval(secs => $3::int))),"
                     " (SELECT coalesce(string_agg('lane ' || h.lane || ' ' || substr(a.application_name, 16), '; ' "
                     "ORDER BY h.lane), '') FROM ecocase.lane AS h JOIN pg_stat_activity AS a ON a.pid = h.owner_pid "
                     "AND a.backend_start = h.owner_start WHERE h.owner = $1 AND a.application_name LIKE "
                     "'ecocase-broker _%')"
                     " FROM ecocase.lane AS l CROSS JOIN ecocase.world AS w WHERE l.owner = $1",
                     3, NULL, values, NULL, NULL, 1);
    TRY(ledger_judge_result(ledger, result, "held", fault));
    *ret = (struct lanes_held){.lanes = (int32_t)column_int(result, 0, 0), .worked = (int32_t)column_int(result, 0, 1)};
    column_cstr(result, 0, 2, ret->said, sizeof ret->said);
    return OK;
}
