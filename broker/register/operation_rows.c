/* A joint operation in the register: its window, its bodies, what they found and the cases that it led to. */
#include "base/line.h"
#include "broker/model/roster.h"
#include "broker/register/registry_inside.h"

void row_of_referral(struct rows *rows, enum table_name table, const struct referral *r) {
    row_begin(rows, table);
    row_uuid(rows, &r->case_id);
    row_uuid(rows, &r->id);
}

/* -1: not said. */
static void put_count(struct rows *rows, int64_t count, bool tenths) {
    if (count < 0) row_null(rows);
    else if (tenths) row_real(rows, (double)count / 10);
    else row_int(rows, count);
}
static void put_body(struct rows *rows, const struct referral *r, const struct roster_row *body) {
    row_of_referral(rows, TABLE_OPERATION_BODY, r);
    row_int(rows, body->number);
    row_text(rows, bytes_of(&body->state, 1));
    row_instant(rows, body->answered);
    row_bool(rows, body->late);
    row_text(rows, body->reason);
    row_instant(rows, body->start);
    row_instant(rows, body->end);
    row_instant(rows, body->reported);
    row_bool(rows, body->late_report);
    for (int i = 0; i < OPERATION_COUNTS; i++) put_count(rows, body->counts[i], i == COUNT_HOURS || i == COUNT_KM);
    row_end(rows);
}

/* Lines "F, time, number, category, leads_to, document number" and "L, document number" (broker/model/roster.h). */
static void put_found(struct rows *rows, const struct referral *r, struct bytes rest) {
    struct bytes line;
    for (int n = 1; line_next(&rest, &line); n++) {
        bool finding = bytes_equal_cstr(line_part(line, 0), "F");
        if (!finding && !bytes_equal_cstr(line_part(line, 0), "L")) continue;
        row_of_referral(rows, finding ? TABLE_OPERATION_FINDING : TABLE_OPERATION_CASE, r);
        row_int(rows, n);
        if (finding) {
            row_ms(rows, line_part(line, 1));
            row_number(rows, line_part(line, 2));
            for (int part = 3; part < 6; part++) row_text(rows, line_part(line, part));
        } else {
            row_text(rows, line_part(line, 1));
        }
        row_end(rows);
    }
}

void operation_rows(struct rows *rows, const struct referral *r) {
    struct roster roster;
    if (!r->roster.count) return;
    roster_read(r->roster, &roster);
    row_of_referral(rows, TABLE_OPERATION, r);
    row_text(rows, roster.kind);
    row_instant(rows, roster.start);
    row_instant(rows, roster.end);
    row_instant(rows, roster.reply_by);
    row_end(rows);
    for (size_t i = 0; i < roster.count; i++) put_body(rows, r, &roster.rows[i]);
    put_found(rows, r, roster.more);
}
