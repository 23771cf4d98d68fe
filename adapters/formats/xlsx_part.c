/* The parts of a workbook within bounds, and their XML as a stream. The zip is opened by libzip from memory; the sizes
 * that its directory announces are added up before anything is unpacked, so that a bomb costs nothing, and no more than
 * announced is unpacked. XML goes through libxml2's reader: no network, no DTD. */
#define _GNU_SOURCE /* memmem */
#include "adapters/formats/xml_memory.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/xlsx_inside.h"
#include <stdarg.h>
#include <stdio.h>

enum outcome xlsx_refuse_at(struct xlsx_book *book, const char *site, const char *code, uint32_t row, uint32_t column,
                            const char *format, ...) {
    va_list arguments;
    char why[400];
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    char cell[NODE_CELL] = "";
    if (row && column) node_cell_name(row, column, cell);
    (void)fault_set_at(book->r->fault, site, REFUSE, code, "%s%s%s%s%s%s", book->sheet ? "sheet " : "",
                       book->sheet ? book->sheet : "", *cell ? " cell " : "", cell, book->sheet || *cell ? ": " : "",
                       why);
    return fault_as(fault_place(book->r->fault, NULL, row ? row : 1, column ? column : 1), REFUSE);
}

static bool has(const char *text, const char *part) { return strstr(text, part) != NULL; }

/* What a workbook must not hold, wherever it lies. */
static enum outcome check_entry(struct xlsx_book *book, zip_uint64_t index) {
    zip_stat_t stat;
    if (zip_stat_index(book->zip, index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME))
        return xlsx_refuse(book, 0, 0, "the zip file's directory is broken");
    if (has(stat.name, "vbaProject") || has(stat.name, "macrosheets/"))
        return xlsx_refuse(book, 0, 0, "a workbook with macros: save it as .xlsx without them");
    if (has(stat.name, "externalLinks/"))
        return xlsx_refuse(book, 0, 0,
                           "the workbook links to other workbooks: break the links and save it with its values");
    bool locked = (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE;
    return locked ? xlsx_refuse(book, 0, 0, "the workbook is locked by a password") : OK;
}

enum outcome xlsx_open(struct xlsx_book *book) {
    struct bytes file = book->r->file;
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(file.at, file.count, 0, &error);
    book->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!book->zip && source) zip_source_free(source);
    bool memory = zip_error_code_zip(&error) == ZIP_ER_MEMORY;
    zip_error_fini(&error);
    if (memory) return fault_set(book->r->fault, FATAL, "INTERNAL", "no memory for a zip file");
    if (!book->zip) return xlsx_refuse(book, 0, 0, "no .xlsx workbook: the file is no zip file, or ends too early");
    zip_int64_t count = zip_get_num_entries(book->zip, 0);
    if (count < 1) return xlsx_refuse(book, 0, 0, "no .xlsx workbook: the file is empty");
    if (count > XLSX_ENTRIES)
        return xlsx_refuse_much(book, 0, 0, "%lld files in the workbook's zip file; at most %d", (long long)count,
                                XLSX_ENTRIES);
    for (zip_uint64_t i = 0; i < (zip_uint64_t)count; i++) TRY(check_entry(book, i));
    return OK;
}

void xlsx_close(struct xlsx_book *book) {
    if (book->zip) zip_discard(book->zip);
    book->zip = NULL;
}

static enum outcome unpack(struct xlsx_book *book, const char *name, zip_uint64_t index, size_t size,
                           struct buffer *into) {
    zip_file_t *file = zip_fopen_index(book->zip, index, 0);
    if (!file) return xlsx_refuse(book, 0, 0, "%s cannot be unpacked", name);
    enum outcome outcome = buffer_reserve(into, size + 1, book->r->fault);
    zip_int64_t got = outcome == OK ? zip_fread(file, into->at, size) : 0;
    uint8_t more;
    /* the read to the end checks the sum */
    bool whole = got == (zip_int64_t)size && zip_fread(file, &more, 1) == 0;
    whole = zip_fclose(file) == 0 && whole;
    if (outcome != OK) return outcome;
    into->count = size;
    return whole ? OK
                 : xlsx_refuse(book, 0, 0, "%s is damaged: it does not unpack to what the zip file announces", name);
}

/* Some programs write the zip's names with backslashes. */
static zip_int64_t locate(struct xlsx_book *book, const char *name) {
    zip_int64_t index = zip_name_locate(book->zip, name, ZIP_FL_NOCASE);
    if (index >= 0 || !strchr(name, '/')) return index;
    char *other = arena_cstr(book->r->arena, bytes_of_cstr(name));
    for (char *p = other; *p; p++) *p = *p == '/' ? '\\' : *p;
    return zip_name_locate(book->zip, other, ZIP_FL_NOCASE);
}

enum outcome xlsx_part(struct xlsx_book *book, const char *name, struct buffer *into, bool *ret_there) {
    zip_stat_t stat;
    zip_int64_t index = locate(book, name);
    *ret_there = index >= 0;
    if (index < 0) return OK;
    if (zip_stat_index(book->zip, (zip_uint64_t)index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE))
        return xlsx_refuse(book, 0, 0, "%s has no size", name);
    if (stat.size > XLSX_PART || book->unpacked + stat.size > XLSX_PARTS) {
        return xlsx_refuse_much(book, 0, 0, "%s unpacks to %llu bytes; a part may have %u, all together %u", name,
                                (unsigned long long)stat.size, XLSX_PART, XLSX_PARTS);
    }
    book->unpacked += stat.size;
    return unpack(book, name, (zip_uint64_t)index, stat.size, into);
}

bool xlsx_short(const struct xlsx_element *element, const char *name, char ret[XLSX_SHORT]) {
    xmlChar *value = xmlTextReaderGetAttribute(element->reader, (const xmlChar *)name);
    snprintf(ret, XLSX_SHORT, "%s", value ? (const char *)value : "");
    bool there = value != NULL;
    xmlFree(value);
    return there;
}

const char *xlsx_attribute(struct xlsx_book *book, const struct xlsx_element *element, const char *name) {
    xmlChar *value = xmlTextReaderGetAttribute(element->reader, (const xmlChar *)name);
    const char *copy = value ? arena_cstr(book->r->arena, bytes_of_cstr((const char *)value)) : NULL;
    xmlFree(value);
    return copy;
}

const char *xlsx_relation_id(struct xlsx_book *book, const struct xlsx_element *element) {
    static const char *const spaces[] = {"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                                         "http://purl.oclc.org/ooxml/officeDocument/relationships"};
    for (size_t i = 0; i < 2; i++) {
        xmlChar *value =
            xmlTextReaderGetAttributeNs(element->reader, (const xmlChar *)"id", (const xmlChar *)spaces[i]);
        const char *copy = value ? arena_cstr(book->r->arena, bytes_of_cstr((const char *)value)) : NULL;
        xmlFree(value);
        if (copy) return copy;
    }
    return NULL;
}

static enum outcome one_node(const struct xlsx_handler *handler, xmlTextReaderPtr reader) {
    struct xlsx_element element = {reader, (const char *)xmlTextReaderConstLocalName(reader),
                                   xmlTextReaderDepth(reader), false};
    const xmlChar *value = NULL;
    switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT:
        element.empty = xmlTextReaderIsEmptyElement(reader) == 1;
        TRY(handler->open(handler->self, &element));
        return element.empty && handler->close ? handler->close(handler->self, &element) : OK;
    case XML_READER_TYPE_END_ELEMENT: return handler->close ? handler->close(handler->self, &element) : OK;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
    case XML_READER_TYPE_WHITESPACE:
        value = xmlTextReaderConstValue(reader);
        return handler->text && value ? handler->text(handler->self, bytes_of_cstr((const char *)value)) : OK;
    default: return OK;
    }
}

/* What is wrong with a part is said in other words. */
static void quiet(void *data, xmlErrorPtr error) { (void)data, (void)error; }

static enum outcome walk(struct xlsx_book *book, const char *part, struct bytes text,
                         const struct xlsx_handler *handler) {
    if (memmem(text.at, text.count, "<!DOCTYPE", 9))
        return xlsx_refuse(book, 0, 0, "%s has a document type (DTD)", part);
    xml_memory_watch();
    xmlTextReaderPtr reader = xmlReaderForMemory((const char *)text.at, (int)text.count, NULL, "UTF-8",
                                                 XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    if (!reader) return fault_set(book->r->fault, FATAL, "INTERNAL", "no memory for an XML reader");
    xmlTextReaderSetStructuredErrorHandler(reader, quiet, NULL);
    enum outcome outcome = OK;
    int step;
    while ((step = xmlTextReaderRead(reader)) == 1 && outcome == OK) outcome = one_node(handler, reader);
    if (outcome == OK && step != 0) outcome = xlsx_refuse(book, 0, 0, "%s is not well-formed XML", part);
    xmlFreeTextReader(reader);
    return xml_memory_failed() ? fault_set(book->r->fault, FATAL, "INTERNAL", "no memory for an XML reader") : outcome;
}

enum outcome xlsx_walk(struct xlsx_book *book, const char *part, bool needed, const struct xlsx_handler *handler) {
    AUTO(buffer_free) struct buffer bytes;
    struct bytes text = BYTES_NONE;
    bool there = false;
    buffer_init(&bytes, XLSX_PART + 16);
    TRY(xlsx_part(book, part, &bytes, &there));
    if (!there) return needed ? xlsx_refuse(book, 0, 0, "no .xlsx workbook: %s is missing", part) : OK;
    TRY(encoding_check(buffer_view(&bytes), &text, book->r->fault));
    return walk(book, part, text, handler);
}
