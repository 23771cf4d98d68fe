/* Walks Avro binary against its schema and checks every byte before anything else may trust it, noting where chosen
 * fields lie. Avro C is unsafe on hostile bytes; whatever walk_run lets through decodes cleanly there. Checked: whole
 * length <= LIMIT_VALUE, depth, items (all arrays and maps together, zero-size items counted too), lengths within what
 * remains, varints of at most 10 bytes, enum/union/boolean range, strict UTF-8, exact end. No allocation, no copying.
 * A program is read-only once made. */
#ifndef ECOCASE_WIRE_WALK_H
#define ECOCASE_WIRE_WALK_H
#include <avro.h>
#include "base/bytes.h"
#include "base/fault.h"

/* What was found at a chosen path. For string/bytes/fixed: `at` is the content. For long and int: `at` covers
 * its encoding and `number` is it. For enum/boolean: `number`. For double: `real`. For an array: `at` covers its
 * encoded blocks (first block count .. end marker) and `number` is the item count; read it with walk_items. For a
 * union: the branch's value, or present=false for null. For a record: `at` covers it. */
struct walk_field {
    bool present;
    struct bytes at;
    int64_t number;
    double real;
};
struct walk_program;
/* Paths are dotted field names from the root, e.g. "envelope.sender", "documents". FATAL when one does not exist,
 * unless it begins with '?': then a schema without it answers not present. */
MUST_USE enum outcome walk_program_new(avro_schema_t schema, const char *const *paths, size_t count,
                                       struct walk_program **ret, struct fault *fault);
void walk_program_free(struct walk_program *program);
/* ret_fields has `count` places in the order of `paths`. REFUSE: AVRO_TRUNCATED, AVRO_TRAILING, AVRO_DEPTH, AVRO_ITEMS,
 * AVRO_LENGTH, AVRO_VARINT, AVRO_ENUM, AVRO_UNION, AVRO_BOOLEAN, AVRO_UTF8, TOO_LARGE; fault.field = the path. */
MUST_USE enum outcome walk_run(const struct walk_program *program, struct bytes body, struct walk_field *ret_fields,
                               struct fault *fault);
/* Iterates the strings of an array<string> that walk_run let through. *cursor starts at 0; false at the end. */
bool walk_items(const struct walk_field *array, size_t *cursor, struct bytes *ret_item);
/* Likewise the records of an array<record>, by a program made for its items' schema: ret_fields as of walk_run, for one
 * record a call. */
bool walk_records(const struct walk_program *item, const struct walk_field *array, size_t *cursor,
                  struct walk_field *ret_fields);
#endif
