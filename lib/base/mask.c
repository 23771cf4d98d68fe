/* Runs of digits found, and those masked that read as identity numbers. */
#include "base/mask.h"
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SHOWN 4u

static bool month_and_day(const char *at) {
    int month = (at[0] - '0') * 10 + at[1] - '0', day = (at[2] - '0') * 10 + at[3] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* `count` characters, digits but perhaps the last. */
static bool identity(const char *at, size_t count) {
    if (count == 15) return at[14] != 'X' && at[14] != 'x' && month_and_day(at + 8);
    return count == 18 && month_and_day(at + 10);
}

void mask_line(char *text) {
    for (char *at = text; *at;) {
        size_t count = strspn(at, "0123456789");
        if ((at[count] == 'X' || at[count] == 'x') && count == 17) count++;
        if (!count) {
            at += isalpha((unsigned char)*at)
                      ? strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
                      : 1;
            continue;
        }
        if (!isalnum((unsigned char)at[count]) && identity(at, count)) memset(at + SHOWN, '*', count - 2 * SHOWN);
        at += count;
    }
}
