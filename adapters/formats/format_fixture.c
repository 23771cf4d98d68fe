/* Reads, shows, compares and spoils native files for the formats' tests. */
#include "adapters/formats/format_fixture.h"
#include <stdio.h>
#include <stdlib.h>

static struct arena *arena;
static struct buffer shown;

struct arena *fixture_arena(void) {
    if (!arena) arena = arena_new(1u << 20, 2 * (size_t)FORMAT_MAX_ARENA);
    return arena;
}

struct node *fixture_read(const struct format *format, struct bytes file) {
    struct fault f = {0};
    struct node *root = NULL;
    arena_reset(fixture_arena());
    if (format_read(format, file, arena, &root, &f) != OK)
        fail_msg("%s at %u:%u: %s", f.code, f.line, f.column, f.text);
    return root;
}

static void show(const struct node *node, bool places) {
    INVARIANT(buffer_printf(&shown, NULL, "%.*s%s", BYTES_FMT(node->name), node->many ? "*" : "") == OK);
    if (places) INVARIANT(buffer_printf(&shown, NULL, "@%u:%u", node->line, node->column) == OK);
    if (node->scalar)
        INVARIANT(buffer_printf(&shown, NULL, "=%s%.*s", node->bare ? "~" : "", BYTES_FMT(node->text)) == OK);
    if (!node->first && node->scalar) return;
    INVARIANT(buffer_add_cstr(&shown, "(", NULL) == OK);
    for (const struct node *one = node->first; one; one = one->next) {
        if (one != node->first) INVARIANT(buffer_add_cstr(&shown, " ", NULL) == OK);
        show(one, places);
    }
    INVARIANT(buffer_add_cstr(&shown, ")", NULL) == OK);
}

static const char *tree(const struct node *node, bool places) {
    shown.most = 1u << 20;
    buffer_clear(&shown);
    show(node, places);
    INVARIANT(buffer_add(&shown, bytes_of("", 1), NULL) == OK);
    return (const char *)shown.at;
}
const char *fixture_shown(const struct node *node) { return tree(node, true); }

void fixture_reads(const struct format *format, struct bytes file, const char *expected) {
    assert_string_equal(fixture_shown(fixture_read(format, file)), expected);
}

void fixture_refused(const struct format *format, struct refusal expected) {
    struct fault f = {0};
    struct node *root = NULL;
    arena_reset(fixture_arena());
    enum outcome outcome = format_read(format, expected.file, arena, &root, &f);
    bool as_expected = outcome == REFUSE && strcmp(f.code, expected.code) == 0 && f.line == expected.line &&
                       f.column == expected.column;
    int count = expected.file.count < 200 ? (int)expected.file.count : 200;
    if (!as_expected) {
        fail_msg("%.*s: %d %s at %u:%u (%s), not %s at %u:%u", count, (const char *)expected.file.at, (int)outcome,
                 f.code, f.line, f.column, f.text, expected.code, expected.line, expected.column);
    }
}

void fixture_made(const struct format *format, const struct node *root, struct bytes written) {
    struct fault f = {0};
    AUTO(buffer_free) struct buffer out;
    buffer_init(&out, 1u << 20);
    assert_int_equal(format_write(format, root, &out, &f), OK);
    struct bytes is = buffer_view(&out);
    if (!bytes_equal(is, written)) fail_msg("written:\n%.*s\nnot:\n%.*s", BYTES_FMT(is), BYTES_FMT(written));
}

void fixture_writes(const struct format *format, struct bytes file, struct bytes written) {
    struct node *root = fixture_read(format, file);
    fixture_made(format, root, written);
    char *before = strdup(tree(root, false));
    assert_string_equal(tree(fixture_read(format, written), false), before);
    free(before);
}

static void survives(const struct format *format, const uint8_t *at, size_t count) {
    struct fault f = {0};
    struct node *root = NULL;
    uint8_t *exact = malloc(count ? count : 1); /* exactly its size: the sanitizers see one byte too many */
    assert_non_null(exact);
    memcpy(exact, at, count);
    arena_reset(fixture_arena());
    enum outcome outcome = format_read(format, bytes_of(exact, count), arena, &root, &f);
    if (outcome == OK) assert_non_null(root);
    else if (outcome != REFUSE || !f.line || !f.column)
        fail_msg("%d %s at %u:%u", (int)outcome, f.code, f.line, f.column);
    free(exact);
}

void fixture_torture(const struct format *format, struct bytes file) {
    static const uint8_t spoilt[] = {0, '"', '<', '\\', 0x80, 0xff};
    uint8_t *copy = malloc(file.count);
    assert_non_null(copy);
    memcpy(copy, file.at, file.count);
    for (size_t i = 0; i < file.count; i++) {
        survives(format, copy, i);
        for (size_t k = 0; k < sizeof spoilt; k++) {
            copy[i] = spoilt[k];
            survives(format, copy, file.count);
        }
        copy[i] = file.at[i];
    }
    free(copy);
}
