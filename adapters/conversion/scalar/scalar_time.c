/* Times by pattern. A pattern is letters (yyyy MM dd HH mm ss, M d H m s) and, between them, itself; a Z
 * at its end says that the time is UTC's. */
#include "adapters/conversion/scalar/scalar.h"
#include <stdio.h>

enum part { PART_LITERAL, PART_YEAR, PART_MONTH, PART_DAY, PART_HOUR, PART_MINUTE, PART_SECOND, PART_COUNT };
struct token {
    enum part part;
    size_t least, most, length;
}; /* digits; length: bytes of the pattern */

/* Reading without a pattern of the profile; the forms that papers and exports really use. */
/* only here an hour may follow at once: 2024-3-112时 would be two days */
#define CHINESE(rest) "yyyy年M月d日" rest
#define DAYS(rest)    "yyyy-M-d" rest, "yyyy/M/d" rest, "yyyy.M.d" rest, CHINESE(rest)
static const char *const built_in[] = {
    DAYS(""),           DAYS(" H:mm"),        DAYS(" H:mm:ss"), DAYS("TH:mm"),      DAYS("TH:mm:ss"),
    DAYS(" H:mm:ss.0"), DAYS(" H时"),         DAYS(" H时m分"),  DAYS(" H时m分s秒"), CHINESE("H时"),
    CHINESE("H时m分"),  CHINESE("H时m分s秒"), CHINESE("H:mm"),  CHINESE("H:mm:ss"), "yyyyMMdd",
    "yyyyMMdd HH:mm",   "yyyyMMdd HH:mm:ss",  "yyyyMMddHHmm",   "yyyyMMddHHmmss"};
#define CHINA_MS    (8 * HOUR_MS)
#define PATTERN_MAX 64u
#define WRITTEN     "yyyy-MM-dd HH:mm:ss"

static struct token token_at(const char *pattern) {
    static const struct {
        const char *text;
        struct token token;
    } all[] = {{"yyyy", {PART_YEAR, 4, 4, 4}}, {"MM", {PART_MONTH, 2, 2, 2}},  {"dd", {PART_DAY, 2, 2, 2}},
               {"HH", {PART_HOUR, 2, 2, 2}},   {"mm", {PART_MINUTE, 2, 2, 2}}, {"ss", {PART_SECOND, 2, 2, 2}},
               {"M", {PART_MONTH, 1, 2, 1}},   {"d", {PART_DAY, 1, 2, 1}},     {"H", {PART_HOUR, 1, 2, 1}},
               {"m", {PART_MINUTE, 1, 2, 1}},  {"s", {PART_SECOND, 1, 2, 1}}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (*pattern == *all[i].text && strncmp(pattern, all[i].text, strlen(all[i].text)) == 0) return all[i].token;
    }
    return (struct token){PART_LITERAL, 0, 0, 1};
}

static bool in_utc(const char *pattern) { return *pattern && pattern[strlen(pattern) - 1] == 'Z'; }

static bool literal_fits(const char *p) {
    bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
    return !letter || *p == 'T' || (*p == 'Z' && !p[1]);
}

/* One or two digits right before other digits could be read in two ways. */
static bool runs_on(struct token token, const char *after) {
    return token.least != token.most && (token_at(after).part != PART_LITERAL || (*after >= '0' && *after <= '9'));
}

bool scalar_is_time_pattern(const char *pattern) {
    unsigned seen = 0;
    if (strlen(pattern) > PATTERN_MAX) return false;
    for (const char *p = pattern; *p;) {
        struct token token = token_at(p);
        p += token.length;
        if (token.part == PART_LITERAL && !literal_fits(p - 1)) return false;
        if (token.part != PART_LITERAL && ((seen & 1u << token.part) || (*p && runs_on(token, p)))) return false;
        if (token.part != PART_LITERAL) seen |= 1u << token.part;
    }
    bool day = (seen & (1u << PART_YEAR)) && (seen & (1u << PART_MONTH)) && (seen & (1u << PART_DAY));
    bool minute = seen & 1u << PART_MINUTE, second = seen & 1u << PART_SECOND, hour = seen & 1u << PART_HOUR;
    return day && (!minute || hour) && (!second || minute) && (hour || !in_utc(pattern));
}

static bool read_by(struct bytes text, const char *pattern, instant *ret) {
    int value[PART_COUNT] = {0};
    size_t at = 0;
    for (const char *p = pattern; *p;) {
        struct token token = token_at(p);
        if (token.part == PART_LITERAL) {
            if (at >= text.count || text.at[at++] != (uint8_t)*p) return false;
        } else {
            size_t digits = 0;
            while (digits < token.most && at < text.count && text.at[at] >= '0' && text.at[at] <= '9') {
                value[token.part] = value[token.part] * 10 + (text.at[at++] - '0');
                digits++;
            }
            if (digits < token.least) return false;
        }
        p += token.length;
    }
    struct civil civil = {value[PART_YEAR],
                          value[PART_MONTH],
                          value[PART_DAY],
                          value[PART_HOUR],
                          value[PART_MINUTE],
                          value[PART_SECOND],
                          0};
    if (at != text.count || !civil_valid(&civil)) return false;
    *ret = instant_of(&civil) + (in_utc(pattern) ? CHINA_MS : 0);
    return true;
}

/* Patterns are compared as texts are: with full-width colons and blanks made half. */
static const char *plain_pattern(const char *pattern, struct arena *arena) {
    return arena_cstr(arena, scalar_half_width(bytes_of_cstr(pattern), arena));
}

/* What one pattern writes, another must not read as another day: no list of patterns tells 5/7 and 7/5 apart. */
bool scalar_time_ambiguous(const char *one, const char *other, struct arena *arena) {
    static const struct civil samples[] = {{2026, 5, 7, 8, 9, 10, 0}, {2026, 11, 12, 10, 1, 2, 0}};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct bytes text =
            scalar_half_width(scalar_time_text(instant_of(&samples[i]), &(struct texts){&one, 1}, arena), arena);
        instant by_one = 0, by_other = 0;
        bool both =
            read_by(text, plain_pattern(one, arena), &by_one) && read_by(text, plain_pattern(other, arena), &by_other);
        if (both && by_one != by_other) return true;
    }
    return false;
}

enum outcome scalar_time(struct bytes text, const struct texts *patterns, struct arena *arena, instant *ret,
                         struct fault *fault) {
    struct bytes plain = scalar_half_width(text, arena);
    for (size_t i = 0; i < patterns->count; i++) {
        if (read_by(plain, plain_pattern(patterns->at[i], arena), ret)) return OK;
    }
    for (size_t i = 0; !patterns->count && i < sizeof built_in / sizeof built_in[0]; i++) {
        if (read_by(plain, built_in[i], ret)) return OK;
    }
    if (!patterns->count && instant_parse(plain, ret)) return OK;
    return fault_set(fault, REFUSE, "FIELD_DATE", "\"%.*s\" is not a time written as %s", BYTES_FMT(text),
                     patterns->count ? patterns->at[0] : "2026-06-08 10:20");
}

struct bytes scalar_time_text(instant at, const struct texts *patterns, struct arena *arena) {
    const char *pattern = patterns->count ? patterns->at[0] : WRITTEN;
    struct civil c = civil_of(in_utc(pattern) ? at - CHINA_MS : at);
    const int value[PART_COUNT] = {0, c.year, c.month, c.day, c.hour, c.minute, c.second};
    char *to = arena_alloc(arena, strlen(pattern) + 16);
    size_t count = 0;
    for (const char *p = pattern; *p;) {
        struct token token = token_at(p);
        if (token.part == PART_LITERAL) to[count++] = *p;
        else count += (size_t)snprintf(to + count, 8, "%0*d", (int)token.least, value[token.part]);
        p += token.length;
    }
    return bytes_of(to, count);
}
