/* Clues in every agency's own words: what each of the 22 profiles writes when it receives one, it reads again as the
 * same when it sends it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <string.h>
#include "adapters/conversion/mapping/map_fixture.h"
#include "adapters/conversion/canonical/privacy.h"

/* The record comes from a profile of plain names. */
static const char plain[] =
    "agency: wlsh\nformat: {kind: json}\nmessages:\n"
    "  - {event: CLU.CREATE, direction: send, when: {e: a}, fields: {envelope.business_time: t, envelope.document_no: "
    "n, envelope.recipients: to, envelope.handling: h, envelope.handling_expires: x,\n"
    "     title: title, category: category, county_code: county, source: source, purpose: purpose, areas: areas, "
    "summary: summary, place: place, reporter_kind: kind}}\n"
    "  - {event: CLU.FEEDBACK, direction: send, when: {e: b}, fields: {envelope.business_time: t, "
    "envelope.document_no: n, envelope.recipients: to, envelope.cites: cites,\n"
    "     reason_code: code, reason: reason, linked_numbers: linked, checks: checks}}\n";
static const char feedback[] =
    "{\"e\": \"b\", \"t\": \"2026-06-11 00:00\", \"n\": \"巴农线馈〔2026〕3号\", \"to\": [\"nm\"], \"cites\": "
    "[\"乌护线〔2026〕3号\"], \"code\": \"CR2\", \"reason\": \"查实\","
    "\"linked\": [\"巴农罚〔2026〕8号\", \"巴农移送〔2026〕9号\"], \"checks\": [\"现场检查\", \"调取视频\"]}";

static const char *const *same_fields(bool clue) {
    static const char *const created[] = {"envelope.event",
                                          "envelope.document_no",
                                          "envelope.business_time",
                                          "envelope.recipients",
                                          "envelope.handling",
                                          "envelope.handling_expires",
                                          "title",
                                          "category",
                                          "county_code",
                                          "source",
                                          "purpose",
                                          "areas",
                                          "summary",
                                          "place",
                                          "reporter_kind",
                                          NULL};
    static const char *const answered[] = {"envelope.event",
                                           "envelope.document_no",
                                           "envelope.business_time",
                                           "envelope.recipients",
                                           "envelope.cites",
                                           "reason_code",
                                           "reason",
                                           "linked_numbers",
                                           "checks",
                                           NULL};
    return clue ? created : answered;
}

static void every_profile_reads_what_it_writes(void **state) {
    (void)state;
    glob_t found = {0};
    struct profile *from = fixture_profile(plain);
    assert_int_equal(glob("adapters/agencies/*/profile.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct profile *profile = NULL;
        struct fault fault = {0};
        if (profile_load(found.gl_pathv[i], fixture_directory, fixture_catalogue, &profile, &fault) != OK)
            fail_msg("%s", fault.text);
        for (size_t k = 0; k < PRIVACY_ARRIVALS; k++)
            profile->masks[k] = privacy_mask(profile->privacy, "HANDLER"); /* the mapping is tried here, not the mask */
        const char *created = arena_printf(
            fixture_arena,
            "{\"e\": \"a\", \"t\": \"2026-06-08 00:00\", \"n\": \"乌护线〔2026〕3号\", \"to\": [\"nm\"], \"h\": "
            "\"ORCON\", \"x\": \"2026-08-07 00:00\", \"title\": \"河口下网\","
            "\"category\": \"%s\", \"county\": \"150823\", \"source\": \"REPORT\", \"purpose\": \"核查\", \"areas\": "
            "[\"KEY2\", \"RIV-QQ\"], \"summary\": \"夜间下网\", \"place\": \"河口\", \"kind\": \"NAMED\"}",
            fixture_category(profile));
        fixture_goes_and_comes(profile, fixture_value(from, "a.json", bytes_of_cstr(created), NULL), same_fields(true));
        fixture_goes_and_comes(profile, fixture_value(from, "b.json", bytes_of_cstr(feedback), NULL),
                               same_fields(false));
        profile_free(profile);
    }
    assert_int_equal(found.gl_pathc, 22);
    globfree(&found);
    profile_free(from);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_profile_reads_what_it_writes)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
