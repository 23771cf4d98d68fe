/* Frame, schema and bytes by wire/record; then key, lane, times and owner. */
#include "broker/examine/examine.h"
#include "wire/frame.h"

static void refuse(struct examination *ret, struct fault *fault, const char *code, const char *field,
                   const char *text) {
    ret->what = EXAMINED_REFUSED;
    fault_set(fault, REFUSE, code, "%s", text);
    fault_place(fault, field, 0, 0);
}

#define YEAR_1950 INT64_C(-631180800000)
#define YEAR_2200 INT64_C(7258089600000)
bool instant_sane(instant at) { return at >= YEAR_1950 && at < YEAR_2200; }

/* The first time outside of what can be, or NULL. */
static const char *insane_time(const struct submission *s) {
    const struct {
        instant at;
        const char *field;
    } times[] = {{s->business_time, "envelope.business_time"},
                 {s->handling_expires, "envelope.handling_expires"},
                 {s->report_time, "report_time"},
                 {s->approval_time, "approval_time"},
                 {s->found_time, "found_time"},
                 {s->decided_time, "decided_time"},
                 {s->operation.start, "window_start"},
                 {s->operation.end, "window_end"},
                 {s->operation.reply_by, "reply_by"}};
    if (!instant_sane(s->business_time)) return times[0].field;
    for (size_t i = 1; i < sizeof times / sizeof times[0]; i++) {
        if (times[i].at != INSTANT_NONE && !instant_sane(times[i].at)) return times[i].field;
    }
    return NULL;
}

/* One case has one text: another spelling of the same id would lead to another lane. */
static bool canonical(const struct submission *s) {
    char text[UUID_TEXT + 1];
    uuid_format(&s->case_id, text);
    return bytes_equal(s->case_text, bytes_of(text, UUID_TEXT));
}

static void examine_submission(const struct arrival *arrival, struct examination *ret, struct fault *fault) {
    const struct submission *s = &ret->submission;
    ret->what = EXAMINED_SUBMISSION;
    const char *insane = insane_time(s);
    if (!arrival->key.count) refuse(ret, fault, "NO_KEY", "key", "the record has no key");
    else if (!canonical(s))
        refuse(ret, fault, "ENVELOPE_UUID", "envelope.case_id", "the case id must be written in lower case");
    else if (!bytes_equal(arrival->key, s->case_text))
        refuse(ret, fault, "KEY_MISMATCH", "key", "the key is not the case id");
    else if (lane_of_key(arrival->key, arrival->lanes) != arrival->lane) {
        refuse(ret, fault, "WRONG_LANE", "key", "the key does not hash to this partition");
    } else if (insane) refuse(ret, fault, "FIELD_DATE", insane, "a time before 1950 or after 2199");
    else {
        ret->hash = digest_of(bytes_of(arrival->value.at + FRAME_SIZE, arrival->value.count - FRAME_SIZE));
        person_note(arrival->secret, s, &ret->persons);
    }
}

static void examine_report(const struct arrival *arrival, struct examination *ret, struct fault *fault) {
    ret->what = EXAMINED_REPORT;
    if (ret->submission.lane != arrival->lane)
        refuse(ret, fault, "WRONG_LANE", "lane", "the report is about another lane");
    else if (!arrival->owner || !bytes_equal_cstr(ret->submission.sender, arrival->owner->slug)) {
        refuse(ret, fault, "SENDER_NOT_OWNER", "envelope.sender", "the report is another agency's");
    }
}

void examine(const struct catalogue *catalogue, const struct arrival *arrival, struct examination *ret,
             struct fault *fault) {
    if (record_read(catalogue, arrival->value, &ret->submission, fault) != OK) {
        ret->what = EXAMINED_MALFORMED;
        return;
    }
    if (arrival->clock != (ret->submission.kind == RECORD_TICK)) {
        refuse(ret, fault, "KIND_MISMATCH", "envelope.event", "this record type does not travel in this topic");
        return;
    }
    switch (ret->submission.kind) {
    case RECORD_CASE_FILE:
    case RECORD_CASE_STEP:
    case RECORD_CLUE:
    case RECORD_CLUE_STEP:
    case RECORD_OPERATION:
    case RECORD_OPERATION_STEP: examine_submission(arrival, ret, fault); break;
    case RECORD_DELIVERY_REPORT: examine_report(arrival, ret, fault); break;
    case RECORD_TICK: ret->what = EXAMINED_TICK; break;
    case RECORD_NOTICE: refuse(ret, fault, "KIND_MISMATCH", "envelope.event", "notices are the broker's own"); break;
    }
}
