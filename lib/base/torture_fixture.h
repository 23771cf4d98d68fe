/* Every allocation fails once: for tests that show what then comes back. Job: count the allocations of our own objects
 * (ld's --wrap, see torture_test() in CMakeLists.txt) and, where a test hands torture_malloc and its like to a foreign
 * library's own hooks, of that library, and make the nth of them fail, once. Threads: one. */
#ifndef ECOCASE_BASE_TORTURE_FIXTURE_H
#define ECOCASE_BASE_TORTURE_FIXTURE_H
#include <stdbool.h>
#include <stddef.h>

/* What is done until it needs no nth allocation any more. It returns whether the work ended as if nothing had failed;
 * it checks itself that otherwise the outcome is the promised one and no half result is left. */
typedef bool torture_case(void *context);
/* For n = 1, 2, 3 …: the work with its nth allocation failing; at last without. Answers how many there were. The test
 * fails where a failed allocation changes nothing in the outcome but more than `unseen` times: of those that do
 * without. */
unsigned torture_each(torture_case *work, void *context, unsigned unseen);
/* Did one fail in this round? */
bool torture_failed(void);

void *torture_malloc(size_t count);
void *torture_realloc(void *at, size_t count);
char *torture_strdup(const char *text);
void torture_free(void *at);
#endif
