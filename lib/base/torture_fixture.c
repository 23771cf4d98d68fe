/* Counts allocations and refuses the nth. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/torture_fixture.h"
#include <errno.h>
#include <stdlib.h>

#define MAX_ALLOCATIONS 200000u /* of one piece of work; more: it would not end */

static unsigned failing, counted; /* failing 0: none */
static bool failed;

static bool refused(void) {
    if (!failing || ++counted != failing) return false;
    failed = true;
    errno = ENOMEM;
    return true;
}
bool torture_failed(void) { return failed; }

void *__real_malloc(size_t count);
void *__real_calloc(size_t items, size_t size);
void *__real_realloc(void *at, size_t count);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t count);
void *__wrap_calloc(size_t items, size_t size);
void *__wrap_realloc(void *at, size_t count);
char *__wrap_strdup(const char *text);
void *__wrap_malloc(size_t count) { return refused() ? NULL : __real_malloc(count); }
void *__wrap_calloc(size_t items, size_t size) { return refused() ? NULL : __real_calloc(items, size); }
void *__wrap_realloc(void *at, size_t count) { return refused() ? NULL : __real_realloc(at, count); }
char *__wrap_strdup(const char *text) { return refused() ? NULL : __real_strdup(text); }

void *torture_malloc(size_t count) { return __wrap_malloc(count); }
void *torture_realloc(void *at, size_t count) { return __wrap_realloc(at, count); }
char *torture_strdup(const char *text) { return __wrap_strdup(text); }
void torture_free(void *at) { free(at); }

unsigned torture_each(torture_case *work, void *context, unsigned unseen) {
    unsigned passed = 0;
    for (unsigned nth = 1; nth < MAX_ALLOCATIONS; nth++) {
        failing = nth, counted = 0, failed = false;
        bool whole = work(context);
        failing = 0;
        if (!failed) {
            assert_true(whole);
            return nth - 1;
        }
        passed += whole;
        if (passed > unseen) fail_msg("allocation %u failed, and the work went on as if it had not", nth);
    }
    fail_msg("more than %u allocations", MAX_ALLOCATIONS);
    return 0;
}
