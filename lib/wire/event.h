/* 事件: the events of the procedure, as the rules name them (schemas/rules/rules.yaml and the machines it lists), and
 * what both sides must know of each: the record it travels in and whether it opens a referral. Part of the catalogue;
 * read-only once loaded. */
#ifndef ECOCASE_WIRE_EVENT_H
#define ECOCASE_WIRE_EVENT_H
#include "wire/catalogue.h"

struct event_entry {
    const char *code, *zh, *en;
    enum record_kind kind;
    bool opens; /* some row of the rules takes it from "-": no referral needs to exist */
};
struct event_list;
struct setting;
/* Which record an event's `record` names: CASE_FILE, CASE_STEP, CLUE or CLUE_STEP. REFUSE: SETTINGS_*. */
MUST_USE enum outcome event_record(struct setting *from, enum record_kind *ret, struct fault *fault);
/* REFUSE: SETTINGS_*, at file:line:column. */
MUST_USE enum outcome event_list_load(const char *schemas_folder, struct event_list **ret, struct fault *fault);
void event_list_free(struct event_list *list);
/* NULL: not of the rules and not of the broker itself (SYS.*, which travel in notices). */
const struct event_entry *event_find(const struct event_list *list, struct bytes code);
const struct event_entry *catalogue_event(const struct catalogue *catalogue, struct bytes code);
#endif
