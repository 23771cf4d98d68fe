/* Event rows by binary COPY, straight into the partitioned table: the cheapest way into Postgres that there is. Sent in
 * pieces, so that a batch never needs its size twice. Source: PostgreSQL 15, COPY, binary format. */
#include "broker/ledger/connection.h"

#define PIECE (256u * KIB)
#define EVENT_FIELDS 23

static void text_or_null(struct form *form, struct bytes text) {
    if (text.count == 0) form_null(form);
    else form_field_text(form, text);
}
static void bytes_or_null(struct form *form, struct bytes bytes) {
    if (bytes.count == 0) form_null(form);
    else form_field_bytes(form, bytes);
}

/* The length of a field that is not known before it is written. */
static size_t field_begin(struct form *form) {
    form_int32(form, 0);
    return form->buffer.count;
}
static void field_end(struct form *form, size_t from) {
    if (form->failed) return;
    size_t count = form->buffer.count - from;
    for (size_t i = 0; i < 4; i++) form->buffer.at[from - 4 + i] = (uint8_t)(count >> (24 - 8 * i));
}

static void deliveries(struct form *form, const struct ledger_event *event) {
    char roles[sizeof event->deliveries / sizeof event->deliveries[0]];
    size_t from = field_begin(form);
    form_array(form, OID_INT2, event->delivery_count, 1);
    for (size_t i = 0; i < event->delivery_count; i++) form_field_int16(form, event->deliveries[i].to);
    field_end(form, from);
    for (size_t i = 0; i < event->delivery_count; i++) roles[i] = event->deliveries[i].role;
    form_field_text(form, bytes_of(roles, event->delivery_count));
    from = field_begin(form);
    form_array(form, OID_INT8, event->delivery_count, 1);
    for (size_t i = 0; i < event->delivery_count; i++) form_field_int64(form, event->deliveries[i].sequence);
    field_end(form, from);
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
}

static enum outcome put(struct ledger *ledger, struct fault *fault) {
    struct buffer *buffer = &ledger->copy.buffer;
    TRY(form_check(&ledger->copy, fault));
    if (buffer->count > 0 && PQputCopyData(ledger->conn, (const char *)buffer->at, (int)buffer->count) != 1) {
        return fault_set(fault, RETRY, "LEDGER_DOWN", "copy: %s", PQerrorMessage(ledger->conn));
    }
    form_clear(&ledger->copy);
    return OK;
}

static enum outcome put_rows(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault) {
    form_clear(&ledger->copy);
    form_raw(&ledger->copy, BYTES_LITERAL("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
    for (size_t i = 0; i < batch->event_count; i++) {
        event_row(&ledger->copy, &batch->events[i], batch->before->lane, batch->after->directory_version);
        if (ledger->copy.buffer.count >= PIECE) TRY(put(ledger, fault));
    }
    form_int16(&ledger->copy, -1);
    return put(ledger, fault);
}

enum outcome copy_events(struct ledger *ledger, const char *copy, const struct ledger_batch *batch, struct fault *fault) {
    AUTO(result_clear) PGresult *started = PQexec(ledger->conn, copy);
    TRY(ledger_judge_result(ledger, started, "copy", fault));
    PROMISE(PQresultStatus(started) == PGRES_COPY_IN);
    enum outcome outcome = put_rows(ledger, batch, fault);
    if (outcome == FATAL) (void)PQputCopyEnd(ledger->conn, "the batch could not be written");
    else if (outcome == OK && PQputCopyEnd(ledger->conn, NULL) != 1) {
        outcome = fault_set(fault, RETRY, "LEDGER_DOWN", "copy: %s", PQerrorMessage(ledger->conn));
    }
    /* The server's own word (a full disk, an ended backend) says more than a failed send. */
    AUTO(result_clear) PGresult *done = PQgetResult(ledger->conn);
    for (PGresult *more = done ? PQgetResult(ledger->conn) : NULL; more; more = PQgetResult(ledger->conn)) PQclear(more);
    return outcome == FATAL ? FATAL : ledger_judge_result(ledger, done, "copy", fault);
}
