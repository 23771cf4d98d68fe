/* A number as its format shows it. Source: ECMA-376 part 1, 18.8.31 (number formats): sections by sign, literal text in
 * quotes or behind a backslash, placeholders 0 # ?, a comma behind them for thousands, % for hundredths. Separators,
 * decimals and colours show the same number and are left out: its digits are those that the cell holds. */
#include "adapters/formats/xlsx_inside.h"
#include <math.h>
#include <stdio.h>

struct shown {
    char before[64], behind[64]; /* literal text */
    int zeros;                   /* 0 alone, so many: leading zeros */
    bool placed, percent, scaled, conditional, fraction;
};

static void add(struct shown *s, const char *at, size_t count) {
    char *into = s->placed ? s->behind : s->before;
    size_t have = strlen(into);
    if (have + count >= sizeof s->before) count = 0;
    memcpy(into + have, at, count);
    into[have + count] = '\0';
}

/* Of a section's text: how many bytes one thing of it takes. */
static size_t thing(struct shown *s, const char *p, const char *end) {
    if (*p == '"') {
        const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
        if (!close) close = end;
        add(s, p + 1, (size_t)(close - p - 1));
        return (size_t)(close - p) + (close < end);
    }
    if (*p == '[') { /* a colour, a condition, a currency [$¥-804] */
        const char *close = memchr(p, ']', (size_t)(end - p));
        if (p[1] == '<' || p[1] == '>' || p[1] == '=') s->conditional = true;
        if (p[1] == '$' && close) add(s, p + 2, strcspn(p + 2, "-]"));
        return close ? (size_t)(close - p) + 1 : (size_t)(end - p);
    }
    if ((*p == '_' || *p == '*') && p + 1 < end) return 2; /* blanks of a width, a filling */
    if (*p == '\\' && p + 1 < end) {
        size_t count = 1;
        while (p + 1 + count < end && ((unsigned char)p[1 + count] & 0xc0) == 0x80) count++;
        add(s, p + 1, count);
        return 1 + count;
    }
    if (strchr("0#?", *p)) {
        s->zeros = *p == '0' && s->zeros >= 0 ? s->zeros + 1 : -1;
        s->placed = true;
        if (p + 1 < end && p[1] == ',' && (p + 2 == end || !strchr("0#?,", p[2]))) s->scaled = true;
        if (p + 2 < end && p[1] == ',' && p[2] == ',') s->scaled = true;
        return 1;
    }
    if (strncmp(p, "General", 7) == 0) {
        s->placed = true;
        s->zeros = -1;
        return 7;
    }
    if (*p == '%') s->percent = true;
    if (*p == '/') s->fraction = true;
    if (*p == '.' || *p == ',' || *p == '/' || *p == 'E' || *p == 'e') s->zeros = -1;
    if (strchr(".,%/ Ee@", *p)) return 1;
    size_t count = 1;
    while (p + count < end && ((unsigned char)p[count] & 0xc0) == 0x80) count++;
    if (*p != '+' && *p != '-' && *p != '(' && *p != ')') add(s, p, count);
    return count;
}

static struct shown section_of(const char *from, const char *end) {
    struct shown s = {.zeros = 0};
    for (const char *p = from; p < end;) p += thing(&s, p, end);
    return s;
}

static const char *section_end(const char *p) {
    for (; *p && *p != ';'; p++) {
        if (*p == '"') {
            const char *close = strchr(p + 1, '"');
            if (!close) return p + strlen(p);
            p = close;
        } else if (*p == '\\' && p[1]) p++;
    }
    return p;
}

static bool blank(const char *text) { return text[strspn(text, " ")] == '\0'; }
static bool adds(const struct shown *s) {
    return !blank(s->before) || !blank(s->behind) || s->zeros > 1 || s->percent || s->scaled || s->conditional ||
           !s->placed;
}

bool xlsx_format_shows(const char *code) {
    if (strcmp(code, "@") == 0) return false;
    for (const char *from = code, *end;; from = end + 1) {
        end = section_end(from);
        struct shown s = section_of(from, end);
        bool text = memchr(from, '@', (size_t)(end - from)) != NULL; /* the fourth: of texts */
        if (!text && adds(&s)) return true;
        if (!*end) return false;
    }
}

bool xlsx_shown(double number, const char *plain, const char *code, struct arena *arena, const char **ret) {
    const char *from[3] = {code}, *end[3];
    size_t count = 0;
    for (const char *p = code; count < 3; p = end[count++] + 1) {
        from[count] = p;
        end[count] = section_end(p);
        if (!*end[count]) {
            count++;
            break;
        }
    }
    bool negative = number < 0, zero = fpclassify(number) == FP_ZERO;
    size_t which = negative && count > 1 ? 1 : zero && count > 2 ? 2 : 0;
    struct shown s = section_of(from[which], end[which]);
    if (s.scaled || s.conditional) return false;
    if (s.percent) {
        *ret = arena_printf(arena, "%.15g%%", number * 100);
        return true;
    }
    if (!s.placed) { /* the section is text alone, or nothing: "-" for zero */
        *ret = zero ? plain : "";
        return zero;
    }
    const char *digits = plain;
    if (s.zeros > 1 && floor(fabs(number)) >= fabs(number) && fabs(number) < 1e15)
        digits = arena_printf(arena, "%s%0*.0f", negative ? "-" : "", s.zeros, fabs(number));
    if (negative && which == 1 && !strchr(digits, '-')) digits = arena_printf(arena, "-%s", digits);
    *ret = arena_printf(arena, "%s%s%s", blank(s.before) ? "" : s.before, digits, blank(s.behind) ? "" : s.behind);
    return true;
}
