/* When a limit ends. Source: 刑事诉讼法 105 (the starting hour and day are not counted; a last day on a holiday moves
 * to the first day after), 行政处罚法 85 (working days), 17号-38; months: 民法典202, 法释〔2021〕1号-202. due_strict =
 * by the letter; due_lenient = with the roll and the whole hour. */
#include "broker/rules/rules_inside.h"

static int32_t next_workday(struct calendar_then calendar, int32_t day, bool *ret_known) {
    while (!calendar_worked(calendar, day, ret_known)) day++;
    return day;
}

static int32_t last_of_month(int year, int month) {
    return (month == 12 ? day_of_date(year + 1, 1, 1) : day_of_date(year, month + 1, 1)) - 1;
}

/* 民法典202: the corresponding day of the month in which it ends, or that month's last day where there is none. A term
 * of criminal procedure that begins on a month's last day ends on a month's last day (法释〔2021〕1号-202). */
static int32_t add_months(int32_t day, int amount, bool criminal) {
    int year, month, date;
    date_of_day(day, &year, &month, &date);
    bool from_last = criminal && day == last_of_month(year, month);
    int total = year * 12 + month - 1 + amount;
    year = total / 12;
    month = total % 12 + 1;
    int32_t same = day_of_date(year, month, 1) + date - 1, last = last_of_month(year, month);
    return from_last || same > last ? last : same;
}

void due_compute(struct calendar_then calendar, enum unit unit, int amount, instant start, instant *ret_strict,
                 instant *ret_lenient, bool *ret_known) {
    int32_t day = day_of(start);
    switch (unit) {
    case UNIT_HOUR: {
        instant whole = start % HOUR_MS == 0 ? start : start - start % HOUR_MS + HOUR_MS;
        *ret_strict = start + amount * HOUR_MS;
        *ret_lenient = whole + amount * HOUR_MS;
        return;
    }
    case UNIT_MINUTE: *ret_strict = *ret_lenient = start + amount * MINUTE_MS; return;
    case UNIT_WORK_DAY:
        for (int left = amount; left > 0;) {
            if (calendar_worked(calendar, ++day, ret_known)) left--;
        }
        *ret_strict = *ret_lenient = day_start(day + 1);
        return;
    case UNIT_CAL_DAY: day += amount; break;
    case UNIT_MONTH:
    case UNIT_CRIMINAL_MONTH: day = add_months(day, amount, unit == UNIT_CRIMINAL_MONTH); break;
    }
    *ret_strict = day_start(day + 1);
    *ret_lenient = day_start(next_workday(calendar, day, ret_known) + 1);
}

/* Days from the day after the pause up to and with the day of going on: they were not counted, as a starting day is
 * not. */
static int32_t not_counted(struct calendar_then calendar, bool worked_only, int32_t paused, int32_t resumed,
                           bool *ret_known) {
    int32_t count = 0;
    for (int32_t day = paused + 1; day <= resumed; day++)
        count += !worked_only || calendar_worked(calendar, day, ret_known);
    return count;
}

void due_extend(struct calendar_then calendar, enum unit unit, instant paused, instant resumed, instant *strict,
                instant *lenient, bool *ret_known) {
    if (resumed <= paused) return;
    if (unit == UNIT_HOUR || unit == UNIT_MINUTE) {
        *strict += resumed - paused;
        *lenient += resumed - paused;
        return;
    }
    int32_t last = day_of(*strict) - 1; /* strict is 24:00 of the last day */
    int32_t more = not_counted(calendar, unit == UNIT_WORK_DAY, day_of(paused), day_of(resumed), ret_known);
    if (unit != UNIT_WORK_DAY) last += more;
    else {
        for (; more > 0; more -= calendar_worked(calendar, last, ret_known)) last++;
    }
    *strict = day_start(last + 1);
    *lenient = unit == UNIT_WORK_DAY ? *strict : day_start(next_workday(calendar, last, ret_known) + 1);
}
