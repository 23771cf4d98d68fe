/* 单位配置: a profile as it is once loaded, for the mapping (map_*.c) only; the engine sees engine/convert.h. Grammar:
 * docs/ADAPTERS.md. Job of profile*.c: read the YAML, resolve every name (canonical path, table, unit, event, agency)
 * so that the mapping never meets an unknown one, and refuse every mistake at file:line:column. Memory: everything
 * lives in the profile's arena and is read-only once loaded. Threads: any. Texts are NUL-terminated UTF-8. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_PROFILE_PROFILE_H
#define ECOCASE_ADAPTERS_CONVERSION_PROFILE_PROFILE_H
#include "adapters/conversion/conversion.h"
#include "adapters/formats/format.h"

enum value_kind {
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_AGENCY,
    VALUE_AGENCIES,
    VALUE_SYMBOL /* enumeration */,
    VALUE_TIME,
    VALUE_AMOUNT /* fen */,
    VALUE_NUMBER,
    VALUE_COUNT /* whole, from 0 */
};
enum group_kind {
    GROUP_PARTIES,
    GROUP_ITEMS,
    GROUP_FACTS,
    GROUP_PENALTIES,
    GROUP_DOCUMENTS,
    GROUP_NATIVE,
    GROUP_REASONS,
    GROUP_CLOCKS,
    GROUP_AREA,
    GROUP_TASKS,
    GROUP_COUNT
};
#define GROUP_NONE        GROUP_COUNT
#define IN_CASE           1u
#define IN_STEP           2u
#define IN_NOTICE         4u
#define IN_CLUE           8u
#define IN_CLUE_STEP      16u
#define IN_OPERATION      32u
#define IN_OPERATION_STEP 64u

/* 规范字段: one row of the canonical table (canonical.c's counterpart for mapping), the only list of what a profile may
 * name. */
struct canonical_field {
    /* "envelope.document_no", "title", "inbox.role", "reasons.text"; in a group: the member, "name" */
    const char *path;
    enum group_kind group; /* GROUP_NONE: a field of the record itself */
    enum value_kind kind;
    unsigned records;           /* IN_* */
    bool sent;                  /* may be filled from a file; others exist when receiving only */
    bool needed;                /* in a group: must be mapped and filled */
    const char *const *symbols; /* VALUE_SYMBOL: ends with NULL */
};
/* NULL: no such field */
const struct canonical_field *canonical_find(const char *path, enum group_kind group);
const struct canonical_field *canonical_at(size_t index); /* NULL: behind the last */
const char *canonical_group_name(enum group_kind kind);
/* The record kinds that agencies send and get, as bits; 0: none of theirs. And back, with the name. */
unsigned canonical_record(enum record_kind kind);
enum record_kind canonical_kind(unsigned record);
const char *canonical_record_name(unsigned record);
unsigned canonical_group_records(enum group_kind kind);
struct mapped_group;
/* a needed member that the group does not map; NULL: none */
const char *canonical_missing(const struct mapped_group *group);

#define MAX_PATH 16u /* names of one path */
/* csv: one name, the column. numbers: of the names in the profile's numbering; NULL: of a path that only writes. */
struct native_path {
    const char *const *names;
    size_t count;
    bool absolute;
    const char *text;
    const uint32_t *numbers;
};
struct code_row {
    const char *native, *canonical;
};
/* open: what is not listed stands as it is */
struct code_table {
    const char *name;
    const struct code_row *rows;
    size_t count;
    bool open;
};
struct texts {
    const char *const *at;
    size_t count;
}; /* the first is the one written */
/* canonical = native * multiply / divide */
struct unit_pair {
    const char *native, *canonical;
    int64_t multiply, divide;
};
struct mapped_field {
    const struct canonical_field *canonical;
    bool placed; /* has a native path; else `constant` */
    struct native_path at;
    bool required, bare;
    const char *constant, *otherwise; /* canonical text; NULL: none */
    const struct code_table *table;
    /* dates: this field's or the format's; count 0: the built-in forms. separators: count 0: none */
    struct texts dates, separators;
    const struct unit_pair *unit; /* NULL: as it stands. Amounts: 元 or 万元, canonical fen */
};
struct fact_rule;
/* unit_text: canonical, or the code that is counted (code:). rule: of facts.yaml; NULL: not canonical, travels as it
 * is. table: of a code or a truth. */
struct mapped_fact {
    const char *name;
    struct native_path at;
    const struct unit_pair *unit;
    const char *unit_text;
    bool required;
    const struct fact_rule *rule;
    const struct code_table *table;
};
struct mapped_group {
    enum group_kind kind;
    bool placed;
    struct native_path at;
    const struct mapped_field *fields;
    size_t field_count;
    struct texts split;
    bool distinct;
};
struct mapped_places;
struct fixed_text {
    struct native_path at;
    struct texts texts;
};
struct mapped_message {
    const char *event;
    unsigned record; /* one of IN_* */
    bool sends, receives, opens;
    const struct fixed_text *when;
    size_t when_count;
    const struct fixed_text *constants;
    size_t constant_count;
    struct texts files;
    /* own before those of blocks; each canonical path once */
    const struct mapped_field *fields;
    size_t field_count;
    const struct mapped_fact *facts;
    size_t fact_count;
    const struct mapped_group *groups;
    size_t group_count;
    const struct native_path *rest; /* NULL: none */
    /* of a file that sends: all that the message names (map_unmapped.c) */
    const struct mapped_places *places;
};
struct privacy;
/* 不外发: a canonical field, or a whole group (field NULL), that never leaves the agency. */
struct withheld {
    const struct canonical_field *field;
    enum group_kind group;
};
struct event_mask {
    const char *event;
    const struct mask *mask;
};
struct profile {
    struct arena *arena;
    struct settings *settings; /* owns the texts */
    const struct directory *directory;
    const struct catalogue *catalogue;
    const struct participant *agency;
    struct format format;
    struct numbering *numbering; /* of all names of native paths; the format's */
    struct xml_schema *schema;   /* of format.schema; owned */
    const char *extension;
    struct native_path record, key; /* count 0: none */
    bool has_key;
    struct texts dates, list, files;
    int64_t attachment_wait_ms, attachment_inside, attachment_chunk;
    bool identifiers_stop;       /* wrong identifiers stop a file; else the broker remarks on them */
    struct privacy *privacy;     /* engine/privacy.h; owned */
    const struct mask *masks[4]; /* by privacy_arrivals */
    const struct event_mask *event_masks;
    size_t event_mask_count;
    const struct withheld *withheld;
    size_t withheld_count;
    const struct code_table *tables;
    size_t table_count;
    /* built in: the Chinese names of facts.yaml and of its codes, open */
    struct code_table facts, fact_codes;
    const struct mapped_message *messages;
    size_t message_count;
};

/* Every mistake of a profile at once (at most 200), in the order of the file; 0: profile_load takes it. */
size_t profile_check(const char *name, struct bytes yaml, const struct directory *directory,
                     const struct catalogue *catalogue, struct arena *arena, const struct fault **ret);
/* profile_load of a text; `name` is what its faults call it. */
MUST_USE enum outcome profile_parse(const char *name, struct bytes yaml, const struct directory *directory,
                                    const struct catalogue *catalogue, struct profile **ret, struct fault *fault);

/* ---- scalar.c: one native text <-> one canonical text, pure. `text` is already trimmed. REFUSE: FIELD_DATE,
 * FIELD_AMOUNT, FIELD_NUMBER, FIELD_CODE, UNKNOWN_RECIPIENT with fault->field left to the caller. Results live in the
 * arena. */
struct bytes scalar_trim(struct bytes text); /* spaces, tabs, line ends, U+3000, U+00A0, U+FEFF */
/* full-width digits . , : - to ASCII */
struct bytes scalar_half_width(struct bytes text, struct arena *arena);
MUST_USE enum outcome scalar_time(struct bytes text, const struct texts *patterns, struct arena *arena, instant *ret,
                                  struct fault *fault);
struct bytes scalar_time_text(instant at, const struct texts *patterns, struct arena *arena);
MUST_USE enum outcome scalar_amount(struct bytes text, const struct unit_pair *unit, struct arena *arena,
                                    int64_t *ret_fen, struct fault *fault);
struct bytes scalar_amount_text(int64_t fen, const struct unit_pair *unit, struct arena *arena);
MUST_USE enum outcome scalar_number(struct bytes text, const struct unit_pair *unit, struct arena *arena, double *ret,
                                    struct fault *fault);
struct bytes scalar_number_text(double number, const struct unit_pair *unit, struct arena *arena);
/* The table's other side; a native text that is not listed is refused, a canonical one is given back as it is. table
 * NULL: as it is. */
MUST_USE enum outcome scalar_code(struct bytes text, const struct code_table *table, struct arena *arena,
                                  struct bytes *ret, struct fault *fault);
struct bytes scalar_code_text(struct bytes canonical, const struct code_table *table);
MUST_USE enum outcome scalar_agency(struct bytes text, const struct code_table *table,
                                    const struct directory *directory, struct arena *arena,
                                    const struct participant **ret, struct fault *fault);
struct bytes scalar_agency_text(struct bytes slug, const struct code_table *table, const struct directory *directory);
/* Splits at any of the separators, trims, drops empty parts unless `keep_empty` (split groups need the count). */
const struct bytes *scalar_split(struct bytes text, const struct texts *separators, bool keep_empty,
                                 struct arena *arena, size_t *ret_count);
/* NULL: no such pair. ("元","fen"), ("万元","fen"), ("市斤","kg") … */
const struct unit_pair *scalar_unit(const char *native, const char *canonical);
bool scalar_is_time_pattern(const char *pattern);
/* the same text, two times */
bool scalar_time_ambiguous(const char *one, const char *other, struct arena *arena);
#endif
