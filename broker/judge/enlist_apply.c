/* What a message changes in the roster of its operation, and what limits ask of a roster. */
#include "broker/judge/enlist_inside.h"
#include "base/line.h"
#include "broker/model/related_cases.h"
#include <stdio.h>

static void plan(const struct judging *j, struct roster *roster) {
    const struct operation_part *o = &j->submission->operation;
    roster->kind = o->kind;
    roster->start = o->start;
    roster->end = o->end;
    roster->reply_by = o->reply_by;
}

static struct roster_row fresh(int number, char state) {
    struct roster_row row = {.number = (int16_t)number,
                             .state = state,
                             .answered = INSTANT_NONE,
                             .reported = INSTANT_NONE,
                             .start = INSTANT_NONE,
                             .end = INSTANT_NONE};
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
    /* what changes an answer given in time is not late */
    bool in_time = row->answered != INSTANT_NONE && !row->late;
    row->late = !in_time && enlist_over(j, OWING_ANSWER);
    row->answered = s->business_time;
    row->reason = accepts
                      ? BYTES_NONE
                      : bytes_of(s->reason_code.at, s->reason_code.count < MAX_CODE ? s->reason_code.count : MAX_CODE);
    row->start = accepts ? INSTANT_NONE : s->operation.start;
    row->end = accepts ? INSTANT_NONE : s->operation.end;
    for (int i = 0; i <= COUNT_BOATS; i++) row->counts[i] = accepts ? s->operation.counts[i] : -1;
    if (row->state != ROSTER_OBSERVER)
        row->state = accepts ? ROSTER_ACCEPTED : proposes ? ROSTER_PROPOSED : ROSTER_DECLINED;
}

static void report(struct judging *j, struct roster_row *row) {
    row->late_report = enlist_over(j, OWING_REPORT);
    row->reported = j->submission->business_time;
    row->state = ROSTER_REPORTED;
    for (int i = COUNT_HOURS; i < OPERATION_COUNTS; i++) row->counts[i] = j->submission->operation.counts[i];
}

static void add_line(struct judging *j, struct roster *roster, const char *line) {
    size_t count = strlen(line), before = roster->more.count;
    INVARIANT(before + count <= MAX_FOUND_TEXT); /* checked before: check_found */
    uint8_t *all = arena_alloc(j->keep, before + count);
    if (before) memcpy(all, roster->more.at, before);
    memcpy(all + before, line, count);
    roster->more = bytes_of(all, before + count);
}

static void note_follow_ups(struct judging *j, struct roster *roster) {
    for (size_t i = 0; i < (size_t)j->submission->operation.follow_ups.number; i++) {
        struct bytes number = enlist_new_number(j, roster, i);
        if (number.count) add_line(j, roster, arena_printf(j->keep, "L\t%.*s\n", BYTES_FMT(number)));
    }
}

static void finding(struct judging *j, struct roster *roster) {
    const struct submission *s = j->submission;
    add_line(j, roster,
             arena_printf(j->keep, "F\t%lld\t%d\t%s\t%s\t%s\n", (long long)s->business_time, j->owner->number,
                          enlist_part(j, s->category, MAX_CODE), enlist_part(j, s->operation.leads_to, MAX_CODE),
                          enlist_part(j, s->document_no, MAX_FOLLOW_UP)));
}

/* A finding's case is another case, maybe in another lane: what the ledger knew of it came with the hearing. It may be
 * on its way, or in a system outside, so that a number which is not there yet is remarked on and refuses nothing. */
static void remark_unknown(struct judging *j, const struct roster *roster) {
    struct bytes rest = roster->more, line, known;
    while (line_next(&rest, &line)) {
        struct bytes there = j->related_cases, number = line_part(line, 1);
        bool found = !line.count || line.at[0] != 'L';
        while (!found && line_next(&there, &known))
            found = known.count && known.at[0] == RELATED_CHILD &&
                    bytes_equal(line_part(known, RELATED_CHILD_NUMBER), number);
        if (!found) judging_reason_text(j, "FOLLOW_UP_UNKNOWN", number);
    }
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
    if (j->transition->guards & GUARD_FOLLOWED_UP) remark_unknown(j, &roster);
    j->referral->roster = roster_write(&roster, j->keep);
}

/* ---- for clocks
 * ---------------------------------------------------------------------------------------------------------------- */
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
