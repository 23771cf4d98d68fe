/* 节假日历: which days are worked. Data only (schemas/rules/holidays.yaml), never computed. A year's arrangement counts
 * from the day on which it was known to the lanes (`known`): what was judged before stays as it was judged, and judging
 * it again comes out the same. Unit: day, see base/time.h. */
#ifndef ECOCASE_RULES_CALENDAR_H
#define ECOCASE_RULES_CALENDAR_H
#include <stdbool.h>
#include <stdint.h>
#include "base/fault.h"
#include "base/time.h"

struct calendar;
struct calendar_then {
    const struct calendar *calendar;
    instant when; /* broker time of what is judged */
};
MUST_USE enum outcome calendar_load(const char *path, struct calendar **ret, struct fault *fault);
void calendar_free(struct calendar *calendar);
int calendar_last_year(const struct calendar *calendar); /* until whose end it is known */
/* *ret_known is set to false (never to true) where the calendar lacks the year; then only Saturday and Sunday are off.
 */
bool calendar_worked(struct calendar_then then, int32_t day, bool *ret_known);

/* 期限 · when a limit ends (due.c) */
enum unit { UNIT_HOUR, UNIT_CAL_DAY, UNIT_WORK_DAY, UNIT_MONTH, UNIT_MINUTE, UNIT_CRIMINAL_MONTH };
/* Unit: instants. due_strict/due_lenient per the time-counting rules; false in *ret_known where the calendar lacks a
 * year. */
void due_compute(struct calendar_then calendar, enum unit unit, int amount, instant start, instant *ret_strict,
                 instant *ret_lenient, bool *ret_known);
/* A limit that stood still from `paused` to `resumed`: both ends move by what was not counted. */
void due_extend(struct calendar_then calendar, enum unit unit, instant paused, instant resumed, instant *strict,
                instant *lenient, bool *ret_known);
#endif
