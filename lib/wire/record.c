/* See record.h: what examine and judge read of a record. */
#include "wire/record.h"
#include "wire/frame.h"

/* One list names each field once: where it lies and where it goes. */
enum place { P_MESSAGE_ID, P_EVENT, P_CASE_ID, P_REFERRAL_ID, P_PARENT, P_SENDER, P_SENDER_UNIT, P_RECIPIENTS, P_COPIES, P_BUSINESS_TIME,
             P_IN_REPLY_TO, P_DOCUMENT_NO, P_CITES, P_HANDLING, P_HANDLING_EXPIRES, P_ENVELOPE_END };
#define ENVELOPE_PATHS                                                                                                        \
    "envelope.message_id", "envelope.event", "envelope.case_id", "envelope.referral_id", "envelope.parent_referral_id",       \
        "envelope.sender", "envelope.sender_unit", "envelope.recipients", "envelope.copies", "envelope.business_time",        \
        "envelope.in_reply_to", "envelope.document_no", "envelope.cites", "envelope.handling", "envelope.handling_expires"

static const char *const case_file_paths[] = {ENVELOPE_PATHS, "category", "title", "county_code", "reason_code", "reason", "approver",
    "approver_level", "agency_case_no", "found_time", "report_time", "approval_time", "officers", "parties", "items",
    "declared_missing", "documents", "longitude", "latitude", "coordinates_system", "fine_paid_fen",
    "facts"};
enum { C_CATEGORY = P_ENVELOPE_END, C_TITLE, C_COUNTY, C_REASON_CODE, C_REASON, C_APPROVER, C_LEVEL, C_CASE_NO, C_FOUND, C_REPORT,
       C_APPROVAL, C_OFFICERS, C_PARTIES, C_ITEMS, C_MISSING, C_DOCUMENTS, C_LONGITUDE, C_LATITUDE, C_SYSTEM, C_FINE, C_FACTS };
static const char *const case_step_paths[] = {ENVELOPE_PATHS, "reason_code", "reason", "target_organ", "agency_case_no", "decided_time",
    "approver", "approver_level", "signer", "penalties", "documents", "?items", "?facts"};
enum { S_REASON_CODE = P_ENVELOPE_END, S_REASON, S_TARGET, S_CASE_NO, S_DECIDED, S_APPROVER, S_LEVEL, S_SIGNER, S_PENALTIES, S_DOCUMENTS, S_ITEMS, S_FACTS };
static const char *const clue_paths[] = {ENVELOPE_PATHS, "category", "title", "county_code", "source", "purpose", "areas", "agency_case_no", "found_time",
    "officers", "parties", "documents", "longitude", "latitude", "coordinates_system"};
enum { K_CATEGORY = P_ENVELOPE_END, K_TITLE, K_COUNTY, K_SOURCE, K_PURPOSE, K_AREAS, K_CASE_NO, K_FOUND, K_OFFICERS, K_PARTIES, K_DOCUMENTS, K_LONGITUDE,
       K_LATITUDE, K_SYSTEM };
static const char *const clue_step_paths[] = {ENVELOPE_PATHS, "reason_code", "reason", "target_organ", "agency_case_no", "linked_numbers", "purpose", "signer",
    "documents"};
enum { L_REASON_CODE = P_ENVELOPE_END, L_REASON, L_TARGET, L_CASE_NO, L_LINKED, L_PURPOSE, L_SIGNER, L_DOCUMENTS };
static const char *const party_paths[] = {"kind", "id_type", "id_no"}, *const penalty_paths[] = {"amount_fen"};
static const char *const notice_paths[] = {ENVELOPE_PATHS, "about_document_no"};
static const char *const report_paths[] = {ENVELOPE_PATHS, "lane", "generation", "epoch", "up_to"};
enum { R_LANE = P_ENVELOPE_END, R_GENERATION, R_EPOCH, R_UP_TO };
static const char *const tick_paths[] = {ENVELOPE_PATHS, "lane"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
const char *const *record_paths(enum record_kind kind, size_t *ret_count) {
    switch (kind) {
    case RECORD_CASE_FILE: *ret_count = COUNT(case_file_paths); return case_file_paths;
    case RECORD_CASE_STEP: *ret_count = COUNT(case_step_paths); return case_step_paths;
    case RECORD_CLUE: *ret_count = COUNT(clue_paths); return clue_paths;
    case RECORD_CLUE_STEP: *ret_count = COUNT(clue_step_paths); return clue_step_paths;
    case RECORD_NOTICE: *ret_count = COUNT(notice_paths); return notice_paths;
    case RECORD_DELIVERY_REPORT: *ret_count = COUNT(report_paths); return report_paths;
    case RECORD_TICK: *ret_count = COUNT(tick_paths); return tick_paths;
    }
    *ret_count = 0;
    return NULL;
}

const char *record_items(enum record_kind kind, const char *const **ret_paths, size_t *ret_count) {
    bool file = kind == RECORD_CASE_FILE || kind == RECORD_CLUE;
    *ret_paths = file ? party_paths : penalty_paths;
    *ret_count = file ? COUNT(party_paths) : COUNT(penalty_paths);
    return file ? "parties" : kind == RECORD_CASE_STEP ? "penalties" : NULL;
}

static instant time_of(const struct walk_field *field) { return field->present ? field->number : INSTANT_NONE; }

static enum outcome id_of(const struct walk_field *field, const char *name, bool optional, struct uuid *ret, struct fault *fault) {
    *ret = (struct uuid){0};
    if (optional && !field->present) return OK;
    if (uuid_parse(field->at, ret)) return OK;
    fault_set(fault, REFUSE, "ENVELOPE_UUID", "%s is not a UUID", name);
    if (fault) fault_place(fault, name, 0, 0);
    return REFUSE;
}

static enum outcome read_envelope(const struct walk_field *f, struct submission *s, struct fault *fault) {
    TRY(id_of(&f[P_MESSAGE_ID], "envelope.message_id", false, &s->message_id, fault));
    TRY(id_of(&f[P_CASE_ID], "envelope.case_id", false, &s->case_id, fault));
    TRY(id_of(&f[P_REFERRAL_ID], "envelope.referral_id", false, &s->referral_id, fault));
    TRY(id_of(&f[P_PARENT], "envelope.parent_referral_id", true, &s->parent_referral_id, fault));
    TRY(id_of(&f[P_IN_REPLY_TO], "envelope.in_reply_to", true, &s->in_reply_to, fault));
    s->case_text = f[P_CASE_ID].at;
    s->event = f[P_EVENT].at;
    s->sender = f[P_SENDER].at;
    s->sender_unit = f[P_SENDER_UNIT].at;
    s->document_no = f[P_DOCUMENT_NO].at;
    s->recipients = f[P_RECIPIENTS];
    s->copies = f[P_COPIES];
    s->cites = f[P_CITES];
    s->business_time = f[P_BUSINESS_TIME].number;
    s->handling = (int)f[P_HANDLING].number;
    s->handling_expires = time_of(&f[P_HANDLING_EXPIRES]);
    return OK;
}

static void read_case_file(const struct walk_field *f, struct submission *s) {
    s->category = f[C_CATEGORY].at;
    s->title = f[C_TITLE].at;
    s->county_code = f[C_COUNTY].at;
    s->reason_code = f[C_REASON_CODE].at;
    s->reason = f[C_REASON].at;
    s->approver = f[C_APPROVER].at;
    s->approver_level = f[C_LEVEL].at;
    s->agency_case_no = f[C_CASE_NO].at;
    s->found_time = time_of(&f[C_FOUND]);
    s->report_time = time_of(&f[C_REPORT]);
    s->approval_time = time_of(&f[C_APPROVAL]);
    s->officer_count = f[C_OFFICERS].number;
    s->party_count = f[C_PARTIES].number;
    s->item_count = f[C_ITEMS].number;
    s->items = f[C_ITEMS];
    s->declared_missing = f[C_MISSING];
    s->documents = f[C_DOCUMENTS];
    s->document_count = f[C_DOCUMENTS].number;
    s->parties = f[C_PARTIES];
    s->longitude = f[C_LONGITUDE];
    s->latitude = f[C_LATITUDE];
    s->coordinates_system = f[C_SYSTEM].at;
    s->fine_paid_fen = f[C_FINE].number;
    s->facts = f[C_FACTS];
}

static void read_case_step(const struct walk_field *f, struct submission *s) {
    s->reason_code = f[S_REASON_CODE].at;
    s->reason = f[S_REASON].at;
    s->target_organ = f[S_TARGET].at;
    s->agency_case_no = f[S_CASE_NO].at;
    s->decided_time = time_of(&f[S_DECIDED]);
    s->approver = f[S_APPROVER].at;
    s->approver_level = f[S_LEVEL].at;
    s->signer = f[S_SIGNER].at;
    s->penalty_count = f[S_PENALTIES].number;
    s->items = f[S_ITEMS];
    s->item_count = f[S_ITEMS].present ? f[S_ITEMS].number : 0;
    s->penalties = f[S_PENALTIES];
    s->documents = f[S_DOCUMENTS];
    s->document_count = f[S_DOCUMENTS].number;
    s->facts = f[S_FACTS];
}

static void read_clue(const struct walk_field *f, struct submission *s) {
    s->category = f[K_CATEGORY].at;
    s->title = f[K_TITLE].at;
    s->county_code = f[K_COUNTY].at;
    s->source = f[K_SOURCE].at;
    s->purpose = f[K_PURPOSE].at;
    s->areas = f[K_AREAS];
    s->agency_case_no = f[K_CASE_NO].at;
    s->found_time = time_of(&f[K_FOUND]);
    s->officer_count = f[K_OFFICERS].number;
    s->parties = f[K_PARTIES];
    s->party_count = f[K_PARTIES].number;
    s->documents = f[K_DOCUMENTS];
    s->document_count = f[K_DOCUMENTS].number;
    s->longitude = f[K_LONGITUDE];
    s->latitude = f[K_LATITUDE];
    s->coordinates_system = f[K_SYSTEM].at;
}

static void read_clue_step(const struct walk_field *f, struct submission *s) {
    s->reason_code = f[L_REASON_CODE].at;
    s->reason = f[L_REASON].at;
    s->target_organ = f[L_TARGET].at;
    s->agency_case_no = f[L_CASE_NO].at;
    s->linked_numbers = f[L_LINKED];
    s->purpose = f[L_PURPOSE].at;
    s->signer = f[L_SIGNER].at;
    s->documents = f[L_DOCUMENTS];
    s->document_count = f[L_DOCUMENTS].number;
}

static bool in_chunks(const struct schema_entry *schema) {
    bool clue = schema->kind == RECORD_CLUE || schema->kind == RECORD_CLUE_STEP;
    return clue || (schema->kind == RECORD_CASE_FILE && schema->version >= 2) || (schema->kind == RECORD_CASE_STEP && schema->version >= 3);
}

enum outcome record_read(const struct catalogue *catalogue, struct bytes value, struct submission *ret, struct fault *fault) {
    uint32_t id = 0;
    struct bytes body = BYTES_NONE;
    struct walk_field fields[64];
    TRY(frame_open(value, &id, &body, fault));
    const struct schema_entry *schema = catalogue_by_id(catalogue, id);
    if (!schema) return fault_set(fault, REFUSE, "SCHEMA_UNKNOWN", "schema id %u", id);
    TRY(walk_run(schema->program, body, fields, fault));
    *ret = (struct submission){.kind = schema->kind, .schema = schema, .found_time = INSTANT_NONE, .report_time = INSTANT_NONE,
                               .approval_time = INSTANT_NONE, .decided_time = INSTANT_NONE, .lane = -1};
    ret->chunked_form = in_chunks(schema);
    TRY(read_envelope(fields, ret, fault));
    if (schema->kind == RECORD_CASE_FILE) read_case_file(fields, ret);
    if (schema->kind == RECORD_CASE_STEP) read_case_step(fields, ret);
    if (schema->kind == RECORD_CLUE) read_clue(fields, ret);
    if (schema->kind == RECORD_CLUE_STEP) read_clue_step(fields, ret);
    if (schema->kind == RECORD_TICK) ret->lane = (int32_t)fields[R_LANE].number;
    if (schema->kind == RECORD_DELIVERY_REPORT) {
        ret->lane = (int32_t)fields[R_LANE].number;
        ret->generation = fields[R_GENERATION].number;
        ret->epoch = fields[R_EPOCH].number;
        ret->up_to = fields[R_UP_TO].number;
    }
    return OK;
}
