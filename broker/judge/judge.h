/* 裁判: rules + present state of a case + one submission => new state, clocks, recipients, or a refusal with every
 * reason; and which alerts a referral brings when a limit comes near or ends. Pure functions: no Kafka, no Postgres,
 * no clock, no files. Threads: rules and directory are read-only and shared; states and verdicts belong to one lane.
 * Memory: everything a verdict points to lives in the arena given. States, events, who may send them, documents, clocks
 * and copies come from schemas/rules/ (YAML). */
#ifndef ECOCASE_JUDGE_H
#define ECOCASE_JUDGE_H
#include "base/arena.h"
#include "broker/model/model.h"
#include "broker/model/roster.h"
#include "broker/rules/rules.h"
#include "wire/directory.h"
#include "wire/person.h"
#include "wire/record.h"

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
    /* who is sent the hints among the reasons in a notice of their own */
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
    /* 他案: what was known of other cases then (related_cases.h), kept with the event */
    struct bytes related_cases;
};
/* `state` is changed in place when accepted (new and changed referrals allocated from `keep`, which lives as long as
 * the lane's cache), untouched when refused. */
void judge(const struct rules *rules, const struct directory *directory, const struct hearing *hearing,
           struct case_state *state, struct arena *keep, struct verdict *ret_verdict);

/* ---- 提醒 · alerts
 * What a referral's clocks (期限) bring at a lane's time: warnings before the end, overdue after it,
 * escalation to the supervising bodies, and the correction when a paper that was in time arrives after its overdue
 * alert. What was sent is kept in the clock itself (struct clock.alerted), so that it goes into the ledger with the
 * alert and is sent once. Policy: alerts.yaml. */
enum alert_kind { ALERT_WARNING, ALERT_OVERDUE, ALERT_ESCALATION, ALERT_CORRECTION, ALERT_UNREFERRED };
/* bodies that get one alert: who must act (of a joint operation: all that owe), other party, supervisors */
#define LIMIT_ALERTED 24u
struct alert {
    enum alert_kind kind;
    struct clock clock; /* as it stands after the alert */
    size_t actor_count;
    int16_t actors[MAX_ROSTER]; /* who must act: one, or those of the roster */
    size_t to_count;
    /* participant numbers; the first is who must act, unless only supervisors get it */
    int16_t to[LIMIT_ALERTED];
    size_t hint_count; /* UNREFERRED, and its correction: the lines of the hints it is about; then `clock` is
                          no clock of the referral but the time that the rules give for sending, from the decision on */
    struct bytes hints[LIMIT_HINTS];
};
#define LIMIT_ALERTS (LIMIT_CLOCKS + 1u) /* of one referral at once */
/* "SYS.WARNING", "SYS.OVERDUE", "SYS.ESCALATION", "SYS.CORRECTION", "SYS.UNREFERRED"; alert_code: of wire/reason. */
const char *alert_event(enum alert_kind kind);
const char *alert_code(enum alert_kind kind);

/* When this referral's next alert is due: INSTANT_NONE for never; a past instant when something is owed
 * already. */
instant alarm_next(const struct rules *rules, const struct referral *referral);
/* The alerts due at `time`, marked as sent in the referral (then dirty). At most one alert a clock and
 * one about hints, LIMIT_ALERTS in all. */
size_t alarm_take(const struct rules *rules, const struct directory *directory, instant time, struct referral *referral,
                  struct alert *ret);

/* ---- 应移未移提示 · hints
 * that an administrative decision should have been a referral, kept as lines of struct referral.hints. */
/* What a line says, and what it rests on. */
struct hint_words {
    struct bytes text, basis;
    bool statutory;
};
struct hint_words hint_words(struct bytes line);
/* Is this reason code of an accepted submission a hint? */
bool hint_code(const char *code);
/* Is it a remark that others than the sender are told of too (SYS.REMARK)? */
bool remark_told(const char *code);
#endif
