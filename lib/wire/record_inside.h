/* Inside of wire: which fields of a record are read, and where each goes. The catalogue makes the walk of a schema from
 * the paths, record_read fills a submission from what the walk found. */
#ifndef ECOCASE_WIRE_RECORD_INSIDE_H
#define ECOCASE_WIRE_RECORD_INSIDE_H
#include "wire/record.h"

enum record_form {
    FORM_SKIP, /* walked, not read */
    FORM_ID,   /* must be a UUID; its text goes to `also` */
    FORM_ID_NULL /* may be null: nil */,
    FORM_TEXT,
    FORM_TIME, /* INSTANT_NONE where null */
    FORM_NUMBER,
    FORM_INT,
    FORM_FIELD,
    FORM_LIST,  /* as a field, and how many to `also` */
    FORM_COUNT, /* of an operation: -1 where null, -2 where it cannot be */
    FORM_TENTHS /* likewise, kept in tenths */
};
struct record_field {
    const char *path;
    enum record_form form;
    uint16_t at, also; /* offsets in struct submission; also 0: none */
};
#define RECORD_MAX_FIELDS 64u
/* The envelope's come first, then those of the kind. */
const struct record_field *record_envelope(size_t *ret_count);
const struct record_field *record_fields(enum record_kind kind, size_t *ret_count);
/* The one repeated part of a record whose members are read too, and the paths to give its items' program; NULL: the
 * kind has none. */
const char *record_items(enum record_kind kind, const char *const **ret_paths, size_t *ret_count);
#endif
