/* Instants and the civil calendar of China (Asia/Shanghai, +08:00, no summer time since 1992). Unit everywhere:
 * `instant` = milliseconds since 1970-01-01T00:00:00Z; `day` = days since 1970-01-01 in +08:00. No call here reads a
 * clock except instant_now(), which the judge and the lane's decisions must never use. */
#ifndef ECOCASE_BASE_TIME_H
#define ECOCASE_BASE_TIME_H
#include "base/bytes.h"

typedef int64_t instant;
#define INSTANT_NONE INT64_MIN
#define MINUTE_MS    INT64_C(60000)
#define HOUR_MS      INT64_C(3600000)
#define DAY_MS       INT64_C(86400000)

struct civil {
    int year, month, day, hour, minute, second, millisecond;
};
instant instant_now(void); /* wall clock, ms */
int64_t monotonic_ms(void);
struct civil civil_of(instant at); /* in +08:00; beyond the years 0001 to 9999 the nearest end */
instant instant_of(const struct civil *civil);
bool civil_valid(const struct civil *civil);
int32_t day_of(instant at);     /* the +08:00 day, bounded likewise */
instant day_start(int32_t day); /* 00:00 +08:00 of that day */
int32_t day_of_date(int year, int month, int day);
void date_of_day(int32_t day, int *ret_year, int *ret_month, int *ret_day);
/* 2026-06-08T10:20:00.000+08:00 (29 characters + NUL) */
void instant_format(instant at, char ret_text[32]);
/* 2026-06-08 10:20 for people */
void instant_format_short(instant at, char ret_text[32]);
/* Strict ISO 8601 with offset or Z, or `YYYY-MM-DD[ T]hh:mm[:ss[.mmm]]` taken as +08:00, or a date alone (00:00). */
bool instant_parse(struct bytes text, instant *ret_at);
#endif
