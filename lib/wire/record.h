/* Our record types. `struct submission` is what examine and judge read: views into the value's bytes, found by one
 * walk, no decoding and no copies; it lives as long as those bytes. Encoding of what the broker and adapters say
 * themselves (Notice, DeliveryReport, Tick) is here too; the others are built by the adapter
 * (adapters/conversion/mapping). */
#ifndef ECOCASE_WIRE_RECORD_H
#define ECOCASE_WIRE_RECORD_H
#include "base/buffer.h"
#include "base/limits.h"
#include "base/time.h"
#include "base/uuid.h"
#include "wire/catalogue.h"

/* 联合执法: what an OPERATION or OPERATION_STEP says beside the common fields. Numbers: -1 where null. */
enum operation_count {
    COUNT_PEOPLE,
    COUNT_VEHICLES,
    COUNT_UAVS,
    COUNT_BOATS,
    COUNT_HOURS /* tenths */,
    COUNT_KM /* tenths */,
    COUNT_SITES,
    COUNT_HAZARDS,
    COUNT_RECTIFIED,
    COUNT_ADMIN,
    COUNT_CRIMINAL,
    COUNT_SEIZED,
    COUNT_FOUND,
    OPERATION_COUNTS
};
struct operation_part {
    struct bytes kind, lead, leads_to;
    instant start, end;        /* the window, or the one proposed instead; INSTANT_NONE where null */
    instant reply_by;          /* INSTANT_NONE where null */
    int64_t corners, evidence; /* how many */
    /* array<record> by schema->items, fields RECORD_CORNER_*; array<string> */
    struct walk_field area, overdue, follow_ups;
    int64_t counts[OPERATION_COUNTS];
};
struct submission {
    enum record_kind kind;
    const struct schema_entry *schema;
    /* envelope */
    struct uuid message_id, case_id, referral_id;
    struct uuid parent_referral_id; /* nil where null */
    struct uuid in_reply_to;        /* nil where null */
    struct bytes case_text;         /* case_id as written (must equal the key) */
    struct bytes event, sender, sender_unit, document_no;
    struct walk_field recipients, copies, cites; /* array<string>: walk_items */
    instant business_time;
    struct walk_field business_time_at;
    int handling;
    instant handling_expires; /* INSTANT_NONE where null */
    /* CASE_FILE, CASE_STEP, CLUE and CLUE_STEP; empty where the record has no such field */
    struct bytes category, county_code, title, reason_code, reason, approver, approver_level, signer, target_organ,
        agency_case_no;
    instant report_time, approval_time, found_time, decided_time; /* INSTANT_NONE where null */
    int64_t officer_count, party_count, item_count, document_count, penalty_count;
    struct walk_field declared_missing; /* array<string> */
    struct walk_field documents, items; /* array<record>: paper.h */
    /* documents of this record may lie in chunks: CaseFile from version 2, CaseStep from 3, clues, operations */
    bool chunked_form;
    /* array<record>, CASE_FILE and CLUE: walk_records by schema->items, fields RECORD_PARTY_* */
    struct walk_field parties;
    struct walk_field penalties;           /* array<record>, CASE_STEP: fields RECORD_PENALTY_* */
    struct walk_field longitude, latitude; /* present: said */
    struct bytes coordinates_system;
    int64_t fine_paid_fen;
    struct walk_field facts;                 /* array<Fact>, CASE_FILE and CASE_STEP from version 4: fact.h */
    struct bytes source, purpose;            /* CLUE; CLUE_STEP and OPERATION have a purpose */
    struct walk_field areas, linked_numbers; /* array<string>: CLUE; CLUE_STEP */
    struct operation_part operation;         /* OPERATION, OPERATION_STEP */
    struct walk_field source_offset, serial; /* NOTICE: where its cause stands, in Kafka and in the ledger */
    /* DELIVERY_REPORT, TICK */
    int32_t lane;
    int64_t generation, epoch, up_to;
};
/* Members of the one repeated part of a record that are read too, by schema->items. */
enum { RECORD_PARTY_KIND, RECORD_PARTY_ID_TYPE, RECORD_PARTY_ID_NO, RECORD_PARTY_ROLE, RECORD_PARTY_FIELDS };
enum { RECORD_PENALTY_AMOUNT, RECORD_PENALTY_FIELDS };
enum { RECORD_CORNER_LONGITUDE, RECORD_CORNER_LATITUDE, RECORD_CORNER_FIELDS };
/* Frame, schema, walk and the envelope's own forms (UUIDs). REFUSE: FRAME_*, SCHEMA_UNKNOWN, AVRO_*, ENVELOPE_UUID. */
MUST_USE enum outcome record_read(const struct catalogue *catalogue, struct bytes value, struct submission *ret,
                                  struct fault *fault);
struct notice_reason {
    const char *code;
    struct bytes field;
    const char *zh;
    const char *en;
};
struct notice_clock {
    const char *rule;
    instant due_strict, due_lenient;
    bool statutory;
};
struct notice {
    struct uuid message_id, case_id, referral_id, about_message_id /* nil: null */;
    const struct bytes *recipients;
    size_t recipient_count; /* slugs */
    struct bytes event;     /* SYS.ACCEPTED, SYS.REFUSED, SYS.WARNING ... */
    instant business_time;
    struct bytes about_event, about_document_no;
    struct bytes source_topic;
    int32_t source_partition;
    int64_t source_offset;
    struct bytes state;
    int64_t serial;
    const struct notice_reason *reasons;
    size_t reason_count;
    const struct notice_clock *clocks;
    size_t clock_count;
};
/* Each appends frame + Avro binary to `into`. A pure function of its input: the same notice gives the same bytes. */
MUST_USE enum outcome record_write_notice(const struct catalogue *catalogue, const struct notice *notice,
                                          struct buffer *into, struct fault *fault);
MUST_USE enum outcome record_write_report(const struct catalogue *catalogue, struct bytes agency, int32_t lane,
                                          int64_t generation, int64_t epoch, int64_t up_to, instant at,
                                          struct buffer *into, struct fault *fault);
MUST_USE enum outcome record_write_tick(const struct catalogue *catalogue, int32_t lane, instant at,
                                        struct buffer *into, struct fault *fault);
#endif
