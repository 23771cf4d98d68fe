/* What the broker and the adapters say themselves, written by hand in schema order (a notice is on the
 * hot path of every receipt); record_test decodes each with Avro C against the catalogue's own schema. */
#include "wire/binary.h"
#include "wire/frame.h"
#include "wire/record.h"

struct record_writing {
    struct buffer *into;
    struct fault *fault;
};

static enum outcome put_long(struct record_writing *w, int64_t number) {
    return binary_long(w->into, number, w->fault);
}
static enum outcome put_text(struct record_writing *w, struct bytes text) {
    return binary_bytes(w->into, text, w->fault);
}
static enum outcome put_id(struct record_writing *w, const struct uuid *id) {
    char text[UUID_TEXT + 1];
    uuid_format(id, text);
    return put_text(w, bytes_of(text, UUID_TEXT));
}
static enum outcome put_id_or_null(struct record_writing *w, const struct uuid *id) {
    if (uuid_is_nil(id)) return put_long(w, 0);
    TRY(put_long(w, 1));
    return put_id(w, id);
}

struct says {
    enum record_kind kind;
    const struct uuid *message_id, *case_id, *referral_id, *in_reply_to;
    struct bytes event, sender;
    const struct bytes *recipients;
    size_t recipient_count;
    instant at;
};

static enum outcome put_envelope(struct record_writing *w, const struct catalogue *catalogue, const struct says *says) {
    uint8_t frame[FRAME_SIZE];
    frame_write(frame, catalogue_newest(catalogue, says->kind)->id);
    TRY(buffer_add(w->into, bytes_of(frame, FRAME_SIZE), w->fault));
    TRY(put_id(w, says->message_id));
    TRY(put_text(w, says->event));
    TRY(put_id(w, says->case_id));
    TRY(put_id(w, says->referral_id));
    TRY(put_long(w, 0)); /* parent_referral_id: null */
    TRY(put_text(w, says->sender));
    TRY(put_long(w, 0)); /* sender_unit: "" */
    if (says->recipient_count) TRY(put_long(w, (int64_t)says->recipient_count));
    for (size_t i = 0; i < says->recipient_count; i++) TRY(put_text(w, says->recipients[i]));
    TRY(put_long(w, 0)); /* end of recipients */
    TRY(put_long(w, 0)); /* copies */
    TRY(put_long(w, says->at));
    TRY(put_id_or_null(w, says->in_reply_to));
    TRY(put_long(w, 0));   /* document_no */
    TRY(put_long(w, 0));   /* cites */
    TRY(put_long(w, 0));   /* handling: OPEN_INTERNAL */
    return put_long(w, 0); /* handling_expires: null */
}

static enum outcome put_reasons(struct record_writing *w, const struct notice *notice) {
    if (notice->reason_count) TRY(put_long(w, (int64_t)notice->reason_count));
    for (size_t i = 0; i < notice->reason_count; i++) {
        const struct notice_reason *reason = &notice->reasons[i];
        TRY(put_text(w, bytes_of_cstr(reason->code)));
        TRY(put_text(w, reason->field));
        TRY(put_text(w, bytes_of_cstr(reason->zh)));
        TRY(put_text(w, bytes_of_cstr(reason->en)));
    }
    return put_long(w, 0);
}

static enum outcome put_clocks(struct record_writing *w, const struct notice *notice) {
    if (notice->clock_count) TRY(put_long(w, (int64_t)notice->clock_count));
    for (size_t i = 0; i < notice->clock_count; i++) {
        const struct notice_clock *clock = &notice->clocks[i];
        uint8_t statutory = clock->statutory;
        TRY(put_text(w, bytes_of_cstr(clock->rule)));
        TRY(put_long(w, clock->due_strict));
        TRY(put_long(w, clock->due_lenient));
        TRY(buffer_add(w->into, bytes_of(&statutory, 1), w->fault));
    }
    return put_long(w, 0);
}

enum outcome record_write_notice(const struct catalogue *catalogue, const struct notice *notice, struct buffer *into,
                                 struct fault *fault) {
    struct record_writing w = {into, fault};
    struct says says = {
        RECORD_NOTICE, &notice->message_id,      &notice->case_id,   &notice->referral_id,    &notice->about_message_id,
        notice->event, BYTES_LITERAL("ecocase"), notice->recipients, notice->recipient_count, notice->business_time};
    TRY(put_envelope(&w, catalogue, &says));
    TRY(put_id_or_null(&w, &notice->about_message_id));
    TRY(put_text(&w, notice->about_event));
    TRY(put_text(&w, notice->about_document_no));
    TRY(put_text(&w, notice->source_topic));
    TRY(put_long(&w, notice->source_partition));
    TRY(put_long(&w, notice->source_offset));
    TRY(put_text(&w, notice->state));
    TRY(put_long(&w, notice->serial));
    TRY(put_reasons(&w, notice));
    return put_clocks(&w, notice);
}

static const struct uuid nil;

enum outcome record_write_report(const struct catalogue *catalogue, struct bytes agency, int32_t lane,
                                 int64_t generation, int64_t epoch, int64_t up_to, instant at, struct buffer *into,
                                 struct fault *fault) {
    struct record_writing w = {into, fault};
    AUTO(buffer_free) struct buffer name;
    buffer_init(&name, 256);
    TRY(buffer_printf(&name, fault, "report:%.*s:%d:%lld:%lld", BYTES_FMT(agency), lane, (long long)generation,
                      (long long)up_to));
    struct uuid id = uuid_v5(&UUID_ECOCASE, buffer_view(&name));
    struct says says = {RECORD_DELIVERY_REPORT,         &id,    &nil, &nil, &nil,
                        BYTES_LITERAL("SYS.DELIVERED"), agency, NULL, 0,    at};
    TRY(put_envelope(&w, catalogue, &says));
    TRY(put_long(&w, lane));
    TRY(put_long(&w, generation));
    TRY(put_long(&w, epoch));
    return put_long(&w, up_to);
}

enum outcome record_write_tick(const struct catalogue *catalogue, int32_t lane, instant at, struct buffer *into,
                               struct fault *fault) {
    struct record_writing w = {into, fault};
    AUTO(buffer_free) struct buffer name;
    buffer_init(&name, 128);
    TRY(buffer_printf(&name, fault, "tick:%d:%lld", lane, (long long)at));
    struct uuid id = uuid_v5(&UUID_ECOCASE, buffer_view(&name));
    struct says says = {RECORD_TICK, &id, &nil, &nil, &nil, BYTES_LITERAL("SYS.TICK"), BYTES_LITERAL("ecocase"),
                        NULL,        0,   at};
    TRY(put_envelope(&w, catalogue, &says));
    return put_long(&w, lane);
}
