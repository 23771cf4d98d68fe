/* 文件名: names for the files ecocase gives an agency. Job: whatever stands in a record, the name is one plain file
 * name that Windows and Linux both take: no path, no control or shell characters, no leading dot, valid UTF-8, short
 * enough.
 * `<event>_<document no>_<lane>-<sequence>` for a case file, `<stem>_<n>_<original name>` for its attachments. Pure. */
#ifndef ECOCASE_ADAPTERS_SPOOL_NAME_H
#define ECOCASE_ADAPTERS_SPOOL_NAME_H
#include "base/arena.h"

/* bytes; ext4 takes 255, the rest is for what makes a name unique, .error and .receipt.json */
#define FILE_NAME_MAX 240u
struct name_place {
    int32_t lane;
    int64_t generation, sequence;
};
/* The first generation is not written, a later one (after a restore) as `<lane>-<sequence>g<generation>`: names never
 * come back. */
const char *name_stem(struct bytes event, struct bytes document_no, const struct name_place *place,
                      struct arena *arena);
const char *name_case_file(const char *stem, struct bytes extension, struct arena *arena);
const char *name_attachment(const char *stem, size_t nth, struct bytes original, struct arena *arena);
/* Is this a plain name of a file that may lie in a folder of ours: not empty, no '/', no leading dot, not too long. */
bool name_plain(struct bytes name);
/* Names under which nobody hands anything in: hidden ones, uploads under way (.tmp, .part, .filepart of WinSCP …), what
 * editors lay beside a file (~, ~$ of Office and WPS), what Windows leaves in folders. */
bool name_passed_over(struct bytes name);
/* Can this be the name of a file in outbox/: plain, UTF-8, no control characters, at most NAME_OUTBOX_MAX bytes, not
 * one that the spool passes over. */
#define NAME_OUTBOX_MAX 200u
bool name_outbox(struct bytes name);
/* `name` with "~<n>" before its last extension: a.csv, 2 -> a~2.csv. */
const char *name_again(struct bytes name, unsigned n, struct arena *arena);
#endif
