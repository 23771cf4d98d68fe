/* Amounts and quantities. A number on paper is a decimal: digits and a scale, never a binary fraction;
 * units multiply and divide it by whole numbers, so an amount is exact and a quantity is rounded once, at the end. */
#include "adapters/conversion/scalar/scalar.h"
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_MAX   18 /* with the largest unit still far from the end of 128 bits */
#define WHOLE_MAX    40 /* digits of a number without unit: strtod rounds it */
#define DECIMALS_MAX 30
#define SCALE_MAX    32 /* ten to this and the largest unit stay within 128 bits */
struct decimal {
    bool negative;
    int64_t digits;
    unsigned scale;
};

static const struct unit_pair units[] = {
    {"元", "fen", 100, 1},      {"万元", "fen", 1000000, 1}, {"克", "kg", 1, 1000},     {"公斤", "kg", 1, 1},
    {"千克", "kg", 1, 1},       {"kg", "kg", 1, 1},          {"市斤", "kg", 1, 2},      {"斤", "kg", 1, 2},
    {"吨", "kg", 1000, 1},      {"亩", "ha", 1, 15},         {"公顷", "ha", 1, 1},      {"ha", "ha", 1, 1},
    {"平方米", "ha", 1, 10000}, {"m2", "ha", 1, 10000},      {"立方米", "m3", 1, 1},    {"方", "m3", 1, 1},
    {"m3", "m3", 1, 1},         {"米", "m", 1, 1},           {"m", "m", 1, 1},          {"公里", "m", 1000, 1},
    {"千米", "m", 1000, 1},     {"mg/L", "mg/L", 1, 1},      {"μg/L", "mg/L", 1, 1000}, {"ug/L", "mg/L", 1, 1000},
    {"g/L", "mg/L", 1000, 1},   {"吨", "t", 1, 1},           {"t", "t", 1, 1},          {"公斤", "t", 1, 1000},
    {"千克", "t", 1, 1000},     {"kg", "t", 1, 1000},        {"市斤", "t", 1, 2000},    {"亩", "亩", 1, 1},
    {"公顷", "亩", 15, 1},      {"ha", "亩", 15, 1},         {"平方米", "亩", 3, 2000}, {"m2", "亩", 3, 2000},
    {"元", "元", 1, 1},         {"万元", "元", 10000, 1},    {"株", "株", 1, 1},        {"人", "人", 1, 1},
    {"次", "次", 1, 1},         {"小时", "h", 1, 1},         {"h", "h", 1, 1}};

const struct unit_pair *scalar_unit(const char *native, const char *canonical) {
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].native, native) == 0 && strcmp(units[i].canonical, canonical) == 0) return &units[i];
    }
    return NULL;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* 1E+5, 1.5e-3, as programs write numbers: its digits with the point moved, or the text itself. */
static const char *without_exponent(const char *text, struct arena *arena) {
    const char *mark = strpbrk(text, "eE"), *first = text + (*text == '-' || *text == '+'), *point = strchr(text, '.');
    if (!mark || mark == first || !is_digit(first[0]) || !is_digit(mark[-1])) return text;
    const char *power = mark + 1 + (mark[1] == '-' || mark[1] == '+');
    if (!is_digit(*power) || power[strspn(power, "0123456789")] || strlen(power) > 3) return text;
    int exponent = atoi(mark + 1), whole = (int)((point && point < mark ? point : mark) - first);
    int digits = (int)(mark - first) - (point && point < mark);
    if (strspn(first, "0123456789.") != (size_t)(mark - first) || abs(exponent) > DECIMALS_MAX) return text;
    char *to = arena_alloc(arena, (size_t)digits + 2 * DECIMALS_MAX + 8), *at = to;
    if (*text == '-') *at++ = '-';
    int before = whole + exponent, put = 0; /* digits before the point */
    if (before <= 0) at += sprintf(at, "0.");
    for (int k = before; k < 0; k++) *at++ = '0';
    for (const char *p = first; p < mark; p++) {
        if (*p == '.') continue;
        if (put == before && put > 0) *at++ = '.';
        *at++ = *p;
        put++;
    }
    for (; put < before; put++) *at++ = '0';
    *at = '\0';
    return to;
}

/* To plain digits with at most one point and sign: full width made half, well-formed groups of three joined. NULL: no
 * number. */
static const char *plain_number(struct bytes text, struct arena *arena) {
    if (arena_ready(arena, 3 * text.count + 64, NULL) != OK) return NULL;
    const char *from = without_exponent(arena_cstr(arena, scalar_half_width(text, arena)), arena);
    if (!text.count || memchr(text.at, 0, text.count)) return NULL;
    char *to = arena_alloc(arena, strlen(from) + 2);
    size_t count = 0, group = 0;
    bool grouped = false, point = false;
    if (*from == '-' || *from == '+') {
        if (*from == '-') to[count++] = '-';
        from++;
    }
    const char *first = from;
    for (; *from; from++) {
        if (is_digit(*from)) {
            to[count++] = *from;
            group++;
        } else if (*from == ',' && !point && group >= 1 && (grouped ? group == 3 : group <= 3)) {
            grouped = true;
            group = 0;
        } else if (*from == '.' && !point && from > first && is_digit(from[1]) && (!grouped || group == 3)) {
            to[count++] = '.';
            point = true;
        } else {
            return NULL;
        }
    }
    return from > first && is_digit(from[-1]) && (!grouped || point || group == 3) ? to : NULL;
}

/* False: more digits than can be counted exactly. */
static bool decimal_of(const char *plain, struct decimal *ret) {
    struct decimal d = {*plain == '-', 0, 0};
    int digits = 0;
    bool point = false;
    for (const char *p = plain + d.negative; *p; p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        d.scale += point;
        if (d.scale > SCALE_MAX) return false;
        if (digits == 0 && *p == '0') continue;
        if (++digits > DIGITS_MAX) return false;
        d.digits = d.digits * 10 + (*p - '0');
    }
    *ret = d;
    return true;
}

static __int128 power_of_ten(unsigned scale) {
    __int128 power = 1;
    while (scale--) power *= 10;
    return power;
}

static bool cut_front(struct bytes *text, const char *word) {
    size_t count = strlen(word);
    if (text->count < count || memcmp(text->at, word, count) != 0) return false;
    *text = scalar_trim(bytes_of(text->at + count, text->count - count));
    return true;
}
static bool cut_end(struct bytes *text, const char *word) {
    size_t count = strlen(word);
    if (text->count < count || memcmp(text->at + text->count - count, word, count) != 0) return false;
    *text = scalar_trim(bytes_of(text->at, text->count - count));
    return true;
}

/* An amount that says its own unit (1.2万元, ￥1,234.50, 人民币500元整) is taken at its word, whatever the column's is;
 * where the sign of the currency stands alone in a column of another unit, either may be meant: false. */
static bool own_unit(struct bytes *text, const struct unit_pair **unit) {
    static const char *const yuan[] = {"元", "圆"}, *const signs[] = {"人民币", "RMB", "CNY", "￥", "¥"};
    bool sign = false, tens = false, said = false;
    (void)cut_end(text, "整");
    for (size_t i = 0; i < sizeof yuan / sizeof yuan[0] && !said; i++) said = cut_end(text, yuan[i]);
    tens = cut_end(text, "万");
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) sign = cut_front(text, signs[i]) || sign;
    const struct unit_pair *own = said || tens || sign ? scalar_unit(tens ? "万元" : "元", (*unit)->canonical) : *unit;
    if (!own || (sign && !said && !tens && own != *unit)) return false;
    *unit = own;
    return true;
}

/* 100000.10000000001 is what a program makes of 100000.1: the fifteenth digit and what is behind it are no amount. */
static void round_noise(__int128 *over, __int128 under, const char *plain) {
    __int128 rest = *over % under, most = under / 10000;
    const char *point = strchr(plain, '.');
    if (!point || strlen(plain) < 15 || !rest) return;
    if (rest < most) *over -= rest;
    else if (under - rest < most) *over += under - rest;
}

enum outcome scalar_amount(struct bytes text, const struct unit_pair *unit, struct arena *arena, int64_t *ret_fen,
                           struct fault *fault) {
    struct decimal d;
    if (!unit) unit = scalar_unit("元", "fen");
    INVARIANT(unit);
    struct bytes number = text;
    const char *plain = own_unit(&number, &unit) ? plain_number(number, arena) : NULL;
    if (!plain || !decimal_of(plain, &d))
        return fault_set(fault, REFUSE, "FIELD_AMOUNT", "\"%.*s\" is not an amount in %s", BYTES_FMT(text),
                         unit->native);
    __int128 over = (__int128)d.digits * unit->multiply, under = power_of_ten(d.scale) * unit->divide;
    round_noise(&over, under, plain);
    if (over % under != 0)
        return fault_set(fault, REFUSE, "FIELD_AMOUNT", "\"%.*s\" %s is not a whole number of fen", BYTES_FMT(text),
                         unit->native);
    __int128 fen = over / under;
    if (fen > INT64_MAX) return fault_set(fault, REFUSE, "FIELD_AMOUNT", "\"%.*s\" is too large", BYTES_FMT(text));
    *ret_fen = d.negative ? -(int64_t)fen : (int64_t)fen;
    return OK;
}

struct bytes scalar_amount_text(int64_t fen, const struct unit_pair *unit, struct arena *arena) {
    int64_t per = unit ? unit->multiply : 100;
    uint64_t size = fen < 0 ? (uint64_t)0 - (uint64_t)fen : (uint64_t)fen, rest = size % (uint64_t)per;
    const char *sign = fen < 0 ? "-" : "";
    unsigned long long whole = size / (uint64_t)per;
    if (!rest) return bytes_of_cstr(arena_printf(arena, "%s%llu", sign, whole));
    if (per == 100) return bytes_of_cstr(arena_printf(arena, "%s%llu.%02llu", sign, whole, (unsigned long long)rest));
    char *text = arena_printf(arena, "%s%llu.%06llu", sign, whole, (unsigned long long)rest);
    size_t count = strlen(text);
    while (text[count - 1] == '0') count--;
    return bytes_of(text, count);
}

enum outcome scalar_number(struct bytes text, const struct unit_pair *unit, struct arena *arena, double *ret,
                           struct fault *fault) {
    struct decimal d;
    struct bytes bare = text;
    bool money = unit && strcmp(unit->canonical, "元") == 0;
    const char *plain = !money || own_unit(&bare, &unit) ? plain_number(bare, arena) : NULL;
    if (!plain || strlen(plain) > WHOLE_MAX)
        return fault_set(fault, REFUSE, "FIELD_NUMBER", "\"%.*s\" is not a number", BYTES_FMT(text));
    if (!unit || unit->multiply == unit->divide) {
        *ret = strtod(plain, NULL);
        return OK;
    }
    if (!decimal_of(plain, &d))
        return fault_set(fault, REFUSE, "FIELD_NUMBER", "\"%.*s\" has more than %d digits", BYTES_FMT(text),
                         DIGITS_MAX);
    long double over = (long double)d.digits * (long double)unit->multiply,
                under = (long double)(power_of_ten(d.scale) * unit->divide);
    *ret = (double)(d.negative ? -over / under : over / under);
    return OK;
}

/* The shortest decimal that reads back as the same number; one that no decimal of a paper's size holds (another
 * system's 1e-300, a NaN) keeps the computer's form, so that it is seen and not lost. */
struct bytes scalar_number_text(double number, const struct unit_pair *unit, struct arena *arena) {
    long double native =
        unit ? (long double)number * (long double)unit->divide / (long double)unit->multiply : (long double)number;
    char *text = arena_alloc(arena, 400);
    struct fault ignored;
    double again = 0;
    for (int decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
        int count = snprintf(text, 400, "%.*Lf", decimals, native);
        if (count > WHOLE_MAX) break;
        if (scalar_number(bytes_of_cstr(text), unit, arena, &again, &ignored) != OK || again > number || again < number)
            continue;
        return bytes_of_cstr(strcmp(text, "-0") == 0 ? "0" : text);
    }
    snprintf(text, 400, "%.17Lg", native);
    return bytes_of_cstr(text);
}
