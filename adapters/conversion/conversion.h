/* 转换, the door of the rooms below (formats, scalar, canonical, profile, mapping): native files into canonical records
 * and back. Pure but for reading what it is given: no Kafka, no journal, no clock. Threads: a profile is read-only once
 * loaded. Memory: results live in the arena. An executable takes conversion_double.c in its place by its target's
 * property ECOCASE_CONVERSION (adapters/conversion/CMakeLists.txt). */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CONVERSION_H
#define ECOCASE_ADAPTERS_CONVERSION_CONVERSION_H
#include "adapters/conversion/mapping/case_file.h"
#include "adapters/conversion/profile/profile.h"
#include "base/buffer.h"

/* A native file <-> its text in UTF-8 without byte order mark. REFUSE: ENCODING, TOO_LARGE. */
MUST_USE enum outcome conversion_to_text(const struct profile *profile, struct bytes file, struct arena *arena,
                                         struct bytes *ret, struct fault *fault);
MUST_USE enum outcome conversion_from_text(const struct profile *profile, struct bytes text, struct buffer *into,
                                           struct fault *fault);

const char *conversion_media_type(struct bytes file_name); /* by its extension */

/* ---- native -> canonical ------------------------------------------------------------------------------------------
 */
struct draft; /* a parsed and mapped case file, not yet addressed by ids */
/* Parses and maps. REFUSE with a reason code, field, line and column of the native file. */
MUST_USE enum outcome conversion_read(const struct profile *profile, const char *file_name, struct bytes native,
                                      struct arena *arena, struct draft **ret, struct fault *fault);
/* Of a file that conversion_read refused with `first`: all its faults, `first` among them, at most a hundred, and
 * whether a message was found in it, so that it is a case file and no other's attachment. */
struct file_faults {
    bool recognised;
    const struct fault *at;
    size_t count;
};
struct file_faults conversion_faults(const struct profile *profile, const char *file_name, struct bytes native,
                                     const struct fault *first, struct arena *arena);
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
void conversion_view(const struct draft *draft, struct draft_view *ret);
/* The value (frame + Avro binary). REFUSE: UNKNOWN_RECIPIENT, TOO_LARGE, FIELD_* ... */
MUST_USE enum outcome conversion_write(const struct profile *profile, const struct draft *draft,
                                       const struct address *address, const struct attachment *attachments,
                                       size_t attachment_count, struct buffer *ret_value, struct fault *fault);
/* ---- canonical -> native -------------------------------------------------------------------------------------------
 */
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
