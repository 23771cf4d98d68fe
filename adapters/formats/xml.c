/* Reads XML by libxml2's SAX interface over UTF-8 that was decoded before: the encoding named in the prolog is
 * ignored, the network never used, a DTD refused before the parser sees it, so that there are no entities but XML's
 * five. Places come from the parser's byte offset. Its own quadratic spots (attributes of one tag) are kept small by
 * counting first. */
#define _GNU_SOURCE /* memmem, memrchr */
#include "adapters/formats/xml_memory.h"
#include "adapters/formats/format_inside.h"
#include "adapters/formats/reading_inside.h"
#include <libxml/parserInternals.h>

struct sax {
    struct format_reading *r;
    xmlParserCtxtPtr parser;
    struct node *root, *node; /* node: the innermost open element */
    unsigned depth;
    struct buffer texts[FORMAT_MAX_DEPTH]; /* of the open elements */
    size_t composed;                       /* bytes of names with a namespace */
    enum outcome outcome;                  /* the first that is not OK ends the reading */
};

static bool xml_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static size_t find(struct bytes text, size_t from, const char *what) {
    const uint8_t *at = memmem(text.at + from, text.count - from, what, strlen(what));
    return at ? (size_t)(at - text.at) + strlen(what) : text.count;
}
static bool begins(struct bytes text, size_t at, const char *what) {
    return text.count - at >= strlen(what) && memcmp(text.at + at, what, strlen(what)) == 0;
}

/* From a tag's '<' to behind its '>', counting attributes. */
static enum outcome check_tag(struct format_reading *r, size_t from, size_t *ret) {
    size_t attributes = 0, at = from;
    uint8_t quote = 0;
    for (; at < r->text.count; at++) {
        uint8_t c = r->text.at[at];
        if (quote) quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'') quote = c;
        else if (c == '=') attributes++;
        else if (c == '>') break;
    }
    if (attributes > FORMAT_MAX_COLUMNS)
        return reading_refuse(r, from, "TOO_MANY", "more than %u attributes in one element", FORMAT_MAX_COLUMNS);
    *ret = at;
    return OK;
}

static enum outcome check_before(struct format_reading *r) {
    for (size_t at = 0; at < r->text.count;) {
        const uint8_t *open = memchr(r->text.at + at, '<', r->text.count - at);
        if (!open) return OK;
        at = (size_t)(open - r->text.at);
        if (begins(r->text, at, "<!--")) at = find(r->text, at + 4, "-->");
        else if (begins(r->text, at, "<![CDATA[")) at = find(r->text, at, "]]>");
        else if (begins(r->text, at, "<?")) at = find(r->text, at, "?>");
        else if (begins(r->text, at, "<!"))
            return reading_refuse(r, at, "XML_SYNTAX", "a document type (DTD) is not accepted: leave it out");
        else TRY(check_tag(r, at, &at));
    }
    return OK;
}

static size_t offset_of(const struct sax *s) {
    const xmlParserInput *input = s->parser->input;
    size_t offset = input ? (size_t)input->consumed + (size_t)(input->cur - input->base) : 0;
    return offset < s->r->text.count ? offset : s->r->text.count;
}
static void stop(struct sax *s, enum outcome outcome) {
    if (outcome == OK || s->outcome != OK) return;
    s->outcome = outcome;
    xmlStopParser(s->parser);
}

static void on_error(void *data, xmlErrorPtr error) {
    struct sax *s = data;
    if (error->level < XML_ERR_ERROR || s->outcome != OK) return;
    int count = error->message ? (int)strcspn(error->message, "\n") : 0;
    size_t offset = offset_of(s);
    s->outcome = reading_refuse(s->r, offset, "XML_SYNTAX", "not well-formed: %.*s", count,
                                error->message ? error->message : "");
    xmlStopParser(s->parser);
}

static struct bytes joined(struct arena *arena, const char *mark, const char *name) {
    size_t before = strlen(mark), count = strlen(name);
    uint8_t *text = arena_alloc(arena, before + count + 1);
    memcpy(text, mark, before);
    memcpy(text + before, name, count);
    return bytes_of(text, before + count);
}

/* "name" in the format's namespace, "{uri}name" in another; attributes (`mark` "@") without a prefix belong to none. */
static enum outcome name_of(struct sax *s, const char *mark, const xmlChar *name, const xmlChar *uri,
                            struct bytes *ret) {
    const char *expected = s->r->format->name_space ? s->r->format->name_space : "",
               *given = uri ? (const char *)uri : "";
    bool plain = strcmp(expected, given) == 0 || (*mark && !uri);
    if (plain) {
        *ret = joined(s->r->arena, mark, (const char *)name);
        return OK;
    }
    *ret = bytes_of_cstr(arena_printf(s->r->arena, "%s{%s}%s", mark, given, (const char *)name));
    s->composed += ret->count;
    return s->composed <= FORMAT_MAX_BYTES
               ? OK
               : reading_refuse(s->r, offset_of(s), "TOO_LARGE", "names and their namespaces: more than %u bytes",
                                FORMAT_MAX_BYTES);
}

/* From a finished start tag, the next attribute that is no namespace declaration: where its value's quote opens. */
static size_t next_value(struct bytes tag, size_t *at) {
    for (;;) {
        while (*at < tag.count && xml_space(tag.at[*at])) (*at)++;
        size_t name = *at;
        while (*at < tag.count && tag.at[*at] != '"' && tag.at[*at] != '\'') (*at)++;
        if (*at == tag.count) return *at;
        size_t open = *at;
        const uint8_t *close = memchr(tag.at + open + 1, tag.at[open], tag.count - open - 1);
        *at = close ? (size_t)(close - tag.at) + 1 : tag.count;
        bool declares = begins(tag, name, "xmlns") && name + 5 < tag.count && strchr(":= \t\r\n", tag.at[name + 5]);
        if (!declares) return open;
    }
}

/* SAX2 gives five pointers for each attribute: name, prefix, uri, value, end of value; in the order of the tag. */
static enum outcome add_attributes(struct sax *s, int count, const xmlChar **attributes, size_t begin, size_t end) {
    struct bytes tag = bytes_of(s->r->text.at + begin, end - begin);
    size_t at = 0;
    while (at < tag.count && !xml_space(tag.at[at])) at++; /* the element's name */
    for (int i = 0; i < count; i++, attributes += 5) {
        struct node *node;
        struct bytes name;
        TRY(name_of(s, "@", attributes[0], attributes[2], &name));
        TRY(reading_node(s->r, s->node, name, begin + next_value(tag, &at), &node));
        node->text = arena_copy(s->r->arena, bytes_of(attributes[3], (size_t)(attributes[4] - attributes[3])));
        node->scalar = true;
    }
    return OK;
}

static enum outcome open_element(struct sax *s, const xmlChar *local, const xmlChar *uri, int count,
                                 const xmlChar **attributes) {
    struct bytes name;
    size_t end = offset_of(s); /* at the tag's > or /> */
    if (s->depth == FORMAT_MAX_DEPTH)
        return reading_refuse(s->r, end, "TOO_MANY", "nested deeper than %u", FORMAT_MAX_DEPTH);
    TRY(name_of(s, "", local, uri, &name));
    const char *root = s->r->format->root;
    if (!s->depth && root && !bytes_equal_cstr(name, root)) {
        return reading_refuse(s->r, end, "XML_SYNTAX", "the root element is %.*s, not %s as the agency's profile says",
                              BYTES_FMT(name), root);
    }
    const uint8_t *tag = memrchr(s->r->text.at, '<', end); /* no attribute holds a '<' */
    INVARIANT(tag);
    size_t begin = (size_t)(tag - s->r->text.at);
    /* places in the order of the text: going back means counting anew */
    TRY(reading_node(s->r, s->node, name, begin, &s->node));
    if (!s->depth) s->root = s->node;
    buffer_clear(&s->texts[s->depth++]);
    TRY(add_attributes(s, count, attributes, begin, end));
    reading_place(s->r, s->node, s->r->text.at[end] == '>' ? end + 1 : end);
    return OK;
}

static void on_open(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int spaces,
                    const xmlChar **declared, int count, int defaulted, const xmlChar **attributes) {
    struct sax *s = data;
    (void)prefix, (void)spaces, (void)declared, (void)defaulted;
    if (xml_memory_failed()) stop(s, fault_set(s->r->fault, FATAL, "INTERNAL", "no memory for an XML parser"));
    if (s->outcome == OK) stop(s, open_element(s, local, uri, count, attributes));
}

static bool blank(struct bytes text) {
    for (size_t i = 0; i < text.count; i++) {
        if (!xml_space(text.at[i])) return false;
    }
    return true;
}

static void on_close(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri) {
    struct sax *s = data;
    (void)local, (void)prefix, (void)uri;
    if (s->outcome != OK) return;
    struct bytes text = buffer_view(&s->texts[--s->depth]);
    bool elements = s->node->last && (!s->node->last->name.count || s->node->last->name.at[0] != '@');
    s->node->scalar = !elements || !blank(text);
    if (s->node->scalar) s->node->text = arena_copy(s->r->arena, text);
    s->node = s->node->parent;
}

static void on_text(void *data, const xmlChar *text, int count) {
    struct sax *s = data;
    if (s->outcome == OK && s->depth)
        stop(s, buffer_add(&s->texts[s->depth - 1], bytes_of(text, (size_t)count), s->r->fault));
}

static enum outcome parse(struct sax *s) {
    static const xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                                          .startElementNs = on_open,
                                          .endElementNs = on_close,
                                          .characters = on_text,
                                          .ignorableWhitespace = on_text,
                                          .cdataBlock = on_text,
                                          .serror = on_error};
    *s->parser->sax = handler;
    s->parser->userData = s;
    /* NOENT: else an attribute's &amp; comes as "&#38;". There is nothing else to expand: check_before takes no DTD,
     * and the handler declares no entity. */
    xmlCtxtUseOptions(s->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
    xmlParseDocument(s->parser);
    if (s->outcome == OK && (!s->parser->wellFormed || !s->root))
        return reading_refuse(s->r, offset_of(s), "XML_SYNTAX", "not well-formed");
    return s->outcome;
}

enum outcome xml_read(struct format_reading *r, struct node **ret) {
    struct sax s = {.r = r};
    TRY(check_before(r));
    if (!r->text.count) return reading_refuse(r, 0, "XML_SYNTAX", "the file is empty");
    xml_memory_watch();
    s.parser = xmlCreateMemoryParserCtxt((const char *)r->text.at, (int)r->text.count);
    if (!s.parser) return fault_set(r->fault, FATAL, "INTERNAL", "no memory for an XML parser");
    for (unsigned i = 0; i < FORMAT_MAX_DEPTH; i++) buffer_init(&s.texts[i], FORMAT_MAX_BYTES * 2);
    enum outcome outcome = parse(&s);
    for (unsigned i = 0; i < FORMAT_MAX_DEPTH; i++) buffer_free(&s.texts[i]);
    xmlFreeDoc(s.parser->myDoc);
    xmlFreeParserCtxt(s.parser);
    if (xml_memory_failed()) return fault_set(r->fault, FATAL, "INTERNAL", "no memory for an XML parser");
    if (outcome == OK && r->format->schema) outcome = xml_schema_check(r->format->schema, r);
    if (outcome == OK) *ret = s.root;
    return outcome;
}
