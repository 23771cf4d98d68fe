/* The profile loader: every mistake is told at its place, one by one and all at once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define HEAD "agency: nm\nformat: {kind: csv, date: yyyy-M-d}\n"
#define XML  "agency: nm\nformat: {kind: xml, root: a}\n"
#define SENT "messages:\n  - {event: REF.SEND, direction: send, fields: {envelope.business_time: 日期}}\n"
#define SEND(more) \
    "messages:\n  - {event: REF.SEND, direction: send, fields: {envelope.business_time: 日期}, " more "}\n"
#define FIELD(more) "messages:\n  - event: REF.SEND\n    fields:\n      envelope.business_time: 日期\n      " more "\n"

static const struct wrong_profile all_wrong[] = {
    {"", "SETTINGS_EMPTY", 1, 1, "empty"},
    {"- a\n", "SETTINGS_TYPE", 1, 1, "agency: SLUG"},
    {"agency: [nm\n", "SETTINGS_SYNTAX", 2, 1, ""},
    {"format: {kind: csv}\n" SENT, "SETTINGS_MISSING", 1, 1, "\"agency\""},
    {"agency: nobody\nformat: {kind: csv}\n" SENT, "UNKNOWN_RECIPIENT", 1, 9, "nobody"},
    {"agency: 巴彦淖尔市农牧局\nformat: {kind: csv}\n" SENT, "UNKNOWN_RECIPIENT", 1, 9, "the slug: nm"},
    {"agency: nm\nformat: {kind: csv, encoding: gbk}\n" SENT, "SETTINGS_TYPE", 2, 31,
     "one of: UTF-8, GB18030 (GB18030 takes GBK"},
    {"agency: nm\n" SENT, "SETTINGS_MISSING", 1, 1, "\"format\""},
    {"agency: nm\nformat: csv\n" SENT, "SETTINGS_TYPE", 2, 9, "map"},
    {"agency: nm\nformat: {kind: docx}\n" SENT, "SETTINGS_TYPE", 2, 16, "docx"},
    {"agency: nm\nformat: {kind: csv, encoding: Big5}\n" SENT, "SETTINGS_TYPE", 2, 31, "Big5"},
    {"agency: nm\nformat: {kind: csv, encoding: GB18030, bom: true}\n" SENT, "SETTINGS_TYPE", 2, 45, "UTF-8 only"},
    {"agency: nm\nformat: {kind: csv, cpg: true}\n" SENT, "SETTINGS_TYPE", 2, 26, "not for this kind"},
    {"agency: nm\nformat: {kind: csv, bom: yes}\n" SENT, "SETTINGS_TYPE", 2, 26, "true or false"},
    {"agency: nm\nformat: {kind: csv, separator: ab}\n" SENT, "SETTINGS_TYPE", 2, 32, "one ASCII"},
    {HEAD "privacy: STAT\n" SENT, "SETTINGS_TYPE", 3, 10, "privacy: {to: MASK"},
    {HEAD "privacy: {copy: NOBODY}\n" SENT, "SETTINGS_TYPE", 3, 17, "HANDLER, COPY, OTHER_DEPT, STAT, PUBLIC"},
    {HEAD "privacy: {copied: STAT}\n" SENT, "SETTINGS_UNKNOWN", 3, 19, "copied"},
    {HEAD "privacy: {events: {REF.SENT: STAT}}\n" SENT, "SETTINGS_UNKNOWN", 3, 30, "REF.SENT"},
    {HEAD "privacy: {events: {REF.SEND: [STAT]}}\n" SENT, "SETTINGS_TYPE", 3, 30, "masks of"},
    {HEAD "withhold: summary\n" SENT, "SETTINGS_TYPE", 3, 11, "withhold: ["},
    {HEAD "withhold: [sumary]\n" SENT, "SETTINGS_UNKNOWN", 3, 12, "sumary"},
    {HEAD "withhold: [parties.nick]\n" SENT, "SETTINGS_UNKNOWN", 3, 12, "parties.nick"},
    {HEAD "withhold: [parties.name]\n" SENT, "SETTINGS_TYPE", 3, 12, "without it"},
    {HEAD "withhold: [envelope.cites]\n" SENT, "SETTINGS_TYPE", 3, 12, "envelope"},
    {HEAD "withhold: [documents]\n" SENT, "SETTINGS_TYPE", 3, 12, "papers travel"},
    {HEAD "withhold: [inbox.role]\n" SENT, "SETTINGS_TYPE", 3, 12, "never sent"},
    {"agency: nm\nformat: {kind: csv, root: a}\n" SENT, "SETTINGS_TYPE", 2, 27, "root is not for"},
    {"agency: nm\nformat: {kind: json, key: a}\n" SENT, "SETTINGS_TYPE", 2, 27, "key is not for"},
    {"agency: nm\nformat: {kind: xml}\n" SENT, "SETTINGS_MISSING", 2, 9, "root"},
    {"agency: nm\nformat: {kind: xml, root: a, prefix: p}\n" SENT, "SETTINGS_MISSING", 2, 38, "namespace"},
    {"agency: nm\nformat: {kind: json, record: a//b}\n" SENT, "SETTINGS_TYPE", 2, 30, "empty name"},
    {"agency: nm\nformat: {kind: csv, date: yyyy}\n" SENT, "SETTINGS_TYPE", 2, 27, "date pattern"},
    {"agency: nm\nformat: {kind: csv, date: yyyyMd}\n" SENT, "SETTINGS_TYPE", 2, 27, "two ways"},
    {"agency: nm\nformat: {kind: csv, date: [yyyy/M/d, yyyy/d/M]}\n" SENT, "SETTINGS_TYPE", 2, 27, "two times"},
    {"agency: nm\nformat: {kind: csv, lists: a}\n" SENT, "SETTINGS_UNKNOWN", 2, 28, "lists"},
    {HEAD "files: {a: b}\n" SENT, "SETTINGS_TYPE", 3, 8, "list of texts"},
    {HEAD "files: ['']\n" SENT, "SETTINGS_TYPE", 3, 8, "empty"},
    {HEAD "attachment_wait: 90000\n" SENT, "SETTINGS_TYPE", 3, 18, "86400"},
    {HEAD "colour: red\n" SENT, "SETTINGS_UNKNOWN", 3, 9, "colour"},
    {HEAD "tables: {t: [a]}\n" SENT, "SETTINGS_TYPE", 3, 13, "native text: canonical"},
    {HEAD "tables: {t: {a: }}\n" SENT, "SETTINGS_TYPE", 3, 17, "canonical text"},
    {HEAD "tables:\n  t: {a: b, a: c}\n" SENT, "SETTINGS_DUPLICATE", 4, 13, "twice"},
    {HEAD "messages: []\n", "SETTINGS_MISSING", 3, 11, "at least one"},
    {HEAD "messages: [x]\n", "SETTINGS_TYPE", 3, 12, "a message is"},
    {HEAD "messages: [{direction: send}]\n", "SETTINGS_MISSING", 3, 12, "\"event\""},
    {HEAD "messages: [{event: REF.SENT}]\n", "SETTINGS_UNKNOWN", 3, 20, "REF.SENT"},
    {HEAD "messages: [{event: REF.SEND, direction: out}]\n", "SETTINGS_TYPE", 3, 41, "send, receive or both"},
    {HEAD "messages: [{event: SYS.REFUSED}]\n", "SETTINGS_TYPE", 3, 20, "direction: receive"},
    {HEAD "messages: [{event: REF.SEND}]\n", "SETTINGS_MISSING", 3, 12, "business_time"},
    {HEAD "messages: [{event: REF.FILED, fields: {envelope.business_time: a}}]\n", "SETTINGS_MISSING", 3, 12, "cites"},
    {HEAD SEND("when: 移送"), "SETTINGS_TYPE", 4, 84, "native path: text"},
    {HEAD SEND("when: {类型: []}"), "SETTINGS_TYPE", 4, 89, "text is missing"},
    {HEAD SEND("use: [a]"), "SETTINGS_MISSING", 4, 84, "no block \"a\""},
    {HEAD "blocks: {a: {fields: {title: t}}}\n" SEND("use: [a, a]"), "SETTINGS_DUPLICATE", 5, 87, "twice"},
    {HEAD "blocks: {a: {fields: {title: t}}, b: {fields: {title: t}}}\n" SEND("use: [a]"), "SETTINGS_UNKNOWN", 3, 38,
     "used by no message"},
    {HEAD "blocks: {a: {fields: {titel: t}}}\n" SEND("use: [a]"), "SETTINGS_UNKNOWN", 3, 30, "titel"},
    {HEAD FIELD("titel: 名称"), "SETTINGS_UNKNOWN", 7, 14, "titel"},
    {HEAD FIELD("signer: 签收"), "SETTINGS_TYPE", 7, 15, "no field of CaseFile"},
    {HEAD FIELD("title: [a]"), "SETTINGS_TYPE", 7, 14, "a native path"},
    {HEAD FIELD("title: {required: true}"), "SETTINGS_MISSING", 7, 14, "at: PATH or value"},
    {HEAD FIELD("title: {at: a, value: b}"), "SETTINGS_MISSING", 7, 14, "at: PATH or value"},
    {HEAD FIELD("title: {at: a, table: t}"), "SETTINGS_MISSING", 7, 29, "no table \"t\""},
    {HEAD FIELD("title: {at: a, date: yyyy-M-d}"), "SETTINGS_TYPE", 7, 28, "no time"},
    {HEAD FIELD("title: {at: a, separator: ','}"), "SETTINGS_TYPE", 7, 33, "no list"},
    {HEAD FIELD("title: {at: a, unit: 克}"), "SETTINGS_MISSING", 7, 14, "belong together"},
    {HEAD FIELD("longitude: {at: a, unit: 克, as: ha}"), "SETTINGS_TYPE", 7, 32, "cannot be turned"},
    {HEAD FIELD("title: {at: a, bare: true}"), "SETTINGS_TYPE", 7, 28, "json only"},
    {HEAD FIELD("found_time: {at: a, date: d.M.y}"), "SETTINGS_TYPE", 7, 33, "date pattern"},
    {HEAD FIELD("found_time: {value: gestern}"), "SETTINGS_TYPE", 7, 27, "2026-06-08"},
    {HEAD FIELD("fine_paid_fen: {at: a, otherwise: viel}"), "SETTINGS_TYPE", 7, 41, "amounts"},
    {HEAD FIELD("fine_paid_fen: {at: a, as: fen}"), "SETTINGS_TYPE", 7, 34, "kept in fen"},
    {HEAD FIELD("fine_paid_fen: {at: a, unit: 美元}"), "SETTINGS_TYPE", 7, 36, "cannot be turned"},
    {HEAD "tables: {t: {a: b}}\n" FIELD("fine_paid_fen: {at: a, table: t}"), "SETTINGS_TYPE", 8, 37, "no table"},
    {HEAD "tables: {t: {a: SECRET}}\n" FIELD("envelope.handling: {at: a, table: t}"), "SETTINGS_TYPE", 8, 41, "SECRET"},
    {HEAD FIELD("envelope.recipients: {value: mars}"), "SETTINGS_TYPE", 7, 36, "mars"},
    {XML FIELD("title: '@a/b'"), "SETTINGS_TYPE", 7, 14, "attribute stands last"},
    {HEAD SEND("facts: {a: b}"), "SETTINGS_TYPE", 4, 85, "a list of"},
    {HEAD SEND("facts: [{name: a}]"), "SETTINGS_MISSING", 4, 86, "\"at\""},
    {HEAD SEND("facts: [{name: a, at: b, as: kg}]"), "SETTINGS_MISSING", 4, 86, "belong together"},
    {HEAD "messages: [{event: SYS.REFUSED, direction: receive, facts: [{name: a, at: b}]}]\n", "SETTINGS_TYPE", 3, 60,
     "facts belong to CaseFile"},
    {HEAD SEND("groups: [a]"), "SETTINGS_TYPE", 4, 86, "groups:"},
    {HEAD SEND("groups: {people: {fields: {name: a}}}"), "SETTINGS_UNKNOWN", 4, 95, "no group"},
    {HEAD SEND("groups: {penalties: {fields: {kind: a}}}"), "SETTINGS_TYPE", 4, 98, "no group of CaseFile"},
    {HEAD SEND("groups: {parties: {at: b, fields: {name: a}}}"), "SETTINGS_TYPE", 4, 101, "no \"at\""},
    {HEAD SEND("groups: {parties: {fields: {sex: a}}}"), "SETTINGS_MISSING", 4, 96, "member \"name\""},
    {HEAD SEND("groups: {parties: {fields: {name: a, colour: b}}}"), "SETTINGS_UNKNOWN", 4, 123, "no member"},
    {XML SEND("groups: {parties: {distinct: true, fields: {name: a}}}"), "SETTINGS_TYPE", 4, 107, "rows only"},
    {HEAD SENT "  - {event: REF.AMEND, direction: send, fields: {envelope.business_time: a, envelope.cites: b}}\n",
     "SETTINGS_UNREACHABLE", 5, 5, "takes every file"},
    {HEAD SENT "  - {event: REF.FILED, direction: receive}\n  - {event: REF.FILED, direction: receive}\n",
     "SETTINGS_UNREACHABLE", 6, 5, "already"},
    {HEAD "messages:\n  - {events: {REF.FILED: a}, direction: receive}\n", "SETTINGS_MISSING", 4, 5, "kind"},
    {HEAD "messages:\n  - {events: [REF.FILED], kind: t, direction: receive}\n", "SETTINGS_TYPE", 4, 14, "events: {"},
    {HEAD "messages:\n  - {events: {REF.FILED: a, REF.FILD: b}, kind: t, direction: receive}\n", "SETTINGS_UNKNOWN", 4,
     39, "REF.FILD"},
    {HEAD "messages:\n  - {events: {REF.FILED: a, REF.SEND: b}, kind: t, direction: receive}\n", "SETTINGS_TYPE", 4, 39,
     "another record"},
    {HEAD "messages:\n  - {events: {REF.FILED: a, REF.NOT_FILED: []}, kind: t, direction: receive}\n", "SETTINGS_TYPE",
     4, 44, "stands at kind"},
    {HEAD "messages:\n  - {events: {REF.SEND: a, REF.AMEND: b}, kind: t, direction: send, fields: "
          "{envelope.business_time: a}}\n",
     "SETTINGS_MISSING", 4, 39, "envelope.cites"},
    {HEAD "messages:\n  - {events: {REF.SEND: [a, b], REV.SEND: b}, kind: t, direction: send, fields: "
          "{envelope.business_time: a}}\n",
     "SETTINGS_UNREACHABLE", 4, 43, "takes every file"},
};

static void every_mistake_is_told_at_its_place(void **state) {
    (void)state;
    size_t other = 0;
    for (size_t i = 0; i < sizeof all_wrong / sizeof all_wrong[0]; i++) {
        const struct wrong_profile *w = &all_wrong[i];
        struct fault fault;
        other += !fixture_reports(w, &fault);
        const char *place = arena_printf(fixture_arena, ":%u:%u: ", w->line, w->column);
        other += !strstr(fault.text, place);
        const struct fault *all = NULL;
        size_t count = fixture_checked(w->yaml, &all), told = 0;
        while (told < count &&
               (strcmp(all[told].code, w->code) != 0 || all[told].line != w->line || all[told].column != w->column))
            told++;
        if (told == count) print_error("%zu: check does not tell of %s:\n%s", i, w->code, w->yaml);
        other += told == count;
    }
    assert_int_equal(other, 0);
}

static void check_tells_all_mistakes_in_the_file_s_order(void **state) {
    (void)state;
    const struct fault *all = NULL;
    size_t count = fixture_checked(
        "agency: nobody\n"
        "format: {kind: csv, date: [yyyy年M月d日]}\n"
        "attachment_wait: soon\n"
        "tables: {sex: {男: '1', 女: }}\n"
        "colour: red\n"
        "blocks:\n"
        "  letter: {fields: {envelope.document_nr: 文号, envelope.recipients: {at: 主送, table: organ}}}\n"
        "messages:\n"
        "  - {event: REF.SEND, when: {类型: 移送}, use: [letter], fields: {envelope.business_time: {at: 日期, date: x, "
        "bare: true}, title: {at: 名称, tabel: t}}}\n"
        "  - {event: REF.SENT, use: [letter]}\n"
        "  - {event: REF.AMEND, when: {类型: 补充}, use: [letter], fields: {envelope.business_time: 日期, "
        "envelope.cites: 来文}, groups: {people: {}, parties: {fields: {nam: 姓名}}}}\n",
        &all);
    static const struct {
        uint32_t line;
        const char *says;
    } expected[] = {{1, "nobody"},      {3, "attachment_wait"}, {4, "canonical text"}, {5, "colour"},
                    {7, "document_nr"}, {7, "organ"},           {9, "json only"},      {9, "tabel"},
                    {10, "REF.SENT"},   {11, "people"},         {11, "name"},          {11, "nam"}};
    for (size_t i = 0; i < count && i < sizeof expected / sizeof expected[0]; i++) {
        if (all[i].line != expected[i].line || !strstr(all[i].text, expected[i].says))
            fail_msg("%zu: %s, not %u %s", i, all[i].text, expected[i].line, expected[i].says);
    }
    assert_int_equal(count, sizeof expected / sizeof expected[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_mistake_is_told_at_its_place),
                                       cmocka_unit_test(check_tells_all_mistakes_in_the_file_s_order)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
