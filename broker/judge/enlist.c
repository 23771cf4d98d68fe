/* 联合执法 · what a message must hold against the roster of its operation, whom it goes to, and what it changes there. See roster.h, judging.h. */
#include "broker/judge/judging.h"
#include "broker/judge/roster.h"
#include "base/line.h"
#include <stdio.h>

#define MOST_CODE 20u
#define MOST_FOLLOW_UP 150u

static const char *slug_of(const struct judging *j, int number) {
    const struct participant *who = directory_by_number(j->directory, number);
    return who ? who->slug : "";
}

bool enlist_is_party(struct judging *j) {
    struct roster roster;
    roster_read(j->referral->roster, &roster);
    const struct roster_row *row = roster_find(&roster, j->owner->number);
    if (j->transition->who == WHO_MEMBER && j->referral->opener == j->owner->number) return true;
    if (!row) judging_reason(j, "NOT_INVITED", "envelope.sender");
    else if (j->transition->who != WHO_INVITEE && !roster_joined(row)) judging_reason(j, "NOT_ACCEPTED", "envelope.sender");
    return true; /* the reason is told */
}

/* ---- guards -------------------------------------------------------------------------------------------------------------------- */
static void check_window(struct judging *j, const char *field) {
    const struct operation_part *o = &j->submission->operation;
    bool both = o->start != INSTANT_NONE && o->end != INSTANT_NONE;
    if (both && o->end <= o->start) judging_reason(j, "WINDOW_ORDER", field);
}

/* Kind, window and lead of a plan, an invitation or a new time; a kind is for life, and who sends is who leads. */
static void check_operation(struct judging *j, const struct roster *roster) {
    const struct operation_part *o = &j->submission->operation;
    if (rules_kind(j->p, o->kind) < 0) judging_reason(j, "OPERATION_KIND", "kind");
    else if (j->referral && !bytes_equal(o->kind, roster->kind)) judging_reason(j, "OPERATION_KIND", "kind");
    if (o->lead.count && !bytes_equal_cstr(o->lead, j->owner->slug)) judging_reason(j, "NOT_LEAD", "lead");
    check_window(j, "window_end");
    if (o->reply_by != INSTANT_NONE && o->reply_by <= j->submission->business_time) judging_reason(j, "WINDOW_ORDER", "reply_by");
}

static bool power_asked(const struct judging *j, const struct roster *roster) {
    int kind = rules_kind(j->p, roster->kind);
    return !j->transition->power_kinds || (kind >= 0 && (j->transition->power_kinds & 1u << kind));
}
static bool may_punish(const struct judging *j, int number) {
    const struct participant *who = directory_by_number(j->directory, number);
    return who && who->role == ROLE_AE;
}

static bool over(struct judging *j, int owing) {
    for (int i = 0; i < j->referral->clock_count; i++) {
        const struct clock *clock = &j->referral->clocks[i];
        if (clock->actor == owing && clock->state == CLOCK_RUNNING) return clock->due_lenient < j->submission->business_time;
    }
    return true; /* it ended before */
}

static bool named(const struct judging *j, int number) {
    struct bytes slug;
    size_t cursor = 0;
    while (walk_items(&j->submission->operation.overdue, &cursor, &slug)) {
        if (bytes_equal_cstr(slug, slug_of(j, number))) return true;
    }
    return false;
}

static void check_debts(struct judging *j, const struct roster *roster) {
    uint32_t guards = j->transition->guards;
    bool answers_over = (guards & GUARD_ANSWERED) && over(j, OWING_ANSWER), reports_over = (guards & GUARD_REPORTED) && over(j, OWING_REPORT);
    bool power = may_punish(j, j->referral->opener);
    size_t joined = 0;
    for (size_t i = 0; i < roster->count; i++) {
        const struct roster_row *row = &roster->rows[i];
        if ((guards & GUARD_ANSWERED) && !answers_over && roster_owes(row, OWING_ANSWER)) judging_reason(j, "ANSWER_AWAITED", slug_of(j, row->number));
        bool excused = reports_over && named(j, row->number);
        if ((guards & GUARD_REPORTED) && roster_owes(row, OWING_REPORT) && !excused) judging_reason(j, "REPORT_AWAITED", slug_of(j, row->number));
        joined += roster_joined(row);
        power = power || (roster_joined(row) && may_punish(j, row->number));
    }
    if ((guards & GUARD_ACCEPTED) && !joined) judging_reason(j, "NOBODY_ACCEPTED", "envelope.referral_id");
    if ((guards & GUARD_PENALTY_POWER) && !power && power_asked(j, roster)) judging_reason(j, "NO_PENALTY_POWER", "envelope.referral_id");
}

static void check_counts(struct judging *j) {
    static const char *const names[OPERATION_COUNTS] = {"people", "vehicles", "uavs", "boats", "patrol_hours", "patrol_km", "sites_inspected", "hazards_found",
        "hazards_rectified", "admin_cases", "criminal_cases", "seized_items", "people_found"};
    for (int i = 0; i < OPERATION_COUNTS; i++) {
        if (j->submission->operation.counts[i] < -1) judging_reason(j, "COUNT_RANGE", names[i]);
    }
}

static bool known_machine(const struct judging *j, struct bytes code) {
    for (int m = 0; m < j->p->machine_count; m++) {
        if (bytes_equal_cstr(code, j->p->machines[m].name)) return true;
    }
    return false;
}

static void check_follow_ups(struct judging *j, const struct roster *roster) {
    size_t leading, named_before;
    roster_cases(roster, &leading, &named_before);
    if (leading > named_before + (size_t)j->submission->operation.follow_ups.number) judging_reason(j, "FOLLOW_UP_MISSING", "follow_ups");
}

static void check_own_row(struct judging *j, struct roster *roster) {
    const struct submission *s = j->submission;
    const struct roster_row *row = roster_find(roster, j->owner->number);
    if ((j->transition->roster & ROSTER_REPORT) && row && row->state == ROSTER_REPORTED) judging_reason(j, "ALREADY_REPORTED", "envelope.event");
    if (j->transition->roster & ROSTER_DECLINE) check_window(j, "proposed_end");
    if ((j->transition->roster & ROSTER_FINDING) && s->operation.leads_to.count && !known_machine(j, s->operation.leads_to)) {
        judging_reason(j, "LEADS_TO", "leads_to");
    }
}

/* Who is invited beside those on the roster already. */
static void check_places(struct judging *j, struct roster *roster) {
    size_t count = roster->count;
    for (size_t i = 0; i < j->to_count; i++) count += !roster_find(roster, j->verdict->deliveries[i].to);
    if (count > MOST_ROSTER) judging_reason(j, "TOO_MANY", "envelope.recipients");
}

void enlist_check(struct judging *j) {
    const struct transition *t = j->transition;
    struct roster roster;
    if (!t->roster && !(t->guards & (GUARD_OPERATION | GUARD_ANSWERED | GUARD_ACCEPTED | GUARD_PENALTY_POWER | GUARD_REPORTED | GUARD_FOLLOWED_UP))) return;
    roster_read(j->referral ? j->referral->roster : BYTES_NONE, &roster);
    if (t->guards & GUARD_OPERATION) check_operation(j, &roster);
    if (j->referral) check_debts(j, &roster);
    if (t->guards & GUARD_FOLLOWED_UP) check_follow_ups(j, &roster);
    if (t->roster & ROSTER_INVITE) check_places(j, &roster);
    if (j->submission->kind == RECORD_OPERATION_STEP) check_counts(j);
    check_own_row(j, &roster);
    if ((t->roster & (ROSTER_FINDING | ROSTER_FOLLOW_UPS)) && roster.more.count + MOST_ROSTER_TEXT / 2 > MOST_ROSTER_TEXT) judging_reason(j, "TOO_MANY", "findings");
}

/* ---- recipients ---------------------------------------------------------------------------------------------------------------- */
static bool addressed(const struct judging *j, const struct roster_row *row) {
    return j->transition->receiver == RECEIVER_ROSTER || roster_joined(row) || row->state == ROSTER_OBSERVER;
}

void enlist_recipients(struct judging *j) {
    enum receiver receiver = j->transition->receiver;
    struct roster roster;
    if ((receiver != RECEIVER_ROSTER && receiver != RECEIVER_ACCEPTED) || !j->referral) return;
    roster_read(j->referral->roster, &roster);
    for (size_t i = 0; i < j->verdict->delivery_count; i++) {
        int to = j->verdict->deliveries[i].to;
        if (to != j->referral->opener && !roster_find(&roster, to)) judging_reason(j, "WRONG_RECIPIENT", "envelope.recipients");
    }
    if (j->referral->opener != j->owner->number) judging_recipient(j, j->referral->opener);
    for (size_t i = 0; i < roster.count; i++) {
        if (roster.rows[i].number != j->owner->number && addressed(j, &roster.rows[i])) judging_recipient(j, roster.rows[i].number);
    }
}

/* ---- effect -------------------------------------------------------------------------------------------------------------------- */
static void plan(const struct judging *j, struct roster *roster) {
    const struct operation_part *o = &j->submission->operation;
    roster->kind = o->kind;
    roster->start = o->start;
    roster->end = o->end;
    roster->reply_by = o->reply_by;
}

static struct roster_row fresh(int number, char state) {
    struct roster_row row = {.number = (int16_t)number, .state = state, .answered = INSTANT_NONE, .reported = INSTANT_NONE, .start = INSTANT_NONE, .end = INSTANT_NONE};
    for (int i = 0; i < OPERATION_COUNTS; i++) row.counts[i] = -1;
    return row;
}

static void invite(const struct judging *j, struct roster *roster) {
    for (size_t i = 0; i < j->to_count; i++) {
        const struct participant *who = directory_by_number(j->directory, j->verdict->deliveries[i].to);
        struct roster_row *row = roster_find(roster, who->number);
        if (!row) row = &roster->rows[roster->count++];
        *row = fresh(who->number, j->transition->observers & 1u << who->role ? ROSTER_OBSERVER : ROSTER_INVITED);
    }
}

static void reset(const struct judging *j, struct roster *roster) {
    plan(j, roster);
    for (size_t i = 0; i < roster->count; i++) {
        struct roster_row *row = &roster->rows[i];
        *row = fresh(row->number, row->state == ROSTER_OBSERVER ? ROSTER_OBSERVER : ROSTER_INVITED);
    }
}

static void answer(struct judging *j, struct roster_row *row) {
    const struct submission *s = j->submission;
    bool accepts = (j->transition->roster & ROSTER_ACCEPT) != 0, proposes = s->operation.start != INSTANT_NONE;
    bool in_time = row->answered != INSTANT_NONE && !row->late; /* what changes an answer given in time is not late */
    row->late = !in_time && over(j, OWING_ANSWER);
    row->answered = s->business_time;
    row->reason = accepts ? BYTES_NONE : bytes_of(s->reason_code.at, s->reason_code.count < MOST_CODE ? s->reason_code.count : MOST_CODE);
    row->start = accepts ? INSTANT_NONE : s->operation.start;
    row->end = accepts ? INSTANT_NONE : s->operation.end;
    for (int i = 0; i <= COUNT_BOATS; i++) row->counts[i] = accepts ? s->operation.counts[i] : -1;
    if (row->state != ROSTER_OBSERVER) row->state = accepts ? ROSTER_ACCEPTED : proposes ? ROSTER_PROPOSED : ROSTER_DECLINED;
}

static void report(struct judging *j, struct roster_row *row) {
    row->late_report = over(j, OWING_REPORT);
    row->reported = j->submission->business_time;
    row->state = ROSTER_REPORTED;
    for (int i = COUNT_HOURS; i < OPERATION_COUNTS; i++) row->counts[i] = j->submission->operation.counts[i];
}

/* A part of a line: nothing in it may break the line. */
static const char *part(struct judging *j, struct bytes text, size_t most) {
    if (text.count > most) {
        while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
        text.count = most;
    }
    char *copy = arena_cstr(j->keep, text);
    line_clean(copy, text.count);
    return copy;
}

static void add_line(struct judging *j, struct roster *roster, const char *line) {
    size_t count = strlen(line), before = roster->more.count;
    if (before + count > MOST_ROSTER_TEXT / 2) return;
    uint8_t *all = arena_alloc(j->keep, before + count);
    if (before) memcpy(all, roster->more.at, before);
    memcpy(all + before, line, count);
    roster->more = bytes_of(all, before + count);
}

static void note_follow_ups(struct judging *j, struct roster *roster) {
    struct bytes number;
    size_t cursor = 0;
    while (walk_items(&j->submission->operation.follow_ups, &cursor, &number)) {
        add_line(j, roster, arena_printf(j->keep, "L\t%s\n", part(j, number, MOST_FOLLOW_UP)));
    }
}

static void finding(struct judging *j, struct roster *roster) {
    const struct submission *s = j->submission;
    add_line(j, roster, arena_printf(j->keep, "F\t%lld\t%d\t%s\t%s\t%s\n", (long long)s->business_time, j->owner->number, part(j, s->category, MOST_CODE),
                                     part(j, s->operation.leads_to, MOST_CODE), part(j, s->document_no, MOST_FOLLOW_UP)));
}

void enlist_apply(struct judging *j) {
    uint32_t acts = j->transition->roster;
    struct roster roster;
    if (!acts) return;
    roster_read(j->referral->roster, &roster);
    struct roster_row *own = roster_find(&roster, j->owner->number);
    if (acts & ROSTER_PLAN) plan(j, &roster);
    if (acts & ROSTER_RESET) reset(j, &roster);
    if (acts & ROSTER_INVITE) invite(j, &roster);
    if ((acts & (ROSTER_ACCEPT | ROSTER_DECLINE)) && own) answer(j, own);
    if ((acts & ROSTER_REPORT) && own) report(j, own);
    if (acts & ROSTER_FINDING) finding(j, &roster);
    if (acts & (ROSTER_FINDING | ROSTER_FOLLOW_UPS)) note_follow_ups(j, &roster);
    j->referral->roster = roster_write(&roster, j->keep);
}

/* ---- for clocks ---------------------------------------------------------------------------------------------------------------- */
bool enlist_settled(const struct referral *r, int owing) {
    struct roster roster;
    roster_read(r->roster, &roster);
    for (size_t i = 0; i < roster.count; i++) {
        if (roster_owes(&roster.rows[i], owing)) return false;
    }
    return true;
}

/* The last of all answers or reports: a limit that all have to keep was kept when the last one came. */
instant enlist_last(const struct referral *r, int owing, instant otherwise) {
    struct roster roster;
    roster_read(r->roster, &roster);
    for (size_t i = 0; i < roster.count; i++) {
        instant at = owing == OWING_ANSWER ? roster.rows[i].answered : roster.rows[i].reported;
        if (at != INSTANT_NONE && at > otherwise) otherwise = at;
    }
    return otherwise;
}

bool enlist_of_kind(const struct judging *j, const struct referral *r, uint16_t kinds) {
    struct roster roster;
    roster_read(r->roster, &roster);
    int kind = rules_kind(j->p, roster.kind);
    return kind >= 0 && (kinds & 1u << kind);
}
