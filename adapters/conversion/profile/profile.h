/* 单位配置: what one agency's files look like. Grammar: docs/ADAPTERS.md. Job: load a profile, refuse every mistake in
 * it at file:line:column, and answer what the engine asks of it; what the mapping reads of it is mapped.h. Memory:
 * owned by the profile, read-only once loaded. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_PROFILE_PROFILE_H
#define ECOCASE_ADAPTERS_CONVERSION_PROFILE_PROFILE_H
#include "base/arena.h"
#include "wire/catalogue.h"
#include "wire/directory.h"

struct profile;
MUST_USE enum outcome profile_load(const char *path, const struct directory *directory,
                                   const struct catalogue *catalogue, struct profile **ret, struct fault *fault);
void profile_free(struct profile *profile);
const char *profile_agency(const struct profile *profile);    /* slug */
const char *profile_extension(const struct profile *profile); /* of the files written, without the dot */
/* How long (ms) attachments named by a case file are waited for before MISSING_ATTACHMENT; default 30000. */
int64_t profile_attachment_wait_ms(const struct profile *profile);
/* Bytes of attachments that travel inside the record (those that fit, in the case file's order; the others go in
 * chunks), and the size of a chunk; defaults LIMIT_ATTACHMENTS and LIMIT_CHUNK, which are the most as well. */
size_t profile_attachment_inside(const struct profile *profile);
int32_t profile_attachment_chunk(const struct profile *profile);
/* Does a file of this name belong to this profile at all (its extension/pattern)? Others end in failed/ UNKNOWN_FORMAT.
 */
bool profile_takes(const struct profile *profile, const char *file_name);
/* For transports that carry texts. PROFILE_JSON: each file is one JSON document; PROFILE_BINARY: no text (DBF, XLSX).
 */
enum profile_form { PROFILE_BINARY, PROFILE_TEXT, PROFILE_JSON };
enum profile_form profile_form(const struct profile *profile);
/* Every mistake of a profile at once (at most 200), in the order of the file; 0: profile_load takes it. */
size_t profile_check(const char *name, struct bytes yaml, const struct directory *directory,
                     const struct catalogue *catalogue, struct arena *arena, const struct fault **ret);
/* profile_load of a text; `name` is what its faults call it. */
MUST_USE enum outcome profile_parse(const char *name, struct bytes yaml, const struct directory *directory,
                                    const struct catalogue *catalogue, struct profile **ret, struct fault *fault);
struct privacy;
const struct privacy *profile_privacy(const struct profile *profile); /* the table of masks, canonical/privacy.h */
/* The mask (canonical/privacy.h) under which this agency's files show what came in this role (unknown: as a copy).
 * NULL: all is shown. */
struct mask;
const struct mask *profile_mask(const struct profile *profile, const char *role, struct bytes event);
#endif
