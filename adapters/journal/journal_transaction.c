/* The journal's statements, prepared once and kept, and the transactions they run in. */
#include "adapters/journal/journal_inside.h"

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

enum outcome journal_execute(struct journal *journal, const char *sql, struct fault *fault) {
    if (sqlite3_exec(journal->db, sql, NULL, NULL, NULL) == SQLITE_OK) return OK;
    return journal_fault(journal, "setting up", fault);
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

static enum outcome simple(struct journal *journal, enum statement_id which, struct fault *fault) {
    struct statement statement;
    TRY(journal_statement(journal, which, &statement, fault));
    return journal_run(journal, &statement, fault);
}
/* Outside of such a transaction every commit is synced. */
static enum outcome sync_commits(struct journal *journal, bool synced, struct fault *fault) {
    if (synced == !journal->unsynced) return OK;
    TRY(journal_execute(journal, synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", fault));
    journal->unsynced = !synced;
    return OK;
}
/* If that fails, the next to begin tries again. */
static void sync_again(struct journal *journal) {
    struct fault ignored;
    enum outcome synced = sync_commits(journal, true, &ignored);
    (void)synced;
}
static enum outcome begin(struct journal *journal, bool synced, struct fault *fault) {
    INVARIANT(!journal->inside);
    TRY(sync_commits(journal, synced, fault));
    enum outcome outcome = simple(journal, S_BEGIN, fault);
    journal->inside = outcome == OK;
    if (outcome != OK) sync_again(journal);
    return outcome;
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
static void roll_back(struct journal *journal) {
    for (size_t i = 0; i < S_COUNT; i++) {
        if (journal->statements[i]) sqlite3_reset(journal->statements[i]);
    }
    if (!sqlite3_get_autocommit(journal->db)) {
        struct fault ignored;
        enum outcome outcome = simple(journal, S_ROLLBACK, &ignored);
        (void)outcome;
    }
    journal->inside = false;
}
void journal_rollback(struct journal *journal) {
    if (journal->inside) roll_back(journal);
    sync_again(journal); /* also where the commit was done and only this was not */
}
