/* clocks.yaml: the limits of the procedure, each in the form it has in every regime. */
#include "broker/rules/rules_inside.h"

static enum outcome one_of(struct setting *from, const char *key, const char *const *names, int *ret,
                           struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, key, &text, fault));
    char listed[200] = "";
    size_t at = 0;
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret = i;
            return OK;
        }
        at += (size_t)snprintf(listed + at, sizeof listed - at, "%s%s", i ? ", " : "", names[i]);
    }
    return setting_fault(setting_get(from, key), fault, "SETTINGS_UNKNOWN", "%s must be one of %s, not \"%.30s\"", key,
                         listed, text);
}

static enum outcome read_form(struct setting *from, struct clock_form *ret, struct fault *fault) {
    static const char *const units[] = {"HOUR", "CAL_DAY", "WORK_DAY", "MONTH", "MINUTE", "CRIMINAL_MONTH", NULL};
    int unit = 0;
    int64_t amount = 0;
    TRY(one_of(from, "unit", units, &unit, fault));
    TRY(setting_int(from, "amount", 1, 400, &amount, fault));
    TRY(rules_read_tag(from, &ret->tag, &ret->basis, &ret->statutory, fault));
    ret->unit = (enum unit)unit;
    ret->amount = (int)amount;
    return OK;
}

/* Where an article counts from receipt (自收到之日起) the starting day is not that of the paper alone. */
static enum outcome read_start(struct setting *from, struct clock_rule *ret, struct fault *fault) {
    static const char *const starts[] = {"paper", "receipt", NULL};
    int start = 0;
    if (setting_get(from, "counts_from")) TRY(one_of(from, "counts_from", starts, &start, fault));
    ret->from_receipt = start == 1;
    return OK;
}

static enum outcome read_clock(struct procedure *p, struct setting *from, struct fault *fault) {
    static const char *const actors[] = {"opener", "holder", "sender", "receiver", "invited", "reporting", NULL};
    if (p->clock_count == MAX_RULE_CLOCKS)
        return setting_fault(from, fault, "TOO_MANY", "more than %d clocks", MAX_RULE_CLOCKS);
    struct clock_rule *clock = &p->clocks[p->clock_count];
    int actor = 0;
    TRY(setting_text(from, "id", &clock->name, fault));
    if (strlen(clock->name) > 7 || rules_clock(p, clock->name) >= 0) {
        return setting_fault(setting_get(from, "id"), fault, "SETTINGS_DUPLICATE",
                             "the clock %.20s stands twice or has more than 7 bytes", clock->name);
    }
    clock->key = rules_key(clock->name);
    clock->at = from;
    TRY(rules_read_names(from, &clock->zh, &clock->en, fault));
    TRY(one_of(from, "actor", actors, &actor, fault));
    clock->actor = (enum actor)actor;
    TRY(read_start(from, clock, fault));
    TRY(read_form(from, &clock->forms[0], fault));
    for (int i = 1; i < p->regime_count; i++) clock->forms[i] = clock->forms[0];
    struct setting *regimes = setting_get(from, "regimes");
    for (struct setting *one = regimes ? regimes->first : NULL; one; one = one->next) {
        int regime = -1;
        for (int i = 1; i < p->regime_count; i++)
            regime = one->key && strcmp(p->regimes[i].code, one->key) == 0 ? i : regime;
        if (regime < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "there is no regime \"%.20s\" beside the general one",
                                 one->key ? one->key : "");
        one->seen = true;
        TRY(read_form(one, &clock->forms[regime], fault));
    }
    p->clock_count++;
    return OK;
}

enum outcome rules_read_clocks(struct procedure *p, struct setting *root, struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(root, "clocks", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) TRY(read_clock(p, one, fault));
    return OK;
}
