/* Inside of broker/rules: how the parts of a version are read and checked. */
#ifndef ECOCASE_RULES_RULES_INSIDE_H
#define ECOCASE_RULES_RULES_INSIDE_H
#include "base/limits.h"
#include "broker/rules/procedure.h"

int rules_role(const char *text); /* enum role, 0 for SYS, -1 unknown */
void rules_place_event(struct procedure *p, int event);

/* The parts of a version; each names what is wrong by file:line:column with the remedy. */
MUST_USE enum outcome rules_read_words(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_clocks(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_documents(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_machine(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_rows(struct procedure *p, struct setting *root, int machine, struct fault *fault);
MUST_USE enum outcome rules_read_acts(const struct procedure *p, struct setting *from, struct acts *ret,
                                      struct fault *fault);
MUST_USE enum outcome rules_read_links(const struct procedure *p, struct setting *row, struct transition *ret,
                                       struct fault *fault);
MUST_USE enum outcome rules_read_states(const struct procedure *p, struct setting *list, int machine, uint32_t *ret,
                                        bool *ret_opens, struct fault *fault);
MUST_USE enum outcome rules_read_to(const struct procedure *p, struct setting *from, int machine, int8_t *ret,
                                    struct fault *fault);
MUST_USE enum outcome rules_read_parties(struct setting *row, struct transition *ret, struct fault *fault);
MUST_USE enum outcome rules_read_guards(const struct procedure *p, struct setting *row, struct transition *ret,
                                        struct fault *fault);
MUST_USE enum outcome rules_read_roster(struct setting *row, struct transition *ret, struct fault *fault);
MUST_USE enum outcome rules_read_kinds(const struct procedure *p, struct setting *list, uint16_t *ret,
                                       struct fault *fault);
MUST_USE enum outcome rules_read_names(struct setting *from, const char **ret_zh, const char **ret_en,
                                       struct fault *fault);
/* Is this one of the reason codes? */
MUST_USE enum outcome rules_check_reason(const struct procedure *p, struct setting *at, const char *code,
                                         struct fault *fault);
MUST_USE enum outcome rules_read_coded(struct setting *root, const char *key, struct coded *ret, size_t most,
                                       uint8_t *ret_count, struct fault *fault);
/* after the rows */
MUST_USE enum outcome rules_read_handling(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_tag(struct setting *from, const char **ret_tag, const char **ret_basis,
                                     bool *ret_statutory, struct fault *fault);
MUST_USE enum outcome rules_read_categories(const struct procedure *p, struct setting *list, uint64_t *ret,
                                            struct fault *fault);
/* after the clocks */
MUST_USE enum outcome rules_read_alerts(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_role_list(struct setting *list, struct role_list *ret, struct fault *fault);
/* after the machines */
MUST_USE enum outcome rules_read_thresholds(struct procedure *p, struct setting *root, struct fault *fault);
MUST_USE enum outcome rules_read_condition(const struct procedure *p, struct setting *from, struct condition *ret,
                                           struct fault *fault);
/* states, rows, words */
MUST_USE enum outcome rules_check(const struct procedure *p, struct fault *fault);
/* what may run where */
MUST_USE enum outcome rules_check_clocks(const struct procedure *p, struct fault *fault);
#endif
