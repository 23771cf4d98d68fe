/* What a row does to the clocks of a referral. Nothing here can fail; the limits were checked before. Order: that of
 * enum act_kind. */
#include "broker/judge/judging_inside.h"
#include "broker/model/roster.h"
#include <stdio.h>

static struct clock *in(struct referral *r, uint64_t key, char state, char other) {
    for (int i = 0; i < r->clock_count; i++) {
        if ((r->clocks[i].state == state || r->clocks[i].state == other) && rules_key(r->clocks[i].rule) == key)
            return &r->clocks[i];
    }
    return NULL;
}
struct clock *clock_running(struct referral *r, uint64_t key) { return in(r, key, CLOCK_RUNNING, CLOCK_RUNNING); }

/* A clock with a newer one of its rule never runs again. */
static struct clock *last(struct referral *r, uint64_t key) {
    for (int i = r->clock_count; i-- > 0;) {
        if (rules_key(r->clocks[i].rule) == key) return &r->clocks[i];
    }
    return NULL;
}

static int16_t actor_of(const struct judging *j, const struct referral *r, enum actor actor) {
    switch (actor) {
    case ACTOR_OPENER: return r->opener;
    case ACTOR_HOLDER: return r->holder;
    case ACTOR_SENDER: return (int16_t)j->owner->number;
    case ACTOR_RECEIVER: return j->to ? (int16_t)j->to->number : r->holder;
    case ACTOR_INVITED: return OWING_ANSWER;
    case ACTOR_REPORTING: return OWING_REPORT;
    }
    return r->holder;
}

/* As it was known when the paper came to the broker. */
static struct calendar_then calendar_of(const struct judging *j) {
    return (struct calendar_then){j->rules->calendar, j->broker_time};
}

static struct clock *add(struct judging *j, struct referral *r, int rule, instant from) {
    const struct clock_rule *clock_rule = &j->p->clocks[rule];
    const struct clock_form *form = &clock_rule->forms[r->regime < j->p->regime_count ? r->regime : 0];
    bool known = true;
    INVARIANT(r->clock_count < LIMIT_CLOCKS);
    struct clock *clock = &r->clocks[r->clock_count++];
    *clock = (struct clock){.state = CLOCK_RUNNING,
                            .statutory = form->statutory,
                            .started_at = from,
                            .stopped_at = INSTANT_NONE,
                            .actor = actor_of(j, r, clock_rule->actor)};
    memcpy(clock->rule, &clock_rule->key, sizeof clock->rule);
    due_compute(calendar_of(j), form->unit, form->amount, from, &clock->due_strict, &clock->due_lenient, &known);
    if (!known) judging_reason(j, "CALENDAR", clock_rule->name);
    return clock;
}

static void end(struct clock *clock, instant at) {
    clock->state = at <= clock->due_lenient ? CLOCK_MET : CLOCK_BREACHED;
    clock->stopped_at = at;
}

static void started(struct judging *j, const struct clock *clock) {
    if (j->verdict->started_count < LIMIT_CLOCKS) j->verdict->started[j->verdict->started_count++] = *clock;
}

/* 自收到之日起: what enters the addressee's system has arrived (电子签名法11); the broker's time of the record is that
 * moment, as far as a judge can know it. Never before the date that the paper bears. */
static instant start_of(const struct judging *j, const struct clock_rule *rule) {
    instant dated = j->submission->business_time;
    return rule->from_receipt && j->broker_time > dated ? j->broker_time : dated;
}

static void start(struct judging *j, struct referral *r, const struct act *act) {
    struct clock *old = in(r, j->p->clocks[act->clock].key, CLOCK_RUNNING, CLOCK_PAUSED);
    instant reply_by = act->by_reply ? j->submission->operation.reply_by : INSTANT_NONE;
    if (old) old->state = CLOCK_SUPERSEDED;
    struct clock *clock = add(j, r, act->clock, start_of(j, &j->p->clocks[act->clock]));
    if (reply_by != INSTANT_NONE) clock->due_strict = clock->due_lenient = reply_by;
    started(j, clock);
}

static instant moment(const struct judging *j, struct referral *r, enum moment what, uint8_t clock) {
    const struct submission *s = j->submission;
    switch (what) {
    case MOMENT_BUSINESS: return s->business_time;
    case MOMENT_REPORT: return s->report_time;
    case MOMENT_APPROVAL: return s->approval_time;
    case MOMENT_DECIDED: return s->decided_time;
    case MOMENT_FOUND: return s->found_time;
    case MOMENT_CLOCK: {
        const struct clock *from = last(r, j->p->clocks[clock].key);
        return from ? from->started_at : INSTANT_NONE;
    }
    }
    return INSTANT_NONE;
}

/* A measured limit is computed when the event arrives and never runs; without its two moments there is nothing to say.
 */
static void measure(struct judging *j, struct referral *r, const struct act *act) {
    instant from = moment(j, r, act->from, act->from_clock), until = moment(j, r, act->until, 0);
    if (from == INSTANT_NONE || until == INSTANT_NONE) return;
    struct clock *clock = add(j, r, act->clock, from);
    clock->measured = true;
    dates_compare(j, r, clock, act->until == MOMENT_BUSINESS ? act->from : act->until, until);
    end(clock, until);
}

/* The later limit counts from the same start as the one it takes the place of. */
static void supersede(struct judging *j, struct referral *r, const struct act *act) {
    struct clock *old = clock_running(r, j->p->clocks[act->clock].key);
    if (!old) return;
    old->state = CLOCK_SUPERSEDED;
    started(j, add(j, r, act->by, old->started_at));
    if (act->flag != NO_FLAG) r->flags |= UINT32_C(1) << act->flag;
}

static void resume(const struct judging *j, struct referral *r, const struct act *act) {
    const struct clock_form *form = &j->p->clocks[act->clock].forms[r->regime < j->p->regime_count ? r->regime : 0];
    struct clock *clock = in(r, j->p->clocks[act->clock].key, CLOCK_PAUSED, CLOCK_PAUSED);
    bool known = true;
    if (!clock) return;
    due_extend(calendar_of(j), form->unit, clock->stopped_at, j->submission->business_time, &clock->due_strict,
               &clock->due_lenient, &known);
    clock->state = CLOCK_RUNNING;
    clock->stopped_at = INSTANT_NONE;
}

static void stop(struct judging *j, struct referral *r, const struct act *act) {
    struct clock *clock = in(r, j->p->clocks[act->clock].key, CLOCK_RUNNING, CLOCK_PAUSED);
    instant until = moment(j, r, act->until, 0);
    enum moment what = until == INSTANT_NONE ? MOMENT_BUSINESS : act->until;
    if (until == INSTANT_NONE) until = j->submission->business_time;
    if (clock) dates_compare(j, r, clock, what, until);
    if (clock) end(clock, act->settled ? enlist_last(r, clock->actor, until) : until);
}

static bool ended(const struct clock *clock) {
    return clock && (clock->state == CLOCK_MET || clock->state == CLOCK_BREACHED || clock->state == CLOCK_PAUSED);
}

/* Of the limits a row lists (a review and its extensions) one was stopped: the one that ended last. Those of an earlier
 * round stay ended. */
static void reopen(const struct judging *j, struct referral *r, const struct acts *acts, const struct act *act) {
    struct clock *clock = last(r, j->p->clocks[act->clock].key);
    if (!ended(clock)) return;
    for (int i = 0; i < acts->count; i++) {
        if (acts->one[i].kind != ACT_REOPEN || acts->one[i].clock == act->clock) continue;
        const struct clock *other = last(r, j->p->clocks[acts->one[i].clock].key);
        if (other && other->state == CLOCK_RUNNING) return;
        if (ended(other) &&
            (other->stopped_at > clock->stopped_at || (other->stopped_at == clock->stopped_at && other > clock)))
            return;
    }
    clock->state = CLOCK_RUNNING;
    clock->stopped_at = INSTANT_NONE;
}

static void turn(const struct judging *j, struct referral *r, const struct act *act, char to) {
    struct clock *clock = in(r, j->p->clocks[act->clock].key, CLOCK_RUNNING, CLOCK_PAUSED);
    if (!clock || (to == CLOCK_PAUSED && clock->state == CLOCK_PAUSED)) return;
    clock->state = to;
    clock->stopped_at = j->submission->business_time;
}

static void void_all(const struct judging *j, struct referral *r) {
    for (int i = 0; i < r->clock_count; i++) {
        if (r->clocks[i].state != CLOCK_RUNNING && r->clocks[i].state != CLOCK_PAUSED) continue;
        r->clocks[i].state = CLOCK_VOID;
        r->clocks[i].stopped_at = j->submission->business_time;
    }
}

static bool holds(const struct judging *j, struct referral *r, const struct act *act) {
    bool supersedes = act->kind == ACT_SUPERSEDE;
    if (act->when && !bytes_equal_cstr(j->submission->reason_code, act->when)) return false;
    if (!supersedes && act->flag != NO_FLAG && !(r->flags & UINT32_C(1) << act->flag)) return false;
    if (act->unless != NO_FLAG && (r->flags & UINT32_C(1) << act->unless)) return false;
    if (act->unlinked && j->linked) return false;
    if (act->kinds && !enlist_of_kind(j, r, act->kinds)) return false;
    enum actor actor = j->p->clocks[act->clock].actor;
    bool of_roster = actor == ACTOR_INVITED || actor == ACTOR_REPORTING,
         settled = of_roster && enlist_settled(r, actor == ACTOR_INVITED ? OWING_ANSWER : OWING_REPORT);
    if (act->settled && !settled) return false;
    if (act->kind == ACT_START && settled) return false; /* nobody owes it */
    return !act->once || !last(r, j->p->clocks[act->clock].key);
}

void clock_acts(struct judging *j, struct referral *r, const struct acts *acts) {
    for (int i = 0; i < acts->count; i++) {
        const struct act *act = &acts->one[i];
        if (!holds(j, r, act)) continue;
        switch (act->kind) {
        case ACT_MEASURE: measure(j, r, act); break;
        case ACT_STOP: stop(j, r, act); break;
        case ACT_VOID: turn(j, r, act, CLOCK_VOID); break;
        case ACT_VOID_ALL: void_all(j, r); break;
        case ACT_PAUSE: turn(j, r, act, CLOCK_PAUSED); break;
        case ACT_RESUME: resume(j, r, act); break;
        case ACT_REOPEN: reopen(j, r, acts, act); break;
        case ACT_SUPERSEDE: supersede(j, r, act); break;
        case ACT_START: start(j, r, act); break;
        }
    }
}

bool clock_any_over(const struct judging *j, uint64_t clocks, instant at) {
    for (int i = 0; j->referral && i < j->referral->clock_count; i++) {
        const struct clock *clock = &j->referral->clocks[i];
        if (clock->state != CLOCK_RUNNING || clock->due_lenient >= at) continue;
        int rule = rules_clock(j->p, clock->rule);
        if (rule >= 0 && (clocks & UINT64_C(1) << rule)) return true;
    }
    return false;
}

uint64_t clock_running_set(const struct judging *j) {
    uint64_t running = 0;
    for (int i = 0; j->referral && i < j->referral->clock_count; i++) {
        const struct clock *clock = &j->referral->clocks[i];
        int rule = clock->state == CLOCK_RUNNING ? rules_clock(j->p, clock->rule) : -1;
        if (rule >= 0) running |= UINT64_C(1) << rule;
    }
    return running;
}
