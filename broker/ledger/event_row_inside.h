/* An event row and a referral row as statements answer them that ask for these columns; everything they point to lives
 * in the arena. */
#ifndef ECOCASE_LEDGER_EVENT_ROW_INSIDE_H
#define ECOCASE_LEDGER_EVENT_ROW_INSIDE_H
#include "broker/ledger/connection_inside.h"

#define EVENT_COLUMNS                                                                                            \
    "serial, kind, broker_time, business_time, sender, source_offset, message_id, case_id, referral_id, event, " \
    "document_no, from_state, "                                                                                  \
    "to_state, rules, delivery_to, delivery_role, delivery_seq, answer, key, value, headers, elsewhere"
#define EVENT_COLUMN_COUNT 22
/* What examine calls a submission's hash: of the record without its frame (wire/frame.h: FRAME_SIZE). */
#define EVENT_DIGEST "sha256(substr(e.value, 6))"
void event_row_read(const PGresult *result, int row, struct arena *arena, struct ledger_event *ret);

#define REFERRAL_COLUMNS                                                                                              \
    "case_id, id, machine, state, rules, opener, holder, referrer, parent, flags, category, county, title, numbers, " \
    "opened_at, changed_at, "                                                                                         \
    "event_count, clocks, regime, gaps, parties, half, hand, alarm_at, handling, handling_expires, roster, facts, "   \
    "hints, hint_marks, persons, penalty"
#define REFERRAL_COLUMN_COUNT 32
struct referral *referral_row_read(const PGresult *result, int row, struct arena *keep);
#endif
