/* See journal.h: opening, transactions, statements, alarms and facts. */
#include "adapters/journal/journal_statement.h"
#include "base/failpoint.h"
#include <stdio.h>
#include <stdlib.h>

/* What another attempt may mend is JOURNAL. A journal once opened may be out of reach for a while (a disk that comes
 * back). */
static const char *code_of(const struct journal *journal) {
    switch (sqlite3_errcode(journal->db) & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "JOURNAL_DAMAGED";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: return journal->opened ? "JOURNAL" : "JOURNAL_UNREADABLE";
    case SQLITE_ERROR: return journal->opened ? "JOURNAL" : "JOURNAL_SCHEMA";
    default: return "JOURNAL";
    }
}

enum outcome journal_fault(struct journal *journal, const char *what, struct fault *fault) {
    const char *code = code_of(journal), *said = sqlite3_errmsg(journal->db);
    int number = sqlite3_system_errno(journal->db);
    bool may_pass = strcmp(code, "JOURNAL") == 0, why = number && strcmp(code, "JOURNAL_UNREADABLE") == 0;
    return fault_set(fault, may_pass ? RETRY : FATAL, code, "%s: %s%s%s%s%s", journal->path, said, why ? ", " : "",
                     why ? strerror(number) : "", may_pass ? ": " : "", may_pass ? what : "");
}

static enum outcome execute(struct journal *journal, const char *sql, struct fault *fault) {
    if (sqlite3_exec(journal->db, sql, NULL, NULL, NULL) == SQLITE_OK) return OK;
    return journal_fault(journal, "setting up", fault);
}

/* 16 MiB of WAL: a batch of small papers fills some 500, and each checkpoint costs two syncs and writes every page
 * again */
#define CHECKPOINT_PAGES "4000"

static enum outcome set_up(struct journal *journal, struct fault *fault) {
    sqlite3_busy_timeout(journal->db, 2000);
    TRY(execute(journal,
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA "
                "wal_autocheckpoint=" CHECKPOINT_PAGES ";",
                fault));
    TRY(execute(journal, journal_tables, fault));
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
    struct journal *journal = calloc(1, sizeof *journal);
    INVARIANT(journal);
    const char *where = mutant("no_journal") ? ":memory:" : path;
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

enum outcome journal_statement(struct journal *journal, enum statement_id which, struct statement *ret,
                               struct fault *fault) {
    sqlite3_stmt **statement = &journal->statements[which];
    if (!*statement && sqlite3_prepare_v3(journal->db, journal_sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                                          NULL) != SQLITE_OK) {
        return journal_fault(journal, journal_sql[which], fault);
    }
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
    *ret = (struct statement){*statement, 0};
    return OK;
}

static const char none[1] = "";
void statement_bind_blob(struct statement *s, struct bytes value) {
    sqlite3_bind_blob64(s->handle, ++s->bound, value.count ? (const void *)value.at : none, value.count, SQLITE_STATIC);
}
void statement_bind_text(struct statement *s, struct bytes value) {
    sqlite3_bind_text64(s->handle, ++s->bound, value.count ? (const char *)value.at : none, value.count, SQLITE_STATIC,
                        SQLITE_UTF8);
}
void statement_bind_uuid(struct statement *s, const struct uuid *value) {
    statement_bind_blob(s, bytes_of(value->b, sizeof value->b));
}
void statement_bind_int(struct statement *s, int64_t value) { sqlite3_bind_int64(s->handle, ++s->bound, value); }

enum outcome journal_step(struct journal *journal, struct statement *statement, bool *ret_row, struct fault *fault) {
    int stepped = sqlite3_step(statement->handle);
    *ret_row = stepped == SQLITE_ROW;
    if (stepped == SQLITE_ROW) return OK;
    enum outcome outcome = stepped == SQLITE_DONE ? OK : journal_fault(journal, sqlite3_sql(statement->handle), fault);
    sqlite3_reset(statement->handle);
    return outcome;
}

enum outcome journal_run(struct journal *journal, struct statement *statement, struct fault *fault) {
    bool row = false;
    TRY(journal_step(journal, statement, &row, fault));
    sqlite3_reset(statement->handle);
    return OK;
}

struct bytes statement_column_bytes(const struct statement *statement, int column, struct arena *arena) {
    const void *at = sqlite3_column_blob(statement->handle, column);
    int count = sqlite3_column_bytes(statement->handle, column);
    return at && count > 0 ? arena_copy(arena, bytes_of(at, (size_t)count)) : BYTES_NONE;
}
void statement_column_fixed(const struct statement *statement, int column, uint8_t *ret, size_t count) {
    const void *at = sqlite3_column_blob(statement->handle, column);
    if (at && (size_t)sqlite3_column_bytes(statement->handle, column) == count) memcpy(ret, at, count);
}
struct uuid statement_column_uuid(const struct statement *statement, int column) {
    struct uuid id = {0};
    statement_column_fixed(statement, column, id.b, sizeof id.b);
    return id;
}
int64_t statement_column_int(const struct statement *statement, int column) {
    return sqlite3_column_int64(statement->handle, column);
}

static enum outcome simple(struct journal *journal, enum statement_id which, struct fault *fault) {
    struct statement statement;
    TRY(journal_statement(journal, which, &statement, fault));
    return journal_run(journal, &statement, fault);
}
/* Outside of such a transaction every commit is synced. */
static enum outcome sync_commits(struct journal *journal, bool synced, struct fault *fault) {
    if (synced == !journal->unsynced) return OK;
    TRY(execute(journal, synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", fault));
    journal->unsynced = !synced;
    return OK;
}
static enum outcome begin(struct journal *journal, bool synced, struct fault *fault) {
    INVARIANT(!journal->inside);
    TRY(sync_commits(journal, synced, fault));
    TRY(simple(journal, S_BEGIN, fault));
    journal->inside = true;
    return OK;
}
enum outcome journal_begin(struct journal *journal, struct fault *fault) { return begin(journal, true, fault); }
enum outcome journal_begin_repeatable(struct journal *journal, struct fault *fault) {
    return begin(journal, false, fault);
}
enum outcome journal_commit(struct journal *journal, struct fault *fault) {
    INVARIANT(journal->inside);
    TRY(simple(journal, S_COMMIT, fault));
    journal->inside = false;
    return sync_commits(journal, true, fault); /* fails only for what may be repeated */
}
void journal_rollback(struct journal *journal) {
    if (!journal->inside) return;
    for (size_t i = 0; i < S_COUNT; i++) {
        if (journal->statements[i]) sqlite3_reset(journal->statements[i]);
    }
    if (!sqlite3_get_autocommit(journal->db)) {
        struct fault ignored;
        enum outcome outcome = simple(journal, S_ROLLBACK, &ignored);
        (void)outcome;
    }
    journal->inside = false;
    struct fault still;
    enum outcome synced = sync_commits(journal, true, &still); /* if not: the next to begin tries again */
    (void)synced;
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
