/* See calendar.h. */
#include "broker/judge/calendar.h"
#include "base/settings.h"
#include <stdlib.h>

#define FIRST_YEAR 2000
#define YEARS 100
struct calendar {
    bool known[YEARS];
    int8_t days[YEARS][366]; /* 0 by weekday, 1 off, 2 worked */
};

static bool read_date(const char *text, int year, int32_t *ret) {
    struct civil c = {.year = year};
    if (strlen(text) < 5 || text[2] != '-') return false;
    for (int i = 0; i < 5; i++) {
        if (i != 2 && (text[i] < '0' || text[i] > '9')) return false;
    }
    c.month = (text[0] - '0') * 10 + text[1] - '0';
    c.day = (text[3] - '0') * 10 + text[4] - '0';
    *ret = day_of_date(c.year, c.month, c.day);
    return civil_valid(&c);
}

static int weekday_of(int32_t day) { return (int)((day % 7 + 7 + 3) % 7); } /* 0 = Monday; 1970-01-01 was a Thursday */

static enum outcome read_days(struct calendar *calendar, struct setting *list, int year, int8_t mark, struct fault *fault) {
    int32_t first_day = day_of_date(year, 1, 1);
    for (struct setting *item = list->first; item; item = item->next) {
        int32_t from, until;
        if (item->kind != SETTING_TEXT || !read_date(item->text, year, &from)) {
            return setting_fault(item, fault, "SETTINGS_TYPE", "expected MM-DD or MM-DD..MM-DD");
        }
        until = from;
        const char *dots = strstr(item->text, "..");
        if (dots && (!read_date(dots + 2, year, &until) || until < from)) {
            return setting_fault(item, fault, "SETTINGS_TYPE", "the end of the range is no later date of the year");
        }
        for (int32_t day = from; day <= until; day++) {
            int8_t *place = &calendar->days[year - FIRST_YEAR][day - first_day];
            if (*place) return setting_fault(item, fault, "SETTINGS_DUPLICATE", "%s: a day of it stands here already, off or worked: keep one", item->text);
            if (mark == 2 && weekday_of(day) < 5) return setting_fault(item, fault, "SETTINGS_TYPE", "%s is no Saturday or Sunday: a make-up day (调休) is", item->text);
            *place = mark;
        }
    }
    return OK;
}

static enum outcome read_years(struct calendar *calendar, struct setting *root, struct fault *fault) {
    struct setting *years = NULL, *list = NULL;
    const char *tag;
    TRY(setting_text(root, "tag", &tag, fault));
    TRY(setting_need(root, "years", SETTING_MAP, &years, fault));
    for (struct setting *one = years->first; one; one = one->next) {
        one->seen = true;
        int year = atoi(one->key);
        if (year < FIRST_YEAR || year >= FIRST_YEAR + YEARS) return setting_fault(one, fault, "SETTINGS_TYPE", "not a year");
        bool follows = year == FIRST_YEAR || calendar->known[year - FIRST_YEAR - 1] || one == years->first;
        if (!follows) return setting_fault(one, fault, "SETTINGS_MISSING", "the year %d is missing before %d: enter its holidays and make-up days", year - 1, year);
        TRY(setting_need(one, "off", SETTING_LIST, &list, fault));
        TRY(read_days(calendar, list, year, 1, fault));
        TRY(setting_need(one, "work", SETTING_LIST, &list, fault));
        TRY(read_days(calendar, list, year, 2, fault));
        calendar->known[year - FIRST_YEAR] = true;
        if (!list->count && year >= 2008) return setting_fault(list, fault, "SETTINGS_MISSING", "%d has no make-up days: enter them from the yearly notice", year);
    }
    if (!years->first) return setting_fault(years, fault, "SETTINGS_MISSING", "no year at all: enter the holidays of the years in use");
    return settings_check_unknown(root, fault);
}

enum outcome calendar_load(const char *path, struct calendar **ret, struct fault *fault) {
    AUTO(settings_free_auto) struct settings *settings = NULL;
    TRY(settings_load(path, &settings, fault));
    struct calendar *calendar = calloc(1, sizeof *calendar);
    PROMISE(calendar);
    enum outcome read = read_years(calendar, settings_root(settings), fault);
    if (read == OK) *ret = calendar;
    else free(calendar);
    return read;
}

void calendar_free(struct calendar *calendar) { free(calendar); }

bool calendar_worked(const struct calendar *calendar, int32_t day, bool *ret_known) {
    int year, month, date;
    date_of_day(day, &year, &month, &date);
    int weekday = weekday_of(day);
    int at = year - FIRST_YEAR;
    if (at < 0 || at >= YEARS || !calendar->known[at]) {
        *ret_known = false;
        return weekday < 5;
    }
    int8_t mark = calendar->days[at][day - day_of_date(year, 1, 1)];
    return mark ? mark == 2 : weekday < 5;
}
