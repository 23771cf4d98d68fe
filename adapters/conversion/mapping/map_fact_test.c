/* Facts by their canonical names: numbers in the unit they are compared in, codes in the agency's words, truths, days;
 * both ways; what a profile may not say of them; facts of a repeated part. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/conversion/mapping/map_fixture.h"

#define HEAD "agency: nm\nformat: {kind: json, date: yyyy-MM-dd}\nfiles: ['*.json']\n"
#define WITH(facts)                                                                                                 \
    HEAD "tables: {gear: {电捕鱼器: ELECTRIC, 地笼: OTHER_BANNED, 钓竿: ''}, bad: {a: NONE}}\n"                     \
         "messages:\n  - {event: ADM.PENALTY, when: {t: p}, fields: {envelope.business_time: d}, " facts            \
         "}\n  - {event: REV.PENALTY, when: {t: s}, fields: {envelope.business_time: d, envelope.cites: c}, " facts \
         "}\n"
static const char profile_text[] =
    WITH("facts: [{name: catch_kg, at: 重, unit: 市斤, as: kg}, {name: catch_value, at: 值}, {name: method, at: 法, "
         "table: gear}, {name: water_body, at: 水}, "
         "{name: repeated, at: 再}, {name: act_date, at: 日}, {name: area_mu, at: 林, unit: 公顷, as: 亩, code: "
         "PUBLIC_FOREST}, {name: area_mu, at: 草, code: GRASSLAND}, {name: 船数, at: 船}]");

static void facts_are_read_and_written(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(profile_text);
    static const char text[] = "{\"t\": \"p\", \"d\": \"2026-06-12\", \"重\": \"880\", \"值\": \"6160.5\", \"法\": "
                               "\"电捕鱼器\", \"水\": \"乌梁素海\", \"再\": \"否\", \"日\": \"2026-06-11\", "
                               "\"林\": \"0.4\", \"草\": \"12\", \"船\": \"3\"}";
    struct bytes value = fixture_value(profile, "a.json", bytes_of_cstr(text), NULL);
    CHECK(value,
          {"facts", "[{\"name\":\"catch_kg\",\"value\":440.0,\"unit\":\"kg\"},{\"name\":\"catch_value\",\"value\":6160."
                    "5,\"unit\":\"元\"},"
                    "{\"name\":\"method\",\"value\":1.0,\"unit\":\"ELECTRIC\"},{\"name\":\"water_body\",\"value\":1.0,"
                    "\"unit\":\"ULANSUHAI\"},{\"name\":\"repeated\",\"value\":0.0,\"unit\":\"\"},"
                    "{\"name\":\"act_date\",\"value\":20260611.0,\"unit\":\"\"},{\"name\":\"area_mu\",\"value\":6.0,"
                    "\"unit\":\"PUBLIC_FOREST\"},{\"name\":\"area_mu\",\"value\":12.0,\"unit\":\"GRASSLAND\"},"
                    "{\"name\":\"船数\",\"value\":3.0,\"unit\":\"\"}]"});
    const char *back = fixture_rendered(profile, value, "UTF-8");
    static const char *const lines[] = {"\"重\": \"880\"",      "\"值\": \"6160.5\"", "\"法\": \"电捕鱼器\"",
                                        "\"水\": \"乌梁素海\"", "\"再\": \"否\"",     "\"日\": \"2026-06-11\"",
                                        "\"林\": \"0.4\"",      "\"草\": \"12\"",     "\"船\": \"3\""};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!strstr(back, lines[i])) fail_msg("%s is not in %s", lines[i], back);
    }
    value =
        fixture_value(profile, "b.json",
                      BYTES_LITERAL("{\"t\": \"p\", \"d\": \"2026-06-12\", \"法\": \"钓竿\", \"水\": \"某塘\"}"), NULL);
    /* a word that means nothing; one that the broker will remark on */
    CHECK(value, {"facts", "[{\"name\":\"water_body\",\"value\":1.0,\"unit\":\"某塘\"}]"});
    profile_free(profile);
}

static void a_step_has_facts_too(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(profile_text);
    struct bytes value = fixture_value(
        profile, "a.json",
        BYTES_LITERAL("{\"t\": \"s\", \"d\": \"2026-06-12\", \"c\": \"甲〔2026〕1号\", \"重\": \"2\"}"), "psb-bynr");
    CHECK(value, {"envelope.event", "REV.PENALTY"},
          {"facts", "[{\"name\":\"catch_kg\",\"value\":1.0,\"unit\":\"kg\"}]"});
    profile_free(profile);
}

static void facts_of_a_repeated_part_are_settled(void **state) {
    (void)state;
    struct profile *profile =
        fixture_profile(HEAD "messages:\n  - {event: ADM.PENALTY, when: {t: p}, fields: {envelope.business_time: d}, "
                             "groups: {facts: {at: f, "
                             "fields: {name: {at: n, table: facts}, value: v, unit: {at: u, table: fact_codes}}}}}\n");
    struct bytes value =
        fixture_value(profile, "a.json",
                      BYTES_LITERAL("{\"t\": \"p\", \"d\": \"2026-06-12\", \"f\": [{\"n\": \"危险废物重量\", \"v\": "
                                    "\"5200\", \"u\": \"公斤\"}, "
                                    "{\"n\": \"渔具渔法\", \"v\": \"1\", \"u\": \"电鱼\"}, {\"n\": \"pH\", \"v\": "
                                    "\"2\"}, {\"n\": \"渔获物重量\", \"v\": \"3\", \"u\": \"筐\"}]}"),
                      NULL);
    CHECK(value, {"facts", "[{\"name\":\"waste_t\",\"value\":5.2,\"unit\":\"t\"},{\"name\":\"method\",\"value\":1.0,"
                           "\"unit\":\"ELECTRIC\"},{\"name\":\"pH\",\"value\":2.0,\"unit\":\"\"},"
                           "{\"name\":\"catch_kg\",\"value\":3.0,\"unit\":\"筐\"}]"});
    const char *back = fixture_rendered(profile, value, "UTF-8");
    assert_true(strstr(back, "\"n\": \"渔具渔法\"") && strstr(back, "\"u\": \"电鱼\"") &&
                strstr(back, "\"n\": \"危险废物重量\""));
    profile_free(profile);
}

static void what_a_name_asks_for_is_checked(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *code, *says;
    } wrongs[] = {{WITH("facts: [{name: 渔获物重量, at: a}]"), "SETTINGS_TYPE", "canonical name catch_kg"},
                  {WITH("facts: [{name: catch_kg, at: a, unit: 吨, as: t}]"), "SETTINGS_TYPE", "say as: kg"},
                  {WITH("facts: [{name: catch_kg, at: a, unit: 市斤}]"), "SETTINGS_TYPE", "compared in kg"},
                  {WITH("facts: [{name: area_mu, at: a}]"), "SETTINGS_MISSING", "\"code\""},
                  {WITH("facts: [{name: area_mu, at: a, code: DESERT}]"), "SETTINGS_UNKNOWN", "no code \"DESERT\""},
                  {WITH("facts: [{name: method, at: a, unit: t}]"), "SETTINGS_TYPE", "has no unit"},
                  {WITH("facts: [{name: method, at: a, table: none}]"), "SETTINGS_MISSING", "no table"},
                  {WITH("facts: [{name: method, at: a, table: bad}]"), "SETTINGS_TYPE", "no value of method"},
                  {WITH("facts: [{name: catch_kg, at: a, code: X}]"), "SETTINGS_UNKNOWN", "code"}};
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct fault fault = fixture_refused(wrongs[i].yaml);
        if (strcmp(fault.code, wrongs[i].code) != 0 || !strstr(fault.text, wrongs[i].says))
            fail_msg("%zu: %s %s", i, fault.code, fault.text);
        assert_true(fault.line > 0 && fault.column > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_read_and_written), cmocka_unit_test(a_step_has_facts_too),
        cmocka_unit_test(facts_of_a_repeated_part_are_settled), cmocka_unit_test(what_a_name_asks_for_is_checked)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
