/* See store.h: what the engine did, and the client's inbox. */
#include "adapters/gateway/store_inside.h"

/* A paper of ours is known by name and inode: an agency may put files of its own into outbox/ too. */
static enum outcome apply_moved(struct store *store, const struct change *c, struct fault *fault) {
    struct asking a;
    bool sent = c->kind == CHANGE_SENT;
    TRY(store_ask(
        store,
        sent
            ? "UPDATE submission SET stage=max(stage, 2), sent_as=?, changed_at=? WHERE file=? AND inode=? AND stage<>5"
            : "UPDATE submission SET stage=5, answer=?, changed_at=? WHERE file=? AND inode=? AND stage<2",
        &a, fault));
    ask_text(&a, c->text);
    ask_int(&a, instant_now());
    ask_text(&a, c->name);
    ask_int(&a, (int64_t)c->inode);
    return store_run(store, &a, fault);
}

/* The receipt may be here before the file is seen to be moved: then its name is still the one it had in outbox/. */
static enum outcome apply_answered(struct store *store, const struct change *c, struct fault *fault) {
    struct asking a;
    TRY(store_ask(store,
                  "UPDATE submission SET stage=?, answer=?, changed_at=? WHERE stage IN (1, 2) AND (sent_as=?4 OR "
                  "(sent_as IS NULL AND file=?4))",
                  &a, fault));
    ask_int(&a, c->kind == CHANGE_ACCEPTED ? STAGE_ACCEPTED : STAGE_REFUSED);
    ask_text(&a, c->text);
    ask_int(&a, instant_now());
    ask_text(&a, c->name);
    return store_run(store, &a, fault);
}

static enum outcome apply_arrived(struct store *store, const struct change *c, struct fault *fault) {
    struct asking a;
    TRY(store_ask(store, "INSERT INTO message(id, case_key, at) VALUES(?,?,?) ON CONFLICT DO NOTHING", &a, fault));
    ask_text(&a, c->message);
    ask_text(&a, c->case_key);
    ask_int(&a, instant_now());
    TRY(store_run(store, &a, fault));
    TRY(store_ask(store,
                  "INSERT INTO file(message, nth, name) SELECT ?1, count(*), ?2 FROM file WHERE message=?1 ON CONFLICT "
                  "DO NOTHING",
                  &a, fault));
    ask_text(&a, c->message);
    ask_text(&a, c->name);
    return store_run(store, &a, fault);
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
static struct message told(const struct asking *a, struct arena *arena) {
    return (struct message){.position = told_int(a, 0),
                            .id = told_bytes(a, 1, arena),
                            .case_key = told_bytes(a, 2, arena),
                            .acknowledged = told_int(a, 3) != 0,
                            .attempts = told_int(a, 4),
                            .at = told_int(a, 5)};
}

static enum outcome read_files(struct store *store, struct message *m, struct arena *arena, struct fault *fault) {
    struct bytes *files = NULL;
    struct asking a;
    size_t room = 0;
    bool row = false;
    TRY(store_ask(store, "SELECT name FROM file WHERE message=? ORDER BY nth", &a, fault));
    ask_text(&a, m->id);
    for (;;) {
        TRY(store_step(store, &a, &row, fault));
        if (!row) break;
        if (m->file_count == room) {
            struct bytes *more = arena_array(arena, room = room ? room * 2 : 4, sizeof *more);
            if (m->file_count) memcpy(more, files, m->file_count * sizeof *more);
            files = more;
        }
        files[m->file_count++] = told_bytes(&a, 0, arena);
    }
    m->files = files;
    return OK;
}

static enum outcome list(struct store *store, int64_t after, size_t most, struct arena *arena, struct message *into,
                         size_t *ret_count, struct fault *fault) {
    struct asking a;
    size_t count = 0;
    bool row = false;
    TRY(store_ask(
        store, "SELECT " COLUMNS " FROM message WHERE acknowledged_at IS NULL AND position>? ORDER BY position LIMIT ?",
        &a, fault));
    ask_int(&a, after);
    ask_int(&a, (int64_t)most);
    for (;;) {
        TRY(store_step(store, &a, &row, fault));
        if (!row) break;
        into[count++] = told(&a, arena);
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

static enum outcome one(struct store *store, struct asking *a, struct arena *arena, bool *ret_known,
                        struct message *ret, struct fault *fault) {
    TRY(store_step(store, a, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = told(a, arena);
    store_drop(a);
    return read_files(store, ret, arena, fault);
}

enum outcome store_message(struct store *store, struct bytes id, struct arena *arena, bool *ret_known,
                           struct message *ret, struct fault *fault) {
    struct asking a;
    store_enter(store);
    enum outcome outcome = store_ask(store, "SELECT " COLUMNS " FROM message WHERE id=?", &a, fault);
    if (outcome == OK) {
        ask_text(&a, id);
        outcome = one(store, &a, arena, ret_known, ret, fault);
    }
    store_leave(store, false);
    return outcome;
}

static enum outcome mark(struct store *store, const char *sql, int64_t value, struct bytes id, struct fault *fault) {
    struct asking a;
    store_enter(store);
    enum outcome outcome = store_ask(store, sql, &a, fault);
    if (outcome == OK) {
        ask_int(&a, value);
        ask_text(&a, id);
        outcome = store_run(store, &a, fault);
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
    struct asking a;
    bool row = false;
    *ret_known = false;
    *ret_next = 0;
    store_enter(store);
    enum outcome outcome = store_ask(store, due, &a, fault);
    if (outcome == OK) outcome = store_step(store, &a, &row, fault);
    if (outcome == OK && row) {
        *ret_next = told_int(&a, 6);
        *ret = told(&a, arena);
        *ret_known = *ret_next <= now;
        store_drop(&a);
        outcome = read_files(store, ret, arena, fault);
    }
    store_leave(store, false);
    return outcome;
}

static enum outcome number(struct store *store, const char *sql, int64_t *ret, struct fault *fault) {
    struct asking a;
    bool row = false;
    TRY(store_ask(store, sql, &a, fault));
    TRY(store_step(store, &a, &row, fault));
    *ret = row ? told_int(&a, 0) : 0;
    if (row) store_drop(&a);
    return OK;
}

static enum outcome count_all(struct store *store, struct store_counts *ret, struct fault *fault) {
    struct asking a;
    bool row = false;
    TRY(store_ask(store, "SELECT stage, count(*) FROM submission GROUP BY stage", &a, fault));
    for (;;) {
        TRY(store_step(store, &a, &row, fault));
        if (!row) break;
        int64_t stage = told_int(&a, 0);
        if (stage >= 0 && stage < STAGE_COUNT) ret->stages[stage] = told_int(&a, 1);
    }
    TRY(number(store, "SELECT count(*) FROM message WHERE acknowledged_at IS NULL", &ret->unacknowledged, fault));
    TRY(number(store, "SELECT count(*) FROM message WHERE acknowledged_at IS NULL AND pushed=0", &ret->unpushed,
               fault));
    return number(store, "SELECT count(*) FROM untold", &ret->untold, fault);
}

enum outcome store_count(struct store *store, struct store_counts *ret, struct fault *fault) {
    *ret = (struct store_counts){0};
    store_enter(store);
    enum outcome outcome = count_all(store, ret, fault);
    store_leave(store, false);
    return outcome;
}
