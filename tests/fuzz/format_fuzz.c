/* See format_fuzz.h. An XML text beside element children gains the indentation when written, and another namespace's
 * names lose their braces: such trees are written and read, but not compared. */
#include "format_fuzz.h"
#include "adapters/formats/disguise.h"
#include "adapters/formats/encoding_inside.h"

static bool alike(const struct node *a, const struct node *b) {
    const struct node *x = a->first, *y = b->first;
    if (!bytes_equal(a->name, b->name) || !bytes_equal(a->text, b->text) || a->scalar != b->scalar ||
        a->bare != b->bare || a->many != b->many)
        return false;
    for (; x && y; x = x->next, y = y->next) {
        INVARIANT(x->parent == a && x->line && x->column);
        if (!alike(x, y)) return false;
    }
    return !x && !y;
}

/* Written, the name of a DBF field has ten bytes; some tables have eleven. */
static bool longer_names(const struct format *format, const struct node *tree) {
    const struct node *row = format->kind == FORMAT_DBF ? tree->first : NULL;
    for (const struct node *cell = row ? row->first : NULL; cell; cell = cell->next) {
        if (cell->name.count > 10) return true;
    }
    return false;
}

static bool comparable(const struct node *node) {
    if (node->scalar && node->text.count && node->first) {
        for (const struct node *one = node->first; one; one = one->next) {
            if (!one->name.count || one->name.at[0] != '@') return false;
        }
    }
    if (node->name.count && memchr(node->name.at, '{', node->name.count)) return false;
    for (const struct node *one = node->first; one; one = one->next) {
        if (!comparable(one)) return false;
    }
    return true;
}

/* `own`: it came in the format's own encoding. A character that this has twice (the old private ones of GB18030) comes
 * back as the standard's. */
static void again(const struct format *format, const struct node *tree, bool own, struct arena *arena) {
    struct fault f = {0};
    struct node *back = NULL;
    AUTO(buffer_free) struct buffer written;
    buffer_init(&written, 64u << 20);
    INVARIANT(format_write(format, tree, &written, &f) == OK);
    if (written.count > FORMAT_MAX_BYTES || disguise_of(buffer_view(&written), format->kind)) return;
    enum outcome outcome = format_read(format, buffer_view(&written), arena, &back, &f);
    if (!own || longer_names(format, tree) || !comparable(tree)) return;
    INVARIANT(outcome == OK);
    INVARIANT(alike(tree, back));
}

int format_fuzz(struct format format, const uint8_t *data, size_t count) {
    static struct arena *arena;
    if (!arena) arena = arena_new(1u << 20, 4 * (size_t)FORMAT_MAX_ARENA);
    for (int i = 0; i < 2; i++) {
        struct fault f = {0};
        struct node *tree = NULL;
        format.encoding = i ? ENCODING_GB18030 : ENCODING_UTF8;
        enum outcome outcome = format_read(&format, bytes_of(data, count), arena, &tree, &f);
        INVARIANT(outcome == OK || (outcome == REFUSE && f.line && f.column));
        const char *marked = encoding_marked(bytes_of(data, count));
        if (outcome == OK) again(&format, tree, !marked || strcmp(marked, encoding_charset(&format)) == 0, arena);
        arena_reset(arena);
    }
    return 0;
}
