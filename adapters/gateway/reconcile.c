/* 清点, what lies in inbox/ when the gateway is started and is not in its store: a gateway switched on
 * later, or a lost store. The journal tells which names are deliveries: theirs alone are listed. */
#include "adapters/gateway/gateway_inside.h"
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define RECONCILE_MAX 100000u
struct delivered_file {
    long long lane, generation, sequence;
    bool is_case;
    char name[256];
};

/* `_<lane>-<sequence>[g<generation>]` at `at`, and '.' or '_' behind it: where it ends. */
static const char *place_at(const char *at, struct delivered_file *into) {
    char *end = NULL;
    if (*at != '_' || (at[1] != '-' && (at[1] < '0' || at[1] > '9'))) return NULL;
    into->lane = strtoll(at + 1, &end, 10);
    if (*end != '-' || end[1] < '0' || end[1] > '9') return NULL;
    into->sequence = strtoll(end + 1, &end, 10);
    into->generation = 1;
    if (*end == 'g') into->generation = strtoll(end + 1, &end, 10);
    into->is_case = *end == '.';
    return *end == '.' || *end == '_' ? end : NULL;
}

static bool delivered(sqlite3_stmt *ask, const struct delivered_file *f, const char *stem, size_t count) {
    sqlite3_reset(ask);
    sqlite3_bind_int64(ask, 1, f->lane);
    sqlite3_bind_int64(ask, 2, f->generation);
    sqlite3_bind_int64(ask, 3, f->sequence);
    sqlite3_bind_text(ask, 4, stem, (int)count, SQLITE_STATIC);
    return sqlite3_step(ask) == SQLITE_ROW;
}

static bool recognise(sqlite3_stmt *ask, const char *name, struct delivered_file *into) {
    if (strlen(name) >= sizeof into->name) return false;
    for (const char *at = strchr(name, '_'); at; at = strchr(at + 1, '_')) {
        const char *end = place_at(at, into);
        if (!end || !delivered(ask, into, name, (size_t)(end - name))) continue;
        snprintf(into->name, sizeof into->name, "%s", name);
        return true;
    }
    return false;
}

static int in_order(const void *a, const void *b) {
    const struct delivered_file *x = a, *y = b;
    if (x->lane != y->lane) return x->lane < y->lane ? -1 : 1;
    if (x->generation != y->generation) return x->generation < y->generation ? -1 : 1;
    if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
    if (x->is_case != y->is_case) return x->is_case ? 1 : -1;
    return strcmp(x->name, y->name);
}

static size_t gather(const struct gateway *gateway, sqlite3_stmt *ask, struct delivered_file **ret) {
    int copy = openat(gateway->folders[AT_INBOX], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    size_t count = 0, capacity = 0;
    for (const struct dirent *entry; list && count < RECONCILE_MAX && (entry = readdir(list));) {
        if (count == capacity) {
            *ret = realloc(*ret, (capacity = capacity ? 2 * capacity : 64) * sizeof **ret);
            INVARIANT(*ret);
        }
        if (recognise(ask, entry->d_name, &(*ret)[count])) count++;
    }
    if (list) closedir(list);
    return count;
}

static enum outcome note_all(struct gateway *gateway, const struct delivered_file *found, size_t count,
                             struct fault *fault) {
    AUTO(arena_free_auto) struct arena *arena = arena_new(64u << 10, 256u << 20);
    struct change *changes = arena_array(arena, count + 1, sizeof *changes);
    for (size_t i = 0; i < count; i++) {
        const struct delivered_file *f = &found[i];
        const char *message = arena_printf(arena, "%lld-%lld-%lld", f->lane, f->generation, f->sequence);
        changes[i] = (struct change){.kind = CHANGE_ARRIVED,
                                     .name = bytes_of_cstr(f->name),
                                     .message = bytes_of_cstr(message),
                                     .case_key = bytes_of_cstr(arena_printf(arena, "%lld", f->lane))};
    }
    return store_apply(gateway->store, changes, count, fault);
}

enum outcome gateway_reconcile(struct gateway *gateway, const char *journal, struct fault *fault) {
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    struct delivered_file *found = NULL;
    enum outcome outcome = OK;
    static const char sql[] =
        "SELECT 1 FROM delivery WHERE lane=? AND generation=? AND sequence=? AND stem=? AND files IS NULL";
    if (sqlite3_open_v2(journal, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK) {
        size_t count = gather(gateway, ask, &found);
        if (count) qsort(found, count, sizeof *found, in_order);
        outcome = note_all(gateway, found, count, fault);
    } else outcome = fault_set(fault, RETRY, "JOURNAL", "%s: %s", journal, sqlite3_errmsg(db));
    free(found);
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return outcome;
}
