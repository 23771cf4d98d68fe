/* alerts.yaml: the policy of alert.c. Every mistake at file:line:column. */
#include "broker/rules/rules_inside.h"
#include <stdio.h>
#include <stdlib.h>

static enum outcome read_role(const struct setting *from, enum role *ret, struct fault *fault) {
    for (int role = ROLE_AE; role <= ROLE_COO; role++) {
        const char *name = from->kind == SETTING_TEXT ? from->text : from->key;
        if (name && strcmp(name, role_text((enum role)role)) == 0) {
            *ret = (enum role)role;
            return OK;
        }
    }
    return setting_fault(from, fault, "SETTINGS_TYPE", "a role is AE, PSB, PRO, CRT, JUS, PI or COO");
}

enum outcome rules_read_role_list(struct setting *list, struct role_list *ret, struct fault *fault) {
    if (list->kind != SETTING_LIST || list->count == 0 || list->count > MAX_SUPERVISORS) {
        return setting_fault(list, fault, "SETTINGS_TYPE", "one to %d roles in brackets", MAX_SUPERVISORS);
    }
    for (struct setting *one = list->first; one; one = one->next) TRY(read_role(one, &ret->role[ret->count++], fault));
    return OK;
}

/* "50%" of the term, or "24h" before its end. */
static enum outcome read_warning(const struct setting *from, struct alert_warning *ret, struct fault *fault) {
    char *end = NULL;
    long number = from->kind == SETTING_TEXT ? strtol(from->text, &end, 10) : 0;
    if (end && strcmp(end, "%") == 0 && number > 0 && number < 100) ret->percent = (int)number;
    else if (end && strcmp(end, "h") == 0 && number > 0 && number <= 24 * 365) ret->before = number * HOUR_MS;
    else
        return setting_fault(from, fault, "SETTINGS_TYPE",
                             "a warning is a part of the term (\"50%%\") or hours before its end (\"24h\")");
    return OK;
}

static enum outcome read_exception(struct procedure *p, struct setting *from, struct fault *fault) {
    struct alert_policy *policy = &p->alerts;
    int64_t hours = 0;
    if (policy->exception_count == MAX_ALERT_EXCEPTIONS)
        return setting_fault(from, fault, "TOO_MANY", "at most %d clocks of their own", MAX_ALERT_EXCEPTIONS);
    if (rules_clock(p, from->key) < 0)
        return setting_fault(from, fault, "SETTINGS_TYPE", "no clock is named \"%s\"", from->key);
    struct alert_exception *exception = &policy->exceptions[policy->exception_count++];
    snprintf(exception->clock, sizeof exception->clock, "%s", from->key);
    TRY(setting_int_or(from, "escalate_after", 0, 24 * 365, policy->escalate_after / HOUR_MS, &hours, fault));
    exception->escalate_after = hours * HOUR_MS;
    struct setting *roles = setting_get(from, "supervisors");
    return roles ? rules_read_role_list(roles, &exception->supervisors, fault) : OK;
}

enum outcome rules_read_alerts(struct procedure *p, struct setting *root, struct fault *fault) {
    struct alert_policy *policy = &p->alerts;
    struct setting *list = NULL, *map = NULL;
    int64_t hours = 0;
    TRY(setting_need(root, "warn", SETTING_LIST, &list, fault));
    if (list->count > MAX_WARNINGS) return setting_fault(list, fault, "TOO_MANY", "at most %d warnings", MAX_WARNINGS);
    for (struct setting *one = list->first; one; one = one->next)
        TRY(read_warning(one, &policy->warnings[policy->warning_count++], fault));
    TRY(setting_int(root, "escalate_after", 0, 24 * 365, &hours, fault));
    policy->escalate_after = hours * HOUR_MS;
    TRY(setting_need(root, "supervisors", SETTING_MAP, &map, fault));
    for (struct setting *one = map->first; one; one = one->next) {
        enum role role;
        one->seen = true;
        TRY(read_role(
            &(struct setting){
                .kind = SETTING_MAP, .key = one->key, .line = one->line, .column = one->column, .owner = one->owner},
            &role, fault));
        TRY(rules_read_role_list(one, &policy->supervisors[role], fault));
    }
    for (int role = ROLE_AE; role <= ROLE_COO; role++) {
        if (!policy->supervisors[role].count)
            return setting_fault(map, fault, "SETTINGS_MISSING", "who supervises %s is not said",
                                 role_text((enum role)role));
    }
    map = setting_get(root, "order_of_dates");
    policy->order_of_dates = map != NULL;
    if (map) {
        const char *tag, *basis;
        bool statutory = true;
        TRY(rules_read_tag(map, &tag, &basis, &statutory, fault));
    }
    map = setting_get(root, "clocks");
    for (struct setting *one = map ? map->first : NULL; one; one = one->next) {
        one->seen = true;
        TRY(read_exception(p, one, fault));
    }
    return settings_check_unknown(root, fault);
}
