/* The schemas in which a register lies: made from schemas/ledger/register.sql, renamed, dropped. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"

#define FILE_MAX   (1u * MIB)
#define SETUP_LOCK "7016996765293437282"

static enum outcome run_file(PGconn *conn, const char *schemas_folder, const char *name, struct fault *fault) {
    char path[4096];
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, FILE_MAX);
    snprintf(path, sizeof path, "%s/ledger/%s", schemas_folder, name);
    TRY(buffer_read_file(&text, path, fault));
    TRY(buffer_add(&text, BYTES_LITERAL("\0"), fault));
    return desk_run(conn, (const char *)text.at, fault);
}

static void conn_finish(PGconn **conn) { PQfinish(*conn); }
enum outcome register_set_up(const char *conninfo, const char *schemas, struct fault *fault) {
    AUTO(conn_finish) PGconn *conn = NULL;
    TRY(desk_connect(conninfo, &conn, fault));
    if (PQserverVersion(conn) < 150000)
        return fault_set(fault, REFUSE, "WRONG_WORLD", "Postgres %d is too old: 15 or later is needed",
                         PQserverVersion(conn) / 10000);
    TRY(desk_run(conn, "BEGIN; SELECT pg_advisory_xact_lock(" SETUP_LOCK ")", fault));
    TRY(run_file(conn, schemas, "desk.sql", fault));
    TRY(desk_run(conn, "COMMIT", fault));
    log_info("register.set.up", "desk=ready");
    return OK;
}

enum outcome schema_look(PGconn *conn, const char *schema, int *ret_version, struct fault *fault) {
    char name[64];
    snprintf(name, sizeof name, "%s.schema_version", schema);
    const char *const values[] = {name};
    AUTO(desk_result_free) PGresult *there = NULL;
    AUTO(desk_result_free) PGresult *row = NULL;
    char sql[160];
    *ret_version = 0;
    TRY(desk_ask(conn, "SELECT to_regclass($1)", 1, values, &there, fault));
    if (PQgetisnull(there, 0, 0)) return OK;
    snprintf(sql, sizeof sql, "SELECT version FROM %s WHERE series = 'register'", name);
    TRY(desk_ask(conn, sql, 0, NULL, &row, fault));
    *ret_version = PQntuples(row) == 1 ? atoi(PQgetvalue(row, 0, 0)) : -1;
    return OK;
}

enum outcome schema_drop(PGconn *conn, const char *schema, struct fault *fault) {
    char sql[128];
    snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", schema);
    return desk_run(conn, sql, fault);
}

enum outcome schema_make(PGconn *conn, const char *schemas_folder, const char *schema, struct fault *fault) {
    char sql[256];
    snprintf(sql, sizeof sql,
             "BEGIN; DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s; SET LOCAL search_path = %s, pg_catalog",
             schema, schema, schema);
    enum outcome outcome = desk_run(conn, sql, fault);
    if (outcome == OK) outcome = run_file(conn, schemas_folder, "register.sql", fault);
    if (outcome == OK) outcome = run_file(conn, schemas_folder, "register_views.sql", fault);
    if (outcome == OK) outcome = desk_run(conn, "COMMIT", fault);
    if (outcome != OK) desk_roll_back(conn);
    if (outcome == FATAL && strstr(fault->text, "(42501)"))
        return fault_set(
            fault, FATAL, "REGISTER_SQL",
            "the register may not be made here: run `ecocase-register setup` as the database's owner first");
    if (outcome == OK) log_info("register.made", "schema=%s version=%d", schema, REGISTER_VERSION);
    return outcome;
}

static const char RETIRE[] =
    "UPDATE register.source SET retired_at = clock_timestamp(); ALTER SCHEMA register RENAME TO "
    "register_old; REVOKE USAGE ON SCHEMA register_old FROM ecocase_department, "
    "ecocase_prosecutor, ecocase_coordinator, ecocase_auditor";
enum outcome schema_swap(PGconn *conn, const char *made, struct fault *fault) {
    char sql[512];
    int version = 0;
    TRY(schema_look(conn, "register", &version, fault));
    TRY(schema_drop(conn, "register_old", fault));
    if (version) TRY(desk_run(conn, RETIRE, fault));
    snprintf(sql, sizeof sql, "ALTER SCHEMA %s RENAME TO register", made);
    return desk_run(conn, sql, fault);
}

enum outcome schema_drop_old(PGconn *conn, struct fault *fault) {
    AUTO(desk_result_free) PGresult *there = NULL;
    AUTO(desk_result_free) PGresult *due = NULL;
    TRY(desk_ask(conn, "SELECT to_regclass('register_old.source')", 0, NULL, &there, fault));
    if (PQgetisnull(there, 0, 0)) return OK;
    TRY(desk_ask(conn, "SELECT retired_at < clock_timestamp() - interval '1 hour' FROM register_old.source", 0, NULL,
                 &due, fault));
    if (PQntuples(due) == 1 && PQgetvalue(due, 0, 0)[0] != 't') return OK;
    log_info("register.old.dropped", "schema=register_old");
    return schema_drop(conn, "register_old", fault);
}
