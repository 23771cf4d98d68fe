/* What a single fact of a profile must say, by the canonical facts (schemas/rules/facts.yaml). A
 * name that is not one of them travels as it is. */
#include "adapters/conversion/profile/profile_inside.h"
#include "wire/fact.h"

static const struct code_row truth_rows[] = {{"是", "1"},   {"否", "0"},    {"有", "1"}, {"无", "0"},
                                             {"true", "1"}, {"false", "0"}, {"1", "1"},  {"0", "0"}};
static const struct code_table truths = {"truth", truth_rows, sizeof truth_rows / sizeof truth_rows[0], false};

/* A Chinese name that has a canonical one would never be compared. */
static enum outcome check_name(struct profile_reading *r, struct setting *from, const struct mapped_fact *fact) {
    for (size_t i = 0; i < r->profile->facts.count; i++) {
        const struct code_row *row = &r->profile->facts.rows[i];
        if (strcmp(row->native, fact->name) == 0) {
            return setting_fault(setting_get(from, "name"), r->fault, "SETTINGS_TYPE",
                                 "\"%s\" has the canonical name %s: thresholds compare by it", fact->name,
                                 row->canonical);
        }
    }
    return OK;
}

static enum outcome number_unit(struct profile_reading *r, struct setting *from, struct mapped_fact *fact) {
    const char *measure = fact->rule->unit, *code = "";
    struct setting *at = setting_get(from, "as");
    if (!at) at = setting_get(from, "unit");
    if (!fact->unit_text[0] && !fact->rule->of) fact->unit_text = measure;
    if (fact->unit_text[0] && strcmp(fact->unit_text, measure) != 0) {
        return setting_fault(at ? at : from, r->fault, "SETTINGS_TYPE", "%s is compared in %s, not in %s: say as: %s",
                             fact->name, measure[0] ? measure : "no unit", fact->unit_text, measure);
    }
    if (!fact->rule->of) return OK;
    TRY(setting_text(from, "code", &code, r->fault));
    if (fact_find_code(fact->rule->of, bytes_of_cstr(code)) < 0) {
        return setting_fault(setting_get(from, "code"), r->fault, "SETTINGS_UNKNOWN",
                             "%s has no code \"%s\" (%s of facts.yaml)", fact->name, code, fact->rule->of->name);
    }
    fact->unit_text = code;
    return OK;
}

static enum outcome check_codes(struct profile_reading *r, const struct setting *at, const struct mapped_fact *fact) {
    for (size_t i = 0; i < fact->table->count && !fact->table->open; i++) {
        const char *code = fact->table->rows[i].canonical;
        bool known = fact->rule->kind == FACT_TRUTH
                         ? strcmp(code, "0") == 0 || strcmp(code, "1") == 0
                         : !code[0] || fact_find_code(fact->rule->of, bytes_of_cstr(code)) >= 0;
        if (!known)
            return setting_fault(at, r->fault, "SETTINGS_TYPE", "\"%s\" is no value of %s (facts.yaml)", code,
                                 fact->name);
    }
    return OK;
}

static enum outcome read_table(struct profile_reading *r, struct setting *from, struct mapped_fact *fact) {
    const char *name = "";
    TRY(setting_text_or(from, "table", "", &name, r->fault));
    fact->table = fact->rule->kind == FACT_TRUTH ? &truths : &r->profile->fact_codes;
    if (!name[0]) return OK;
    struct setting *at = setting_get(from, "table");
    fact->table = profile_table(r->profile, name);
    if (!fact->table)
        return setting_fault(at, r->fault, "SETTINGS_MISSING", "there is no table \"%s\" under tables", name);
    return check_codes(r, at, fact);
}

enum outcome profile_fact(struct profile_reading *r, struct setting *from, struct mapped_fact *fact) {
    int found = fact_find(catalogue_facts(r->profile->catalogue), bytes_of_cstr(fact->name));
    if (found < 0) return check_name(r, from, fact);
    fact->rule = fact_at(catalogue_facts(r->profile->catalogue), (size_t)found);
    if (fact->rule->kind == FACT_NUMBER) return number_unit(r, from, fact);
    if (fact->unit_text[0]) return setting_fault(from, r->fault, "SETTINGS_TYPE", "%s has no unit", fact->name);
    return fact->rule->kind == FACT_DATE ? OK : read_table(r, from, fact);
}
