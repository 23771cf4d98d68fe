/* directory.yaml read: participants, counties, subscriptions. */
#include "wire/directory.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include <stdlib.h>

struct county {
    const char *code, *name;
};
struct directory {
    struct settings *settings;
    struct arena *arena;
    struct bytes text;
    struct participant *participants;
    size_t count;
    const struct participant *by_number[LIMIT_PARTICIPANTS];
    struct county *counties;
    size_t county_count;
};
static const char *const role_names[] = {"", "AE", "PSB", "PRO", "CRT", "JUS", "PI", "COO"};
const char *role_text(enum role role) { return role_names[role]; }

static enum outcome read_list(struct directory *d, struct setting *from, const char *key, const char *const **ret,
                              size_t *ret_count, struct fault *fault) {
    struct setting *list = setting_get(from, key);
    *ret = NULL;
    *ret_count = 0;
    if (!list) return OK;
    if (list->kind != SETTING_LIST) return setting_fault(list, fault, "SETTINGS_TYPE", "\"%s\" must be a list", key);
    const char **texts = arena_array(d->arena, list->count, sizeof *texts);
    for (struct setting *item = list->first; item; item = item->next) {
        if (item->kind != SETTING_TEXT)
            return setting_fault(item, fault, "SETTINGS_TYPE", "\"%s\" must be a list of texts", key);
        texts[(*ret_count)++] = item->text;
    }
    *ret = texts;
    return OK;
}

static enum outcome read_role(struct setting *from, enum role *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, "role", &text, fault));
    for (int i = ROLE_AE; i <= ROLE_COO; i++) {
        if (strcmp(role_names[i], text) == 0) {
            *ret = (enum role)i;
            return OK;
        }
    }
    return setting_fault(setting_get(from, "role"), fault, "SETTINGS_TYPE",
                         "role must be AE, PSB, PRO, CRT, JUS, PI or COO, not \"%s\"", text);
}

static bool slug_valid(const char *slug) {
    size_t count = strlen(slug);
    return count > 0 && count <= 40 && strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == count;
}

/* What the codes mean is checked against the rules (rules_check_subscriptions): the directory is read without them. */
static enum outcome read_subscriptions(struct directory *d, struct setting *from, struct participant *p,
                                       struct fault *fault) {
    struct setting *list = setting_get(from, "subscribes");
    if (!list) return OK;
    if (list->kind != SETTING_LIST)
        return setting_fault(list, fault, "SETTINGS_TYPE", "subscribes must be a list of {categories, areas}");
    if (list->count > LIMIT_SUBSCRIPTIONS)
        return setting_fault(list, fault, "TOO_MANY",
                             "more than %u subscriptions of one participant: put some together", LIMIT_SUBSCRIPTIONS);
    struct subscription *all = arena_array(d->arena, list->count, sizeof *all);
    for (struct setting *one = list->first; one; one = one->next) {
        struct subscription *s = &all[p->subscription_count];
        if (one->kind != SETTING_MAP)
            return setting_fault(one, fault, "SETTINGS_TYPE", "a subscription is {categories, areas}");
        s->at = one;
        TRY(read_list(d, one, "categories", &s->categories, &s->category_count, fault));
        TRY(read_list(d, one, "areas", &s->areas, &s->area_count, fault));
        if (!s->category_count && !s->area_count)
            return setting_fault(one, fault, "SETTINGS_MISSING",
                                 "it asks for everything everywhere: list categories or areas");
        p->subscription_count++;
    }
    p->subscriptions = all;
    return OK;
}

static enum outcome read_participant(struct directory *d, struct setting *from, struct fault *fault) {
    struct participant *p = &d->participants[d->count];
    int64_t number = 0, confidence = 0;
    TRY(setting_int(from, "number", 1, LIMIT_PARTICIPANTS - 1, &number, fault));
    TRY(setting_text(from, "slug", &p->slug, fault));
    TRY(setting_text(from, "name", &p->name, fault));
    TRY(setting_text_or(from, "english", p->name, &p->english, fault));
    TRY(setting_text_or(from, "region", "", &p->region, fault));
    TRY(setting_text_or(from, "uscc", "", &p->uscc, fault));
    TRY(setting_int_or(from, "confidence", 1, 3, 1, &confidence, fault));
    TRY(setting_bool_or(from, "lead", false, &p->lead, fault));
    TRY(setting_bool_or(from, "receipts", true, &p->receipts, fault));
    TRY(read_role(from, &p->role, fault));
    TRY(read_list(d, from, "aliases", &p->aliases, &p->alias_count, fault));
    TRY(read_list(d, from, "leads", &p->leads, &p->lead_count, fault));
    TRY(read_list(d, from, "shares", &p->shares, &p->share_count, fault));
    TRY(read_subscriptions(d, from, p, fault));
    if (!slug_valid(p->slug))
        return setting_fault(from, fault, "SETTINGS_TYPE", "slug must be of a-z, 0-9 and -, not \"%.60s\"", p->slug);
    if (d->by_number[number])
        return setting_fault(from, fault, "SETTINGS_DUPLICATE", "number %lld stands twice", (long long)number);
    if (directory_by_slug(d, bytes_of_cstr(p->slug)))
        return setting_fault(from, fault, "SETTINGS_DUPLICATE", "slug \"%s\" stands twice", p->slug);
    p->number = (int)number;
    d->by_number[number] = p;
    d->count++;
    return OK;
}

static enum outcome read_all(struct directory *d, struct fault *fault) {
    struct setting *root = settings_root(d->settings), *list = NULL, *counties = NULL;
    int64_t version = 0;
    TRY(setting_int(root, "version", 1, INT32_MAX, &version, fault));
    TRY(setting_need(root, "participants", SETTING_LIST, &list, fault));
    TRY(setting_need(root, "counties", SETTING_MAP, &counties, fault));
    d->participants = arena_array(d->arena, list->count, sizeof *d->participants);
    for (struct setting *one = list->first; one; one = one->next) TRY(read_participant(d, one, fault));
    d->counties = arena_array(d->arena, counties->count, sizeof *d->counties);
    for (struct setting *one = counties->first; one; one = one->next) {
        one->seen = true;
        if (one->kind != SETTING_TEXT || strlen(one->key) != 6)
            return setting_fault(one, fault, "SETTINGS_TYPE", "a county is six digits: name");
        d->counties[d->county_count++] = (struct county){one->key, one->text};
    }
    return settings_check_unknown(root, fault);
}

enum outcome directory_parse(const char *name, struct bytes yaml, struct directory **ret, struct fault *fault) {
    struct directory *d = calloc(1, sizeof *d);
    INVARIANT(d);
    d->arena = arena_new(32768, 16u * MIB);
    d->text = arena_copy(d->arena, yaml);
    enum outcome outcome = settings_parse(name, d->text, &d->settings, fault);
    if (outcome == OK) outcome = read_all(d, fault);
    if (outcome == OK) *ret = d;
    else directory_free(d);
    return outcome;
}

enum outcome directory_load(const char *path, struct directory **ret, struct fault *fault) {
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, LIMIT_SETTINGS);
    TRY(buffer_read_file(&text, path, fault));
    return directory_parse(path, buffer_view(&text), ret, fault);
}

void directory_free(struct directory *directory) {
    if (!directory) return;
    settings_free(directory->settings);
    arena_free(directory->arena);
    free(directory);
}

size_t directory_count(const struct directory *directory) { return directory->count; }
const struct participant *directory_at(const struct directory *directory, size_t index) {
    return &directory->participants[index];
}
const struct participant *directory_by_number(const struct directory *directory, int number) {
    return number > 0 && number < (int)LIMIT_PARTICIPANTS ? directory->by_number[number] : NULL;
}
const struct participant *directory_by_slug(const struct directory *directory, struct bytes slug) {
    for (size_t i = 0; i < directory->count; i++) {
        if (bytes_equal_cstr(slug, directory->participants[i].slug)) return &directory->participants[i];
    }
    return NULL;
}
const struct participant *directory_by_name(const struct directory *directory, struct bytes name) {
    for (size_t i = 0; i < directory->count; i++) {
        const struct participant *p = &directory->participants[i];
        if (bytes_equal_cstr(name, p->name) || bytes_equal_cstr(name, p->english) || bytes_equal_cstr(name, p->slug))
            return p;
        for (size_t k = 0; k < p->alias_count; k++) {
            if (bytes_equal_cstr(name, p->aliases[k])) return p;
        }
    }
    return NULL;
}

static bool listed(const char *const *list, size_t count, struct bytes text) {
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal_cstr(text, list[i])) return true;
    }
    return false;
}
bool participant_competent(const struct participant *who, struct bytes category, bool lead_only) {
    return listed(who->leads, who->lead_count, category) ||
           (!lead_only && listed(who->shares, who->share_count, category));
}

const char *directory_county(const struct directory *directory, struct bytes code) {
    for (size_t i = 0; i < directory->county_count; i++) {
        if (bytes_equal_cstr(code, directory->counties[i].code)) return directory->counties[i].name;
    }
    return NULL;
}
struct bytes directory_text(const struct directory *directory) { return directory->text; }
