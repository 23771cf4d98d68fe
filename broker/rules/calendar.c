/* holidays.yaml read and asked. */
#include "broker/rules/calendar.h"
#include "base/settings.h"
#include <stdio.h>
#include <stdlib.h>

#define FIRST_YEAR  2000
#define YEARS       100
#define MAX_ENTRIES 128u /* years and their corrections; 376 bytes each */
struct entry {
    instant known;    /* counts for what the broker got from then on */
    int16_t earlier;  /* the arrangement of the same year that this one corrects: index + 1 */
    int8_t days[366]; /* 0 by weekday, 1 off, 2 worked */
};
struct calendar {
    int16_t newest[YEARS]; /* index + 1 */
    size_t count;
    struct entry entries[MAX_ENTRIES];
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

static enum outcome read_days(struct entry *entry, struct setting *list, int year, int8_t mark, struct fault *fault) {
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
            int8_t *place = &entry->days[day - first_day];
            if (*place)
                return setting_fault(item, fault, "SETTINGS_DUPLICATE",
                                     "%s: a day of it stands here already, off or worked: keep one", item->text);
            if (mark == 2 && weekday_of(day) < 5)
                return setting_fault(item, fault, "SETTINGS_TYPE",
                                     "%s is no Saturday or Sunday: a make-up day (调休) is", item->text);
            *place = mark;
        }
    }
    return OK;
}

/* "2026-11-05": from its first moment on. */
static enum outcome read_known(struct setting *from, instant *ret, struct fault *fault) {
    const char *text = "";
    int32_t day = 0;
    TRY(setting_text_or(from, "known", "", &text, fault));
    *ret = INT64_MIN;
    if (!text[0]) return OK;
    if (strlen(text) != 10 || text[4] != '-' || !read_date(text + 5, atoi(text), &day))
        return setting_fault(setting_get(from, "known"), fault, "SETTINGS_TYPE", "known is a day YYYY-MM-DD");
    *ret = day_start(day);
    return OK;
}

static enum outcome read_entry(struct calendar *calendar, struct setting *from, int year, struct fault *fault) {
    struct setting *list = NULL;
    if (calendar->count == MAX_ENTRIES)
        return setting_fault(from, fault, "TOO_MANY", "more than %u years and corrections", MAX_ENTRIES);
    struct entry *entry = &calendar->entries[calendar->count++];
    int16_t *newest = &calendar->newest[year - FIRST_YEAR];
    TRY(read_known(from, &entry->known, fault));
    TRY(setting_need(from, "off", SETTING_LIST, &list, fault));
    TRY(read_days(entry, list, year, 1, fault));
    TRY(setting_need(from, "work", SETTING_LIST, &list, fault));
    TRY(read_days(entry, list, year, 2, fault));
    if (!list->count && year >= 2008)
        return setting_fault(list, fault, "SETTINGS_MISSING",
                             "%d has no make-up days: enter them from the yearly notice", year);
    if (*newest && calendar->entries[*newest - 1].known >= entry->known) {
        return setting_fault(from, fault, "SETTINGS_TYPE",
                             "a correction of %d is known later than what it corrects: give a later day", year);
    }
    entry->earlier = *newest;
    *newest = (int16_t)calendar->count;
    return OK;
}

static enum outcome read_corrections(struct calendar *calendar, struct setting *root, struct fault *fault) {
    struct setting *list = setting_get(root, "corrections");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int64_t year = 0;
        TRY(setting_int(one, "year", FIRST_YEAR, FIRST_YEAR + YEARS - 1, &year, fault));
        if (!calendar->newest[year - FIRST_YEAR])
            return setting_fault(one, fault, "SETTINGS_MISSING", "%d stands not among the years: enter it there",
                                 (int)year);
        TRY(read_entry(calendar, one, (int)year, fault));
    }
    return OK;
}

/* until: whoever reads the file sees how far it goes; whoever adds a year is reminded of the line. */
static enum outcome check_until(const struct calendar *calendar, struct setting *root, struct fault *fault) {
    const char *until = "";
    TRY(setting_text_or(root, "until", "", &until, fault));
    if (!until[0]) return OK;
    char last[16];
    snprintf(last, sizeof last, "%d-12-31", calendar_last_year(calendar));
    if (strcmp(until, last) == 0) return OK;
    return setting_fault(setting_get(root, "until"), fault, "SETTINGS_TYPE",
                         "the last year below ends on %s: say so, or enter the years up to %.20s", last, until);
}

static enum outcome read_years(struct calendar *calendar, struct setting *root, struct fault *fault) {
    struct setting *years = NULL;
    const char *tag;
    TRY(setting_text(root, "tag", &tag, fault));
    TRY(setting_need(root, "years", SETTING_MAP, &years, fault));
    for (struct setting *one = years->first; one; one = one->next) {
        one->seen = true;
        int year = atoi(one->key);
        if (year < FIRST_YEAR || year >= FIRST_YEAR + YEARS)
            return setting_fault(one, fault, "SETTINGS_TYPE", "not a year");
        bool follows = year == FIRST_YEAR || calendar->newest[year - FIRST_YEAR - 1] || one == years->first;
        if (!follows)
            return setting_fault(one, fault, "SETTINGS_MISSING",
                                 "the year %d is missing before %d: enter its holidays and make-up days", year - 1,
                                 year);
        TRY(read_entry(calendar, one, year, fault));
    }
    if (!years->first)
        return setting_fault(years, fault, "SETTINGS_MISSING",
                             "no year at all: enter the holidays of the years in use");
    TRY(read_corrections(calendar, root, fault));
    TRY(check_until(calendar, root, fault));
    return settings_check_unknown(root, fault);
}

enum outcome calendar_load(const char *path, struct calendar **ret, struct fault *fault) {
    AUTO(settings_free_auto) struct settings *settings = NULL;
    TRY(settings_load(path, &settings, fault));
    struct calendar *calendar = calloc(1, sizeof *calendar);
    INVARIANT(calendar);
    enum outcome read = read_years(calendar, settings_root(settings), fault);
    if (read == OK) *ret = calendar;
    else free(calendar);
    return read;
}

int calendar_last_year(const struct calendar *calendar) {
    int at = YEARS - 1;
    while (at > 0 && !calendar->newest[at]) at--;
    return FIRST_YEAR + at;
}

void calendar_free(struct calendar *calendar) { free(calendar); }

bool calendar_worked(struct calendar_then then, int32_t day, bool *ret_known) {
    int year, month, date;
    date_of_day(day, &year, &month, &date);
    int weekday = weekday_of(day);
    int at = year - FIRST_YEAR;
    int place = at < 0 || at >= YEARS ? 0 : then.calendar->newest[at];
    while (place && then.calendar->entries[place - 1].known > then.when)
        place = then.calendar->entries[place - 1].earlier;
    if (!place) {
        *ret_known = false;
        return weekday < 5;
    }
    int8_t mark = then.calendar->entries[place - 1].days[day - day_of_date(year, 1, 1)];
    return mark ? mark == 2 : weekday < 5;
}
