/* Every allocation fails once in turn: that of the nth call of SQLite's allocator, or of the malloc family as the
 * program's own code calls it (linked with TORTURE_WRAPS, see CMakeLists.txt). The others succeed. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_TORTURE_FIXTURE_H
#define ECOCASE_ADAPTERS_JOURNAL_TORTURE_FIXTURE_H
#include <stdbool.h>
#include <stddef.h>

void torture_begin(void);     /* before SQLite is used at all */
void torture_arm(size_t nth); /* 0: none fails */
bool torture_fired(void);     /* since then one failed */
size_t torture_held(void);    /* blocks of the program's own code that are not freed */
#endif
