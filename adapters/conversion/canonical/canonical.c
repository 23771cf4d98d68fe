/* The canonical fields a profile may name, one row each, as docs/ADAPTERS.md lists them. */
#include "adapters/conversion/canonical/canonical.h"

static const char *const handling[] = {"OPEN_INTERNAL", "RESTRICTED", "ORCON", "NO_ACTION", NULL};
static const char *const party[] = {"PERSON", "ORGANISATION", NULL};
#define OPERATION                        (IN_OPERATION | IN_OPERATION_STEP)
#define LETTER                           (IN_CASE | IN_STEP | IN_CLUE | IN_CLUE_STEP | OPERATION)
#define ANY                              (LETTER | IN_NOTICE)
#define CONTENT                          (IN_CASE | IN_CLUE)
#define ANSWER                           (IN_STEP | IN_CLUE_STEP)
#define FIELD(path, kind, records, sent) {path, GROUP_NONE, kind, records, sent, false, NULL}
#define PART(group, path, kind, needed)  {path, group, kind, 0, true, needed, NULL}

static const struct canonical_field fields[] = {
    FIELD("envelope.document_no", VALUE_TEXT, LETTER, true),
    FIELD("envelope.business_time", VALUE_TIME, ANY, true),
    FIELD("envelope.recipients", VALUE_AGENCIES, LETTER, true),
    FIELD("envelope.copies", VALUE_AGENCIES, LETTER, true),
    FIELD("envelope.cites", VALUE_LIST, LETTER, true),
    FIELD("envelope.sender_unit", VALUE_TEXT, LETTER, true),
    {"envelope.handling", GROUP_NONE, VALUE_SYMBOL, LETTER, true, false, handling},
    FIELD("envelope.handling_expires", VALUE_TIME, LETTER, true),
    FIELD("envelope.sender", VALUE_AGENCY, ANY, false),
    FIELD("envelope.event", VALUE_TEXT, ANY, false),
    FIELD("inbox.role", VALUE_TEXT, ANY, false),
    FIELD("inbox.lane", VALUE_TEXT, ANY, false),
    FIELD("inbox.sequence", VALUE_TEXT, ANY, false),
    FIELD("category", VALUE_TEXT, CONTENT | OPERATION, true),
    FIELD("title", VALUE_TEXT, CONTENT | IN_OPERATION, true),
    FIELD("offence", VALUE_TEXT, IN_CASE, true),
    FIELD("summary", VALUE_TEXT, CONTENT, true),
    FIELD("case_source", VALUE_TEXT, IN_CASE, true),
    FIELD("county_code", VALUE_TEXT, CONTENT | OPERATION, true),
    FIELD("place", VALUE_TEXT, CONTENT | IN_OPERATION_STEP, true),
    FIELD("coordinates_system", VALUE_TEXT, CONTENT | OPERATION, true),
    FIELD("longitude", VALUE_NUMBER, CONTENT | IN_OPERATION_STEP, true),
    FIELD("latitude", VALUE_NUMBER, CONTENT | IN_OPERATION_STEP, true),
    FIELD("found_time", VALUE_TIME, CONTENT | IN_OPERATION_STEP, true),
    FIELD("report_time", VALUE_TIME, IN_CASE, true),
    FIELD("approval_time", VALUE_TIME, IN_CASE, true),
    FIELD("officers", VALUE_LIST, CONTENT, true),
    FIELD("legal_basis", VALUE_LIST, IN_CASE, true),
    FIELD("declared_missing", VALUE_LIST, IN_CASE, true),
    FIELD("fine_paid_fen", VALUE_AMOUNT, IN_CASE, true),
    FIELD("agency_case_no", VALUE_TEXT, LETTER, true),
    FIELD("approver", VALUE_TEXT, IN_CASE | IN_STEP | OPERATION, true),
    FIELD("approver_level", VALUE_TEXT, IN_CASE | IN_STEP | OPERATION, true),
    FIELD("contact", VALUE_TEXT, LETTER, true),
    FIELD("contact_phone", VALUE_TEXT, LETTER, true),
    FIELD("reason_code", VALUE_TEXT, IN_CASE | ANSWER | OPERATION, true),
    FIELD("reason", VALUE_TEXT, IN_CASE | ANSWER | OPERATION, true),
    FIELD("document_code", VALUE_TEXT, IN_STEP | IN_OPERATION_STEP, true),
    FIELD("target_organ", VALUE_TEXT, ANSWER, true),
    FIELD("signer", VALUE_TEXT, ANSWER | OPERATION, true),
    FIELD("note", VALUE_TEXT, ANSWER | OPERATION, true),
    FIELD("decided_time", VALUE_TIME, IN_STEP, true),
    FIELD("source", VALUE_TEXT, IN_CLUE, true),
    FIELD("areas", VALUE_LIST, IN_CLUE, true),
    FIELD("purpose", VALUE_TEXT, IN_CLUE | IN_CLUE_STEP | IN_OPERATION, true),
    FIELD("reporter_kind", VALUE_TEXT, IN_CLUE, true),
    FIELD("reporter.name", VALUE_TEXT, IN_CLUE, true),
    FIELD("reporter.id_no", VALUE_TEXT, IN_CLUE, true),
    FIELD("reporter.phone", VALUE_TEXT, IN_CLUE, true),
    FIELD("reporter.address", VALUE_TEXT, IN_CLUE, true),
    FIELD("reporter.note", VALUE_TEXT, IN_CLUE, true),
    FIELD("linked_numbers", VALUE_LIST, IN_CLUE_STEP, true),
    FIELD("checks", VALUE_LIST, IN_CLUE_STEP, true),
    FIELD("kind", VALUE_TEXT, IN_OPERATION, true),
    FIELD("area_name", VALUE_TEXT, IN_OPERATION, true),
    FIELD("window_start", VALUE_TIME, IN_OPERATION, true),
    FIELD("window_end", VALUE_TIME, IN_OPERATION, true),
    FIELD("lead", VALUE_AGENCY, IN_OPERATION, true),
    FIELD("reply_by", VALUE_TIME, IN_OPERATION, true),
    FIELD("proposed_start", VALUE_TIME, IN_OPERATION_STEP, true),
    FIELD("proposed_end", VALUE_TIME, IN_OPERATION_STEP, true),
    FIELD("units", VALUE_TEXT, IN_OPERATION_STEP, true),
    FIELD("people", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("vehicles", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("uavs", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("boats", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("evidence", VALUE_LIST, IN_OPERATION_STEP, true),
    FIELD("leads_to", VALUE_TEXT, IN_OPERATION_STEP, true),
    FIELD("follow_ups", VALUE_LIST, IN_OPERATION_STEP, true),
    FIELD("patrol_hours", VALUE_NUMBER, IN_OPERATION_STEP, true),
    FIELD("patrol_km", VALUE_NUMBER, IN_OPERATION_STEP, true),
    FIELD("sites_inspected", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("hazards_found", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("hazards_rectified", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("admin_cases", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("criminal_cases", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("seized_items", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("people_found", VALUE_COUNT, IN_OPERATION_STEP, true),
    FIELD("overdue", VALUE_AGENCIES, IN_OPERATION_STEP, true),
    FIELD("about_event", VALUE_TEXT, IN_NOTICE, false),
    FIELD("about_document_no", VALUE_TEXT, IN_NOTICE, false),
    FIELD("state", VALUE_TEXT, IN_NOTICE, false),
    FIELD("reasons.text", VALUE_TEXT, IN_NOTICE, false),

    {"kind", GROUP_PARTIES, VALUE_SYMBOL, 0, true, false, party},
    PART(GROUP_PARTIES, "name", VALUE_TEXT, true),
    PART(GROUP_PARTIES, "id_type", VALUE_TEXT, false),
    PART(GROUP_PARTIES, "id_no", VALUE_TEXT, false),
    PART(GROUP_PARTIES, "sex", VALUE_TEXT, false),
    PART(GROUP_PARTIES, "address", VALUE_TEXT, false),
    PART(GROUP_PARTIES, "phone", VALUE_TEXT, false),
    PART(GROUP_PARTIES, "role", VALUE_TEXT, false),
    PART(GROUP_ITEMS, "name", VALUE_TEXT, true),
    PART(GROUP_ITEMS, "quantity", VALUE_TEXT, false),
    PART(GROUP_ITEMS, "unit", VALUE_TEXT, false),
    PART(GROUP_ITEMS, "feature", VALUE_TEXT, false),
    PART(GROUP_ITEMS, "kept_at", VALUE_TEXT, false),
    PART(GROUP_ITEMS, "measure", VALUE_TEXT, false),
    PART(GROUP_FACTS, "name", VALUE_TEXT, true),
    PART(GROUP_FACTS, "value", VALUE_NUMBER, true),
    PART(GROUP_FACTS, "unit", VALUE_TEXT, false),
    PART(GROUP_PENALTIES, "party", VALUE_TEXT, false),
    PART(GROUP_PENALTIES, "kind", VALUE_TEXT, true),
    PART(GROUP_PENALTIES, "amount_fen", VALUE_AMOUNT, false),
    PART(GROUP_PENALTIES, "detail", VALUE_TEXT, false),
    PART(GROUP_DOCUMENTS, "file_name", VALUE_TEXT, false),
    PART(GROUP_DOCUMENTS, "title", VALUE_TEXT, false),
    PART(GROUP_DOCUMENTS, "code", VALUE_TEXT, false),
    PART(GROUP_DOCUMENTS, "number", VALUE_TEXT, false),
    PART(GROUP_DOCUMENTS, "media_type", VALUE_TEXT, false),
    PART(GROUP_NATIVE, "name", VALUE_TEXT, false),
    PART(GROUP_NATIVE, "value", VALUE_TEXT, false),
    PART(GROUP_REASONS, "code", VALUE_TEXT, false),
    PART(GROUP_REASONS, "field", VALUE_TEXT, false),
    PART(GROUP_REASONS, "zh", VALUE_TEXT, false),
    PART(GROUP_REASONS, "en", VALUE_TEXT, false),
    PART(GROUP_CLOCKS, "rule", VALUE_TEXT, false),
    PART(GROUP_CLOCKS, "due_strict", VALUE_TIME, false),
    PART(GROUP_CLOCKS, "due_lenient", VALUE_TIME, false),
    PART(GROUP_CLOCKS, "statutory", VALUE_TEXT, false),
    PART(GROUP_AREA, "longitude", VALUE_NUMBER, true),
    PART(GROUP_AREA, "latitude", VALUE_NUMBER, true),
    PART(GROUP_TASKS, "task", VALUE_TEXT, true),
    PART(GROUP_TASKS, "agency", VALUE_AGENCY, false),
    PART(GROUP_TASKS, "place", VALUE_TEXT, false),
    PART(GROUP_TASKS, "time", VALUE_TIME, false),
};
static const struct {
    const char *name;
    unsigned records;
} groups[GROUP_COUNT] = {
    [GROUP_PARTIES] = {"parties", CONTENT},       [GROUP_ITEMS] = {"items", IN_CASE | IN_STEP | IN_OPERATION_STEP},
    [GROUP_FACTS] = {"facts", CONTENT | IN_STEP}, [GROUP_PENALTIES] = {"penalties", IN_STEP},
    [GROUP_DOCUMENTS] = {"documents", LETTER},    [GROUP_NATIVE] = {"native", LETTER},
    [GROUP_REASONS] = {"reasons", IN_NOTICE},     [GROUP_CLOCKS] = {"clocks", IN_NOTICE},
    [GROUP_AREA] = {"area", IN_OPERATION},        [GROUP_TASKS] = {"tasks", IN_OPERATION}};

static const struct {
    enum record_kind kind;
    unsigned record;
    const char *name;
} records[] = {{RECORD_CASE_FILE, IN_CASE, "CaseFile"},
               {RECORD_CASE_STEP, IN_STEP, "CaseStep"},
               {RECORD_NOTICE, IN_NOTICE, "Notice"},
               {RECORD_CLUE, IN_CLUE, "Clue"},
               {RECORD_CLUE_STEP, IN_CLUE_STEP, "ClueStep"},
               {RECORD_OPERATION, IN_OPERATION, "Operation"},
               {RECORD_OPERATION_STEP, IN_OPERATION_STEP, "OperationStep"}};
#define RECORDS (sizeof records / sizeof records[0])

unsigned canonical_record(enum record_kind kind) {
    for (size_t i = 0; i < RECORDS; i++) {
        if (records[i].kind == kind) return records[i].record;
    }
    return 0;
}
static size_t place_of(unsigned record) {
    size_t at = 0;
    while (records[at].record != record) INVARIANT(++at < RECORDS);
    return at;
}
enum record_kind canonical_kind(unsigned record) { return records[place_of(record)].kind; }
const char *canonical_record_name(unsigned record) { return records[place_of(record)].name; }

const struct canonical_field *canonical_find(const char *path, enum group_kind group) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].group == group && strcmp(fields[i].path, path) == 0) return &fields[i];
    }
    return NULL;
}
const struct canonical_field *canonical_at(size_t index) {
    return index < sizeof fields / sizeof fields[0] ? &fields[index] : NULL;
}
const char *canonical_group_name(enum group_kind kind) { return groups[kind].name; }
unsigned canonical_group_records(enum group_kind kind) { return groups[kind].records; }

enum group_kind canonical_group_named(const char *name) {
    for (enum group_kind kind = 0; kind < GROUP_COUNT; kind++) {
        if (strcmp(canonical_group_name(kind), name) == 0) return kind;
    }
    return GROUP_NONE;
}
