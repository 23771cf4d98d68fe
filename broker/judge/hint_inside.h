/* 应移未移提示: hints that an administrative decision should have been a referral (rules §6.3), and penalties beside a
 * referral (G11). A hint is a line of its referral: level, threshold or overlap, reason code, text, basis, 1 or 0 for
 * statutory, event, decision in ms, end of the time to send in ms or nothing, participant who decided; tab-separated.
 * It goes out at once with the decision; a RED one to be answered by a referral is reported when that time has run out
 * (judge.h). What became of a line is in two bits of referral.hint_marks. Pure. */
#ifndef ECOCASE_JUDGE_HINT_INSIDE_H
#define ECOCASE_JUDGE_HINT_INSIDE_H
#include "broker/judge/judge.h"

enum hint_mark { HINT_OPEN, HINT_REPORTED, HINT_ANSWERED, HINT_CORRECTION_OWED };
/* When the next alert about the hints is due; see alarm_next. */
instant hint_alarm(const struct referral *referral);
/* The hints whose time has run out by `time`, or whose correction is owed, as one alert; marked as reported. False:
 * nothing. */
bool hint_take(const struct rules *rules, const struct directory *directory, instant time, struct referral *referral,
               struct alert *ret);
#endif
