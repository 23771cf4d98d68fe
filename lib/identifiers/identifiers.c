/* Checks of identity numbers, credit codes, coordinates and amounts. */
#include "identifiers/identifiers.h"
#include "base/blank.h"
#include "base/limits.h"
#include <stdlib.h>
#include <strings.h>

/* ---- id number */
#define LENGTH     18u
#define OLD_LENGTH 15u
#define SHOWN      4u

static bool all_digits(const uint8_t *at, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
    }
    return true;
}
static int number_at(const uint8_t *at, size_t count) {
    int number = 0;
    for (size_t i = 0; i < count; i++) number = number * 10 + (at[i] - '0');
    return number;
}

bool id_number_shaped(struct bytes number) {
    if (number.count == OLD_LENGTH) return all_digits(number.at, OLD_LENGTH);
    if (number.count != LENGTH || !all_digits(number.at, LENGTH - 1)) return false;
    uint8_t last = number.at[LENGTH - 1];
    return (last >= '0' && last <= '9') || last == 'X' || last == 'x';
}

/* Length of what may stand between or around the digits without being one. */
static size_t beside(struct bytes text, size_t at) {
    static const char *const marks[] = {"'", "\"", "`", "-", "‘", "’", "“", "”", "′", "－", "＇"};
    size_t count = blank_at(text, at);
    if (!count) count = invisible_at(text, at);
    for (size_t i = 0; !count && i < sizeof marks / sizeof *marks; i++) {
        size_t length = strlen(marks[i]);
        if (text.count - at >= length && memcmp(text.at + at, marks[i], length) == 0) count = length;
    }
    return count;
}

/* The ASCII form of a full-width digit or letter; the byte itself otherwise. */
static uint8_t plain_at(struct bytes text, size_t at, size_t *ret_count) {
    const uint8_t *c = text.at + at;
    *ret_count = 1;
    if (text.count - at < 3 || c[0] != 0xef || (c[1] != 0xbc && c[1] != 0xbd)) return *c;
    uint8_t half = c[1] == 0xbc ? (uint8_t)(c[2] - 0x60) : (uint8_t)(c[2] - 0x20);
    *ret_count = 3;
    return half;
}

bool id_number_meant(struct bytes number) {
    char plain[32];
    size_t count = 0, digits = 0, step = 1;
    for (size_t i = 0; i < number.count; i += step) {
        step = beside(number, i);
        if (step) continue;
        uint8_t c = plain_at(number, i, &step);
        if (count == sizeof plain - 1) return false;
        digits += c >= '0' && c <= '9';
        plain[count++] = (char)c;
    }
    plain[count] = '\0';
    size_t ends = count && (plain[count - 1] == 'X' || plain[count - 1] == 'x');
    if (digits + ends == count) return count >= 14 && count <= 20;
    char *end = plain, *mark = strpbrk(plain, "Ee");
    if (!mark || plain[0] < '0' || plain[0] > '9') return false;
    (void)strtod(plain, &end);
    return *end == '\0' && strlen(mark) <= 5;
}

/* GB/T 2260; 81 to 83: residents of Hong Kong, Macao and Taiwan who hold a mainland residence permit. */
static bool province(struct bytes number) {
    static const uint8_t known[] = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43,
                                    44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83};
    int code = number_at(number.at, 2);
    if (number.at[0] == '9' && number.count == LENGTH) return true;
    for (size_t i = 0; i < sizeof known; i++) {
        if (known[i] == code) return true;
    }
    return false;
}

static bool born(struct bytes number, instant at) {
    struct civil birth = {0};
    if (number.count == LENGTH) birth.year = number_at(number.at + 6, 4);
    else birth.year = 1900 + number_at(number.at + 6, 2);
    const uint8_t *month = number.at + (number.count == LENGTH ? 10 : 8);
    birth.month = number_at(month, 2);
    birth.day = number_at(month + 2, 2);
    if (birth.year < 1850 || !civil_valid(&birth)) return false;
    return at == INSTANT_NONE || instant_of(&birth) <= at;
}

/* ISO 7064 MOD 11-2: the weights are powers of two modulo 11, the sum with the check digit leaves 1. */
static bool check_digit(struct bytes number) {
    static const uint8_t weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < LENGTH - 1; i++) sum += weights[i] * (number.at[i] - '0');
    uint8_t last = number.at[LENGTH - 1];
    if (last == 'x') last = 'X';
    return last == (uint8_t)"10X98765432"[sum % 11];
}

const char *id_number_check(struct bytes number, instant at) {
    if (!id_number_shaped(number)) return "ID_NUMBER_FORM";
    if (!province(number)) return "ID_NUMBER_DIVISION";
    if (!born(number, at)) return "ID_NUMBER_DATE";
    if (number.count == LENGTH && !check_digit(number)) return "ID_NUMBER_CHECK";
    return NULL;
}

struct bytes id_number_division(struct bytes number) {
    return bytes_of(number.at, number.count < 6 ? number.count : 6);
}

void id_number_mask(struct bytes number, char ret[ID_NUMBER_MASKED]) {
    size_t count = number.count < ID_NUMBER_MASKED - 1 ? number.count : ID_NUMBER_MASKED - 1;
    bool shown = number.count == count && count >= 3 * SHOWN;
    for (size_t i = 0; i < count; i++) {
        bool plain = shown && (i < SHOWN || i >= count - SHOWN) && number.at[i] > 0x20 && number.at[i] < 0x7f;
        ret[i] = plain ? (char)number.at[i] : '*';
    }
    ret[count] = 0;
}

/* ---- credit code */
#define CREDIT_CODE_LENGTH 18u

static int credit_value(uint8_t c) {
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if (c >= '0' && c <= '9') return c - '0';
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

const char *credit_code_check(struct bytes code) {
    int sum = 0, weight = 1;
    if (code.count != CREDIT_CODE_LENGTH) return "CREDIT_CODE_FORM";
    for (size_t i = 0; i < CREDIT_CODE_LENGTH; i++) {
        int value = credit_value(code.at[i]);
        if (value < 0 || (i >= 2 && i < 8 && value > 9)) return "CREDIT_CODE_FORM";
        if (i == CREDIT_CODE_LENGTH - 1) return value == (31 - sum) % 31 ? NULL : "CREDIT_CODE_CHECK";
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    return NULL;
}

/* ---- as compared */
void party_number_plain(struct bytes number, char ret[PARTY_NUMBER]) {
    size_t count = 0, step = 0;
    for (size_t at = 0; at < number.count; at += step) {
        if ((step = beside(number, at)) > 0) continue;
        uint8_t c = plain_at(number, at, &step);
        if (c >= 'a' && c <= 'z') c = (uint8_t)(c - 'a' + 'A');
        bool known = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
        if (!known || count == PARTY_NUMBER - 1) {
            ret[0] = 0;
            return;
        }
        ret[count++] = (char)c;
    }
    ret[count] = 0;
}

/* ---- coordinate */
static bool system_known(struct bytes system) {
    static const char *const names[] = {
        "CGCS2000",      "国家2000", "2000国家大地坐标系", "GCJ-02", "GCJ02",  "火星坐标",       "WGS84",     "WGS-84",
        "BD-09",         "BD09",     "百度坐标",           "XIAN80", "西安80", "1980西安坐标系", "BEIJING54", "北京54",
        "1954北京坐标系"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (system.count == strlen(names[i]) && strncasecmp((const char *)system.at, names[i], system.count) == 0)
            return true;
    }
    return false;
}

const char *coordinate_check(const struct coordinate *at) {
    if (at->system.count && !system_known(at->system)) return "COORDINATE_SYSTEM";
    bool east = !at->has_longitude || (at->longitude >= -180 && at->longitude <= 180); /* false for NaN too */
    bool north = !at->has_latitude || (at->latitude >= -90 && at->latitude <= 90);
    /* what programs write where nobody knew */
    bool zero = (at->has_longitude && at->longitude == 0) || (at->has_latitude && at->latitude == 0);
    return east && north && !zero ? NULL : "COORDINATE_RANGE";
}

const char *coordinate_remark(const struct coordinate *at) {
    if (at->has_longitude != at->has_latitude) return "COORDINATE_PAIR";
    return at->has_longitude && !at->system.count ? "COORDINATE_SYSTEM_MISSING" : NULL;
}

/* ---- amount */
const char *amount_check(int64_t fen) { return fen < 0 || fen > LIMIT_AMOUNT_FEN ? "AMOUNT_RANGE" : NULL; }
