/* Copies of the real rules with one thing changed, in a folder of their own. */
#ifndef ECOCASE_RULES_RULES_FIXTURE_H
#define ECOCASE_RULES_RULES_FIXTURE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "broker/rules/rules.h"

extern char fixture_folder[64];
int fixture_make_folder(void **state);
int fixture_remove_folder(void **state);
/* The real rules into the folder `into`; in `file` (or NULL) the first `find` becomes `put`. The changed text is
 * answered; free it. */
char *fixture_copy_rules(const char *into, const char *file, const char *find, const char *put);
/* The text of one real file with the change; free it. And a text into a file of a folder. */
char *fixture_copy_text(const char *file, const char *find, const char *put);
void fixture_write(const char *into, const char *file, const char *text);
#endif
