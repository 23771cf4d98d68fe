/* The profile loader: every shipped profile loads, a file is taken for the message it is, limits end in a refusal and
 * not in a full arena. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"
#include "base/limits.h"
#include "base/settings.h"
#include "wire/event.h"

#define HEAD "agency: nm\nformat: {kind: csv, date: yyyy-M-d}\n"
#define SENT "messages:\n  - {event: REF.SEND, direction: send, fields: {envelope.business_time: 日期}}\n"

static void every_shipped_profile_loads(void **state) {
    (void)state;
    glob_t found;
    assert_int_equal(glob("adapters/agencies/*/profile.yaml", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 22);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct profile *profile = NULL;
        struct fault fault = {0};
        const struct fault *all = NULL;
        if (profile_load(found.gl_pathv[i], fixture_directory, fixture_catalogue, &profile, &fault) != OK)
            fail_msg("%s", fault.text);
        assert_non_null(strstr(found.gl_pathv[i], arena_printf(fixture_arena, "/%s/", profile_agency(profile))));
        AUTO(buffer_free) struct buffer yaml;
        buffer_init(&yaml, LIMIT_SETTINGS);
        assert_int_equal(buffer_read_file(&yaml, found.gl_pathv[i], &fault), OK);
        assert_int_equal(profile_check(found.gl_pathv[i], buffer_view(&yaml), fixture_directory, fixture_catalogue,
                                       fixture_arena, &all),
                         0);
        profile_free(profile);
    }
    globfree(&found);
}

static const char *many(const char *before, const char *each, size_t count, const char *after) {
    size_t capacity = strlen(each) + 16;
    char *text = arena_alloc(fixture_arena, strlen(before) + strlen(after) + count * capacity + 1),
         *at = text + sprintf(text, "%s", before);
    for (size_t i = 0; i < count; i++) {
        const char *mark = strchr(each, '#');
        at += mark ? sprintf(at, "%.*s%zu%s", (int)(mark - each), each, i, mark + 1) : sprintf(at, "%s", each);
    }
    sprintf(at, "%s", after);
    return text;
}

static void too_much_is_refused_before_the_arena_is_full(void **state) {
    (void)state;
    static const struct {
        const char *before, *each;
        size_t count;
        const char *after;
    } all[] = {
        {HEAD "messages: [", "{event: REF.SEND, direction: receive},", 257, "]\n"},
        {HEAD "tables: {", "t#: {a: b},", 257, "}\n" SENT},
        {HEAD "tables: {t: {", "n#: b,", 8193, "}}\n" SENT},
        {HEAD "files: [", "'*.#',", 65, "]\n" SENT},
        {"agency: nm\nformat: {kind: csv, date: [", "yyyy-M-d,", 9, "]}\n" SENT},
        {"agency: nm\nformat: {kind: json}\nmessages:\n  - {event: REF.SEND, fields: {envelope.business_time: '", "a/",
         16, "b'}}\n"},
        {HEAD "messages: [{event: REF.SEND, direction: receive, when: {", "w#: a,", 33, "}}]\n"},
        {HEAD "messages: [{event: REF.SEND, direction: receive, facts: [", "{name: n#, at: a},", 65, "]}]\n"},
        {HEAD "blocks: {a: {}}\nmessages: [{event: REF.SEND, direction: receive, use: [", "a,", 17, "]}]\n"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct fault fault = fixture_refused(many(all[i].before, all[i].each, all[i].count, all[i].after));
        if (strcmp(fault.code, "TOO_MANY") != 0) fail_msg("%zu: %s %s", i, fault.code, fault.text);
        fault = fixture_refused(many(all[i].before, all[i].each, all[i].count - 1, all[i].after));
        if (strcmp(fault.code, "TOO_MANY") == 0) fail_msg("%zu: %s", i, fault.text);
    }
    assert_string_equal(fixture_refused(many(HEAD, "# a comment that says nothing at all\n", 8000, SENT)).code,
                        "TOO_LARGE");
}

static void the_largest_profile_fits(void **state) {
    (void)state;
    const char *lists = many("[", "s#,", 64, "]");
    const char *block =
        arena_printf(fixture_arena,
                     HEAD "blocks: {b: {fields: {envelope.recipients: {at: a, separator: %s}, envelope.copies: {at: b, "
                          "separator: %s}, officers: {at: c, separator: %s}, "
                          "legal_basis: {at: d, separator: %s}, found_time: {at: e, date: [yyyy-M-d, yyyy.M.d, "
                          "yyyy/M/d, yyyyMMdd]}}, groups: {parties: {split: %s, fields: {name: a}}}}}\nmessages:\n",
                     lists, lists, lists, lists, lists);
    struct profile *profile = fixture_profile(many(
        block, "  - {event: REF.SEND, direction: send, when: {t: m#}, use: [b], fields: {envelope.business_time: e}}\n",
        256, ""));
    assert_int_equal(profile->message_count, 256);
    assert_true(arena_used(profile->arena) < 32u << 20);
    profile_free(profile);
}

static void a_file_is_the_first_message_it_fits(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(
        HEAD "files: ['*.csv', 'x*.dat']\nmessages:\n"
             "  - {event: REF.SEND, direction: send, when: {类型: [移送, 移送书], 状态: 正式}, fields: "
             "{envelope.business_time: 日期}}\n"
             "  - {event: REV.SEND, direction: send, files: ['ysj-*'], fields: {envelope.business_time: 日期}}\n"
             "  - {event: JUR.FORWARD, direction: send, when: {类型: 移送}, fields: {envelope.business_time: 日期}}\n"
             "  - {event: REF.FILED, direction: receive, when: {类型: 立案}}\n");
    static const struct {
        const char *name, *text, *event;
    } all[] = {{"a.csv", "类型,状态,日期\n移送书,正式,2026-6-8\n", "REF.SEND"},
               {"a.csv", "类型,状态,日期\n移送,草稿,2026-6-8\n", "JUR.FORWARD"},
               {"YSJ-1.csv", "类型,状态,日期\n退,草稿,2026-6-8\n", "REV.SEND"},
               {"ysj-1.csv", "类型,状态,日期\n移送,正式,2026-6-8\n", "REF.SEND"},
               {"a.csv", "类型,状态,日期\n立案,正式,2026-6-8\n", NULL},
               {"a.csv", "类型,日期\n移送,2026-6-8\n", "JUR.FORWARD"},
               {"a.csv", "日期\n2026-6-8\n", NULL},
               {"a.csv", "类型,状态,日期\n移送,正式,2026-6-8\n移送书,正式,2026-6-8\n", "REF.SEND"},
               {"a.csv", "类型,状态,日期\n移送,正式,2026-6-8\n退,正式,2026-6-8\n", NULL}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct draft *draft = NULL;
        struct draft_view view;
        struct fault fault = {0};
        enum outcome outcome =
            conversion_read(profile, all[i].name, bytes_of_cstr(all[i].text), fixture_arena, &draft, &fault);
        if ((outcome == OK) != (all[i].event != NULL)) fail_msg("%zu: %s %s", i, fault.code, fault.text);
        if (outcome != OK) assert_string_equal(fault.code, "UNKNOWN_MESSAGE");
        if (outcome != OK) continue;
        conversion_view(draft, &view);
        if (strcmp(view.event, all[i].event) != 0) fail_msg("%zu is %s", i, view.event);
    }
    assert_true(profile_takes(profile, "A.CSV") && profile_takes(profile, "x1.dat") &&
                !profile_takes(profile, "1.dat") && !profile_takes(profile, "a.csv.pdf"));
    profile_free(profile);
}

/* Papers of one form stand in one message: each is a message of its own, told apart by its kind. */
static void papers_of_one_form_stand_together(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(
        HEAD "messages:\n"
             "  - {events: {REF.RECON_REQ: [复议, 申请复议], SUP.SUGGEST: 建议监督}, kind: 类型, when: {状态: 正式}, "
             "direction: send, fields: {envelope.business_time: 日期, envelope.cites: 来文}}\n");
    assert_int_equal(profile->message_count, 2);
    static const struct {
        const char *text, *event;
    } all[] = {{"类型,状态,日期,来文\n申请复议,正式,2026-6-8,甲\n", "REF.RECON_REQ"},
               {"类型,状态,日期,来文\n建议监督,正式,2026-6-8,甲\n", "SUP.SUGGEST"},
               {"类型,状态,日期,来文\n建议监督,草稿,2026-6-8,甲\n", NULL},
               {"类型,状态,日期,来文\n监督,正式,2026-6-8,甲\n", NULL}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct draft *draft = NULL;
        struct draft_view view;
        struct fault fault = {0};
        enum outcome outcome =
            conversion_read(profile, "a.csv", bytes_of_cstr(all[i].text), fixture_arena, &draft, &fault);
        if ((outcome == OK) != (all[i].event != NULL)) fail_msg("%zu: %s %s", i, fault.code, fault.text);
        if (outcome != OK) continue;
        conversion_view(draft, &view);
        assert_string_equal(view.event, all[i].event);
    }
    profile_free(profile);
}

/* Each event of the rules can be named, with a field of the record it travels in. */
static void every_event_of_the_catalogue_can_be_named(void **state) {
    (void)state;
    struct settings *rules = NULL;
    struct setting *events = NULL;
    struct fault fault = {0};
    assert_int_equal(settings_load("schemas/rules/rules.yaml", &rules, &fault), OK);
    assert_int_equal(setting_need(settings_root(rules), "events", SETTING_LIST, &events, &fault), OK);
    assert_true(events->count > 20);
    for (struct setting *one = events->first; one; one = one->next) {
        const char *code = NULL;
        assert_int_equal(setting_text(one, "code", &code, &fault), OK);
        const struct event_entry *event = catalogue_event(fixture_catalogue, bytes_of_cstr(code));
        assert_non_null(event);
        struct profile *profile = fixture_profile(arena_printf(
            fixture_arena, HEAD "messages: [{event: %s, direction: receive, fields: {envelope.business_time: a%s}}]\n",
            code,
            event->kind == RECORD_CASE_FILE        ? ", title: b"
            : event->kind == RECORD_CASE_STEP      ? ", signer: b"
            : event->kind == RECORD_CLUE           ? ", areas: b"
            : event->kind == RECORD_CLUE_STEP      ? ", checks: b"
            : event->kind == RECORD_OPERATION      ? ", kind: b"
            : event->kind == RECORD_OPERATION_STEP ? ", units: b"
                                                   : ", about_event: b"));
        assert_int_equal(profile->messages[0].opens, event->opens);
        profile_free(profile);
    }
    settings_free(rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_shipped_profile_loads),
                                       cmocka_unit_test(too_much_is_refused_before_the_arena_is_full),
                                       cmocka_unit_test(the_largest_profile_fits),
                                       cmocka_unit_test(a_file_is_the_first_message_it_fits),
                                       cmocka_unit_test(papers_of_one_form_stand_together),
                                       cmocka_unit_test(every_event_of_the_catalogue_can_be_named)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
