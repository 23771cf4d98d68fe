/* 线索 of rules.yaml: sources, areas and handling codes, and whether a directory's subscriptions speak of what there
 * is. See rules.h. */
#include "broker/rules/rules_inside.h"

int rules_word_of(const struct coded *words, size_t count, struct bytes code) {
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal_cstr(code, words[i].code)) return (int)i;
    }
    return -1;
}

enum outcome rules_read_coded(struct setting *root, const char *key, struct coded *ret, size_t most, uint8_t *ret_count,
                              struct fault *fault) {
    struct setting *list = setting_get(root, key);
    if (list && list->kind != SETTING_LIST)
        return setting_fault(list, fault, "SETTINGS_TYPE", "%s must be a list of {code, zh, en}", key);
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        if (*ret_count == most) return setting_fault(one, fault, "TOO_MANY", "more than %zu %s", most, key);
        struct coded *word = &ret[*ret_count];
        TRY(setting_text(one, "code", &word->code, fault));
        TRY(rules_read_names(one, &word->zh, &word->en, fault));
        if (strlen(word->code) > 24 || rules_word_of(ret, *ret_count, bytes_of_cstr(word->code)) >= 0) {
            return setting_fault(one, fault, "SETTINGS_DUPLICATE", "%.40s stands twice in %s or has more than 24 bytes",
                                 word->code, key);
        }
        ++*ret_count;
    }
    return OK;
}

enum outcome rules_check_reason(const struct procedure *p, struct setting *at, const char *code, struct fault *fault) {
    if (rules_word_of(p->reasons, p->reason_count, bytes_of_cstr(code)) >= 0) return OK;
    return setting_fault(at, fault, "SETTINGS_UNKNOWN",
                         "there is no reason \"%.40s\": add it to reasons of rules.yaml or correct it", code);
}

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

/* Areas of the rules, and divisions of the directory. */
static enum outcome check_subscription(const struct procedure *p, const struct directory *directory,
                                       const struct subscription *subscription, struct fault *fault) {
    for (size_t i = 0; i < subscription->category_count; i++) {
        if (rules_category(p, bytes_of_cstr(subscription->categories[i])) >= 0) continue;
        return setting_fault(subscription->at, fault, "SETTINGS_UNKNOWN",
                             "there is no category \"%.20s\" in the rules: correct it", subscription->categories[i]);
    }
    for (size_t i = 0; i < subscription->area_count; i++) {
        struct bytes area = bytes_of_cstr(subscription->areas[i]);
        if (rules_word_of(p->areas, p->area_count, area) >= 0 || directory_county(directory, area)) continue;
        return setting_fault(subscription->at, fault, "SETTINGS_UNKNOWN",
                             "\"%.20s\" is no area of the rules and no county of the directory: correct it",
                             subscription->areas[i]);
    }
    return OK;
}

/* Whose own rules hold beside the general ones: an agency that nobody is would be judged by the general ones without a
 * word. */
static enum outcome check_agencies(const struct regime *regime, const struct directory *directory,
                                   struct fault *fault) {
    for (const struct setting *one = regime->list ? regime->list->first : NULL; one; one = one->next) {
        if (!directory_by_slug(directory, bytes_of_cstr(one->text)))
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "the directory has no participant \"%.40s\": add it or correct the regime", one->text);
    }
    return OK;
}

enum outcome rules_check_regimes(const struct rules *rules, const struct directory *directory, struct fault *fault) {
    const struct procedure *p = rules_newest(rules);
    for (int i = 0; i < p->regime_count; i++) TRY(check_agencies(&p->regimes[i], directory, fault));
    return OK;
}

enum outcome rules_check_subscriptions(const struct rules *rules, const struct directory *directory,
                                       struct fault *fault) {
    const struct procedure *p = rules_newest(rules);
    for (size_t i = 0; i < directory_count(directory); i++) {
        const struct participant *who = directory_at(directory, i);
        for (size_t k = 0; k < who->subscription_count; k++)
            TRY(check_subscription(p, directory, &who->subscriptions[k], fault));
    }
    return OK;
}
