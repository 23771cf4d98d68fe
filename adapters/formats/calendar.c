/* Reads a cell's date or time. A time is what its runs of digits say, whatever stands between them. */
#include "adapters/formats/calendar.h"

#define PARTS 6
struct run {
    int value;
    size_t digits;
};

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* Digits of the text, run by run; false: too many of them. */
static bool runs_of(struct bytes text, struct run *runs, size_t *ret_count) {
    size_t count = 0;
    for (size_t i = 0; i < text.count; i++) {
        if (!is_digit(text.at[i])) continue;
        bool begins = !i || !is_digit(text.at[i - 1]);
        if (begins && count == PARTS) return false;
        if (begins) runs[count++] = (struct run){0, 0};
        if (++runs[count - 1].digits > 8) return false;
        runs[count - 1].value = runs[count - 1].value * 10 + (text.at[i] - '0');
    }
    *ret_count = count;
    return true;
}

bool calendar_read(struct bytes text, struct civil *ret) {
    struct run runs[PARTS];
    size_t count = 0, from = 3;
    if (!text.count || !is_digit(text.at[0]) || !runs_of(text, runs, &count) || !count) return false;
    int parts[PARTS] = {0};
    if (runs[0].digits == 8) {
        parts[0] = runs[0].value / 10000, parts[1] = runs[0].value / 100 % 100, parts[2] = runs[0].value % 100;
        from = 1;
    } else {
        if (runs[0].digits != 4 || count < 3) return false;
        for (size_t i = 0; i < 3; i++) parts[i] = runs[i].value;
    }
    for (size_t i = from; i < count; i++) parts[3 + i - from] = runs[i].value;
    *ret = (struct civil){parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], 0};
    return count - from <= 3 && civil_valid(ret);
}

bool calendar_is_day(const struct civil *civil) { return !civil->hour && !civil->minute && !civil->second; }
