/* Checks XML against the agency's XSD. W3C XML Schema 1.0 as libxml2 has it, over its SAX interface, so that the place
 * of a fault is the parser's own. Whatever libxml2 would open by name is denied for the whole process: ours never asks
 * it to. */
#define _GNU_SOURCE /* memmem, memrchr */
#include "adapters/formats/xml_memory.h"
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/xml_schema.h"
#include "adapters/formats/reading_inside.h"
#include <libxml/parserInternals.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlschemas.h>
#include <pthread.h>
#include <stdlib.h>

#define SCHEMA_MAX (1u << 20)
struct xml_schema {
    xmlSchemaPtr schema;
};
struct check {
    struct format_reading *r;
    xmlParserCtxtPtr parser;
    enum outcome outcome;
};

static xmlParserInputPtr nothing(const char *url, const char *id, xmlParserCtxtPtr parser) {
    (void)url, (void)id, (void)parser;
    return NULL;
}
static void deny_files(void) {
    xml_memory_watch();
    xmlSetExternalEntityLoader(nothing);
}

static void tell(struct fault *fault, xmlErrorPtr error) {
    int count = error->message ? (int)strcspn(error->message, "\n") : 0;
    if (*fault->code) return; /* the first */
    (void)fault_set(fault, REFUSE, "XML_SCHEMA", "the schema is no XSD: %.*s", count,
                    error->message ? error->message : "");
    (void)fault_place(fault, NULL, error->line > 0 ? (uint32_t)error->line : 1, 1);
}
static void on_schema_error(void *data, xmlErrorPtr error) {
    if (error->level >= XML_ERR_ERROR) tell(data, error);
}

/* include, import, redefine: what they name would be left out. */
static enum outcome check_alone(struct bytes text, struct fault *fault) {
    const char *const names[] = {"include", "import", "redefine"};
    xmlTextReaderPtr reader = xmlReaderForMemory((const char *)text.at, (int)text.count, NULL, "UTF-8",
                                                 XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    if (!reader) return fault_set(fault, FATAL, "INTERNAL", "no memory for an XML reader");
    struct fault reported = {0};
    enum outcome outcome = OK;
    xmlTextReaderSetStructuredErrorHandler(reader, on_schema_error, &reported);
    while (xmlTextReaderRead(reader) == 1 && outcome == OK) {
        const char *name = (const char *)xmlTextReaderConstLocalName(reader),
                   *uri = (const char *)xmlTextReaderConstNamespaceUri(reader);
        bool refers = false;
        for (size_t i = 0; i < 3; i++) refers = refers || (name && strcmp(name, names[i]) == 0);
        if (!refers || !uri || strcmp(uri, "http://www.w3.org/2001/XMLSchema") != 0) continue;
        (void)fault_set(fault, REFUSE, "XML_SCHEMA", "xs:%s: the schema must be one file, without others", name);
        outcome = fault_place(fault, NULL, (uint32_t)xmlTextReaderGetParserLineNumber(reader),
                              (uint32_t)xmlTextReaderGetParserColumnNumber(reader));
    }
    xmlFreeTextReader(reader);
    if (outcome != OK || !*reported.code) return outcome;
    *fault = reported;
    return REFUSE;
}

static enum outcome parse_schema(struct bytes text, struct xml_schema **ret, struct fault *fault) {
    struct fault reported = {0};
    TRY(check_alone(text, fault));
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt((const char *)text.at, (int)text.count);
    if (!parser) return fault_set(fault, FATAL, "INTERNAL", "no memory for a schema");
    xmlSchemaSetParserStructuredErrors(parser, on_schema_error, &reported);
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    if (!schema) {
        (void)fault_set(fault, REFUSE, "XML_SCHEMA", "%s", *reported.text ? reported.text : "the schema is no XSD");
        return fault_as(fault_place(fault, NULL, reported.line ? reported.line : 1, 1), REFUSE);
    }
    struct xml_schema *made = calloc(1, sizeof *made);
    if (!made) {
        xmlSchemaFree(schema);
        return fault_set(fault, FATAL, "INTERNAL", "no memory for a schema");
    }
    made->schema = schema;
    *ret = made;
    return OK;
}

enum outcome xml_schema_load(const char *path, struct xml_schema **ret, struct fault *fault) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    AUTO(buffer_free) struct buffer file;
    struct bytes text = BYTES_NONE;
    (void)pthread_once(&once, deny_files);
    buffer_init(&file, SCHEMA_MAX);
    TRY(buffer_read_file(&file, path, fault));
    TRY(encoding_check(buffer_view(&file), &text, fault));
    bool dtd = text.count && memmem(text.at, text.count, "<!DOCTYPE", 9);
    if (dtd || !text.count) {
        (void)fault_set(fault, REFUSE, "XML_SCHEMA",
                        dtd ? "a schema with a document type (DTD) is not accepted" : "the schema is empty");
        return fault_as(fault_place(fault, NULL, 1, 1), REFUSE);
    }
    struct xml_schema *made = NULL;
    xml_memory_watch();
    enum outcome outcome = parse_schema(text, &made, fault);
    if (xml_memory_failed()) {
        xml_schema_free(made);
        return fault_set(fault, FATAL, "INTERNAL", "no memory for a schema");
    }
    if (outcome == OK) *ret = made;
    return outcome;
}

void xml_schema_free(struct xml_schema *schema) {
    if (!schema) return;
    xmlSchemaFree(schema->schema);
    free(schema);
}

/* ---- one file
 * ------------------------------------------------------------------------------------------------------------- */
static size_t tag_before(const struct check *c) {
    const xmlParserInput *input = c->parser->input;
    size_t offset = input ? (size_t)input->consumed + (size_t)(input->cur - input->base) : 0;
    if (offset > c->r->text.count) offset = c->r->text.count;
    const uint8_t *tag = memrchr(c->r->text.at, '<', offset);
    return tag ? (size_t)(tag - c->r->text.at) : 0;
}

static void on_invalid(void *data, xmlErrorPtr error) {
    struct check *c = data;
    if (error->level < XML_ERR_ERROR || c->outcome != OK) return;
    int count = error->message ? (int)strcspn(error->message, "\n") : 0;
    size_t offset = tag_before(c);
    c->outcome = reading_refuse(c->r, offset, "XML_SCHEMA", "%.*s", count, error->message ? error->message : "");
    xmlStopParser(c->parser);
}

static void on_open(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int spaces,
                    const xmlChar **declared, int count, int defaulted, const xmlChar **attributes) {
    (void)data, (void)local, (void)prefix, (void)uri, (void)spaces, (void)declared, (void)count, (void)defaulted,
        (void)attributes;
}
static void on_close(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri) {
    (void)data, (void)local, (void)prefix, (void)uri;
}

static enum outcome validate(struct check *c, xmlSchemaValidCtxtPtr valid) {
    static const xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC, .startElementNs = on_open, .endElementNs = on_close};
    *c->parser->sax = handler;
    c->parser->userData = c;
    xmlCtxtUseOptions(c->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    xmlSchemaSetValidStructuredErrors(valid, on_invalid, c);
    xmlSchemaSAXPlugPtr plug = xmlSchemaSAXPlug(valid, &c->parser->sax, &c->parser->userData);
    if (!plug) return fault_set(c->r->fault, FATAL, "INTERNAL", "no memory for a schema's check");
    xmlParseDocument(c->parser);
    xmlSchemaSAXUnplug(plug);
    if (c->outcome == OK && xmlSchemaIsValid(valid) != 1)
        return reading_refuse(c->r, 0, "XML_SCHEMA", "the file does not conform to the schema");
    return c->outcome;
}

enum outcome xml_schema_check(const struct xml_schema *schema, struct format_reading *r) {
    xml_memory_watch();
    struct check c = {.r = r, .parser = xmlCreateMemoryParserCtxt((const char *)r->text.at, (int)r->text.count)};
    xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema->schema);
    enum outcome outcome = c.parser && valid ? validate(&c, valid)
                                             : fault_set(r->fault, FATAL, "INTERNAL", "no memory for a schema's check");
    xmlSchemaFreeValidCtxt(valid);
    if (c.parser) {
        xmlFreeDoc(c.parser->myDoc);
        xmlFreeParserCtxt(c.parser);
    }
    return xml_memory_failed() ? fault_set(r->fault, FATAL, "INTERNAL", "no memory for a schema's check") : outcome;
}
