/* Facts of papers gathered and compared with the rows of thresholds.yaml. */
#include "broker/judge/threshold_inside.h"
#include "base/buffer.h"
#include "base/line.h"
#include <stdarg.h>
#include <stdio.h>

void facts_add(struct known_facts *facts, const struct known_fact *fact) {
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->one[i].fact == fact->fact && facts->one[i].code == fact->code) return;
    }
    if (facts->count < MAX_KNOWN_FACTS) facts->one[facts->count++] = *fact;
}

static bool known_of(const struct procedure *p, const struct fact *fact, struct known_fact *ret) {
    int found = fact_find(p->facts, fact->name);
    if (found < 0 || fact_check(p->facts, fact)) return false;
    const struct fact_rule *rule = fact_at(p->facts, (size_t)found);
    *ret = (struct known_fact){(uint8_t)found, (int8_t)(rule->of ? fact_find_code(rule->of, fact->unit) : -1),
                               fact_micro(fact->value)};
    return true;
}

void facts_of_submission(const struct procedure *p, const struct submission *s, struct known_facts *ret) {
    struct fact fact;
    struct known_fact known;
    struct paper_cursor cursor = {0};
    while (fact_next(&s->facts, &cursor, &fact)) {
        if (known_of(p, &fact, &known)) facts_add(ret, &known);
    }
    if (s->found_time == INSTANT_NONE) return;
    struct civil day = civil_of(s->found_time);
    facts_add(ret, &(struct known_fact){(uint8_t)p->thresholds.act_date, -1,
                                        (day.year * INT64_C(10000) + day.month * 100 + day.day) * MICRO});
}

void facts_of_text(const struct procedure *p, struct bytes text, struct known_facts *ret) {
    struct bytes line;
    while (line_next(&text, &line)) {
        int found = fact_find(p->facts, line_part(line, 0));
        struct known_fact known = {.code = -1};
        if (found < 0 || !fact_micro_parse(line_part(line, 1), &known.micro)) continue;
        const struct fact_rule *rule = fact_at(p->facts, (size_t)found);
        known.fact = (uint8_t)found;
        if (rule->of) known.code = (int8_t)fact_find_code(rule->of, line_part(line, 2));
        if (!rule->of || known.code >= 0) facts_add(ret, &known);
    }
}

static const char *unit_of(const struct fact_rule *rule, const struct known_fact *fact) {
    return fact->code >= 0 ? rule->of->one[fact->code].code : rule->unit;
}

struct bytes facts_to_text(const struct procedure *p, const struct known_facts *facts, struct arena *arena) {
    size_t capacity = facts->count * (40 + FACT_MICRO_TEXT + 24 + 4) + 1, count = 0;
    char *text = arena_alloc(arena, capacity), value[FACT_MICRO_TEXT];
    for (size_t i = 0; i < facts->count; i++) {
        const struct fact_rule *rule = fact_at(p->facts, facts->one[i].fact);
        fact_micro_text(facts->one[i].micro, value);
        count += (size_t)snprintf(text + count, capacity - count, "%.40s\t%s\t%.24s\n", rule->name, value,
                                  unit_of(rule, &facts->one[i]));
    }
    return bytes_of(text, count);
}

/* ---- comparing
 * --------------------------------------------------------------------------------------------------------------- */
struct comparing {
    const struct procedure *p;
    const struct known_facts *facts;
    int percent;          /* of a numeric limit */
    struct buffer *words; /* what holds, as text; NULL: not asked for */
};
static bool holds(const struct comparing *c, const struct condition *condition);

static bool taken(const struct condition *condition, const struct known_fact *fact) {
    return fact->fact == condition->fact &&
           (!condition->codes || (fact->code >= 0 && (condition->codes & UINT32_C(1) << fact->code)));
}

static void say(const struct comparing *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct comparing *c, const char *format, ...) {
    struct fault ignored;
    char text[400];
    va_list arguments;
    if (!c->words) return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* full: the rest is cut */
    if (buffer_printf(c->words, &ignored, "%s%s", c->words->count ? "，" : "", text) != OK) return;
}

static void say_number(const struct comparing *c, const struct known_fact *fact, int64_t least) {
    const struct fact_rule *rule = fact_at(c->p->facts, fact->fact);
    char value[FACT_MICRO_TEXT], limit[FACT_MICRO_TEXT];
    fact_micro_text(fact->micro, value);
    fact_micro_text(least, limit);
    const char *of = fact->code >= 0 ? rule->of->one[fact->code].zh : "", *unit = rule->unit[0] ? rule->unit : "";
    if (fact->micro >= least)
        say(c, "%s%s%s %s %s%s%s ≥ %s%s%s", rule->zh, of[0] ? " " : "", of, rule->name, value, unit[0] ? " " : "", unit,
            limit, unit[0] ? " " : "", unit);
    else
        say(c, "%s%s%s %s %s%s%s / %s%s%s (%d%%)", rule->zh, of[0] ? " " : "", of, rule->name, value,
            unit[0] ? " " : "", unit, limit, unit[0] ? " " : "", unit, (int)((__int128)fact->micro * 100 / least));
}

static bool number_holds(const struct comparing *c, const struct condition *condition) {
    for (size_t i = 0; i < c->facts->count; i++) {
        const struct known_fact *fact = &c->facts->one[i];
        if (!taken(condition, fact) || (__int128)fact->micro * 100 < (__int128)condition->least * c->percent) continue;
        say_number(c, fact, condition->least);
        return true;
    }
    return false;
}

static bool sum_holds(const struct comparing *c, const struct condition *condition) {
    __int128 sum = 0;
    for (uint8_t k = 0; k < condition->count; k++) {
        for (size_t i = 0; i < c->facts->count; i++) {
            if (taken(&condition->parts[k], &c->facts->one[i]))
                sum += (__int128)c->facts->one[i].micro * MICRO / condition->parts[k].per;
        }
    }
    if (sum * 100 < (__int128)condition->least * c->percent) return false;
    for (uint8_t k = 0; c->words && k < condition->count; k++) {
        for (size_t i = 0; i < c->facts->count; i++) {
            if (taken(&condition->parts[k], &c->facts->one[i]))
                say_number(c, &c->facts->one[i], condition->parts[k].per);
        }
    }
    say(c, "折算 in proportion %d%%", (int)(sum * 100 / condition->least));
    return true;
}

static bool code_holds(const struct comparing *c, const struct condition *condition) {
    for (size_t i = 0; i < c->facts->count; i++) {
        const struct known_fact *fact = &c->facts->one[i];
        const struct fact_rule *rule = fact_at(c->p->facts, fact->fact);
        if (fact->micro <= 0 || !taken(condition, fact)) continue;
        say(c, "%s %s%s%s", rule->zh, rule->name, fact->code >= 0 ? " " : "",
            fact->code >= 0 ? rule->of->one[fact->code].zh : "");
        return true;
    }
    return false;
}

static bool season_holds(const struct comparing *c) {
    const struct thresholds *t = &c->p->thresholds;
    int64_t date = 0;
    for (size_t i = 0; i < c->facts->count; i++) {
        if (c->facts->one[i].fact == t->act_date) date = c->facts->one[i].micro / MICRO;
    }
    int year = (int)(date / 10000), day = (int)(date % 10000);
    for (size_t i = 0; date && i < c->facts->count; i++) {
        const struct known_fact *water = &c->facts->one[i];
        if (water->fact != t->water_body || water->code < 0) continue;
        for (size_t k = 0; k < t->season_count; k++) {
            const struct season *s = &t->seasons[k];
            if (!(s->waters & UINT32_C(1) << water->code) || year < s->first_year || year > s->last_year ||
                day < s->from || day > s->to)
                continue;
            say(c, "禁渔期 closed season %04d-%02d-%02d %s（%02d-%02d至%02d-%02d，%s）", year, day / 100, day % 100,
                fact_at(c->p->facts, water->fact)->of->one[water->code].zh, s->from / 100, s->from % 100, s->to / 100,
                s->to % 100, s->basis);
            return true;
        }
    }
    return false;
}

static bool all_hold(const struct comparing *c, const struct condition *condition, bool any) {
    for (uint8_t i = 0; i < condition->count; i++) {
        if (holds(c, &condition->parts[i]) == any) return any;
    }
    return !any;
}

static bool holds(const struct comparing *c, const struct condition *condition) {
    switch (condition->kind) {
    case CONDITION_NUMBER: return number_holds(c, condition);
    case CONDITION_CODE:
    case CONDITION_TRUE: return code_holds(c, condition);
    case CONDITION_SEASON: return season_holds(c);
    case CONDITION_SUM: return sum_holds(c, condition);
    case CONDITION_ALL: return all_hold(c, condition, false);
    case CONDITION_ANY: return all_hold(c, condition, true);
    case CONDITION_ALWAYS: return true;
    }
    return false;
}

size_t thresholds_met(const struct procedure *p, int category, const struct known_facts *facts, struct hit *ret,
                      enum hint_level *ret_level) {
    const struct thresholds *t = &p->thresholds;
    enum hint_level highest = HINT_BLUE;
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct threshold *row = &t->rows[i];
        if (row->categories && (category < 0 || !(row->categories & UINT64_C(1) << category))) continue;
        bool met = holds(&(struct comparing){p, facts, 100, NULL}, &row->when);
        bool near = !met && row->level == HINT_RED && holds(&(struct comparing){p, facts, t->near, NULL}, &row->when);
        if (!met && !near) continue;
        enum hint_level level = near ? HINT_AMBER : row->level;
        if (level < highest) count = 0; /* RED is the least */
        if (level > highest) continue;
        highest = level;
        if (count < MAX_HITS) ret[count++] = (struct hit){row, near};
    }
    *ret_level = highest;
    return count;
}

struct bytes threshold_text(const struct procedure *p, const struct hit *hit, const struct known_facts *facts,
                            struct arena *arena) {
    AUTO(buffer_free) struct buffer words;
    buffer_init(&words, 1200);
    const struct comparing c = {p, facts, hit->near ? p->thresholds.near : 100, &words};
    (void)holds(&c, &hit->row->when);
    return bytes_of_cstr(arena_printf(arena, "%s %s · %s%s%.*s", hit->row->id, hit->row->zh, hit->row->en,
                                      words.count ? " · " : "", (int)words.count, (const char *)words.at));
}
