/* The producer of the agency's outbox topic: submissions out of the journal, and delivery reports. */
#include "adapters/outbound/outbound.h"
#include "base/limits.h"
#include "base/failpoint.h"
#include <stdlib.h>

enum flight_state { FLIGHT_OPEN, FLIGHT_ACKED, FLIGHT_FAILED };
struct flight {
    int64_t row;
    enum flight_state state;
    int error;
};
struct report {
    struct lane_position place;
    int64_t due_ms; /* 0: nothing to say */
};
struct sender {
    struct outbound *outbound;
    const struct bus_settings *bus;
    struct bus_producer *producer;
    char topic[TOPIC_NAME];
    struct flight flights[ENGINE_SEND];
    size_t flight_count, answered;
    int64_t sent_ms;
    struct report reports[LIMIT_LANES];
};
#define REPORT_MARK 1000000 /* opaque of a report: REPORT_MARK + lane; of a submission: its flight */

static void on_report(void *opaque, const struct bus_report *answer) {
    struct sender *s = opaque;
    intptr_t mark = answer->mark;
    if (mark >= REPORT_MARK) {
        struct report *report = &s->reports[mark - REPORT_MARK];
        if (!answer->error) FAILPOINT("in.reported");
        else if (!report->due_ms) report->due_ms = monotonic_ms() + 5 * SENDER_REPORT_MS;
        return;
    }
    if (mark < 0 || (size_t)mark >= s->flight_count || s->flights[mark].state != FLIGHT_OPEN) return;
    s->flights[mark].state = answer->error ? FLIGHT_FAILED : FLIGHT_ACKED;
    s->flights[mark].error = answer->error;
    s->answered++;
    if (!answer->error) s->outbound->status->kafka_up = true;
}

static enum outcome start(struct sender *s, struct fault *fault) {
    TRY(bus_producer_open(s->bus, 2, on_report, s, &s->producer, fault));
    bus_producer_wake(s->producer, wake_descriptor());
    return OK;
}
/* Rows without an answer are still prepared in the journal and are produced again. */
static void stop(struct sender *s) {
    s->flight_count = s->answered = 0;
    bus_producer_close(s->producer);
    s->producer = NULL;
}

enum outcome sender_new(struct outbound *outbound, const struct bus_settings *bus, struct sender **ret,
                        struct fault *fault) {
    struct sender *s = calloc(1, sizeof *s);
    INVARIANT(s);
    s->outbound = outbound;
    s->bus = bus;
    bus_outbox_topic(bytes_of_cstr(outbound->agency), s->topic);
    enum outcome outcome = start(s, fault);
    if (outcome == OK) *ret = s;
    else sender_free(s);
    return outcome;
}
void sender_free(struct sender *s) {
    if (!s) return;
    stop(s);
    free(s);
}
bool sender_idle(const struct sender *s) { return s->flight_count == 0; }

/* To the outbox. On failure the headers are freed. */
static int produce(struct sender *s, struct bus_record record) {
    record.topic = s->topic;
    int error = bus_produce(s->producer, &record);
    if (error) bus_headers_free(record.headers);
    return error;
}

/* As the journal has them. NULL: it is damaged. */
static struct bus_headers *headers_of(struct bytes journaled) {
    struct bus_headers *headers = bus_headers_new(12);
    struct header one;
    while (headers_next(&journaled, &one)) bus_headers_add(headers, one.name, one.value);
    if (!journaled.count) return headers;
    bus_headers_free(headers);
    return NULL;
}

/* A submission on its way; what cannot be produced counts as answered. */
static enum outcome send_row(struct sender *s, const struct journaled *row, struct fault *fault) {
    struct flight *flight = &s->flights[s->flight_count];
    struct bus_headers *headers = headers_of(row->headers);
    if (!headers)
        return fault_set(fault, FATAL, "JOURNAL_DAMAGED", "the headers of submission %lld", (long long)row->row);
    const struct bus_record record = {.key = row->key,
                                      .value = row->value,
                                      .headers = headers,
                                      .partition = BUS_BY_KEY,
                                      .time = s->outbound->manual_clock ? row->business_time : 0,
                                      .mark = (intptr_t)s->flight_count++};
    *flight = (struct flight){row->row, FLIGHT_OPEN, 0};
    int error = produce(s, record);
    if (!error) return OK;
    flight->state = FLIGHT_FAILED;
    flight->error = error;
    s->answered++;
    return OK;
}

/* A producer could not be made anew when the last one was given up: tried again. */
static enum outcome have_producer(struct sender *s, struct fault *fault) { return s->producer ? OK : start(s, fault); }

enum outcome sender_send(struct sender *s, struct arena *arena, struct fault *fault) {
    struct journaled *rows = NULL;
    size_t count = 0;
    if (s->flight_count) return OK;
    TRY(have_producer(s, fault));
    TRY(journal_in_state(s->outbound->journal, JOURNALED_PREPARED, ENGINE_SEND, ENGINE_BYTES, arena, &rows, &count,
                         fault));
    if (!count) return OK;
    FAILPOINT("out.producing");
    s->answered = 0;
    s->sent_ms = monotonic_ms();
    for (size_t i = 0; i < count; i++) TRY(send_row(s, &rows[i], fault));
    FAILPOINT("out.produced");
    return OK;
}

static enum outcome note_each(struct sender *s, struct fault *fault) {
    TRY(journal_begin_repeatable(s->outbound->journal, fault));
    enum outcome outcome = OK;
    for (size_t i = 0; i < s->flight_count && outcome == OK; i++) {
        if (s->flights[i].state == FLIGHT_ACKED)
            outcome = journal_advance(s->outbound->journal, s->flights[i].row, JOURNALED_ACKED, fault);
    }
    if (outcome == OK) outcome = journal_commit(s->outbound->journal, fault);
    if (outcome != OK) journal_rollback(s->outbound->journal);
    return outcome;
}

/* The batch is the oldest prepared rows without a hole, so one mark is enough where all were taken. The mark is not
 * synced: lost in a power cut, the rows are produced again, and the broker answers them as repeats. */
static enum outcome note_acked(struct sender *s, struct fault *fault) {
    bool all = true;
    for (size_t i = 0; i < s->flight_count; i++) all = all && s->flights[i].state == FLIGHT_ACKED;
    FAILPOINT("out.marking");
    return all ? journal_acked(s->outbound->journal, s->flights[s->flight_count - 1].row, fault) : note_each(s, fault);
}

static enum outcome drop_too_large(struct sender *s, int64_t row, struct arena *arena, struct fault *fault) {
    struct journaled *rows = NULL;
    struct fault why;
    size_t count = 0;
    fault_set(&why, REFUSE, "TOO_LARGE", "Kafka refuses a record of this size");
    TRY(journal_in_state(s->outbound->journal, JOURNALED_PREPARED, ENGINE_SEND, SIZE_MAX, arena, &rows, &count, fault));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row == row) return outbound_drop_to_failed(s->outbound, &rows[i], &why, arena, fault);
    }
    return OK;
}

/* After a failed record a gapless producer cannot be used any more: a new one goes on from the journal. RETRY also
 * where that went well, so that the loop rests before it produces again. */
static enum outcome replace_producer(struct sender *s, struct arena *arena, struct fault *fault) {
    const char *why = "fatal";
    for (size_t i = 0; i < s->flight_count; i++) {
        if (s->flights[i].state == FLIGHT_FAILED) why = bus_error_text(s->flights[i].error);
        if (bus_error_too_large(s->flights[i].error)) TRY(drop_too_large(s, s->flights[i].row, arena, fault));
    }
    stop(s);
    TRY(start(s, fault));
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "producing to %s: %s", s->topic, why);
}

enum outcome sender_poll(struct sender *s, struct arena *arena, struct fault *fault) {
    char text[160];
    TRY(have_producer(s, fault));
    bus_producer_poll(s->producer, 0);
    if (s->flight_count && s->answered < s->flight_count) {
        if (bus_producer_is_done(s->producer, text, sizeof text)) return replace_producer(s, arena, fault);
        if (monotonic_ms() - s->sent_ms > SENDER_WAIT_MS) s->outbound->status->kafka_up = false;
        return OK;
    }
    if (!s->flight_count)
        return bus_producer_is_done(s->producer, text, sizeof text) ? replace_producer(s, arena, fault) : OK;
    FAILPOINT("out.acked");
    TRY(note_acked(s, fault));
    FAILPOINT("out.marked");
    for (size_t i = 0; i < s->flight_count; i++) {
        if (s->flights[i].state == FLIGHT_FAILED) return replace_producer(s, arena, fault);
    }
    s->flight_count = 0;
    return OK;
}

void sender_report_later(struct sender *s, const struct lane_position *place) {
    if (place->lane < 0 || place->lane >= (int32_t)LIMIT_LANES) return;
    struct report *report = &s->reports[place->lane];
    report->place = *place;
    if (!report->due_ms) report->due_ms = monotonic_ms() + SENDER_REPORT_MS;
}

int64_t sender_report_due_ms(const struct sender *s) {
    int64_t now = monotonic_ms(), due = -1;
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (!s->reports[i].due_ms) continue;
        int64_t left = s->reports[i].due_ms > now ? s->reports[i].due_ms - now : 0;
        if (due < 0 || left < due) due = left;
    }
    return due;
}

/* On a manual clock the report's time is that of what it reports, so that it never moves the lane's time. */
static enum outcome report_one(struct sender *s, const struct lane_position *place, struct fault *fault) {
    static const struct uuid nil;
    AUTO(buffer_free) struct buffer value;
    struct submission said;
    char key[UUID_TEXT + 1], id[UUID_TEXT + 1], source[64], time[32];
    instant at = s->outbound->manual_clock ? place->broker_time : instant_now();
    buffer_init(&value, 64u * KIB);
    TRY(record_write_report(s->outbound->catalogue, bytes_of_cstr(s->outbound->agency), place->lane, place->generation,
                            place->epoch, place->sequence, at, &value, fault));
    TRY(record_read(s->outbound->catalogue, buffer_view(&value), &said, fault));
    uuid_format(&nil, key);
    uuid_format(&said.message_id, id);
    instant_format(at, time);
    snprintf(source, sizeof source, "/ecocase/%s", s->outbound->agency);
    struct bus_record record = {.key = bytes_of(key, UUID_TEXT),
                                .value = buffer_view(&value),
                                .headers = bus_headers_new(8),
                                .partition = place->lane,
                                .time = at,
                                .mark = REPORT_MARK + place->lane};
    bus_headers_add_text(record.headers, "ce_specversion", "1.0");
    bus_headers_add_text(record.headers, "ce_id", id);
    bus_headers_add_text(record.headers, "ce_type", "SYS.DELIVERED");
    bus_headers_add_text(record.headers, "ce_source", source);
    bus_headers_add_text(record.headers, "ce_subject", key);
    bus_headers_add_text(record.headers, "ce_time", time);
    bus_headers_add_text(record.headers, "ce_caseid", key);
    bus_headers_add_text(record.headers, "content-type", "application/avro");
    int error = produce(s, record);
    return error ? fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "delivery report: %s", bus_error_text(error)) : OK;
}

enum outcome sender_reports(struct sender *s, bool now, struct fault *fault) {
    int64_t at = monotonic_ms();
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        struct report *report = &s->reports[i];
        if (!report->due_ms || (!now && report->due_ms > at)) continue;
        report->due_ms = at + 5 * SENDER_REPORT_MS;
        TRY(have_producer(s, fault));
        TRY(report_one(s, &report->place, fault));
        report->due_ms = 0;
    }
    return OK;
}

void sender_flush(struct sender *s, int timeout_ms) {
    if (s->producer) bus_producer_flush(s->producer, timeout_ms);
}
