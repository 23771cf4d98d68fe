/* Postgres' binary forms: parameters and COPY rows out, result columns in. A form that ran out of room stays `failed`,
 * so that only form_check needs a look. Text is made acceptable to Postgres on the way out: a NUL or a byte that is no
 * UTF-8 becomes '?', an instant outside years 1 to 9999 becomes the nearest of the two; what came in stays in `value`
 * unchanged. */
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
struct form {
    struct buffer buffer;
    bool failed;
};
void form_init(struct form *form);
void form_free(struct form *form);
void form_clear(struct form *form);
MUST_USE enum outcome form_check(const struct form *form, struct fault *fault);

void form_raw(struct form *form, struct bytes what);
void form_int16(struct form *form, int16_t value);
void form_int32(struct form *form, int32_t value);
void form_int64(struct form *form, int64_t value);
void form_instant(struct form *form, instant at); /* not INSTANT_NONE */
/* A field of a COPY row or an element of an array: length, then value. */
void form_null(struct form *form);
void form_field_int16(struct form *form, int16_t value);
void form_field_int32(struct form *form, int32_t value);
void form_field_int64(struct form *form, int64_t value);
void form_field_char(struct form *form, char value);
void form_field_instant(struct form *form, instant at); /* INSTANT_NONE: NULL */
void form_field_uuid(struct form *form, const struct uuid *uuid);
void form_field_bytes(struct form *form, struct bytes what);
void form_field_text(struct form *form, struct bytes what);
/* A field whose length is not known before it is written; begin answers what end needs. */
size_t form_field_begin(struct form *form);
void form_field_end(struct form *form, size_t from);
/* The head of a one-dimensional array; its elements follow as fields. first: the lower bound. */
void form_array(struct form *form, enum oid element, size_t count, int32_t first);
void form_lane_array(struct form *form, const int64_t *values); /* LIMIT_PARTICIPANTS places from 0 */

/* Columns of a binary result. A NULL reads as 0, "", nil or INSTANT_NONE. */
int64_t column_int(const PGresult *result, int row, int column); /* int2, int4, int8 */
bool column_bool(const PGresult *result, int row, int column);
char column_char(const PGresult *result, int row, int column);
instant column_instant(const PGresult *result, int row, int column);
struct uuid column_uuid(const PGresult *result, int row, int column);
struct bytes column_bytes(const PGresult *result, int row, int column); /* lives as long as the result */
void column_cstr(const PGresult *result, int row, int column, char *ret, size_t room);
/* Element i (from 0) of an int2 or int8 array and how many it has. */
size_t column_array_count(const PGresult *result, int row, int column);
int64_t column_array_int(const PGresult *result, int row, int column, size_t i);
#endif
