/* The store's submissions. */
#include "adapters/gateway/store_inside.h"

#define COLUMNS "s.id, s.stage, s.digest, s.names, s.file, s.answer, s.at, s.changed_at, s.key"
static struct submitted submitted_of(const struct statement *s, struct arena *arena) {
    struct submitted made = {.stage = (enum submission_stage)statement_column_int(s, 1),
                             .names = statement_column_bytes(s, 3, arena),
                             .file = statement_column_bytes(s, 4, arena),
                             .answer = statement_column_bytes(s, 5, arena),
                             .at = statement_column_int(s, 6),
                             .changed_at = statement_column_int(s, 7),
                             .key = statement_column_bytes(s, 8, arena)};
    struct bytes id = statement_column_bytes(s, 0, arena), digest = statement_column_bytes(s, 2, arena);
    if (id.count == UUID_TEXT) memcpy(made.id, id.at, UUID_TEXT);
    if (digest.count == sizeof made.digest.b) memcpy(made.digest.b, digest.at, digest.count);
    return made;
}

static enum outcome find(struct store *store, const char *sql, struct bytes by, struct arena *arena, bool *ret_known,
                         struct submitted *ret, struct fault *fault) {
    struct statement s;
    TRY(store_statement(store, sql, &s, fault));
    if (by.at) statement_bind_text(&s, by);
    TRY(store_step(store, &s, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = submitted_of(&s, arena);
    store_drop(&s);
    return OK;
}

static enum outcome space_left(struct store *store, int64_t most, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(store_statement(store, "SELECT count(*) FROM submission WHERE stage = 0", &s, fault));
    TRY(store_step(store, &s, &row, fault));
    int64_t queued = row ? statement_column_int(&s, 0) : 0;
    if (row) store_drop(&s);
    if (queued < most) return OK;
    return fault_set(fault, REFUSE, "QUEUE_FULL", "%lld submissions wait; try again later with the same key",
                     (long long)queued);
}

static enum outcome insert(struct store *store, struct bytes key, const struct submitted *what, struct fault *fault) {
    struct statement s;
    TRY(store_statement(store,
                        "INSERT INTO submission(id, key, digest, names, stage, at, changed_at) VALUES(?,?,?,?,0,?6,?6)",
                        &s, fault));
    statement_bind_text(&s, bytes_of_cstr(what->id));
    statement_bind_text(&s, key);
    statement_bind_blob(&s, bytes_of(what->digest.b, sizeof what->digest.b));
    statement_bind_text(&s, what->names);
    s.bound++; /* ?5 stands nowhere: at and changed_at are one */
    statement_bind_int(&s, what->at);
    return store_run(store, &s, fault);
}

static enum outcome accept_one(struct store *store, struct accepting *a, int64_t most, struct arena *arena,
                               struct fault *fault) {
    TRY(find(store, "SELECT " COLUMNS " FROM submission s WHERE key=?", a->key, arena, &a->known, &a->found, fault));
    if (a->known) return OK;
    enum outcome space = space_left(store, most, fault);
    a->full = space == REFUSE;
    if (a->full) a->why = *fault;
    return space == OK ? insert(store, a->key, a->what, fault) : space == REFUSE ? OK : space;
}

enum outcome store_accept(struct store *store, struct accepting *list, size_t count, int64_t most, struct arena *arena,
                          struct fault *fault) {
    store_enter(store);
    enum outcome outcome = store_begin(store, fault);
    for (size_t i = 0; i < count && outcome == OK; i++) outcome = accept_one(store, &list[i], most, arena, fault);
    outcome = store_end(store, outcome, fault);
    bool any = false;
    for (size_t i = 0; i < count && outcome == OK; i++) any = any || !(list[i].known || list[i].full);
    store_leave(store, any);
    return outcome;
}

static enum outcome look_up(struct store *store, const char *sql, struct bytes by, struct arena *arena, bool *ret_known,
                            struct submitted *ret, struct fault *fault) {
    store_enter(store);
    enum outcome outcome = find(store, sql, by, arena, ret_known, ret, fault);
    store_leave(store, false);
    return outcome;
}
enum outcome store_submission(struct store *store, const char *id, struct arena *arena, bool *ret_known,
                              struct submitted *ret, struct fault *fault) {
    return look_up(store, "SELECT " COLUMNS " FROM submission s WHERE id=?", bytes_of_cstr(id), arena, ret_known, ret,
                   fault);
}
enum outcome store_by_key(struct store *store, struct bytes key, struct arena *arena, bool *ret_known,
                          struct submitted *ret, struct fault *fault) {
    return look_up(store, "SELECT " COLUMNS " FROM submission s WHERE key=?", key, arena, ret_known, ret, fault);
}
enum outcome store_file_used(struct store *store, const char *file, bool *ret_used, struct fault *fault) {
    struct statement s;
    store_enter(store);
    enum outcome outcome = store_statement(store, "SELECT 1 FROM submission WHERE file=?", &s, fault);
    if (outcome == OK) {
        statement_bind_text(&s, bytes_of_cstr(file));
        outcome = store_step(store, &s, ret_used, fault);
        if (outcome == OK && *ret_used) store_drop(&s);
    }
    store_leave(store, false);
    return outcome;
}

static enum outcome name_one(struct store *store, const void *item, struct fault *fault) {
    const struct naming *n = item;
    struct statement s;
    TRY(store_statement(store, "UPDATE submission SET file=?, inode=? WHERE id=? AND file IS NULL", &s, fault));
    statement_bind_text(&s, bytes_of_cstr(n->file));
    statement_bind_int(&s, (int64_t)n->inode);
    statement_bind_text(&s, bytes_of_cstr(n->id));
    return store_run(store, &s, fault);
}
enum outcome store_name(struct store *store, const struct naming *list, size_t count, struct fault *fault) {
    return store_each(store, list, sizeof *list, count, name_one, true, fault);
}

static enum outcome place_one(struct store *store, const void *item, struct fault *fault) {
    const struct submitted *what = item;
    struct statement s;
    TRY(store_statement(store, "UPDATE submission SET stage=1 WHERE id=? AND stage=0", &s, fault));
    statement_bind_text(&s, bytes_of_cstr(what->id));
    return store_run(store, &s, fault);
}
enum outcome store_placed(struct store *store, const struct submitted *list, size_t count, struct fault *fault) {
    return store_each(store, list, sizeof *list, count, place_one, true, fault);
}

enum outcome store_lost(struct store *store, const char *id, struct bytes why, struct fault *fault) {
    struct statement s;
    store_enter(store);
    enum outcome outcome = store_statement(
        store, "UPDATE submission SET stage=5, answer=?, changed_at=? WHERE id=? AND stage=0", &s, fault);
    if (outcome == OK) {
        statement_bind_text(&s, why);
        statement_bind_int(&s, instant_now());
        statement_bind_text(&s, bytes_of_cstr(id));
        outcome = store_run(store, &s, fault);
    }
    store_leave(store, outcome == OK);
    return outcome;
}

#define LIST_BYTES (8u << 20) /* of answers, which may have a megabyte each */
static enum outcome list(struct store *store, const char *sql, size_t most, struct arena *arena, struct submitted *into,
                         size_t *ret_count, struct fault *fault) {
    struct statement s;
    size_t count = 0, bytes = 0;
    bool row = false;
    TRY(store_statement(store, sql, &s, fault));
    statement_bind_int(&s, (int64_t)most);
    for (;;) {
        TRY(store_step(store, &s, &row, fault));
        if (!row) break;
        into[count] = submitted_of(&s, arena);
        bytes += into[count++].answer.count;
        if (bytes <= LIST_BYTES) continue;
        store_drop(&s);
        break;
    }
    *ret_count = count;
    return OK;
}
static enum outcome list_up(struct store *store, const char *sql, size_t most, struct arena *arena,
                            struct submitted **ret, size_t *ret_count, struct fault *fault) {
    *ret = arena_array(arena, most + 1, sizeof **ret);
    store_enter(store);
    enum outcome outcome = list(store, sql, most, arena, *ret, ret_count, fault);
    store_leave(store, false);
    return outcome;
}
enum outcome store_queued(struct store *store, size_t most, struct arena *arena, struct submitted **ret,
                          size_t *ret_count, struct fault *fault) {
    return list_up(store, "SELECT " COLUMNS " FROM submission s WHERE stage = 0 ORDER BY row LIMIT ?", most, arena, ret,
                   ret_count, fault);
}
enum outcome store_unreported(struct store *store, size_t most, struct arena *arena, struct submitted **ret,
                              size_t *ret_count, struct fault *fault) {
    return list_up(store, "SELECT " COLUMNS " FROM untold u JOIN submission s ON s.row = u.row ORDER BY u.row LIMIT ?",
                   most, arena, ret, ret_count, fault);
}

/* Stays listed when there is news of it by now. To be placed is no news. */
static enum outcome reported_one(struct store *store, const void *item, struct fault *fault) {
    const struct submitted *what = item;
    struct statement s;
    TRY(store_statement(
        store, "DELETE FROM untold WHERE row = (SELECT row FROM submission WHERE id=? AND max(stage, 1) = max(?, 1))",
        &s, fault));
    statement_bind_text(&s, bytes_of_cstr(what->id));
    statement_bind_int(&s, (int64_t)what->stage);
    return store_run(store, &s, fault);
}
enum outcome store_reported(struct store *store, const struct submitted *what, size_t count, struct fault *fault) {
    return store_each(store, what, sizeof *what, count, reported_one, false, fault);
}
