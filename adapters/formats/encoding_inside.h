/* 编码, inside of the formats: a file's bytes <-> UTF-8. Job: decode what comes by its mark or as the profile says,
 * encode what is written. Memory: the arena, the buffer. Threads: any. REFUSE: ENCODING; FATAL: no converter. */
#ifndef ECOCASE_ADAPTERS_FORMATS_ENCODING_INSIDE_H
#define ECOCASE_ADAPTERS_FORMATS_ENCODING_INSIDE_H
#include "adapters/formats/format.h"

/* UTF-8 of the file, in the arena: by its byte order mark if it has one, else as the profile says. REFUSE ENCODING with
 * the place of the first byte that is wrong, and what the file seems to be. */
MUST_USE enum outcome encoding_decode(const struct format *format, struct bytes file, struct arena *arena,
                                      struct bytes *ret, struct fault *fault);
/* The same for a part of a file, which has no mark and is too short to be told apart. */
MUST_USE enum outcome encoding_decode_plain(const struct format *format, struct bytes text, struct arena *arena,
                                            struct bytes *ret, struct fault *fault);
/* The charset that a byte order mark names; NULL: there is none. */
const char *encoding_marked(struct bytes file);
const char *encoding_charset(const struct format *format);
bool encoding_looks_utf8(struct bytes text);
/* A file that we wrote in GB18030 and that would be read as UTF-8: text that some wrong encoding has made before it
 * came to us. */
bool encoding_doubtful(const struct format *format, struct bytes file);
struct bytes encoding_gb18030_mark(void);
/* The same for what is UTF-8 already and stays where it is. */
MUST_USE enum outcome encoding_check(struct bytes file, struct bytes *ret, struct fault *fault);
/* The text (valid UTF-8) in the format's encoding. REFUSE TOO_LARGE only. */
MUST_USE enum outcome encoding_encode(const struct format *format, struct bytes text, struct buffer *into,
                                      struct fault *fault);
/* The character at `from`, or U+FFFD where none is; moves `from` behind it. `from` < text.count. */
struct bytes encoding_next(struct bytes text, size_t *from);
#define ENCODING_REPLACEMENT BYTES_LITERAL("\xef\xbf\xbd")

/* Bytes that the character at `from` of a text in the format's encoding takes there. `from` < encoded.count. */
size_t encoding_step(const struct format *format, struct bytes encoded, size_t from);
#endif
