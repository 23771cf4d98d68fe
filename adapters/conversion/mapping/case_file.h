/* What passes between a case file and the engine: what the file says of itself, what the engine adds, what is made of a
 * record for the agency. Plain data, borrowed from the arena of the reading. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_MAPPING_CASE_FILE_H
#define ECOCASE_ADAPTERS_CONVERSION_MAPPING_CASE_FILE_H
#include "adapters/chunks/chunks.h"
#include "wire/directory.h"
#include "wire/record.h"

struct seal;
/* as the case file names them */
struct attachment_need {
    struct bytes file_name;
    struct bytes title;
    struct bytes code;
};
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
#endif
