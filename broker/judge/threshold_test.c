/* Every row of thresholds.yaml, by limits written here from the articles: far below, at 80 %, just below, at, above;
 * what else a row asks for taken away one by one; closed seasons by water and day; and that no row of the file is
 * missing here. */
#define _DEFAULT_SOURCE /* strsep */
#include <stdlib.h>
#include "broker/judge/judge_fixture.h"
#include "broker/judge/threshold_inside.h"

/* `with`: what else must hold, "name=CODE" or "name=1"; `limit` 0: nothing is counted. SHADED: below it another row is
 * met already. */
enum shape { RED, AMBER, BLUE, SHADED };
static const struct row {
    const char *id, *category, *with, *fact, *unit;
    double limit;
    enum shape shape;
} rows[] = {
    {"ENV1-1", "ENV1", "zone_type=DRINKING_WATER substance=TOXIC", NULL, "", 0, RED},
    {"ENV1-2", "ENV1", "", "waste_t", "t", 3, RED},
    {"ENV1-3", "ENV1", "", "exceedance_ratio", "Pb", 3, RED},
    {"ENV1-3", "ENV1", "", "exceedance_ratio", "Sb", 3, RED},
    {"ENV1-4", "ENV1", "", "exceedance_ratio", "Ni", 10, RED},
    {"ENV1-5", "ENV1", "evasion=HIDDEN_PIPE substance=TOXIC", NULL, "", 0, RED},
    {"ENV1-6", "ENV1", "heavy_pollution_alert=1 repeated=1 pollutant=SO2", "penalty_count_24m", "次", 2, RED},
    {"ENV1-7", "ENV1", "key_unit=1 auto_monitor_falsified=1 pollutant=COD", NULL, "", 0, RED},
    {"ENV1-8", "ENV1", "repeated=1 substance=PATHOGEN", "penalty_count_24m", "次", 2, RED},
    {"ENV1-9a", "ENV1", "", "illegal_income", "元", 300000, RED},
    {"ENV1-9b", "ENV1", "", "property_loss", "元", 300000, RED},
    {"ENV1-10", "ENV1", "", "water_cut_hours", "h", 12, RED},
    {"ENV1-S1", "ENV1", "", "waste_t", "t", 100, SHADED},
    {"ENV1-S2", "ENV1", "", "property_loss", "元", 1000000, SHADED},
    {"ENV1-S2", "ENV1", "", "illegal_income", "元", 1000000, SHADED},
    {"ENV1-S3", "ENV1", "", "county_water_cut_hours", "h", 12, RED},
    {"ENV1-S4", "ENV1", "", "area_mu", "BASIC_FARMLAND", 10, RED},
    {"ENV1-S4", "ENV1", "", "area_mu", "PUBLIC_FOREST", 10, RED},
    {"ENV1-S4", "ENV1", "", "area_mu", "GRASSLAND", 20, RED},
    {"ENV1-S4", "ENV1", "", "area_mu", "OTHER_LAND", 50, RED},
    {"ENV1-S5", "ENV1", "", "volume_m3", "m3", 50, RED},
    {"ENV1-S5", "ENV1", "", "saplings", "株", 2500, RED},
    {"ENV1-S6", "ENV1", "", "evacuated", "人", 5000, RED},
    {"ENV1-S6", "ENV1", "", "poisoned", "人", 30, RED},
    {"ENV1-S6", "ENV1", "", "injuries_serious", "人", 1, RED},
    {"ENV1-S6", "ENV1", "", "injuries", "人", 3, RED},
    {"ENV4-1", "ENV4", "", "illegal_income", "元", 300000, RED},
    {"ENV4-2", "ENV4", "repeated=1", "penalty_count_24m", "次", 2, RED},
    {"ENV5-W", "ENV5", "", NULL, "", 0, BLUE},
    {"FISH-1a", "FISH", "", "catch_kg", "kg", 500, RED},
    {"FISH-1b", "FISH", "", "catch_value", "元", 10000, RED},
    {"FISH-2a", "FISH", "broodstock=1", "catch_kg", "kg", 50, RED},
    {"FISH-2a", "FISH", "zone_type=SEED_RESERVE", "catch_kg", "kg", 50, RED},
    {"FISH-2b", "FISH", "broodstock=1", "catch_value", "元", 1000, RED},
    {"FISH-3", "FISH", "zone_type=FISHING_BAN method=POISON", NULL, "", 0, RED},
    {"FISH-4", "FISH", "water_body=ULANSUHAI act_date=20260612 method=ELECTRIC", NULL, "", 0, RED},
    {"FISH-R", "FISH", "water_body=ULANSUHAI act_date=20260612 method=OTHER_BANNED", NULL, "", 0, AMBER},
    {"WILD1-1", "WILD1", "", "animal_value", "STATE_PROTECTED", 20000, RED},
    {"WILD1-S1", "WILD1", "", "animal_value", "STATE_PROTECTED", 200000, SHADED},
    {"WILD1-S2", "WILD1", "", "animal_value", "STATE_PROTECTED", 2000000, SHADED},
    {"WILD2-1", "WILD2", "", "animal_value", "THREE_VALUES", 10000, RED},
    {"WILD2-2", "WILD2", "hunting_ban_area=1 banned_tool=1", NULL, "", 0, RED},
    {"WILD2-3", "WILD2", "hunting_ban_season=1 banned_tool=1", NULL, "", 0, RED},
    {"WILD3-1", "WILD3", "", "animal_value", "THREE_VALUES", 10000, RED},
    {"WILD3-2", "WILD3", "", "animal_value", "OTHER_ANIMAL", 50000, RED},
    {"SMUG-1", "SMUG", "", "animal_value", "STATE_PROTECTED", 20000, RED},
    {"LAND1-1", "LAND1", "", "area_mu", "BASIC_FARMLAND", 5, RED},
    {"LAND1-2", "LAND1", "", "area_mu", "OTHER_FARMLAND", 10, RED},
    {"LAND1-3", "LAND1", "", "area_mu", "PUBLIC_FOREST", 5, RED},
    {"LAND1-3", "LAND1", "", "area_mu", "COMMERCIAL_FOREST", 10, RED},
    {"LAND1-4", "LAND1", "repeated=1 penalty_count_24m=2", "area_mu", "PUBLIC_FOREST", 2.5, RED},
    {"LAND1-5", "LAND1", "", "area_mu", "GRASSLAND", 20, RED},
    {"LAND1-6", "LAND1", "penalty_count_36m=1", "area_mu", "GRASSLAND", 10, RED},
    {"NATR-W", "NATR", "", NULL, "", 0, BLUE},
    {"NATR-R", "NATR", "zone_level=NATIONAL", NULL, "", 0, AMBER},
    {"MINE1-1", "MINE1", "", "mineral_value", "元", 300000, RED},
    {"MINE1-1R", "MINE1", "", "mineral_value", "元", 100000, AMBER},
    {"MINE1-2", "MINE1", "zone_type=MINING_BAN", "mineral_value", "元", 150000, RED},
    {"MINE1-2R", "MINE1", "zone_type=MINE_PLANNED", "mineral_value", "元", 50000, AMBER},
    {"MINE1-3", "MINE1", "repeated=1", "penalty_count_24m", "次", 2, RED},
    {"MINE1-4", "MINE1", "ecological_damage=1", NULL, "", 0, RED},
    {"MINE1-5", "MINE1", "flood_danger=1", NULL, "", 0, RED},
    {"MINE2-1", "MINE2", "", "mineral_value", "元", 1000000, RED},
    {"MINE2-1R", "MINE2", "", "mineral_value", "元", 500000, AMBER},
    {"PLANT-1", "PLANT1", "", "plants_class1_count", "株", 1, RED},
    {"PLANT-1", "PLANT2", "", "plants_class1_m3", "m3", 1, RED},
    {"PLANT-2", "PLANT2", "", "plants_class2_count", "株", 2, RED},
    {"PLANT-2", "PLANT1", "", "plants_class2_m3", "m3", 2, RED},
    {"PLANT-3", "PLANT1", "", "plant_value", "元", 20000, RED},
    {"TIMB1-1", "TIMB1", "", "volume_m3", "m3", 5, RED},
    {"TIMB1-2", "TIMB1", "", "saplings", "株", 200, RED},
    {"TIMB1-3", "TIMB1", "", "timber_value", "元", 20000, RED},
    {"TIMB1-S1", "TIMB1", "", "volume_m3", "m3", 50, SHADED},
    {"TIMB1-S1", "TIMB1", "", "saplings", "株", 2000, SHADED},
    {"TIMB1-S1", "TIMB1", "", "timber_value", "元", 200000, SHADED},
    {"TIMB1-S2", "TIMB1", "", "volume_m3", "m3", 250, SHADED},
    {"TIMB2-1", "TIMB2", "", "volume_m3", "m3", 20, RED},
    {"TIMB2-2", "TIMB2", "", "saplings", "株", 1000, RED},
    {"TIMB2-3", "TIMB2", "", "timber_value", "元", 50000, RED},
    {"TIMB2-S1", "TIMB2", "", "volume_m3", "m3", 100, SHADED},
    {"TIMB3-1", "TIMB3", "", "volume_m3", "m3", 20, RED},
    {"TIMB3-2", "TIMB3", "", "saplings", "株", 1000, RED},
    {"TIMB3-3", "TIMB3", "", "timber_value", "元", 50000, RED},
    {"IASP-W", "IASP", "", NULL, "", 0, BLUE},
    {"FIRE-1", "FIRE", "", "fire_forest_ha", "ha", 2, RED},
    {"ANY-1", "TRAD", "", "penalty_count_24m", "次", 2, AMBER},
    {"ANY-2", "TRAD", "serious_case=1", NULL, "", 0, AMBER},
    {"ANY-3", "WATR", "collective_discussion=1", NULL, "", 0, AMBER},
    {"ANY-4", "OBST", "fine_below_minimum=1", NULL, "", 0, AMBER},
    {"ANY-5", "DUTY", "expert_identified=1", NULL, "", 0, AMBER},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void know(struct known_facts *facts, const char *name, double value, const char *unit) {
    const struct procedure *p = rules_newest(rules);
    int found = fact_find(p->facts, bytes_of_cstr(name));
    if (found < 0) fail_msg("no fact %s", name);
    const struct fact_rule *rule = fact_at(p->facts, (size_t)found);
    int code = rule->of ? fact_find_code(rule->of, bytes_of_cstr(unit)) : -1;
    if (rule->of ? code < 0 : rule->kind == FACT_NUMBER && strcmp(unit, rule->unit) != 0)
        fail_msg("%s in %s", name, unit);
    facts_add(facts, &(struct known_fact){(uint8_t)found, (int8_t)code, fact_micro(value)});
}

/* The words of `with` but the one numbered `without`; answers how many there are. */
static int know_all(struct known_facts *facts, const char *with, int without) {
    char text[200], *rest = text;
    int count = 0;
    snprintf(text, sizeof text, "%s", with);
    for (char *word; (word = strsep(&rest, " ")) && *word; count++) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        if (count == without) continue;
        if (strcmp(word, "penalty_count_24m") == 0 || strcmp(word, "penalty_count_36m") == 0)
            know(facts, word, atof(value), "次");
        else if (*value >= '0' && *value <= '9') know(facts, word, atof(value), "");
        else know(facts, word, 1, value);
    }
    return count;
}

enum answer { NOT_MET, NEAR, MET };
static enum answer ask(const struct row *row, double value, int without) {
    const struct procedure *p = rules_newest(rules);
    struct known_facts facts = {.count = 0};
    struct hit hits[MAX_HITS];
    enum hint_level level;
    know_all(&facts, row->with, without);
    if (row->fact && value > 0) know(&facts, row->fact, value, row->unit);
    size_t count = thresholds_met(p, rules_category(p, bytes_of_cstr(row->category)), &facts, hits, &level);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(hits[i].row->id, row->id) != 0) continue;
        struct bytes text = threshold_text(p, &hits[i], &facts, keep);
        assert_true(text.count > strlen(row->id));
        if (row->fact && strstr(arena_cstr(keep, text), row->fact) == NULL)
            fail_msg("%s does not name %s: %.*s", row->id, row->fact, BYTES_FMT(text));
        assert_int_equal(level, hits[i].near || hits[i].row->level == HINT_AMBER ? HINT_AMBER : hits[i].row->level);
        return hits[i].near ? NEAR : MET;
    }
    return NOT_MET;
}

static void expect(const struct row *row, double value, int without, enum answer answer) {
    enum answer got = ask(row, value, without);
    if (got != answer)
        fail_msg("%s %s %g (without %d): %d, not %d", row->id, row->fact ? row->fact : "", value, without, got, answer);
}

static void every_row_holds_from_its_limit_on(void **state) {
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        double step = row->limit > 1000 ? 0.01 : 0.001;
        enum answer below = row->shape == RED ? NEAR : NOT_MET;
        expect(row, row->limit, -1, MET);
        if (row->fact) {
            expect(row, row->limit + step, -1, MET);
            expect(row, row->limit - step, -1, below);
            expect(row, row->limit * 0.8, -1, below);
            expect(row, row->limit * 0.8 - step, -1, NOT_MET);
            expect(row, 0, -1, NOT_MET);
        }
        struct known_facts ignored = {.count = 0};
        for (int without = know_all(&ignored, row->with, -1); without-- > 0;) expect(row, row->limit, without, NOT_MET);
    }
}

static void no_row_is_untested(void **state) {
    (void)state;
    const struct thresholds *t = &rules_newest(rules)->thresholds;
    for (size_t i = 0; i < t->count; i++) {
        bool found = false;
        for (size_t k = 0; k < ROWS; k++) found = found || strcmp(rows[k].id, t->rows[i].id) == 0;
        if (!found) fail_msg("%s has no line in this test", t->rows[i].id);
    }
}

static void forest_areas_add_up_in_proportion(void **state) {
    (void)state;
    const struct procedure *p = rules_newest(rules);
    static const struct {
        double public, commercial;
        enum answer answer;
    } cases_of[] = {{2.5, 5, MET}, {2.5, 4.9, NEAR}, {2, 4, NEAR}, {2, 3.9, NOT_MET}, {4.9, 0.3, MET}};
    for (size_t i = 0; i < sizeof cases_of / sizeof cases_of[0]; i++) {
        struct known_facts facts = {.count = 0};
        struct hit hits[MAX_HITS];
        enum hint_level level;
        know(&facts, "area_mu", cases_of[i].public, "PUBLIC_FOREST");
        know(&facts, "area_mu", cases_of[i].commercial, "COMMERCIAL_FOREST");
        size_t count = thresholds_met(p, rules_category(p, BYTES_LITERAL("LAND1")), &facts, hits, &level);
        assert_int_equal(count ? hits[0].near ? NEAR : MET : NOT_MET, cases_of[i].answer);
    }
}

static void a_closed_season_has_its_water_and_its_days(void **state) {
    (void)state;
    static const struct {
        const char *water;
        int day;
        bool closed;
    } days[] = {
        {"ULANSUHAI", 20260331, false},     {"ULANSUHAI", 20260401, true},     {"ULANSUHAI", 20260731, true},
        {"ULANSUHAI", 20260801, false},     {"ULANSUHAI", 20210601, false},    {"ULANSUHAI", 20400601, true},
        {"YELLOW_RIVER", 20180630, true},   {"YELLOW_RIVER", 20180701, false}, {"YELLOW_RIVER", 20190601, false},
        {"OTHER_WATERS", 20260415, false},  {"OTHER_WATERS", 20260501, true},  {"OTHER_WATERS", 20270501, false},
        {"SPAWNING_GROUND", 20261231, true}};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        char with[100];
        snprintf(with, sizeof with, "water_body=%s act_date=%d method=ELECTRIC", days[i].water, days[i].day);
        expect(&(struct row){"FISH-4", "FISH", with, NULL, "", 0, RED}, 0, -1, days[i].closed ? MET : NOT_MET);
    }
}

static void a_hint_names_fact_value_limit_and_percent(void **state) {
    (void)state;
    const struct procedure *p = rules_newest(rules);
    struct known_facts facts = {.count = 0};
    struct hit hits[MAX_HITS];
    enum hint_level level;
    know(&facts, "catch_kg", 440, "kg");
    assert_int_equal(thresholds_met(p, rules_category(p, BYTES_LITERAL("FISH")), &facts, hits, &level), 1);
    assert_string_equal(arena_cstr(keep, threshold_text(p, &hits[0], &facts, keep)),
                        "FISH-1a 捕捞五百公斤以上 · catch of 500 kg · 渔获物重量 catch_kg 440 kg / 500 kg (88%)");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_holds_from_its_limit_on),
                                       cmocka_unit_test(no_row_is_untested),
                                       cmocka_unit_test(forest_areas_add_up_in_proportion),
                                       cmocka_unit_test(a_closed_season_has_its_water_and_its_days),
                                       cmocka_unit_test(a_hint_names_fact_value_limit_and_percent)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
