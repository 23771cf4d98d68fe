/* 前案 · Earlier penalties of the same parties in other cases (thresholds that count them, rules §6.2: two penalties in
 * two years, then again). What the ledger knew is an input (model/related_cases.h): here it is only counted. A case
 * counts once, whoever of its parties and however many decisions; of the same category only, because the provisions
 * count penalties for the same kind of act. What a paper itself says counts where it is more. */
#include "base/line.h"
#include "broker/model/related_cases.h"
#include "broker/judge/judging_inside.h"
#include "broker/judge/threshold_inside.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_NAMED 4u /* earlier penalties in one answer */

static bool bystander(const struct procedure *p, struct bytes role) {
    for (int i = 0; i < p->bystander_count; i++) {
        size_t count = strlen(p->bystanders[i]);
        for (size_t at = 0; at + count <= role.count; at++) {
            if (memcmp(role.at + at, p->bystanders[i], count) == 0) return true;
        }
    }
    return false;
}

static bool holds_key(struct bytes persons, const char *key) {
    for (size_t at = 0; at + PERSON_KEY <= persons.count; at += PERSON_KEY + 1) {
        if (memcmp(persons.at + at, key, PERSON_KEY) == 0) return true;
    }
    return false;
}

void antecedent_adopt(struct judging *j, struct referral *r) {
    for (size_t i = 0; j->persons && i < j->persons->count; i++) {
        const char *key = j->persons->one[i].key;
        size_t before = r->persons.count;
        if (!j->persons->one[i].exact && !j->p->plain_numbers) continue;
        if (bystander(j->p, j->persons->one[i].role) || holds_key(r->persons, key) ||
            before >= MAX_PERSONS * (PERSON_KEY + 1) - 1)
            continue;
        r->persons = bytes_of_cstr(arena_printf(j->keep, "%.*s%s%s", BYTES_FMT(r->persons), before ? " " : "", key));
    }
}

static bool penalised(const struct judging *j) {
    const char *with = j->transition->penalises;
    return strcmp(with, PENALISES_ALWAYS) == 0 || j->submission->penalty_count > 0 ||
           bytes_equal_cstr(j->submission->reason_code, with);
}

void antecedent_note(struct judging *j, struct referral *r) {
    if (r->penalty.count || !penalised(j)) return; /* the first one is what later cases count from */
    char *number = arena_cstr(j->keep, j->submission->document_no);
    line_clean(number, strlen(number));
    r->penalty = bytes_of_cstr(
        arena_printf(j->keep, "%lld\t%d\t%s", (long long)judging_decided_at(j->submission), j->owner->number, number));
}

/* ---- counting
 * ------------------------------------------------------------------------------------------------------------------ */
static int64_t number_of(struct bytes text) {
    char copy[24] = "";
    if (text.count) memcpy(copy, text.at, text.count < sizeof copy - 1 ? text.count : sizeof copy - 1);
    return strtoll(copy, NULL, 10);
}

static instant months_before(instant at, int months) {
    struct civil civil = civil_of(at);
    int total = civil.year * 12 + civil.month - 1 - months;
    civil.year = total / 12;
    civil.month = total % 12 + 1;
    while (!civil_valid(&civil)) civil.day--; /* 29 February */
    return instant_of(&civil);
}

/* When the act was done, as far as it is said; else INSTANT_NONE. */
static instant acted_at(const struct judging *j, const struct known_facts *facts) {
    for (size_t i = 0; i < facts->count; i++) {
        int64_t day = facts->one[i].micro / MICRO;
        struct civil civil = {.year = (int)(day / 10000), .month = (int)(day / 100 % 100), .day = (int)(day % 100)};
        if (facts->one[i].fact == j->p->thresholds.act_date && civil_valid(&civil))
            return instant_of(&civil) + DAY_MS - 1;
    }
    return INSTANT_NONE;
}

static struct bytes category_of(const struct judging *j) {
    return j->referral ? bytes_of_cstr(j->referral->category) : j->submission->category;
}

struct earlier {
    struct bytes rest;
    instant from, until;
    struct bytes category;
    struct uuid own;
};
static struct earlier earlier_of(const struct judging *j, instant until, int months) {
    return (struct earlier){j->related_cases,
                            months_before(day_start(day_of(until)), months), /* the day itself counts */
                            until, category_of(j), j->state->case_id};
}

static bool counted(const struct earlier *e, struct bytes line) {
    struct uuid of;
    instant decided = number_of(line_part(line, RELATED_DECIDED));
    return line.count && line.at[0] == RELATED_PENALTY && bytes_equal(line_part(line, RELATED_CATEGORY), e->category) &&
           decided >= e->from && decided < e->until && uuid_parse(line_part(line, RELATED_CASE), &of) &&
           !uuid_equal(&of, &e->own);
}

/* The next that counts, each case once: by its first line. */
static bool earlier_next(struct earlier *e, struct bytes all, struct bytes *ret) {
    while (line_next(&e->rest, ret)) {
        struct bytes before = all, other;
        bool again = false;
        if (!counted(e, *ret)) continue;
        while (line_next(&before, &other) && other.at != ret->at)
            again = again ||
                    (counted(e, other) && bytes_equal(line_part(other, RELATED_CASE), line_part(*ret, RELATED_CASE)));
        if (!again) return true;
    }
    return false;
}

/* The greater of what was said and what was found. */
static void raise(struct known_facts *facts, int fact, int64_t value) {
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->one[i].fact != fact) continue;
        if (facts->one[i].micro < value * MICRO) facts->one[i].micro = value * MICRO;
        return;
    }
    facts_add(facts, &(struct known_fact){(uint8_t)fact, -1, value * MICRO});
}

void antecedent_count(const struct judging *j, struct known_facts *facts) {
    const struct thresholds *t = &j->p->thresholds;
    instant acted = acted_at(j, facts), until = acted != INSTANT_NONE ? acted : judging_decided_at(j->submission);
    struct bytes line;
    for (size_t i = 0; j->related_cases.count && i < t->history_count; i++) {
        struct earlier e = earlier_of(j, until, t->history[i].months);
        int64_t count = 0;
        while (earlier_next(&e, j->related_cases, &line)) count++;
        if (count) raise(facts, t->history[i].fact, count);
        if (count && acted != INSTANT_NONE) raise(facts, t->repeated, 1); /* done after a penalty */
    }
}

void antecedent_remark(struct judging *j) {
    const struct thresholds *t = &j->p->thresholds;
    int months = 0;
    struct bytes line;
    for (size_t i = 0; i < t->history_count; i++)
        months = t->history[i].months > months ? t->history[i].months : months;
    if (!j->related_cases.count || !months) return;
    struct earlier e = earlier_of(j, judging_decided_at(j->submission), months);
    for (size_t named = 0; named < MAX_NAMED && earlier_next(&e, j->related_cases, &line); named++) {
        char at[32];
        const struct participant *who =
            directory_by_number(j->directory, (int)number_of(line_part(line, RELATED_AGENCY)));
        instant_format_short(number_of(line_part(line, RELATED_DECIDED)), at);
        judging_reason_text(
            j, "EARLIER_PENALTY",
            bytes_of_cstr(arena_printf(j->keep, "%.*s · %s · %s", BYTES_FMT(line_part(line, RELATED_NUMBER)), at,
                                       who ? who->name : "")));
    }
}
