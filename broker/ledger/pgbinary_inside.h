/* Postgres' binary forms: parameters and COPY rows out, result columns in. What ran out of memory stays `failed`,
 * so that only pgbinary_check needs a look. Text is made acceptable to Postgres on the way out: a NUL or a byte that is
 * no UTF-8 becomes '?', an instant outside years 1 to 9999 becomes the nearest of the two; what came in stays in
 * `value` unchanged. */
#ifndef ECOCASE_LEDGER_PGBINARY_INSIDE_H
#define ECOCASE_LEDGER_PGBINARY_INSIDE_H
#include <libpq-fe.h>
#include "base/buffer.h"
#include "base/time.h"
#include "base/uuid.h"

enum oid {
    OID_BYTEA = 17,
    OID_CHAR = 18,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950,
    OID_BYTEA_ARRAY = 1001,
    OID_CHAR_ARRAY = 1002,
    OID_INT2_ARRAY = 1005,
    OID_INT4_ARRAY = 1007,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_TIMESTAMPTZ_ARRAY = 1185,
    OID_UUID_ARRAY = 2951
};
struct pgbinary {
    struct buffer buffer;
    bool failed;
};
void pgbinary_init(struct pgbinary *binary);
void pgbinary_free(struct pgbinary *binary);
void pgbinary_clear(struct pgbinary *binary);
MUST_USE enum outcome pgbinary_check(const struct pgbinary *binary, struct fault *fault);

void pgbinary_raw(struct pgbinary *binary, struct bytes what);
void pgbinary_int16(struct pgbinary *binary, int16_t value);
void pgbinary_int32(struct pgbinary *binary, int32_t value);
void pgbinary_int64(struct pgbinary *binary, int64_t value);
void pgbinary_instant(struct pgbinary *binary, instant at); /* not INSTANT_NONE */
/* A field of a COPY row or an element of an array: length, then value. */
void pgbinary_null(struct pgbinary *binary);
void pgbinary_field_int16(struct pgbinary *binary, int16_t value);
void pgbinary_field_int32(struct pgbinary *binary, int32_t value);
void pgbinary_field_int64(struct pgbinary *binary, int64_t value);
void pgbinary_field_char(struct pgbinary *binary, char value);
void pgbinary_field_instant(struct pgbinary *binary, instant at); /* INSTANT_NONE: NULL */
void pgbinary_field_uuid(struct pgbinary *binary, const struct uuid *uuid);
void pgbinary_field_bytes(struct pgbinary *binary, struct bytes what);
void pgbinary_field_text(struct pgbinary *binary, struct bytes what);
/* A field whose length is not known before it is written; begin answers what end needs. */
size_t pgbinary_field_begin(struct pgbinary *binary);
void pgbinary_field_end(struct pgbinary *binary, size_t from);
/* The head of a one-dimensional array; its elements follow as fields. first: the lower bound. */
void pgbinary_array(struct pgbinary *binary, enum oid element, size_t count, int32_t first);
void pgbinary_lane_array(struct pgbinary *binary, const int64_t *values); /* LIMIT_PARTICIPANTS places from 0 */

/* Columns of a binary result. A NULL reads as 0, "", nil or INSTANT_NONE. */
int64_t column_int(const PGresult *result, int row, int column); /* int2, int4, int8 */
bool column_bool(const PGresult *result, int row, int column);
char column_char(const PGresult *result, int row, int column);
instant column_instant(const PGresult *result, int row, int column);
struct uuid column_uuid(const PGresult *result, int row, int column);
struct bytes column_bytes(const PGresult *result, int row, int column); /* lives as long as the result */
void column_cstr(const PGresult *result, int row, int column, char *ret, size_t capacity);
/* Element i (from 0) of an int2 or int8 array and how many it has. */
size_t column_array_count(const PGresult *result, int row, int column);
int64_t column_array_int(const PGresult *result, int row, int column, size_t i);
#endif
