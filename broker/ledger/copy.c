/* New rows by binary COPY, straight into their tables: the cheapest way into Postgres that there is. Several COPYs go
 * out as one query, so that only their data follow each other. Sent in pieces, so that a batch never needs its size
 * twice. Source: PostgreSQL 15, COPY, binary format; libpq, a query of several commands. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>

#define EVENT_FIELDS 24

static void text_or_null(struct pgbinary *binary, struct bytes text) {
    if (text.count == 0) pgbinary_null(binary);
    else pgbinary_field_text(binary, text);
}
static void bytes_or_null(struct pgbinary *binary, struct bytes bytes) {
    if (bytes.count == 0) pgbinary_null(binary);
    else pgbinary_field_bytes(binary, bytes);
}

static void deliveries(struct pgbinary *binary, const struct ledger_event *event) {
    char roles[sizeof event->deliveries / sizeof event->deliveries[0]];
    size_t from = pgbinary_field_begin(binary);
    pgbinary_array(binary, OID_INT2, event->delivery_count, 1);
    for (size_t i = 0; i < event->delivery_count; i++) pgbinary_field_int16(binary, event->deliveries[i].to);
    pgbinary_field_end(binary, from);
    for (size_t i = 0; i < event->delivery_count; i++) roles[i] = event->deliveries[i].role;
    pgbinary_field_text(binary, bytes_of(roles, event->delivery_count));
    from = pgbinary_field_begin(binary);
    pgbinary_array(binary, OID_INT8, event->delivery_count, 1);
    for (size_t i = 0; i < event->delivery_count; i++) pgbinary_field_int64(binary, event->deliveries[i].sequence);
    pgbinary_field_end(binary, from);
}

static void event_row(struct pgbinary *binary, const struct ledger_event *event, int32_t lane, int32_t directory) {
    pgbinary_int16(binary, EVENT_FIELDS);
    pgbinary_field_int16(binary, (int16_t)lane);
    pgbinary_field_int64(binary, event->serial);
    pgbinary_field_instant(binary, event->broker_time);
    pgbinary_field_instant(binary, event->business_time);
    pgbinary_field_char(binary, event->kind);
    pgbinary_field_int16(binary, event->sender);
    pgbinary_field_int64(binary, event->offset);
    const struct uuid *const ids[] = {&event->message_id, &event->case_id, &event->referral_id};
    for (size_t i = 0; i < 3; i++) {
        if (event->has_ids) pgbinary_field_uuid(binary, ids[i]);
        else pgbinary_null(binary);
    }
    pgbinary_field_text(binary, event->event);
    pgbinary_field_text(binary, event->document_no);
    pgbinary_field_text(binary, bytes_of_cstr(event->from_state));
    pgbinary_field_text(binary, bytes_of_cstr(event->to_state));
    pgbinary_field_int16(binary, event->rules_version);
    pgbinary_field_int16(binary, (int16_t)directory);
    deliveries(binary, event);
    text_or_null(binary, event->answer);
    bytes_or_null(binary, event->key);
    bytes_or_null(binary, event->value);
    text_or_null(binary, event->headers);
    text_or_null(binary, event->related_cases);
}

static enum outcome put_events(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    for (size_t i = 0; i < batch->event_count; i++) {
        event_row(&ledger->copy, &batch->events[i], batch->before->lane, batch->after->directory_version);
        TRY(copy_flush(ledger, fault));
    }
    return OK;
}

static enum outcome put_known(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    struct pgbinary *binary = &ledger->copy;
    for (size_t i = 0; i < batch->event_count; i++) {
        const struct ledger_event *event = &batch->events[i];
        if (!event->new_submission) continue;
        pgbinary_int16(binary, 4);
        pgbinary_field_uuid(binary, &event->message_id);
        pgbinary_field_int16(binary, event->sender);
        pgbinary_field_int16(binary, (int16_t)batch->before->lane);
        pgbinary_field_int64(binary, event->serial);
        TRY(copy_flush(ledger, fault));
    }
    return OK;
}

typedef enum outcome (*put_rows)(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault);

/* The server has begun this COPY; leaves the result that ended it. */
static enum outcome put_table(struct ledger *ledger, const struct ledger_batch *batch, put_rows rows,
                              struct fault *fault) {
    pgbinary_clear(&ledger->copy);
    pgbinary_raw(&ledger->copy, BYTES_LITERAL("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
    enum outcome outcome = rows(ledger, batch, fault);
    if (outcome == OK) {
        pgbinary_int16(&ledger->copy, -1);
        outcome = copy_put(ledger, fault);
    }
    if (outcome == FATAL) (void)PQputCopyEnd(ledger->conn, "the batch could not be written");
    else if (outcome == OK && PQputCopyEnd(ledger->conn, NULL) != 1) {
        outcome = fault_set(fault, RETRY, "LEDGER_DOWN", "copy: %s", PQerrorMessage(ledger->conn));
    }
    /* The server's own word (a full disk, an ended backend, a known submission) says more than a failed send. */
    AUTO(result_clear) PGresult *done = PQgetResult(ledger->conn);
    return outcome == FATAL ? FATAL : ledger_judge_result(ledger, done, "copy", fault);
}

static enum outcome put_tables(struct ledger *ledger, const struct ledger_batch *batch, const put_rows *tables,
                               size_t count, struct fault *fault) {
    for (size_t i = 0; i < count; i++) {
        AUTO(result_clear) PGresult *begun = NULL;
        do { /* passes over what BEGIN answers */
            PQclear(begun);
            begun = PQgetResult(ledger->conn);
        } while (PQresultStatus(begun) == PGRES_COMMAND_OK);
        TRY(ledger_judge_result(ledger, begun, "copy", fault));
        INVARIANT(PQresultStatus(begun) == PGRES_COPY_IN);
        TRY(put_table(ledger, batch, tables[i], fault));
    }
    return OK;
}

static enum outcome copy_tables(struct ledger *ledger, const char *sql, const struct ledger_batch *batch,
                                const put_rows *tables, size_t count, struct fault *fault) {
    if (PQsendQuery(ledger->conn, sql) != 1)
        return fault_set(fault, RETRY, "LEDGER_DOWN", "copy: %s", PQerrorMessage(ledger->conn));
    enum outcome outcome = put_tables(ledger, batch, tables, count, fault);
    for (PGresult *more = PQgetResult(ledger->conn); more; more = PQgetResult(ledger->conn)) {
        if (outcome == OK) outcome = ledger_judge_result(ledger, more, "copy", fault);
        /* given up in between: the connection is of no use any more (ledger_roll_back) */
        bool stuck = PQresultStatus(more) == PGRES_COPY_IN;
        PQclear(more);
        if (stuck) break;
    }
    return outcome;
}

enum outcome copy_events(struct ledger *ledger, const char *sql, const struct ledger_batch *batch,
                         struct fault *fault) {
    return copy_tables(ledger, sql, batch, (const put_rows[]){put_events}, 1, fault);
}

size_t submission_count(const struct ledger_batch *batch) {
    size_t count = 0;
    for (size_t i = 0; i < batch->event_count; i++) count += batch->events[i].new_submission;
    return count;
}

enum outcome copy_batch(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    char sql[800];
    put_rows tables[3];
    size_t count = 0, length = (size_t)snprintf(sql, sizeof sql, "BEGIN");
    const struct {
        size_t rows;
        const char *copy;
        put_rows put;
    } all[] = {/* first what may be in vain: a race then leaves no event behind for a VACUUM */
               {submission_count(batch),
                "COPY ecocase.known (message_id, sender, lane, serial) FROM STDIN (FORMAT binary)", put_known},
               {batch->event_count, "COPY ecocase.event FROM STDIN (FORMAT binary)", put_events},
               {referral_count(batch, true), REFERRAL_COPY, referral_copy}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!all[i].rows) continue;
        length += (size_t)snprintf(sql + length, sizeof sql - length, "; %s", all[i].copy);
        INVARIANT(length < sizeof sql);
        tables[count++] = all[i].put;
    }
    return copy_tables(ledger, sql, batch, tables, count, fault);
}
