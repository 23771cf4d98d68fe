/* thresholds.yaml: what must hold of the facts of a case, as a tree of conditions. */
#include "broker/rules/rules_inside.h"

static enum outcome read_codes(const struct fact_rule *rule, struct setting *list, uint32_t *ret, struct fault *fault) {
    if (!rule->of) return setting_fault(list, fault, "SETTINGS_TYPE", "%s is not counted by code", rule->name);
    if (list->kind != SETTING_LIST || !list->count)
        return setting_fault(list, fault, "SETTINGS_TYPE", "codes of %s in brackets", rule->of->name);
    for (struct setting *one = list->first; one; one = one->next) {
        int code = one->kind == SETTING_TEXT ? fact_find_code(rule->of, bytes_of_cstr(one->text)) : -1;
        if (code < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "%s has no code \"%.30s\": add it to facts.yaml or correct it", rule->of->name,
                                 one->text ? one->text : "");
        *ret |= UINT32_C(1) << code;
    }
    return OK;
}

/* A number, or the id of a parameter. */
static enum outcome read_limit(const struct procedure *p, struct setting *from, const char *key, int64_t *ret,
                               struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, key, &text, fault));
    if (fact_micro_parse(bytes_of_cstr(text), ret) && *ret > 0) return OK;
    for (size_t i = 0; i < p->thresholds.parameter_count; i++) {
        if (strcmp(p->thresholds.parameters[i].id, text) != 0) continue;
        *ret = p->thresholds.parameters[i].micro;
        return OK;
    }
    return setting_fault(setting_get(from, key), fault, "SETTINGS_TYPE",
                         "%s must be a number above nought or a name of parameters, not \"%.30s\"", key, text);
}

static enum outcome need_kind(struct setting *from, const struct fact_rule *rule, bool right, const char *what,
                              struct fault *fault) {
    return right ? OK : setting_fault(from, fault, "SETTINGS_TYPE", "%s is no %s (facts.yaml)", rule->name, what);
}

static enum outcome read_number(const struct procedure *p, struct setting *from, const struct fact_rule *rule,
                                struct condition *ret, struct fault *fault) {
    struct setting *of = setting_get(from, "of");
    TRY(need_kind(setting_get(from, "fact"), rule, rule->kind == FACT_NUMBER, "number", fault));
    if (of) TRY(read_codes(rule, of, &ret->codes, fault));
    if (!of && rule->of)
        return setting_fault(from, fault, "SETTINGS_MISSING", "%s is counted by code: say of which (of:)", rule->name);
    if (ret->kind == CONDITION_NUMBER) return read_limit(p, from, "least", &ret->least, fault);
    return read_limit(p, from, "per", &ret->per, fault);
}

static enum outcome read_fact(const struct procedure *p, struct setting *from, bool part_of_sum, struct condition *ret,
                              struct fault *fault) {
    const char *name = "";
    bool truth = false;
    TRY(setting_text(from, "fact", &name, fault));
    int fact = fact_find(p->facts, bytes_of_cstr(name));
    if (fact < 0)
        return setting_fault(setting_get(from, "fact"), fault, "SETTINGS_UNKNOWN",
                             "there is no fact \"%.40s\": add it to facts.yaml or correct it", name);
    const struct fact_rule *rule = fact_at(p->facts, (size_t)fact);
    ret->fact = (uint8_t)fact;
    ret->kind = part_of_sum ? CONDITION_SUM : CONDITION_NUMBER;
    if (part_of_sum || setting_get(from, "least")) return read_number(p, from, rule, ret, fault);
    if (setting_get(from, "in")) {
        ret->kind = CONDITION_CODE;
        TRY(need_kind(setting_get(from, "fact"), rule, rule->kind == FACT_CODE, "code", fault));
        return read_codes(rule, setting_get(from, "in"), &ret->codes, fault);
    }
    ret->kind = CONDITION_TRUE;
    TRY(setting_bool_or(from, "is", false, &truth, fault));
    TRY(need_kind(setting_get(from, "fact"), rule, rule->kind == FACT_TRUTH, "truth", fault));
    return truth ? OK
                 : setting_fault(from, fault, "SETTINGS_MISSING",
                                 "%s: what must hold of it is not said: least, in, or is: true", name);
}

static enum outcome read_parts(const struct procedure *p, struct setting *list, enum condition_kind kind,
                               struct condition *ret, struct fault *fault) {
    if (list->kind != SETTING_LIST || !list->count || list->count > MAX_CONDITION_PARTS) {
        return setting_fault(list, fault, "SETTINGS_TYPE", "%s takes one to %d conditions in brackets", list->key,
                             MAX_CONDITION_PARTS);
    }
    struct condition *parts = arena_array(p->arena, list->count, sizeof *parts);
    ret->kind = kind;
    ret->parts = parts;
    for (struct setting *one = list->first; one; one = one->next) {
        struct condition *part = &parts[ret->count++];
        if (kind == CONDITION_SUM) TRY(read_fact(p, one, true, part, fault));
        else TRY(rules_read_condition(p, one, part, fault));
    }
    return OK;
}

enum outcome rules_read_condition(const struct procedure *p, struct setting *from, struct condition *ret,
                                  struct fault *fault) {
    static const struct {
        const char *key;
        enum condition_kind kind;
    } lists[] = {{"all", CONDITION_ALL}, {"any", CONDITION_ANY}, {"sum", CONDITION_SUM}};
    const char *text = "";
    if (from->kind != SETTING_MAP)
        return setting_fault(
            from, fault, "SETTINGS_TYPE",
            "a condition is {fact: …}, {season: closed}, {sum: […]}, {all: […]}, {any: […]} or {always: true}");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct setting *list = setting_get(from, lists[i].key);
        if (!list) continue;
        if (lists[i].kind == CONDITION_SUM) TRY(read_limit(p, from, "least", &ret->least, fault));
        return read_parts(p, list, lists[i].kind, ret, fault);
    }
    if (setting_get(from, "always")) {
        ret->kind = CONDITION_ALWAYS;
        bool always = false;
        TRY(setting_bool_or(from, "always", false, &always, fault));
        return always ? OK
                      : setting_fault(setting_get(from, "always"), fault, "SETTINGS_TYPE",
                                      "always: true, or another condition");
    }
    if (!setting_get(from, "season")) return read_fact(p, from, false, ret, fault);
    ret->kind = CONDITION_SEASON;
    TRY(setting_text(from, "season", &text, fault));
    return strcmp(text, "closed") == 0 ? OK
                                       : setting_fault(setting_get(from, "season"), fault, "SETTINGS_TYPE",
                                                       "season: closed is what can be asked");
}
