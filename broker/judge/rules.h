/* Inside of broker/judge: the procedure as loaded from schemas/rules/. Read-only once loaded. Everything is resolved to
 * indexes at load time; the judge compares no names but the event's and the reason's. */
#ifndef ECOCASE_BROKER_JUDGE_RULES_H
#define ECOCASE_BROKER_JUDGE_RULES_H
#include "broker/judge/judge.h"
#include "broker/judge/calendar.h"

#define MOST_CLOCKS_NAMED 8
#define SENDER_ANY 0
enum unit { UNIT_HOUR, UNIT_CAL_DAY, UNIT_WORK_DAY, UNIT_MONTH };
enum actor { ACTOR_OPENER, ACTOR_HOLDER };
enum by { BY_NONE, BY_OPENER, BY_HOLDER, BY_CASE_FORCE };
enum receiver { RECEIVER_OPENER, RECEIVER_HOLDER, RECEIVER_LEAD, RECEIVER_ROLE };
enum competence { COMPETENCE_NONE, COMPETENCE_SENDER, COMPETENCE_RECEIVER };
enum need { NEED_DOCUMENT_NO = 1, NEED_TITLE = 2, NEED_REASON = 4, NEED_TARGET_ORGAN = 8 };
enum moment { MOMENT_REPORT, MOMENT_APPROVAL, MOMENT_BUSINESS, MOMENT_CLOCK };

struct clock_rule {
    const char *name, *zh, *en, *tag, *basis;
    enum unit unit;
    int amount;
    enum actor actor;
    bool statutory; /* tag S or K */
    const struct setting *at;
};
struct clock_list {
    uint8_t count;
    uint8_t rule[MOST_CLOCKS_NAMED];
};
struct measure {
    uint8_t rule;
    enum moment from, until;
    uint8_t from_clock; /* MOMENT_CLOCK */
};
struct measures {
    uint8_t count;
    struct measure one[4];
};
struct state_rule { const char *code, *zh, *en; bool terminal; const struct setting *at; };
struct machine {
    const char *name, *zh, *en;
    struct state_rule states[32];
    uint8_t state_count;
};
struct event_rule { const char *name, *zh, *en; enum record_kind record; };
struct also {
    bool present;
    uint8_t machine;
    uint32_t from; /* bit per state */
    bool by_holder;
    int8_t to;
    bool holder_sender;
    struct clock_list stop, pause, resume, voided, start;
    struct measures measure;
};
struct transition {
    const char *id;
    const struct setting *at;
    uint8_t machine, event;
    bool opens;
    uint32_t from;   /* bit per state */
    int8_t to;       /* -1: same */
    int sender;      /* enum role or SENDER_ANY */
    enum by by;
    enum receiver receiver;
    int receiver_role;
    enum competence competence;
    bool category, county, county_head;
    uint8_t need;    /* enum need bits */
    const char *reasons[8];
    uint8_t reason_count;
    struct clock_list start, start_alone, stop, pause, resume;
    bool supersedes;
    uint8_t superseded, superseding;
    struct measures measure;
    uint8_t copy_count;
    uint8_t copies[4]; /* enum role */
    struct also also;
};
/* alerts.yaml, see alert.h */
#define MOST_WARNINGS 3         /* bits of struct clock.told */
#define MOST_SUPERVISORS 4
#define MOST_ALERT_EXCEPTIONS 32
struct role_list {
    uint8_t count;
    enum role role[MOST_SUPERVISORS];
};
struct alert_warning { int percent; instant before; }; /* one of the two */
struct alert_exception { char clock[8]; instant escalate_after; struct role_list supervisors; };
struct alert_policy {
    struct alert_warning warnings[MOST_WARNINGS];
    size_t warning_count;
    instant escalate_after;
    struct role_list supervisors[ROLE_COO + 1]; /* by the actor's role */
    struct alert_exception exceptions[MOST_ALERT_EXCEPTIONS];
    size_t exception_count;
};
struct rules {
    struct alert_policy alerts;
    struct settings *procedure;
    struct calendar *calendar;
    struct arena *arena;
    int version;
    struct machine machines[8];
    uint8_t machine_count;
    struct event_rule events[96];
    uint8_t event_count;
    struct clock_rule clocks[64];
    uint8_t clock_count;
    struct transition *transitions;
    size_t transition_count;
    const char *categories[64];
    uint8_t category_count;
};
int rules_machine(const struct rules *rules, const char *name);                         /* -1: unknown */
int rules_state(const struct rules *rules, int machine, const char *code);
int rules_event(const struct rules *rules, struct bytes name);
int rules_clock(const struct rules *rules, const char *name);
MUST_USE enum outcome rules_read_transition(struct rules *rules, struct setting *from, struct transition *ret, struct fault *fault);
MUST_USE enum outcome rules_check(const struct rules *rules, struct fault *fault);
MUST_USE enum outcome rules_read_alerts(struct rules *rules, const char *path, struct fault *fault); /* after the clocks */

/* Unit: instants. due_strict/due_lenient per the time-counting rules; false in *ret_known where the calendar lacks a year. */
void due_compute(const struct calendar *calendar, enum unit unit, int amount, instant start, instant *ret_strict, instant *ret_lenient,
                 bool *ret_known);

/* The two halves of judging: collect every reason against it; then change the state. */
struct judging {
    const struct rules *rules;
    const struct directory *directory;
    const struct participant *owner;
    instant broker_time;
    const struct submission *submission;
    struct case_state *state;
    struct arena *keep;
    struct verdict *verdict;
    int event;
    const struct transition *transition;
    struct referral *referral;  /* NULL when opening */
    int16_t to[LIMIT_RECIPIENTS];
    size_t to_count;
};
void judging_reason(struct judging *j, const char *code, const char *field);
bool judging_check(struct judging *j);
void judging_apply(struct judging *j);
#endif
