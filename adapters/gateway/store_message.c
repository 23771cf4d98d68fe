/* The store's changes, and the client's inbox. */
#include "adapters/gateway/store_inside.h"

/* A paper of ours is known by name and inode: an agency may put files of its own into outbox/ too. */
static enum outcome apply_moved(struct store *store, const struct change *c, struct fault *fault) {
    struct statement s;
    bool sent = c->kind == CHANGE_SENT;
    TRY(store_statement(
        store,
        sent
            ? "UPDATE submission SET stage=max(stage, 2), sent_as=?, changed_at=? WHERE file=? AND inode=? AND stage<>5"
            : "UPDATE submission SET stage=5, answer=?, changed_at=? WHERE file=? AND inode=? AND stage<2",
        &s, fault));
    statement_bind_text(&s, c->text);
    statement_bind_int(&s, instant_now());
    statement_bind_text(&s, c->name);
    statement_bind_int(&s, (int64_t)c->inode);
    return store_run(store, &s, fault);
}

/* The receipt may be here before the file is seen to be moved: then its name is still the one it had in outbox/. */
static enum outcome apply_answered(struct store *store, const struct change *c, struct fault *fault) {
    struct statement s;
    TRY(store_statement(
        store,
        "UPDATE submission SET stage=?, answer=?, changed_at=? WHERE stage IN (1, 2) AND (sent_as=?4 OR "
        "(sent_as IS NULL AND file=?4))",
        &s, fault));
    statement_bind_int(&s, c->kind == CHANGE_ACCEPTED ? STAGE_ACCEPTED : STAGE_REFUSED);
    statement_bind_text(&s, c->text);
    statement_bind_int(&s, instant_now());
    statement_bind_text(&s, c->name);
    return store_run(store, &s, fault);
}

static enum outcome apply_arrived(struct store *store, const struct change *c, struct fault *fault) {
    struct statement s;
    TRY(store_statement(store, "INSERT INTO message(id, case_key, at) VALUES(?,?,?) ON CONFLICT DO NOTHING", &s,
                        fault));
    statement_bind_text(&s, c->message);
    statement_bind_text(&s, c->case_key);
    statement_bind_int(&s, instant_now());
    TRY(store_run(store, &s, fault));
    TRY(store_statement(
        store,
        "INSERT INTO file(message, nth, name) SELECT ?1, count(*), ?2 FROM file WHERE message=?1 ON CONFLICT "
        "DO NOTHING",
        &s, fault));
    statement_bind_text(&s, c->message);
    statement_bind_text(&s, c->name);
    return store_run(store, &s, fault);
}

static enum outcome apply_one(struct store *store, const void *item, struct fault *fault) {
    const struct change *c = item;
    switch (c->kind) {
    case CHANGE_SENT:
    case CHANGE_FAILED: return apply_moved(store, c, fault);
    case CHANGE_ACCEPTED:
    case CHANGE_REFUSED: return apply_answered(store, c, fault);
    case CHANGE_ARRIVED: return apply_arrived(store, c, fault);
    }
    return OK;
}

enum outcome store_apply(struct store *store, const struct change *changes, size_t count, struct fault *fault) {
    if (!count) return OK;
    return store_each(store, changes, sizeof *changes, count, apply_one, true, fault);
}

#define COLUMNS "position, id, case_key, acknowledged_at IS NOT NULL, attempts, at"
static struct message message_of(const struct statement *s, struct arena *arena) {
    return (struct message){.position = statement_column_int(s, 0),
                            .id = statement_column_bytes(s, 1, arena),
                            .case_key = statement_column_bytes(s, 2, arena),
                            .acknowledged = statement_column_int(s, 3) != 0,
                            .attempts = statement_column_int(s, 4),
                            .at = statement_column_int(s, 5)};
}

static enum outcome read_files(struct store *store, struct message *m, struct arena *arena, struct fault *fault) {
    struct bytes *files = NULL;
    struct statement s;
    size_t capacity = 0;
    bool row = false;
    TRY(store_statement(store, "SELECT name FROM file WHERE message=? ORDER BY nth", &s, fault));
    statement_bind_text(&s, m->id);
    for (;;) {
        TRY(store_step(store, &s, &row, fault));
        if (!row) break;
        if (m->file_count == capacity) {
            struct bytes *more = arena_array(arena, capacity = capacity ? capacity * 2 : 4, sizeof *more);
            if (files) memcpy(more, files, m->file_count * sizeof *more);
            files = more;
        }
        files[m->file_count++] = statement_column_bytes(&s, 0, arena);
    }
    m->files = files;
    return OK;
}

static enum outcome list(struct store *store, int64_t after, size_t most, struct arena *arena, struct message *into,
                         size_t *ret_count, struct fault *fault) {
    struct statement s;
    size_t count = 0;
    bool row = false;
    TRY(store_statement(
        store, "SELECT " COLUMNS " FROM message WHERE acknowledged_at IS NULL AND position>? ORDER BY position LIMIT ?",
        &s, fault));
    statement_bind_int(&s, after);
    statement_bind_int(&s, (int64_t)most);
    for (;;) {
        TRY(store_step(store, &s, &row, fault));
        if (!row) break;
        into[count++] = message_of(&s, arena);
    }
    for (size_t i = 0; i < count; i++) TRY(read_files(store, &into[i], arena, fault));
    *ret_count = count;
    return OK;
}

enum outcome store_messages(struct store *store, int64_t after, size_t most, struct arena *arena, struct message **ret,
                            size_t *ret_count, struct fault *fault) {
    *ret = arena_array(arena, most + 1, sizeof **ret);
    store_enter(store);
    enum outcome outcome = list(store, after, most, arena, *ret, ret_count, fault);
    store_leave(store, false);
    return outcome;
}

static enum outcome one(struct store *store, struct statement *s, struct arena *arena, bool *ret_known,
                        struct message *ret, struct fault *fault) {
    TRY(store_step(store, s, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = message_of(s, arena);
    store_drop(s);
    return read_files(store, ret, arena, fault);
}

enum outcome store_message(struct store *store, struct bytes id, struct arena *arena, bool *ret_known,
                           struct message *ret, struct fault *fault) {
    struct statement s;
    store_enter(store);
    enum outcome outcome = store_statement(store, "SELECT " COLUMNS " FROM message WHERE id=?", &s, fault);
    if (outcome == OK) {
        statement_bind_text(&s, id);
        outcome = one(store, &s, arena, ret_known, ret, fault);
    }
    store_leave(store, false);
    return outcome;
}

static enum outcome mark(struct store *store, const char *sql, int64_t value, struct bytes id, struct fault *fault) {
    struct statement s;
    store_enter(store);
    enum outcome outcome = store_statement(store, sql, &s, fault);
    if (outcome == OK) {
        statement_bind_int(&s, value);
        statement_bind_text(&s, id);
        outcome = store_run(store, &s, fault);
    }
    store_leave(store, outcome == OK);
    return outcome;
}

enum outcome store_acknowledge(struct store *store, struct bytes id, struct fault *fault) {
    return mark(store, "UPDATE message SET acknowledged_at=coalesce(acknowledged_at, ?) WHERE id=?", instant_now(), id,
                fault);
}
enum outcome store_pushed(struct store *store, struct bytes id, instant next, struct fault *fault) {
    if (!next) return mark(store, "UPDATE message SET pushed=?, attempts=attempts+1 WHERE id=?", 1, id, fault);
    return mark(store, "UPDATE message SET due=?, attempts=attempts+1 WHERE id=?", next, id, fault);
}

/* The heads of the cases' queues, the one that is due first. */
static const char due[] =
    "SELECT " COLUMNS
    ", due FROM message m WHERE pushed=0 AND acknowledged_at IS NULL AND NOT EXISTS (SELECT 1 FROM message e WHERE"
    " e.case_key=m.case_key AND e.pushed=0 AND e.acknowledged_at IS NULL AND e.position<m.position) ORDER BY due, "
    "position LIMIT 1";

enum outcome store_due(struct store *store, instant now, struct arena *arena, bool *ret_known, struct message *ret,
                       instant *ret_next, struct fault *fault) {
    struct statement s;
    bool row = false;
    *ret_known = false;
    *ret_next = 0;
    store_enter(store);
    enum outcome outcome = store_statement(store, due, &s, fault);
    if (outcome == OK) outcome = store_step(store, &s, &row, fault);
    if (outcome == OK && row) {
        *ret_next = statement_column_int(&s, 6);
        *ret = message_of(&s, arena);
        *ret_known = *ret_next <= now;
        store_drop(&s);
        outcome = read_files(store, ret, arena, fault);
    }
    store_leave(store, false);
    return outcome;
}

static enum outcome number(struct store *store, const char *sql, int64_t *ret, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(store_statement(store, sql, &s, fault));
    TRY(store_step(store, &s, &row, fault));
    *ret = row ? statement_column_int(&s, 0) : 0;
    if (row) store_drop(&s);
    return OK;
}

static enum outcome count_all(struct store *store, struct store_counts *ret, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(store_statement(store, "SELECT stage, count(*) FROM submission GROUP BY stage", &s, fault));
    for (;;) {
        TRY(store_step(store, &s, &row, fault));
        if (!row) break;
        int64_t stage = statement_column_int(&s, 0);
        if (stage >= 0 && stage < STAGE_COUNT) ret->stages[stage] = statement_column_int(&s, 1);
    }
    TRY(number(store, "SELECT count(*) FROM message WHERE acknowledged_at IS NULL", &ret->unacknowledged, fault));
    TRY(number(store, "SELECT count(*) FROM message WHERE acknowledged_at IS NULL AND pushed=0", &ret->unpushed,
               fault));
    return number(store, "SELECT count(*) FROM untold", &ret->unreported, fault);
}

enum outcome store_count(struct store *store, struct store_counts *ret, struct fault *fault) {
    *ret = (struct store_counts){0};
    store_enter(store);
    enum outcome outcome = count_all(store, ret, fault);
    store_leave(store, false);
    return outcome;
}
