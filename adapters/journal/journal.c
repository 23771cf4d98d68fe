/* The journal file: opening, setting up, closing; alarms and facts. */
#include "adapters/journal/journal_inside.h"
#include "base/failpoint.h"
#include <stdio.h>
#include <stdlib.h>

/* 16 MiB of WAL: a batch of small papers fills some 500, and each checkpoint costs two syncs and writes every page
 * again */
#define CHECKPOINT_PAGES "4000"

/* What the tables hold and how: raised with every change that an older program, or this one, would misread. 1 kept
 * headers as JSON, and had no number yet; 2 did not keep what a delivery meant, 3 not whether a submission was
 * answered: both are brought up to 4 where they lie, and what they sent counts as answered. */
#define VERSION "4"
static const char from_2[] = "BEGIN IMMEDIATE; ALTER TABLE delivery ADD COLUMN digest BLOB; PRAGMA user_version=3;"
                             " COMMIT";
static const char from_3[] = "BEGIN IMMEDIATE; ALTER TABLE submission ADD COLUMN answered INTEGER NOT NULL DEFAULT 1;"
                             " PRAGMA user_version=4; COMMIT";

static enum outcome refuse_version(const struct journal *journal, const char *version, struct fault *fault) {
    return fault_set(fault, FATAL, "JOURNAL_SCHEMA", "%s: its tables are of version %s, this program's of " VERSION,
                     journal->path, version);
}

/* A new file has no tables yet, and no version. */
static enum outcome check_version(struct journal *journal, int *ret_version, struct fault *fault) {
    static const char sql[] = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version";
    sqlite3_stmt *row = NULL;
    enum outcome outcome = OK;
    if (sqlite3_prepare_v2(journal->db, sql, -1, &row, NULL) != SQLITE_OK || sqlite3_step(row) != SQLITE_ROW)
        outcome = journal_fault(journal, "setting up", fault);
    else if (sqlite3_column_int(row, 1)) {
        const char *version = (const char *)sqlite3_column_text(row, 0);
        *ret_version = sqlite3_column_int(row, 0);
        if (!version || version[1] || version[0] < '2' || version[0] > VERSION[0])
            outcome = refuse_version(journal, version ? version : "?", fault);
    }
    sqlite3_finalize(row);
    return outcome;
}

/* All or nothing, so that no file has tables without their version. */
static enum outcome make_tables(struct journal *journal, struct fault *fault) {
    TRY(journal_execute(journal, "BEGIN IMMEDIATE", fault));
    TRY(journal_execute(journal, journal_tables, fault));
    return journal_execute(journal, "PRAGMA user_version=" VERSION "; COMMIT", fault);
}

static enum outcome set_up(struct journal *journal, struct fault *fault) {
    sqlite3_busy_timeout(journal->db, 2000);
    TRY(journal_execute(journal,
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA "
                        "wal_autocheckpoint=" CHECKPOINT_PAGES ";",
                        fault));
    int version = 0; /* of a file that has tables */
    TRY(check_version(journal, &version, fault));
    if (version == 2) TRY(journal_execute(journal, from_2, fault));
    if (version == 2 || version == 3) TRY(journal_execute(journal, from_3, fault));
    TRY(make_tables(journal, fault));
    return journal_read_acked(journal, fault);
}

/* Each statement once: tables of another shape are found here, not amid the work. */
static enum outcome check_tables(struct journal *journal, struct fault *fault) {
    struct statement ignored;
    for (enum statement_id i = 0; i < S_COUNT; i++) TRY(journal_statement(journal, i, &ignored, fault));
    journal->opened = true;
    return OK;
}

enum outcome journal_open(const char *path, struct journal **ret, struct fault *fault) {
    const char *where = mutant("no_journal") ? ":memory:" : path;
    struct journal *journal = calloc(1, sizeof *journal);
    if (!journal) return fault_set(fault, RETRY, "JOURNAL", "%s: out of memory", where);
    enum outcome outcome = OK;
    snprintf(journal->path, sizeof journal->path, "%s", where);
    if (sqlite3_open_v2(where, &journal->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        outcome = journal_fault(journal, "opening", fault);
    }
    if (outcome == OK) outcome = set_up(journal, fault);
    if (outcome == OK) outcome = check_tables(journal, fault);
    if (outcome == OK) *ret = journal;
    else journal_close(journal);
    return outcome;
}

void journal_close(struct journal *journal) {
    if (!journal) return;
    for (size_t i = 0; i < S_COUNT; i++) sqlite3_finalize(journal->statements[i]);
    sqlite3_close(journal->db);
    free(journal);
}

enum outcome journal_alarm(struct journal *journal, const char *kind, const char *text, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_ALARM, &s, fault));
    statement_bind_int(&s, instant_now());
    statement_bind_text(&s, bytes_of_cstr(kind));
    statement_bind_text(&s, bytes_of_cstr(text));
    return journal_run(journal, &s, fault);
}

enum outcome journal_alarms(struct journal *journal, int64_t *ret_count, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(journal_statement(journal, S_ALARMS, &s, fault));
    TRY(journal_step(journal, &s, &row, fault));
    *ret_count = row ? statement_column_int(&s, 0) : 0;
    sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_fact(struct journal *journal, const char *name, struct bytes value, bool *ret_same,
                          struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(journal_statement(journal, S_FACT_PUT, &s, fault));
    statement_bind_text(&s, bytes_of_cstr(name));
    statement_bind_blob(&s, value);
    TRY(journal_run(journal, &s, fault));
    TRY(journal_statement(journal, S_FACT, &s, fault));
    statement_bind_text(&s, bytes_of_cstr(name));
    TRY(journal_step(journal, &s, &row, fault));
    *ret_same = row && bytes_equal(value, bytes_of(sqlite3_column_blob(s.handle, 0),
                                                   (size_t)sqlite3_column_bytes(s.handle, 0)));
    if (row) sqlite3_reset(s.handle);
    return OK;
}
