/* The register's Postgres: connected, asked, and how its errors become outcomes. */
#include "broker/register/registry_inside.h"
#include <stdlib.h>

void desk_result_free(PGresult **result) { PQclear(*result); }

static enum outcome judged(PGconn *conn, const PGresult *result, struct fault *fault) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return OK;
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE),
               *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    /* away, short of something, shut down, out of order, waiting too long for a lock */
    static const char *const passing[] = {"08", "53", "57", "58", "40", "55P03"};
    bool again = !state || PQstatus(conn) != CONNECTION_OK;
    for (size_t i = 0; !again && i < sizeof passing / sizeof *passing; i++)
        again = strncmp(state, passing[i], strlen(passing[i])) == 0;
    if (again)
        return fault_set(fault, RETRY, "REGISTER_DOWN", "the register's Postgres: %s",
                         text ? text : PQerrorMessage(conn));
    return fault_set(fault, FATAL, "REGISTER_SQL", "the register: %s (%s)", text ? text : "", state);
}

enum outcome desk_run(PGconn *conn, const char *sql, struct fault *fault) {
    AUTO(desk_result_free) PGresult *result = PQexec(conn, sql);
    return judged(conn, result, fault);
}

enum outcome desk_ask(PGconn *conn, const char *sql, int count, const char *const *values, PGresult **ret,
                      struct fault *fault) {
    PGresult *result = PQexecParams(conn, sql, count, NULL, values, NULL, NULL, 0);
    enum outcome outcome = judged(conn, result, fault);
    if (outcome == OK) *ret = result;
    else PQclear(result);
    return outcome;
}

void desk_roll_back(PGconn *conn) {
    if (PQstatus(conn) == CONNECTION_OK && PQtransactionStatus(conn) != PQTRANS_IDLE) PQclear(PQexec(conn, "ROLLBACK"));
}

/* Nothing is lost by a commit that a crash of the server forgets: its position is forgotten with it. */
enum outcome desk_connect(const char *conninfo, PGconn **ret, struct fault *fault) {
    static const char *const keys[] = {
        "dbname", "client_encoding", "application_name", "connect_timeout", "keepalives_idle", "tcp_user_timeout",
        NULL};
    const char *const values[] = {conninfo, "UTF8", "ecocase-register", "5", "10", "15000", NULL};
    *ret = PQconnectdbParams(keys, values, 1);
    if (PQstatus(*ret) == CONNECTION_OK)
        return desk_run(*ret,
                        "SET client_min_messages = warning; SET TimeZone = 'Asia/Shanghai'; SET DateStyle = ISO; SET "
                        "lock_timeout = '10s'; SET jit = off; SET synchronous_commit = off",
                        fault);
    return fault_set(fault, RETRY, "REGISTER_DOWN", "the register's Postgres cannot be reached: %s",
                     PQerrorMessage(*ret));
}
