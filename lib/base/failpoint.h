/* Named instants of the program at which a test may kill, stop or delay it, and mutants that a test may plant. In an
 * ordinary build both are nothing. In a build with -DECOCASE_FAULTS=ON the environment decides:
 * ECOCASE_FAILPOINT="name@n=kill|stop|sleep:MS" acts at the n-th passing; ECOCASE_FAILPOINT_LOG=FILE appends "name
 * pid\n" when it acts; ECOCASE_MUTANT="no_fence" etc. makes mutant("no_fence") true. */
#ifndef ECOCASE_BASE_FAILPOINT_H
#define ECOCASE_BASE_FAILPOINT_H
#include <stdbool.h>
#ifdef ECOCASE_FAULTS
void failpoint_pass(const char *name);
bool mutant(const char *name);
#define FAILPOINT(name) failpoint_pass(name)
#else
#define FAILPOINT(name) ((void)0)
#define mutant(name)    false
#endif
#endif
