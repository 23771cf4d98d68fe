/* See profile.h: times by pattern. A pattern is letters (yyyy MM dd HH mm ss, M d H m s) and, between them, itself. */
#include "adapters/engine/profile.h"
#include <stdio.h>

enum part { PART_LITERAL, PART_YEAR, PART_MONTH, PART_DAY, PART_HOUR, PART_MINUTE, PART_SECOND, PART_COUNT };
struct token { enum part part; size_t least, most, length; };  /* digits; length: bytes of the pattern */

/* Reading without a pattern of the profile; the forms that papers and exports really use. */
#define DAYS(rest) "yyyy-M-d" rest, "yyyy/M/d" rest, "yyyy.M.d" rest, "yyyy年M月d日" rest
static const char *const built_in[] = {DAYS(""), DAYS(" H:mm"), DAYS(" H:mm:ss"), DAYS("TH:mm"), DAYS("TH:mm:ss"), DAYS("H时m分"), DAYS("H时m分s秒"),
    DAYS(" H时m分"), DAYS(" H时m分s秒"), "yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"};
#define WRITTEN "yyyy-MM-dd HH:mm:ss"

static struct token token_at(const char *pattern) {
    static const struct { const char *text; struct token token; } all[] = {
        {"yyyy", {PART_YEAR, 4, 4, 4}}, {"MM", {PART_MONTH, 2, 2, 2}}, {"dd", {PART_DAY, 2, 2, 2}}, {"HH", {PART_HOUR, 2, 2, 2}},
        {"mm", {PART_MINUTE, 2, 2, 2}}, {"ss", {PART_SECOND, 2, 2, 2}}, {"M", {PART_MONTH, 1, 2, 1}}, {"d", {PART_DAY, 1, 2, 1}},
        {"H", {PART_HOUR, 1, 2, 1}}, {"m", {PART_MINUTE, 1, 2, 1}}, {"s", {PART_SECOND, 1, 2, 1}}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strncmp(pattern, all[i].text, strlen(all[i].text)) == 0) return all[i].token;
    }
    return (struct token){PART_LITERAL, 0, 0, 1};
}

bool scalar_is_time_pattern(const char *pattern) {
    unsigned seen = 0;
    for (const char *p = pattern; *p;) {
        struct token token = token_at(p);
        if (token.part != PART_LITERAL && (seen & 1u << token.part)) return false;
        if (token.part == PART_LITERAL && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) && *p != 'T' && *p != 'Z') return false;
        if (token.part != PART_LITERAL) seen |= 1u << token.part;
        p += token.length;
    }
    bool day = (seen & (1u << PART_YEAR)) && (seen & (1u << PART_MONTH)) && (seen & (1u << PART_DAY));
    bool minute = seen & 1u << PART_MINUTE, second = seen & 1u << PART_SECOND, hour = seen & 1u << PART_HOUR;
    return day && (!minute || hour) && (!second || minute);
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
    struct civil civil = {value[PART_YEAR], value[PART_MONTH], value[PART_DAY], value[PART_HOUR], value[PART_MINUTE], value[PART_SECOND], 0};
    if (at != text.count || !civil_valid(&civil)) return false;
    *ret = instant_of(&civil);
    return true;
}

enum outcome scalar_time(struct bytes text, const struct texts *patterns, struct arena *arena, instant *ret, struct fault *fault) {
    struct bytes plain = scalar_half_width(text, arena);
    for (size_t i = 0; i < patterns->count; i++) {
        if (read_by(plain, patterns->at[i], ret)) return OK;
    }
    for (size_t i = 0; !patterns->count && i < sizeof built_in / sizeof built_in[0]; i++) {
        if (read_by(plain, built_in[i], ret)) return OK;
    }
    if (!patterns->count && instant_parse(plain, ret)) return OK;
    return fault_set(fault, REFUSE, "FIELD_DATE", "\"%.*s\" is not a time written as %s", BYTES_FMT(text), patterns->count ? patterns->at[0] : "2026-06-08 10:20");
}

struct bytes scalar_time_text(instant at, const struct texts *patterns, struct arena *arena) {
    const char *pattern = patterns->count ? patterns->at[0] : WRITTEN;
    struct civil c = civil_of(at);
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
