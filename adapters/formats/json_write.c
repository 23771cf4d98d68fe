/* Writes JSON, indented by two spaces, or one object in a line (JSON lines), UTF-8 as it is; what JSON must
 * escape is escaped. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/reading_inside.h"

struct writing {
    struct buffer *into;
    struct fault *fault;
    bool one_line;
};

static enum outcome put(struct writing *w, const char *what) { return buffer_add_cstr(w->into, what, w->fault); }
static enum outcome new_line(struct writing *w, unsigned depth) {
    if (w->one_line) return OK;
    TRY(put(w, "\n"));
    for (unsigned i = 0; i < depth; i++) TRY(put(w, "  "));
    return OK;
}

static enum outcome character(struct writing *w, struct bytes one) {
    static const char meant[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *known = one.at[0] ? strchr(meant, one.at[0]) : NULL;
    if (known) return buffer_printf(w->into, w->fault, "\\%c", letters[known - meant]);
    if (one.at[0] < 0x20 || one.at[0] == 0x7f) return buffer_printf(w->into, w->fault, "\\u%04x", one.at[0]);
    return buffer_add(w->into, one, w->fault);
}
static enum outcome text(struct writing *w, struct bytes text) {
    TRY(put(w, "\""));
    for (size_t i = 0; i < text.count;) TRY(character(w, encoding_next(text, &i)));
    return put(w, "\"");
}

static enum outcome value(struct writing *w, const struct node *node, unsigned depth);

/* All the children of this one's name, from it on. */
static enum outcome array(struct writing *w, const struct node *first, unsigned depth) {
    TRY(put(w, "["));
    for (const struct node *one = first; one; one = node_again(one)) {
        if (one != first) TRY(put(w, ","));
        TRY(new_line(w, depth + 1));
        TRY(value(w, one, depth + 1));
    }
    TRY(new_line(w, depth));
    return put(w, "]");
}

static enum outcome object(struct writing *w, const struct node *node, unsigned depth) {
    const struct node *before = NULL;
    TRY(put(w, "{"));
    for (const struct node *one = node->first; one; before = one, one = one->next) {
        /* written with its first; mostly they stand together */
        if (before && bytes_equal(before->name, one->name)) continue;
        if (node_child(node, one->name) != one) continue;
        if (before) TRY(put(w, ","));
        TRY(new_line(w, depth + 1));
        TRY(text(w, one->name));
        TRY(put(w, ": "));
        TRY(one->many || node_again(one) ? array(w, one, depth + 1) : value(w, one, depth + 1));
    }
    if (before) TRY(new_line(w, depth));
    return put(w, "}");
}

static enum outcome value(struct writing *w, const struct node *node, unsigned depth) {
    if (!node->scalar || node->first) return object(w, node, depth);
    if (node->bare && json_is_bare(node->text)) return buffer_add(w->into, node->text, w->fault);
    return text(w, node->text);
}

enum outcome json_write(const struct format *format, const struct node *root, struct buffer *into,
                        struct fault *fault) {
    (void)format;
    struct writing w = {.into = into, .fault = fault};
    TRY(value(&w, root, 0));
    return put(&w, "\n");
}

enum outcome jsonl_write(const struct format *format, const struct node *root, struct buffer *into,
                         struct fault *fault) {
    (void)format;
    struct writing w = {.into = into, .fault = fault, .one_line = true};
    for (const struct node *row = root->first; row; row = row->next) {
        TRY(object(&w, row, 0));
        TRY(put(&w, "\n"));
    }
    return OK;
}
