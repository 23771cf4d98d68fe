/* 线索: the handling codes of rules.yaml, who must consent to what, and which machines start a case from a clue. */
#include "broker/rules/rules_inside.h"

static enum outcome read_freedom(struct setting *from, const char *key, bool *ret_consent, struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, key, &text, fault));
    *ret_consent = strcmp(text, "consent") == 0;
    if (*ret_consent || strcmp(text, "free") == 0) return OK;
    return setting_fault(setting_get(from, key), fault, "SETTINGS_UNKNOWN", "%s must be free or consent, not \"%.20s\"",
                         key, text);
}

static enum outcome read_code(struct procedure *p, struct setting *from, struct fault *fault) {
    static const char *const order[] = {"OPEN_INTERNAL", "RESTRICTED", "ORCON", "NO_ACTION"};
    if (p->handling_count == MAX_HANDLINGS)
        return setting_fault(from, fault, "TOO_MANY", "the records have %d handling codes", MAX_HANDLINGS);
    struct handling_rule *rule = &p->handlings[p->handling_count];
    TRY(setting_text(from, "code", &rule->code, fault));
    if (strcmp(rule->code, order[p->handling_count]) != 0) {
        return setting_fault(setting_get(from, "code"), fault, "SETTINGS_TYPE",
                             "the codes are those of the records, in their order: here %s", order[p->handling_count]);
    }
    TRY(rules_read_names(from, &rule->zh, &rule->en, fault));
    TRY(setting_bool_or(from, "subscribers", false, &rule->subscribers, fault));
    TRY(setting_bool_or(from, "expires", false, &rule->expires, fault));
    TRY(setting_bool_or(from, "titles", false, &rule->titles, fault));
    TRY(read_freedom(from, "onward", &rule->onward_consent, fault));
    TRY(read_freedom(from, "starts", &rule->start_consent, fault));
    p->handling_count++;
    return OK;
}

static enum outcome read_flag(const struct procedure *p, struct setting *map, const char *key, int8_t *ret,
                              struct fault *fault) {
    const char *text = "";
    TRY(setting_text(map, key, &text, fault));
    int flag = rules_flag(p, text);
    if (flag < 0)
        return setting_fault(setting_get(map, key), fault, "SETTINGS_UNKNOWN",
                             "there is no flag \"%.40s\": add it to the end of flags or correct it", text);
    *ret = (int8_t)flag;
    return OK;
}

static enum outcome read_starts(struct procedure *p, struct setting *from, struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(from, "starts", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) {
        int machine = one->kind == SETTING_TEXT ? rules_machine(p, one->text) : -1;
        if (machine < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no machine \"%.20s\": list its file in machines or correct it",
                                 one->text ? one->text : "");
        p->started |= UINT32_C(1) << machine;
    }
    return OK;
}

/* A row that sets a handling needs the codes. */
static enum outcome check_rows(struct procedure *p, struct fault *fault) {
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        if (!t->sets_handling) continue;
        p->handled |= UINT32_C(1) << t->machine;
        if (p->handling_count != MAX_HANDLINGS) {
            return setting_fault(t->at, fault, "SETTINGS_MISSING",
                                 "%s sets a handling: say the %d codes under handling in rules.yaml", t->id,
                                 MAX_HANDLINGS);
        }
    }
    return OK;
}

enum outcome rules_read_handling(struct procedure *p, struct setting *root, struct fault *fault) {
    struct setting *from = setting_get(root, "handling"), *consent = NULL, *codes = NULL;
    const char *tag = NULL, *basis = NULL;
    bool statutory = false;
    p->flag_onward = p->flag_start = NO_FLAG;
    if (!from) return check_rows(p, fault);
    TRY(rules_read_tag(from, &tag, &basis, &statutory, fault));
    TRY(setting_need(from, "consent", SETTING_MAP, &consent, fault));
    TRY(read_flag(p, consent, "onward", &p->flag_onward, fault));
    TRY(read_flag(p, consent, "starts", &p->flag_start, fault));
    TRY(read_starts(p, from, fault));
    TRY(setting_need(from, "codes", SETTING_LIST, &codes, fault));
    for (struct setting *one = codes->first; one; one = one->next) TRY(read_code(p, one, fault));
    return check_rows(p, fault);
}
