/* The numbers in a free text that belong to one person: identity numbers, cards and accounts (15 to 19
 * digits, the 18th may be X), telephones. Full-width digits count as digits. A run that touches a letter or a decimal
 * point is none (case numbers, coordinates); dates, amounts and document numbers are too short. Each digit hidden
 * becomes '*'. */
#include "adapters/conversion/canonical/mask.h"
#include <ctype.h>

#define LONGEST 19u
/* count > LONGEST: longer than any */
struct run {
    size_t from, end, count;
    size_t at[LONGEST + 1];
    char digits[LONGEST + 1];
};

static size_t digit(struct bytes text, size_t at, char *ret) {
    const uint8_t *c = text.at + at;
    bool wide = text.count - at >= 3 && c[0] == 0xef && c[1] == 0xbc && c[2] >= 0x90 && c[2] <= 0x99;
    *ret = (char)(wide ? '0' + (c[2] - 0x90) : c[0]);
    return wide ? 3 : *ret >= '0' && *ret <= '9' ? 1 : 0;
}

static struct run run_at(struct bytes text, size_t from) {
    struct run run = {.from = from, .end = from};
    char one;
    for (size_t step; run.end < text.count && (step = digit(text, run.end, &one)) > 0; run.end += step) {
        if (run.count < LONGEST) run.at[run.count] = run.end, run.digits[run.count] = one;
        if (run.count <= LONGEST) run.count++;
    }
    bool check = run.count == 17 && run.end < text.count && (text.at[run.end] | 0x20) == 'x';
    if (check) run.at[run.count] = run.end++, run.digits[run.count++] = 'X';
    return run;
}

static bool touches(struct bytes text, size_t at) {
    return at < text.count && (isalnum(text.at[at]) || text.at[at] == '.' || text.at[at] == '_');
}

static bool mobile(const char *digits) { return digits[0] == '1' && digits[1] >= '3'; }

/* How many stay at the front and at the end; false: no such number. */
static bool shown(const struct run *r, size_t *front, size_t *back) {
    *back = 4;
    *front = r->count == 11 && mobile(r->digits)                                          ? 3
             : r->count == 13 && memcmp(r->digits, "86", 2) == 0 && mobile(r->digits + 2) ? 5
                                                                                          : 4;
    bool land = r->digits[0] == '0' && r->count >= 10 && r->count <= 12;
    return *front != 4 || land || (r->count >= 15 && r->count <= LONGEST);
}

/* 0478-8212345, 138 1234 5678: the run that is hidden in part stands behind a sign. Where it begins, or 0. */
static size_t spelt(struct bytes text, const struct run *r, struct run *ret, size_t *ret_back) {
    bool sign = r->end < text.count && (text.at[r->end] == '-' || text.at[r->end] == ' ');
    if (!sign || r->count < 3 || r->count > 4) return 0;
    *ret = run_at(text, r->end + 1);
    bool land = r->digits[0] == '0' && text.at[r->end] == '-' && (ret->count == 7 || ret->count == 8);
    bool third = r->count == 3 && mobile(r->digits) && ret->count == 4 && ret->end < text.count &&
                 text.at[ret->end] == text.at[r->end] && run_at(text, ret->end + 1).count == 4;
    *ret_back = land ? 4 : 0;
    return land || third ? ret->from : 0;
}

static size_t put(uint8_t *to, struct bytes text, const struct run *r, size_t front, size_t back) {
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        size_t end = i + 1 < r->count ? r->at[i + 1] : r->end;
        bool hidden = i >= front && i + back < r->count;
        if (hidden) to[count++] = '*';
        for (size_t k = r->at[i]; k < end && !hidden; k++) to[count++] = text.at[k];
    }
    return count;
}

struct bytes mask_numbers(struct bytes text, struct arena *arena) {
    if (arena_ready(arena, text.count + 1, NULL) != OK) return BYTES_NONE;
    uint8_t *made = arena_alloc(arena, text.count + 1);
    size_t count = 0;
    for (size_t at = 0; at < text.count;) {
        struct run run = run_at(text, at), second;
        size_t front = 0, back = 0, begins = 0;
        bool free_run = run.count && !(at && touches(text, at - 1)) && !touches(text, run.end);
        bool hides = free_run && run.count <= LONGEST && shown(&run, &front, &back);
        if (!hides && free_run) begins = spelt(text, &run, &second, &back);
        size_t end = !run.count ? at + 1 : begins ? begins : run.end;
        if (hides) count += put(made + count, text, &run, front, back);
        while (!hides && at < end) made[count++] = text.at[at++];
        at = end;
        if (!begins) continue;
        count += put(made + count, text, &second, 0, back);
        at = second.end;
    }
    return bytes_of(made, count);
}
