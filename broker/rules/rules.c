/* schemas/rules/ loaded, and every superseded version kept in schemas/rules/earlier/<version>/. */
#include "broker/rules/rules_inside.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum outcome open_file(struct procedure *p, const char *folder, const char *name, struct setting **ret_root,
                              struct fault *fault) {
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    INVARIANT(p->file_count < sizeof p->files / sizeof p->files[0]);
    TRY(settings_load(path, &p->files[p->file_count], fault));
    *ret_root = settings_root(p->files[p->file_count++]);
    return OK;
}

/* Machines first, all of them, then their rows: a row may speak of another machine. */
static enum outcome read_machines(struct procedure *p, const char *folder, struct setting *list, struct fault *fault) {
    struct setting *roots[MAX_MACHINES] = {NULL}, *version = NULL;
    if (list->count > MAX_MACHINES)
        return setting_fault(list, fault, "TOO_MANY", "more than %d machines: put some together", MAX_MACHINES);
    for (struct setting *one = list->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT)
            return setting_fault(one, fault, "SETTINGS_TYPE", "a machine is named by its file, e.g. machine-ref.yaml");
        char path[1200];
        snprintf(path, sizeof path, "%s/%s", folder, one->text);
        if (access(path, R_OK) != 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no file %s: write it or take the name out of machines", path);
        TRY(open_file(p, folder, one->text, &roots[p->machine_count], fault));
        version = roots[p->machine_count];
        TRY(rules_read_machine(p, version, fault));
    }
    for (int m = 0; m < p->machine_count; m++) {
        TRY(rules_read_rows(p, roots[m], m, fault));
        TRY(settings_check_unknown(roots[m], fault));
    }
    return OK;
}

/* Rows by event, in the files' order, so that the judge looks at a handful; packages by event. */
static void index_events(struct procedure *p) {
    struct transition *sorted = arena_array(p->arena, p->transition_count, sizeof *sorted);
    size_t count = 0;
    for (int e = 0; e < p->event_count; e++) {
        p->events[e].first = (uint16_t)count;
        for (size_t i = 0; i < p->transition_count; i++) {
            if (p->transitions[i].event == e) sorted[count++] = p->transitions[i];
        }
        p->events[e].count = (uint16_t)(count - p->events[e].first);
    }
    p->transitions = sorted;
    for (size_t i = 0; i < p->transition_count; i++) {
        const struct transition *t = &p->transitions[i];
        if (t->decides) p->events[t->event].asks |= ASKED_PENALTIES;
        if (t->guards & GUARD_FOLLOWED_UP) p->events[t->event].asks |= ASKED_CHILD_REFERRALS;
    }
    for (int k = 0; k < p->package_count; k++) p->events[p->packages[k].event].packages |= UINT64_C(1) << k;
}

static enum outcome read_version(struct procedure *p, const char *folder, struct fault *fault) {
    struct setting *words = NULL, *clocks = NULL, *documents = NULL, *list = NULL;
    char path[1200];
    snprintf(path, sizeof path, "%s/facts.yaml", folder);
    TRY(fact_list_load(path, &p->facts, fault));
    TRY(division_list_load(folder, &p->divisions, fault));
    TRY(open_file(p, folder, "rules.yaml", &words, fault));
    TRY(rules_read_words(p, words, fault));
    TRY(open_file(p, folder, "clocks.yaml", &clocks, fault));
    TRY(rules_read_clocks(p, clocks, fault));
    TRY(open_file(p, folder, "documents.yaml", &documents, fault));
    TRY(rules_read_documents(p, documents, fault));
    TRY(setting_need(words, "machines", SETTING_LIST, &list, fault));
    TRY(read_machines(p, folder, list, fault));
    TRY(rules_read_handling(p, words, fault));
    TRY(settings_check_unknown(words, fault));
    TRY(settings_check_unknown(clocks, fault));
    TRY(settings_check_unknown(documents, fault));
    TRY(open_file(p, folder, "thresholds.yaml", &list, fault));
    TRY(rules_read_thresholds(p, list, fault));
    TRY(settings_check_unknown(list, fault));
    TRY(open_file(p, folder, "alerts.yaml", &list, fault));
    TRY(rules_read_alerts(p, list, fault));
    index_events(p);
    TRY(rules_check(p, fault));
    return rules_check_clocks(p, fault);
}

static enum outcome add_version(struct rules *rules, const char *folder, struct fault *fault) {
    struct procedure *p = arena_alloc(rules->arena, sizeof *p);
    INVARIANT(rules->version_count < MAX_VERSIONS);
    p->arena = rules->arena;
    rules->versions[rules->version_count++] = p;
    return read_version(p, folder, fault);
}

static int by_version(const void *a, const void *b) {
    return (*(struct procedure *const *)a)->version - (*(struct procedure *const *)b)->version;
}

static enum outcome check_versions(const struct rules *rules, const struct procedure *newest, struct fault *fault) {
    for (size_t i = 1; i < rules->version_count; i++) {
        const struct procedure *older = rules->versions[i - 1], *p = rules->versions[i];
        struct setting *at = setting_get(settings_root(p->files[0]), "version"),
                       *from = setting_get(settings_root(p->files[0]), "from");
        if (p->version == older->version) {
            return setting_fault(at, fault, "SETTINGS_DUPLICATE",
                                 "version %d is loaded twice (also from %s): raise the number", p->version,
                                 settings_name(older->files[0]));
        }
        if (p->from < older->from)
            return setting_fault(from, fault, "SETTINGS_TYPE",
                                 "a version is not in force before the one it supersedes: give a later date");
    }
    if (rules->versions[rules->version_count - 1] != newest) {
        return setting_fault(setting_get(settings_root(newest->files[0]), "version"), fault, "SETTINGS_TYPE",
                             "version %d is older than one in earlier/: raise the number", newest->version);
    }
    return OK;
}

static void glob_free_auto(glob_t *found) { globfree(found); }
static enum outcome load(struct rules *rules, const char *folder, struct fault *fault) {
    char path[1200];
    snprintf(path, sizeof path, "%s/holidays.yaml", folder);
    TRY(calendar_load(path, &rules->calendar, fault));
    TRY(add_version(rules, folder, fault));
    const struct procedure *newest = rules->versions[0];
    snprintf(path, sizeof path, "%s/earlier/[0-9]*", folder);
    AUTO(glob_free_auto) glob_t found = {0};
    if (glob(path, 0, NULL, &found) != 0) return OK;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (rules->version_count == MAX_VERSIONS)
            return fault_set(fault, REFUSE, "TOO_MANY", "%s/earlier: more than %d versions; keep those of open cases",
                             folder, MAX_VERSIONS - 1);
        TRY(add_version(rules, found.gl_pathv[i], fault));
        const struct procedure *p = rules->versions[rules->version_count - 1];
        if (atoi(strrchr(found.gl_pathv[i], '/') + 1) != p->version) {
            return setting_fault(setting_get(settings_root(p->files[0]), "version"), fault, "SETTINGS_TYPE",
                                 "the folder %s holds version %d: rename one of them", found.gl_pathv[i], p->version);
        }
    }
    qsort(rules->versions, rules->version_count, sizeof rules->versions[0], by_version);
    return check_versions(rules, newest, fault);
}

enum outcome rules_load_folder(const char *folder, struct rules **ret_rules, struct fault *fault) {
    struct rules *rules = calloc(1, sizeof *rules);
    INVARIANT(rules);
    rules->arena = arena_new(1u * MIB, 64u * MIB);
    enum outcome loaded = load(rules, folder, fault);
    if (loaded == OK) *ret_rules = rules;
    else rules_free(rules);
    return loaded;
}

enum outcome rules_load(const char *schemas_folder, struct rules **ret_rules, struct fault *fault) {
    char path[1024];
    snprintf(path, sizeof path, "%s/rules", schemas_folder);
    return rules_load_folder(path, ret_rules, fault);
}

void rules_free(struct rules *rules) {
    if (!rules) return;
    for (size_t i = 0; i < rules->version_count; i++) {
        for (int f = 0; f < rules->versions[i]->file_count; f++) settings_free(rules->versions[i]->files[f]);
        fact_list_free(rules->versions[i]->facts);
        division_list_free(rules->versions[i]->divisions);
    }
    calendar_free(rules->calendar);
    arena_free(rules->arena);
    free(rules);
}
