/* 参战名单 · the roster of a joint operation (OPS): its kind and window, what each invited body answered and reported,
 * what was found. It is kept with the referral as lines of text (struct referral.roster), so that the ledger stores it
 * in one column: kind, start, end, reply_by number, state, answered, late, reason, start and end proposed, people,
 * vehicles, UAVs, boats, reported, late, hours, km, sites ... (a body) F, time, number, category, leads_to, document
 * number                                                                    (a finding) L, document number (a case that
 * a finding led to) tab-separated; times in ms, "" for none; numbers "" where not said; hours and km in tenths. Pure;
 * views live as long as the text. */
#ifndef ECOCASE_MODEL_ROSTER_H
#define ECOCASE_MODEL_ROSTER_H
#include "base/arena.h"
#include "broker/model/model.h"
#include "wire/record.h"

/* bodies: with the lead and a copy or two they are the recipients of one message */
#define MAX_ROSTER 22u
/* the lines of findings and cases: some fifty of each; the bodies' own are bounded by their number */
#define MAX_FOUND_TEXT 8000u
enum roster_state {
    ROSTER_INVITED = 'I',
    ROSTER_ACCEPTED = 'A',
    ROSTER_DECLINED = 'D',
    ROSTER_PROPOSED = 'P',
    ROSTER_REPORTED = 'R',
    ROSTER_OBSERVER = 'O'
};
/* Who must act is a set: those of the roster that still owe an answer, or a report. Stands in place of a participant's
 * number. */
enum { OWING_ANSWER = -1, OWING_REPORT = -2 };
struct roster_row {
    int16_t number;
    char state;                 /* enum roster_state */
    bool late, late_report;     /* after the limit */
    instant answered, reported; /* business times, INSTANT_NONE for never */
    struct bytes reason;
    instant start, end; /* proposed instead */
    int64_t counts[OPERATION_COUNTS];
};
struct roster {
    struct bytes kind;
    instant start, end, reply_by;
    size_t count;
    struct roster_row rows[MAX_ROSTER];
    struct bytes more; /* the lines of findings and of cases */
};
void roster_read(struct bytes text, struct roster *ret);
struct bytes roster_write(const struct roster *roster, struct arena *arena);
struct roster_row *roster_find(struct roster *roster, int number); /* NULL: not on it */
bool roster_joined(const struct roster_row *row);                  /* accepted, whether it has reported or not */
bool roster_owes(const struct roster_row *row, int owing);         /* owing: OWING_* */
/* Findings that said that they lead to a case, and cases named so far. */
void roster_cases(const struct roster *roster, size_t *ret_leading, size_t *ret_named);
/* Whom an alert of a clock with such an actor is about: who owes while it runs, who was late once it is breached, who
 * answered once it is met. */
bool roster_concerned(const struct roster_row *row, const struct clock *clock);
#endif
