/* See examine.h. */
#include "broker/examine/examine.h"
#include "wire/frame.h"

static void refuse(struct examination *ret, const char *code, const char *field, const char *text) {
    ret->what = EXAMINED_REFUSED;
    fault_set(&ret->fault, REFUSE, code, "%s", text);
    fault_place(&ret->fault, field, 0, 0);
}

static void examine_submission(const struct arrival *arrival, struct examination *ret) {
    ret->what = EXAMINED_SUBMISSION;
    ret->hash = digest_of(bytes_of(arrival->value.at + FRAME_SIZE, arrival->value.count - FRAME_SIZE));
    if (!arrival->key.count) refuse(ret, "NO_KEY", "key", "the record has no key");
    else if (!bytes_equal(arrival->key, ret->submission.case_text)) refuse(ret, "KEY_MISMATCH", "key", "the key is not the case id");
    else if (lane_of_key(arrival->key, arrival->lanes) != arrival->lane) refuse(ret, "WRONG_LANE", "key", "the key does not hash to this partition");
}

void examine(const struct catalogue *catalogue, const struct arrival *arrival, struct examination *ret) {
    ret->fault = (struct fault){0};
    if (record_read(catalogue, arrival->value, &ret->submission, &ret->fault) != OK) {
        ret->what = EXAMINED_MALFORMED;
        return;
    }
    switch (ret->submission.kind) {
    case RECORD_CASE_FILE:
    case RECORD_CASE_STEP: examine_submission(arrival, ret); return;
    case RECORD_DELIVERY_REPORT:
        ret->what = EXAMINED_REPORT;
        if (ret->submission.lane != arrival->lane) refuse(ret, "WRONG_LANE", "lane", "the report is about another lane");
        else if (arrival->owner && !bytes_equal_cstr(ret->submission.sender, arrival->owner->slug)) {
            refuse(ret, "SENDER_NOT_OWNER", "envelope.sender", "the report is another agency's");
        }
        break;
    case RECORD_TICK: ret->what = EXAMINED_TICK; break;
    case RECORD_NOTICE: refuse(ret, "KIND_MISMATCH", "envelope.event", "notices are the broker's own"); break;
    }
    bool fits = arrival->clock ? ret->what == EXAMINED_TICK : ret->what != EXAMINED_TICK;
    if (!fits) refuse(ret, "KIND_MISMATCH", "envelope.event", "this record type does not travel in this topic");
    ret->hash = digest_of(bytes_of(arrival->value.at + FRAME_SIZE, arrival->value.count - FRAME_SIZE));
}
