/* The built-in mapping: complete, and any record reaches any agency. */
#define _GNU_SOURCE /* memmem */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <string.h>
#include "adapters/conversion/mapping/map.h"
#include "adapters/conversion/mapping/map_fixture.h"
#include "base/limits.h"

static void named(const char *path, enum group_kind group) {
    if (canonical_find(path, group) && !canonical_zh(path, group))
        fail_msg("%s %s has no Chinese name", canonical_group_name(group), path);
}

/* Every field of the newest schemas that a profile may name. */
static void every_canonical_field_has_a_name(void **state) {
    (void)state;
    size_t fields = 0;
    for (enum record_kind kind = RECORD_CASE_FILE; kind <= RECORD_OPERATION_STEP; kind++) {
        if (!canonical_record(kind)) continue;
        json_t *schema = json_loads((const char *)catalogue_newest(fixture_catalogue, kind)->json.at,
                                    JSON_DISABLE_EOF_CHECK, NULL),
               *field, *inner;
        size_t i, k;
        json_array_foreach(json_object_get(schema, "fields"), i, field) {
            const char *name = json_string_value(json_object_get(field, "name"));
            json_t *type = json_object_get(field, "type"), *items = json_object_get(type, "items");
            enum group_kind group = canonical_group_named(name);
            bool envelope = strcmp(name, "envelope") == 0;
            named(name, GROUP_NONE);
            json_array_foreach(json_object_get(group != GROUP_NONE ? items : type, "fields"), k, inner) {
                const char *member = json_string_value(json_object_get(inner, "name"));
                named(envelope ? arena_printf(fixture_arena, "envelope.%s", member) : member, group);
                fields++;
            }
        }
        json_decref(schema);
    }
    assert_true(fields > 60);
    const char *ours[] = {"inbox.role", "inbox.lane", "inbox.sequence", "reasons.text"};
    for (size_t i = 0; i < 4; i++)
        assert_true(canonical_find(ours[i], GROUP_NONE) && canonical_zh(ours[i], GROUP_NONE));
}

static struct bytes golden(const char *name) {
    struct fault fault;
    AUTO(buffer_free) struct buffer content;
    buffer_init(&content, LIMIT_VALUE);
    assert_int_equal(buffer_read_file(&content, arena_printf(fixture_arena, "tests/golden/%s", name), &fault), OK);
    return arena_copy(fixture_arena, buffer_view(&content));
}

static bool stands_in(const struct node *node, struct bytes text) {
    if (memmem(node->text.at ? node->text.at : (const uint8_t *)"", node->text.count, text.at, text.count)) return true;
    for (const struct node *one = node->first; one; one = one->next) {
        if (stands_in(one, text)) return true;
    }
    return false;
}

static void all_stands(const struct map_item *item, const struct node *root, const char *agency) {
    for (size_t i = 0; i < item->count; i++) {
        const struct value *value = &item->values[i];
        bool written_otherwise = value->field->kind == VALUE_AGENCY || value->field->kind == VALUE_AGENCIES ||
                                 value->field->kind == VALUE_SYMBOL || strcmp(value->field->path, "statutory") == 0 ||
                                 strcmp(value->field->path, "file_name") == 0 ||
                                 /* by their Chinese names, see map_fact_test */
                                 value->field->group == GROUP_FACTS;
        if (written_otherwise) continue;
        if (value->text.count && !stands_in(root, value->text)) fail_msg("%s: %s is lost", agency, value->field->path);
        for (size_t k = 0; k < value->count; k++) {
            if (!stands_in(root, value->list[k])) fail_msg("%s: one of %s is lost", agency, value->field->path);
        }
    }
}

static void told_whole(const struct profile *profile, struct bytes value) {
    const struct inbox_facts facts = {3, 7, "copy"};
    struct fault fault = {0};
    struct native_case made;
    struct node *root = NULL;
    struct map_record record;
    struct bytes name = BYTES_LITERAL("移送书.pdf");
    if (profile->format.kind == FORMAT_FIXED) { /* has no columns for it: the engine writes canonical JSON */
        assert_int_equal(conversion_render(profile, value, &facts, &name, 1, fixture_arena, &made, &fault), REFUSE);
        assert_string_equal(fault.code, "TOO_LARGE");
        return;
    }
    if (conversion_render(profile, value, &facts, &name, 1, fixture_arena, &made, &fault) != OK)
        fail_msg("%s: %s", profile_agency(profile), fault.text);
    if (format_read(&profile->format, made.content, fixture_arena, &root, &fault) != OK)
        fail_msg("%s: %s %s", profile_agency(profile), fault.code, fault.text);
    assert_int_equal(map_decode(profile, value, facts.role, fixture_arena, &record, &fault), OK);
    all_stands(&record.own, root, profile_agency(profile));
    for (size_t kind = 0; kind < GROUP_COUNT; kind++) {
        for (size_t i = 0; i < record.groups[kind].count; i++)
            all_stands(&record.groups[kind].items[i], root, profile_agency(profile));
    }
    if (record.groups[GROUP_DOCUMENTS].count) assert_true(stands_in(root, name));
}

/* The golden step has an event that no rules know, so its own is built in everywhere; the case file goes to whoever has
 * no words for it. */
static void every_agency_can_be_told_everything(void **state) {
    (void)state;
    DIR *folder = opendir("adapters/agencies");
    size_t told = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct fault fault = {0};
        struct profile *profile = NULL;
        if (entry->d_name[0] == '.' || strchr(entry->d_name, '.')) continue;
        const char *path = arena_printf(fixture_arena, "adapters/agencies/%s/profile.yaml", entry->d_name);
        if (profile_load(path, fixture_directory, fixture_catalogue, &profile, &fault) != OK) {
            fail_msg("%s:%u:%u %s %s %s", path, fault.line, fault.column, fault.code, fault.field, fault.text);
        }
        profile->message_count = 0;    /* a profile without words */
        profile->format.schema = NULL; /* is of its own words */
        told_whole(profile, golden("1-CaseFile.bin"));
        told_whole(profile, golden("2-CaseStep.bin"));
        told_whole(profile, golden("3-Notice.bin"));
        profile_free(profile);
        told++;
    }
    closedir(folder);
    assert_int_equal(told, 22);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_canonical_field_has_a_name),
                                       cmocka_unit_test(every_agency_can_be_told_everything)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
