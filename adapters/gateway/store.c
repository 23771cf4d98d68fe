/* The gateway's store: opening, waiting for changes, keeping. */
#include "adapters/gateway/store_inside.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS submission(row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT "
    "NOT NULL UNIQUE,"
    " digest BLOB NOT NULL, names TEXT NOT NULL, file TEXT UNIQUE, inode INTEGER, sent_as TEXT, stage INTEGER NOT "
    "NULL, answer TEXT,"
    " at INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS untold(row INTEGER PRIMARY KEY) STRICT;"
    "CREATE TRIGGER IF NOT EXISTS submission_accepted AFTER INSERT ON submission BEGIN INSERT OR IGNORE INTO untold "
    "VALUES(new.row); END;"
    "CREATE TRIGGER IF NOT EXISTS submission_changed AFTER UPDATE OF stage ON submission WHEN new.stage > 1 BEGIN "
    "INSERT OR IGNORE INTO untold VALUES(new.row); END;"
    "CREATE TRIGGER IF NOT EXISTS submission_purged AFTER DELETE ON submission BEGIN DELETE FROM untold WHERE row = "
    "old.row; END;"
    "CREATE INDEX IF NOT EXISTS submission_queued ON submission(row) WHERE stage = 0;"
    "CREATE INDEX IF NOT EXISTS submission_sent_as ON submission(sent_as) WHERE sent_as IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS message(position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, case_key "
    "TEXT NOT NULL,"
    " at INTEGER NOT NULL, acknowledged_at INTEGER, pushed INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL "
    "DEFAULT 0,"
    " due INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX IF NOT EXISTS message_open ON message(position) WHERE acknowledged_at IS NULL;"
    "CREATE INDEX IF NOT EXISTS message_unpushed ON message(case_key, position) WHERE pushed = 0 AND acknowledged_at "
    "IS NULL;"
    "CREATE TABLE IF NOT EXISTS file(message TEXT NOT NULL, nth INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY "
    "KEY(message, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS probe(one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT;";

/* Positions of a new store go beyond those of a lost one, so that a client's old cursor passes over nothing. */
static const char beginning[] = "INSERT INTO sqlite_sequence(name, seq) SELECT 'message', unixepoch() * 1000"
                                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'message')";

static enum outcome failed(struct store *store, const char *what, struct fault *fault) {
    return fault_set(fault, RETRY, "JOURNAL", "the front's store, %.200s: %s", what, sqlite3_errmsg(store->db));
}

void store_enter(struct store *store) { pthread_mutex_lock(&store->door); }
void store_leave(struct store *store, bool changed) {
    if (changed) {
        static const uint64_t one = 1;
        store->changes++;
        pthread_cond_broadcast(&store->news);
        ssize_t ignored = write(store->wake, &one, sizeof one); /* full: readable anyway */
        (void)ignored;
    }
    pthread_mutex_unlock(&store->door);
}

enum outcome store_statement(struct store *store, const char *sql, struct statement *ret, struct fault *fault) {
    *ret = (struct statement){0};
    if (sqlite3_prepare_v2(store->db, sql, -1, &ret->handle, NULL) != SQLITE_OK) return failed(store, sql, fault);
    return OK;
}
void store_drop(struct statement *statement) {
    sqlite3_finalize(statement->handle);
    statement->handle = NULL;
}
enum outcome store_step(struct store *store, struct statement *statement, bool *ret_row, struct fault *fault) {
    int stepped = sqlite3_step(statement->handle);
    *ret_row = stepped == SQLITE_ROW;
    if (stepped == SQLITE_ROW) return OK;
    enum outcome outcome = stepped == SQLITE_DONE ? OK : failed(store, sqlite3_sql(statement->handle), fault);
    store_drop(statement);
    return outcome;
}
enum outcome store_run(struct store *store, struct statement *statement, struct fault *fault) {
    bool row = false;
    TRY(store_step(store, statement, &row, fault));
    if (row) store_drop(statement);
    return OK;
}
static enum outcome execute(struct store *store, const char *sql, struct fault *fault) {
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : failed(store, sql, fault);
}
enum outcome store_begin(struct store *store, struct fault *fault) { return execute(store, "BEGIN IMMEDIATE", fault); }
enum outcome store_end(struct store *store, enum outcome outcome, struct fault *fault) {
    if (outcome == OK) outcome = execute(store, "COMMIT", fault);
    if (!sqlite3_get_autocommit(store->db)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return outcome;
}
enum outcome store_each(struct store *store, const void *items, size_t size, size_t count, store_one one, bool changed,
                        struct fault *fault) {
    const char *item = items;
    store_enter(store);
    enum outcome outcome = store_begin(store, fault);
    for (size_t i = 0; i < count && outcome == OK; i++) outcome = one(store, item + i * size, fault);
    outcome = store_end(store, outcome, fault);
    store_leave(store, changed && outcome == OK);
    return outcome;
}

enum outcome store_open(const char *path, struct store **ret, struct fault *fault) {
    struct store *store = calloc(1, sizeof *store);
    pthread_condattr_t steady;
    INVARIANT(store && pthread_mutex_init(&store->door, NULL) == 0 && pthread_condattr_init(&steady) == 0);
    INVARIANT(pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(&store->news, &steady) == 0);
    store->changes = 1;
    store->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    INVARIANT(store->wake >= 0);
    enum outcome outcome = OK;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) outcome = failed(store, path, fault);
    if (outcome == OK) sqlite3_busy_timeout(store->db, 2000);
    if (outcome == OK) outcome = execute(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", fault);
    if (outcome == OK) outcome = execute(store, tables, fault);
    if (outcome == OK) outcome = execute(store, beginning, fault);
    if (outcome == OK) *ret = store;
    else store_close(store);
    return outcome;
}
void store_close(struct store *store) {
    if (!store) return;
    sqlite3_close(store->db);
    close(store->wake);
    pthread_cond_destroy(&store->news);
    pthread_mutex_destroy(&store->door);
    free(store);
}

int64_t store_wait(struct store *store, int64_t seen, int64_t ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) until = (struct timespec){until.tv_sec + 1, until.tv_nsec - 1000000000};
    store_enter(store);
    int waited = 0;
    while (!store->stopped && store->changes == seen && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&store->news, &store->door, &until);
    int64_t changes = store->changes;
    store_leave(store, false);
    return changes;
}
int store_wake_descriptor(const struct store *store) { return store->wake; }
void store_drain(struct store *store) {
    uint64_t count;
    ssize_t ignored = read(store->wake, &count, sizeof count);
    (void)ignored;
}
int64_t store_changes(struct store *store) {
    store_enter(store);
    int64_t changes = store->changes;
    store_leave(store, false);
    return changes;
}
void store_stop_waiting(struct store *store) {
    store_enter(store);
    store->stopped = true;
    store_leave(store, true);
}

enum outcome store_probe(struct store *store, struct fault *fault) {
    struct statement s;
    store_enter(store);
    enum outcome outcome = store_statement(
        store, "INSERT INTO probe(one, at) VALUES(1, ?) ON CONFLICT(one) DO UPDATE SET at=excluded.at", &s, fault);
    if (outcome == OK) {
        statement_bind_int(&s, instant_now());
        outcome = store_run(store, &s, fault);
    }
    store_leave(store, false);
    return outcome;
}

enum outcome store_purge(struct store *store, instant before, struct fault *fault) {
    static const char *const steps[] = {
        "DELETE FROM submission WHERE stage > 2 AND changed_at < ?",
        "DELETE FROM file WHERE message IN (SELECT id FROM message WHERE acknowledged_at < ?)",
        "DELETE FROM message WHERE acknowledged_at < ?"};
    struct statement s;
    store_enter(store);
    enum outcome outcome = store_begin(store, fault);
    for (size_t i = 0; outcome == OK && i < sizeof steps / sizeof steps[0]; i++) {
        outcome = store_statement(store, steps[i], &s, fault);
        if (outcome != OK) break;
        statement_bind_int(&s, before);
        outcome = store_run(store, &s, fault);
    }
    outcome = store_end(store, outcome, fault);
    store_leave(store, false);
    return outcome;
}
