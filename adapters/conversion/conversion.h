/* The seam between the adapter's engine (journal, spool, Kafka) and what turns native files into canonical records and
 * back (profile + formats). Pure but for reading what it is given: no Kafka, no journal, no clock. Threads: a profile
 * is read-only once loaded. Memory: results live in the arena. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CONVERSION_H
#define ECOCASE_ADAPTERS_CONVERSION_CONVERSION_H
#include "adapters/chunks/chunk.h"
#include "adapters/conversion/profile/profile.h"
#include "wire/record.h"
#include "base/buffer.h"

struct seal;
/* A native file <-> its text in UTF-8 without byte order mark. REFUSE: ENCODING, TOO_LARGE. */
MUST_USE enum outcome conversion_to_text(const struct profile *profile, struct bytes file, struct arena *arena,
                                         struct bytes *ret, struct fault *fault);
MUST_USE enum outcome conversion_from_text(const struct profile *profile, struct bytes text, struct buffer *into,
                                           struct fault *fault);

const char *conversion_media_type(struct bytes file_name); /* by its extension */

/* ---- native -> canonical ------------------------------------------------------------------------------------------
 */
/* as the case file names them */
struct attachment_need {
    struct bytes file_name;
    struct bytes title;
    struct bytes code;
};
struct draft; /* a parsed and mapped case file, not yet addressed by ids */
/* Parses and maps. REFUSE with a reason code, field, line and column of the native file. */
MUST_USE enum outcome conversion_read(const struct profile *profile, const char *file_name, struct bytes native,
                                      struct arena *arena, struct draft **ret, struct fault *fault);
/* 附表文件: what lies beside a case file (`native`) of this format and says something of it (dbf: NAME.cpg, its code
 * page; needed where the profile has it so and the table itself does not say). False: nothing does. */
struct conversion_sidecar {
    struct bytes name;
    bool needed;
};
bool conversion_sidecar(const struct profile *profile, struct bytes file_name, struct bytes native, struct arena *arena,
                        struct conversion_sidecar *ret);
/* REFUSE/"DBF_SYNTAX": it contradicts the profile. */
MUST_USE enum outcome conversion_sidecar_check(const struct profile *profile, struct bytes content,
                                               struct fault *fault);
struct draft_view {
    const char *event;        /* "REF.SEND" */
    bool opens;               /* opens a referral (REF.SEND, REV.SEND, JUR.FORWARD): needs no citation */
    struct bytes document_no; /* own number */
    struct bytes case_no;     /* own case number, may be empty */
    const struct bytes *cites;
    size_t cite_count; /* the other side's numbers */
    const struct attachment_need *needs;
    size_t need_count;
    instant business_time;
};
void conversion_view(const struct draft *draft, struct draft_view *ret);
/* In the order of `needs`. chunked: NULL, or where the paper lies in chunks; then content is empty. */
struct attachment {
    struct bytes file_name;
    struct bytes content;
    const struct chunked *chunked;
};
struct address { /* what the engine found in its journal, or derived */
    struct uuid message_id, case_id, referral_id, parent_referral_id, in_reply_to; /* nil: null */
    const struct seal *seal; /* under which who reported is sealed; NULL: it is left out */
    /* sender of the cited message: default recipient of an answer; NULL when opening */
    const struct participant *answer_to;
};
/* The value (frame + Avro binary). REFUSE: UNKNOWN_RECIPIENT, TOO_LARGE, FIELD_* ... */
MUST_USE enum outcome conversion_write(const struct profile *profile, const struct draft *draft,
                                       const struct address *address, const struct attachment *attachments,
                                       size_t attachment_count, struct buffer *ret_value, struct fault *fault);
/* ---- canonical -> native -------------------------------------------------------------------------------------------
 */
struct native_file {
    struct bytes name;
    struct bytes content;
    const struct chunked *chunked; /* as in struct attachment */
};
struct native_case {
    struct bytes extension; /* "csv", without the dot */
    struct bytes content;   /* the case file */
    struct bytes sidecar;   /* of the .cpg file beside it; empty: none is written */
    /* names as in the record, made safe by the engine */
    const struct native_file *attachments;
    size_t attachment_count;
};
struct inbox_facts {
    int32_t lane;
    int64_t sequence;
    const char *role; /* to|copy|notice */
};
/* `value` must have passed record_read. `attachment_names[i]` are the final names of the record's i-th document with
 * content, for the case file to mention. What the profile's mask for that role hides is neither in the file nor among
 * the attachments. */
MUST_USE enum outcome conversion_render(const struct profile *profile, struct bytes value,
                                        const struct inbox_facts *facts, const struct bytes *attachment_names,
                                        size_t attachment_count, struct arena *arena, struct native_case *ret,
                                        struct fault *fault);
/* Names and contents of the record's documents with content, or with chunks, before rendering (so that the engine can
 * name them). */
MUST_USE enum outcome conversion_attachments(const struct profile *profile, struct bytes value, const char *role,
                                             struct arena *arena, const struct native_file **ret, size_t *ret_count,
                                             struct fault *fault);
#endif
