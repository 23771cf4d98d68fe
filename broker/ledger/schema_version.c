/* The version's row, and what its absence means. pg_class says without any right whether the schema holds tables. */
#include "broker/ledger/schema_version.h"
#include <stdlib.h>
#include <string.h>
#include "broker/ledger/connection_inside.h"

#define START_EMPTY                                                                                               \
    "start an empty one: CREATE DATABASE, then `ecocase-broker setup` with it and an empty Kafka, or go on with " \
    "the programs that made this one"

static enum outcome ask(PGconn *conn, const char *sql, PGresult **ret, struct fault *fault) {
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) == PGRES_TUPLES_OK) {
        *ret = result;
        return OK;
    }
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    bool lost = PQstatus(conn) != CONNECTION_OK || !state;
    enum outcome outcome =
        fault_set(fault, lost ? RETRY : FATAL, lost ? "LEDGER_DOWN" : "LEDGER_SQL", "version of the ledger: %s (%s)",
                  text ? text : PQerrorMessage(conn), state ? state : "-");
    PQclear(result);
    return fault_as(outcome, lost ? RETRY : FATAL);
}

static enum outcome judge(const char *series, int version, struct fault *fault) {
    if (strcmp(series, SCHEMA_SERIES) != 0)
        return fault_set(fault, REFUSE, "LEDGER_OTHER",
                         "this database holds a ledger of series %s, this program knows %s only: give it another "
                         "database, or the programs of that series",
                         series, SCHEMA_SERIES);
    if (version > SCHEMA_VERSION)
        return fault_set(fault, REFUSE, "LEDGER_NEWER",
                         "this ledger is of version %d, this program knows %d: install the newer programs", version,
                         SCHEMA_VERSION);
    if (version < SCHEMA_VERSION)
        return fault_set(fault, REFUSE, "LEDGER_OLD", "this ledger is of version %d, this program needs %d: %s",
                         version, SCHEMA_VERSION, START_EMPTY);
    return OK;
}

enum outcome schema_version_check(PGconn *conn, bool *ret_empty, struct fault *fault) {
    AUTO(result_clear) PGresult *tables = NULL;
    AUTO(result_clear) PGresult *row = NULL;
    TRY(ask(conn,
            "SELECT count(*), count(*) FILTER (WHERE c.relname = 'schema_version') FROM pg_class AS c JOIN "
            "pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'ecocase' AND c.relkind IN ('r', 'p')",
            &tables, fault));
    *ret_empty = strcmp(PQgetvalue(tables, 0, 0), "0") == 0;
    if (*ret_empty) return OK;
    if (strcmp(PQgetvalue(tables, 0, 1), "0") == 0)
        return fault_set(fault, REFUSE, "LEDGER_OLD",
                         "this database holds a ledger without a version, from before there were any: %s", START_EMPTY);
    TRY(ask(conn, "SELECT series, version FROM ecocase.schema_version", &row, fault));
    if (PQntuples(row) != 1)
        return fault_set(fault, FATAL, "LEDGER_SQL", "ecocase.schema_version holds %d rows", PQntuples(row));
    return judge(PQgetvalue(row, 0, 0), atoi(PQgetvalue(row, 0, 1)), fault);
}
