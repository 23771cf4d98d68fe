/* Joint operations in every agency's own words: what each profile that both sends and receives a paper writes, it reads
 * again as the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define LETTER "envelope.business_time: t, envelope.document_no: n, envelope.recipients: to"
/* The record comes from a profile of plain names. */
static const char plain[] =
    "agency: psb-bynr\nformat: {kind: json}\nmessages:\n"
    "  - {event: OPS.PLAN, direction: send, when: {e: a}, fields: {" LETTER
    ", kind: kind, title: title, purpose: purpose, category: category, county_code: county, area_name: area_name,\n"
    "     coordinates_system: crs, window_start: from, window_end: until, lead: lead, reply_by: by},\n"
    "     groups: {area: {at: area, fields: {longitude: x, latitude: y}}, tasks: {at: tasks, fields: {task: task, "
    "agency: who, place: place, time: time}}}}\n"
    "  - {event: OPS.ACCEPT, direction: send, when: {e: b}, fields: {" LETTER
    ", envelope.cites: cites, units: units, people: people, vehicles: cars, uavs: uavs, boats: boats}}\n"
    "  - {event: OPS.DECLINE, direction: send, when: {e: c}, fields: {" LETTER
    ", envelope.cites: cites, reason_code: code, reason: reason, proposed_start: from, proposed_end: until}}\n"
    "  - {event: OPS.FINDING, direction: send, when: {e: d}, fields: {" LETTER
    ", envelope.cites: cites, category: category, county_code: county, place: place, longitude: x, latitude: y,\n"
    "     coordinates_system: crs, found_time: found, evidence: evidence, leads_to: leads, follow_ups: follow}}\n"
    "  - {event: OPS.REPORT, direction: send, when: {e: f}, fields: {" LETTER
    ", envelope.cites: cites, patrol_hours: h, patrol_km: km, sites_inspected: s, hazards_found: g, hazards_rectified: "
    "i,\n"
    "     admin_cases: j, criminal_cases: k, seized_items: l, people_found: m}}\n"
    "  - {event: OPS.CONSOLIDATE, direction: send, when: {e: g}, fields: {" LETTER
    ", envelope.cites: cites, overdue: late, follow_ups: follow}}\n";

#define HEAD \
    "\"t\": \"2026-06-08 00:00\", \"n\": \"巴公联〔2026〕3号\", \"to\": [\"nm\"], \"cites\": [\"巴公联〔2026〕1号\"]"
struct paper_told {
    const char *event, *json;
    const char *const *same;
};
static const char *const plan_fields[] = {"envelope.document_no",
                                          "kind",
                                          "title",
                                          "purpose",
                                          "category",
                                          "county_code",
                                          "area_name",
                                          "coordinates_system",
                                          "window_start",
                                          "window_end",
                                          "lead",
                                          "reply_by",
                                          "area",
                                          "tasks",
                                          NULL};
static const char *const accept_fields[] = {"envelope.cites", "units", "people", "vehicles", "uavs", "boats", NULL};
static const char *const decline_fields[] = {"reason_code", "reason", "proposed_start", "proposed_end", NULL};
static const char *const finding_fields[] = {"category", "county_code",        "place",      "longitude",
                                             "latitude", "coordinates_system", "found_time", "evidence",
                                             "leads_to", "follow_ups",         NULL};
static const char *const report_fields[] = {"patrol_hours",      "patrol_km",   "sites_inspected", "hazards_found",
                                            "hazards_rectified", "admin_cases", "criminal_cases",  "seized_items",
                                            "people_found",      NULL};
static const char *const joint_fields[] = {"overdue", "follow_ups", NULL};
/* %s: a category of the profile's own. */
static const struct paper_told papers[] = {
    {"OPS.PLAN",
     "{\"e\": \"a\", " HEAD
     ", \"kind\": \"ENFORCE\", \"title\": \"采砂联动\", \"purpose\": \"打击采砂\", \"category\": \"%s\", \"county\": "
     "\"150823\", \"area_name\": \"河段\", \"crs\": \"CGCS2000\","
     "\"from\": \"2026-06-12 06:30\", \"until\": \"2026-06-12 20:00\", \"lead\": \"nm\", \"by\": \"2026-06-10 18:00\", "
     "\"area\": [{\"x\": 108.5, \"y\": 40.25}, {\"x\": 108.75, \"y\": 40.25},"
     "{\"x\": 108.75, \"y\": 40.5}], \"tasks\": [{\"task\": \"设卡\", \"who\": \"slj\", \"place\": \"桥头\", \"time\": "
     "\"2026-06-12 07:00\"}, {\"task\": \"核查\", \"who\": \"nm\", \"place\": \"码头\","
     "\"time\": \"2026-06-12 08:00\"}]}",
     plan_fields},
    {"OPS.ACCEPT",
     "{\"e\": \"b\", " HEAD
     ", \"units\": \"执法大队\", \"people\": 6, \"cars\": 2, \"uavs\": 0, \"boats\": 1, \"x\": \"%s\"}",
     accept_fields},
    {"OPS.DECLINE",
     "{\"e\": \"c\", " HEAD ", \"code\": \"DC3\", \"reason\": \"有任务\", \"from\": \"2026-06-20 06:30\", \"until\": "
     "\"2026-06-20 18:00\", \"x\": \"%s\"}",
     decline_fields},
    {"OPS.FINDING",
     "{\"e\": \"d\", " HEAD ", \"category\": \"%s\", \"county\": \"150823\", \"place\": \"河口\", \"x\": 108.75, "
     "\"y\": 40.5, \"crs\": \"CGCS2000\", \"found\": \"2026-06-12 09:40\","
     "\"evidence\": [\"锚鱼器\", \"影像\"], \"leads\": \"REV\", \"follow\": [\"巴公移〔2026〕8号\", "
     "\"巴公移〔2026〕9号\"]}",
     finding_fields},
    {"OPS.REPORT",
     "{\"e\": \"f\", " HEAD ", \"h\": 36.5, \"km\": 128.25, \"s\": 14, \"g\": 3, \"i\": 2, \"j\": 1, \"k\": 0, \"l\": "
     "8, \"m\": 5, \"x\": \"%s\"}",
     report_fields},
    {"OPS.CONSOLIDATE",
     "{\"e\": \"g\", " HEAD ", \"late\": [\"wlsh\", \"zrzy\"], \"follow\": [\"巴公移〔2026〕8号\"], \"x\": \"%s\"}",
     joint_fields}};

static bool both_ways(const struct profile *profile, const char *event) {
    for (size_t i = 0; i < profile->message_count; i++) {
        const struct mapped_message *m = &profile->messages[i];
        if (strcmp(m->event, event) == 0 && m->sends && m->receives) return true;
    }
    return false;
}

static void every_profile_reads_what_it_writes(void **state) {
    (void)state;
    glob_t found = {0};
    size_t planners = 0, tried = 0;
    struct profile *from = fixture_profile(plain);
    assert_int_equal(glob("adapters/agencies/*/profile.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct profile *profile = NULL;
        struct fault fault = {0};
        if (profile_load(found.gl_pathv[i], fixture_directory, fixture_catalogue, &profile, &fault) != OK)
            fail_msg("%s", fault.text);
        planners += both_ways(profile, "OPS.PLAN");
        for (size_t k = 0; k < sizeof papers / sizeof papers[0]; k++) {
            char text[2000];
            if (!both_ways(profile, papers[k].event) || profile->agency->role == ROLE_COO)
                continue; /* what coordination gets is masked */
            const char *mark = strstr(papers[k].json, "%s");
            snprintf(text, sizeof text, "%.*s%s%s", (int)(mark - papers[k].json), papers[k].json,
                     fixture_category(profile), mark + 2);
            fixture_goes_and_comes(profile, fixture_value(from, "a.json", bytes_of_cstr(text), NULL), papers[k].same);
            tried++;
        }
        profile_free(profile);
    }
    assert_int_equal(planners, 16); /* four forces, twelve agencies */
    print_message("%zu papers both ways\n", tried);
    assert_true(tried >= 80);
    globfree(&found);
    profile_free(from);
}

/* Numbers that count are whole and not below zero. */
static void a_count_is_whole(void **state) {
    (void)state;
    struct profile *from = fixture_profile(plain);
    struct draft *draft = NULL;
    struct fault fault = {0};
    static const char *const wrong[] = {"-1", "2.5", "99999999999"};
    for (size_t i = 0; i < 3; i++) {
        const char *text = arena_printf(fixture_arena, "{\"e\": \"b\", " HEAD ", \"people\": %s}", wrong[i]);
        assert_int_equal(conversion_read(from, "a.json", bytes_of_cstr(text), fixture_arena, &draft, &fault), REFUSE);
        assert_string_equal(fault.code, "FIELD_NUMBER");
        assert_string_equal(fault.field, "people");
    }
    profile_free(from);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_profile_reads_what_it_writes),
                                       cmocka_unit_test(a_count_is_whole)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
