/* Hints of a decision: what the facts of the case meet, and penalties beside a referral; each becomes a line. */
#include "broker/judge/hint_inside.h"
#include "broker/judge/alert_inside.h"
#include "base/line.h"
#include "broker/judge/judging_inside.h"
#include "broker/judge/threshold_inside.h"
#include <stdio.h>

#define MAX_FACTS_TEXT 3000u  /* bytes of a referral's facts */
#define MAX_HINTS_TEXT 12000u /* bytes of a referral's hints */

/* All that the papers of the case said: this one's first, then this referral's, then the others'. */
static void gather(const struct judging *j, struct known_facts *ret) {
    ret->count = 0;
    facts_of_submission(j->p, j->submission, ret);
    if (j->referral) facts_of_text(j->p, j->referral->facts, ret);
    for (size_t i = 0; i < j->state->count; i++) facts_of_text(j->p, j->state->referrals[i]->facts, ret);
    antecedent_count(j, ret);
}

void hint_facts(struct judging *j, struct referral *r) {
    struct known_facts facts = {.count = 0};
    struct fact fact;
    struct paper_cursor cursor = {0};
    for (int i = 1; fact_next(&j->submission->facts, &cursor, &fact); i++) {
        const char *code = fact_check(j->p->facts, &fact);
        if (code)
            judging_reason(j, code,
                           arena_printf(j->keep, "facts[%d] %.*s %.*s", i, BYTES_FMT(fact.name), BYTES_FMT(fact.unit)));
    }
    facts_of_submission(j->p, j->submission, &facts);
    facts_of_text(j->p, r->facts, &facts);
    struct bytes text = facts_to_text(j->p, &facts, j->keep);
    if (text.count <= MAX_FACTS_TEXT) r->facts = text;
    else judging_reason(j, "TOO_MANY", "facts");
}

static bool referred(const struct judging *j) {
    for (size_t i = 0; i < j->state->count; i++) {
        if (j->state->referrals[i]->flags & UINT32_C(1) << j->p->flag_referred) return true;
    }
    return false;
}

static int category_of(const struct judging *j) {
    return rules_category(j->p, j->referral ? bytes_of_cstr(j->referral->category) : j->submission->category);
}

static const char *code_of(const struct hit *hit) {
    if (hit->near || hit->row->level == HINT_AMBER) return "NEAR_THRESHOLD";
    return hit->row->level == HINT_RED ? "THRESHOLD_MET" : "WATCH";
}

struct line {
    const char *level, *id, *code, *basis;
    struct bytes text;
    bool statutory;
    instant due;
};

/* Into the place of the line of that id; the same again is no news. False: it is known, or there is no place left.
 */
static bool put(struct judging *j, struct referral *r, const struct line *line) {
    const struct submission *s = j->submission;
    struct bytes rest = r->hints, one, before = BYTES_NONE;
    unsigned place = 0;
    size_t start = 0;
    for (; line_next(&rest, &one); place++, start = (size_t)(rest.at - r->hints.at)) {
        if (!bytes_equal_cstr(line_part(one, PART_ID), line->id)) continue;
        if (bytes_equal(line_part(one, PART_TEXT), line->text)) return false;
        before = bytes_of(one.at, one.count + 1);
        break;
    }
    char due[24] = "";
    if (line->due != INSTANT_NONE) snprintf(due, sizeof due, "%lld", (long long)line->due);
    char *text = arena_printf(j->keep, "%s\t%s\t%s\t%.*s\t%s\t%d\t%s\t%lld\t%s\t%d\n", line->level, line->id,
                              line->code, BYTES_FMT(line->text), line->basis, line->statutory,
                              j->p->events[j->event].name, (long long)judging_decided_at(s), due, j->owner->number);
    size_t count = strlen(text), behind = r->hints.count - start - before.count;
    if (place == LIMIT_HINTS || start + count + behind > MAX_HINTS_TEXT) {
        judging_reason(j, "TOO_MANY", "hints");
        return false;
    }
    uint8_t *all = arena_alloc(j->keep, start + count + behind);
    if (start) memcpy(all, r->hints.at, start);
    memcpy(all + start, text, count);
    if (behind) memcpy(all + start + count, r->hints.at + start + before.count, behind);
    r->hints = bytes_of(all, start + count + behind);
    hint_set_mark(r, place, HINT_OPEN);
    return true;
}

static void address(struct judging *j, const struct role_list *roles) {
    struct alert addressed = {.to_count = 0};
    struct verdict *v = j->verdict;
    alert_add(&addressed, j->owner->number);
    for (size_t i = 0; i < roles->count; i++) (void)alert_add_role(&addressed, j->directory, roles->role[i], j->owner);
    for (size_t i = 0; i < addressed.to_count; i++) {
        bool known = false;
        for (size_t k = 0; k < v->hinted_count; k++) known = known || v->hinted[k] == addressed.to[i];
        if (!known && v->hinted_count < LIMIT_HINTED) v->hinted[v->hinted_count++] = addressed.to[i];
    }
}

static void add(struct judging *j, struct referral *r, const struct line *line, const struct role_list *roles) {
    if (!put(j, r, line)) return;
    judging_reason_text(j, line->code,
                        bytes_of_cstr(arena_printf(j->keep, "%.*s · %s%s", BYTES_FMT(line->text), line->basis,
                                                   line->statutory ? "" : "（非法定）")));
    address(j, roles);
}

static bool fined(const struct submission *s) {
    struct walk_field fields[RECORD_PENALTY_FIELDS];
    size_t cursor = 0;
    if (s->fine_paid_fen > 0) return true;
    while (s->schema && s->penalties.present && s->schema->items &&
           walk_records(s->schema->items, &s->penalties, &cursor, fields)) {
        if (fields[RECORD_PENALTY_AMOUNT].present && fields[RECORD_PENALTY_AMOUNT].number > 0) return true;
    }
    return false;
}

/* When the clock of that rule first began; INSTANT_NONE: never. */
static instant began(const struct referral *r, const char *rule) {
    for (int i = 0; i < r->clock_count; i++) {
        if (strcmp(r->clocks[i].rule, rule) == 0) return r->clocks[i].started_at;
    }
    return INSTANT_NONE;
}

static bool overlaps(const struct judging *j, const struct overlap *overlap, const struct referral *other) {
    if (strcmp(other->machine, j->p->machines[overlap->machine].name) != 0) return false;
    int state = rules_state(j->p, overlap->machine, other->state);
    if (overlap->states && (state < 0 || !(overlap->states & UINT32_C(1) << state))) return false;
    instant after = began(other, overlap->after),
            until = overlap->until[0] ? began(other, overlap->until) : INSTANT_NONE,
            at = judging_decided_at(j->submission);
    return after != INSTANT_NONE && at > after && (until == INSTANT_NONE || at < until) &&
           (!overlap->fine || fined(j->submission));
}

static void look_beside(struct judging *j, struct referral *r) {
    for (size_t k = 0; k < j->p->thresholds.overlap_count; k++) {
        const struct overlap *overlap = &j->p->thresholds.overlaps[k];
        for (size_t i = 0; i < j->state->count; i++) {
            if (!overlaps(j, overlap, j->state->referrals[i])) continue;
            char at[32];
            instant_format_short(judging_decided_at(j->submission), at);
            struct bytes text =
                bytes_of_cstr(arena_printf(j->keep, "%s %s · %s · %s", overlap->id, overlap->zh, overlap->en, at));
            add(j, r,
                &(struct line){"RED", overlap->id, overlap->code, overlap->basis, text, overlap->statutory,
                               INSTANT_NONE},
                &overlap->tell);
            break;
        }
    }
}

void hint_decide(struct judging *j, struct referral *r) {
    static const char *const levels[] = {"RED", "AMBER", "BLUE"};
    const struct thresholds *t = &j->p->thresholds;
    struct known_facts facts;
    struct hit hits[MAX_HITS];
    enum hint_level level;
    antecedent_remark(j);
    look_beside(j, r);
    if (referred(j)) return; /* the police have it, or had it */
    gather(j, &facts);
    size_t count = thresholds_met(j->p, category_of(j), &facts, hits, &level);
    instant due = level == HINT_RED ? judging_decided_at(j->submission) + t->late.within : INSTANT_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct threshold *row = hits[i].row;
        struct line line = {
            levels[level],  row->id, code_of(&hits[i]), row->basis, threshold_text(j->p, &hits[i], &facts, j->keep),
            row->statutory, due};
        if (hits[i].near) line.statutory = line.statutory && t->near_statutory;
        add(j, r, &line, &t->tell);
    }
}

void hint_check_crime(struct judging *j) {
    struct known_facts facts;
    struct hit hits[MAX_HITS];
    enum hint_level level;
    gather(j, &facts);
    size_t count = thresholds_met(j->p, category_of(j), &facts, hits, &level);
    for (size_t i = 0; i < count && level == HINT_RED; i++) {
        struct bytes text = threshold_text(j->p, &hits[i], &facts, j->keep);
        judging_reason_text(j, "CRIME_SUSPECTED",
                            bytes_of_cstr(arena_printf(j->keep, "%.*s · %s", BYTES_FMT(text), hits[i].row->basis)));
    }
}

void hint_referred(struct judging *j) {
    for (size_t i = 0; i < j->state->count; i++) {
        struct referral *r = j->state->referrals[i];
        struct bytes rest = r->hints, line;
        for (unsigned place = 0; line_next(&rest, &line); place++) {
            struct bytes due = line_part(line, PART_DUE);
            enum hint_mark mark = hint_mark_of(r, place);
            if (!due.count || mark == HINT_ANSWERED || mark == HINT_CORRECTION_OWED) continue;
            bool in_time = j->submission->business_time <= hint_number(due);
            hint_set_mark(r, place, mark == HINT_REPORTED && in_time ? HINT_CORRECTION_OWED : HINT_ANSWERED);
        }
    }
}
