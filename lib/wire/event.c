/* The events read from the rules: rules.yaml names them, the machines say which of them open a referral. */
#include "wire/event.h"
#include "base/settings.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_MACHINES 16
static const struct event_entry own[] = {
    {"SYS.ACCEPTED", "受理回执", "accepted", RECORD_NOTICE, false},
    {"SYS.REFUSED", "平台退回", "refused", RECORD_NOTICE, false},
    {"SYS.HINT", "应移未移提示", "hint", RECORD_NOTICE, false},
    {"SYS.REMARK", "文书提示", "remark", RECORD_NOTICE, false},
    {"SYS.UNREFERRED", "应移未移", "should have been referred", RECORD_NOTICE, false},
    {"SYS.WARNING", "期限将届", "due soon", RECORD_NOTICE, false},
    {"SYS.OVERDUE", "超期", "overdue", RECORD_NOTICE, false},
    {"SYS.ESCALATION", "升级督办", "escalated", RECORD_NOTICE, false},
    {"SYS.CORRECTION", "超期更正", "overdue corrected", RECORD_NOTICE, false}};
struct event_list {
    struct settings *settings;
    struct event_entry *entries;
    size_t count;
};

enum outcome event_record(struct setting *from, enum record_kind *ret, struct fault *fault) {
    static const struct {
        const char *name;
        enum record_kind kind;
    } kinds[] = {{"CASE_FILE", RECORD_CASE_FILE}, {"CASE_STEP", RECORD_CASE_STEP},
                 {"CLUE", RECORD_CLUE},           {"CLUE_STEP", RECORD_CLUE_STEP},
                 {"OPERATION", RECORD_OPERATION}, {"OPERATION_STEP", RECORD_OPERATION_STEP}};
    const char *record = NULL;
    TRY(setting_text(from, "record", &record, fault));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(record, kinds[i].name) != 0) continue;
        *ret = kinds[i].kind;
        return OK;
    }
    return setting_fault(
        setting_get(from, "record"), fault, "SETTINGS_TYPE",
        "record must be CASE_FILE, CASE_STEP, CLUE, CLUE_STEP, OPERATION or OPERATION_STEP, not \"%.40s\"", record);
}

static enum outcome read_event(struct setting *from, struct event_entry *ret, struct fault *fault) {
    TRY(setting_text(from, "code", &ret->code, fault));
    TRY(setting_text(from, "zh", &ret->zh, fault));
    TRY(setting_text(from, "en", &ret->en, fault));
    return event_record(from, &ret->kind, fault);
}

/* A row from "-" opens. */
static enum outcome read_machine(struct event_list *list, const char *path, struct fault *fault) {
    AUTO(settings_free_auto) struct settings *settings = NULL;
    struct setting *rows = NULL;
    TRY(settings_load(path, &settings, fault));
    TRY(setting_need(settings_root(settings), "rows", SETTING_LIST, &rows, fault));
    for (struct setting *row = rows->first; row; row = row->next) {
        const char *code = NULL;
        struct setting *from = NULL;
        TRY(setting_text(row, "event", &code, fault));
        TRY(setting_need(row, "from", SETTING_LIST, &from, fault));
        for (const struct setting *state = from->first; state; state = state->next) {
            if (!state->text || strcmp(state->text, "-") != 0) continue;
            for (size_t i = 0; i < list->count; i++)
                list->entries[i].opens = list->entries[i].opens || strcmp(list->entries[i].code, code) == 0;
        }
    }
    return OK;
}

static enum outcome load(struct event_list *list, const char *folder, struct fault *fault) {
    char path[4096];
    struct setting *events = NULL, *machines = NULL;
    snprintf(path, sizeof path, "%s/rules/rules.yaml", folder);
    TRY(settings_load(path, &list->settings, fault));
    TRY(setting_need(settings_root(list->settings), "events", SETTING_LIST, &events, fault));
    TRY(setting_need(settings_root(list->settings), "machines", SETTING_LIST, &machines, fault));
    list->entries = calloc(events->count + 1, sizeof *list->entries);
    INVARIANT(list->entries);
    for (struct setting *event = events->first; event; event = event->next)
        TRY(read_event(event, &list->entries[list->count++], fault));
    if (machines->count > MAX_MACHINES)
        return setting_fault(machines, fault, "TOO_MANY", "more than %d machines", MAX_MACHINES);
    for (const struct setting *machine = machines->first; machine; machine = machine->next) {
        if (machine->kind != SETTING_TEXT)
            return setting_fault(machine, fault, "SETTINGS_TYPE", "a machine is named by its file");
        snprintf(path, sizeof path, "%s/rules/%s", folder, machine->text);
        TRY(read_machine(list, path, fault));
    }
    return OK;
}

enum outcome event_list_load(const char *schemas_folder, struct event_list **ret, struct fault *fault) {
    struct event_list *list = calloc(1, sizeof *list);
    INVARIANT(list);
    enum outcome outcome = load(list, schemas_folder, fault);
    if (outcome == OK) *ret = list;
    else event_list_free(list);
    return outcome;
}

void event_list_free(struct event_list *list) {
    if (!list) return;
    settings_free(list->settings);
    free(list->entries);
    free(list);
}

const struct event_entry *event_find(const struct event_list *list, struct bytes code) {
    for (size_t i = 0; i < list->count; i++) {
        if (bytes_equal_cstr(code, list->entries[i].code)) return &list->entries[i];
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (bytes_equal_cstr(code, own[i].code)) return &own[i];
    }
    return NULL;
}
