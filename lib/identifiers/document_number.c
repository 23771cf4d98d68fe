/* Document and case numbers taken apart. A reading moves over the bytes; nothing is copied. */
#include "identifiers/document_number.h"
#include "base/blank.h"

#define NUMBER_MAX      300u
#define SEQUENCE_DIGITS 9

struct number_reading {
    const uint8_t *at, *end;
};

static bool take(struct number_reading *r, const char *mark) {
    size_t count = strlen(mark);
    if ((size_t)(r->end - r->at) < count || memcmp(r->at, mark, count) != 0) return false;
    r->at += count;
    return true;
}
static bool take_any(struct number_reading *r, const char *const *marks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (take(r, marks[i])) return true;
    }
    return false;
}
static void take_spaces(struct number_reading *r) {
    for (size_t count; r->at < r->end; r->at += count) {
        count = blank_at(bytes_of(r->at, (size_t)(r->end - r->at)), 0);
        if (!count) return;
    }
}
static bool take_bracket(struct number_reading *r, bool opening) {
    static const char *const open[] = {"〔", "[", "［", "(", "（", "【", "﹝", "〖", "〈", "《", "<", "＜", "{", "｛"},
                             *const close[] = {"〕", "]",  "］", ")", "）", "】", "﹞",
                                               "〗", "〉", "》", ">", "＞", "}",  "｝"};
    return take_any(r, opening ? open : close, sizeof open / sizeof open[0]);
}

/* One digit, ASCII or full-width; -1: none. */
static int take_digit(struct number_reading *r) {
    const uint8_t *c = r->at;
    if (c < r->end && *c >= '0' && *c <= '9') return *r->at++ - '0';
    if (r->end - c < 3 || c[0] != 0xef || c[1] != 0xbc || c[2] < 0x90 || c[2] > 0x99) return -1;
    r->at += 3;
    return c[2] - 0x90;
}

/* How many digits were read. */
static int take_number(struct number_reading *r, int most, int64_t *ret) {
    int count = 0;
    *ret = 0;
    for (int digit; count < most && (digit = take_digit(r)) >= 0; count++) *ret = *ret * 10 + digit;
    return count;
}

/* Only here need a bracket be looked for: ASCII's own, 〔 〈 and the like (E3 80), （ ﹝ and the like (EF). */
static bool may_open(uint8_t c) { return c == '(' || c == '[' || c == '<' || c == '{' || c == 0xe3 || c == 0xef; }

static bool take_year(struct number_reading *r, int *ret) {
    int64_t year = 0;
    struct number_reading ahead = *r;
    if (!take_bracket(&ahead, true)) return false;
    take_spaces(&ahead);
    if (take_number(&ahead, 4, &year) != 4) return false;
    take_spaces(&ahead);
    if (!take_bracket(&ahead, false) || year < 1949 || year > 2199) return false;
    *ret = (int)year;
    *r = ahead;
    return true;
}

/* [第] digits 号, to the end. */
static bool take_sequence(struct number_reading *r, int64_t *ret) {
    struct number_reading ahead = *r;
    take_spaces(&ahead);
    (void)take(&ahead, "第");
    take_spaces(&ahead);
    if (!take_number(&ahead, SEQUENCE_DIGITS, ret)) return false;
    take_spaces(&ahead);
    if (!take(&ahead, "号")) return false;
    take_spaces(&ahead);
    if (ahead.at != ahead.end) return false;
    *r = ahead;
    return true;
}

static bool court(struct number_reading r, struct document_number *ret) {
    const uint8_t *from = r.at;
    if (r.at < r.end && *r.at < 0x80) return false; /* a court begins with its province's character */
    for (; r.at < r.end; r.at++) {
        ret->prefix = bytes_of(from, (size_t)(r.at - from));
        if (ret->prefix.count && take_sequence(&r, &ret->sequence)) return true;
    }
    return false;
}

bool document_number_parse(struct bytes printed, struct document_number *ret) {
    struct number_reading r = {printed.at, printed.at + printed.count};
    if (!printed.count || printed.count > NUMBER_MAX) return false;
    take_spaces(&r);
    ret->court = take_year(&r, &ret->year);
    if (ret->court) return court(r, ret);
    const uint8_t *from = r.at;
    for (; r.at < r.end; r.at++) {
        if (!may_open(*r.at)) continue;
        ret->prefix = bytes_of(from, (size_t)(r.at - from));
        if (ret->prefix.count && take_year(&r, &ret->year)) return take_sequence(&r, &ret->sequence);
    }
    return false;
}

size_t document_number_year(struct bytes text, int *ret_year) {
    struct number_reading r = {text.at, text.at + text.count};
    return text.count && may_open(*text.at) && take_year(&r, ret_year) ? (size_t)(r.at - text.at) : 0;
}

const char *document_number_check(struct bytes printed) {
    struct document_number ignored;
    return document_number_parse(printed, &ignored) ? NULL : "NUMBER_FORM";
}

static bool of(const uint8_t *at, size_t count, bool capitals) {
    for (size_t i = 0; i < count; i++) {
        if ((at[i] < '0' || at[i] > '9') && !(capitals && at[i] >= 'A' && at[i] <= 'Z')) return false;
    }
    return true;
}

const char *case_number_check(struct bytes number) {
    if (number.count < 13 || (number.at[0] != 'A' && number.at[0] != 'Z') || !of(number.at + 1, 6, false) ||
        !of(number.at + 7, 6, true))
        return NULL;
    if (number.count != 23 || !of(number.at + 13, 6, false) || !of(number.at + 19, 4, true)) return "CASE_NUMBER_FORM";
    int month = (number.at[17] - '0') * 10 + number.at[18] - '0';
    return month >= 1 && month <= 12 ? NULL : "CASE_NUMBER_FORM";
}
