/* See record.h: what examine and judge read of a record. */
#include "wire/record.h"
#include "wire/frame.h"

/* One list names each field once: where it lies and where it goes. */
enum place {
    P_MESSAGE_ID,
    P_EVENT,
    P_CASE_ID,
    P_REFERRAL_ID,
    P_PARENT,
    P_SENDER,
    P_SENDER_UNIT,
    P_RECIPIENTS,
    P_COPIES,
    P_BUSINESS_TIME,
    P_IN_REPLY_TO,
    P_DOCUMENT_NO,
    P_CITES,
    P_HANDLING,
    P_HANDLING_EXPIRES,
    P_ENVELOPE_END
};
#define ENVELOPE_PATHS                                                                                                 \
    "envelope.message_id", "envelope.event", "envelope.case_id", "envelope.referral_id",                               \
        "envelope.parent_referral_id", "envelope.sender", "envelope.sender_unit", "envelope.recipients",               \
        "envelope.copies", "envelope.business_time", "envelope.in_reply_to", "envelope.document_no", "envelope.cites", \
        "envelope.handling", "envelope.handling_expires"

static const char *const case_file_paths[] = {ENVELOPE_PATHS,   "category",   "title",       "county_code",
                                              "reason_code",    "reason",     "approver",    "approver_level",
                                              "agency_case_no", "found_time", "report_time", "approval_time",
                                              "officers",       "parties",    "items",       "declared_missing",
                                              "documents",      "longitude",  "latitude",    "coordinates_system",
                                              "fine_paid_fen",  "facts"};
enum {
    C_CATEGORY = P_ENVELOPE_END,
    C_TITLE,
    C_COUNTY,
    C_REASON_CODE,
    C_REASON,
    C_APPROVER,
    C_LEVEL,
    C_CASE_NO,
    C_FOUND,
    C_REPORT,
    C_APPROVAL,
    C_OFFICERS,
    C_PARTIES,
    C_ITEMS,
    C_MISSING,
    C_DOCUMENTS,
    C_LONGITUDE,
    C_LATITUDE,
    C_SYSTEM,
    C_FINE,
    C_FACTS
};
static const char *const case_step_paths[] = {
    ENVELOPE_PATHS,   "reason_code", "reason",    "target_organ", "agency_case_no", "decided_time", "approver",
    "approver_level", "signer",      "penalties", "documents",    "?items",         "?facts"};
enum {
    S_REASON_CODE = P_ENVELOPE_END,
    S_REASON,
    S_TARGET,
    S_CASE_NO,
    S_DECIDED,
    S_APPROVER,
    S_LEVEL,
    S_SIGNER,
    S_PENALTIES,
    S_DOCUMENTS,
    S_ITEMS,
    S_FACTS
};
static const char *const clue_paths[] = {
    ENVELOPE_PATHS, "category",  "title",          "county_code", "source",
    "purpose",      "areas",     "agency_case_no", "found_time",  "officers",
    "parties",      "documents", "longitude",      "latitude",    "coordinates_system"};
enum {
    K_CATEGORY = P_ENVELOPE_END,
    K_TITLE,
    K_COUNTY,
    K_SOURCE,
    K_PURPOSE,
    K_AREAS,
    K_CASE_NO,
    K_FOUND,
    K_OFFICERS,
    K_PARTIES,
    K_DOCUMENTS,
    K_LONGITUDE,
    K_LATITUDE,
    K_SYSTEM
};
static const char *const clue_step_paths[] = {ENVELOPE_PATHS, "reason_code",    "reason",
                                              "target_organ", "agency_case_no", "linked_numbers",
                                              "purpose",      "signer",         "documents"};
enum { L_REASON_CODE = P_ENVELOPE_END, L_REASON, L_TARGET, L_CASE_NO, L_LINKED, L_PURPOSE, L_SIGNER, L_DOCUMENTS };
static const char *const party_paths[] = {"kind", "id_type", "id_no", "role"}, *const penalty_paths[] = {"amount_fen"};
static const char *const notice_paths[] = {ENVELOPE_PATHS, "about_document_no"};
static const char *const report_paths[] = {ENVELOPE_PATHS, "lane", "generation", "epoch", "up_to"};
enum { R_LANE = P_ENVELOPE_END, R_GENERATION, R_EPOCH, R_UP_TO };
static const char *const tick_paths[] = {ENVELOPE_PATHS, "lane"};
static const char *const operation_paths[] = {
    ENVELOPE_PATHS, "kind",           "title",      "purpose",   "category",      "county_code", "coordinates_system",
    "area",         "window_start",   "window_end", "lead",      "reply_by",      "reason_code", "reason",
    "approver",     "approver_level", "signer",     "documents", "agency_case_no"};
enum {
    O_KIND = P_ENVELOPE_END,
    O_TITLE,
    O_PURPOSE,
    O_CATEGORY,
    O_COUNTY,
    O_SYSTEM,
    O_AREA,
    O_START,
    O_END,
    O_LEAD,
    O_REPLY_BY,
    O_REASON_CODE,
    O_REASON,
    O_APPROVER,
    O_LEVEL,
    O_SIGNER,
    O_DOCUMENTS,
    O_CASE_NO
};
/* The counts stand in the order of enum operation_count. */
static const char *const operation_step_paths[] = {
    ENVELOPE_PATHS,   "reason_code",    "reason",          "proposed_start", "proposed_end",
    "category",       "county_code",    "longitude",       "latitude",       "coordinates_system",
    "found_time",     "evidence",       "leads_to",        "follow_ups",     "overdue",
    "approver",       "approver_level", "signer",          "items",          "documents",
    "agency_case_no", "people",         "vehicles",        "uavs",           "boats",
    "patrol_hours",   "patrol_km",      "sites_inspected", "hazards_found",  "hazards_rectified",
    "admin_cases",    "criminal_cases", "seized_items",    "people_found"};
enum {
    E_REASON_CODE = P_ENVELOPE_END,
    E_REASON,
    E_START,
    E_END,
    E_CATEGORY,
    E_COUNTY,
    E_LONGITUDE,
    E_LATITUDE,
    E_SYSTEM,
    E_FOUND,
    E_EVIDENCE,
    E_LEADS_TO,
    E_FOLLOW_UPS,
    E_OVERDUE,
    E_APPROVER,
    E_LEVEL,
    E_SIGNER,
    E_ITEMS,
    E_DOCUMENTS,
    E_CASE_NO,
    E_COUNTS
};
static const char *const corner_paths[] = {"longitude", "latitude"};

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
    case RECORD_OPERATION: *ret_count = COUNT(operation_paths); return operation_paths;
    case RECORD_OPERATION_STEP: *ret_count = COUNT(operation_step_paths); return operation_step_paths;
    }
    *ret_count = 0;
    return NULL;
}

const char *record_items(enum record_kind kind, const char *const **ret_paths, size_t *ret_count) {
    switch (kind) {
    case RECORD_CASE_FILE:
    case RECORD_CLUE: *ret_paths = party_paths, *ret_count = COUNT(party_paths); return "parties";
    case RECORD_CASE_STEP: *ret_paths = penalty_paths, *ret_count = COUNT(penalty_paths); return "penalties";
    case RECORD_OPERATION: *ret_paths = corner_paths, *ret_count = COUNT(corner_paths); return "area";
    case RECORD_NOTICE:
    case RECORD_DELIVERY_REPORT:
    case RECORD_TICK:
    case RECORD_OPERATION_STEP:
    case RECORD_CLUE_STEP: break;
    }
    return NULL;
}

static instant time_of(const struct walk_field *field) { return field->present ? field->number : INSTANT_NONE; }

static enum outcome id_of(const struct walk_field *field, const char *name, bool optional, struct uuid *ret,
                          struct fault *fault) {
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

static void read_operation(const struct walk_field *f, struct submission *s) {
    struct operation_part *o = &s->operation;
    o->kind = f[O_KIND].at;
    s->purpose = f[O_PURPOSE].at;
    o->lead = f[O_LEAD].at;
    o->start = time_of(&f[O_START]);
    o->end = time_of(&f[O_END]);
    o->reply_by = time_of(&f[O_REPLY_BY]);
    o->area = f[O_AREA];
    o->corners = f[O_AREA].number;
    s->title = f[O_TITLE].at;
    s->category = f[O_CATEGORY].at;
    s->county_code = f[O_COUNTY].at;
    s->coordinates_system = f[O_SYSTEM].at;
    s->reason_code = f[O_REASON_CODE].at;
    s->reason = f[O_REASON].at;
    s->approver = f[O_APPROVER].at;
    s->approver_level = f[O_LEVEL].at;
    s->signer = f[O_SIGNER].at;
    s->agency_case_no = f[O_CASE_NO].at;
    s->documents = f[O_DOCUMENTS];
    s->document_count = f[O_DOCUMENTS].number;
}

/* A number that cannot be is -2: the judge refuses it. Hours and kilometres are kept in tenths. */
static int64_t count_of(const struct walk_field *field, bool tenths) {
    if (!field->present) return -1;
    if (tenths)
        return field->real >= 0 && field->real <= LIMIT_OPERATION_COUNT / 10 ? (int64_t)(field->real * 10 + 0.5) : -2;
    return field->number >= 0 && field->number <= LIMIT_OPERATION_COUNT ? field->number : -2;
}

static void read_operation_step(const struct walk_field *f, struct submission *s) {
    struct operation_part *o = &s->operation;
    o->start = time_of(&f[E_START]);
    o->end = time_of(&f[E_END]);
    o->evidence = f[E_EVIDENCE].number;
    o->leads_to = f[E_LEADS_TO].at;
    o->follow_ups = f[E_FOLLOW_UPS];
    o->overdue = f[E_OVERDUE];
    for (int i = 0; i < OPERATION_COUNTS; i++)
        o->counts[i] = count_of(&f[E_COUNTS + i], i == COUNT_HOURS || i == COUNT_KM);
    s->reason_code = f[E_REASON_CODE].at;
    s->reason = f[E_REASON].at;
    s->category = f[E_CATEGORY].at;
    s->county_code = f[E_COUNTY].at;
    s->longitude = f[E_LONGITUDE];
    s->latitude = f[E_LATITUDE];
    s->coordinates_system = f[E_SYSTEM].at;
    s->found_time = time_of(&f[E_FOUND]);
    s->approver = f[E_APPROVER].at;
    s->approver_level = f[E_LEVEL].at;
    s->signer = f[E_SIGNER].at;
    s->agency_case_no = f[E_CASE_NO].at;
    s->items = f[E_ITEMS];
    s->item_count = f[E_ITEMS].number;
    s->documents = f[E_DOCUMENTS];
    s->document_count = f[E_DOCUMENTS].number;
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
    bool operation = schema->kind == RECORD_OPERATION || schema->kind == RECORD_OPERATION_STEP;
    return clue || operation || (schema->kind == RECORD_CASE_FILE && schema->version >= 2) ||
           (schema->kind == RECORD_CASE_STEP && schema->version >= 3);
}

enum outcome record_read(const struct catalogue *catalogue, struct bytes value, struct submission *ret,
                         struct fault *fault) {
    uint32_t id = 0;
    struct bytes body = BYTES_NONE;
    struct walk_field fields[64];
    TRY(frame_open(value, &id, &body, fault));
    const struct schema_entry *schema = catalogue_by_id(catalogue, id);
    if (!schema) return fault_set(fault, REFUSE, "SCHEMA_UNKNOWN", "schema id %u", id);
    TRY(walk_run(schema->program, body, fields, fault));
    *ret = (struct submission){.kind = schema->kind,
                               .schema = schema,
                               .found_time = INSTANT_NONE,
                               .report_time = INSTANT_NONE,
                               .approval_time = INSTANT_NONE,
                               .decided_time = INSTANT_NONE,
                               .lane = -1,
                               .operation = {.start = INSTANT_NONE, .end = INSTANT_NONE, .reply_by = INSTANT_NONE}};
    ret->chunked_form = in_chunks(schema);
    TRY(read_envelope(fields, ret, fault));
    if (schema->kind == RECORD_CASE_FILE) read_case_file(fields, ret);
    if (schema->kind == RECORD_CASE_STEP) read_case_step(fields, ret);
    if (schema->kind == RECORD_CLUE) read_clue(fields, ret);
    if (schema->kind == RECORD_CLUE_STEP) read_clue_step(fields, ret);
    if (schema->kind == RECORD_OPERATION) read_operation(fields, ret);
    if (schema->kind == RECORD_OPERATION_STEP) read_operation_step(fields, ret);
    if (schema->kind == RECORD_TICK) ret->lane = (int32_t)fields[R_LANE].number;
    if (schema->kind == RECORD_DELIVERY_REPORT) {
        ret->lane = (int32_t)fields[R_LANE].number;
        ret->generation = fields[R_GENERATION].number;
        ret->epoch = fields[R_EPOCH].number;
        ret->up_to = fields[R_UP_TO].number;
    }
    return OK;
}
