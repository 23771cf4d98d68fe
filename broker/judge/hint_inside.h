/* 应移未移提示: hints that an administrative decision should have been a referral (rules §6.3), and penalties beside a
 * referral (G11). A hint is a line of its referral: level, threshold or overlap, reason code, text, basis, 1 or 0 for
 * statutory, event, decision in ms, end of the time to send in ms or nothing, participant who decided; tab-separated.
 * It goes out at once with the decision; a RED one to be answered by a referral is reported when that time has run out
 * (judge.h). What became of a line is in two bits of referral.hint_marks. Pure. */
#ifndef ECOCASE_JUDGE_HINT_INSIDE_H
#define ECOCASE_JUDGE_HINT_INSIDE_H
#include "broker/judge/judge.h"

enum hint_mark { HINT_OPEN, HINT_REPORTED, HINT_ANSWERED, HINT_CORRECTION_OWED };
enum hint_part {
    PART_LEVEL,
    PART_ID,
    PART_CODE,
    PART_TEXT,
    PART_BASIS,
    PART_STATUTORY,
    PART_EVENT,
    PART_DECIDED,
    PART_DUE,
    PART_WHO
};
/* hint_line.c: a part that is a number, 0 for none; the mark of a line */
int64_t hint_number(struct bytes part);
enum hint_mark hint_mark_of(const struct referral *referral, unsigned line);
void hint_set_mark(struct referral *referral, unsigned line, enum hint_mark mark);
/* hint_alarm.c */
/* When the next alert about the hints is due; see alarm_next. */
instant hint_alarm(const struct referral *referral);
/* The hints whose time has run out by `time`, or whose correction is owed, as one alert; marked as reported. False:
 * nothing. */
bool hint_take(const struct rules *rules, const struct directory *directory, instant time, struct referral *referral,
               struct alert *ret);
#endif
