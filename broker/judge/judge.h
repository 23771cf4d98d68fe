/* 裁判: rules + present state of a case + one submission => new state, clocks, recipients, or a refusal with every
 * reason. A pure function: no Kafka, no Postgres, no clock, no files (rules_load reads them once at start). Threads:
 * rules and directory are read-only and shared; states and verdicts belong to one lane. Memory: everything a verdict
 * points to lives in the arena given. States, events, who may send them, documents, clocks and copies come from
 * schemas/rules/ (YAML). */
#ifndef ECOCASE_JUDGE_H
#define ECOCASE_JUDGE_H
#include "base/arena.h"
#include "base/limits.h"
#include "wire/directory.h"
#include "wire/person.h"
#include "wire/record.h"

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
/* Chinese/English names for people: state "A25" -> "审查中" / "under review"; clock rule "D09"; event. Never NULL. */
struct rule_name {
    const char *zh, *en;
};
struct rule_name rules_state_name(const struct rules *rules, const char *machine, const char *state);
struct rule_name rules_event_name(const struct rules *rules, const char *event);
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

enum clock_state {
    CLOCK_RUNNING = 'R',
    CLOCK_PAUSED = 'P',
    CLOCK_MET = 'M',
    CLOCK_BREACHED = 'B',
    CLOCK_VOID = 'V',
    CLOCK_SUPERSEDED = 'S'
};
/* What was told of a clock (alert.h): one bit for each warning of the policy, then these. */
enum told { TOLD_WARNINGS = 7, TOLD_OVERDUE = 8, TOLD_ESCALATION = 16, TOLD_CORRECTION = 32 };
struct clock {
    char rule[8];   /* "D09", "D09a" */
    char state;     /* enum clock_state */
    bool statutory; /* false: shown as 非法定 */
    bool measured;  /* computed when the event arrived, never running (see rules: measure) */
    uint8_t told;   /* enum told */
    /* participant number that must act; OWING_* of roster.h: those of the roster that owe it */
    int16_t actor;
    instant started_at; /* business time */
    instant due_strict, due_lenient;
    /* business time of the event that stopped or paused it, INSTANT_NONE while running */
    instant stopped_at;
};
/* One referral (移送): one run of a machine (REF, REV, JUR) within a case. Plain data: the ledger stores it field by
 * field. */
struct referral {
    struct uuid id, case_id;
    char machine[4]; /* "REF" */
    char state[8];   /* "A25" */
    int16_t rules;   /* version of the rules under which it began, kept for life */
    int16_t regime;  /* 0 general; which agencies' own rules hold beside it, kept for life */
    /* who opened it (participant number): REF: the agency; REV: police/procuratorate; JUR: first force */
    int16_t opener;
    /* who it was addressed to and now handles it: REF: police force (PSB2 after forwarding); 0: nobody yet */
    int16_t holder;
    /* the agency of the parent referral that must be told (JUR inside a REF), else 0 */
    int16_t referrer;
    struct uuid parent; /* nil when none */
    uint32_t flags;     /* overlays by bit, named in the rules */
    char category[12];
    char county[8];
    int8_t handling;          /* 处理限制 that the originator set: the records' enumeration; 0 open */
    instant handling_expires; /* INSTANT_NONE: never */
    uint64_t gaps;            /* documents still missing, by bit of documents.yaml */
    /* everyone who sent or was sent something of it, by bit of the participant's number */
    uint64_t parties;
    /* 双方文书: the one side's message of an event of two: "EVENT number\n" and one line per item; else empty */
    struct bytes half;
    struct bytes roster; /* 参战名单 of a joint operation: roster.h; else empty */
    /* 待人工送达: lines of addressee, event, document number, ms, ms served or "", tab-separated */
    struct bytes hand;
    struct bytes persons; /* 当事人: keys of its parties (wire/person.h), parted by spaces */
    /* 行政处罚: its first penalty decision: ms, agency's number, document number, tab-separated; else empty */
    struct bytes penalty;
    /* 量化事实: what its papers said of rules/facts.yaml: lines of name, value, unit or code, tab-separated */
    struct bytes facts;
    struct bytes hints;            /* 应移未移提示: one line a hint (hint.h) */
    uint64_t hint_marks;           /* two bits for each line of hints: enum hint_mark */
    struct bytes title;            /* at most 200 bytes, cut at a character */
    struct bytes numbers;          /* document numbers seen, '\n'-separated, at most 2000 bytes */
    instant opened_at, changed_at; /* business times */
    int32_t event_count;
    uint8_t clock_count;
    struct clock clocks[LIMIT_CLOCKS];
    instant alarm_at;  /* alarm_next, as last written */
    bool dirty, fresh; /* set by the judge: must be written; did not exist before */
};
struct case_state {
    struct uuid case_id;
    size_t count;
    struct referral *referrals[LIMIT_REFERRALS_PER_CASE];
};
enum delivery_role {
    DELIVER_TO = 't',
    DELIVER_COPY = 'c',
    DELIVER_NOTICE = 'n',
    DELIVER_ALERT = 'a',
    DELIVER_HINT = 'h'
};
struct delivery {
    int16_t to;
    char role;
};
struct verdict {
    bool accepted;
    int16_t rules;                   /* the version it was judged by */
    const char *machine;             /* static in rules or "" */
    char from_state[8], to_state[8]; /* of the referral named by the submission; "" where none */
    struct referral *referral;       /* the one named (accepted), else NULL */
    size_t reason_count;
    /* refusals; also remarks of an accepted one (warnings: LEVEL_MISMATCH, CLOCK_SKEW) */
    struct notice_reason reasons[LIMIT_REASONS];
    size_t delivery_count; /* to, then copies; without notices */
    struct delivery deliveries[LIMIT_RECIPIENTS];
    /* clocks started by this event, for the receipt */
    struct clock started[LIMIT_CLOCKS];
    size_t started_count;
    /* who is sent the hints among the reasons (hint.h) in a notice of their own */
    int16_t hinted[LIMIT_HINTED];
    size_t hinted_count;
};
/* What is put before the judge, besides rules, directory and the state of the case: all that a judgement depends on. */
struct hearing {
    /* of the outbox: a submission whose sender differs is refused (SENDER_NOT_OWNER) */
    const struct participant *owner;
    instant broker_time; /* Kafka's time of the record */
    const struct submission *submission;
    const struct persons *persons; /* its parties, by key; NULL: none */
    /* 他案: what was known of other cases then (elsewhere.h), kept with the event */
    struct bytes elsewhere;
};
/* `state` is changed in place when accepted (new and changed referrals allocated from `keep`, which lives as long as
 * the lane's cache), untouched when refused. */
void judge(const struct rules *rules, const struct directory *directory, const struct hearing *hearing,
           struct case_state *state, struct arena *keep, struct verdict *ret_verdict);
/* What must be known of other cases before an event is judged, by any version: bits. */
enum asked { ASKED_PENALTIES = 1, ASKED_OFFSPRING = 2 };
unsigned rules_asks(const struct rules *rules, struct bytes event);
#endif
