/* New rows by binary COPY, straight into their tables: the cheapest way into Postgres that there is. Several COPYs go
 * out as one query, so that only their data follow each other. Sent in pieces, so that a batch never needs its size
 * twice. Source: PostgreSQL 15, COPY, binary format; libpq, a query of several commands. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>

#define EVENT_FIELDS 24

static void text_or_null(struct form *form, struct bytes text) {
    if (text.count == 0) form_null(form);
    else form_field_text(form, text);
}
static void bytes_or_null(struct form *form, struct bytes bytes) {
    if (bytes.count == 0) form_null(form);
    else form_field_bytes(form, bytes);
}

static void deliveries(struct form *form, const struct ledger_event *event) {
    char roles[sizeof event->deliveries / sizeof event->deliveries[0]];
    size_t from = form_field_begin(form);
    form_array(form, OID_INT2, event->delivery_count, 1);
    for (size_t i = 0; i < event->delivery_count; i++) form_field_int16(form, event->deliveries[i].to);
    form_field_end(form, from);
    for (size_t i = 0; i < event->delivery_count; i++) roles[i] = event->deliveries[i].role;
    form_field_text(form, bytes_of(roles, event->delivery_count));
    from = form_field_begin(form);
    form_array(form, OID_INT8, event->delivery_count, 1);
    for (size_t i = 0; i < event->delivery_count; i++) form_field_int64(form, event->deliveries[i].sequence);
    form_field_end(form, from);
}

static void event_row(struct form *form, const struct ledger_event *event, int32_t lane, int32_t directory) {
    form_int16(form, EVENT_FIELDS);
    form_field_int16(form, (int16_t)lane);
    form_field_int64(form, event->serial);
    form_field_instant(form, event->broker_time);
    form_field_instant(form, event->business_time);
    form_field_char(form, event->kind);
    form_field_int16(form, event->sender);
    form_field_int64(form, event->offset);
    const struct uuid *const ids[] = {&event->message_id, &event->case_id, &event->referral_id};
    for (size_t i = 0; i < 3; i++) {
        if (event->has_ids) form_field_uuid(form, ids[i]);
        else form_null(form);
    }
    form_field_text(form, event->event);
    form_field_text(form, event->document_no);
    form_field_text(form, bytes_of_cstr(event->from_state));
    form_field_text(form, bytes_of_cstr(event->to_state));
    form_field_int16(form, event->rules_version);
    form_field_int16(form, (int16_t)directory);
    deliveries(form, event);
    text_or_null(form, event->answer);
    bytes_or_null(form, event->key);
    bytes_or_null(form, event->value);
    text_or_null(form, event->headers);
    text_or_null(form, event->elsewhere);
}

static enum outcome put_events(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    for (size_t i = 0; i < batch->event_count; i++) {
        event_row(&ledger->copy, &batch->events[i], batch->before->lane, batch->after->directory_version);
        TRY(copy_flush(ledger, fault));
    }
    return OK;
}

static enum outcome put_submissions(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    struct form *form = &ledger->copy;
    for (size_t i = 0; i < batch->event_count; i++) {
        const struct ledger_event *event = &batch->events[i];
        if (!event->new_submission) continue;
        form_int16(form, 6);
        form_field_int16(form, event->sender);
        form_field_uuid(form, &event->message_id);
        form_field_bytes(form, bytes_of(event->hash, sizeof event->hash));
        form_field_int16(form, (int16_t)batch->before->lane);
        form_field_int64(form, event->serial);
        form_field_char(form, event->kind);
        TRY(copy_flush(ledger, fault));
    }
    return OK;
}

typedef enum outcome (*put_rows)(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault);

/* The server has begun this COPY; leaves the result that ended it. */
static enum outcome put_table(struct ledger *ledger, const struct ledger_batch *batch, put_rows rows,
                              struct fault *fault) {
    form_clear(&ledger->copy);
    form_raw(&ledger->copy, BYTES_LITERAL("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
    enum outcome outcome = rows(ledger, batch, fault);
    if (outcome == OK) {
        form_int16(&ledger->copy, -1);
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
    } all[] = {{batch->event_count, "COPY ecocase.event FROM STDIN (FORMAT binary)", put_events},
               {submission_count(batch),
                "COPY ecocase.submission (sender, message_id, hash, lane, serial, kind) FROM STDIN (FORMAT binary)",
                put_submissions},
               {referral_count(batch, true), REFERRAL_COPY, referral_copy}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!all[i].rows) continue;
        length += (size_t)snprintf(sql + length, sizeof sql - length, "; %s", all[i].copy);
        INVARIANT(length < sizeof sql);
        tables[count++] = all[i].put;
    }
    return copy_tables(ledger, sql, batch, tables, count, fault);
}
