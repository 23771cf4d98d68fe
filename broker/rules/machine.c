/* machine-*.yaml: one state machine: its states, its rows. */
#include "broker/rules/rules_inside.h"

enum outcome rules_read_machine(struct procedure *p, struct setting *root, struct fault *fault) {
    struct machine *m = &p->machines[p->machine_count];
    struct setting *states = NULL;
    TRY(setting_text(root, "machine", &m->name, fault));
    m->at = setting_get(root, "machine");
    if (strlen(m->name) > 3 || rules_machine(p, m->name) >= 0) {
        return setting_fault(m->at, fault, "SETTINGS_DUPLICATE",
                             "the machine %.20s stands twice or has more than 3 letters", m->name);
    }
    TRY(rules_read_names(root, &m->zh, &m->en, fault));
    TRY(setting_need(root, "states", SETTING_LIST, &states, fault));
    for (struct setting *one = states->first; one; one = one->next) {
        if (m->state_count == MAX_STATES)
            return setting_fault(one, fault, "TOO_MANY", "more than %d states", MAX_STATES);
        struct state_rule *state = &m->states[m->state_count];
        TRY(setting_text(one, "code", &state->code, fault));
        if (strlen(state->code) > 7)
            return setting_fault(setting_get(one, "code"), fault, "SETTINGS_TYPE",
                                 "a state's code has at most 7 bytes");
        state->key = rules_key(state->code);
        state->at = one;
        for (int i = 0; i < m->state_count; i++) {
            if (m->states[i].key == state->key)
                return setting_fault(one, fault, "SETTINGS_DUPLICATE", "the state %s stands twice: keep one",
                                     state->code);
        }
        TRY(rules_read_names(one, &state->zh, &state->en, fault));
        TRY(setting_bool_or(one, "terminal", false, &state->terminal, fault));
        m->state_count++;
    }
    p->machine_count++;
    return OK;
}

static enum outcome read_flags(const struct procedure *p, struct setting *row, const char *key, uint32_t *ret,
                               struct fault *fault) {
    struct setting *list = setting_get(row, key);
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int flag = one->kind == SETTING_TEXT ? rules_flag(p, one->text) : -1;
        if (flag < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no flag \"%.40s\": add it to the end of flags or correct it",
                                 one->text ? one->text : "");
        *ret |= UINT32_C(1) << flag;
    }
    return OK;
}

static enum outcome read_clock_set(const struct procedure *p, struct setting *row, const char *key, uint64_t *ret,
                                   struct fault *fault) {
    struct setting *list = setting_get(row, key);
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int clock = one->kind == SETTING_TEXT ? rules_clock(p, one->text) : -1;
        if (clock < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no clock \"%.20s\": add it to clocks.yaml or correct it",
                                 one->text ? one->text : "");
        *ret |= UINT64_C(1) << clock;
    }
    return OK;
}

static enum outcome read_blocked(const struct procedure *p, struct setting *row, struct transition *ret,
                                 struct fault *fault) {
    struct setting *map = setting_get(row, "blocked"), *states = NULL;
    const char *text = "";
    if (!map) return OK;
    TRY(setting_text(map, "machine", &text, fault));
    int machine = rules_machine(p, text);
    if (machine < 0)
        return setting_fault(setting_get(map, "machine"), fault, "SETTINGS_UNKNOWN", "there is no machine \"%.20s\"",
                             text);
    TRY(setting_need(map, "states", SETTING_LIST, &states, fault));
    ret->blocked.present = true;
    ret->blocked.machine = (uint8_t)machine;
    return rules_read_states(p, states, machine, &ret->blocked.states, NULL, fault);
}

static enum outcome read_serve(const struct procedure *p, struct setting *row, struct transition *ret,
                               struct fault *fault) {
    const char *text = "";
    ret->serve = SERVE_NOBODY;
    TRY(setting_text_or(row, "serve", "", &text, fault));
    if (!text[0]) return OK;
    if (strcmp(text, "target_organ") == 0) {
        ret->serve = SERVE_TARGET_ORGAN;
        return OK;
    }
    int external = rules_external(p, bytes_of_cstr(text));
    if (external < 0)
        return setting_fault(setting_get(row, "serve"), fault, "SETTINGS_UNKNOWN",
                             "there is no external \"%.40s\": add it to externals, or say target_organ", text);
    ret->serve = (int8_t)external;
    return OK;
}

static enum outcome read_change(struct setting *row, const char *key, enum change *ret, struct fault *fault) {
    static const char *const names[] = {"", "recipient", "sender", "opener"};
    const char *text = "";
    TRY(setting_text_or(row, key, "", &text, fault));
    for (int i = 0; i < 4; i++) {
        if (strcmp(names[i], text) != 0) continue;
        *ret = (enum change)i;
        return OK;
    }
    return setting_fault(setting_get(row, key), fault, "SETTINGS_UNKNOWN",
                         "%s must be recipient, sender or opener, not \"%.20s\"", key, text);
}

static enum outcome read_addressed(struct setting *row, struct transition *ret, struct fault *fault) {
    bool addressed = false;
    if (!setting_get(row, "addressed")) return OK;
    TRY(setting_bool_or(row, "addressed", false, &addressed, fault));
    ret->addressed = addressed ? ADDRESSED_YES : ADDRESSED_NO;
    return OK;
}

static enum outcome read_handling(struct setting *row, struct transition *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text_or(row, "handling", "", &text, fault));
    ret->sets_handling = strcmp(text, "set") == 0;
    if (ret->sets_handling || !text[0]) return OK;
    return setting_fault(setting_get(row, "handling"), fault, "SETTINGS_UNKNOWN",
                         "handling must be set, or left out, not \"%.20s\"", text);
}

static enum outcome read_event(const struct procedure *p, struct setting *row, struct transition *ret,
                               struct fault *fault) {
    const char *text = "";
    TRY(setting_text(row, "event", &text, fault));
    int event = rules_event(p, bytes_of_cstr(text));
    if (event < 0)
        return setting_fault(setting_get(row, "event"), fault, "SETTINGS_UNKNOWN",
                             "there is no event \"%.40s\": add it to rules.yaml or correct it", text);
    ret->event = (uint8_t)event;
    return OK;
}

static enum outcome read_states(const struct procedure *p, struct setting *row, struct transition *ret,
                                struct fault *fault) {
    struct setting *from = NULL;
    TRY(setting_need(row, "from", SETTING_LIST, &from, fault));
    TRY(rules_read_states(p, from, ret->machine, &ret->from, &ret->opens, fault));
    if (!ret->opens && !ret->from)
        return setting_fault(from, fault, "SETTINGS_MISSING",
                             "from names no state: list states, \"-\" to open, or any");
    TRY(rules_read_to(p, row, ret->machine, &ret->to, fault));
    if (ret->opens && ret->to == NO_STATE)
        return setting_fault(setting_get(row, "to"), fault, "SETTINGS_TYPE",
                             "a row that opens must name the state it leads to");
    return OK;
}

/* What must hold of the referral: its clocks and flags. */
static enum outcome read_needs(const struct procedure *p, struct setting *row, struct transition *ret,
                               struct fault *fault) {
    TRY(read_clock_set(p, row, "running", &ret->running, fault));
    TRY(read_clock_set(p, row, "stopped", &ret->stopped, fault));
    TRY(read_clock_set(p, row, "overdue", &ret->overdue, fault));
    TRY(read_clock_set(p, row, "within", &ret->within, fault));
    TRY(read_clock_set(p, row, "late", &ret->late, fault));
    TRY(read_flags(p, row, "flags", &ret->flags_needed, fault));
    return OK;
}

static enum outcome read_penalty(const struct procedure *p, struct setting *row, struct transition *ret,
                                 struct fault *fault) {
    const char *text = "";
    TRY(setting_text_or(row, "penalises", "", &text, fault));
    ret->penalises = text[0] ? text : NULL;
    if (ret->penalises && strcmp(text, PENALISES_ALWAYS) != 0)
        TRY(rules_check_reason(p, setting_get(row, "penalises"), text, fault));
    if (ret->penalises && !ret->decides)
        return setting_fault(setting_get(row, "penalises"), fault, "SETTINGS_TYPE",
                             "%s: a penalty is a decision: say decides: true", ret->id);
    return OK;
}

/* What the message is, and what it changes of the referral. */
static enum outcome read_effects(const struct procedure *p, struct setting *row, struct transition *ret,
                                 struct fault *fault) {
    TRY(read_flags(p, row, "set", &ret->set, fault));
    TRY(read_flags(p, row, "clear", &ret->clear, fault));
    TRY(setting_bool_or(row, "both", false, &ret->both, fault));
    TRY(setting_bool_or(row, "served", false, &ret->serves, fault));
    TRY(setting_bool_or(row, "names_gaps", false, &ret->names_gaps, fault));
    TRY(setting_bool_or(row, "decides", false, &ret->decides, fault));
    TRY(read_penalty(p, row, ret, fault));
    TRY(read_change(row, "holder", &ret->holder, fault));
    TRY(read_change(row, "opener", &ret->opener, fault));
    TRY(read_serve(p, row, ret, fault));
    TRY(read_addressed(row, ret, fault));
    TRY(read_handling(row, ret, fault));
    TRY(read_blocked(p, row, ret, fault));
    return OK;
}

static enum outcome read_row(const struct procedure *p, struct setting *row, int machine, struct transition *ret,
                             struct fault *fault) {
    ret->at = row;
    ret->machine = (uint8_t)machine;
    TRY(setting_text(row, "id", &ret->id, fault));
    TRY(read_event(p, row, ret, fault));
    TRY(read_states(p, row, ret, fault));
    TRY(rules_read_tag(row, &ret->tag, &ret->basis, &ret->statutory, fault));
    TRY(setting_text_or(row, "note", "", &ret->note, fault));
    TRY(rules_read_parties(row, ret, fault));
    TRY(rules_read_guards(p, row, ret, fault));
    TRY(rules_read_roster(row, ret, fault));
    TRY(read_needs(p, row, ret, fault));
    TRY(read_effects(p, row, ret, fault));
    if (ret->both && ret->who != WHO_EITHER)
        return setting_fault(row, fault, "SETTINGS_TYPE",
                             "%s: both: true needs who: either, one message from each side", ret->id);
    TRY(rules_read_acts(p, row, &ret->acts, fault));
    return rules_read_links(p, row, ret, fault);
}

enum outcome rules_read_rows(struct procedure *p, struct setting *root, int machine, struct fault *fault) {
    struct setting *rows = NULL;
    TRY(setting_need(root, "rows", SETTING_LIST, &rows, fault));
    struct transition *all = arena_array(p->arena, p->transition_count + rows->count, sizeof *all);
    if (p->transition_count) memcpy(all, p->transitions, p->transition_count * sizeof *all);
    p->transitions = all;
    for (struct setting *row = rows->first; row; row = row->next) {
        TRY(read_row(p, row, machine, &p->transitions[p->transition_count], fault));
        p->transition_count++;
    }
    return OK;
}
