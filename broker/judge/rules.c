/* See judge.h and rules.h: loading of schemas/rules/procedure.yaml. */
#include "broker/judge/rules.h"
#include <stdio.h>
#include <stdlib.h>

int rules_machine(const struct rules *rules, const char *name) {
    for (int i = 0; i < rules->machine_count; i++) {
        if (strcmp(rules->machines[i].name, name) == 0) return i;
    }
    return -1;
}
int rules_state(const struct rules *rules, int machine, const char *code) {
    const struct machine *m = &rules->machines[machine];
    for (int i = 0; i < m->state_count; i++) {
        if (strcmp(m->states[i].code, code) == 0) return i;
    }
    return -1;
}
int rules_event(const struct rules *rules, struct bytes name) {
    for (int i = 0; i < rules->event_count; i++) {
        if (bytes_equal_cstr(name, rules->events[i].name)) return i;
    }
    return -1;
}
int rules_clock(const struct rules *rules, const char *name) {
    for (int i = 0; i < rules->clock_count; i++) {
        if (strcmp(rules->clocks[i].name, name) == 0) return i;
    }
    return -1;
}

static enum outcome read_names(struct setting *from, const char **ret_zh, const char **ret_en, struct fault *fault) {
    if (from->kind != SETTING_MAP) return setting_fault(from, fault, "SETTINGS_TYPE", "expected a map with zh and en");
    from->seen = true;
    TRY(setting_text(from, "zh", ret_zh, fault));
    return setting_text(from, "en", ret_en, fault);
}

static enum outcome read_machine(struct rules *rules, struct setting *from, struct fault *fault) {
    if (rules->machine_count == 8) return setting_fault(from, fault, "TOO_MANY", "more than 8 machines");
    struct machine *m = &rules->machines[rules->machine_count];
    struct setting *states = NULL;
    m->name = from->key;
    TRY(read_names(from, &m->zh, &m->en, fault));
    TRY(setting_need(from, "states", SETTING_MAP, &states, fault));
    for (struct setting *one = states->first; one; one = one->next) {
        if (m->state_count == 32 || strlen(one->key) > 7) return setting_fault(one, fault, "TOO_MANY", "too many states or too long a code");
        struct state_rule *state = &m->states[m->state_count++];
        state->code = one->key;
        state->at = one;
        TRY(read_names(one, &state->zh, &state->en, fault));
        TRY(setting_bool_or(one, "terminal", false, &state->terminal, fault));
    }
    rules->machine_count++;
    return OK;
}

static enum outcome read_event(struct rules *rules, struct setting *from, struct fault *fault) {
    if (rules->event_count == 96) return setting_fault(from, fault, "TOO_MANY", "more than 96 events");
    struct event_rule *event = &rules->events[rules->event_count++];
    const char *record = "";
    event->name = from->key;
    TRY(read_names(from, &event->zh, &event->en, fault));
    TRY(setting_text(from, "record", &record, fault));
    if (strcmp(record, "file") == 0) event->record = RECORD_CASE_FILE;
    else if (strcmp(record, "step") == 0) event->record = RECORD_CASE_STEP;
    else return setting_fault(setting_get(from, "record"), fault, "SETTINGS_TYPE", "record must be file or step, not \"%s\"", record);
    return OK;
}

static enum outcome read_clock(struct rules *rules, struct setting *from, struct fault *fault) {
    static const char *const units[] = {"HOUR", "CAL_DAY", "WORK_DAY", "MONTH"};
    if (rules->clock_count == 64 || strlen(from->key) > 7) return setting_fault(from, fault, "TOO_MANY", "too many clocks or too long a name");
    struct clock_rule *clock = &rules->clocks[rules->clock_count++];
    const char *unit = "", *actor = "";
    int64_t amount = 0;
    clock->name = from->key;
    clock->at = from;
    TRY(read_names(from, &clock->zh, &clock->en, fault));
    TRY(setting_text(from, "unit", &unit, fault));
    TRY(setting_int(from, "amount", 1, 400, &amount, fault));
    TRY(setting_text(from, "actor", &actor, fault));
    TRY(setting_text(from, "tag", &clock->tag, fault));
    TRY(setting_text(from, "basis", &clock->basis, fault));
    int found = -1;
    for (int i = 0; i < 4; i++) {
        if (strcmp(units[i], unit) == 0) found = i;
    }
    if (found < 0) return setting_fault(setting_get(from, "unit"), fault, "SETTINGS_TYPE", "unit must be HOUR, CAL_DAY, WORK_DAY or MONTH");
    if (strcmp(actor, "opener") != 0 && strcmp(actor, "holder") != 0) {
        return setting_fault(setting_get(from, "actor"), fault, "SETTINGS_TYPE", "actor must be opener or holder");
    }
    if (strlen(clock->tag) != 1 || !strchr("SKDP", clock->tag[0])) {
        return setting_fault(setting_get(from, "tag"), fault, "SETTINGS_TYPE", "tag must be S, K, D or P");
    }
    clock->unit = (enum unit)found;
    clock->amount = (int)amount;
    clock->actor = actor[0] == 'o' ? ACTOR_OPENER : ACTOR_HOLDER;
    clock->statutory = clock->tag[0] == 'S' || clock->tag[0] == 'K';
    return OK;
}

typedef enum outcome (*reader)(struct rules *, struct setting *, struct fault *);
static enum outcome read_map(struct rules *rules, const char *key, reader read, struct fault *fault) {
    struct setting *map = NULL;
    TRY(setting_need(settings_root(rules->procedure), key, SETTING_MAP, &map, fault));
    for (struct setting *one = map->first; one; one = one->next) TRY(read(rules, one, fault));
    return OK;
}

static enum outcome read_procedure(struct rules *rules, struct fault *fault) {
    struct setting *root = settings_root(rules->procedure), *list = NULL;
    int64_t version = 0;
    TRY(setting_int(root, "version", 1, 30000, &version, fault));
    rules->version = (int)version;
    TRY(read_map(rules, "machines", read_machine, fault));
    TRY(read_map(rules, "events", read_event, fault));
    TRY(read_map(rules, "clocks", read_clock, fault));
    TRY(setting_need(root, "transitions", SETTING_LIST, &list, fault));
    rules->transitions = arena_array(rules->arena, list->count, sizeof *rules->transitions);
    for (struct setting *one = list->first; one; one = one->next) {
        TRY(rules_read_transition(rules, one, &rules->transitions[rules->transition_count], fault));
        rules->transition_count++;
    }
    TRY(setting_need(root, "categories", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT || strlen(one->text) > 11 || rules->category_count == 64) {
            return setting_fault(one, fault, "SETTINGS_TYPE", "a category is a code of at most 11 characters, at most 64 of them");
        }
        rules->categories[rules->category_count++] = one->text;
    }
    TRY(settings_check_unknown(root, fault));
    return rules_check(rules, fault);
}

enum outcome rules_load(const char *schemas_folder, struct rules **ret_rules, struct fault *fault) {
    struct rules *rules = calloc(1, sizeof *rules);
    PROMISE(rules);
    char path[1024];
    rules->arena = arena_new(65536, 16u * MIB);
    snprintf(path, sizeof path, "%s/rules/holidays.yaml", schemas_folder);
    enum outcome loaded = calendar_load(path, &rules->calendar, fault);
    if (loaded == OK) {
        snprintf(path, sizeof path, "%s/rules/procedure.yaml", schemas_folder);
        loaded = settings_load(path, &rules->procedure, fault);
    }
    if (loaded == OK) loaded = read_procedure(rules, fault);
    if (loaded == OK) {
        snprintf(path, sizeof path, "%s/rules/alerts.yaml", schemas_folder);
        loaded = rules_read_alerts(rules, path, fault);
    }
    if (loaded == OK) *ret_rules = rules;
    else rules_free(rules);
    return loaded;
}

void rules_free(struct rules *rules) {
    if (!rules) return;
    settings_free(rules->procedure);
    calendar_free(rules->calendar);
    arena_free(rules->arena);
    free(rules);
}
int rules_version(const struct rules *rules) { return rules->version; }

struct rule_name rules_state_name(const struct rules *rules, const char *machine, const char *state) {
    int m = rules_machine(rules, machine);
    int s = m < 0 ? -1 : rules_state(rules, m, state);
    if (s < 0) return (struct rule_name){state, state};
    return (struct rule_name){rules->machines[m].states[s].zh, rules->machines[m].states[s].en};
}
struct rule_name rules_event_name(const struct rules *rules, const char *event) {
    int e = rules_event(rules, bytes_of_cstr(event));
    return e < 0 ? (struct rule_name){event, event} : (struct rule_name){rules->events[e].zh, rules->events[e].en};
}
struct rule_name rules_clock_name(const struct rules *rules, const char *rule) {
    int c = rules_clock(rules, rule);
    return c < 0 ? (struct rule_name){rule, rule} : (struct rule_name){rules->clocks[c].zh, rules->clocks[c].en};
}
