/* A row of a machine: who sends, to whom, what is needed. */
#include "broker/rules/rules_inside.h"

enum outcome rules_read_states(const struct procedure *p, struct setting *list, int machine, uint32_t *ret,
                               bool *ret_opens, struct fault *fault) {
    for (struct setting *one = list->first; one; one = one->next) {
        const char *text = one->kind == SETTING_TEXT ? one->text : "";
        int state = rules_state(p, machine, text);
        if (strcmp(text, "-") == 0 && ret_opens) *ret_opens = true;
        else if (strcmp(text, "any") == 0)
            *ret = p->machines[machine].state_count == 32 ? UINT32_MAX
                                                          : (UINT32_C(1) << p->machines[machine].state_count) - 1;
        else if (state >= 0) *ret |= UINT32_C(1) << state;
        else
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "%s has no state \"%.20s\": add it to states or correct it", p->machines[machine].name,
                                 text);
    }
    return OK;
}

enum outcome rules_read_to(const struct procedure *p, struct setting *from, int machine, int8_t *ret,
                           struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, "to", &text, fault));
    *ret = NO_STATE;
    if (strcmp(text, "same") == 0) return OK;
    int state = rules_state(p, machine, text);
    if (state < 0) {
        return setting_fault(setting_get(from, "to"), fault, "SETTINGS_UNKNOWN",
                             "%s has no state \"%.20s\": add it to states, correct it, or say same",
                             p->machines[machine].name, text);
    }
    *ret = (int8_t)state;
    return OK;
}

static enum outcome read_senders(struct setting *row, struct transition *ret, struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(row, "sender", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) {
        const char *text = one->kind == SETTING_TEXT ? one->text : "";
        int role = rules_role(text);
        if (strcmp(text, "any") == 0) ret->senders |= (uint8_t)(SENDERS_ANY & ~SENDER_SYS);
        else if (role >= 0) ret->senders |= (uint8_t)(1u << role);
        else
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no role \"%.20s\": AE, PSB, PRO, CRT, JUS, PI, COO, SYS or any", text);
    }
    if (!ret->senders) return setting_fault(list, fault, "SETTINGS_MISSING", "nobody may send this: name a role");
    return OK;
}

static enum outcome read_who(struct setting *row, struct transition *ret, struct fault *fault) {
    static const char *const names[] = {"anyone", "opener",         "holder",  "either",   "forwarder",
                                        "party",  "opener-or-lead", "invitee", "accepted", "member"};
    const char *text = "";
    TRY(setting_text_or(row, "who", "anyone", &text, fault));
    for (int i = 0; i < 10; i++) {
        if (strcmp(names[i], text) != 0) continue;
        ret->who = (enum who)i;
        return OK;
    }
    return setting_fault(setting_get(row, "who"), fault, "SETTINGS_UNKNOWN",
                         "who must be anyone, opener, holder, either, forwarder, party, opener-or-lead, invitee, "
                         "accepted or member, not \"%.20s\"",
                         text);
}

static enum outcome read_receiver(struct setting *row, struct transition *ret, struct fault *fault) {
    static const char *const names[] = {"none",      "any", "opener",  "holder",   "other",  "lead-psb",
                                        "other-psb", NULL,  "parties", "invitees", "roster", "accepted"};
    const char *text = "";
    TRY(setting_text(row, "receiver", &text, fault));
    for (int i = 0; i < 12; i++) {
        if (!names[i] || strcmp(names[i], text) != 0) continue;
        ret->receiver = (enum receiver)i;
        return OK;
    }
    int role = rules_role(text);
    if (role <= 0) {
        return setting_fault(setting_get(row, "receiver"), fault, "SETTINGS_UNKNOWN",
                             "receiver must be none, any, opener, holder, other, lead-psb, other-psb, parties, "
                             "invitees, roster, accepted or a role, not \"%.20s\"",
                             text);
    }
    ret->receiver = RECEIVER_ROLE;
    ret->receiver_role = (uint8_t)role;
    return OK;
}

static enum outcome read_copies(struct setting *row, struct transition *ret, struct fault *fault) {
    static const char *const names[] = {NULL, "opener", "holder", "referrer", "superior", "parties", "subscribers"};
    struct setting *list = setting_get(row, "copies");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        const char *text = one->kind == SETTING_TEXT ? one->text : "";
        int kind = 0, role = rules_role(text);
        for (int i = 1; i < 7; i++) kind = strcmp(names[i], text) == 0 ? i : kind;
        if (!kind && role <= 0)
            return setting_fault(
                one, fault, "SETTINGS_UNKNOWN",
                "copies go to opener, holder, referrer, superior, parties, subscribers or a role, not \"%.20s\"", text);
        if (ret->copy_count == MAX_ROW_COPIES)
            return setting_fault(one, fault, "TOO_MANY", "at most %d copies", MAX_ROW_COPIES);
        ret->copies[ret->copy_count].kind = (enum copy)kind;
        ret->copies[ret->copy_count++].role = (uint8_t)(kind ? 0 : role);
    }
    return OK;
}

enum outcome rules_read_parties(struct setting *row, struct transition *ret, struct fault *fault) {
    TRY(read_senders(row, ret, fault));
    TRY(read_who(row, ret, fault));
    TRY(read_receiver(row, ret, fault));
    if (ret->opens && !ret->from && ret->who != WHO_ANYONE) {
        return setting_fault(setting_get(row, "who"), fault, "SETTINGS_TYPE", "%s opens: there is no %s yet", ret->id,
                             "opener or holder");
    }
    return read_copies(row, ret, fault);
}

static enum outcome read_reasons(const struct procedure *p, struct setting *row, struct transition *ret,
                                 struct fault *fault) {
    struct setting *list = setting_get(row, "reasons");
    if (!list) return OK;
    if (list->kind == SETTING_TEXT && strcmp(list->text, "any") == 0) {
        ret->reason_needed = true;
        return OK;
    }
    if (list->kind != SETTING_LIST)
        return setting_fault(list, fault, "SETTINGS_TYPE", "reasons must be a list of codes, or any");
    for (struct setting *one = list->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT) return setting_fault(one, fault, "SETTINGS_TYPE", "a reason is a code");
        if (ret->reason_count == MAX_ROW_REASONS)
            return setting_fault(one, fault, "TOO_MANY", "at most %d reason codes", MAX_ROW_REASONS);
        TRY(rules_check_reason(p, one, one->text, fault));
        ret->reasons[ret->reason_count++] = one->text;
    }
    return OK;
}

/* 守卫 · guards by their names in the procedure's tables. */
static const struct {
    const char *name;
    enum guard bit;
} guards[] = {{"CATEGORY", GUARD_CATEGORY},
              {"COUNTY", GUARD_COUNTY},
              {"G06", GUARD_COMPETENT_SENDER},
              {"G06R", GUARD_COMPETENT_RECEIVER},
              {"G03", GUARD_OFFICERS},
              {"G04", GUARD_CHIEF},
              {"G12", GUARD_COUNTY_HEAD},
              {"G13", GUARD_NUMBER},
              {"TARGET_ORGAN", GUARD_TARGET_ORGAN},
              {"RESULT", GUARD_RESULT},
              {"G07", GUARD_DIGESTS},
              {"APPROVER", GUARD_APPROVER},
              {"SOURCE", GUARD_SOURCE},
              {"AREAS", GUARD_AREAS},
              {"NO_CRIME", GUARD_NO_CRIME},
              {"G02", GUARD_SAME_LEVEL},
              {"G10", GUARD_DUPLICATE},
              {"ONE_RECIPIENT", GUARD_ONE_RECIPIENT},
              {"CITY", GUARD_CITY},
              {"OPERATION", GUARD_OPERATION},
              {"ANSWERED", GUARD_ANSWERED},
              {"ACCEPTED", GUARD_ACCEPTED},
              {"PENALTY_POWER", GUARD_PENALTY_POWER},
              {"REPORTED", GUARD_REPORTED},
              {"FOLLOWED_UP", GUARD_FOLLOWED_UP}};

static enum outcome read_guard(const struct procedure *p, struct setting *one, struct transition *ret,
                               struct fault *fault) {
    const char *name = "", *when = "";
    if (one->kind == SETTING_MAP) {
        TRY(setting_text(one, "guard", &name, fault));
        if (strcmp(name, "PENALTY_POWER") == 0)
            TRY(rules_read_kinds(p, setting_get(one, "kinds"), &ret->power_kinds, fault));
        else {
            TRY(setting_text(one, "when", &when, fault));
            TRY(rules_check_reason(p, setting_get(one, "when"), when, fault));
            if (strcmp(name, "G12") != 0)
                return setting_fault(one, fault, "SETTINGS_TYPE",
                                     "only G12 may depend on the reason, PENALTY_POWER on kinds");
            if (ret->head_when[1]) return setting_fault(one, fault, "TOO_MANY", "at most two reasons");
            ret->head_when[ret->head_when[0] ? 1 : 0] = when;
        }
    } else if (one->kind == SETTING_TEXT) name = one->text;
    for (size_t i = 0; i < sizeof guards / sizeof guards[0]; i++) {
        if (strcmp(guards[i].name, name) != 0) continue;
        ret->guards |= guards[i].bit;
        return OK;
    }
    return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                         "there is no guard \"%.20s\": CATEGORY, COUNTY, G02, G03, G04, G06, G06R, G07, G10, G12, G13, "
                         "APPROVER, AREAS, CITY, NO_CRIME, ONE_RECIPIENT, SOURCE, TARGET_ORGAN, RESULT, "
                         "OPERATION, ANSWERED, ACCEPTED, PENALTY_POWER, REPORTED or FOLLOWED_UP",
                         name);
}

enum outcome rules_read_guards(const struct procedure *p, struct setting *row, struct transition *ret,
                               struct fault *fault) {
    TRY(read_reasons(p, row, ret, fault));
    struct setting *list = setting_get(row, "guards");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) TRY(read_guard(p, one, ret, fault));
    list = setting_get(row, "required");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int field = one->kind == SETTING_TEXT ? rules_field(one->text) : -1;
        if (field < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "there is no field \"%.30s\" that can be asked for",
                                 one->text ? one->text : "");
        ret->required |= UINT32_C(1) << field;
    }
    return OK;
}

/* 参战名单: what the row does to it, who only watches. */
enum outcome rules_read_roster(struct setting *row, struct transition *ret, struct fault *fault) {
    static const char *const acts[] = {"plan",  "invite",  "accept", "decline",
                                       "reset", "finding", "report", "follow-ups"};
    struct setting *list = setting_get(row, "roster");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int act = -1;
        for (int i = 0; i < 8 && one->kind == SETTING_TEXT; i++) act = strcmp(acts[i], one->text) == 0 ? i : act;
        if (act < 0)
            return setting_fault(
                one, fault, "SETTINGS_UNKNOWN",
                "roster does plan, invite, accept, decline, reset, finding, report or follow-ups, not \"%.20s\"",
                one->text ? one->text : "");
        ret->roster |= UINT32_C(1) << act;
    }
    if (list && list->kind != SETTING_LIST) return setting_fault(list, fault, "SETTINGS_TYPE", "roster must be a list");
    list = setting_get(row, "observers");
    if (list && list->kind != SETTING_LIST)
        return setting_fault(list, fault, "SETTINGS_TYPE", "observers must be a list of roles");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int role = one->kind == SETTING_TEXT ? rules_role(one->text) : -1;
        if (role <= 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "observers are roles, not \"%.20s\"",
                                 one->text ? one->text : "");
        ret->observers |= (uint8_t)(1u << role);
    }
    return OK;
}
