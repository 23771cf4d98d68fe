/* One row of `transitions:` read from YAML; every name resolved, every mistake named by place. */
#include "broker/judge/rules.h"
#include <stdio.h>

static int role_named(const char *text) {
    for (int i = ROLE_AE; i <= ROLE_COO; i++) {
        if (strcmp(role_text((enum role)i), text) == 0) return i;
    }
    return -1;
}

static enum outcome read_clocks(const struct rules *rules, struct setting *from, const char *key, struct clock_list *ret, struct fault *fault) {
    struct setting *list = setting_get(from, key);
    if (!list) return OK;
    if (list->kind != SETTING_LIST || list->count > MOST_CLOCKS_NAMED) return setting_fault(list, fault, "SETTINGS_TYPE", "a list of at most 8 clocks");
    for (struct setting *one = list->first; one; one = one->next) {
        int clock = one->kind == SETTING_TEXT ? rules_clock(rules, one->text) : -1;
        if (clock < 0) return setting_fault(one, fault, "SETTINGS_UNKNOWN", "there is no clock \"%.40s\"", one->text ? one->text : "");
        ret->rule[ret->count++] = (uint8_t)clock;
    }
    return OK;
}

static bool read_moment(const struct rules *rules, const char *text, struct measure *measure, bool from) {
    static const char *const names[] = {"report", "approval", "business"};
    enum moment *ret = from ? &measure->from : &measure->until;
    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret = (enum moment)i;
            return true;
        }
    }
    int clock = rules_clock(rules, text);
    if (!from || clock < 0) return false;
    *ret = MOMENT_CLOCK;
    measure->from_clock = (uint8_t)clock;
    return true;
}

static enum outcome read_measures(const struct rules *rules, struct setting *from, struct measures *ret, struct fault *fault) {
    struct setting *list = setting_get(from, "measure");
    if (!list) return OK;
    if (list->kind != SETTING_LIST || list->count > 4) return setting_fault(list, fault, "SETTINGS_TYPE", "a list of at most 4 rule/from/until");
    for (struct setting *one = list->first; one; one = one->next) {
        struct measure *measure = &ret->one[ret->count++];
        char rule[16], since[16], until[16];
        if (one->kind != SETTING_TEXT || sscanf(one->text, "%15[^/]/%15[^/]/%15s", rule, since, until) != 3) {
            return setting_fault(one, fault, "SETTINGS_TYPE", "expected rule/from/until");
        }
        int clock = rules_clock(rules, rule);
        if (clock < 0 || !read_moment(rules, since, measure, true) || !read_moment(rules, until, measure, false)) {
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "\"%s\" names an unknown clock or moment", one->text);
        }
        measure->rule = (uint8_t)clock;
    }
    return OK;
}

static enum outcome read_states(const struct rules *rules, struct setting *from, int machine, uint32_t *ret, struct fault *fault) {
    struct setting *list = setting_get(from, "from");
    if (!list) return OK;
    if (list->kind != SETTING_LIST) return setting_fault(list, fault, "SETTINGS_TYPE", "from must be a list of states");
    for (struct setting *one = list->first; one; one = one->next) {
        int state = one->kind == SETTING_TEXT ? rules_state(rules, machine, one->text) : -1;
        if (state < 0) return setting_fault(one, fault, "SETTINGS_UNKNOWN", "%s has no state \"%.20s\"", rules->machines[machine].name, one->text ? one->text : "");
        *ret |= UINT32_C(1) << state;
    }
    return OK;
}

static enum outcome read_to(const struct rules *rules, struct setting *from, int machine, int8_t *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, "to", &text, fault));
    int state = strcmp(text, "same") == 0 ? -1 : rules_state(rules, machine, text);
    if (state < 0 && strcmp(text, "same") != 0) {
        return setting_fault(setting_get(from, "to"), fault, "SETTINGS_UNKNOWN", "%s has no state \"%.20s\"", rules->machines[machine].name, text);
    }
    *ret = (int8_t)state;
    return OK;
}

static enum outcome read_machine_name(const struct rules *rules, struct setting *from, int *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, "machine", &text, fault));
    *ret = rules_machine(rules, text);
    if (*ret < 0) return setting_fault(setting_get(from, "machine"), fault, "SETTINGS_UNKNOWN", "there is no machine \"%.20s\"", text);
    return OK;
}

static enum outcome read_also(const struct rules *rules, struct setting *from, struct also *ret, struct fault *fault) {
    struct setting *map = setting_get(from, "also");
    int machine = 0;
    const char *text = "";
    if (!map) return OK;
    ret->present = true;
    TRY(read_machine_name(rules, map, &machine, fault));
    ret->machine = (uint8_t)machine;
    TRY(read_states(rules, map, machine, &ret->from, fault));
    TRY(read_to(rules, map, machine, &ret->to, fault));
    TRY(setting_text_or(map, "by", "", &text, fault));
    ret->by_holder = strcmp(text, "holder") == 0;
    TRY(setting_text_or(map, "holder", "", &text, fault));
    ret->holder_sender = strcmp(text, "sender") == 0;
    TRY(read_clocks(rules, map, "start", &ret->start, fault));
    TRY(read_clocks(rules, map, "stop", &ret->stop, fault));
    TRY(read_clocks(rules, map, "pause", &ret->pause, fault));
    TRY(read_clocks(rules, map, "resume", &ret->resume, fault));
    TRY(read_clocks(rules, map, "void", &ret->voided, fault));
    return read_measures(rules, map, &ret->measure, fault);
}

static enum outcome read_parties(struct setting *from, struct transition *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, "sender", &text, fault));
    ret->sender = strcmp(text, "any") == 0 ? SENDER_ANY : role_named(text);
    if (ret->sender < 0) return setting_fault(setting_get(from, "sender"), fault, "SETTINGS_UNKNOWN", "there is no role \"%.20s\"", text);
    TRY(setting_text_or(from, "by", "", &text, fault));
    ret->by = strcmp(text, "opener") == 0 ? BY_OPENER : strcmp(text, "holder") == 0 ? BY_HOLDER : strcmp(text, "case_force") == 0 ? BY_CASE_FORCE : BY_NONE;
    if ((ret->by == BY_NONE) != (ret->opens || !text[0])) return setting_fault(from, fault, "SETTINGS_TYPE", "by must be opener, holder or case_force");
    TRY(setting_text(from, "receiver", &text, fault));
    ret->receiver_role = role_named(text);
    if (ret->receiver_role > 0) ret->receiver = RECEIVER_ROLE;
    else if (strcmp(text, "opener") == 0) ret->receiver = RECEIVER_OPENER;
    else if (strcmp(text, "holder") == 0) ret->receiver = RECEIVER_HOLDER;
    else if (strcmp(text, "lead") == 0) ret->receiver = RECEIVER_LEAD;
    else return setting_fault(setting_get(from, "receiver"), fault, "SETTINGS_UNKNOWN", "receiver \"%.20s\" is not known", text);
    return OK;
}

static enum outcome read_guards(struct setting *from, struct transition *ret, struct fault *fault) {
    static const struct { const char *name; uint8_t bit; } needs[] = {
        {"document_no", NEED_DOCUMENT_NO}, {"title", NEED_TITLE}, {"reason", NEED_REASON}, {"target_organ", NEED_TARGET_ORGAN}};
    const char *text = "";
    TRY(setting_text_or(from, "competence", "", &text, fault));
    ret->competence = strcmp(text, "sender") == 0 ? COMPETENCE_SENDER : strcmp(text, "receiver") == 0 ? COMPETENCE_RECEIVER : COMPETENCE_NONE;
    TRY(setting_bool_or(from, "category", false, &ret->category, fault));
    TRY(setting_bool_or(from, "county", false, &ret->county, fault));
    TRY(setting_text_or(from, "approver", "", &text, fault));
    ret->county_head = strcmp(text, "COUNTY_HEAD") == 0;
    if (text[0] && !ret->county_head) return setting_fault(setting_get(from, "approver"), fault, "SETTINGS_UNKNOWN", "approver must be COUNTY_HEAD");
    struct setting *list = setting_get(from, "need");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        uint8_t bit = 0;
        for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
            if (one->text && strcmp(needs[i].name, one->text) == 0) bit = needs[i].bit;
        }
        if (!bit) return setting_fault(one, fault, "SETTINGS_UNKNOWN", "need does not know \"%.30s\"", one->text ? one->text : "");
        ret->need |= bit;
    }
    list = setting_get(from, "reasons");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        if (ret->reason_count == 8 || one->kind != SETTING_TEXT) return setting_fault(one, fault, "TOO_MANY", "at most 8 reason codes");
        ret->reasons[ret->reason_count++] = one->text;
    }
    list = setting_get(from, "copy");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int role = one->kind == SETTING_TEXT ? role_named(one->text) : -1;
        if (role < 0 || ret->copy_count == 4) return setting_fault(one, fault, "SETTINGS_UNKNOWN", "copy: unknown role or more than 4");
        ret->copies[ret->copy_count++] = (uint8_t)role;
    }
    return OK;
}

static enum outcome read_supersede(const struct rules *rules, struct setting *from, struct transition *ret, struct fault *fault) {
    const char *text = "";
    char old[16], new[16];
    TRY(setting_text_or(from, "supersede", "", &text, fault));
    if (!text[0]) return OK;
    if (sscanf(text, "%15[^/]/%15s", old, new) != 2 || rules_clock(rules, old) < 0 || rules_clock(rules, new) < 0) {
        return setting_fault(setting_get(from, "supersede"), fault, "SETTINGS_UNKNOWN", "supersede names an unknown clock");
    }
    ret->supersedes = true;
    ret->superseded = (uint8_t)rules_clock(rules, old);
    ret->superseding = (uint8_t)rules_clock(rules, new);
    return OK;
}

enum outcome rules_read_transition(struct rules *rules, struct setting *from, struct transition *ret, struct fault *fault) {
    const char *text = "";
    int machine = 0;
    ret->at = from;
    TRY(setting_text(from, "id", &ret->id, fault));
    TRY(read_machine_name(rules, from, &machine, fault));
    ret->machine = (uint8_t)machine;
    TRY(setting_text(from, "event", &text, fault));
    int event = rules_event(rules, bytes_of_cstr(text));
    if (event < 0) return setting_fault(setting_get(from, "event"), fault, "SETTINGS_UNKNOWN", "there is no event \"%.30s\"", text);
    ret->event = (uint8_t)event;
    TRY(setting_bool_or(from, "opens", false, &ret->opens, fault));
    TRY(read_states(rules, from, machine, &ret->from, fault));
    if (ret->opens == (ret->from != 0)) return setting_fault(from, fault, "SETTINGS_MISSING", "%s needs either opens: true or from: [states]", ret->id);
    TRY(read_to(rules, from, machine, &ret->to, fault));
    TRY(setting_text(from, "tag", &text, fault));
    TRY(setting_text(from, "basis", &text, fault));
    TRY(read_parties(from, ret, fault));
    TRY(read_guards(from, ret, fault));
    TRY(read_clocks(rules, from, "start", &ret->start, fault));
    TRY(read_clocks(rules, from, "start_alone", &ret->start_alone, fault));
    TRY(read_clocks(rules, from, "stop", &ret->stop, fault));
    TRY(read_clocks(rules, from, "pause", &ret->pause, fault));
    TRY(read_clocks(rules, from, "resume", &ret->resume, fault));
    TRY(read_supersede(rules, from, ret, fault));
    TRY(read_measures(rules, from, &ret->measure, fault));
    return read_also(rules, from, &ret->also, fault);
}
