/* The present state of a case in the register: every referral of it, with its clocks and who owes what by them. */
#include "base/line.h"
#include "broker/model/roster.h"
#include "broker/register/registry_inside.h"

/* Under the rules with which it began; a version that this program lacks leaves the newest to say it. */
static const struct procedure *rules_of(const struct registry *registry, const struct referral *r) {
    const struct procedure *p = rules_of_version(registry->rules, r->rules);
    return p ? p : rules_newest(registry->rules);
}
static bool is_open(const struct procedure *p, const struct referral *r) {
    int machine = rules_machine(p, r->machine), state = machine < 0 ? -1 : rules_state(p, machine, r->state);
    return state < 0 || !p->machines[machine].states[state].terminal;
}
/* Clues, and whatever was given a handling. */
static const struct handling_rule *handling_of(const struct registry *registry, const struct referral *r) {
    const struct procedure *p = rules_newest(registry->rules);
    if (r->handling < 0 || r->handling >= p->handling_count) return NULL;
    return r->handling || strcmp(r->machine, "CLU") == 0 ? &p->handlings[r->handling] : NULL;
}

static struct bytes first_number(const struct referral *r) {
    const uint8_t *end = r->numbers.count ? memchr(r->numbers.at, '\n', r->numbers.count) : NULL;
    return end ? bytes_of(r->numbers.at, (size_t)(end - r->numbers.at)) : r->numbers;
}
static instant next_due(const struct referral *r) {
    instant due = INSTANT_NONE;
    for (size_t i = 0; i < r->clock_count; i++) {
        const struct clock *c = &r->clocks[i];
        if (c->state == CLOCK_RUNNING && c->due_lenient != INSTANT_NONE &&
            (due == INSTANT_NONE || c->due_lenient < due))
            due = c->due_lenient;
    }
    return due;
}
static int count_breached(const struct referral *r) {
    int count = 0;
    for (size_t i = 0; i < r->clock_count; i++) count += r->clocks[i].state == CLOCK_BREACHED && !r->clocks[i].measured;
    return count;
}
static size_t count_persons(const struct referral *r) {
    size_t count = r->persons.count > 0;
    for (size_t i = 0; i < r->persons.count; i++) count += r->persons.at[i] == ' ';
    return count;
}

static void put_times(const struct procedure *p, struct rows *rows, const struct referral *r) {
    uint64_t gaps = r->gaps;
    if (p->document_count < 64) gaps &= (UINT64_C(1) << p->document_count) - 1;
    row_instant(rows, r->opened_at);
    row_instant(rows, r->changed_at != INSTANT_NONE ? r->changed_at : 0);
    row_int(rows, r->event_count);
    row_int(rows, r->flags);
    row_instant(rows, next_due(r));
    row_int(rows, count_breached(r));
    row_int(rows, __builtin_popcountll(gaps));
    row_int(rows, (int64_t)count_persons(r));
}

static void put_referral(const struct registry *registry, struct rows *rows, int32_t lane, const struct referral *r) {
    const struct handling_rule *handling = handling_of(registry, r);
    const struct procedure *p = rules_of(registry, r);
    bool hidden = handling && r->handling && !handling->titles;
    row_of_referral(rows, TABLE_REFERRAL, r);
    row_int(rows, lane);
    row_cstr(rows, r->machine);
    row_cstr(rows, r->state);
    row_bool(rows, is_open(p, r));
    row_int(rows, r->rules);
    row_int(rows, r->regime);
    row_number_or_null(rows, r->opener);
    row_number_or_null(rows, r->holder);
    row_number_or_null(rows, r->referrer);
    row_uuid_or_null(rows, &r->parent);
    row_cstr(rows, r->category);
    row_cstr(rows, r->county);
    row_text(rows, hidden ? BYTES_LITERAL("（受限线索，名称不显示）") : r->title);
    row_bool(rows, hidden);
    row_cstr(rows, handling ? handling->code : "");
    row_instant(rows, r->handling_expires);
    row_text(rows, first_number(r));
    put_times(p, rows, r);
    row_end(rows);
    if (!hidden) return;
    row_of_referral(rows, TABLE_RESTRICTED_TITLE, r);
    row_text(rows, r->title);
    row_end(rows);
}

/* As register.sql's fold(): brackets in the form of 〔〕, no spaces. */
static size_t fold(struct bytes number, char *ret, size_t capacity) {
    static const struct {
        const char *from, *to;
    } pairs[] = {{"[", "〔"}, {"]", "〕"}, {"［", "〔"}, {"］", "〕"}, {"【", "〔"}, {"】", "〕"},
                 {"(", "〔"}, {")", "〕"}, {"（", "〔"}, {"）", "〕"}, {" ", ""},    {"　", ""}};
    size_t count = 0;
    for (size_t i = 0; i < number.count && count + 4 < capacity;) {
        size_t one = 0, pair = 0;
        for (; pair < sizeof pairs / sizeof *pairs; pair++) {
            one = strlen(pairs[pair].from);
            if (one <= number.count - i && memcmp(number.at + i, pairs[pair].from, one) == 0) break;
        }
        if (pair < sizeof pairs / sizeof *pairs) {
            memcpy(ret + count, pairs[pair].to, strlen(pairs[pair].to));
            count += strlen(pairs[pair].to);
            i += one;
        } else {
            ret[count++] = (char)number.at[i++];
        }
    }
    return count;
}
static void put_numbers(struct rows *rows, const struct referral *r) {
    struct bytes rest = r->numbers;
    for (int n = 1; rest.count; n++) {
        char folded[2048];
        const uint8_t *end = memchr(rest.at, '\n', rest.count);
        struct bytes number = bytes_of(rest.at, end ? (size_t)(end - rest.at) : rest.count);
        rest = end ? bytes_of(end + 1, rest.count - number.count - 1) : BYTES_NONE;
        if (!number.count) continue;
        row_of_referral(rows, TABLE_NUMBER, r);
        row_int(rows, n);
        row_text(rows, number);
        row_text(rows, bytes_of(folded, fold(number, folded, sizeof folded)));
        row_end(rows);
    }
}

static void put_owed(struct rows *rows, const struct referral *r, size_t n, int participant) {
    const struct clock *c = &r->clocks[n];
    int waiting = participant != r->opener ? r->opener : r->holder;
    row_of_referral(rows, TABLE_REPLY_OWED, r);
    row_int(rows, (int64_t)n + 1);
    row_int(rows, participant);
    row_number_or_null(rows, waiting);
    row_bool(rows, c->state == CLOCK_RUNNING ||
                       (c->state == CLOCK_BREACHED && !c->measured && c->stopped_at == INSTANT_NONE));
    row_instant(rows, c->due_lenient);
    row_end(rows);
}
static void put_clock(struct rows *rows, const struct referral *r, size_t n) {
    const struct clock *c = &r->clocks[n];
    bool ended = c->stopped_at != INSTANT_NONE && c->started_at != INSTANT_NONE;
    row_of_referral(rows, TABLE_CLOCK, r);
    row_int(rows, (int64_t)n + 1);
    row_cstr(rows, c->rule);
    row_text(rows, bytes_of(&c->state, 1));
    row_bool(rows, c->statutory);
    row_bool(rows, c->measured);
    row_instant(rows, c->started_at);
    row_instant(rows, c->due_strict);
    row_instant(rows, c->due_lenient);
    row_instant(rows, c->stopped_at);
    if (ended && (c->state == CLOCK_MET || c->state == CLOCK_BREACHED))
        row_int(rows, day_of(c->stopped_at) - day_of(c->started_at));
    else row_null(rows);
    row_end(rows);
}
/* Of a joint operation's clocks several bodies may be those that owe. */
static void put_clocks(struct rows *rows, const struct referral *r) {
    struct roster roster;
    roster_read(r->roster, &roster);
    for (size_t n = 0; n < r->clock_count; n++) {
        put_clock(rows, r, n);
        if (r->clocks[n].actor > 0) put_owed(rows, r, n, r->clocks[n].actor);
        for (size_t i = 0; r->clocks[n].actor < 0 && i < roster.count; i++) {
            if (roster_concerned(&roster.rows[i], &r->clocks[n])) put_owed(rows, r, n, roster.rows[i].number);
        }
    }
}

static void put_gaps(const struct procedure *p, struct rows *rows, const struct referral *r) {
    for (int i = 0; i < p->document_count; i++) {
        if (!(r->gaps >> i & 1)) continue;
        row_of_referral(rows, TABLE_GAP, r);
        row_cstr(rows, p->documents[i].code);
        row_end(rows);
    }
}
static void put_facts(struct rows *rows, const struct referral *r) {
    struct bytes rest = r->facts, line;
    for (int n = 1; line_next(&rest, &line); n++) {
        row_of_referral(rows, TABLE_FACT, r);
        row_int(rows, n);
        for (int part = 0; part < 3; part++) row_text(rows, line_part(line, part));
        row_end(rows);
    }
}

/* broker/judge/hint_inside.h has the parts of a line. */
static void put_hints(struct rows *rows, const struct referral *r) {
    static const char *const marks[] = {"OPEN", "UNREFERRED", "REFERRED", "REFERRED"};
    struct bytes rest = r->hints, line;
    for (unsigned n = 0; line_next(&rest, &line); n++) {
        row_of_referral(rows, TABLE_HINT, r);
        row_int(rows, n + 1);
        for (int part = 0; part < 5; part++) row_text(rows, line_part(line, part));
        row_bool(rows, bytes_equal_cstr(line_part(line, 5), "1"));
        row_text(rows, line_part(line, 6));
        row_ms(rows, line_part(line, 7));
        row_ms(rows, line_part(line, 8));
        row_number(rows, line_part(line, 9));
        row_cstr(rows, line_part(line, 8).count && n < 32 ? marks[r->hint_marks >> 2 * n & 3] : "");
        row_end(rows);
    }
}
static void put_manual_service(struct rows *rows, const struct referral *r) {
    struct bytes rest = r->manual_service, line;
    for (int n = 1; line_next(&rest, &line); n++) {
        row_of_referral(rows, TABLE_MANUAL_SERVICE, r);
        row_int(rows, n);
        for (int part = 0; part < 3; part++) row_text(rows, line_part(line, part));
        row_ms(rows, line_part(line, 3));
        row_ms(rows, line_part(line, 4));
        row_end(rows);
    }
}
static void put_penalty(struct rows *rows, const struct referral *r) {
    if (!r->penalty.count) return;
    row_of_referral(rows, TABLE_PENALTY, r);
    row_ms(rows, line_part(r->penalty, 0));
    row_number(rows, line_part(r->penalty, 1));
    row_text(rows, line_part(r->penalty, 2));
    row_end(rows);
}
static void put_persons(struct rows *rows, const struct referral *r) {
    for (size_t at = 0, end; at < r->persons.count; at = end + 1) {
        for (end = at; end < r->persons.count && r->persons.at[end] != ' ';) end++;
        if (end == at) continue;
        row_of_referral(rows, TABLE_PERSON_KEY, r);
        row_text(rows, bytes_of(r->persons.at + at, end - at));
        row_end(rows);
    }
}

void case_rows(struct registry *registry, int32_t lane, const struct case_state *state) {
    struct rows *rows = &registry->rows;
    for (size_t i = 0; i < state->count; i++) {
        const struct referral *r = state->referrals[i];
        put_referral(registry, rows, lane, r);
        put_numbers(rows, r);
        put_clocks(rows, r);
        put_gaps(rules_of(registry, r), rows, r);
        put_facts(rows, r);
        put_hints(rows, r);
        put_manual_service(rows, r);
        put_penalty(rows, r);
        put_persons(rows, r);
        operation_rows(rows, r);
    }
}
