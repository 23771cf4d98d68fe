/* The fields of every record: each named once, with its place in struct submission. */
#include "wire/record_inside.h"

/* The offset of a member that must be of that type. */
#define AT(type, member)                             \
    (uint16_t)(offsetof(struct submission, member) + \
               0 * sizeof(char[_Generic(((struct submission *)0)->member, type: 1, default: -1)]))
#define SKIP(path)                  {path, FORM_SKIP, 0, 0}
#define ID(path, member)            {path, FORM_ID, AT(struct uuid, member), 0}
#define ID_TEXT(path, member, text) {path, FORM_ID, AT(struct uuid, member), AT(struct bytes, text)}
#define ID_NULL(path, member)       {path, FORM_ID_NULL, AT(struct uuid, member), 0}
#define TEXT(path, member)          {path, FORM_TEXT, AT(struct bytes, member), 0}
#define TIME(path, member)          {path, FORM_TIME, AT(instant, member), 0}
#define NUMBER(path, member)        {path, FORM_NUMBER, AT(int64_t, member), 0}
#define INT(path, member)           {path, FORM_INT, AT(int32_t, member), 0}
#define FIELD(path, member)         {path, FORM_FIELD, AT(struct walk_field, member), 0}
#define LIST(path, member, number)  {path, FORM_LIST, AT(struct walk_field, member), AT(int64_t, number)}
#define PLACED(path, at, number)    LIST(path, at, number) /* where it stands, and its number */
#define COUNT(path, member)         {path, FORM_COUNT, AT(int64_t, member), 0}
#define TENTHS(path, member)        {path, FORM_TENTHS, AT(int64_t, member), 0}

static const struct record_field envelope[] = {ID("envelope.message_id", message_id),
                                               TEXT("envelope.event", event),
                                               ID_TEXT("envelope.case_id", case_id, case_text),
                                               ID("envelope.referral_id", referral_id),
                                               ID_NULL("envelope.parent_referral_id", parent_referral_id),
                                               TEXT("envelope.sender", sender),
                                               TEXT("envelope.sender_unit", sender_unit),
                                               FIELD("envelope.recipients", recipients),
                                               FIELD("envelope.copies", copies),
                                               PLACED("envelope.business_time", business_time_at, business_time),
                                               ID_NULL("envelope.in_reply_to", in_reply_to),
                                               TEXT("envelope.document_no", document_no),
                                               FIELD("envelope.cites", cites),
                                               INT("envelope.handling", handling),
                                               TIME("envelope.handling_expires", handling_expires)};
static const struct record_field case_file[] = {TEXT("category", category),
                                                TEXT("title", title),
                                                TEXT("county_code", county_code),
                                                TEXT("reason_code", reason_code),
                                                TEXT("reason", reason),
                                                TEXT("approver", approver),
                                                TEXT("approver_level", approver_level),
                                                TEXT("agency_case_no", agency_case_no),
                                                TIME("found_time", found_time),
                                                TIME("report_time", report_time),
                                                TIME("approval_time", approval_time),
                                                NUMBER("officers", officer_count),
                                                LIST("parties", parties, party_count),
                                                LIST("items", items, item_count),
                                                FIELD("declared_missing", declared_missing),
                                                LIST("documents", documents, document_count),
                                                FIELD("longitude", longitude),
                                                FIELD("latitude", latitude),
                                                TEXT("coordinates_system", coordinates_system),
                                                NUMBER("fine_paid_fen", fine_paid_fen),
                                                FIELD("facts", facts)};
static const struct record_field case_step[] = {TEXT("reason_code", reason_code),
                                                TEXT("reason", reason),
                                                TEXT("target_organ", target_organ),
                                                TEXT("agency_case_no", agency_case_no),
                                                TIME("decided_time", decided_time),
                                                TEXT("approver", approver),
                                                TEXT("approver_level", approver_level),
                                                TEXT("signer", signer),
                                                LIST("penalties", penalties, penalty_count),
                                                LIST("documents", documents, document_count),
                                                LIST("?items", items, item_count),
                                                FIELD("?facts", facts)};
static const struct record_field clue[] = {TEXT("category", category),
                                           TEXT("title", title),
                                           TEXT("county_code", county_code),
                                           TEXT("source", source),
                                           TEXT("purpose", purpose),
                                           FIELD("areas", areas),
                                           TEXT("agency_case_no", agency_case_no),
                                           TIME("found_time", found_time),
                                           NUMBER("officers", officer_count),
                                           LIST("parties", parties, party_count),
                                           LIST("documents", documents, document_count),
                                           FIELD("longitude", longitude),
                                           FIELD("latitude", latitude),
                                           TEXT("coordinates_system", coordinates_system)};
static const struct record_field clue_step[] = {TEXT("reason_code", reason_code),
                                                TEXT("reason", reason),
                                                TEXT("target_organ", target_organ),
                                                TEXT("agency_case_no", agency_case_no),
                                                FIELD("linked_numbers", linked_numbers),
                                                TEXT("purpose", purpose),
                                                TEXT("signer", signer),
                                                LIST("documents", documents, document_count)};
static const struct record_field operation[] = {TEXT("kind", operation.kind),
                                                TEXT("title", title),
                                                TEXT("purpose", purpose),
                                                TEXT("category", category),
                                                TEXT("county_code", county_code),
                                                TEXT("coordinates_system", coordinates_system),
                                                LIST("area", operation.area, operation.corners),
                                                TIME("window_start", operation.start),
                                                TIME("window_end", operation.end),
                                                TEXT("lead", operation.lead),
                                                TIME("reply_by", operation.reply_by),
                                                TEXT("reason_code", reason_code),
                                                TEXT("reason", reason),
                                                TEXT("approver", approver),
                                                TEXT("approver_level", approver_level),
                                                TEXT("signer", signer),
                                                LIST("documents", documents, document_count),
                                                TEXT("agency_case_no", agency_case_no)};
static const struct record_field operation_step[] = {TEXT("reason_code", reason_code),
                                                     TEXT("reason", reason),
                                                     TIME("proposed_start", operation.start),
                                                     TIME("proposed_end", operation.end),
                                                     TEXT("category", category),
                                                     TEXT("county_code", county_code),
                                                     FIELD("longitude", longitude),
                                                     FIELD("latitude", latitude),
                                                     TEXT("coordinates_system", coordinates_system),
                                                     TIME("found_time", found_time),
                                                     NUMBER("evidence", operation.evidence),
                                                     TEXT("leads_to", operation.leads_to),
                                                     FIELD("follow_ups", operation.follow_ups),
                                                     FIELD("overdue", operation.overdue),
                                                     TEXT("approver", approver),
                                                     TEXT("approver_level", approver_level),
                                                     TEXT("signer", signer),
                                                     LIST("items", items, item_count),
                                                     LIST("documents", documents, document_count),
                                                     TEXT("agency_case_no", agency_case_no),
                                                     COUNT("people", operation.counts[COUNT_PEOPLE]),
                                                     COUNT("vehicles", operation.counts[COUNT_VEHICLES]),
                                                     COUNT("uavs", operation.counts[COUNT_UAVS]),
                                                     COUNT("boats", operation.counts[COUNT_BOATS]),
                                                     TENTHS("patrol_hours", operation.counts[COUNT_HOURS]),
                                                     TENTHS("patrol_km", operation.counts[COUNT_KM]),
                                                     COUNT("sites_inspected", operation.counts[COUNT_SITES]),
                                                     COUNT("hazards_found", operation.counts[COUNT_HAZARDS]),
                                                     COUNT("hazards_rectified", operation.counts[COUNT_RECTIFIED]),
                                                     COUNT("admin_cases", operation.counts[COUNT_ADMIN]),
                                                     COUNT("criminal_cases", operation.counts[COUNT_CRIMINAL]),
                                                     COUNT("seized_items", operation.counts[COUNT_SEIZED]),
                                                     COUNT("people_found", operation.counts[COUNT_FOUND])};
static const struct record_field notice[] = {SKIP("about_document_no"), FIELD("source_offset", source_offset),
                                             FIELD("serial", serial)};
static const struct record_field report[] = {INT("lane", lane), NUMBER("generation", generation),
                                             NUMBER("epoch", epoch), NUMBER("up_to", up_to)};
static const struct record_field tick[] = {INT("lane", lane)};

#define OF(array) (*ret_count = sizeof(array) / sizeof((array)[0]), (array))
const struct record_field *record_envelope(size_t *ret_count) { return OF(envelope); }
const struct record_field *record_fields(enum record_kind kind, size_t *ret_count) {
    switch (kind) {
    case RECORD_CASE_FILE: return OF(case_file);
    case RECORD_CASE_STEP: return OF(case_step);
    case RECORD_CLUE: return OF(clue);
    case RECORD_CLUE_STEP: return OF(clue_step);
    case RECORD_NOTICE: return OF(notice);
    case RECORD_DELIVERY_REPORT: return OF(report);
    case RECORD_TICK: return OF(tick);
    case RECORD_OPERATION: return OF(operation);
    case RECORD_OPERATION_STEP: return OF(operation_step);
    }
    *ret_count = 0;
    return NULL;
}

static const char *const party_paths[] = {"kind", "id_type", "id_no", "role"}, *const penalty_paths[] = {"amount_fen"};
static const char *const corner_paths[] = {"longitude", "latitude"};
const char *record_items(enum record_kind kind, const char *const **ret_paths, size_t *ret_count) {
    switch (kind) {
    case RECORD_CASE_FILE:
    case RECORD_CLUE: *ret_paths = OF(party_paths); return "parties";
    case RECORD_CASE_STEP: *ret_paths = OF(penalty_paths); return "penalties";
    case RECORD_OPERATION: *ret_paths = OF(corner_paths); return "area";
    case RECORD_NOTICE:
    case RECORD_DELIVERY_REPORT:
    case RECORD_TICK:
    case RECORD_OPERATION_STEP:
    case RECORD_CLUE_STEP: break;
    }
    return NULL;
}
