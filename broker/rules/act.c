/* What a row does to clocks, of its own referral and by links of others. */
#include "broker/rules/rules_inside.h"

static enum outcome moment_named(const struct procedure *p, struct setting *at, const char *text, bool may_be_clock,
                                 enum moment *ret, uint8_t *ret_clock, struct fault *fault) {
    static const char *const names[] = {"business_time", "report_time", "approval_time", "decided_time", "found_time"};
    for (int i = 0; i < 5; i++) {
        if (strcmp(names[i], text) != 0) continue;
        *ret = (enum moment)i;
        return OK;
    }
    int clock = may_be_clock ? rules_clock(p, text) : -1;
    if (clock < 0)
        return setting_fault(at, fault, "SETTINGS_UNKNOWN", "\"%.30s\" is no time of a message%s", text,
                             may_be_clock ? " and no clock" : "");
    *ret = MOMENT_CLOCK;
    *ret_clock = (uint8_t)clock;
    return OK;
}

static enum outcome clock_named(const struct procedure *p, struct setting *at, const char *text, uint8_t *ret,
                                struct fault *fault) {
    int clock = rules_clock(p, text);
    if (clock < 0)
        return setting_fault(at, fault, "SETTINGS_UNKNOWN",
                             "there is no clock \"%.20s\": add it to clocks.yaml or correct it", text);
    *ret = (uint8_t)clock;
    return OK;
}

static enum outcome flag_named(const struct procedure *p, struct setting *from, const char *key, int8_t *ret,
                               struct fault *fault) {
    const char *text = "";
    TRY(setting_text_or(from, key, "", &text, fault));
    int flag = text[0] ? rules_flag(p, text) : NO_FLAG;
    if (text[0] && flag < 0)
        return setting_fault(setting_get(from, key), fault, "SETTINGS_UNKNOWN",
                             "there is no flag \"%.40s\": add it to the end of flags or correct it", text);
    *ret = (int8_t)flag;
    return OK;
}

/* A clock ends at its amount; or at what the message names. */
static enum outcome read_due(struct setting *from, struct act *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text_or(from, "due", "", &text, fault));
    ret->by_reply = strcmp(text, "reply_by") == 0;
    if (text[0] && (!ret->by_reply || ret->kind != ACT_START)) {
        return setting_fault(setting_get(from, "due"), fault, "SETTINGS_TYPE",
                             "due can be reply_by, of a clock that is started, not \"%.20s\"", text);
    }
    return OK;
}

static enum outcome read_details(const struct procedure *p, struct setting *from, struct act *ret,
                                 struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, "clock", &text, fault));
    TRY(clock_named(p, setting_get(from, "clock"), text, &ret->clock, fault));
    TRY(setting_text_or(from, "when", "", &text, fault));
    ret->when = text[0] ? text : NULL;
    if (ret->when) TRY(rules_check_reason(p, setting_get(from, "when"), text, fault));
    TRY(flag_named(p, from, "flag", &ret->flag, fault));
    TRY(flag_named(p, from, "unless", &ret->unless, fault));
    TRY(setting_bool_or(from, "unlinked", false, &ret->unlinked, fault));
    TRY(setting_bool_or(from, "once", false, &ret->once, fault));
    TRY(setting_bool_or(from, "settled", false, &ret->settled, fault));
    TRY(rules_read_kinds(p, setting_get(from, "kinds"), &ret->kinds, fault));
    TRY(read_due(from, ret, fault));
    if (ret->kind == ACT_SUPERSEDE) {
        TRY(setting_text(from, "by", &text, fault));
        TRY(clock_named(p, setting_get(from, "by"), text, &ret->by, fault));
    }
    if (setting_get(from, "from")) {
        TRY(setting_text(from, "from", &text, fault));
        TRY(moment_named(p, setting_get(from, "from"), text, true, &ret->from, &ret->from_clock, fault));
    } else if (ret->kind == ACT_MEASURE)
        return setting_fault(from, fault, "SETTINGS_MISSING",
                             "a measured clock needs from: a time of the message or a clock");
    if (!setting_get(from, "until")) return OK;
    TRY(setting_text(from, "until", &text, fault));
    return moment_named(p, setting_get(from, "until"), text, false, &ret->until, NULL, fault);
}

struct act_reading {
    uint8_t count;
    struct act one[MAX_ROW_ACTS];
};
static enum outcome read_act(const struct procedure *p, struct setting *one, enum act_kind kind,
                             struct act_reading *into, struct fault *fault) {
    if (into->count == MAX_ROW_ACTS)
        return setting_fault(one, fault, "TOO_MANY", "more than %d clocks in one row", MAX_ROW_ACTS);
    struct act *act = &into->one[into->count++];
    *act = (struct act){.kind = kind, .flag = NO_FLAG, .unless = NO_FLAG, .at = one};
    if (one->kind == SETTING_MAP) return read_details(p, one, act, fault);
    if (kind == ACT_MEASURE || kind == ACT_SUPERSEDE)
        return setting_fault(one, fault, "SETTINGS_TYPE", "expected a map with the key \"clock\"");
    return clock_named(p, one, one->kind == SETTING_TEXT ? one->text : "", &act->clock, fault);
}

enum outcome rules_read_acts(const struct procedure *p, struct setting *from, struct acts *ret, struct fault *fault) {
    struct act_reading into = {0};
    static const struct {
        const char *key;
        enum act_kind kind;
    } kinds[] = {{"measure", ACT_MEASURE}, {"stop", ACT_STOP},     {"void", ACT_VOID},           {"pause", ACT_PAUSE},
                 {"resume", ACT_RESUME},   {"reopen", ACT_REOPEN}, {"supersede", ACT_SUPERSEDE}, {"start", ACT_START}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct setting *list = setting_get(from, kinds[k].key);
        if (!list) continue;
        if (kinds[k].kind == ACT_VOID && list->kind == SETTING_TEXT && strcmp(list->text, "all") == 0) {
            if (into.count == MAX_ROW_ACTS)
                return setting_fault(list, fault, "TOO_MANY", "more than %d clocks in one row", MAX_ROW_ACTS);
            into.one[into.count++] = (struct act){.kind = ACT_VOID_ALL, .flag = NO_FLAG, .unless = NO_FLAG, .at = list};
            continue;
        }
        if (list->kind != SETTING_LIST)
            return setting_fault(list, fault, "SETTINGS_TYPE", "%s must be a list of clocks", kinds[k].key);
        for (struct setting *one = list->first; one; one = one->next)
            TRY(read_act(p, one, kinds[k].kind, &into, fault));
    }
    struct act *kept = arena_array(p->arena, into.count, sizeof *kept);
    if (into.count) memcpy(kept, into.one, into.count * sizeof *kept);
    *ret = (struct acts){into.count, kept};
    return OK;
}

static enum outcome read_link_holder(struct setting *from, struct link *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text_or(from, "holder", "", &text, fault));
    if (strcmp(text, "sender") == 0) ret->holder = CHANGE_SENDER;
    else if (strcmp(text, "opener") == 0) ret->holder = CHANGE_OPENER;
    else if (strcmp(text, "holder") == 0) ret->self_holder = true;
    else if (text[0])
        return setting_fault(setting_get(from, "holder"), fault, "SETTINGS_UNKNOWN",
                             "a link's holder becomes sender, opener or holder (of this referral), not \"%.20s\"",
                             text);
    return OK;
}

static enum outcome read_link(const struct procedure *p, struct setting *from, struct link *ret, struct fault *fault) {
    const char *text = "";
    struct setting *states = NULL;
    *ret = (struct link){.at = from};
    TRY(setting_text(from, "machine", &text, fault));
    int machine = rules_machine(p, text);
    if (machine < 0)
        return setting_fault(setting_get(from, "machine"), fault, "SETTINGS_UNKNOWN",
                             "there is no machine \"%.20s\": list its file in machines or correct it", text);
    ret->machine = (uint8_t)machine;
    TRY(setting_need(from, "from", SETTING_LIST, &states, fault));
    TRY(rules_read_states(p, states, machine, &ret->from, NULL, fault));
    TRY(rules_read_to(p, from, machine, &ret->to, fault));
    TRY(setting_bool_or(from, "held_by_sender", false, &ret->held_by_sender, fault));
    TRY(setting_bool_or(from, "of_parent", false, &ret->of_parent, fault));
    TRY(setting_bool_or(from, "opened_by_sender", false, &ret->opened_by_sender, fault));
    TRY(read_link_holder(from, ret, fault));
    return rules_read_acts(p, from, &ret->acts, fault);
}

enum outcome rules_read_links(const struct procedure *p, struct setting *row, struct transition *ret,
                              struct fault *fault) {
    struct setting *list = setting_get(row, "links");
    struct link *links = arena_array(p->arena, MAX_ROW_LINKS, sizeof *links);
    ret->links = links;
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        if (ret->link_count == MAX_ROW_LINKS)
            return setting_fault(one, fault, "TOO_MANY", "more than %d links", MAX_ROW_LINKS);
        TRY(read_link(p, one, &links[ret->link_count++], fault));
    }
    return OK;
}
