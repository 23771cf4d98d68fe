/* Between native.c and the formats: one reading of one file, and what each format does. Job: count nodes, know places,
 * refuse with them. Memory: the arena. Threads: a reading belongs to one. The format's text is UTF-8 already
 * (encoding.c), without byte order mark and NUL. Failures: as format.h says. */
#ifndef ECOCASE_ADAPTERS_FORMATS_READING_INSIDE_H
#define ECOCASE_ADAPTERS_FORMATS_READING_INSIDE_H
#include "adapters/formats/format.h"

struct place {
    size_t offset;
    uint32_t line, column;
};
/* Moves to that offset of the text; backwards by counting anew. Columns count characters. */
void place_move(struct place *place, struct bytes text, size_t offset);

struct format_reading {
    const struct format *format;
    /* file: as it came, for dbf and xlsx, which are no text, and for widths in bytes */
    struct bytes text, file;
    struct arena *arena;
    struct fault *fault;
    struct place place;
    uint32_t nodes;
};
/* A new last child of `parent` (NULL: the root) whose value begins at `offset`; REFUSE TOO_MANY. */
MUST_USE enum outcome reading_node(struct format_reading *r, struct node *parent, struct bytes name, size_t offset,
                                   struct node **ret);
/* The same in memory that the format has for it; its number is the format's to give. */
MUST_USE enum outcome reading_seat(struct format_reading *r, struct node *parent, struct node *node, struct bytes name,
                                   size_t offset);
/* The node's value begins at `offset`. */
void reading_place(struct format_reading *r, struct node *node, size_t offset);
/* Adds the place of `offset` to the fault just set; answers REFUSE. */
enum outcome reading_at(struct format_reading *r, size_t offset);
#define reading_refuse(r, offset, code, ...) \
    fault_as((fault_as(fault_set((r)->fault, REFUSE, code, __VA_ARGS__), REFUSE), reading_at(r, offset)), REFUSE)

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

MUST_USE enum outcome csv_read(struct format_reading *r, struct node **ret);
MUST_USE enum outcome csv_write(const struct format *format, const struct node *root, struct buffer *into,
                                struct fault *fault);
MUST_USE enum outcome xml_read(struct format_reading *r, struct node **ret);
/* r->text is well-formed. REFUSE XML_SCHEMA at the tag where the first thing that does not conform is found. */
MUST_USE enum outcome xml_schema_check(const struct xml_schema *schema, struct format_reading *r);
MUST_USE enum outcome xml_write(const struct format *format, const struct node *root, struct buffer *into,
                                struct fault *fault);
MUST_USE enum outcome fixed_read(struct format_reading *r, struct node **ret);
MUST_USE enum outcome fixed_write(const struct format *format, const struct node *root, struct buffer *into,
                                  struct fault *fault);
MUST_USE enum outcome dbf_read(struct format_reading *r, struct node **ret);
MUST_USE enum outcome dbf_write(const struct format *format, const struct node *root, struct buffer *into,
                                struct fault *fault);
MUST_USE enum outcome xlsx_read(struct format_reading *r, struct node **ret);
MUST_USE enum outcome xlsx_write(const struct format *format, const struct node *root, struct buffer *into,
                                 struct fault *fault);
MUST_USE enum outcome json_read(struct format_reading *r, struct node **ret);
MUST_USE enum outcome jsonl_read(struct format_reading *r, struct node **ret);
MUST_USE enum outcome jsonl_write(const struct node *root, struct buffer *into, struct fault *fault);
MUST_USE enum outcome json_write(const struct node *root, struct buffer *into, struct fault *fault);
/* A whole JSON number, true or false: what may be written without quotes. */
bool json_is_bare(struct bytes text);
#endif
