#include "adapters/formats/format_fixture.h"
#include "adapters/formats/xml_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define XS(inside) "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n" inside "</xs:schema>"
#define GOOD                                                                                 \
    XS("<xs:element name=\"案件\"><xs:complexType><xs:sequence>\n<xs:element name=\"日期\" " \
       "type=\"xs:date\"/><xs:element name=\"数\" type=\"xs:decimal\" minOccurs=\"0\"/>"     \
       "</xs:sequence><xs:attribute name=\"编号\" use=\"required\"/></xs:complexType></xs:element>")
static char path[] = "/tmp/ecocase-xsd-XXXXXX";

static enum outcome load(const char *text, struct xml_schema **ret, struct fault *fault) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return xml_schema_load(path, ret, fault);
}
static int open_file(void **state) {
    (void)state;
    int file = mkstemp(path);
    if (file >= 0) close(file);
    return file >= 0 ? 0 : -1;
}
static int close_file(void **state) {
    (void)state;
    return unlink(path);
}
static void what_conforms_is_read_the_rest_refused_at_its_tag(void **state) {
    (void)state;
    struct fault f = {0};
    struct format format = {.kind = FORMAT_XML, .root = "案件"};
    struct xml_schema *schema = NULL;
    if (load(GOOD, &schema, &f) != OK) fail_msg("%s", f.text);
    format.schema = schema;
    fixture_reads(&format, T("<案件 编号=\"1\">\n<日期>2026-06-08</日期></案件>"),
                  "案件@1:12(@编号@1:8=1 日期@2:5=2026-06-08)");
    const struct refusal all[] = {
        {T("<案件>\n<日期>2026-06-08</日期></案件>"), "XML_SCHEMA", 1, 1},
        {T("<案件 编号=\"1\">\n\n <日期>2026-13-08</日期></案件>"), "XML_SCHEMA", 3, 16},
        {T("<案件 编号=\"1\">\n<数>1</数></案件>"), "XML_SCHEMA", 2, 1},
        {T("<案件 编号=\"1\">\n</案件>"), "XML_SCHEMA", 2, 1},
        {T("<案件 编号=\"1\">\n<日期>2026-06-08</日期><数>x</数></案件>"), "XML_SCHEMA", 2, 24},
        {T("<案件 编号=\"1\">\n<日期>2026-06-08</日期><别/></案件>"), "XML_SCHEMA", 2, 20},
        {T("<案件 编号=\"1\"><日期>"), "XML_SYNTAX", 1, 16}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&format, all[i]);
    /* another schema that the file itself names is not looked for */
    fixture_refused(&format,
                    (struct refusal){T("<案件 编号=\"1\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                                       "xsi:noNamespaceSchemaLocation=\"/etc/passwd\"><数>1</数></案件>"),
                                     "XML_SCHEMA", 1, 110});
    xml_schema_free(schema);
}
static void a_wrong_schema_is_refused_with_its_line(void **state) {
    (void)state;
    const struct {
        const char *text, *code;
        uint32_t line;
    } all[] = {{"", "XML_SCHEMA", 1},
               {"<a", "XML_SCHEMA", 1},
               {"<a/>", "XML_SCHEMA", 1},
               {XS("\n<xs:element name=\"a\" type=\"b\"/>"), "XML_SCHEMA", 3},
               {XS("<xs:include schemaLocation=\"other.xsd\"/>"), "XML_SCHEMA", 2},
               {XS("<xs:import schemaLocation=\"http://127.0.0.1/other.xsd\"/>"), "XML_SCHEMA", 2},
               {"<!DOCTYPE a>" XS(""), "XML_SCHEMA", 1},
               {"\xff", "ENCODING", 1}};
    for (size_t i = 0; i < COUNT(all); i++) {
        struct fault f = {0};
        struct xml_schema *schema = NULL;
        enum outcome outcome = load(all[i].text, &schema, &f);
        if (outcome != REFUSE || strcmp(f.code, all[i].code) != 0 || f.line != all[i].line)
            fail_msg("%zu: %d %s %u: %s", i, (int)outcome, f.code, f.line, f.text);
    }
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_conforms_is_read_the_rest_refused_at_its_tag),
                                       cmocka_unit_test(a_wrong_schema_is_refused_with_its_line)};
    return cmocka_run_group_tests(tests, open_file, close_file);
}
