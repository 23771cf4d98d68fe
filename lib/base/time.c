/* Days by the civil-from-days arithmetic of the proleptic Gregorian calendar; times of +08:00 read and written. */
#include "base/time.h"
#include <stdio.h>
#include <time.h>

#define OFFSET_MS (8 * HOUR_MS)

instant instant_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int32_t day_of_date(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void date_of_day(int32_t day, int *ret_year, int *ret_month, int *ret_day) {
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *ret_day = doy - (153 * mp + 2) / 5 + 1;
    *ret_month = mp < 10 ? mp + 3 : mp - 9;
    *ret_year = yoe + era * 400 + (*ret_month <= 2);
}

/* Instants may come from outside: beyond the years 0001 to 9999 they count as the nearest end. */
static instant bounded(instant at) {
    const instant first = INT64_C(-719162) * DAY_MS - OFFSET_MS, last = INT64_C(2932897) * DAY_MS - OFFSET_MS - 1;
    return at < first ? first : at > last ? last : at;
}

int32_t day_of(instant at) { return (int32_t)floor_div(bounded(at) + OFFSET_MS, DAY_MS); }
instant day_start(int32_t day) { return (instant)day * DAY_MS - OFFSET_MS; }

struct civil civil_of(instant at) {
    struct civil c;
    at = bounded(at);
    int32_t day = day_of(at);
    int64_t rest = at - day_start(day);
    date_of_day(day, &c.year, &c.month, &c.day);
    c.hour = (int)(rest / HOUR_MS);
    c.minute = (int)(rest / 60000 % 60);
    c.second = (int)(rest / 1000 % 60);
    c.millisecond = (int)(rest % 1000);
    return c;
}

instant instant_of(const struct civil *c) {
    return day_start(day_of_date(c->year, c->month, c->day)) + c->hour * HOUR_MS + c->minute * INT64_C(60000) +
           c->second * INT64_C(1000) + c->millisecond;
}

bool civil_valid(const struct civil *c) {
    if (c->year < 1900 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1) return false;
    int next = c->month == 12 ? day_of_date(c->year + 1, 1, 1) : day_of_date(c->year, c->month + 1, 1);
    if (c->day > next - day_of_date(c->year, c->month, 1)) return false;
    return c->hour >= 0 && c->hour < 24 && c->minute >= 0 && c->minute < 60 && c->second >= 0 && c->second < 60 &&
           c->millisecond >= 0 && c->millisecond < 1000;
}

static void put_digits(char *at, int count, int value) {
    for (unsigned left = (unsigned)value; count > 0; left /= 10) at[--count] = (char)('0' + left % 10);
}

/* By hand: each record delivered passes here. */
void instant_format(instant at, char ret_text[32]) {
    struct civil c = civil_of(at);
    memcpy(ret_text, "0000-00-00T00:00:00.000+08:00", 30);
    put_digits(ret_text, 4, c.year);
    put_digits(ret_text + 5, 2, c.month);
    put_digits(ret_text + 8, 2, c.day);
    put_digits(ret_text + 11, 2, c.hour);
    put_digits(ret_text + 14, 2, c.minute);
    put_digits(ret_text + 17, 2, c.second);
    put_digits(ret_text + 20, 3, c.millisecond);
}

void instant_format_short(instant at, char ret_text[32]) {
    struct civil c = civil_of(at);
    snprintf(ret_text, 32, "%04u-%02u-%02u %02u:%02u", (unsigned)c.year % 10000u, (unsigned)c.month % 100u,
             (unsigned)c.day % 100u, (unsigned)c.hour % 100u, (unsigned)c.minute % 100u);
}

static bool digits(struct bytes text, size_t *at, size_t count, int *ret) {
    int value = 0;
    if (*at + count > text.count) return false;
    for (size_t i = 0; i < count; i++) {
        uint8_t c = text.at[*at + i];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    *at += count;
    *ret = value;
    return true;
}

/* One to nine digits of a second; beyond the third they are cut. */
static bool fraction(struct bytes text, size_t *at, int *ret_millisecond) {
    static const int weights[] = {100, 10, 1};
    size_t count = 0;
    *ret_millisecond = 0;
    for (; count < 9 && *at < text.count && text.at[*at] >= '0' && text.at[*at] <= '9'; count++, ++*at)
        *ret_millisecond += count < 3 ? weights[count] * (text.at[*at] - '0') : 0;
    return count > 0;
}

static bool sign(struct bytes text, size_t *at, char c) {
    if (*at >= text.count || text.at[*at] != (uint8_t)c) return false;
    ++*at;
    return true;
}

static bool parse_offset(struct bytes text, size_t *at, int64_t *ret_ms) {
    *ret_ms = OFFSET_MS;
    if (*at == text.count) return true;
    if (sign(text, at, 'Z')) {
        *ret_ms = 0;
        return *at == text.count;
    }
    bool minus = *at < text.count && text.at[*at] == '-';
    if (!minus && !(*at < text.count && text.at[*at] == '+')) return false;
    ++*at;
    int hour, minute;
    minute = 0;
    if (!digits(text, at, 2, &hour)) return false;
    bool colon = sign(text, at, ':'); /* +08:00; +0800 and +08 are ISO 8601's too */
    if ((colon || *at < text.count) && !digits(text, at, 2, &minute)) return false;
    if (hour > 14 || minute > 59) return false;
    *ret_ms = (hour * HOUR_MS + minute * INT64_C(60000)) * (minus ? -1 : 1);
    return *at == text.count;
}

bool instant_parse(struct bytes text, instant *ret_at) {
    struct civil c = {0};
    size_t at = 0;
    int64_t offset = OFFSET_MS;
    if (!digits(text, &at, 4, &c.year) || !sign(text, &at, '-') || !digits(text, &at, 2, &c.month) ||
        !sign(text, &at, '-') || !digits(text, &at, 2, &c.day))
        return false;
    if (at < text.count) {
        if (!sign(text, &at, 'T') && !sign(text, &at, ' ')) return false;
        if (!digits(text, &at, 2, &c.hour) || !sign(text, &at, ':') || !digits(text, &at, 2, &c.minute)) return false;
        if (sign(text, &at, ':')) {
            if (!digits(text, &at, 2, &c.second)) return false;
            if ((sign(text, &at, '.') || sign(text, &at, ',')) && !fraction(text, &at, &c.millisecond)) return false;
        }
        if (!parse_offset(text, &at, &offset)) return false;
    }
    if (!civil_valid(&c)) return false;
    *ret_at = instant_of(&c) + OFFSET_MS - offset;
    return true;
}
