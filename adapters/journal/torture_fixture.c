/* The failing allocator: SQLite's by its own hook, the program's by the linker's. */
#include "adapters/journal/torture_fixture.h"
#include <sqlite3.h>
#include <stdlib.h>

static size_t left, held;
static bool armed, fired;
void torture_arm(size_t nth) {
    left = nth;
    armed = nth > 0;
    fired = false;
}
bool torture_fired(void) { return fired; }
size_t torture_held(void) { return held; }

static bool fails(void) {
    if (!armed || --left) return false;
    armed = false;
    fired = true;
    return true;
}

/* ---- SQLite's */
static sqlite3_mem_methods real;
static void *take(int size) { return fails() ? NULL : real.xMalloc(size); }
static void *take_again(void *at, int size) { return fails() ? NULL : real.xRealloc(at, size); }
void torture_begin(void) {
    sqlite3_mem_methods failing;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK) abort();
    failing = real;
    failing.xMalloc = take;
    failing.xRealloc = take_again;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK) abort();
}

/* ---- the program's */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void __real_free(void *at);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
void __wrap_free(void *at);

static void *held_now(void *at) {
    if (at) held++;
    return at;
}
void *__wrap_malloc(size_t size) { return fails() ? NULL : held_now(__real_malloc(size)); }
void *__wrap_calloc(size_t count, size_t size) { return fails() ? NULL : held_now(__real_calloc(count, size)); }
void *__wrap_realloc(void *at, size_t size) {
    if (fails()) return NULL;
    void *to = __real_realloc(at, size);
    if (!at && to) held++;
    return to;
}
void __wrap_free(void *at) {
    if (at) held--;
    __real_free(at);
}
