/* 模式目录 loaded from schemas/catalogue.yaml and its .avsc files: schema id -> Avro schema and walk program. Read-only
 * once loaded; may be shared. The Avro C schema objects are reference counted inside and NOT to be incref'd from other
 * threads. */
#ifndef ECOCASE_WIRE_CATALOGUE_H
#define ECOCASE_WIRE_CATALOGUE_H
#include <avro.h>
#include "base/fault.h"
#include "base/bytes.h"
#include "wire/walk.h"

enum record_kind {
    RECORD_CASE_FILE = 1,
    RECORD_CASE_STEP,
    RECORD_NOTICE,
    RECORD_DELIVERY_REPORT,
    RECORD_TICK,
    RECORD_CLUE,
    RECORD_CLUE_STEP,
    RECORD_OPERATION,
    RECORD_OPERATION_STEP
};
struct schema_entry {
    uint32_t id;
    enum record_kind kind;
    int version;
    const char *name;      /* "CaseFile" */
    const char *full_name; /* "cn.ecocase.CaseFile" = the subject */
    struct bytes json;     /* the file's own text, byte for byte */
    avro_schema_t schema;
    const struct walk_program *program; /* fields per wire/record.h */
    const struct walk_program *items;   /* of record_items; NULL: the kind has none */
    struct schema_class *class;         /* see catalogue_class */
};
struct catalogue;
struct division_list;
struct fact_list;
MUST_USE enum outcome catalogue_load(const char *schemas_folder, struct catalogue **ret, struct fault *fault);
void catalogue_free(struct catalogue *catalogue);
/* NULL when unknown */
const struct schema_entry *catalogue_by_id(const struct catalogue *catalogue, uint32_t id);
/* An id that this catalogue lacks and a newer one may have: ids are given one by one. */
bool catalogue_may_come(const struct catalogue *catalogue, uint32_t id);
const struct schema_entry *catalogue_newest(const struct catalogue *catalogue, enum record_kind kind);
/* Avro C's class of the entry's values, made once (it costs as much as a small record) and kept with the catalogue. Any
 * thread. NULL: no memory. */
avro_value_iface_t *catalogue_class(const struct schema_entry *entry);
/* wire/division.h */
const struct division_list *catalogue_divisions(const struct catalogue *catalogue);
const struct fact_list *catalogue_facts(const struct catalogue *catalogue); /* wire/fact.h */
/* where it was loaded from: the schemas folder */
const char *catalogue_folder(const struct catalogue *catalogue);
#endif
