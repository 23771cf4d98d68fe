/* XSD: the schema that an agency gives for its XML. Job: load it once, hold files against it. Nothing but the given
 * file is ever read: a schema that includes or imports another, and what an instance's xsi:schemaLocation names, is not
 * fetched. Threads: a schema is read-only once loaded. Memory: owned until xml_schema_free. */
#ifndef ECOCASE_ADAPTERS_FORMATS_XML_SCHEMA_H
#define ECOCASE_ADAPTERS_FORMATS_XML_SCHEMA_H
#include "adapters/formats/format.h"

struct xml_schema;
/* REFUSE FILE_READ, TOO_LARGE, XML_SYNTAX, XML_SCHEMA with line and column of the schema's file. */
MUST_USE enum outcome xml_schema_load(const char *path, struct xml_schema **ret, struct fault *fault);
void xml_schema_free(struct xml_schema *schema);
#endif
