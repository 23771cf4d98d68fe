/* thresholds.yaml: rows, parameters, closed seasons, penalties beside a referral, who hears of them. Every mistake at
 * file:line:column. */
#include "broker/rules/rules_inside.h"
#include <stdio.h>
#include <stdlib.h>

static enum outcome read_row(struct procedure *p, struct setting *from, struct fault *fault) {
    static const char *const levels[] = {"RED", "AMBER", "BLUE"};
    struct thresholds *t = &p->thresholds;
    if (t->count == MAX_THRESHOLDS)
        return setting_fault(from, fault, "TOO_MANY", "more than %d thresholds", MAX_THRESHOLDS);
    struct threshold *row = &t->rows[t->count];
    const char *text = "";
    struct setting *when = NULL;
    TRY(setting_text(from, "id", &row->id, fault));
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->rows[i].id, row->id) == 0)
            return setting_fault(setting_get(from, "id"), fault, "SETTINGS_DUPLICATE",
                                 "the threshold %s stands twice: give one another id", row->id);
    }
    if (strlen(row->id) > 20)
        return setting_fault(setting_get(from, "id"), fault, "SETTINGS_TYPE", "an id has at most 20 bytes");
    TRY(rules_read_names(from, &row->zh, &row->en, fault));
    TRY(rules_read_tag(from, &row->tag, &row->basis, &row->statutory, fault));
    TRY(setting_text(from, "level", &text, fault));
    int level = -1;
    for (int i = 0; i < 3; i++) level = strcmp(levels[i], text) == 0 ? i : level;
    if (level < 0)
        return setting_fault(setting_get(from, "level"), fault, "SETTINGS_UNKNOWN",
                             "level must be RED, AMBER or BLUE, not \"%.20s\"", text);
    row->level = (enum hint_level)level;
    TRY(setting_text_or(from, "tier", "", &text, fault));
    if (text[0] && strcmp(text, "SEV") != 0)
        return setting_fault(setting_get(from, "tier"), fault, "SETTINGS_UNKNOWN",
                             "tier must be SEV or absent, not \"%.20s\"", text);
    row->severe = text[0];
    TRY(rules_read_categories(p, setting_get(from, "categories"), &row->categories, fault));
    TRY(setting_need(from, "when", SETTING_MAP, &when, fault));
    TRY(rules_read_condition(p, when, &row->when, fault));
    t->count++;
    return OK;
}

static enum outcome read_parameter(struct procedure *p, struct setting *from, struct fault *fault) {
    struct thresholds *t = &p->thresholds;
    if (t->parameter_count == sizeof t->parameters / sizeof t->parameters[0])
        return setting_fault(from, fault, "TOO_MANY", "too many parameters");
    struct parameter *parameter = &t->parameters[t->parameter_count];
    const char *text = "";
    TRY(setting_text(from, "id", &parameter->id, fault));
    TRY(rules_read_names(from, &parameter->zh, &parameter->en, fault));
    TRY(rules_read_tag(from, &parameter->tag, &parameter->basis, &parameter->statutory, fault));
    TRY(setting_text(from, "value", &text, fault));
    if (!fact_micro_parse(bytes_of_cstr(text), &parameter->micro) || parameter->micro <= 0) {
        return setting_fault(setting_get(from, "value"), fault, "SETTINGS_TYPE",
                             "value must be a number above nought, not \"%.20s\"", text);
    }
    t->parameter_count++;
    return OK;
}

/* "04-01" as 401; any year has it. */
static enum outcome read_day(struct setting *from, const char *key, int *ret, struct fault *fault) {
    const char *text = "";
    int month = 0, day = 0, end = 0;
    TRY(setting_text(from, key, &text, fault));
    bool read = sscanf(text, "%2d-%2d%n", &month, &day, &end) == 2 && strlen(text) == 5 && end == 5;
    const struct civil civil = {.year = 2024, .month = month, .day = day};
    if (!read || !civil_valid(&civil))
        return setting_fault(setting_get(from, key), fault, "SETTINGS_TYPE", "%s must be a day MM-DD, not \"%.20s\"",
                             key, text);
    *ret = month * 100 + day;
    return OK;
}

/* "2022..", "2018..2021" */
static enum outcome read_years(struct setting *from, struct season *ret, struct fault *fault) {
    const char *text = "";
    char *end = NULL;
    TRY(setting_text(from, "years", &text, fault));
    ret->first_year = (int)strtol(text, &end, 10);
    bool read = end == text + 4 && strncmp(end, "..", 2) == 0;
    ret->last_year = read && end[2] ? (int)strtol(end + 2, &end, 10) : 9999;
    if (read && !*(ret->last_year == 9999 ? end + 2 : end) && ret->first_year >= 1949 &&
        ret->last_year >= ret->first_year)
        return OK;
    return setting_fault(setting_get(from, "years"), fault, "SETTINGS_TYPE",
                         "years must be 2022.. or 2018..2021, not \"%.20s\"", text);
}

static enum outcome read_season(struct procedure *p, struct setting *from, struct fault *fault) {
    struct thresholds *t = &p->thresholds;
    if (t->season_count == MAX_SEASONS)
        return setting_fault(from, fault, "TOO_MANY", "more than %d seasons", MAX_SEASONS);
    struct season *season = &t->seasons[t->season_count];
    const struct fact_rule *water = fact_at(p->facts, (size_t)t->water_body);
    struct setting *list = NULL;
    TRY(setting_need(from, "waters", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) {
        int code = one->kind == SETTING_TEXT ? fact_find_code(water->of, bytes_of_cstr(one->text)) : -1;
        if (code < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no water \"%.30s\": add it to facts.yaml or correct it",
                                 one->text ? one->text : "");
        season->waters |= UINT32_C(1) << code;
    }
    TRY(read_years(from, season, fault));
    TRY(read_day(from, "from", &season->from, fault));
    TRY(read_day(from, "to", &season->to, fault));
    if (season->to < season->from)
        return setting_fault(setting_get(from, "to"), fault, "SETTINGS_TYPE",
                             "a season ends in the year in which it begins: write two rows");
    TRY(rules_read_tag(from, &season->tag, &season->basis, &season->statutory, fault));
    for (size_t i = 0; i < t->season_count; i++) {
        const struct season *other = &t->seasons[i];
        bool years = other->first_year <= season->last_year && season->first_year <= other->last_year;
        if (years && (other->waters & season->waters))
            return setting_fault(from, fault, "SETTINGS_DUPLICATE",
                                 "a water has two seasons in one year: part them by years or waters");
    }
    t->season_count++;
    return OK;
}

static enum outcome read_moment(const struct procedure *p, struct setting *from, const char *key, const char **ret,
                                struct fault *fault) {
    TRY(setting_text_or(from, key, "", ret, fault));
    if ((*ret)[0] && rules_clock(p, *ret) < 0)
        return setting_fault(setting_get(from, key), fault, "SETTINGS_UNKNOWN",
                             "there is no clock \"%.20s\": add it to clocks.yaml or correct it", *ret);
    return OK;
}

static enum outcome read_overlap(struct procedure *p, struct setting *from, struct fault *fault) {
    /* wire/reason.c has their words */
    static const char *const codes[] = {"PENALTY_INSTEAD", "FINE_DURING_REFERRAL"};
    struct thresholds *t = &p->thresholds;
    if (t->overlap_count == MAX_OVERLAPS)
        return setting_fault(from, fault, "TOO_MANY", "more than %d overlaps", MAX_OVERLAPS);
    struct overlap *overlap = &t->overlaps[t->overlap_count];
    struct setting *list = NULL;
    const char *text = "";
    TRY(setting_text(from, "id", &overlap->id, fault));
    TRY(setting_text(from, "code", &text, fault));
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        overlap->code = strcmp(codes[i], text) == 0 ? codes[i] : overlap->code;
    if (!overlap->code)
        return setting_fault(setting_get(from, "code"), fault, "SETTINGS_UNKNOWN",
                             "code must be %s or %s, not \"%.30s\"", codes[0], codes[1], text);
    TRY(rules_read_names(from, &overlap->zh, &overlap->en, fault));
    TRY(rules_read_tag(from, &overlap->tag, &overlap->basis, &overlap->statutory, fault));
    TRY(setting_text(from, "machine", &text, fault));
    int machine = rules_machine(p, text);
    if (machine < 0)
        return setting_fault(setting_get(from, "machine"), fault, "SETTINGS_UNKNOWN", "there is no machine \"%.20s\"",
                             text);
    overlap->machine = (uint8_t)machine;
    TRY(read_moment(p, from, "after", &overlap->after, fault));
    if (!overlap->after[0])
        return setting_fault(from, fault, "SETTINGS_MISSING",
                             "after: the clock that begins at the moment after which a penalty is too late");
    TRY(read_moment(p, from, "until", &overlap->until, fault));
    TRY(setting_bool_or(from, "fine", false, &overlap->fine, fault));
    list = setting_get(from, "states");
    if (list) TRY(rules_read_states(p, list, machine, &overlap->states, NULL, fault));
    TRY(setting_need(from, "tell", SETTING_LIST, &list, fault));
    TRY(rules_read_role_list(list, &overlap->tell, fault));
    t->overlap_count++;
    return OK;
}

static enum outcome read_late(struct thresholds *t, struct setting *root, struct fault *fault) {
    struct setting *map = NULL, *list = NULL;
    int64_t hours = 0;
    TRY(setting_need(root, "send_within", SETTING_MAP, &map, fault));
    TRY(setting_text(map, "id", &t->late.id, fault));
    if (strlen(t->late.id) > 7)
        return setting_fault(setting_get(map, "id"), fault, "SETTINGS_TYPE", "an id has at most 7 bytes");
    TRY(rules_read_names(map, &t->late.zh, &t->late.en, fault));
    TRY(rules_read_tag(map, &t->late.tag, &t->late.basis, &t->late.statutory, fault));
    TRY(setting_int(map, "hours", 1, 24 * 365, &hours, fault));
    t->late.within = hours * HOUR_MS;
    TRY(setting_need(map, "tell", SETTING_LIST, &list, fault));
    return rules_read_role_list(list, &t->late.tell, fault);
}

static enum outcome read_season_facts(struct procedure *p, struct setting *root, struct fault *fault) {
    struct thresholds *t = &p->thresholds;
    t->water_body = fact_find(p->facts, BYTES_LITERAL("water_body"));
    t->act_date = fact_find(p->facts, BYTES_LITERAL("act_date"));
    bool right = t->water_body >= 0 && t->act_date >= 0 && fact_at(p->facts, (size_t)t->water_body)->of &&
                 fact_at(p->facts, (size_t)t->act_date)->kind == FACT_DATE;
    return right ? OK
                 : setting_fault(setting_get(root, "seasons"), fault, "SETTINGS_MISSING",
                                 "facts.yaml needs water_body (a code) and act_date (a date) for the seasons");
}

static enum outcome read_counted(struct procedure *p, struct setting *from, struct fault *fault) {
    struct thresholds *t = &p->thresholds;
    const char *name = "";
    int64_t months = 0;
    if (t->history_count == sizeof t->history / sizeof t->history[0])
        return setting_fault(from, fault, "TOO_MANY", "too many counts of earlier penalties");
    TRY(setting_text(from, "fact", &name, fault));
    int fact = fact_find(p->facts, bytes_of_cstr(name));
    bool number =
        fact >= 0 && fact_at(p->facts, (size_t)fact)->kind == FACT_NUMBER && !fact_at(p->facts, (size_t)fact)->of;
    if (!number)
        return setting_fault(setting_get(from, "fact"), fault, "SETTINGS_UNKNOWN",
                             "there is no number \"%.40s\" in facts.yaml", name);
    TRY(setting_int(from, "months", 1, 600, &months, fault));
    t->history[t->history_count].fact = (uint8_t)fact;
    t->history[t->history_count++].months = (int)months;
    return OK;
}

static enum outcome read_history(struct procedure *p, struct setting *root, struct fault *fault) {
    struct thresholds *t = &p->thresholds;
    struct setting *map = NULL, *list = NULL;
    const char *name = "";
    TRY(setting_need(root, "history", SETTING_MAP, &map, fault));
    TRY(rules_read_tag(map, &t->history_tag, &t->history_basis, &t->history_statutory, fault));
    TRY(setting_need(map, "counts", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) TRY(read_counted(p, one, fault));
    TRY(setting_text(map, "repeated", &name, fault));
    t->repeated = fact_find(p->facts, bytes_of_cstr(name));
    bool truth = t->repeated >= 0 && fact_at(p->facts, (size_t)t->repeated)->kind == FACT_TRUTH;
    return truth ? OK
                 : setting_fault(setting_get(map, "repeated"), fault, "SETTINGS_UNKNOWN",
                                 "there is no truth \"%.40s\" in facts.yaml", name);
}

typedef enum outcome (*reader)(struct procedure *, struct setting *, struct fault *);
enum outcome rules_read_thresholds(struct procedure *p, struct setting *root, struct fault *fault) {
    static const struct {
        const char *key;
        reader read;
    } lists[] = {
        {"overlaps", read_overlap}, {"parameters", read_parameter}, {"seasons", read_season}, {"thresholds", read_row}};
    struct thresholds *t = &p->thresholds;
    struct setting *map = NULL, *list = NULL;
    int64_t near = 0;
    t->rows = arena_array(p->arena, MAX_THRESHOLDS, sizeof *t->rows);
    TRY(setting_int(root, "near", 1, 100, &near, fault));
    t->near = (int)near;
    TRY(setting_need(root, "near_basis", SETTING_MAP, &map, fault));
    TRY(rules_read_tag(map, &t->near_tag, &t->near_basis, &t->near_statutory, fault));
    TRY(setting_need(root, "tell", SETTING_LIST, &list, fault));
    TRY(rules_read_role_list(list, &t->tell, fault));
    TRY(read_late(t, root, fault));
    TRY(read_season_facts(p, root, fault));
    TRY(read_history(p, root, fault));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        TRY(setting_need(root, lists[i].key, SETTING_LIST, &list, fault));
        for (struct setting *one = list->first; one; one = one->next) TRY(lists[i].read(p, one, fault));
    }
    return OK;
}
