/* For the formats' tests. Job: read a text, show the tree as one line, expect a refusal at its place. Each call's tree
 * lives in one arena until the next. Threads: one. */
#ifndef ECOCASE_ADAPTERS_FORMATS_FORMAT_FIXTURE_H
#define ECOCASE_ADAPTERS_FORMATS_FORMAT_FIXTURE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/formats/format.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
struct refusal {
    struct bytes file;
    const char *code;
    uint32_t line, column;
};
/* The tree must be read. */
struct node *fixture_read(const struct format *format, struct bytes file);
/* name@line:column=text for a value (=~text a bare one, * after the name: many), name@line:column(children …) for the
 * others. */
const char *fixture_shown(const struct node *node);
void fixture_refused(const struct format *format, struct refusal expected);
/* Reads, shows, compares. */
void fixture_reads(const struct format *format, struct bytes file, const char *shown);
/* Writes what was read of `file`: must be `written`, and read again be the same but for places. */
void fixture_writes(const struct format *format, struct bytes file, struct bytes written);
/* The tree, written in `format`, is `written`. */
void fixture_made(const struct format *format, const struct node *root, struct bytes written);
/* Every beginning of the file, and the file with each byte spoilt, ends in OK or REFUSE with a place. */
void fixture_torture(const struct format *format, struct bytes file);
struct arena *fixture_arena(void);
#define T BYTES_LITERAL
#endif
