/* The register's own look into records. */
#include "broker/register/content_inside.h"
#include <stdlib.h>
#include "wire/frame.h"

#define SCHEMAS_MAX 256u /* ids below it are known here; the catalogue gives them one by one */
static const char *const paths[CONTENT_FIELDS] = {[CONTENT_TITLE] = "?title",
                                                  [CONTENT_OFFENCE] = "?offence",
                                                  [CONTENT_SUMMARY] = "?summary",
                                                  [CONTENT_REASON] = "?reason",
                                                  [CONTENT_NOTE] = "?note",
                                                  [CONTENT_PLACE] = "?place",
                                                  [CONTENT_PURPOSE] = "?purpose",
                                                  [CONTENT_CASE_NO] = "?agency_case_no",
                                                  [CONTENT_LONGITUDE] = "?longitude",
                                                  [CONTENT_LATITUDE] = "?latitude",
                                                  [CONTENT_SYSTEM] = "?coordinates_system",
                                                  [CONTENT_PARTIES] = "?parties"};
static const char *const party_paths[PARTY_FIELDS] = {
    [PARTY_KIND] = "kind",   [PARTY_ROLE] = "role", [PARTY_NAME] = "name",       [PARTY_ID_TYPE] = "id_type",
    [PARTY_ID_NO] = "id_no", [PARTY_SEX] = "sex",   [PARTY_ADDRESS] = "address", [PARTY_PHONE] = "phone"};

struct content_reader {
    struct programs {
        struct walk_program *record, *party;
    } of[SCHEMAS_MAX];
};

struct content_reader *content_reader_new(void) {
    struct content_reader *reader = calloc(1, sizeof *reader);
    INVARIANT(reader);
    return reader;
}
void content_reader_free(struct content_reader *reader) {
    if (!reader) return;
    for (size_t i = 0; i < SCHEMAS_MAX; i++) {
        walk_program_free(reader->of[i].record);
        walk_program_free(reader->of[i].party);
    }
    free(reader);
}

static enum outcome make(const struct schema_entry *schema, struct programs *ret, struct fault *fault) {
    /* asked for a field that is not there, Avro C crashes */
    if (schema->kind == RECORD_CASE_FILE || schema->kind == RECORD_CLUE)
        TRY(walk_program_new(avro_schema_array_items(avro_schema_record_field_get(schema->schema, "parties")),
                             party_paths, PARTY_FIELDS, &ret->party, fault));
    return walk_program_new(schema->schema, paths, CONTENT_FIELDS, &ret->record, fault);
}

enum outcome content_read(struct content_reader *reader, const struct schema_entry *schema, struct bytes value,
                          struct content *ret, struct fault *fault) {
    uint32_t id = 0;
    struct bytes body;
    if (schema->id >= SCHEMAS_MAX)
        return fault_set(fault, REFUSE, "SCHEMA_UNKNOWN", "schema id %u is beyond the register's", schema->id);
    struct programs *programs = &reader->of[schema->id];
    if (!programs->record) TRY(make(schema, programs, fault));
    TRY(frame_open(value, &id, &body, fault));
    ret->party = programs->party;
    return walk_run(programs->record, body, ret->fields, fault);
}
