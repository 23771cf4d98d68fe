/* Profiles, files and records for the mapping's tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/conversion/canonical/canonical_json.h"
#include "adapters/conversion/mapping/map_fixture.h"
#include "base/limits.h"
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>

struct directory *fixture_directory;
struct catalogue *fixture_catalogue;
struct arena *fixture_arena;

int fixture_open(void **state) {
    struct fault fault;
    (void)state;
    fixture_arena = arena_new(1u << 20, 256u << 20);
    return directory_load("schemas/directory.yaml", &fixture_directory, &fault) != OK ||
           catalogue_load("schemas", &fixture_catalogue, &fault) != OK;
}
int fixture_close(void **state) {
    (void)state;
    directory_free(fixture_directory);
    catalogue_free(fixture_catalogue);
    arena_free(fixture_arena);
    return 0;
}

struct profile *fixture_profile(const char *yaml) {
    struct profile *profile = NULL;
    struct fault fault = {0};
    enum outcome outcome =
        profile_parse("test.yaml", bytes_of_cstr(yaml), fixture_directory, fixture_catalogue, &profile, &fault);
    if (outcome != OK) fail_msg("%s %s %u:%u %s", fault.code, fault.field, fault.line, fault.column, fault.text);
    return profile;
}

struct fault fixture_refused(const char *yaml) {
    struct profile *profile = NULL;
    struct fault fault = {0};
    if (profile_parse("test.yaml", bytes_of_cstr(yaml), fixture_directory, fixture_catalogue, &profile, &fault) == OK)
        profile_free(profile);
    return fault;
}

bool fixture_reports(const struct wrong_profile *w, struct fault *ret) {
    *ret = fixture_refused(w->yaml);
    if (strcmp(ret->code, w->code) == 0 && ret->line == w->line && ret->column == w->column &&
        strstr(ret->text, w->says))
        return true;
    print_error("%s %s\n(wanted %s %u:%u %s) for\n%s", ret->code, ret->text, w->code, w->line, w->column, w->says,
                w->yaml);
    return false;
}

size_t fixture_checked(const char *yaml, const struct fault **ret) {
    return profile_check("test.yaml", bytes_of_cstr(yaml), fixture_directory, fixture_catalogue, fixture_arena, ret);
}

static struct bytes converted(struct bytes text, const char *to, const char *from) {
    size_t capacity = text.count * 4 + 16, left = capacity, count = text.count;
    char *out = arena_alloc(fixture_arena, capacity), *at = out, *in = arena_cstr(fixture_arena, text);
    iconv_t converter = iconv_open(to, from);
    assert_true(converter != (iconv_t)-1);
    assert_int_equal(iconv(converter, &in, &count, &at, &left), 0);
    iconv_close(converter);
    return bytes_of(out, capacity - left);
}
struct bytes fixture_encoded(const char *text, const char *encoding) {
    return converted(bytes_of_cstr(text), encoding, "UTF-8");
}

struct bytes fixture_value(const struct profile *profile, const char *file_name, struct bytes native,
                           const char *answer_to) {
    struct fault fault = {0};
    struct draft *draft = NULL;
    struct draft_view view;
    if (conversion_read(profile, file_name, native, fixture_arena, &draft, &fault) != OK) {
        fail_msg("%s %s %u:%u %s", fault.code, fault.field, fault.line, fault.column, fault.text);
    }
    conversion_view(draft, &view);
    struct attachment *papers = arena_array(fixture_arena, view.need_count + 1, sizeof *papers);
    for (size_t i = 0; i < view.need_count; i++)
        papers[i] = (struct attachment){view.needs[i].file_name, BYTES_LITERAL("abc"), NULL};
    struct address address = {.message_id = {{1}}, .case_id = {{2}}, .referral_id = {{3}}};
    if (answer_to) address.answer_to = directory_by_slug(fixture_directory, bytes_of_cstr(answer_to));
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    if (conversion_write(profile, draft, &address, papers, view.need_count, &value, &fault) != OK)
        fail_msg("%s %s", fault.code, fault.text);
    return arena_copy(fixture_arena, buffer_view(&value));
}

json_t *fixture_record(struct bytes value) {
    json_t *root = NULL;
    struct fault fault;
    assert_int_equal(canonical_json(fixture_catalogue, value, NULL, &root, &fault), OK);
    json_t *record = json_incref(json_object_get(root, "value"));
    json_decref(root);
    return record;
}

const char *fixture_at(json_t *record, const char *path) {
    const char *name = arena_cstr(fixture_arena, bytes_of_cstr(path));
    char *rest = arena_cstr(fixture_arena, bytes_of_cstr(path));
    json_t *at = record;
    for (char *part = strsep(&rest, "."); part && at; part = strsep(&rest, ".")) {
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(part)) : json_object_get(at, part);
    }
    if (!at) fail_msg("the record has no %s", name);
    if (json_is_string(at)) return arena_cstr(fixture_arena, bytes_of(json_string_value(at), json_string_length(at)));
    char *dumped = json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(12));
    const char *copy = arena_cstr(fixture_arena, bytes_of_cstr(dumped));
    free(dumped);
    return copy;
}

const char *fixture_rendered(const struct profile *profile, struct bytes value, const char *encoding) {
    struct fault fault = {0};
    const struct native_file *files = NULL;
    size_t count = 0;
    struct native_case made;
    const struct inbox_facts facts = {3, 7, "to"};
    assert_int_equal(conversion_attachments(profile, value, facts.role, fixture_arena, &files, &count, &fault), OK);
    struct bytes *names = arena_array(fixture_arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = bytes_of_cstr(arena_printf(fixture_arena, "%zu_%.*s", i + 1, BYTES_FMT(files[i].name)));
    if (conversion_render(profile, value, &facts, names, count, fixture_arena, &made, &fault) != OK)
        fail_msg("%s %s", fault.code, fault.text);
    return arena_cstr(fixture_arena, converted(made.content, "UTF-8", encoding));
}

const char *fixture_category(const struct profile *profile) {
    for (size_t i = 0; i < profile->table_count; i++) {
        if (strcmp(profile->tables[i].name, "category") == 0) return profile->tables[i].rows[0].canonical;
    }
    return "FISH";
}

void fixture_goes_and_comes(const struct profile *profile, struct bytes value, const char *const *same) {
    struct fault fault = {0};
    const struct inbox_facts facts = {3, 7, "to"};
    struct native_case made;
    if (conversion_render(profile, value, &facts, NULL, 0, fixture_arena, &made, &fault) != OK)
        fail_msg("%s: %s %s", profile_agency(profile), fault.code, fault.text);
    /* not as canonical JSON */
    assert_string_equal(arena_cstr(fixture_arena, made.extension), profile_extension(profile));
    struct bytes again =
        fixture_value(profile, arena_printf(fixture_arena, "x.%s", profile_extension(profile)), made.content, "nm");
    json_t *before = fixture_record(value), *after = fixture_record(again);
    for (; *same; same++) {
        const char *said = fixture_at(before, *same), *heard = fixture_at(after, *same);
        if (strcmp(said, heard) != 0) fail_msg("%s: %s: %s, not %s", profile_agency(profile), *same, heard, said);
    }
    json_decref(before);
    json_decref(after);
}

void fixture_check(struct bytes value, const struct expected *all, size_t count) {
    json_t *record = fixture_record(value);
    for (size_t i = 0; i < count; i++) {
        const char *text = fixture_at(record, all[i].path);
        if (strcmp(text, all[i].text) != 0) fail_msg("%s is %s, not %s", all[i].path, text, all[i].text);
    }
    json_decref(record);
}
