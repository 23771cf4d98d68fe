/* rules.yaml: version, flags, categories, events, regimes, addressees outside, routes of copies. */
#include "broker/rules/rules_inside.h"
#include "wire/event.h"

enum outcome rules_read_names(struct setting *from, const char **ret_zh, const char **ret_en, struct fault *fault) {
    TRY(setting_text(from, "zh", ret_zh, fault));
    return setting_text(from, "en", ret_en, fault);
}

/* 来源标记: S read in a stored source, K from knowledge, D design, P policy. D and P are 非法定 and must say so. */
enum outcome rules_read_tag(struct setting *from, const char **ret_tag, const char **ret_basis, bool *ret_statutory,
                            struct fault *fault) {
    TRY(setting_text(from, "basis", ret_basis, fault));
    TRY(setting_text(from, "tag", ret_tag, fault));
    if (!(*ret_basis)[0])
        return setting_fault(setting_get(from, "basis"), fault, "SETTINGS_MISSING",
                             "no citation: name the article, or say whose proposal it is");
    const char *tag = *ret_tag;
    if (strlen(tag) != 1 || !strchr("SKDP", tag[0]))
        return setting_fault(setting_get(from, "tag"), fault, "SETTINGS_TYPE",
                             "tag must be S, K, D or P, not \"%.20s\"", tag);
    bool law = tag[0] == 'S' || tag[0] == 'K';
    TRY(setting_bool_or(from, "statutory", law, ret_statutory, fault));
    if (*ret_statutory && !law)
        return setting_fault(setting_get(from, "statutory"), fault, "SETTINGS_TYPE",
                             "a row tagged %s is not statutory: say statutory: false", tag);
    if (!law && !setting_get(from, "statutory"))
        return setting_fault(setting_get(from, "tag"), fault, "SETTINGS_MISSING",
                             "a row tagged %s needs statutory: false (非法定)", tag);
    return OK;
}

enum outcome rules_read_categories(const struct procedure *p, struct setting *list, uint64_t *ret,
                                   struct fault *fault) {
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int category = one->kind == SETTING_TEXT ? rules_category(p, bytes_of_cstr(one->text)) : -1;
        if (category < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no category \"%.20s\": add it to categories or correct it",
                                 one->text ? one->text : "");
        *ret |= UINT64_C(1) << category;
    }
    return OK;
}

enum outcome rules_read_coded(struct setting *root, const char *key, struct coded *ret, size_t most, uint8_t *ret_count,
                              struct fault *fault) {
    struct setting *list = setting_get(root, key);
    if (list && list->kind != SETTING_LIST)
        return setting_fault(list, fault, "SETTINGS_TYPE", "%s must be a list of {code, zh, en}", key);
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        if (*ret_count == most) return setting_fault(one, fault, "TOO_MANY", "more than %zu %s", most, key);
        struct coded *word = &ret[*ret_count];
        TRY(setting_text(one, "code", &word->code, fault));
        TRY(rules_read_names(one, &word->zh, &word->en, fault));
        if (strlen(word->code) > 24 || rules_word_of(ret, *ret_count, bytes_of_cstr(word->code)) >= 0) {
            return setting_fault(one, fault, "SETTINGS_DUPLICATE", "%.40s stands twice in %s or has more than 24 bytes",
                                 word->code, key);
        }
        ++*ret_count;
    }
    return OK;
}

enum outcome rules_check_reason(const struct procedure *p, struct setting *at, const char *code, struct fault *fault) {
    if (rules_word_of(p->reasons, p->reason_count, bytes_of_cstr(code)) >= 0) return OK;
    return setting_fault(at, fault, "SETTINGS_UNKNOWN",
                         "there is no reason \"%.40s\": add it to reasons of rules.yaml or correct it", code);
}

static enum outcome read_texts(struct setting *root, const char *key, const char **ret, size_t most, size_t longest,
                               uint8_t *ret_count, struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(root, key, SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT || strlen(one->text) > longest)
            return setting_fault(one, fault, "SETTINGS_TYPE", "%s are codes of at most %zu bytes", key, longest);
        if (*ret_count == most) return setting_fault(one, fault, "TOO_MANY", "at most %zu %s", most, key);
        for (int i = 0; i < *ret_count; i++) {
            if (strcmp(ret[i], one->text) == 0)
                return setting_fault(one, fault, "SETTINGS_DUPLICATE", "%s stands twice in %s: keep one", one->text,
                                     key);
        }
        ret[(*ret_count)++] = one->text;
    }
    return OK;
}

static enum outcome read_event(struct procedure *p, struct setting *from, struct fault *fault) {
    if (p->event_count == MAX_EVENTS) return setting_fault(from, fault, "TOO_MANY", "more than %d events", MAX_EVENTS);
    struct event_rule *event = &p->events[p->event_count];
    TRY(setting_text(from, "code", &event->name, fault));
    TRY(rules_read_names(from, &event->zh, &event->en, fault));
    event->at = from;
    if (rules_event(p, bytes_of_cstr(event->name)) >= 0 || strlen(event->name) > 40) {
        return setting_fault(from, fault, "SETTINGS_DUPLICATE",
                             "the event %.60s stands twice or is longer than 40 bytes", event->name);
    }
    TRY(event_record(from, &event->record, fault));
    rules_place_event(p, p->event_count++);
    return OK;
}

static enum outcome read_external(struct procedure *p, struct setting *from, struct fault *fault) {
    if (p->external_count == MAX_EXTERNALS)
        return setting_fault(from, fault, "TOO_MANY", "more than %d addressees", MAX_EXTERNALS);
    struct external *external = &p->externals[p->external_count];
    TRY(setting_text(from, "slug", &external->slug, fault));
    TRY(rules_read_names(from, &external->zh, &external->en, fault));
    TRY(setting_text_or(from, "superior_of", "", &external->superior_of, fault));
    if (strlen(external->slug) > 40 || strncmp(external->slug, "ext-", 4) != 0 ||
        rules_external(p, bytes_of_cstr(external->slug)) >= 0) {
        return setting_fault(setting_get(from, "slug"), fault, "SETTINGS_TYPE",
                             "an external slug begins with ext-, has at most 40 bytes and stands once");
    }
    p->external_count++;
    return OK;
}

enum outcome rules_read_kinds(const struct procedure *p, struct setting *list, uint16_t *ret, struct fault *fault) {
    if (list && list->kind != SETTING_LIST) return setting_fault(list, fault, "SETTINGS_TYPE", "kinds must be a list");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int kind = one->kind == SETTING_TEXT ? rules_kind(p, bytes_of_cstr(one->text)) : -1;
        if (kind < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no kind of operation \"%.20s\": add it to operations or correct it",
                                 one->text ? one->text : "");
        *ret = (uint16_t)(*ret | 1u << kind);
    }
    return OK;
}

/* The first regime is the general one; another holds for the agencies it names. */
static enum outcome read_regime(struct procedure *p, struct setting *from, struct fault *fault) {
    if (p->regime_count == MAX_REGIMES)
        return setting_fault(from, fault, "TOO_MANY", "more than %d regimes", MAX_REGIMES);
    struct regime *regime = &p->regimes[p->regime_count];
    const char *basis = NULL, *tag = NULL;
    bool statutory = false;
    struct setting *list = NULL;
    TRY(setting_text(from, "code", &regime->code, fault));
    TRY(rules_read_names(from, &regime->zh, &regime->en, fault));
    TRY(rules_read_tag(from, &tag, &basis, &statutory, fault));
    if (p->regime_count++ == 0) return OK;
    TRY(setting_need(from, "agencies", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT)
            return setting_fault(one, fault, "SETTINGS_TYPE", "agencies are slugs of the directory");
    }
    regime->list = list;
    return OK;
}

static enum outcome read_instant(struct setting *from, const char *key, instant *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text(from, key, &text, fault));
    if (!instant_parse(bytes_of_cstr(text), ret))
        return setting_fault(setting_get(from, key), fault, "SETTINGS_TYPE",
                             "%s must be a date YYYY-MM-DD, not \"%.20s\"", key, text);
    return OK;
}

static enum outcome read_route(struct procedure *p, struct setting *from, struct fault *fault) {
    if (p->route_count == 8) return setting_fault(from, fault, "TOO_MANY", "more than 8 routes");
    struct route *route = &p->routes[p->route_count++];
    const char *to = "", *basis = NULL, *tag = NULL;
    bool statutory = false;
    TRY(setting_text(from, "to", &to, fault));
    TRY(rules_read_tag(from, &tag, &basis, &statutory, fault));
    TRY(read_instant(from, "from", &route->from, fault));
    int external = rules_external(p, bytes_of_cstr(to));
    if (external < 0)
        return setting_fault(setting_get(from, "to"), fault, "SETTINGS_UNKNOWN",
                             "there is no external \"%.40s\": add it to externals", to);
    route->external = (uint8_t)external;
    route->basis = basis;
    return rules_read_categories(p, setting_get(from, "categories"), &route->categories, fault);
}

typedef enum outcome (*reader)(struct procedure *, struct setting *, struct fault *);
static enum outcome read_each(struct procedure *p, struct setting *root, const char *key, reader read,
                              struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(root, key, SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) TRY(read(p, one, fault));
    return OK;
}

static enum outcome read_numbers(struct setting *root, bool *ret, struct fault *fault) {
    const char *text = "";
    TRY(setting_text_or(root, "party_numbers", "exact", &text, fault));
    *ret = strcmp(text, "plain") == 0;
    if (*ret || strcmp(text, "exact") == 0) return OK;
    return setting_fault(setting_get(root, "party_numbers"), fault, "SETTINGS_UNKNOWN",
                         "party_numbers are compared plain or exact, not \"%.20s\"", text);
}

enum outcome rules_read_words(struct procedure *p, struct setting *root, struct fault *fault) {
    int64_t version = 0;
    TRY(setting_int(root, "version", 1, 30000, &version, fault));
    p->version = (int)version;
    TRY(read_instant(root, "from", &p->from, fault));
    TRY(read_texts(root, "flags", p->flags, MAX_FLAGS, 40, &p->flag_count, fault));
    TRY(read_texts(root, "categories", p->categories, 64, 11, &p->category_count, fault));
    TRY(read_texts(root, "incomplete", p->incomplete, 8, 60, &p->incomplete_count, fault));
    TRY(read_numbers(root, &p->plain_numbers, fault));
    TRY(read_texts(root, "bystanders", p->bystanders, 16, 60, &p->bystander_count, fault));
    TRY(read_each(p, root, "regimes", read_regime, fault));
    TRY(read_each(p, root, "externals", read_external, fault));
    TRY(read_each(p, root, "procuratorate", read_route, fault));
    TRY(rules_read_coded(root, "sources", p->sources, MAX_SOURCES, &p->source_count, fault));
    TRY(rules_read_coded(root, "areas", p->areas, MAX_AREAS, &p->area_count, fault));
    TRY(rules_read_coded(root, "reasons", p->reasons, MAX_REASON_CODES, &p->reason_count, fault));
    TRY(rules_read_coded(root, "operations", p->kinds, MAX_KINDS, &p->kind_count, fault));
    TRY(read_each(p, root, "events", read_event, fault));
    if (!p->regime_count)
        return setting_fault(setting_get(root, "regimes"), fault, "SETTINGS_MISSING", "there must be a general regime");
    p->flag_gaps = (int8_t)rules_flag(p, "F_MATERIAL_GAPS");
    p->flag_referred = (int8_t)rules_flag(p, "F_REFERRED");
    if (p->flag_referred < 0)
        return setting_fault(
            setting_get(root, "flags"), fault, "SETTINGS_MISSING",
            "the flag F_REFERRED is missing: the row that refers a case sets it, no hint follows then");
    if (p->flag_gaps < 0)
        return setting_fault(setting_get(root, "flags"), fault, "SETTINGS_MISSING",
                             "the flag F_MATERIAL_GAPS is missing: gaps of a transfer are marked by it");
    return OK;
}
