/* What an accepted submission changes: states, clocks, holders, copies. Nothing here can fail; the limits were checked
 * before. */
#include "broker/judge/judging_inside.h"
#include "wire/finding.h"
#include <stdio.h>

#define DAY_OF_SKEW DAY_MS
#define MAX_TITLE   200u

static void to_state(const struct judging *j, struct referral *r) {
    const struct transition *t = j->transition;
    if (t->to != NO_STATE) memcpy(r->state, &j->p->machines[t->machine].states[t->to].key, sizeof r->state);
}

static size_t cut_at_character(struct bytes text, size_t most) {
    if (text.count <= most) return text.count;
    while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
    return most;
}

static void add_number(struct judging *j, struct referral *r, struct bytes number) {
    if (!number.count || r->numbers.count + number.count + 1 > MAX_NUMBERS) return;
    if (judging_known(r, number)) return; /* each once */
    size_t gap = r->numbers.count ? 1 : 0;
    uint8_t *at = arena_alloc(j->keep, r->numbers.count + gap + number.count);
    if (r->numbers.count) memcpy(at, r->numbers.at, r->numbers.count);
    if (gap) at[r->numbers.count] = '\n';
    memcpy(at + r->numbers.count + gap, number.at, number.count);
    r->numbers = bytes_of(at, r->numbers.count + gap + number.count);
}

/* What came of it can be found by its number. */
static void add_linked(struct judging *j, struct referral *r) {
    struct bytes number;
    size_t cursor = 0;
    while (walk_items(&j->submission->linked_numbers, &cursor, &number)) add_number(j, r, number);
}

static void copy_code(char *into, size_t capacity, struct bytes code) {
    snprintf(into, capacity, "%.*s", BYTES_FMT(code));
}

/* What the opening paper says of the case; a later paper that hands it over says it anew. */
static void adopt(struct judging *j, struct referral *r) {
    const struct submission *s = j->submission;
    if (s->category.count) copy_code(r->category, sizeof r->category, s->category);
    if (s->county_code.count) copy_code(r->county, sizeof r->county, s->county_code);
    if (s->title.count) r->title = arena_copy(j->keep, bytes_of(s->title.at, cut_at_character(s->title, MAX_TITLE)));
}

static struct referral *open_referral(struct judging *j) {
    const struct submission *s = j->submission;
    const struct transition *t = j->transition;
    struct referral *r = arena_alloc(j->keep, sizeof *r);
    int16_t to = j->to ? (int16_t)j->to->number : 0;
    r->id = s->referral_id;
    r->case_id = s->case_id;
    r->parent = s->parent_referral_id;
    snprintf(r->machine, sizeof r->machine, "%s", j->p->machines[t->machine].name);
    r->rules = (int16_t)j->p->version;
    r->regime = (int16_t)judging_regime(j);
    r->opener = t->opener == CHANGE_RECIPIENT ? to : (int16_t)j->owner->number;
    r->holder = t->opener == CHANGE_RECIPIENT ? 0 : to;
    adopt(j, r);
    r->handling_expires = INSTANT_NONE;
    r->opened_at = s->business_time;
    r->fresh = true;
    j->state->referrals[j->state->count++] = r;
    return r;
}

static void change_holder(struct judging *j, struct referral *r) {
    const struct transition *t = j->transition;
    if (t->holder == CHANGE_RECIPIENT && j->to) {
        r->holder = (int16_t)j->to->number;
        bool own = j->submission->kind == RECORD_CLUE && j->owner->number == r->opener;
        /* of a clue, what its originator says */
        if (j->submission->kind == RECORD_CASE_FILE || own) adopt(j, r);
    }
    if (t->holder == CHANGE_SENDER) r->holder = (int16_t)j->owner->number;
    if (t->holder == CHANGE_OPENER) r->holder = r->opener;
}

static void note_papers(struct judging *j, struct referral *r) {
    r->gaps = (r->gaps & ~j->brought) | j->gaps;
    uint32_t flag = UINT32_C(1) << j->p->flag_gaps;
    if (r->gaps) r->flags |= flag;
    else r->flags &= ~flag;
}

static void note_parties(const struct judging *j, struct referral *r) {
    r->parties |= UINT64_C(1) << j->owner->number;
    for (size_t i = 0; i < j->to_count; i++) r->parties |= UINT64_C(1) << j->verdict->deliveries[i].to;
}

static void serve(struct judging *j) {
    const struct transition *t = j->transition;
    for (int i = 0; i < j->external_count; i++)
        manual_service_add(j, bytes_of_cstr(j->p->externals[j->externals[i]].slug));
    if (t->serve == SERVE_TARGET_ORGAN && j->submission->target_organ.count)
        manual_service_add(j, j->submission->target_organ);
    bool named = false;
    for (int i = 0; i < j->external_count; i++) named = named || j->externals[i] == t->serve;
    if (t->serve >= 0 && !named) manual_service_add(j, bytes_of_cstr(j->p->externals[t->serve].slug));
}

/* A unit of a banner or district (六位区划代码, the last two not 00). An addressee of the broker is a body of its city,
 * so that is another level (310-5: same level); a remark only, because such a unit may act in the city bureau's name
 * (巴环(4)罚字). */
static bool of_county(struct bytes unit) {
    for (size_t i = 0; i < 6; i++) {
        if (i >= unit.count || unit.at[i] < '0' || unit.at[i] > '9') return false;
    }
    return unit.at[4] != '0' || unit.at[5] != '0';
}

/* G10 within the case: another referral of this machine and category that is not at its end. It is remarked on and
 * linked by its number, never merged; what stands in other cases the judge does not see. */
static void remark_duplicate(struct judging *j) {
    const struct referral *r = j->referral;
    for (size_t i = 0; i < j->state->count; i++) {
        const struct referral *other = j->state->referrals[i];
        int state = other == r || strcmp(other->machine, r->machine) != 0 || strcmp(other->category, r->category) != 0
                        ? -1
                        : rules_state(j->p, j->transition->machine, other->state);
        if (state < 0 || j->p->machines[j->transition->machine].states[state].terminal) continue;
        const uint8_t *end = other->numbers.count ? memchr(other->numbers.at, '\n', other->numbers.count) : NULL;
        judging_reason_text(
            j, "DUPLICATE_REFERRAL",
            bytes_of(other->numbers.at, end ? (size_t)(end - other->numbers.at) : other->numbers.count));
        return;
    }
}

static void remark_findings(struct judging *j) {
    struct findings found;
    finding_note(j->p->divisions, j->submission, &found);
    for (size_t i = 0; i < found.count; i++)
        judging_reason(j, found.one[i].code, arena_printf(j->keep, "%s", found.one[i].field));
}

static void add_remarks(struct judging *j) {
    const struct submission *s = j->submission;
    instant apart = j->broker_time - s->business_time;
    if (apart > DAY_OF_SKEW || apart < -DAY_OF_SKEW) judging_reason(j, "CLOCK_SKEW", "envelope.business_time");
    if (s->declared_missing.number > 0) judging_reason(j, "DECLARED_MISSING", "declared_missing");
    if (j->late) judging_reason(j, "TOO_LATE", "envelope.business_time");
    dates_remark(j);
    remark_findings(j);
    bool chief = bytes_equal_cstr(s->approver_level, "CHIEF") || bytes_equal_cstr(s->approver_level, "ACTING");
    if ((j->transition->guards & GUARD_CHIEF) && !chief) judging_reason(j, "LEVEL_MISMATCH", "approver_level");
    if ((j->transition->guards & GUARD_SAME_LEVEL) && of_county(s->sender_unit))
        judging_reason(j, "UNIT_LEVEL", "envelope.sender_unit");
    const struct participant *handles = j->to ? j->to : j->owner;
    if ((j->transition->guards & GUARD_CITY) && s->county_code.count >= 4 &&
        memcmp(s->county_code.at, handles->region, 4) != 0)
        judging_reason(j, "OTHER_CITY", "county_code");
    if ((j->transition->guards & GUARD_DUPLICATE) && !j->verdict->from_state[0]) remark_duplicate(j);
    judging_remark_papers(j);
}

/* Everything that the second side's message of an event of two, or the one message of any other, does. */
static void carry_out(struct judging *j, struct referral *r) {
    const struct transition *t = j->transition;
    change_holder(j, r);
    handling_adopt(j);
    r->flags = (r->flags & ~t->clear) | t->set;
    link_apply(j);
    enlist_apply(j);
    clock_acts(j, r, &t->acts);
    to_state(j, r);
    if (t->to != NO_STATE) r->countersign = BYTES_NONE;
}

void judging_apply(struct judging *j) {
    struct verdict *v = j->verdict;
    if (j->referral) memcpy(v->from_state, j->referral->state, sizeof v->from_state);
    else j->referral = open_referral(j);
    struct referral *r = j->referral;
    j->late = j->transition->late &&
              clock_any_over(j, j->transition->late & clock_running_set(j), j->submission->business_time);
    note_papers(j, r);
    antecedent_adopt(j, r);
    if (countersign_completes(j)) carry_out(j, r);
    note_parties(j, r);
    serve(j);
    copy_add(j);
    if (j->transition->serves) manual_service_served(j, true);
    add_number(j, r, j->submission->document_no);
    add_number(j, r, j->submission->agency_case_no);
    add_linked(j, r);
    if (j->submission->facts.number > 0 || j->submission->found_time != INSTANT_NONE) hint_facts(j, r);
    if (j->transition->decides) hint_decide(j, r);
    if (j->transition->penalises) antecedent_note(j, r);
    if (j->transition->set & UINT32_C(1) << j->p->flag_referred) hint_referred(j);
    dates_compare_state(j);
    r->changed_at = j->submission->business_time;
    r->event_count++;
    r->dirty = true;
    add_remarks(j);
    memcpy(v->to_state, r->state, sizeof v->to_state);
    v->machine = j->p->machines[j->transition->machine].name;
    v->referral = r;
    v->accepted = true;
}
