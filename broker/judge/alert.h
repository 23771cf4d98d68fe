/* 提醒: what is to be told of a referral's clocks (期限) at a lane's time: warnings before the end, overdue after it,
 * escalation to the supervising bodies, and the correction when a paper that was in time arrives after its overdue
 * alert. Pure, like judge.h; what was told is kept in the clock itself (struct clock.told), so that it goes into the
 * ledger with the alert and is told once. Policy: alerts.yaml. */
#ifndef ECOCASE_JUDGE_ALERT_H
#define ECOCASE_JUDGE_ALERT_H
#include "broker/model/roster.h"

enum alert_kind { ALERT_WARNING, ALERT_OVERDUE, ALERT_ESCALATION, ALERT_CORRECTION, ALERT_UNREFERRED };
/* bodies told by one alert: who must act (of a joint operation: all that owe), other party, supervisors */
#define LIMIT_ALERTED 24u
struct alert {
    enum alert_kind kind;
    struct clock clock; /* as it stands after the alert */
    size_t actor_count;
    int16_t actors[MAX_ROSTER]; /* who must act: one, or those of the roster */
    size_t to_count;
    /* participant numbers; the first is who must act, unless only supervisors are told */
    int16_t to[LIMIT_ALERTED];
    size_t hint_count; /* UNREFERRED, and its correction: the lines of the hints (hint.h) it is about; then `clock` is
                          no clock of the referral but the time that the rules give for sending, from the decision on */
    struct bytes hints[LIMIT_HINTS];
};
#define LIMIT_ALERTS (LIMIT_CLOCKS + 1u) /* of one referral at once */
/* "SYS.WARNING", "SYS.OVERDUE", "SYS.ESCALATION", "SYS.CORRECTION", "SYS.UNREFERRED"; alert_code: of wire/reason. */
const char *alert_event(enum alert_kind kind);
const char *alert_code(enum alert_kind kind);

/* When something is to be told of this referral next: INSTANT_NONE for never; a past instant when something is owed
 * already. */
instant alarm_next(const struct rules *rules, const struct referral *referral);
/* What is to be told at `time`, marked as told in the referral (then dirty). At most one alert a clock and
 * one about hints, LIMIT_ALERTS in all. */
size_t alarm_take(const struct rules *rules, const struct directory *directory, instant time, struct referral *referral,
                  struct alert *ret);
void alert_add(struct alert *alert, int who); /* each once; 0 is nobody */
/* Adds everybody of a role, of the actor's own city where there is one, else wherever it is; false: nobody has it. */
bool alert_add_role(struct alert *alert, const struct directory *directory, enum role role,
                    const struct participant *actor);
#endif
