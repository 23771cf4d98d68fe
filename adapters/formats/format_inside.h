/* What each format does, for format.c: read what the reading holds as a tree, write a tree. Failures: as format.h says.
 */
#ifndef ECOCASE_ADAPTERS_FORMATS_FORMAT_INSIDE_H
#define ECOCASE_ADAPTERS_FORMATS_FORMAT_INSIDE_H
#include "adapters/formats/reading_inside.h"

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
MUST_USE enum outcome jsonl_write(const struct format *format, const struct node *root, struct buffer *into,
                                  struct fault *fault);
MUST_USE enum outcome json_write(const struct format *format, const struct node *root, struct buffer *into,
                                 struct fault *fault);
/* A whole JSON number, true or false: what may be written without quotes. */
bool json_is_bare(struct bytes text);
#endif
