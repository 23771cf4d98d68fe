/* Filters: what people type becomes conditions over the register's own codes; what it does not know is refused with the
 * nearest that it does. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/fault.h"
#include "base/line.h"
#include "base/time.h"
#include "broker/cli/question.h"
#include "broker/cli/usage.h"

struct conditions {
    struct source *source;
    const struct question *question;
    char *at;
    size_t count, capacity;
};

__attribute__((format(printf, 2, 3))) static void add(struct conditions *c, const char *format, ...) {
    va_list args;
    va_start(args, format);
    c->count += (size_t)vsnprintf(c->at + c->count, c->capacity - c->count, format, args);
    va_end(args);
    INVARIANT(c->count <
              c->capacity); /* texts of the command line, some hundred bytes each: request_parse bounds them */
}

#define COMPARED 48u /* characters of a name */
/* How like: the characters that both have in one order, of a thousand of both. 环保局 is likest to 生态环境局, which a
 * count of exchanged characters takes for farther than any short name. */
static size_t likeness(const char *a, const char *b) {
    size_t row[COMPARED + 1] = {0}, from_b[COMPARED + 1], count = 0, of_a = 0;
    struct bytes x = bytes_of_cstr(a), y = bytes_of_cstr(b);
    for (size_t at = 0, step; at < y.count && count < COMPARED; at += step ? step : 1) {
        step = line_character(y.at + at, y.count - at);
        from_b[count++] = at;
    }
    for (size_t at = 0, step; at < x.count; at += step ? step : 1, of_a++) {
        step = line_character(x.at + at, x.count - at);
        for (size_t k = 0, before = 0; k < count; k++) {
            size_t above = row[k + 1], rest = y.count - from_b[k];
            bool same = step && rest >= step && memcmp(x.at + at, y.at + from_b[k], step) == 0;
            row[k + 1] = same ? before + 1 : above > row[k] ? above : row[k];
            before = above;
        }
    }
    return of_a + count ? 2000 * row[count] / (of_a + count) : 0;
}

static bool is_number(const char *text) { return text[strspn(text, "0123456789")] == '\0'; }

static void refuse(const char *option, const char *typed, const PGresult *known) {
    const char *nearest = "-";
    size_t most = 0;
    for (int row = 0; row < PQntuples(known); row++) {
        for (int column = 0; column < PQnfields(known); column++) {
            const char *name = PQgetvalue(known, row, column);
            size_t like = is_number(name) == is_number(typed) ? likeness(typed, name) : 0;
            if (like < most || !like) continue;
            if (like == most && usage_distance(typed, name) >= usage_distance(typed, nearest)) continue;
            nearest = name;
            most = like;
        }
    }
    fprintf(stderr, "ecocase: %s 没有“%s”，是否指 %s？/ %s knows no \"%s\"; nearest: %s\n", option, typed, nearest,
            option, typed, nearest);
}

/* The code (first column) whose code or other names are what was typed. *ret_code is to be freed with PQfreemem. */
static bool code_of(struct conditions *c, const char *option, const char *typed, const char *sql, char **ret_code) {
    AUTO(source_result_free) PGresult *known = source_ask(c->source, sql, 0, NULL);
    if (!known) return false;
    for (int row = 0; row < PQntuples(known); row++) {
        for (int column = 0; column < PQnfields(known); column++) {
            if (strcmp(PQgetvalue(known, row, column), typed) != 0) continue;
            *ret_code = PQescapeLiteral(c->source->conn, PQgetvalue(known, row, 0), strlen(PQgetvalue(known, row, 0)));
            return *ret_code != NULL;
        }
    }
    refuse(option, typed, known);
    return false;
}
static bool code_equals(struct conditions *c, const char *option, const char *typed, const char *sql,
                        const char *before, const char *after) {
    char *code = NULL;
    if (!code_of(c, option, typed, sql, &code)) return false;
    add(c, "%s%s%s", before, code, after);
    PQfreemem(code);
    return true;
}

#define NEWEST " AND n.rules = (SELECT max(x.rules) FROM rule_name AS x) ORDER BY n.code"
static bool direction(struct conditions *c, const char *typed) {
    if (strcmp(typed, "正向") == 0 || strcmp(typed, "forward") == 0) typed = "REF";
    if (strcmp(typed, "反向") == 0 || strcmp(typed, "reverse") == 0) typed = "REV";
    return code_equals(c, "--direction", typed,
                       "SELECT n.code, n.zh, n.en FROM rule_name AS n WHERE n.kind = 'M'" NEWEST,
                       " AND r.machine = ", "");
}
static bool state(struct conditions *c, const char *typed) {
    AUTO(source_result_free)
    PGresult *known = source_ask(
        c->source, "SELECT n.code, n.zh, n.en, n.machine FROM rule_name AS n WHERE n.kind = 'S'" NEWEST, 0, NULL);
    if (!known) return false;
    size_t from = c->count;
    add(c, " AND (false");
    size_t none = c->count;
    for (int row = 0; row < PQntuples(known); row++) {
        for (int column = 0; column < 3; column++) {
            if (strcmp(PQgetvalue(known, row, column), typed) != 0) continue;
            add(c, " OR (r.machine = '%s' AND r.state = '%s')", PQgetvalue(known, row, 3),
                PQgetvalue(known, row, 0)); /* codes of the rules: letters and digits */
            break;
        }
    }
    bool found = c->count > none;
    if (found) add(c, ")");
    else c->at[c->count = from] = '\0';
    if (!found) refuse("--state", typed, known);
    return found;
}
static bool agency(struct conditions *c, const char *typed) {
    char *number = NULL, columns[128], *rest = NULL;
    if (!code_of(c, "--agency", typed,
                 "SELECT p.number, p.slug, p.name, p.english FROM participant_now AS p ORDER BY 1", &number))
        return false;
    snprintf(columns, sizeof columns, "%s", c->question->agency);
    add(c, " AND (false");
    for (char *column = strtok_r(columns, " ", &rest); column; column = strtok_r(NULL, " ", &rest))
        add(c, " OR %s = %s::smallint", column, number);
    add(c, ")");
    PQfreemem(number);
    return true;
}
/* A whole city by its name or code: all counties that begin so. */
static bool county(struct conditions *c, const char *typed) {
    char *code = NULL;
    if (!code_of(c, "--county", typed, "SELECT code, name FROM county ORDER BY code", &code)) return false;
    if (strncmp(code + 5, "00'", 3) == 0) add(c, " AND r.county LIKE '%.4s%%'", code + 1);
    else add(c, " AND r.county = %s", code);
    PQfreemem(code);
    return true;
}

static bool day(struct conditions *c, const char *option, const char *typed, const char *compare) {
    instant at;
    if (!instant_parse(bytes_of_cstr(typed), &at)) {
        fprintf(stderr, "ecocase: %s 应为日期，如 2026-06-08 / %s takes a date like 2026-06-08, not %s\n", option,
                option, typed);
        return false;
    }
    char text[32];
    instant_format(at, text);
    add(c, " AND %s %s '%s'::timestamptz%s", c->question->time, compare, text,
        strcmp(c->question->time, "r.day") == 0 ? "::date" : "");
    return true;
}

/* 检索: slices of two characters find candidates by index, the text itself decides. A single character has no slice. */
static bool sliced(const char *typed) {
    size_t characters = 0;
    for (const char *at = typed; *at; at++) characters += ((unsigned char)*at & 0xc0) != 0x80;
    return characters > 1;
}
static void text(struct conditions *c, const char *typed, bool numbers_too) {
    char *literal = PQescapeLiteral(c->source->conn, typed, strlen(typed));
    const char *slices = sliced(typed) ? "" : "--";
    add(c,
        " AND (r.case_id, r.referral_id) IN (SELECT t.case_id, t.referral_id FROM caption AS t WHERE "
        "strpos(lower(t.title), lower(%s)) > 0\n%s AND grams(t.title) @> grams(%s)\n",
        literal, slices, literal);
    if (numbers_too)
        add(c,
            " UNION ALL SELECT n.case_id, n.referral_id FROM number AS n WHERE strpos(n.folded, fold(%s)) > 0\n%s AND "
            "grams(n.folded) @> grams(fold(%s))\n",
            literal, slices, literal);
    add(c, ")");
    PQfreemem(literal);
}
static void number(struct conditions *c, const char *typed) {
    char *literal = PQescapeLiteral(c->source->conn, typed, strlen(typed));
    add(c,
        " AND (r.case_id, r.referral_id) IN (SELECT n.case_id, n.referral_id FROM number AS n WHERE "
        "starts_with(n.folded, fold(%s)))",
        literal);
    PQfreemem(literal);
}
/* Names of parties are personal data: the question itself is written down with its reason. */
static bool party(struct conditions *c, const struct request *request) {
    if (!request->reason) {
        fprintf(
            stderr,
            "ecocase: --party 须同时以 --reason 写明理由，查阅将被记录 / --party needs --reason, and is recorded\n");
        return false;
    }
    char *name = PQescapeLiteral(c->source->conn, request->party, strlen(request->party)),
         *reason = PQescapeLiteral(c->source->conn, request->reason, strlen(request->reason));
    add(c, " AND (r.case_id, r.referral_id) IN (SELECT f.case_id, f.referral_id FROM desk.find_party(%s, %s) AS f)",
        name, reason);
    PQfreemem(name);
    PQfreemem(reason);
    return true;
}

static bool allowed(const struct question *question, enum filter filter, const char *given, const char *option) {
    if (!given || (question->filters & filter)) return true;
    fprintf(stderr, "ecocase: %s 不能用 %s / %s takes no %s\n", question->word, option, question->word, option);
    return false;
}
static bool all_allowed(const struct question *q, const struct request *r) {
    return allowed(q, FILTER_DIRECTION, r->direction, "--direction") &&
           allowed(q, FILTER_AGENCY, r->agency, "--agency") && allowed(q, FILTER_CATEGORY, r->category, "--category") &&
           allowed(q, FILTER_COUNTY, r->county, "--county") && allowed(q, FILTER_CIRCLE, r->circle, "--circle") &&
           allowed(q, FILTER_STATE, r->state, "--state") && allowed(q, FILTER_OPEN, r->open ? "" : NULL, "--open") &&
           allowed(q, FILTER_OVERDUE, r->overdue ? "" : NULL, "--overdue") &&
           allowed(q, FILTER_PERIOD, r->since, "--since") && allowed(q, FILTER_PERIOD, r->until, "--until") &&
           allowed(q, FILTER_PARTY, r->party, "--party") && allowed(q, FILTER_NUMBER, r->number, "--number") &&
           allowed(q, FILTER_TEXT, r->text, "--text");
}

#define CIRCLES    "SELECT n.code, n.zh, n.en FROM rule_name AS n WHERE n.kind = 'A'" NEWEST
#define CATEGORIES "SELECT n.code, n.zh FROM rule_name AS n WHERE n.kind = 'K'" NEWEST
bool filter_conditions(struct source *source, const struct question *question, const struct request *r, char *ret,
                       size_t capacity) {
    struct conditions c = {source, question, ret, 0, capacity};
    bool good = all_allowed(question, r);
    ret[0] = '\0';
    if (good && r->direction) good = direction(&c, r->direction);
    if (good && r->agency) good = agency(&c, r->agency);
    if (good && r->category) good = code_equals(&c, "--category", r->category, CATEGORIES, " AND r.category = ", "");
    if (good && r->county) good = county(&c, r->county);
    if (good && r->circle)
        good = code_equals(&c, "--circle", r->circle, CIRCLES,
                           " AND (r.case_id, r.referral_id) IN (SELECT u.case_id, u.referral_id FROM clue AS u WHERE "
                           "string_to_array(u.areas, ' ') @> ARRAY[",
                           "])");
    if (good && r->state) good = state(&c, r->state);
    if (good && r->open) add(&c, " AND %s", question->open);
    if (good && r->overdue)
        add(&c, " AND %s",
            strcmp(question->from, "owed_list AS r") == 0
                ? "r.overdue"
                : "(r.breached > 0 OR r.next_due < (SELECT max(p.lane_time) FROM position AS p))");
    if (good && r->since) good = day(&c, "--since", r->since, ">=");
    if (good && r->until) good = day(&c, "--until", r->until, "<");
    if (good && r->party) good = party(&c, r);
    if (good && r->number) number(&c, r->number);
    if (good && r->text) text(&c, r->text, false);
    if (good && question->argument && r->word_count > 1) text(&c, r->words[1], true);
    return good;
}
