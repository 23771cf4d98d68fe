#include "adapters/formats/format_fixture.h"

static const struct format xml = {.kind = FORMAT_XML, .root = "a"}, any = {.kind = FORMAT_XML};
static const struct format spaced = {.kind = FORMAT_XML, .root = "a", .name_space = "urn:x"};
static const struct format prefixed = {.kind = FORMAT_XML, .root = "a", .name_space = "urn:x", .prefix = "n"};

static void elements_become_nodes_with_places(void **state) {
    (void)state;
    fixture_reads(&xml, T("<?xml version=\"1.0\"?>\r\n<a 文=\"一\" c = 'x'>\r\n  <中>二</中><d/>\r\n</a>\n"),
                  "a@2:18(@文@2:6=一 @c@2:14=x 中@3:6=二 d@3:13=)");
    fixture_reads(&any, T("<b>x<![CDATA[<y>&]]>z &lt;&#x4e2d;<!-- no --></b>"), "b@1:4=x<y>&z <中");
    fixture_reads(&any, T("<b x='A&amp;B&#38;C&amp;#38;&lt;'>A&amp;B&#38;C&amp;#38;</b>"),
                  "b@1:35=A&B&C&#38;(@x@1:6=A&B&C&#38;<)");
    fixture_reads(&any, T("<b>  <c> </c>text</b>"), "b@1:4=  text(c@1:9= )");
    fixture_reads(&any, T("\xef\xbb\xbf<b x=\"1&#10;&quot;\n2\"> </b>"), "b@2:4= (@x@1:6=1\n\" 2)");
}
static void other_namespaces_show(void **state) {
    (void)state;
    fixture_reads(&spaced, T("<n:a xmlns:n='urn:x' xmlns:m='urn:y' />"), "a@1:38=");
    fixture_reads(&spaced,
                  T("<n:a xmlns:n='urn:x' m:xm='0' n:b='1' m:c='2' d='3' xmlns:m='u'><n:e/><m:f/><g xmlns=''/></n:a>"),
                  "a@1:65(@{u}xm@1:27=0 @b@1:35=1 @{u}c@1:43=2 @d@1:49=3 e@1:69= {u}f@1:75= {}g@1:88=)");
    fixture_reads(&any, T("<a xmlns='urn:x'/>"), "{urn:x}a@1:17=");
}
static void the_prolog_does_not_decide_the_encoding(void **state) {
    (void)state;
    struct format chinese = xml;
    chinese.encoding = ENCODING_GB18030;
    fixture_reads(&chinese, T("<?xml version='1.0' encoding='GBK'?><a>\xd6\xd0</a>"), "a@1:40=中");
    fixture_reads(&chinese, T("<?xml version='1.0' encoding='UTF-8'?><a>\xd6\xd0</a>"), "a@1:42=中");
    fixture_reads(&xml, T("<?xml version='1.0' encoding='UTF-16'?><a>中</a>"), "a@1:43=中");
    fixture_reads(&xml, T("<?xml version='1.0' encoding='NONE'?><a>中</a>"), "a@1:41=中");
    fixture_writes(&chinese, T("<?xml version='1.0' encoding='GB2312'?><a>\xd6\xd0</a>"),
                   T("<?xml version=\"1.0\" encoding=\"GB18030\"?>\n<a>\xd6\xd0</a>\n"));
}
static void what_is_wrong_is_refused_with_its_place(void **state) {
    (void)state;
    const struct refusal all[] = {
        {T(""), "XML_SYNTAX", 1, 1},
        {T("<b/>"), "XML_SYNTAX", 1, 3},
        {T("<a>\n<中></a>"), "XML_SYNTAX", 2, 8},
        {T("<a>\n<中>"), "XML_SYNTAX", 2, 4},
        {T("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"), "XML_SYNTAX", 1, 1},
        {T("<a>\n中&e;</a>"), "XML_SYNTAX", 2, 5},
        {T("<a/>\n<a/>"), "XML_SYNTAX", 2, 1},
        {T("<a b=\"1\" b=\"2\"/>"), "XML_SYNTAX", 1, 15},
        {T("<a b=1/>"), "XML_SYNTAX", 1, 6},
        {T("<n:a/>"), "XML_SYNTAX", 1, 5},
        {T("<a>&#0;</a>"), "XML_SYNTAX", 1, 8},
        {T("<a>\x01</a>"), "XML_SYNTAX", 1, 4},
        {T("text"), "XML_SYNTAX", 1, 1}};
    for (size_t i = 0; i < COUNT(all); i++) fixture_refused(&xml, all[i]);
}
static void written_it_can_be_read_again(void **state) {
    (void)state;
    fixture_writes(&xml, T("<a x='1&#10;&quot;' y=''><b>&lt;&amp;&gt;\"&#13;\n</b><c/><d><e> </e></d></a>"),
                   T("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a x=\"1&#10;&quot;\" y=\"\">\n  "
                     "<b>&lt;&amp;&gt;\"&#13;\n</b>\n  <c/>\n  <d>\n    <e> </e>\n"
                     "  </d>\n</a>\n"));
    fixture_writes(&spaced, T("<q:a xmlns:q='urn:x' z='1'><q:b>1</q:b></q:a>"),
                   T("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a xmlns=\"urn:x\" z=\"1\">\n  <b>1</b>\n</a>\n"));
    fixture_writes(
        &prefixed, T("<a xmlns='urn:x' z='1'><b>1</b></a>"),
        T("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<n:a xmlns:n=\"urn:x\" z=\"1\">\n  <n:b>1</n:b>\n</n:a>\n"));
}
static void what_is_made_is_xml_whatever_it_holds(void **state) {
    (void)state;
    struct node *root = node_add(NULL, BYTES_NONE, fixture_arena());
    const char *const names[] = {"1 号", "@x y", "·（）", ""};
    for (size_t i = 0; i < COUNT(names); i++)
        node_add(root, bytes_of_cstr(names[i]), fixture_arena())->text = T("\0\x1b\xef\xbf\xbf\xff\xf0\x9f\x98\x80");
#define HELD "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd😀"
    fixture_made(&xml, root,
                 T("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a x_y=\"" HELD "\">\n"
                   "  <_1_号>" HELD "</_1_号>\n  <_·（）>" HELD "</_·（）>\n"
                   "  <_>" HELD "</_>\n</a>\n"));
    fixture_reads(&xml, T("<a x_y=\"\">\n  <_1_号/>\n  <_·（）/></a>"), "a@1:11(@x_y@1:8= _1_号@2:8= _·（）@3:8=)");
}
static void there_is_a_limit_to_depth_attributes_and_values(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, FORMAT_MAX_BYTES);
    for (unsigned i = 0; i <= FORMAT_MAX_DEPTH; i++) assert_int_equal(buffer_add_cstr(&text, "<a>", NULL), OK);
    fixture_refused(&xml, (struct refusal){buffer_view(&text), "TOO_MANY", 1, 3 * FORMAT_MAX_DEPTH + 3});
    buffer_clear(&text);
    assert_int_equal(buffer_add_cstr(&text, "\n<a", NULL), OK);
    for (unsigned i = 0; i <= FORMAT_MAX_COLUMNS; i++) assert_int_equal(buffer_printf(&text, NULL, " a%u='>'", i), OK);
    fixture_refused(&xml, (struct refusal){buffer_view(&text), "TOO_MANY", 2, 1});
    buffer_clear(&text);
    assert_int_equal(buffer_add_cstr(&text, "<a>", NULL), OK);
    for (unsigned i = 0; i < FORMAT_MAX_NODES; i++) assert_int_equal(buffer_add_cstr(&text, "<b/>", NULL), OK);
    fixture_refused(&xml, (struct refusal){buffer_view(&text), "TOO_MANY", 1, 4 * FORMAT_MAX_NODES});
    buffer_clear(&text);
    assert_int_equal(buffer_printf(&text, NULL, "<n:a xmlns:n='%01000d'>", 0), OK);
    for (unsigned i = 0; i < 5000; i++) assert_int_equal(buffer_add_cstr(&text, "<n:b/>", NULL), OK);
    struct fault f = {0};
    struct node *root = NULL;
    arena_reset(fixture_arena());
    assert_int_equal(format_read(&any, buffer_view(&text), fixture_arena(), &root, &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
}
static void spoilt_files_are_read_or_refused(void **state) {
    (void)state;
    fixture_torture(
        &any,
        T("<?xml version='1.0'?><n:a xmlns:n='u' 文='一'><!-- x --><b><![CDATA[<]]>&amp;&#20013;</b>\n<?p i?></n:a>"));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(elements_become_nodes_with_places),
                                       cmocka_unit_test(other_namespaces_show),
                                       cmocka_unit_test(the_prolog_does_not_decide_the_encoding),
                                       cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
                                       cmocka_unit_test(written_it_can_be_read_again),
                                       cmocka_unit_test(what_is_made_is_xml_whatever_it_holds),
                                       cmocka_unit_test(there_is_a_limit_to_depth_attributes_and_values),
                                       cmocka_unit_test(spoilt_files_are_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
