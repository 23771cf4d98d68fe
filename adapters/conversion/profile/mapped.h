/* 单位配置, loaded: what the mapping reads of a profile; nobody else. Every name is resolved (canonical path, table,
 * unit, event, agency), so that the mapping never meets an unknown one. Memory: everything lives in the profile's arena
 * and is read-only once loaded. Threads: any. Texts are NUL-terminated UTF-8. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_PROFILE_MAPPED_H
#define ECOCASE_ADAPTERS_CONVERSION_PROFILE_MAPPED_H
#include "adapters/conversion/canonical/canonical.h"
#include "adapters/conversion/profile/profile.h"
#include "adapters/conversion/scalar/scalar.h"
#include "adapters/formats/format.h"

#define MAX_PATH 16u /* names of one path */
/* csv: one name, the column. numbers: of the names in the profile's numbering; NULL: of a path that only writes. */
struct native_path {
    const char *const *names;
    size_t count;
    bool absolute;
    const char *text;
    const uint32_t *numbers;
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
    bool rest_shared;               /* the profile's, not its own: rows have the column only where it says something */
    /* of a file that sends: all that the message names */
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
    const struct native_path *rest; /* of every message that is received and has none of its own; NULL: none */
    bool has_key;
    struct texts dates, list, files;
    int64_t attachment_wait_ms, attachment_inside, attachment_chunk;
    bool identifiers_stop;       /* wrong identifiers stop a file; else the broker remarks on them */
    struct privacy *privacy;     /* owned */
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

/* ---- mapped_places.c: every place that a message names, so that what it does not name is known. Of a name; first of
 * the places below it, next beside it: 0: none. closed: whose it is. Of who reported, and of what is withheld, nothing
 * leaves in the open: neither the field nor what stands around and below it, where nothing else is mapped. */
enum mapped_closed { MAPPED_OPEN, MAPPED_REPORTER, MAPPED_WITHHELD };
struct mapped_place {
    uint32_t number, first, next;
    bool mapped;
    enum mapped_closed closed;
};
/* top: by number, the place where a path begins; 0: none does */
struct mapped_places {
    struct mapped_place *at;
    uint32_t count, *top, top_count;
};
const struct mapped_places *mapped_places_of(const struct profile *profile, const struct mapped_message *message,
                                             struct arena *arena);
/* The place of that name below another, 0: none. */
uint32_t mapped_places_below(const struct mapped_places *places, uint32_t from, uint32_t number);

/* ---- mapped_shown.c: what a file shows of a record. Two paths of one message that mean one place, which holds what is
 * written to it first. */
bool mapped_same_place(const struct profile *profile, const struct native_path *a, const struct native_path *b);
/* What `when` and `constants` always write stands at that place of the record. */
bool mapped_always_written(const struct profile *profile, const struct mapped_message *message,
                           const struct native_path *at);
/* A group whose items all have a place; else only the first has (xml, json without `at`), or none. */
bool mapped_shows_items(const struct profile *profile, const struct mapped_group *group);
/* Needs no place: `when` says it, or it only says how the record came, or the paper itself shows it. */
bool mapped_needs_no_place(const char *path, enum group_kind group);
#endif
