/* Names of the rules: from what files and messages say to indexes, and from codes to words for people. */
#include "broker/rules/rules_inside.h"

uint64_t rules_key(const char *name) {
    char padded[8] = {0};
    memcpy(padded, name, strnlen(name, 8));
    uint64_t key;
    memcpy(&key, padded, 8);
    return key;
}

int rules_machine(const struct procedure *p, const char *name) {
    for (int i = 0; i < p->machine_count; i++) {
        if (strcmp(p->machines[i].name, name) == 0) return i;
    }
    return -1;
}
int rules_state(const struct procedure *p, int machine, const char *code) {
    const struct machine *m = &p->machines[machine];
    uint64_t key = rules_key(code);
    for (int i = 0; i < m->state_count; i++) {
        if (m->states[i].key == key) return i;
    }
    return -1;
}

static uint32_t hash_of(struct bytes name) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.count; i++) hash = (hash ^ name.at[i]) * 16777619u;
    return (hash ^ hash >> 9 ^ hash >> 18) % EVENT_PLACES;
}
int rules_event(const struct procedure *p, struct bytes name) {
    if (name.count > 64) return -1;
    for (uint32_t at = hash_of(name); p->event_places[at]; at = (at + 1) % EVENT_PLACES) {
        int event = p->event_places[at] - 1;
        if (bytes_equal_cstr(name, p->events[event].name)) return event;
    }
    return -1;
}
void rules_place_event(struct procedure *p, int event) {
    uint32_t at = hash_of(bytes_of_cstr(p->events[event].name));
    while (p->event_places[at]) at = (at + 1) % EVENT_PLACES;
    p->event_places[at] = (uint8_t)(event + 1);
}

int rules_clock(const struct procedure *p, const char *name) {
    for (int i = 0; i < p->clock_count; i++) {
        if (strcmp(p->clocks[i].name, name) == 0) return i;
    }
    return -1;
}
int rules_flag(const struct procedure *p, const char *name) {
    for (int i = 0; i < p->flag_count; i++) {
        if (strcmp(p->flags[i], name) == 0) return i;
    }
    return -1;
}
int rules_external(const struct procedure *p, struct bytes slug) {
    for (int i = 0; i < p->external_count; i++) {
        if (bytes_equal_cstr(slug, p->externals[i].slug)) return i;
    }
    return -1;
}
int rules_document(const struct procedure *p, struct bytes code) {
    for (int i = 0; i < p->document_count; i++) {
        if (bytes_equal_cstr(code, p->documents[i].code)) return i;
    }
    return -1;
}
int rules_category(const struct procedure *p, struct bytes code) {
    for (int i = 0; i < p->category_count; i++) {
        if (bytes_equal_cstr(code, p->categories[i])) return i;
    }
    return -1;
}

int rules_word_of(const struct coded *words, size_t count, struct bytes code) {
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal_cstr(code, words[i].code)) return (int)i;
    }
    return -1;
}

int rules_kind(const struct procedure *p, struct bytes code) { return rules_word_of(p->kinds, p->kind_count, code); }

static const char *const fields[FIELD_COUNT] = {
    "title",     "reason",      "signer",         "approver",       "decided_time", "officers",
    "parties",   "items",       "agency_case_no", "approval_time",  "report_time",  "found_time",
    "penalties", "document_no", "purpose",        "linked_numbers", "area",         "window",
    "lead",      "proposed",    "longitude",      "evidence"};
int rules_field(const char *name) {
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(fields[i], name) == 0) return i;
    }
    return -1;
}
const char *rules_field_name(int field) { return field == FIELD_DOCUMENT_NO ? "envelope.document_no" : fields[field]; }

int rules_role(const char *text) {
    if (strcmp(text, "SYS") == 0) return 0;
    for (int i = ROLE_AE; i <= ROLE_COO; i++) {
        if (strcmp(role_text((enum role)i), text) == 0) return i;
    }
    return -1;
}

/* The newest version that knows the code has the word for it. */
struct rule_name rules_clock_name(const struct rules *rules, const char *rule) {
    for (size_t i = rules->version_count; i-- > 0;) {
        const struct procedure *p = rules->versions[i];
        int c = rules_clock(p, rule);
        if (c >= 0) return (struct rule_name){p->clocks[c].zh, p->clocks[c].en};
        if (strcmp(rule, p->thresholds.late.id) == 0)
            return (struct rule_name){p->thresholds.late.zh, p->thresholds.late.en};
    }
    return (struct rule_name){rule, rule};
}

/* ---- every word once more, for whoever keeps them (the ledger's views) */
static bool within(size_t *index, size_t count) {
    if (*index < count) return true;
    *index -= count;
    return false;
}
#define WORD(...) (*ret = (struct rule_word){__VA_ARGS__}, true)

static bool coded_word(const char *kind, const struct coded *list, size_t count, size_t *index, struct rule_word *ret) {
    if (!within(index, count)) return false;
    const struct coded *one = &list[*index];
    return WORD(kind, "", one->code, one->zh, one->en, "", false);
}

/* Machines, their states, events, clocks and flags. */
static bool machine_word(const struct procedure *p, size_t *index, struct rule_word *ret) {
    if (within(index, p->machine_count)) {
        const struct machine *m = &p->machines[*index];
        return WORD("M", "", m->name, m->zh, m->en, "", false);
    }
    for (int i = 0; i < p->machine_count; i++) {
        if (!within(index, p->machines[i].state_count)) continue;
        const struct state_rule *s = &p->machines[i].states[*index];
        return WORD("S", p->machines[i].name, s->code, s->zh, s->en, "", s->terminal);
    }
    if (within(index, p->event_count)) {
        const struct event_rule *e = &p->events[*index];
        return WORD("E", "", e->name, e->zh, e->en, "", false);
    }
    if (within(index, p->clock_count)) {
        const struct clock_rule *c = &p->clocks[*index];
        return WORD("C", "", c->name, c->zh, c->en, c->forms[0].basis, false);
    }
    return within(index, p->flag_count) &&
           WORD("F", "", p->flags[*index], p->flags[*index], p->flags[*index], "", false);
}

/* What the code itself adds: the time to refer, and the broker's own hints. */
static bool own_word(const struct procedure *p, size_t *index, struct rule_word *ret) {
    const struct rule_word own[] = {
        {"C", "", p->thresholds.late.id, p->thresholds.late.zh, p->thresholds.late.en, p->thresholds.late.basis, false},
        {"E", "", "SYS.HINT", "应移未移提示", "hint", "", false},
        {"E", "", "SYS.REMARK", "文书提示", "remark", "", false},
        {"E", "", "SYS.UNREFERRED", "应移未移", "should have been referred", "", false}};
    if (!within(index, sizeof own / sizeof own[0])) return false;
    *ret = own[*index];
    return true;
}

static bool word_of(const struct procedure *p, size_t *index, struct rule_word *ret) {
    if (machine_word(p, index, ret)) return true;
    if (within(index, p->regime_count)) {
        const struct regime *r = &p->regimes[*index];
        return WORD("G", "", r->code, r->zh, r->en, "", false);
    }
    if (within(index, p->external_count)) {
        const struct external *x = &p->externals[*index];
        return WORD("X", "", x->slug, x->zh, x->en, "", false);
    }
    if (within(index, p->handling_count)) {
        const struct handling_rule *h = &p->handlings[*index];
        return WORD("H", "", h->code, h->zh, h->en, "", !h->titles);
    }
    return coded_word("Q", p->sources, p->source_count, index, ret) ||
           coded_word("A", p->areas, p->area_count, index, ret) ||
           coded_word("O", p->kinds, p->kind_count, index, ret) || own_word(p, index, ret);
}

bool rules_word(const struct rules *rules, size_t index, struct rule_word *ret) {
    for (size_t i = 0; i < rules->version_count; i++) { /* the newest last: what is stored again is the newest word */
        if (word_of(rules->versions[i], &index, ret)) return true;
    }
    return false;
}
