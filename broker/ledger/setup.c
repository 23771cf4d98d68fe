/* `ecocase-broker setup`, the ledger's part: everything in one transaction under an advisory lock, so that two setups
 * at once do it once. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/log.h"
#include "broker/ledger/schema_version.h"
#include "broker/rules/rules.h"

#define FILE_MAX (1u * MIB)
static void conn_finish(PGconn **conn) { PQfinish(*conn); }

static enum outcome setup_run(PGconn *conn, const char *sql, int count, const char *const *values,
                              PGresult **ret_result, struct fault *fault) {
    PGresult *result =
        count > 0 || ret_result ? PQexecParams(conn, sql, count, NULL, values, NULL, NULL, 0) : PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        bool lost = PQstatus(conn) != CONNECTION_OK;
        const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        enum outcome outcome = fault_set(fault, lost ? RETRY : FATAL, lost ? "LEDGER_DOWN" : "LEDGER_SQL",
                                         "setup of the ledger: %s", text ? text : PQerrorMessage(conn));
        PQclear(result);
        return fault_as(outcome, lost ? RETRY : FATAL);
    }
    if (ret_result) *ret_result = result;
    else PQclear(result);
    return OK;
}

/* One file of the three, as one query of many statements. */
static enum outcome run_file(PGconn *conn, const char *schemas_folder, const char *name, struct fault *fault) {
    char path[4096];
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, FILE_MAX);
    snprintf(path, sizeof path, "%s/ledger/%s", schemas_folder, name);
    TRY(buffer_read_file(&text, path, fault));
    TRY(buffer_add(&text, BYTES_LITERAL("\0"), fault));
    return setup_run(conn, (const char *)text.at, 0, NULL, NULL, fault);
}

static enum outcome make_tables(PGconn *conn, const char *schemas_folder, struct fault *fault) {
    static const char *const files[] = {"record.sql", "views.sql", "roles.sql"};
    bool empty = false;
    TRY(schema_version_check(conn, &empty, fault));
    if (!empty) return OK;
    TRY(setup_run(conn, "CREATE SCHEMA IF NOT EXISTS ecocase", 0, NULL, NULL, fault));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) TRY(run_file(conn, schemas_folder, files[i], fault));
    log_info("ledger.made", "series=%s version=%d", SCHEMA_SERIES, SCHEMA_VERSION);
    return OK;
}

static enum outcome make_world(PGconn *conn, const struct ledger_setup *setup, struct fault *fault) {
    char lanes[16];
    snprintf(lanes, sizeof lanes, "%d", setup->lanes);
    const char *const values[] = {setup->cluster_id, setup->manual_clock ? "true" : "false", lanes};
    TRY(setup_run(
        conn, "INSERT INTO ecocase.world (cluster_id, manual_clock, lanes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        3, values, NULL, fault));
    TRY(setup_run(conn, "SELECT ecocase.make_lane(n::smallint) FROM generate_series(0, $1::int - 1) AS n", 1,
                  &values[2], NULL, fault));
    return OK;
}

static enum outcome check_world(PGconn *conn, const struct ledger_setup *setup, struct fault *fault) {
    AUTO(result_clear) PGresult *result = NULL;
    TRY(setup_run(conn, "SELECT cluster_id, manual_clock, lanes FROM ecocase.world", 0, NULL, &result, fault));
    if (PQntuples(result) == 0) return make_world(conn, setup, fault);
    bool manual = PQgetvalue(result, 0, 1)[0] == 't';
    int lanes = atoi(PQgetvalue(result, 0, 2));
    if (strcmp(PQgetvalue(result, 0, 0), setup->cluster_id) != 0) {
        return fault_set(
            fault, REFUSE, "WRONG_WORLD",
            "this ledger belongs to Kafka cluster %s, not to %s: give the other cluster, or an empty database",
            PQgetvalue(result, 0, 0), setup->cluster_id);
    }
    if (manual != setup->manual_clock) {
        return fault_set(fault, REFUSE, "WRONG_WORLD", "this ledger was created with clock=%s, which cannot be changed",
                         manual ? "manual" : "real");
    }
    if (lanes != setup->lanes) {
        return fault_set(fault, REFUSE, "WRONG_WORLD",
                         "this ledger was created with %d lanes, which cannot be changed to %d", lanes, setup->lanes);
    }
    return OK;
}

static enum outcome store_participant(PGconn *conn, const struct participant *p, struct fault *fault) {
    char number[16];
    snprintf(number, sizeof number, "%d", p->number);
    const char *const values[] = {number,
                                  p->slug,
                                  p->name,
                                  p->english,
                                  role_text(p->role),
                                  p->lead ? "t" : "f",
                                  p->region,
                                  p->receipts ? "t" : "f"};
    return setup_run(conn,
                     "INSERT INTO ecocase.participant (number, slug, name, english, role, lead, region, receipts)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number) DO UPDATE SET slug = "
                     "excluded.slug, name = excluded.name,"
                     " english = excluded.english, role = excluded.role, lead = excluded.lead, region = "
                     "excluded.region, receipts = excluded.receipts",
                     8, values, NULL, fault);
}

/* Events, limits and mail name participants by number: one that vanished, or bears another slug, would leave them to
 * nobody, and its outbox unread. */
static enum outcome check_participants(PGconn *conn, const struct directory *directory, struct fault *fault) {
    AUTO(result_clear) PGresult *known = NULL;
    TRY(setup_run(conn, "SELECT number, slug FROM ecocase.participant ORDER BY number", 0, NULL, &known, fault));
    for (int row = 0; row < PQntuples(known); row++) {
        const char *slug = PQgetvalue(known, row, 1);
        long number = strtol(PQgetvalue(known, row, 0), NULL, 10);
        const struct participant *now = directory_by_number(directory, (int)number);
        if (!now)
            return fault_set(fault, REFUSE, "PARTICIPANT_GONE",
                             "participant %ld (%s) is missing in directory.yaml; its cases, limits and messages are in "
                             "the ledger: put its entry back",
                             number, slug);
        if (strcmp(now->slug, slug) != 0)
            return fault_set(fault, REFUSE, "SLUG_CHANGED",
                             "participant %ld is %s in the ledger and %s in directory.yaml; its topics bear that slug: "
                             "put it back, names may change",
                             number, slug, now->slug);
    }
    return OK;
}

static enum outcome store_directory(PGconn *conn, const struct directory *directory, struct fault *fault) {
    struct bytes text = directory_text(directory);
    AUTO(buffer_free) struct buffer copy;
    buffer_init(&copy, LIMIT_SETTINGS + 1);
    TRY(buffer_add(&copy, text, fault));
    TRY(buffer_add(&copy, BYTES_LITERAL("\0"), fault));
    const char *const values[] = {(const char *)copy.at};
    TRY(setup_run(conn,
                  "INSERT INTO ecocase.directory (version, text) SELECT coalesce(max(d.version), 0) + 1, $1 FROM "
                  "ecocase.directory AS d"
                  " HAVING NOT EXISTS (SELECT FROM ecocase.directory AS n WHERE n.text = $1 AND n.version = (SELECT "
                  "max(version) FROM ecocase.directory))",
                  1, values, NULL, fault));
    for (size_t i = 0; i < directory_count(directory); i++)
        TRY(store_participant(conn, directory_at(directory, i), fault));
    return OK;
}

/* Names of machines, states, events, clocks, regimes and addressees from the rules (all loaded versions), for the
 * views. */
static enum outcome store_word(PGconn *conn, const struct rule_word *word, struct fault *fault) {
    const char *const values[] = {word->kind, word->machine, word->code, word->zh, word->en, word->terminal ? "t" : "f",
                                  word->basis};
    return setup_run(conn,
                     "INSERT INTO ecocase.rule_name (kind, machine, code, zh, en, terminal, basis) VALUES ($1, $2, $3, "
                     "$4, $5, $6, $7)"
                     " ON CONFLICT (kind, machine, code) DO UPDATE SET zh = excluded.zh, en = excluded.en, terminal = "
                     "excluded.terminal,"
                     " basis = excluded.basis",
                     7, values, NULL, fault);
}

static void rules_free_auto(struct rules **rules) { rules_free(*rules); }
static enum outcome store_names(PGconn *conn, const char *schemas_folder, struct fault *fault) {
    char path[4096];
    snprintf(path, sizeof path, "%s/rules/rules.yaml", schemas_folder);
    if (access(path, R_OK) != 0) return OK; /* the views then show codes */
    AUTO(rules_free_auto) struct rules *rules = NULL;
    TRY(rules_load(schemas_folder, &rules, fault));
    struct rule_word word;
    for (size_t i = 0; rules_word(rules, i, &word); i++) TRY(store_word(conn, &word, fault));
    return OK;
}

static enum outcome connect_to(const char *conninfo, PGconn **ret, struct fault *fault) {
    static const char *const keys[] = {"dbname", "client_encoding", "application_name", "connect_timeout", NULL};
    const char *const values[] = {conninfo, "UTF8", "ecocase-setup", "5", NULL};
    *ret = PQconnectdbParams(keys, values, 1);
    if (PQstatus(*ret) == CONNECTION_OK) return OK;
    return fault_set(fault, RETRY, "LEDGER_DOWN", "the ledger's Postgres cannot be reached: %s", PQerrorMessage(*ret));
}

enum outcome ledger_check_directory(const char *conninfo, const struct directory *directory, struct fault *fault) {
    AUTO(conn_finish) PGconn *conn = NULL;
    AUTO(result_clear) PGresult *there = NULL;
    TRY(connect_to(conninfo, &conn, fault));
    TRY(setup_run(conn, "SELECT to_regclass('ecocase.participant')", 0, NULL, &there, fault));
    return PQgetisnull(there, 0, 0) ? OK : check_participants(conn, directory, fault);
}

enum outcome ledger_set_up(const char *conninfo, const struct ledger_setup *setup, struct fault *fault) {
    AUTO(conn_finish) PGconn *conn = NULL;
    TRY(connect_to(conninfo, &conn, fault));
    if (PQserverVersion(conn) < 150000) {
        return fault_set(fault, REFUSE, "WRONG_WORLD", "Postgres %d is too old: 15 or later is needed",
                         PQserverVersion(conn) / 10000);
    }
    TRY(setup_run(conn, "SET client_min_messages = warning; BEGIN; SELECT pg_advisory_xact_lock(7016996765293437281)",
                  0, NULL, NULL, fault));
    TRY(make_tables(conn, setup->schemas_folder, fault));
    TRY(check_world(conn, setup, fault));
    TRY(check_participants(conn, setup->directory, fault));
    TRY(store_directory(conn, setup->directory, fault));
    TRY(store_names(conn, setup->schemas_folder, fault));
    return setup_run(conn, "COMMIT", 0, NULL, NULL, fault);
}
