/* 规范字段: the fields and groups of the records that agencies send and get, as a profile names them, with the Chinese
 * names they have where no profile has words for them. Job: the table that profile, mapping and masks look things up
 * in. Pure. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CANONICAL_CANONICAL_H
#define ECOCASE_ADAPTERS_CONVERSION_CANONICAL_CANONICAL_H
#include "wire/record.h"

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

/* 规范字段: one row of the canonical table, the only list of what a profile may name. */
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
enum group_kind canonical_group_named(const char *name); /* GROUP_NONE: none */

/* ---- canonical_names.c */
struct canonical_name {
    const char *path, *zh;
};
/* All that have a name, in the order in which a person reads them. GROUP_NONE: the record's own. */
const struct canonical_name *canonical_names(enum group_kind group, size_t *ret_count);
const char *canonical_zh(const char *path, enum group_kind group); /* NULL: not in the table */
const char *canonical_group_zh(enum group_kind group);
#endif
