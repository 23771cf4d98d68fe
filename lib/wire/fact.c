/* facts.yaml read, and the facts of a record compared with it. */
#include "wire/fact.h"
#include "base/settings.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_FACTS 96u
#define MAX_LISTS 24u
#define MAX_MICRO INT64_C(90000000000000000)
struct fact_list {
    struct settings *settings;
    size_t count, codes_count;
    struct fact_rule facts[MAX_FACTS];
    struct fact_codes codes[MAX_LISTS];
};

static enum outcome read_codes(struct fact_list *list, struct setting *from, struct fault *fault) {
    if (list->codes_count == MAX_LISTS)
        return setting_fault(from, fault, "TOO_MANY", "more than %u lists of codes", MAX_LISTS);
    if (from->kind != SETTING_MAP || !from->count)
        return setting_fault(from, fault, "SETTINGS_TYPE", "a list of codes is {CODE: 名称, …}");
    struct fact_codes *codes = &list->codes[list->codes_count++];
    codes->name = from->key;
    from->seen = true;
    for (struct setting *one = from->first; one; one = one->next) {
        one->seen = true;
        if (codes->count == MAX_FACT_CODES)
            return setting_fault(one, fault, "TOO_MANY", "more than %u codes in %s", MAX_FACT_CODES, codes->name);
        if (one->kind != SETTING_TEXT || !one->text[0] || strlen(one->key) > 24) {
            return setting_fault(one, fault, "SETTINGS_TYPE", "a code of at most 24 bytes and its Chinese name");
        }
        codes->one[codes->count++] = (struct fact_code){one->key, one->text};
    }
    return OK;
}

static enum outcome read_of(const struct fact_list *list, struct setting *from, struct fact_rule *ret,
                            struct fault *fault) {
    const char *of = "";
    TRY(setting_text_or(from, "of", "", &of, fault));
    TRY(setting_text_or(from, "unit", "", &ret->unit, fault));
    for (size_t i = 0; i < list->codes_count; i++) {
        if (strcmp(list->codes[i].name, of) == 0) ret->of = &list->codes[i];
    }
    if (of[0] && !ret->of)
        return setting_fault(setting_get(from, "of"), fault, "SETTINGS_UNKNOWN",
                             "there is no list \"%.30s\" under codes: add it or correct it", of);
    if (ret->kind == FACT_CODE && !ret->of)
        return setting_fault(from, fault, "SETTINGS_MISSING", "%s is a code: say of which list (of:)", ret->name);
    if (ret->kind == FACT_NUMBER && !ret->of && !ret->unit[0]) {
        return setting_fault(from, fault, "SETTINGS_MISSING",
                             "%s is a number: say unit:, or of: where it is counted by code", ret->name);
    }
    return OK;
}

static enum outcome read_fact(struct fact_list *list, struct setting *from, struct fault *fault) {
    static const char *const kinds[] = {"number", "code", "truth", "date"};
    if (list->count == MAX_FACTS) return setting_fault(from, fault, "TOO_MANY", "more than %u facts", MAX_FACTS);
    struct fact_rule rule = {.unit = ""};
    const char *kind = "";
    TRY(setting_text(from, "name", &rule.name, fault));
    TRY(setting_text(from, "zh", &rule.zh, fault));
    TRY(setting_text(from, "en", &rule.en, fault));
    TRY(setting_text(from, "kind", &kind, fault));
    int found = -1;
    for (int i = 0; i < 4; i++) found = strcmp(kinds[i], kind) == 0 ? i : found;
    if (found < 0)
        return setting_fault(setting_get(from, "kind"), fault, "SETTINGS_UNKNOWN",
                             "kind must be number, code, truth or date, not \"%.20s\"", kind);
    rule.kind = (enum fact_kind)found;
    if (fact_find(list, bytes_of_cstr(rule.name)) >= 0 || strlen(rule.name) > 40) {
        return setting_fault(setting_get(from, "name"), fault, "SETTINGS_DUPLICATE",
                             "the fact %.40s stands twice or is longer than 40 bytes", rule.name);
    }
    TRY(read_of(list, from, &rule, fault));
    list->facts[list->count++] = rule;
    return OK;
}

static enum outcome load(struct fact_list *list, const char *path, struct fault *fault) {
    struct setting *root = NULL, *codes = NULL, *facts = NULL;
    TRY(settings_load(path, &list->settings, fault));
    root = settings_root(list->settings);
    TRY(setting_need(root, "codes", SETTING_MAP, &codes, fault));
    for (struct setting *one = codes->first; one; one = one->next) TRY(read_codes(list, one, fault));
    TRY(setting_need(root, "facts", SETTING_LIST, &facts, fault));
    for (struct setting *one = facts->first; one; one = one->next) TRY(read_fact(list, one, fault));
    return settings_check_unknown(root, fault);
}

enum outcome fact_list_load(const char *path, struct fact_list **ret, struct fault *fault) {
    struct fact_list *list = calloc(1, sizeof *list);
    INVARIANT(list);
    enum outcome outcome = load(list, path, fault);
    if (outcome == OK) *ret = list;
    else fact_list_free(list);
    return outcome;
}

void fact_list_free(struct fact_list *list) {
    if (!list) return;
    settings_free(list->settings);
    free(list);
}

size_t fact_count(const struct fact_list *list) { return list->count; }
const struct fact_rule *fact_at(const struct fact_list *list, size_t index) { return &list->facts[index]; }
size_t fact_codes_count(const struct fact_list *list) { return list->codes_count; }
const struct fact_codes *fact_codes_at(const struct fact_list *list, size_t index) { return &list->codes[index]; }
int fact_find(const struct fact_list *list, struct bytes name) {
    for (size_t i = 0; i < list->count; i++) {
        if (bytes_equal_cstr(name, list->facts[i].name)) return (int)i;
    }
    return -1;
}
int fact_find_code(const struct fact_codes *codes, struct bytes code) {
    for (size_t i = 0; i < codes->count; i++) {
        if (bytes_equal_cstr(code, codes->one[i].code)) return (int)i;
    }
    return -1;
}

int64_t fact_micro(double value) {
    if (!(value > -9e10)) return -MAX_MICRO; /* a NaN too */
    return value < 9e10 ? llround(value * (double)MICRO) : MAX_MICRO;
}

void fact_micro_text(int64_t micro, char ret[FACT_MICRO_TEXT]) {
    uint64_t size = micro < 0 ? 0 - (uint64_t)micro : (uint64_t)micro;
    int count = snprintf(ret, FACT_MICRO_TEXT, "%s%llu.%06llu", micro < 0 ? "-" : "",
                         (unsigned long long)(size / MICRO), (unsigned long long)(size % MICRO));
    while (ret[count - 1] == '0') count--;
    ret[ret[count - 1] == '.' ? count - 1 : count] = '\0';
}

bool fact_micro_parse(struct bytes text, int64_t *ret) {
    bool negative = text.count && text.at[0] == '-', point = false;
    int64_t value = 0;
    int places = 0;
    if (text.count <= negative || text.count > 20) return false;
    for (size_t i = negative; i < text.count; i++) {
        if (text.at[i] == '.' && !point && i > negative) {
            point = true;
            continue;
        }
        if (text.at[i] < '0' || text.at[i] > '9' || places == 6 || value > MAX_MICRO / 10) return false;
        value = value * 10 + (text.at[i] - '0');
        places += point;
    }
    for (; places < 6; places++) value = value > MAX_MICRO / 10 ? MAX_MICRO : value * 10;
    *ret = negative ? -value : value;
    return true;
}

const char *fact_check(const struct fact_list *list, const struct fact *fact) {
    int found = fact_find(list, fact->name);
    if (found < 0) return NULL;
    const struct fact_rule *rule = &list->facts[found];
    if (rule->of) return fact_find_code(rule->of, fact->unit) < 0 ? "FACT_CODE" : NULL;
    if (rule->kind == FACT_NUMBER) return bytes_equal_cstr(fact->unit, rule->unit) ? NULL : "FACT_UNIT";
    if (rule->kind == FACT_TRUTH)
        return fact->value < 0 || fact->value > 1 || (fact->value > 0 && fact->value < 1) ? "FACT_VALUE" : NULL;
    return fact->value >= 19000101 && fact->value <= 99991231 ? NULL : "FACT_VALUE";
}
