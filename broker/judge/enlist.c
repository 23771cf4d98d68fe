/* 联合执法 · what a message must hold against the roster of its operation, and whom it goes to. What it changes there:
 * enlist_apply.c. */
#include "broker/judge/enlist_inside.h"
#include "base/line.h"

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
    else if (j->transition->who != WHO_INVITEE && !roster_joined(row))
        judging_reason(j, "NOT_ACCEPTED", "envelope.sender");
    return true; /* the reason is noted */
}

const char *enlist_part(struct judging *j, struct bytes text, size_t most) {
    if (text.count > most) {
        while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
        text.count = most;
    }
    char *copy = arena_cstr(j->keep, text);
    line_clean(copy, text.count);
    return copy;
}

/* ---- guards
 * --------------------------------------------------------------------------------------------------------------------
 */
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
    if (o->reply_by != INSTANT_NONE && o->reply_by <= j->submission->business_time)
        judging_reason(j, "WINDOW_ORDER", "reply_by");
}

static bool power_asked(const struct judging *j, const struct roster *roster) {
    int kind = rules_kind(j->p, roster->kind);
    return !j->transition->power_kinds || (kind >= 0 && (j->transition->power_kinds & 1u << kind));
}
static bool may_punish(const struct judging *j, int number) {
    const struct participant *who = directory_by_number(j->directory, number);
    return who && who->role == ROLE_AE;
}

bool enlist_over(const struct judging *j, int owing) {
    for (int i = 0; i < j->referral->clock_count; i++) {
        const struct clock *clock = &j->referral->clocks[i];
        if (clock->actor == owing && clock->state == CLOCK_RUNNING)
            return clock->due_lenient < j->submission->business_time;
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
    bool answers_over = (guards & GUARD_ANSWERED) && enlist_over(j, OWING_ANSWER),
         reports_over = (guards & GUARD_REPORTED) && enlist_over(j, OWING_REPORT);
    bool power = may_punish(j, j->referral->opener);
    size_t joined = 0;
    for (size_t i = 0; i < roster->count; i++) {
        const struct roster_row *row = &roster->rows[i];
        if ((guards & GUARD_ANSWERED) && !answers_over && roster_owes(row, OWING_ANSWER))
            judging_reason(j, "ANSWER_AWAITED", slug_of(j, row->number));
        bool excused = reports_over && named(j, row->number);
        if ((guards & GUARD_REPORTED) && roster_owes(row, OWING_REPORT) && !excused)
            judging_reason(j, "REPORT_AWAITED", slug_of(j, row->number));
        joined += roster_joined(row);
        power = power || (roster_joined(row) && may_punish(j, row->number));
    }
    if ((guards & GUARD_ACCEPTED) && !joined) judging_reason(j, "NOBODY_ACCEPTED", "envelope.referral_id");
    if ((guards & GUARD_PENALTY_POWER) && !power && power_asked(j, roster))
        judging_reason(j, "NO_PENALTY_POWER", "envelope.referral_id");
}

static void check_counts(struct judging *j) {
    static const char *const names[OPERATION_COUNTS] = {"people",          "vehicles",       "uavs",
                                                        "boats",           "patrol_hours",   "patrol_km",
                                                        "sites_inspected", "hazards_found",  "hazards_rectified",
                                                        "admin_cases",     "criminal_cases", "seized_items",
                                                        "people_found"};
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

static bool on_list(const struct roster *roster, struct bytes number) {
    struct bytes rest = roster->more, line;
    while (line_next(&rest, &line)) {
        if (line.count && line.at[0] == 'L' && bytes_equal(line_part(line, 1), number)) return true;
    }
    return false;
}

struct bytes enlist_new_number(struct judging *j, const struct roster *roster, size_t nth) {
    struct bytes number = BYTES_NONE, other;
    size_t cursor = 0, before = 0;
    for (size_t i = 0; i <= nth; i++) (void)walk_items(&j->submission->operation.follow_ups, &cursor, &number);
    for (size_t i = 0; i < nth && walk_items(&j->submission->operation.follow_ups, &before, &other); i++) {
        if (bytes_equal(number, other)) return BYTES_NONE;
    }
    number = bytes_of_cstr(enlist_part(j, number, MAX_FOLLOW_UP));
    return on_list(roster, number) ? BYTES_NONE : number;
}

static void check_follow_ups(struct judging *j, const struct roster *roster) {
    size_t leading, named_before, brought = 0;
    roster_cases(roster, &leading, &named_before);
    for (size_t i = 0; i < (size_t)j->submission->operation.follow_ups.number && i < MAX_FOLLOW_UPS; i++)
        brought += enlist_new_number(j, roster, i).count > 0;
    if (leading > named_before + brought) judging_reason(j, "FOLLOW_UP_MISSING", "follow_ups");
}

static void check_own_row(struct judging *j, struct roster *roster) {
    const struct submission *s = j->submission;
    const struct roster_row *row = roster_find(roster, j->owner->number);
    if ((j->transition->roster & ROSTER_REPORT) && row && row->state == ROSTER_REPORTED)
        judging_reason(j, "ALREADY_REPORTED", "envelope.event");
    if (j->transition->roster & ROSTER_DECLINE) check_window(j, "proposed_end");
    if ((j->transition->roster & ROSTER_FINDING) && s->operation.leads_to.count &&
        !known_machine(j, s->operation.leads_to)) {
        judging_reason(j, "LEADS_TO", "leads_to");
    }
}

/* Who is invited beside those on the roster already. */
static void check_places(struct judging *j, struct roster *roster) {
    size_t count = roster->count;
    for (size_t i = 0; i < j->to_count; i++) count += !roster_find(roster, j->verdict->deliveries[i].to);
    if (count > MAX_ROSTER) judging_reason(j, "TOO_MANY", "envelope.recipients");
}

/* Room for what the message adds: a finding, and the numbers of cases. */
static void check_found(struct judging *j, const struct roster *roster) {
    size_t numbers = (size_t)j->submission->operation.follow_ups.number;
    if (!(j->transition->roster & (ROSTER_FINDING | ROSTER_FOLLOW_UPS))) return;
    if (numbers > MAX_FOLLOW_UPS) judging_reason(j, "TOO_MANY", "follow_ups");
    else if (roster->more.count + MAX_FOUND + numbers * (MAX_FOLLOW_UP + 3) > MAX_FOUND_TEXT)
        judging_reason(j, "TOO_MANY", "findings");
}

void enlist_check(struct judging *j) {
    const struct transition *t = j->transition;
    struct roster roster;
    if (!t->roster && !(t->guards & (GUARD_OPERATION | GUARD_ANSWERED | GUARD_ACCEPTED | GUARD_PENALTY_POWER |
                                     GUARD_REPORTED | GUARD_FOLLOWED_UP)))
        return;
    roster_read(j->referral ? j->referral->roster : BYTES_NONE, &roster);
    if (t->guards & GUARD_OPERATION) check_operation(j, &roster);
    if (j->referral) check_debts(j, &roster);
    if (t->guards & GUARD_FOLLOWED_UP) check_follow_ups(j, &roster);
    if (t->roster & ROSTER_INVITE) check_places(j, &roster);
    if (j->submission->kind == RECORD_OPERATION_STEP) check_counts(j);
    check_own_row(j, &roster);
    check_found(j, &roster);
}

/* ---- recipients
 * ---------------------------------------------------------------------------------------------------------------- */
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
        if (to != j->referral->opener && !roster_find(&roster, to))
            judging_reason(j, "WRONG_RECIPIENT", "envelope.recipients");
    }
    if (j->referral->opener != j->owner->number) recipient_add(j, j->referral->opener);
    for (size_t i = 0; i < roster.count; i++) {
        if (roster.rows[i].number != j->owner->number && addressed(j, &roster.rows[i]))
            recipient_add(j, roster.rows[i].number);
    }
}
