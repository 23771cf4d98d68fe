/* Lists of a record in Avro's binary form, written a member at a time, and the catalogue that reads them: for tests of
 * what is found in one. */
#ifndef ECOCASE_WIRE_LIST_FIXTURE_H
#define ECOCASE_WIRE_LIST_FIXTURE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "base/buffer.h"
#include "base/time.h"
#include "wire/record.h"

extern struct catalogue *catalogue;
extern struct buffer list;
int load(void **state); /* group set-up */
int unload(void **state);
void put_long(int64_t number);
void put_text(const char *text);
void put_party(int kind, const char *type, const char *number, const char *role);
struct walk_field listed(int64_t count); /* the list as a submission has it */
/* A case file of 2026-06-08 without any list yet. */
struct submission file(void);
#endif
