/* 节假日历: which days are worked. Data only (schemas/rules/holidays.yaml), never computed. Unit: day, see base/time.h. */
#ifndef ECOCASE_BROKER_JUDGE_CALENDAR_H
#define ECOCASE_BROKER_JUDGE_CALENDAR_H
#include "base/fault.h"
#include <stdbool.h>
#include <stdint.h>
struct calendar;
MUST_USE enum outcome calendar_load(const char *path, struct calendar **ret, struct fault *fault);
void calendar_free(struct calendar *calendar);
/* *ret_known is set to false (never to true) where the calendar lacks the year; then only Saturday and Sunday are off. */
bool calendar_worked(const struct calendar *calendar, int32_t day, bool *ret_known);
#endif
