/* Writes XML, indented by two spaces; the prolog declares the profile's encoding. What XML 1.0 cannot hold
 * becomes U+FFFD in texts and '_' in names (Extensible Markup Language 1.0, fifth edition, §2.2 and §2.3), so that
 * whatever is written can be read. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/reading_inside.h"

struct writing {
    const struct format *format;
    struct buffer *into;
    struct fault *fault;
};
struct range {
    uint32_t from, to;
};
/* NameStartChar without ':', which would be a namespace's prefix; then what NameChar has besides. */
static const struct range starts[] = {{'A', 'Z'},       {'_', '_'},       {'a', 'z'},        {0xc0, 0xd6},
                                      {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},    {0x37f, 0x1fff},
                                      {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},  {0x3001, 0xd7ff},
                                      {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};
static const struct range follows[] = {{'-', '.'}, {'0', '9'}, {0xb7, 0xb7}, {0x300, 0x36f}, {0x203f, 0x2040}};

static bool within(const struct range *ranges, size_t count, uint32_t c) {
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to) return true;
    }
    return false;
}
static bool starts_name(uint32_t c) { return within(starts, sizeof starts / sizeof starts[0], c); }
static bool follows_name(uint32_t c) {
    return starts_name(c) || within(follows, sizeof follows / sizeof follows[0], c);
}

static uint32_t code_point(struct bytes one) {
    uint32_t c = one.count == 1 ? one.at[0] : one.at[0] & (0x7fu >> one.count);
    for (size_t i = 1; i < one.count; i++) c = c << 6 | (one.at[i] & 0x3fu);
    return c;
}

static enum outcome put(struct writing *w, const char *what) { return buffer_add_cstr(w->into, what, w->fault); }

static enum outcome name(struct writing *w, struct bytes name) {
    if (!name.count) return put(w, "_");
    for (size_t i = 0; i < name.count;) {
        bool first = i == 0;
        struct bytes one = encoding_next(name, &i);
        uint32_t c = code_point(one);
        if (first && !starts_name(c) && follows_name(c)) TRY(put(w, "_"));
        TRY(follows_name(c) ? buffer_add(w->into, one, w->fault) : put(w, "_"));
    }
    return OK;
}

/* In attributes line ends and tabs too are written by number: a reader would make spaces of them. */
static enum outcome text(struct writing *w, struct bytes text, bool attribute) {
    for (size_t i = 0; i < text.count;) {
        struct bytes one = encoding_next(text, &i);
        uint32_t c = code_point(one);
        bool by_number = c == '\r' || (attribute && (c == '\n' || c == '\t'));
        if (c == '&') TRY(put(w, "&amp;"));
        else if (c == '<') TRY(put(w, "&lt;"));
        else if (c == '>') TRY(put(w, "&gt;"));
        else if (c == '"' && attribute) TRY(put(w, "&quot;"));
        else if (by_number) TRY(buffer_printf(w->into, w->fault, "&#%u;", c));
        else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0xfffe || c == 0xffff)
            TRY(buffer_add(w->into, ENCODING_REPLACEMENT, w->fault));
        else TRY(buffer_add(w->into, one, w->fault));
    }
    return OK;
}

static bool is_attribute(const struct node *node) { return node->name.count && node->name.at[0] == '@'; }
static enum outcome new_line(struct writing *w, unsigned depth) {
    TRY(put(w, "\n"));
    for (unsigned i = 0; i < depth; i++) TRY(put(w, "  "));
    return OK;
}

static enum outcome tag_name(struct writing *w, const struct node *node, unsigned depth) {
    if (w->format->name_space && w->format->prefix) {
        TRY(put(w, w->format->prefix));
        TRY(put(w, ":"));
    }
    return name(w, !depth && !node->name.count ? bytes_of_cstr(w->format->root) : node->name);
}

static enum outcome start_tag(struct writing *w, const struct node *node, unsigned depth) {
    TRY(put(w, "<"));
    TRY(tag_name(w, node, depth));
    if (!depth && w->format->name_space) {
        TRY(put(w, w->format->prefix ? " xmlns:" : " xmlns"));
        if (w->format->prefix) TRY(put(w, w->format->prefix));
        TRY(put(w, "=\""));
        TRY(text(w, bytes_of_cstr(w->format->name_space), true));
        TRY(put(w, "\""));
    }
    for (const struct node *one = node->first; one; one = one->next) {
        if (!is_attribute(one)) continue;
        TRY(put(w, " "));
        TRY(name(w, bytes_of(one->name.at + 1, one->name.count - 1)));
        TRY(put(w, "=\""));
        TRY(text(w, one->text, true));
        TRY(put(w, "\""));
    }
    return OK;
}

static enum outcome element(struct writing *w, const struct node *node, unsigned depth) {
    bool elements = false;
    TRY(start_tag(w, node, depth));
    for (const struct node *one = node->first; one && !elements; one = one->next) elements = !is_attribute(one);
    if (!elements && !node->text.count) return put(w, "/>");
    TRY(put(w, ">"));
    TRY(text(w, node->text, false));
    for (const struct node *one = node->first; one; one = one->next) {
        if (is_attribute(one)) continue;
        TRY(new_line(w, depth + 1));
        TRY(element(w, one, depth + 1));
    }
    if (elements) TRY(new_line(w, depth));
    TRY(put(w, "</"));
    TRY(tag_name(w, node, depth));
    return put(w, ">");
}

enum outcome xml_write(const struct format *format, const struct node *root, struct buffer *into, struct fault *fault) {
    struct writing w = {.format = format, .into = into, .fault = fault};
    TRY(put(&w, format->encoding == ENCODING_GB18030 ? "<?xml version=\"1.0\" encoding=\"GB18030\"?>\n"
                                                     : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    TRY(element(&w, root, 0));
    return put(&w, "\n");
}
