/* What an accepted submission changes: states, clocks, holders, copies. Nothing here can fail; the room was checked before. */
#include "broker/judge/rules.h"
#include <stdio.h>

#define DAY_OF_SKEW DAY_MS
#define MOST_TITLE 200u
#define MOST_NUMBERS 2000u

static struct clock *running(struct referral *r, const char *rule, char state) {
    for (int i = 0; i < r->clock_count; i++) {
        if (r->clocks[i].state == state && strcmp(r->clocks[i].rule, rule) == 0) return &r->clocks[i];
    }
    return NULL;
}

static struct clock *add(struct judging *j, struct referral *r, const struct clock_rule *rule, instant from) {
    bool known = true;
    struct clock *clock = &r->clocks[r->clock_count++];
    *clock = (struct clock){.state = CLOCK_RUNNING, .statutory = rule->statutory, .started_at = from, .stopped_at = INSTANT_NONE,
                            .actor = rule->actor == ACTOR_OPENER ? r->opener : r->holder};
    snprintf(clock->rule, sizeof clock->rule, "%s", rule->name);
    due_compute(j->rules->calendar, rule->unit, rule->amount, from, &clock->due_strict, &clock->due_lenient, &known);
    if (!known) judging_reason(j, "CALENDAR", rule->name);
    return clock;
}

static void start(struct judging *j, struct referral *r, const struct clock_list *list, instant at) {
    for (int i = 0; i < list->count; i++) {
        const struct clock_rule *rule = &j->rules->clocks[list->rule[i]];
        struct clock *old = running(r, rule->name, CLOCK_RUNNING);
        if (old) old->state = CLOCK_SUPERSEDED;
        struct clock *clock = add(j, r, rule, at);
        if (j->verdict->started_count < LIMIT_CLOCKS) j->verdict->started[j->verdict->started_count++] = *clock;
    }
}

static void end(struct clock *clock, instant at) {
    clock->state = at <= clock->due_lenient ? CLOCK_MET : CLOCK_BREACHED;
    clock->stopped_at = at;
}

static void stop(struct judging *j, struct referral *r, const struct clock_list *list, instant at) {
    for (int i = 0; i < list->count; i++) {
        struct clock *clock = running(r, j->rules->clocks[list->rule[i]].name, CLOCK_RUNNING);
        if (clock) end(clock, at);
    }
}

static void turn(struct judging *j, struct referral *r, const struct clock_list *list, char from, char to) {
    for (int i = 0; i < list->count; i++) {
        struct clock *clock = running(r, j->rules->clocks[list->rule[i]].name, from);
        if (clock) clock->state = to;
    }
}

static instant moment(const struct judging *j, const struct referral *r, enum moment what, uint8_t clock) {
    switch (what) {
    case MOMENT_REPORT: return j->submission->report_time;
    case MOMENT_APPROVAL: return j->submission->approval_time;
    case MOMENT_BUSINESS: return j->submission->business_time;
    case MOMENT_CLOCK:
        for (int i = r->clock_count; i-- > 0;) {
            if (strcmp(r->clocks[i].rule, j->rules->clocks[clock].name) == 0) return r->clocks[i].started_at;
        }
        return INSTANT_NONE;
    }
    return INSTANT_NONE;
}

/* A measured limit is computed when the event arrives and never runs; without its two moments there is nothing to say. */
static void measure(struct judging *j, struct referral *r, const struct measures *list) {
    for (int i = 0; i < list->count; i++) {
        const struct measure *m = &list->one[i];
        instant from = moment(j, r, m->from, m->from_clock), until = moment(j, r, m->until, 0);
        if (from == INSTANT_NONE || until == INSTANT_NONE) continue;
        struct clock *clock = add(j, r, &j->rules->clocks[m->rule], from);
        clock->measured = true;
        end(clock, until);
    }
}

static void to_state(const struct judging *j, struct referral *r, int machine, int8_t to) {
    if (to >= 0) snprintf(r->state, sizeof r->state, "%s", j->rules->machines[machine].states[to].code);
    r->dirty = true;
}

static size_t cut_at_character(struct bytes text, size_t most) {
    if (text.count <= most) return text.count;
    while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
    return most;
}

static void add_number(struct judging *j, struct referral *r, struct bytes number) {
    if (!number.count || r->numbers.count + number.count + 1 > MOST_NUMBERS) return;
    struct bytes rest = r->numbers; /* one number a line; each once */
    while (rest.count) {
        const uint8_t *newline = memchr(rest.at, '\n', rest.count);
        struct bytes one = bytes_of(rest.at, newline ? (size_t)(newline - rest.at) : rest.count);
        if (bytes_equal(one, number)) return;
        size_t used = one.count + (newline ? 1 : 0);
        rest = bytes_of(rest.at + used, rest.count - used);
    }
    size_t gap = r->numbers.count ? 1 : 0;
    uint8_t *at = arena_alloc(j->keep, r->numbers.count + gap + number.count);
    if (r->numbers.count) memcpy(at, r->numbers.at, r->numbers.count);
    if (gap) at[r->numbers.count] = '\n';
    memcpy(at + r->numbers.count + gap, number.at, number.count);
    r->numbers = bytes_of(at, r->numbers.count + gap + number.count);
}

static void copy_code(char *into, size_t room, struct bytes code) { snprintf(into, room, "%.*s", BYTES_FMT(code)); }

static struct referral *open_referral(struct judging *j) {
    const struct submission *s = j->submission;
    struct referral *r = arena_alloc(j->keep, sizeof *r);
    r->id = s->referral_id;
    r->case_id = s->case_id;
    r->parent = s->parent_referral_id;
    snprintf(r->machine, sizeof r->machine, "%s", j->rules->machines[j->transition->machine].name);
    r->rules = (int16_t)j->rules->version;
    r->opener = (int16_t)j->owner->number;
    r->holder = j->verdict->deliveries[0].to;
    copy_code(r->category, sizeof r->category, s->category);
    copy_code(r->county, sizeof r->county, s->county_code);
    r->title = arena_copy(j->keep, bytes_of(s->title.at, cut_at_character(s->title, MOST_TITLE)));
    r->opened_at = s->business_time;
    r->fresh = true;
    j->state->referrals[j->state->count++] = r;
    return r;
}

static void apply_also(struct judging *j) {
    const struct also *also = &j->transition->also;
    instant at = j->submission->business_time;
    bool found = false;
    for (size_t i = 0; also->present && i < j->state->count; i++) {
        struct referral *r = j->state->referrals[i];
        int state = rules_state(j->rules, also->machine, r->state);
        if (strcmp(r->machine, j->rules->machines[also->machine].name) != 0 || state < 0 || !(also->from & UINT32_C(1) << state)) continue;
        if (also->by_holder && r->holder != j->owner->number) continue;
        found = true;
        measure(j, r, &also->measure);
        stop(j, r, &also->stop, at);
        turn(j, r, &also->pause, CLOCK_RUNNING, CLOCK_PAUSED);
        turn(j, r, &also->resume, CLOCK_PAUSED, CLOCK_RUNNING);
        turn(j, r, &also->voided, CLOCK_PAUSED, CLOCK_VOID);
        if (also->holder_sender) r->holder = (int16_t)j->owner->number;
        start(j, r, &also->start, at);
        to_state(j, r, also->machine, also->to);
        r->changed_at = at;
        if (!j->referral->referrer) j->referral->referrer = r->opener;
    }
    if (!found) start(j, j->referral, &j->transition->start_alone, at);
}

static void add_copies(struct judging *j) {
    struct verdict *v = j->verdict;
    for (int c = 0; c < j->transition->copy_count; c++) {
        for (size_t i = 0; i < directory_count(j->directory); i++) {
            const struct participant *who = directory_at(j->directory, i);
            bool known = who == j->owner || (int)who->role != j->transition->copies[c];
            for (size_t k = 0; k < v->delivery_count; k++) known = known || v->deliveries[k].to == who->number;
            if (!known && v->delivery_count < LIMIT_RECIPIENTS) {
                v->deliveries[v->delivery_count++] = (struct delivery){(int16_t)who->number, DELIVER_COPY};
            }
        }
    }
}

static void add_remarks(struct judging *j) {
    const struct submission *s = j->submission;
    instant apart = j->broker_time - s->business_time;
    if (apart > DAY_OF_SKEW || apart < -DAY_OF_SKEW) judging_reason(j, "CLOCK_SKEW", "envelope.business_time");
    if (s->declared_missing.number > 0) judging_reason(j, "DECLARED_MISSING", "declared_missing");
    for (size_t i = 0; i < s->finding_count; i++) judging_reason(j, s->findings[i].code, s->findings[i].field);
    bool chief = bytes_equal_cstr(s->approver_level, "CHIEF") || bytes_equal_cstr(s->approver_level, "ACTING");
    if (j->transition->opens && j->transition->competence == COMPETENCE_SENDER && !chief) judging_reason(j, "LEVEL_MISMATCH", "approver_level");
}

void judging_apply(struct judging *j) {
    const struct transition *t = j->transition;
    struct verdict *v = j->verdict;
    instant at = j->submission->business_time;
    if (j->referral) snprintf(v->from_state, sizeof v->from_state, "%s", j->referral->state);
    else j->referral = open_referral(j);
    struct referral *r = j->referral;
    measure(j, r, &t->measure);
    stop(j, r, &t->stop, at);
    turn(j, r, &t->pause, CLOCK_RUNNING, CLOCK_PAUSED);
    turn(j, r, &t->resume, CLOCK_PAUSED, CLOCK_RUNNING);
    if (t->supersedes) {
        struct clock *old = running(r, j->rules->clocks[t->superseded].name, CLOCK_RUNNING);
        if (old) {
            old->state = CLOCK_SUPERSEDED;
            const struct clock *longer = add(j, r, &j->rules->clocks[t->superseding], old->started_at);
            v->started[v->started_count++] = *longer;
        }
    }
    start(j, r, &t->start, at);
    to_state(j, r, t->machine, t->to);
    apply_also(j);
    add_copies(j);
    add_number(j, r, j->submission->document_no);
    add_number(j, r, j->submission->agency_case_no);
    r->changed_at = at;
    r->event_count++;
    add_remarks(j);
    snprintf(v->to_state, sizeof v->to_state, "%s", r->state);
    v->machine = j->rules->machines[t->machine].name;
    v->referral = r;
    v->accepted = true;
}
