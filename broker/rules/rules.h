/* 程序规则: the procedure of schemas/rules/ (YAML), all versions of it: loaded once and checked, then read-only and
 * shared by all threads. This header is for those who load the rules and show them; the judge reads their structure
 * (procedure.h). Memory: rules_free gives everything back. */
#ifndef ECOCASE_RULES_H
#define ECOCASE_RULES_H
#include "base/buffer.h"
#include "base/fault.h"
#include "wire/directory.h"

struct rules;
/* schemas/rules/: rules.yaml, clocks.yaml, documents.yaml, machine-*.yaml, thresholds.yaml, facts.yaml, divisions.yaml
 * and alerts.yaml, all of a version together; superseded versions, each whole, in earlier/<version>/; holidays.yaml for
 * all of them (its years say since when they count). Every mistake is named by file:line:column with its remedy.
 * rules_load_folder takes the folder itself. */
MUST_USE enum outcome rules_load(const char *schemas_folder, struct rules **ret_rules, struct fault *fault);
MUST_USE enum outcome rules_load_folder(const char *folder, struct rules **ret_rules, struct fault *fault);
void rules_free(struct rules *rules);
int rules_version(const struct rules *rules);
/* The same rules as they stood while `version` was the newest; NULL when it is not loaded. Shares everything:
 * rules_as_of_free it first. */
struct rules *rules_as_of(const struct rules *rules, int version);
void rules_as_of_free(struct rules *rules);
/* Chinese and English name of a clock rule ("D09"), for people. Never NULL: an unknown one is its own name. */
struct rule_name {
    const char *zh, *en;
};
struct rule_name rules_clock_name(const struct rules *rules, const char *rule);
/* Every word, oldest version first; false beyond the last. kind: M machine, S state, E event, C clock, F flag, G
 * regime, X external, H handling (terminal: its titles are not shown), Q source, A area, O kind of operation. */
struct rule_word {
    const char *kind, *machine, *code, *zh, *en, *basis;
    bool terminal;
};
bool rules_word(const struct rules *rules, size_t index, struct rule_word *ret_word);
/* What the newest version and a directory say of each other: subscriptions name categories and areas of the rules,
 * regimes name participants (not asked by setup: a directory may be a part); the mistake by its place. */
MUST_USE enum outcome rules_check_regimes(const struct rules *rules, const struct directory *directory,
                                          struct fault *fault);
MUST_USE enum outcome rules_check_subscriptions(const struct rules *rules, const struct directory *directory,
                                                struct fault *fault);
/* 程序图、程序一览: the newest version's state machines as Mermaid, and the whole of it as a Markdown page. Appended to
 * `into`. */
MUST_USE enum outcome rules_diagram(const struct rules *rules, struct buffer *into, struct fault *fault);
MUST_USE enum outcome rules_page(const struct rules *rules, struct buffer *into, struct fault *fault);

/* What must be known of other cases before an event is judged, by any version: bits. */
enum asked { ASKED_PENALTIES = 1, ASKED_CHILD_REFERRALS = 2 };
unsigned rules_asks(const struct rules *rules, struct bytes event);
#endif
