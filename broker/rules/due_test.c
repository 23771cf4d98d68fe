#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "broker/rules/rules_inside.h"

static struct calendar *loaded;
static struct calendar_then calendar;
static instant at(const char *text) {
    instant ret = 0;
    assert_true(instant_parse(bytes_of_cstr(text), &ret));
    return ret;
}

static int load(void **state) {
    (void)state;
    struct fault f = {0};
    if (calendar_load("schemas/rules/holidays.yaml", &loaded, &f) != OK) return -1;
    calendar = (struct calendar_then){loaded, at("2026-12-02 00:00")}; /* by then all years are known */
    return 0;
}
static int unload(void **state) {
    (void)state;
    calendar_free(loaded);
    return 0;
}
/* Start, last day by the letter, last day with the roll; the ends are 24:00 of those days. All computed by hand from
 * the yearly notices. */
static const struct {
    const char *name;
    enum unit unit;
    int amount;
    const char *start, *strict, *lenient;
} days[] = {
    {"V1", UNIT_CAL_DAY, 3, "2024-09-27 16:30", "2024-09-30", "2024-09-30"},
    {"V2", UNIT_CAL_DAY, 3, "2024-09-28", "2024-10-01", "2024-10-08"},
    {"V4", UNIT_WORK_DAY, 3, "2024-09-27", "2024-10-08", "2024-10-08"},
    {"V5", UNIT_WORK_DAY, 10, "2025-01-20", "2025-02-08", "2025-02-08"},
    {"V6", UNIT_CAL_DAY, 30, "2025-01-03", "2025-02-02", "2025-02-05"},
    {"V7", UNIT_MONTH, 2, "2024-12-31", "2025-02-28", "2025-02-28"},
    {"V8", UNIT_CAL_DAY, 15, "2025-09-20", "2025-10-05", "2025-10-09"},
    {"V9", UNIT_CAL_DAY, 7, "2025-01-22", "2025-01-29", "2025-02-05"},
    {"V10", UNIT_WORK_DAY, 3, "2025-09-26", "2025-09-30", "2025-09-30"},
    {"V11", UNIT_CAL_DAY, 3, "2024-06-06", "2024-06-09", "2024-06-11"},
    {"V12", UNIT_CAL_DAY, 3, "2025-05-28", "2025-05-31", "2025-06-03"},
    /* 2016: off 7 to 13 February, Saturday 6 and Sunday 14 worked; 2 May off; 8 and 9 October worked */
    {"S16a", UNIT_CAL_DAY, 3, "2016-02-05", "2016-02-08", "2016-02-14"},
    {"S16b", UNIT_WORK_DAY, 3, "2016-02-05", "2016-02-15", "2016-02-15"},
    {"S16c", UNIT_CAL_DAY, 3, "2016-04-29", "2016-05-02", "2016-05-03"},
    {"N16", UNIT_WORK_DAY, 3, "2016-09-30", "2016-10-10", "2016-10-10"},
    /* 2017: off 27 January to 2 February, Sunday 22 January and Saturday 4 February worked; 1 to 8 October off */
    {"S17a", UNIT_WORK_DAY, 3, "2017-01-25", "2017-02-04", "2017-02-04"},
    {"S17b", UNIT_CAL_DAY, 3, "2017-05-26", "2017-05-29", "2017-05-31"},
    {"N17", UNIT_CAL_DAY, 7, "2017-09-28", "2017-10-05", "2017-10-09"},
    /* 2018: 15 to 21 February off, 11 and 24 worked; 30 and 31 December off, Saturday 29 worked */
    {"S18", UNIT_WORK_DAY, 3, "2018-02-13", "2018-02-23", "2018-02-23"},
    {"Y18", UNIT_CAL_DAY, 3, "2018-12-28", "2018-12-31", "2019-01-02"},
    /* 2019: 4 to 10 February off, 2 and 3 worked; Labour Day moved to 1 to 4 May, Sundays 28 April and 5 May worked */
    {"S19a", UNIT_WORK_DAY, 3, "2019-02-01", "2019-02-11", "2019-02-11"},
    {"L19", UNIT_CAL_DAY, 3, "2019-04-30", "2019-05-03", "2019-05-05"},
    {"N19", UNIT_WORK_DAY, 3, "2019-09-30", "2019-10-10", "2019-10-10"},
    /* 2020: the Spring Festival was prolonged to Sunday 2 February; Sunday 19 January was worked */
    {"S20a", UNIT_CAL_DAY, 3, "2020-01-21 09:00", "2020-01-24", "2020-02-03"},
    {"S20b", UNIT_WORK_DAY, 3, "2020-01-17", "2020-01-21", "2020-01-21"},
    /* 2021: off 11 to 17 February; Sunday 7 and Saturday 20 February worked */
    {"S21a", UNIT_WORK_DAY, 5, "2021-02-05", "2021-02-18", "2021-02-18"},
    {"S21b", UNIT_WORK_DAY, 8, "2021-02-05", "2021-02-22", "2021-02-22"},
    {"S21c", UNIT_CAL_DAY, 7, "2021-02-05", "2021-02-12", "2021-02-18"},
    /* 2022: off 31 January to 6 February; Saturday 29 and Sunday 30 January worked */
    {"S22a", UNIT_CAL_DAY, 3, "2022-01-26", "2022-01-29", "2022-01-29"},
    {"S22b", UNIT_WORK_DAY, 3, "2022-01-28", "2022-02-07", "2022-02-07"},
    /* 2023: off 21 to 27 January; Saturday 28 and Sunday 29 worked. National Day and Mid-Autumn: off 29
       September to 6 October, 7 and 8 worked */
    {"S23", UNIT_WORK_DAY, 2, "2023-01-20", "2023-01-29", "2023-01-29"},
    {"N23a", UNIT_CAL_DAY, 7, "2023-09-24", "2023-10-01", "2023-10-07"},
    {"N23b", UNIT_WORK_DAY, 3, "2023-09-28", "2023-10-09", "2023-10-09"},
    /* 2024: off 10 to 17 February; Sunday 4 and Sunday 18 worked */
    {"S24a", UNIT_CAL_DAY, 30, "2024-01-15", "2024-02-14", "2024-02-18"},
    {"S24b", UNIT_WORK_DAY, 7, "2024-02-02", "2024-02-18", "2024-02-18"},
    /* 2025: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked */
    {"N25a", UNIT_WORK_DAY, 3, "2025-09-30", "2025-10-11", "2025-10-11"},
    {"N25b", UNIT_MONTH, 1, "2025-09-04", "2025-10-04", "2025-10-09"},
    /* 2026: off 15 to 23 February (Sunday to Monday), Saturdays 14 and 28 worked; 1 to 7 October off, Sunday 20
       September and Saturday 10 October worked */
    {"S26a", UNIT_CAL_DAY, 3, "2026-02-12 23:59", "2026-02-15", "2026-02-24"},
    {"S26b", UNIT_WORK_DAY, 5, "2026-02-13", "2026-02-27", "2026-02-27"},
    {"S26c", UNIT_WORK_DAY, 6, "2026-02-13", "2026-02-28", "2026-02-28"},
    {"N26a", UNIT_CAL_DAY, 3, "2026-09-30", "2026-10-03", "2026-10-08"},
    {"N26b", UNIT_WORK_DAY, 3, "2026-09-30", "2026-10-10", "2026-10-10"},
    {"N26c", UNIT_MONTH, 1, "2026-09-01", "2026-10-01", "2026-10-08"},
    /* months: the last day where the month has no such day; leap day */
    {"M1", UNIT_MONTH, 1, "2024-01-31", "2024-02-29", "2024-02-29"},
    {"M2", UNIT_MONTH, 12, "2024-02-29", "2025-02-28", "2025-02-28"},
    {"M3", UNIT_MONTH, 2, "2023-12-31", "2024-02-29", "2024-02-29"},
    /* 民法典202: the corresponding day; 法释〔2021〕1号-202: from a last day to a last day, else the same day,
       else the last (31 May 2026 is a Sunday, 30 August a Sunday) */
    {"民法典202 28 February", UNIT_MONTH, 1, "2025-02-28", "2025-03-28", "2025-03-28"},
    {"法释〔2021〕1号-202 28 February", UNIT_CRIMINAL_MONTH, 1, "2025-02-28", "2025-03-31", "2025-03-31"},
    {"法释〔2021〕1号-202 leap year, 28 is no last day", UNIT_CRIMINAL_MONTH, 1, "2024-02-28", "2024-03-28",
     "2024-03-28"},
    {"法释〔2021〕1号-202 leap day", UNIT_CRIMINAL_MONTH, 1, "2024-02-29", "2024-03-31", "2024-04-01"},
    {"法释〔2021〕1号-202 30 April", UNIT_CRIMINAL_MONTH, 1, "2026-04-30", "2026-05-31", "2026-06-01"},
    {"法释〔2021〕1号-202 two months", UNIT_CRIMINAL_MONTH, 2, "2026-06-30", "2026-08-31", "2026-08-31"},
    {"法释〔2021〕1号-202 no such day", UNIT_CRIMINAL_MONTH, 1, "2026-01-30", "2026-02-28", "2026-02-28"},
    {"法释〔2021〕1号-202 the same day", UNIT_CRIMINAL_MONTH, 1, "2026-03-15", "2026-04-15", "2026-04-15"},
    {"法释〔2021〕1号-202 over a year", UNIT_CRIMINAL_MONTH, 1, "2025-12-31", "2026-01-31", "2026-02-02"}};

static void hand_computed_days_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        instant strict = 0, lenient = 0;
        bool known = true;
        due_compute(calendar, days[i].unit, days[i].amount, at(days[i].start), &strict, &lenient, &known);
        if (strict != at(days[i].strict) + DAY_MS)
            fail_msg("%s: by the letter not 24:00 of %s but %+d days", days[i].name, days[i].strict,
                     day_of(strict) - 1 - day_of(at(days[i].strict)));
        if (lenient != at(days[i].lenient) + DAY_MS)
            fail_msg("%s: with the roll not 24:00 of %s but %+d days", days[i].name, days[i].lenient,
                     day_of(lenient) - 1 - day_of(at(days[i].lenient)));
        assert_true(known);
    }
}

static void hours_do_not_roll(void **state) {
    (void)state;
    instant strict = 0, lenient = 0;
    bool known = true;
    due_compute(calendar, UNIT_HOUR, 24, at("2024-09-30 17:20"), &strict, &lenient, &known); /* V3 */
    assert_int_equal(strict, at("2024-10-01 17:20"));
    assert_int_equal(lenient, at("2024-10-01 18:00"));
    due_compute(calendar, UNIT_HOUR, 24, at("2026-02-16 08:00"), &strict, &lenient, &known);
    assert_int_equal(strict, at("2026-02-17 08:00"));
    assert_int_equal(lenient, strict);
}

static void a_year_it_lacks_is_said(void **state) {
    (void)state;
    instant strict = 0, lenient = 0;
    bool known = true;
    due_compute(calendar, UNIT_CAL_DAY, 3, at("2027-05-01"), &strict, &lenient, &known);
    assert_false(known);
    known = true;
    /* reaches into 2027 */
    due_compute(calendar, UNIT_WORK_DAY, 3, at("2026-12-30"), &strict, &lenient, &known);
    assert_false(known);
    known = true;
    for (int32_t day = day_of_date(2016, 1, 1); day <= day_of_date(2026, 12, 31); day++)
        (void)calendar_worked(calendar, day, &known);
    assert_true(known);
}

static void calendar_is(const char *text, struct calendar_then *ret, enum outcome wanted, const char *code) {
    struct fault f = {0};
    char path[] = "/tmp/holidays-XXXXXX";
    struct calendar *made = NULL;
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    enum outcome outcome = calendar_load(path, &made, &f);
    unlink(path);
    if (outcome != wanted) fail_msg("%s", f.text);
    if (code) assert_string_equal(f.code, code);
    if (ret) ret->calendar = made;
}

/* 2020: on 27 January the festival was prolonged from 30 January to 2 February. What the lanes got before they knew is
 * counted as it was counted. */
static void a_year_counts_from_the_day_on_which_it_was_known(void **state) {
    (void)state;
    struct calendar_then then = {NULL, at("2020-01-26 23:59")};
    calendar_is("tag: K\nyears:\n  \"2020\":\n    off: [01-24..01-30]\n    work: [01-19, 02-01]\n  \"2021\":\n    "
                "known: 2020-11-26\n    off: [02-11..02-17]\n    work: [02-07]\n"
                "corrections:\n  - {year: 2020, known: 2020-01-27, off: [01-24..02-02], work: [01-19]}\n",
                &then, OK, NULL);
    instant strict = 0, lenient = 0;
    bool known = true;
    due_compute(then, UNIT_CAL_DAY, 3, at("2020-01-21 09:00"), &strict, &lenient, &known);
    assert_true(known && lenient == at("2020-02-01 00:00")); /* 24:00 of Friday the 31st */
    then.when = at("2020-01-27 00:00");
    due_compute(then, UNIT_CAL_DAY, 3, at("2020-01-21 09:00"), &strict, &lenient, &known);
    assert_true(known && lenient == at("2020-02-04 00:00")); /* 24:00 of Monday the 3rd */
    then.when = at("2020-11-25 23:59");
    due_compute(then, UNIT_WORK_DAY, 3, at("2021-02-09"), &strict, &lenient, &known);
    assert_true(!known && strict == at("2021-02-13 00:00"));
    known = true;
    then.when = at("2020-11-26 00:00");
    due_compute(then, UNIT_WORK_DAY, 3, at("2021-02-09"), &strict, &lenient, &known);
    assert_true(known && strict == at("2021-02-20 00:00"));
    union {
        const struct calendar *borrowed;
        struct calendar *owned;
    } made = {then.calendar};
    calendar_free(made.owned);
    calendar_is("tag: K\nyears:\n  \"2020\": {off: [], work: [01-19]}\ncorrections:\n  - {year: 2020, off: [], work: "
                "[01-19]}\n",
                NULL, REFUSE, "SETTINGS_TYPE");
    calendar_is("tag: K\nyears:\n  \"2020\": {off: [], work: [01-19]}\ncorrections:\n  - {year: 2021, known: "
                "2020-11-26, off: [], work: [02-07]}\n",
                NULL, REFUSE, "SETTINGS_MISSING");
    calendar_is("tag: K\nuntil: 2021-12-31\nyears:\n  \"2020\": {off: [], work: [01-19]}\n", NULL, REFUSE,
                "SETTINGS_TYPE");
    calendar_is("tag: K\nyears:\n  \"2020\": {known: 2020-13-01, off: [], work: [01-19]}\n", NULL, REFUSE,
                "SETTINGS_TYPE");
}

/* What stood still is not counted: the days after the pause, up to and with the day of going on. */
static void a_pause_moves_the_end(void **state) {
    (void)state;
    static const struct {
        enum unit unit;
        int amount;
        const char *start, *paused, *resumed, *strict, *lenient;
    } v[] = {{UNIT_WORK_DAY, 10, "2026-06-01", "2026-06-03 15:00", "2026-06-10 09:00", "2026-06-23",
              "2026-06-23"}, /* 15 June + five working days, over 端午 */
             {UNIT_WORK_DAY, 10, "2026-06-01", "2026-06-03 09:00", "2026-06-03 17:00", "2026-06-15",
              "2026-06-15"}, /* within one day: nothing */
             {UNIT_CAL_DAY, 7, "2026-06-01", "2026-06-02 09:00", "2026-06-05 09:00", "2026-06-11", "2026-06-11"},
             {UNIT_CAL_DAY, 7, "2026-06-05", "2026-06-06 09:00", "2026-06-13 09:00", "2026-06-19",
              "2026-06-22"}, /* onto 端午: rolls */
             {UNIT_WORK_DAY, 10, "2026-09-18", "2026-09-24 09:00", "2026-10-09 09:00", "2026-10-15", "2026-10-15"}};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        instant strict = 0, lenient = 0;
        bool known = true;
        due_compute(calendar, v[i].unit, v[i].amount, at(v[i].start), &strict, &lenient, &known);
        due_extend(calendar, v[i].unit, at(v[i].paused), at(v[i].resumed), &strict, &lenient, &known);
        if (strict != at(v[i].strict) + DAY_MS)
            fail_msg("pause %zu: %+d days", i, day_of(strict) - 1 - day_of(at(v[i].strict)));
        if (lenient != at(v[i].lenient) + DAY_MS)
            fail_msg("pause %zu with the roll: %+d days", i, day_of(lenient) - 1 - day_of(at(v[i].lenient)));
    }
    instant strict = at("2026-06-02 10:20"), lenient = at("2026-06-02 11:00");
    bool known = true;
    due_extend(calendar, UNIT_HOUR, at("2026-06-01 12:00"), at("2026-06-01 15:30"), &strict, &lenient, &known);
    assert_int_equal(strict, at("2026-06-02 13:50"));
    assert_int_equal(lenient, at("2026-06-02 14:30"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(hand_computed_days_hold), cmocka_unit_test(hours_do_not_roll),
                                       cmocka_unit_test(a_year_it_lacks_is_said),
                                       cmocka_unit_test(a_pause_moves_the_end),
                                       cmocka_unit_test(a_year_counts_from_the_day_on_which_it_was_known)};
    return cmocka_run_group_tests(tests, load, unload);
}
