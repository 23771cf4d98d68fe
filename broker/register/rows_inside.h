/* Rows on their way into the register: for each table a run of COPY text, written field by field in the order of its
 * columns, sent in one COPY a table. Text is made acceptable to Postgres: control characters but tab and new line
 * become spaces, bytes that are no UTF-8 '?'. One thread; memory grows to the largest poll's. */
#ifndef ECOCASE_REGISTER_ROWS_INSIDE_H
#define ECOCASE_REGISTER_ROWS_INSIDE_H
#include <libpq-fe.h>
#include "base/buffer.h"
#include "base/time.h"
#include "base/uuid.h"

enum table_name {
    TABLE_REFERRAL,
    TABLE_RESTRICTED_TITLE,
    TABLE_NUMBER,
    TABLE_CLOCK,
    TABLE_REPLY_OWED,
    TABLE_GAP,
    TABLE_FACT,
    TABLE_HINT,
    TABLE_MANUAL_SERVICE,
    TABLE_PENALTY,
    TABLE_OPERATION,
    TABLE_OPERATION_BODY,
    TABLE_OPERATION_FINDING,
    TABLE_OPERATION_CASE,
    TABLE_PERSON_KEY,
    TABLE_EVENT,
    TABLE_WITNESS,
    TABLE_DELIVERY,
    TABLE_REASON,
    TABLE_REFUSAL,
    TABLE_DEAD_LETTER,
    TABLE_ALERT,
    TABLE_DOCUMENT,
    TABLE_PARTY,
    TABLE_CONTENT,
    TABLE_CLUE,
    TABLE_PARTICIPANT,
    TABLE_RULE_NAME,
    TABLE_COUNT
};
struct rows {
    struct buffer of[TABLE_COUNT];
    size_t count[TABLE_COUNT];
    struct buffer *now; /* the row being written */
    size_t fields;
};
void rows_init(struct rows *rows);
void rows_free(struct rows *rows);
void rows_clear(struct rows *rows);
void row_begin(struct rows *rows, enum table_name table);
void row_end(struct rows *rows); /* INVARIANT: as many fields as the table has columns */
void row_text(struct rows *rows, struct bytes text);
void row_cstr(struct rows *rows, const char *text);
void row_int(struct rows *rows, int64_t number);
void row_bool(struct rows *rows, bool yes);
void row_uuid(struct rows *rows, const struct uuid *uuid);
void row_uuid_or_null(struct rows *rows, const struct uuid *uuid); /* nil: NULL */
void row_instant(struct rows *rows, instant at);                   /* INSTANT_NONE: NULL */
void row_number_or_null(struct rows *rows, int64_t number);        /* 0: NULL, as participants' numbers */
void row_null(struct rows *rows);
/* Numbers as the packed texts of the model have them: milliseconds, "": NULL; a participant, "" or 0: NULL. */
void row_ms(struct rows *rows, struct bytes text);
void row_number(struct rows *rows, struct bytes text);
void row_real(struct rows *rows, double real);
/* All tables' rows, within the transaction that is open. */
MUST_USE enum outcome rows_send(const struct rows *rows, PGconn *conn, struct fault *fault);
#endif
