/* 映射, inside of the conversion: what a case file says, between its native tree and Avro. One pivot, struct
 * map_record, is filled from a native tree and written as Avro (sending), or filled from Avro and written as a native
 * tree (receiving). Pure. Memory: everything lives in the caller's arena. Threads: any. Not for the engine. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_H
#define ECOCASE_ADAPTERS_CONVERSION_MAPPING_MAP_H
#include "adapters/conversion/mapping/case_file.h"
#include "adapters/conversion/profile/value.h"

/* Only what is filled: an empty text, an absent time are no value. */
struct map_item {
    struct value *values;
    size_t count, capacity;
    bool has_content; /* documents, read from a record: the paper itself */
    struct bytes content;
    const struct chunked *chunked; /* has_content, and the paper lies in chunks */
    uint64_t mark;                 /* map_mark, of items that are told apart by it first */
};
struct map_group {
    struct map_item *items;
    size_t count, capacity;
};
struct map_record {
    const char *event;
    unsigned record /* IN_* */;
    struct map_item own;
    struct map_group groups[GROUP_COUNT];
};

void map_add(struct map_item *item, const struct value *value, struct arena *arena);
struct map_item *map_append(struct map_group *group, struct arena *arena);
/* NULL: not filled. */
const struct value *map_get(const struct map_item *item, const char *path);
struct bytes map_text(const struct map_item *item, const char *path);
bool map_equal(const struct map_item *a, const struct map_item *b);
/* the same of equal items, in whatever order their values stand */
uint64_t map_mark(const struct map_item *item);

/* ---- map_place.c: native paths -------------------------------------------------------------------------------------
 */
struct map_nodes {
    const struct node **at;
    size_t count, capacity;
};
/* Where paths start. bases: the record, a group's node, or rows. */
struct map_scope {
    const struct node *root;
    const struct node *const *bases;
    size_t base_count;
    const char *name;
};
/* One after the other, without a list; *walk begins as {scope, path}. NULL: no further one. */
struct map_walk {
    const struct map_scope *scope;
    const struct native_path *path;
    size_t base, depth;
    const struct node *at[MAX_PATH + 1];
};
const struct node *map_next(struct map_walk *walk);
struct map_nodes map_find(const struct map_scope *scope, const struct native_path *path, struct arena *arena);
/* The node at the path, made where it does not exist; `again`: a further one of the last name. */
struct node *map_put(struct node *root, struct node *base, const struct native_path *path, bool again,
                     struct arena *arena);

/* ---- reading --------------------------------------------------------------------------------------------------------
 */
struct map_reading {
    const struct profile *profile;
    const struct mapped_message *message;
    struct arena *arena;
    struct map_scope record;
    bool rows; /* the bases are rows of one case (csv, fixed, dbf, xlsx, json lines) */
    struct fault *fault;
    struct map_faults *all; /* NULL: the first fault ends the reading */
};
/* Faults of a file that do not keep the rest of it from being read. Memory: the reading's arena. */
struct map_faults {
    struct fault *at;
    size_t count;
};
#define MAP_FAULTS_MAX 100u /* of one file: more than a person mends before trying again */
/* What to do after a part of the file: go on (OK, a fault is noted), or leave with the outcome. */
MUST_USE enum outcome map_noted(const struct map_reading *reading, enum outcome outcome);
MUST_USE enum outcome map_choose(struct map_reading *reading, const char *file_name); /* map_choose.c */
/* map_read.c */
MUST_USE enum outcome map_read_record(const struct map_reading *reading, struct map_record *ret);
/* map_groups.c */
MUST_USE enum outcome map_read_groups(const struct map_reading *reading, struct map_record *into);
/* One fact of the list; facts of repeated parts in the canonical unit where they can be. */
/* map_fact.c */
MUST_USE enum outcome map_read_fact(const struct map_reading *reading, const struct mapped_fact *fact,
                                    struct map_record *into);
void map_settle_facts(const struct profile *profile, struct map_group *facts);
/* The identifiers of a record that was read (wire/finding.h); the first wrong one is refused where it stands in the
 * file. */
/* map_check.c */
MUST_USE enum outcome map_check(const struct map_reading *reading, const struct map_record *record);
/* map_unmapped.c */
MUST_USE enum outcome map_read_unmapped(const struct map_reading *reading, struct map_record *into);
/* One field of a scope; unfilled: ret->field NULL. */
MUST_USE enum outcome map_read_field(const struct map_reading *reading, const struct map_scope *scope,
                                     const struct mapped_field *field, struct value *ret);
/* The one text at a path, however many rows or elements say it; empty: none says anything. FIELD_CONFLICT where two
 * differ. */
MUST_USE enum outcome map_read_text(const struct map_reading *reading, const struct map_scope *scope,
                                    const struct native_path *path, struct bytes *ret, const struct node **ret_node);
/* Notes where a value was read. */
void map_placed(struct value *value, const struct map_scope *scope, const struct native_path *at,
                const struct node *node);
/* Puts path, line and column to a fault that is set. `node` NULL: the scope's own. */
enum outcome map_fault(const struct map_reading *reading, const struct map_scope *scope, const struct native_path *path,
                       const struct node *node);

/* ---- Avro -----------------------------------------------------------------------------------------------------------
 */
/* Under the mask that the profile has for what came in this role. */
MUST_USE enum outcome map_decode(const struct profile *profile, struct bytes value, const char *role,
                                 struct arena *arena, struct map_record *ret, struct fault *fault);
/* map_encode.c: without its frame, into `into`. papers: in the order of the documents that name a file. */
struct map_encoding {
    const struct map_record *record;
    const struct profile *profile;
    const struct address *address;
    const struct attachment *papers;
    struct arena *arena;
    struct buffer *into;
    struct fault *why; /* of a buffer that took no more; else untouched */
};
MUST_USE enum outcome map_encode(const struct map_encoding *encoding, struct fault *fault);
const char *map_media_type(struct bytes file_name); /* by its extension */

/* ---- writing --------------------------------------------------------------------------------------------------------
 */
struct map_writing {
    const struct profile *profile;
    const struct mapped_message *message;
    const struct map_record *record;
    struct map_group facts; /* those that no single field of the message takes */
    struct arena *arena;
};
/* map_render.c: how a record came, and its papers' names as they will lie beside the case file, become part of it; then
 * the message of the profile, or the built-in one, is chosen and written. */
void map_add_inbox(struct map_record *record, const struct inbox_facts *facts, struct arena *arena);
void map_name_papers(struct map_group *documents, const struct bytes *names, size_t count, struct arena *arena);
MUST_USE enum outcome map_render(struct map_writing *writing, struct buffer *into, struct fault *fault);
struct node *map_write_tree(struct map_writing *writing);  /* map_write.c: xml, json */
struct node *map_write_rows(struct map_writing *writing);  /* map_rows.c: rows of cells, sheets */
struct node *map_write_lines(struct map_writing *writing); /* map_write.c: json lines */
/* map_items.c */
size_t map_row_count(const struct map_writing *writing);
/* The items of a group that the message writes as a group. */
const struct map_group *map_write_group(const struct map_writing *writing, enum group_kind kind);
/* One field's text; empty: the item has none. */
struct bytes map_write_text(const struct map_writing *writing, const struct mapped_field *field,
                            const struct map_item *item);
/* One column of a split group: the values of all items in one text. */
struct bytes map_write_split(const struct map_writing *writing, const struct mapped_group *group,
                             const struct mapped_field *field);
bool map_fact_takes(const struct mapped_fact *fact, const struct map_item *item);
/* Text of one fact of the list, empty where the record has none such. */
struct bytes map_write_fact(const struct map_writing *writing, const struct mapped_fact *fact);
/* Every filled value that the message has no place for, in one text. */
struct bytes map_rest(const struct map_writing *writing); /* map_rest.c */
/* 内置映射 of a record kind, and how it calls a canonical path (map_builtin.c). */
const struct mapped_message *map_builtin(const struct profile *profile, const struct map_record *record,
                                         struct arena *arena);
#endif
