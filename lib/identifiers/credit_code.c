/* See credit_code.h. */
#include "identifiers/credit_code.h"

#define LENGTH 18u

static int value_of(uint8_t c) {
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if (c >= '0' && c <= '9') return c - '0';
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

const char *credit_code_check(struct bytes code) {
    int sum = 0, weight = 1;
    if (code.count != LENGTH) return "CREDIT_CODE_FORM";
    for (size_t i = 0; i < LENGTH; i++) {
        int value = value_of(code.at[i]);
        if (value < 0 || (i >= 2 && i < 8 && value > 9)) return "CREDIT_CODE_FORM";
        if (i == LENGTH - 1) return value == (31 - sum) % 31 ? NULL : "CREDIT_CODE_CHECK";
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    return NULL;
}
